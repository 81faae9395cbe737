//! What texts are about, told by the words that visitors and articles use for the same thing, in any of
//! the languages of the first rank: so "mot de passe" meets "Account and password".

use crate::classify::lexicon::{Hit, Lexicon, around};
use crate::classify::words::Words;
use crate::text::Lang;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../data/knowledge/topics.txt");

/// A topic, by its place in the file.
pub(super) type Topic = u16;

fn phrases() -> &'static Lexicon<(Topic, Lang)> {
    static PARSED: OnceLock<Lexicon<(Topic, Lang)>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut phrases = Lexicon::with_room(FILE.len() / 12);
        let mut next: Topic = 0;
        for line in FILE.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with('[') {
                next = next.saturating_add(1);
                continue;
            }
            let Some((lang, listed)) = line.split_once(':') else { continue };
            let Some(lang) = Lang::from_tag(lang) else { continue };
            for phrase in listed.split(',') {
                phrases.add(phrase, (next, lang));
            }
        }
        phrases
    })
}

/// The topics of a text in a language (English where it is not known), each with the words that name it.
/// A phrase inside a longer one of another topic does not count: who would like to "close my account" does
/// not ask when the shop closes.
pub(super) fn named(words: &Words, lang: Option<Lang>) -> Vec<Hit<Topic>> {
    let lang = lang.unwrap_or(Lang::En);
    let hits = phrases().hits(words).into_iter().filter(|hit| hit.label.1 == lang);
    let hits: Vec<Hit<Topic>> =
        hits.map(|hit| Hit { label: hit.label.0, from: hit.from, to: hit.to }).collect();
    let longer = |(at, hit): &(usize, &Hit<Topic>)| {
        !around(&hits, *at).any(|other| {
            other.label != hit.label
                && other.from <= hit.from
                && other.to >= hit.to
                && other.to - other.from > hit.to - hit.from
        })
    };
    hits.iter().enumerate().filter(longer).map(|(_, hit)| *hit).collect()
}

/// The topics alone, each once, in their order.
pub(super) fn of(text: &str, lang: Option<Lang>) -> Vec<Topic> {
    let mut all: Vec<Topic> =
        named(&Words::new(text), lang).into_iter().map(|hit| hit.label).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_well_formed() {
        let mut topics = 0;
        for line in FILE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.starts_with('[') {
                assert!(line.ends_with(']'), "{line}");
                topics += 1;
                continue;
            }
            let (lang, listed) = line.split_once(": ").unwrap();
            assert!(Lang::from_tag(lang).is_some(), "{line}");
            for phrase in listed.split(',').map(str::trim) {
                assert!(!Words::new(phrase).iter().collect::<Vec<_>>().is_empty(), "{line}");
            }
        }
        assert!(topics > 50);
    }

    #[test]
    fn languages_meet_in_a_topic() {
        let english = of("Account and password", Some(Lang::En));
        for (lang, text) in [
            (Lang::Fr, "j'ai oublié mon mot de passe"),
            (Lang::De, "Ich habe mein Passwort vergessen"),
            (Lang::Ja, "パスワードを忘れました"),
            (Lang::Ar, "نسيت كلمة المرور"),
            (Lang::Hi, "मैं पासवर्ड भूल गया"),
        ] {
            let named = of(text, Some(lang));
            assert!(named.iter().any(|topic| english.contains(topic)), "{text}");
        }
    }

    #[test]
    fn the_longer_phrase_decides() {
        let hours = of("opening hours", Some(Lang::En));
        assert!(!hours.is_empty());
        let account = of("please close my account", Some(Lang::En));
        assert!(!account.is_empty() && !account.iter().any(|topic| hours.contains(topic)));
        assert!(of("opening hours", Some(Lang::De)).is_empty(), "a language has its own phrases");
    }
}
