//! What the policy listens for and what it says, per language: one file for each.
//!
//! Cues are written as [`super::scan`] folds: lower case, without diacritics and apostrophes.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod hi;
mod it;
mod ja;
mod nl;
mod pl;
mod pt;
mod sv;
mod th;
mod tr;
mod zh;

use super::wording::Line;
use crate::detect::Kind;
use crate::text::Lang;

/// What a phrase shows. The variants are listed for each language in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Cue {
    /// Words of a greeting, and of politeness around it.
    Greeting,
    /// Talk without a matter: thanks, how are you.
    SmallTalk,
    /// Says that there is a matter, and not which: "I have a question".
    Opener,
    /// Agrees.
    Yes,
    /// Disagrees; alone, a refusal where it answers a question for a detail.
    No,
    /// Wants something sent.
    Send,
    /// Wants an appointment, a table, a place.
    Book,
    /// Wants to be called.
    Call,
    /// Wants to talk to a person.
    Human,
    /// Has been here before.
    Returning,
    /// Has a matter that is certainly their own.
    Matter,
    /// What such matters are about; alone it may as well be general interest.
    Topic,
    /// Wants something.
    Want,
    /// Wants to know something.
    Know,
    /// Looks around and has not chosen yet.
    Explore,
    /// Speaks of what is theirs.
    Own,
    /// Asks for something to be done, in the form of a question.
    Polite,
    /// Begins a question, with or without its mark.
    Question,
    /// Is angry.
    Angry,
    /// Will not say.
    Refuse,
    /// Not now, or does not want any more of it. Counts where a detail was asked for.
    Evade,
    /// Does not know yet what to answer.
    Unsure,
    /// Takes what stands next to it back: "do not call me".
    Not,
    /// Mentions the e-mail address.
    Email,
    /// Mentions the phone number.
    Phone,
    /// Asks for, or mentions, the name.
    AsksName,
    /// Asks for the e-mail address.
    AsksEmail,
    /// Asks for the phone number.
    AsksPhone,
    /// Makes a request of a sentence without a question mark.
    Imperative,
    /// The team offers to send something.
    OffersSend,
    /// The team offers to book.
    OffersBook,
    /// The team offers to call.
    OffersCall,
}

impl Cue {
    /// The detail that it mentions.
    pub fn mentions(self) -> Option<Kind> {
        match self {
            Self::Email | Self::AsksEmail => Some(Kind::Email),
            Self::Phone | Self::AsksPhone => Some(Kind::Phone),
            Self::AsksName => Some(Kind::Name),
            _ => None,
        }
    }

    /// The detail that it asks for.
    pub fn asks_for(self) -> Option<Kind> {
        match self {
            Self::AsksName => Some(Kind::Name),
            Self::AsksEmail => Some(Kind::Email),
            Self::AsksPhone => Some(Kind::Phone),
            _ => None,
        }
    }
}

/// Phrases with commas in between, see [`super::scan`]. One text instead of a list: a list would
/// cost eight bytes a phrase in the module that visitors load.
pub(super) type Phrases = &'static str;

/// One language.
#[derive(Debug)]
pub(super) struct Lexicon {
    /// What is listened for: each [`Cue`] once.
    pub cues: &'static [(Cue, Phrases)],
    /// What is said.
    pub lines: Lines,
}

/// The single phrases.
pub(super) fn split(phrases: Phrases) -> impl Iterator<Item = &'static str> {
    phrases.split(',').map(str::trim)
}

/// One sentence for each [`Line`].
#[derive(Debug)]
pub(super) struct Lines {
    pub email_send: &'static str,
    pub email_book: &'static str,
    pub email_handoff: &'static str,
    pub email_returning: &'static str,
    pub name_book: &'static str,
    pub name_call: &'static str,
    pub name_matter: &'static str,
    pub phone_book: &'static str,
    pub phone_call: &'static str,
    pub confirm_on_file: &'static str,
    pub confirm_slip: &'static str,
}

impl Lines {
    pub fn get(&self, line: Line) -> &'static str {
        match line {
            Line::EmailSend => self.email_send,
            Line::EmailBook => self.email_book,
            Line::EmailHandoff => self.email_handoff,
            Line::EmailReturning => self.email_returning,
            Line::NameBook => self.name_book,
            Line::NameCall => self.name_call,
            Line::NameMatter => self.name_matter,
            Line::PhoneBook => self.phone_book,
            Line::PhoneCall => self.phone_call,
            Line::ConfirmOnFile => self.confirm_on_file,
            Line::ConfirmSlip => self.confirm_slip,
        }
    }
}

/// Whether a question word can stand anywhere in a sentence, and so shows a question wherever it
/// stands; elsewhere it does at the beginning only.
pub(super) fn asks_anywhere(lang: Lang) -> bool {
    matches!(lang, Lang::Ja | Lang::Zh | Lang::Th | Lang::Tr | Lang::Hi)
}

/// The lexicon of a language.
pub(super) fn of(lang: Lang) -> &'static Lexicon {
    match lang {
        Lang::En => &en::LEXICON,
        Lang::Es => &es::LEXICON,
        Lang::Fr => &fr::LEXICON,
        Lang::De => &de::LEXICON,
        Lang::Pt => &pt::LEXICON,
        Lang::It => &it::LEXICON,
        Lang::Nl => &nl::LEXICON,
        Lang::Pl => &pl::LEXICON,
        Lang::Ja => &ja::LEXICON,
        Lang::Zh => &zh::LEXICON,
        Lang::Th => &th::LEXICON,
        Lang::Tr => &tr::LEXICON,
        Lang::Hi => &hi::LEXICON,
        Lang::Ar => &ar::LEXICON,
        Lang::Sv => &sv::LEXICON,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::is_folded;
    use super::*;

    #[test]
    fn cues_are_written_as_messages_are_folded() {
        for lang in Lang::ALL {
            for (cue, phrases) in of(lang).cues {
                for phrase in split(phrases) {
                    assert!(is_folded(phrase), "{lang:?} {cue:?}: {phrase:?} can never match");
                }
            }
        }
    }

    #[test]
    fn every_language_knows_every_cue_once() {
        let count = Cue::OffersCall as usize + 1;
        for lang in Lang::ALL {
            let cues: Vec<Cue> = of(lang).cues.iter().map(|(cue, _)| *cue).collect();
            assert!(cues.is_sorted_by(|a, b| a < b), "{lang:?}: out of order or twice");
            assert_eq!(cues.len(), count, "{lang:?}");
        }
    }

    #[test]
    fn every_sentence_is_there_with_its_places() {
        for lang in Lang::ALL {
            for line in Line::ALL {
                let text = of(lang).lines.get(line);
                assert!(!text.trim().is_empty(), "{lang:?} {line:?}");
                let value = matches!(line, Line::ConfirmOnFile | Line::ConfirmSlip);
                assert_eq!(text.contains("{value}"), value, "{lang:?} {line:?}");
                assert_eq!(text.matches(['{', '}']).count(), if value { 2 } else { 0 });
            }
        }
    }
}
