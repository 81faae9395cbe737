//! The words of questions about moods: `data/classify/moods.txt`, parsed at first use and kept.

use super::super::lexicon::Lexicon;
use super::About;
use std::sync::OnceLock;

const PHRASES: &str = include_str!("../../../data/classify/moods.txt");

/// What a word of such a question says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Upset,
    Happy,
    Rude,
    Polite,
    Calm,
    /// The mood at large.
    Mood,
    Customer,
    Team,
    Between,
    End,
    Level,
    Grade(Grade),
    Best,
}

/// How much of a mood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    None,
    Low,
    Medium,
    High,
}

impl Word {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "upset" => Self::Upset,
            "happy" => Self::Happy,
            "rude" => Self::Rude,
            "polite" => Self::Polite,
            "calm" => Self::Calm,
            "mood" => Self::Mood,
            "customer" => Self::Customer,
            "team" => Self::Team,
            "between" => Self::Between,
            "end" => Self::End,
            "level" => Self::Level,
            "none" => Self::Grade(Grade::None),
            "low" => Self::Grade(Grade::Low),
            "medium" => Self::Grade(Grade::Medium),
            "high" => Self::Grade(Grade::High),
            "best" => Self::Best,
            _ => return None,
        })
    }

    /// The mood that it names.
    pub(super) fn about(self) -> Option<About> {
        Some(match self {
            Self::Upset => About::Upset,
            Self::Happy => About::Happy,
            Self::Rude => About::Rude,
            Self::Polite => About::Polite,
            Self::Calm => About::Calm,
            _ => return None,
        })
    }
}

pub(super) fn lexicon() -> &'static Lexicon<Word> {
    static PARSED: OnceLock<Lexicon<Word>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut lexicon = Lexicon::with_room(PHRASES.len() / 8);
        let lines = PHRASES.lines().filter(|l| !l.starts_with('#'));
        for (name, phrases) in lines.filter_map(|l| l.split_once(": ")) {
            let Some(word) = Word::named(name) else { continue };
            for phrase in phrases.split(',') {
                lexicon.add(phrase, word);
            }
        }
        lexicon
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::words::Words;

    #[test]
    fn the_file_is_well_formed() {
        for line in PHRASES.lines().filter(|l| !l.starts_with('#')) {
            let (name, phrases) = line.split_once(": ").unwrap();
            assert!(Word::named(name).is_some(), "{name}");
            assert!(phrases.split(',').all(|p| Words::new(p).len() > 0), "{name}");
        }
    }
}
