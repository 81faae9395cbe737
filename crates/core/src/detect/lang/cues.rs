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

cues! {
    /// Before a name, and hardly before anything else: "my name is".
    INTRO = "intro",
    /// Before a name, or before much else: "I am".
    IAM = "iam",
    /// Says that a name is meant: "full name".
    LABEL = "label",
    /// In the agent's words, asks for the visitor's name.
    ASK = "ask",
    /// After a name: "… here", "… is my name".
    OUTRO = "outro",
    /// Before the name that a booking is under.
    UNDER = "under",
    /// Before a signature.
    BYE = "bye",
    /// A greeting; a name after it is the agent's.
    HELLO = "hello",
    /// Before the name of somebody else: "talk to".
    THIRD = "third",
    /// Belongs to, or is, somebody else: "his", "husband".
    THEIR = "their",
    /// Belongs to the visitor.
    MY = "my",
    /// Belongs to the one spoken to.
    YOUR = "your",
    /// The one spoken to.
    YOU = "you",
    /// Says no.
    NEGATE = "negate",
    /// Announces a correction.
    SORRY = "sorry",
    /// Asks to have something forgotten.
    FORGET = "forget",
    /// Says that an e-mail address is meant.
    EMAIL = "email",
    /// Says that a phone number is meant.
    PHONE = "phone",
    /// Says that a number is meant: one for calling, unless a word beside it says otherwise.
    NUMBER = "number",
    /// Says that some other number is meant: order, account, postcode.
    CODE = "code",
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
    /// Before a phone extension.
    EXT = "ext",
    /// In the agent's words, asks for something.
    REQUEST = "request",
    /// After "name": whose it is, so that it is not the visitor's ("name of the dentist").
    OF = "of",
    /// Inside a name, in small letters: "van der".
    PARTICLE = "particle",
    /// Before (or after) a name, and no part of it.
    TITLE = "title",
    /// Never part of a name.
    NOT = "not",
    /// What a person may be, and what some are called: "Brian White", "I'm young".
    TRAIT = "trait",
    /// A family name that a name without spaces begins with; in other letters than Latin ones any name.
    SURNAME = "surname",
    /// A thing that has a name: "company".
    THING = "thing",
    /// Before the answer proper: "yes, it is …".
    LEAD = "lead",
    /// Goes on to something else: "and".
    AND = "and",
    /// Says that something was so once; it does not stand beside a newer one.
    OLD = "old",
    /// A booking.
    BOOK = "book",
    /// After a value: says that it is not the one, in languages that say so last.
    DENIED = "denied",
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
}
