//! The signs that words and phrases can be, and the keys that they have in the language files.

/// A set of signs: the bits below.
pub(crate) type Cues = u64;

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident = $key:literal),* $(,)?) => {
        cues!(@bits 0u64; $($(#[$doc])* $name,)*);
        /// The keys of the language files with their signs.
        pub(crate) const KEYS: &[(&str, Cues)] = &[$(($key, $name)),*];
    };
    (@bits $n:expr; $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        $(#[$doc])* pub(crate) const $name: Cues = 1 << ($n);
        cues!(@bits $n + 1; $($rest)*);
    };
    (@bits $n:expr;) => {};
}

// Those that the code asks for most come first: their bits are written in fewer bytes.
cues! {
    /// Never part of a name.
    NOT = "not",
    /// Belongs to, or is, somebody else: "his", "husband".
    THEIR = "their",
    /// Says no.
    NEGATE = "negate",
    /// Belongs to the visitor.
    MY = "my",
    /// A greeting; a name after it is the agent's.
    HELLO = "hello",
    /// Says that a phone number is meant.
    PHONE = "phone",
    /// Says that a name is meant: "full name".
    LABEL = "label",
    /// Before a name, and hardly before anything else: "my name is".
    INTRO = "intro",
    /// Says that an e-mail address is meant.
    EMAIL = "email",
    /// Says that a number is meant: one for calling, unless a word beside it says otherwise.
    NUMBER = "number",
    /// After a name: "… here", "… is my name".
    OUTRO = "outro",
    /// Belongs to the one spoken to.
    YOUR = "your",
    /// Announces a correction.
    SORRY = "sorry",
    /// Before the answer proper: "yes, it is …".
    LEAD = "lead",
    /// Before a name, or before much else: "I am".
    IAM = "iam",
    /// In the agent's words, asks for something.
    REQUEST = "request",
    /// Says that some other number is meant: order, account, postcode.
    CODE = "code",
    /// Before the name that a booking is under.
    UNDER = "under",
    /// Before (or after) a name, and no part of it.
    TITLE = "title",
    /// Inside a name, in small letters: "van der".
    PARTICLE = "particle",
    /// What a person may be, and what some are called: "Brian White", "I'm young".
    TRAIT = "trait",
    /// A family name that a name without spaces begins with; in other letters than Latin ones any name.
    SURNAME = "surname",
    /// The one spoken to.
    YOU = "you",
    /// Goes on to something else: "and".
    AND = "and",
    /// Before a signature.
    BYE = "bye",
    /// A booking.
    BOOK = "book",
    /// In the agent's words, asks for the visitor's name.
    ASK = "ask",
    /// Before the name of somebody else: "talk to".
    THIRD = "third",
    /// Asks to have something forgotten.
    FORGET = "forget",
    /// Beside a no or "delete": nothing is denied or taken back ("don't hesitate", "why don't you", "did you delete").
    IDLE = "idle",
    /// To use, or to call or write to: after a no it denies the value that follows.
    USE = "use",
    /// A time: a no beside it says when a value is not to be used.
    WHEN = "when",
    /// A currency or unit.
    MONEY = "money",
    /// Spelled `@`.
    AT = "at",
    /// Spelled `.`.
    DOT = "dot",
    /// Spelled `-`.
    DASH = "dash",
    /// Spelled `_`.
    UNDERSCORE = "underscore",
    /// Spelled `com`, in other letters.
    COM = "com",
    /// Before a phone extension.
    EXT = "ext",
    /// After "name": whose it is, so that it is not the visitor's ("name of the dentist").
    OF = "of",
    /// A thing that has a name: "company".
    THING = "thing",
    /// Says that something was so once; it does not stand beside a newer one.
    OLD = "old",
    /// After a value: says that it is not the one, in languages that say so last.
    DENIED = "denied",
    /// Some words after a value, at the end of the clause: says that it is not to be used.
    FORBID = "forbid",
    /// After a booking, before whose it is.
    FOR = "for",
    /// Before a name where "is" is left out, and before what has become of one: "my name".
    CLAIM = "claim",
    /// "It is": before the name of who writes, and before all that something may be.
    IT = "it",
    /// In a language whose nouns all have capitals, so that one says nothing of a name: "ich bin".
    NOUN = "noun",
    /// Seldom a name: an English one is looked up with those of `data/detect/words.txt`.
    COMMON = "common",
    /// Right before or after a value: it is of somebody who called or wrote, or was called or written to.
    CALLER = "caller",
    /// Between two values: the second takes the place of the first ("change … to …").
    BECOMES = "becomes",
}
