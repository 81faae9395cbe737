//! Phrases that show a customer's mood or how a matter ended, per language of the first rank.

use super::lexicon::Lexicon;
use crate::text::Lang;
use std::sync::OnceLock;

/// What a phrase shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cue {
    /// A greeting, which says nothing of the matter.
    Greeting,
    /// A farewell, which says nothing of the matter.
    Bye,
    /// Plain thanks.
    Thanks,
    /// "Yes", "ok", "test": no matter either.
    Filler,
    /// Pleased, or warmly thankful.
    Warm,
    /// Effusive.
    Effusive,
    /// Displeasure shown, politely too.
    Displeased,
    /// Insults, rage.
    Rage,
    /// Abuse, a threat of law, authorities or chargeback, harm to health: in the first person or of
    /// the product. A lawyer, the police or a hospital that is only spoken of is none of it.
    Severe,
    /// Says with a harsh word what is not harsh: "a stupid question", "I hate to bother you".
    Calm,
    /// The customer says that it works.
    Works,
    /// Something failed or cannot be done.
    Fails,
    /// Something was done.
    Settled,
    /// A person is wanted.
    Human,
    /// It goes on elsewhere or later.
    Wait,
    /// Turns what stands beside it into its opposite.
    Deny,
    /// What follows is wished or supposed only.
    If,
}

impl Cue {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "greeting" => Self::Greeting,
            "bye" => Self::Bye,
            "thanks" => Self::Thanks,
            "filler" => Self::Filler,
            "warm" => Self::Warm,
            "effusive" => Self::Effusive,
            "displeased" => Self::Displeased,
            "rage" => Self::Rage,
            "severe" => Self::Severe,
            "calm" => Self::Calm,
            "works" => Self::Works,
            "fails" => Self::Fails,
            "settled" => Self::Settled,
            "human" => Self::Human,
            "wait" => Self::Wait,
            "deny" => Self::Deny,
            "if" => Self::If,
            _ => return None,
        })
    }
}

const FILES: [(Lang, &str); 15] = [
    (Lang::En, include_str!("../../data/classify/cues/en.txt")),
    (Lang::Es, include_str!("../../data/classify/cues/es.txt")),
    (Lang::Fr, include_str!("../../data/classify/cues/fr.txt")),
    (Lang::De, include_str!("../../data/classify/cues/de.txt")),
    (Lang::Pt, include_str!("../../data/classify/cues/pt.txt")),
    (Lang::It, include_str!("../../data/classify/cues/it.txt")),
    (Lang::Nl, include_str!("../../data/classify/cues/nl.txt")),
    (Lang::Pl, include_str!("../../data/classify/cues/pl.txt")),
    (Lang::Ja, include_str!("../../data/classify/cues/ja.txt")),
    (Lang::Zh, include_str!("../../data/classify/cues/zh.txt")),
    (Lang::Th, include_str!("../../data/classify/cues/th.txt")),
    (Lang::Tr, include_str!("../../data/classify/cues/tr.txt")),
    (Lang::Hi, include_str!("../../data/classify/cues/hi.txt")),
    (Lang::Ar, include_str!("../../data/classify/cues/ar.txt")),
    (Lang::Sv, include_str!("../../data/classify/cues/sv.txt")),
];

/// The phrases, parsed at first use and kept.
pub(crate) fn lexicon() -> &'static Lexicon<(Cue, Lang)> {
    static PARSED: OnceLock<Lexicon<(Cue, Lang)>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let total: usize = FILES.iter().map(|(_, file)| file.len()).sum();
        let mut lexicon = Lexicon::with_room(total / 14);
        for (lang, file) in FILES {
            for (cue, phrases) in file.lines().filter_map(|l| l.split_once(':')) {
                let Some(cue) = Cue::parse(cue) else { continue };
                for phrase in phrases.split(',') {
                    lexicon.add(phrase, (cue, lang));
                }
            }
        }
        lexicon
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::lexicon::MAX_PHRASE;
    use crate::classify::words::Words;

    #[test]
    fn every_language_has_every_cue_and_no_line_is_lost() {
        for (lang, file) in FILES {
            for line in file.lines().filter(|l| !l.starts_with('#')) {
                let (name, phrases) = line.split_once(':').unwrap();
                assert!(Cue::parse(name).is_some(), "{lang:?}: {name}");
                for phrase in phrases.split(',') {
                    let words = Words::new(phrase).len();
                    assert!((1..=MAX_PHRASE).contains(&words), "{lang:?}: {name}: {phrase}");
                }
            }
            for name in
                ["greeting", "bye", "thanks", "filler", "warm", "effusive", "displeased", "rage"]
                    .iter()
                    .chain(&[
                        "severe", "calm", "works", "fails", "settled", "human", "wait", "deny",
                        "if",
                    ])
            {
                let begins = format!("{name}:");
                assert_eq!(
                    file.lines().filter(|l| l.starts_with(&begins)).count(),
                    1,
                    "{lang:?} {name}"
                );
            }
        }
    }
}
