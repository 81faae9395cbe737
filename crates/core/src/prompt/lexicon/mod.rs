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
use crate::text::Lang;

/// Phrases, see [`super::scan`].
pub(super) type Cues = &'static [&'static str];

/// One language.
#[derive(Debug)]
pub(super) struct Lexicon {
    /// Words of a greeting and of politeness around it.
    pub greeting: Cues,
    /// Talk without a matter: thanks, agreement, how are you.
    pub small_talk: Cues,
    /// Wants something sent.
    pub send: Cues,
    /// Wants an appointment, a table, a place.
    pub book: Cues,
    /// Wants to be called.
    pub call: Cues,
    /// Has been here before.
    pub returning: Cues,
    /// Has a matter of their own, which cannot be dealt with without knowing whose it is.
    pub matter: Cues,
    /// Wants to talk to a person.
    pub human: Cues,
    /// Is angry.
    pub angry: Cues,
    /// Will not say, or not now.
    pub refuse: Cues,
    /// Says no and nothing more: a refusal when it answers a question for a detail.
    pub no: Cues,
    /// Does not know yet what to answer.
    pub unsure: Cues,
    /// Words that make a question without its mark.
    pub question: Cues,
    /// Is asked, or speaks of, their name, e-mail address, phone number.
    pub name: Cues,
    /// See `name`.
    pub email: Cues,
    /// See `name`.
    pub phone: Cues,
    /// What is said.
    pub lines: Lines,
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
            let l = of(lang);
            let all = [
                l.greeting,
                l.small_talk,
                l.send,
                l.book,
                l.call,
                l.returning,
                l.matter,
                l.human,
                l.angry,
                l.refuse,
                l.no,
                l.unsure,
                l.question,
                l.name,
                l.email,
                l.phone,
            ];
            for cues in all {
                assert!(!cues.is_empty(), "{lang:?} lacks a kind of cue");
                for cue in cues {
                    assert!(is_folded(cue), "{lang:?}: {cue:?} can never match");
                }
            }
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
                assert_eq!(text.contains("{field}"), line == Line::ConfirmOnFile);
            }
        }
    }
}
