//! What a phrase can be a sign of, and the keys of these in the language files.

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident = $key:literal),* $(,)?) => {
        /// What a phrase shows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Cue {
            $($(#[$doc])* $name,)*
        }

        impl Cue {
            /// All of them, in the order in which they are packed.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];
            /// Their keys in the language files, in the same order.
            pub(crate) const KEYS: &[&str] = &[$($key),*];
        }
    };
}

cues! {
    /// Words of a greeting, and of politeness around it.
    Greeting = "greeting",
    /// Talk without a matter: thanks, how are you.
    SmallTalk = "small_talk",
    /// Says that there is a matter, and not which: "I have a question".
    Opener = "opener",
    /// Agrees.
    Yes = "yes",
    /// Disagrees; alone, a refusal where it answers a question for a detail.
    No = "no",
    /// Wants something sent.
    Send = "send",
    /// Wants an appointment, a table, a place.
    Book = "book",
    /// Wants to be called.
    Call = "call",
    /// Wants to talk to a person.
    Human = "human",
    /// Has been here before.
    Returning = "returning",
    /// Has a matter that is certainly their own.
    Matter = "matter",
    /// What such matters are about; alone it may as well be general interest.
    Topic = "topic",
    /// Wants something.
    Want = "want",
    /// Wants to know something.
    Know = "know",
    /// Looks around and has not chosen yet.
    Explore = "explore",
    /// Speaks of what is theirs.
    Own = "own",
    /// Asks for something to be done, in the form of a question.
    Polite = "polite",
    /// Begins a question, with or without its mark.
    Question = "question",
    /// Is angry.
    Angry = "angry",
    /// Will not say.
    Refuse = "refuse",
    /// Not now, or does not want any more of it. Counts where a detail was asked for.
    Evade = "evade",
    /// Does not know yet what to answer.
    Unsure = "unsure",
    /// Wants no more of what is sent, and no calls: "unsubscribe".
    Stop = "stop",
    /// Takes a booking back.
    Cancel = "cancel",
    /// Takes what stands next to it back: "do not call me".
    Not = "not",
    /// The team offers to send something.
    OffersSend = "offers_send",
    /// The team offers to book.
    OffersBook = "offers_book",
    /// The team offers to call.
    OffersCall = "offers_call",
}

impl Cue {
    /// Whether words that are this and nothing more are no name.
    pub(crate) fn says(self) -> bool {
        self > Self::Greeting && self < Self::Want
            || self > Self::Own && self < Self::Not && self != Self::Question
    }
}
