//! What support conversations are about, in the languages of the first rank.
//!
//! A value named "Damaged" is met by "cracked" and by "zerbrochen" through a shared concept. The
//! concepts are those of support desks at large; a value that names none of them is met by its own
//! words only.

use super::lexicon::{Hit, Lexicon};
use super::words::Words;
use crate::text::Lang;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../data/classify/concepts.txt");

/// A concept, by its place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Concept(u16);

#[derive(Debug, Default)]
struct Concepts {
    names: Vec<&'static str>,
    /// Phrases in talk, with their language.
    talk: Lexicon<(Concept, Lang)>,
    /// Phrases in a value's name or a prompt.
    named: Lexicon<Concept>,
}

fn concepts() -> &'static Concepts {
    static PARSED: OnceLock<Concepts> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut concepts = Concepts::default();
        let mut current = Concept(0);
        for line in FILE.lines().filter(|l| !l.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                current = Concept(u16::try_from(concepts.names.len()).unwrap_or(u16::MAX));
                concepts.names.push(name);
                concepts.named.add(name, current);
                continue;
            }
            let Some((key, phrases)) = line.split_once(':') else { continue };
            for phrase in phrases.split(',') {
                concepts.named.add(phrase, current);
                if let Some(lang) = Lang::from_tag(key) {
                    concepts.talk.add(phrase, (current, lang));
                }
            }
        }
        concepts
    })
}

/// The concept of a name; none where the file has no such concept.
pub(crate) fn concept(name: &str) -> Option<Concept> {
    let index = concepts().names.iter().position(|n| *n == name)?;
    u16::try_from(index).ok().map(Concept)
}

/// The concept that says the contrary of another, where the file has one.
pub(crate) fn opposite(of: Concept) -> Option<Concept> {
    (concept("opened package") == Some(of)).then(|| concept("unopened package")).flatten()
}

/// Concepts that a value's name or a part of a prompt speaks of. A phrase inside a longer one of
/// another concept does not count: "damaged container" is not about "damaged" at large.
pub(crate) fn named(text: &str) -> Vec<Concept> {
    let hits = concepts().named.hits(&Words::new(text));
    let mut found: Vec<Concept> = widest(&hits).map(|h| h.label).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Concepts in a turn, with the words that show them.
pub(crate) fn shown(words: &Words, spoken: &[Lang]) -> Vec<Hit<Concept>> {
    let all = concepts().talk.hits(words);
    let mut hits: Vec<Hit<Concept>> = Vec::new();
    for hit in all.iter().filter(|h| spoken.contains(&h.label.1)) {
        let plain = Hit { label: hit.label.0, from: hit.from, to: hit.to };
        if !hits.contains(&plain) {
            hits.push(plain);
        }
    }
    widest(&hits).copied().collect()
}

/// Hits that are not inside a longer hit of another label.
fn widest<L: Copy + PartialEq>(hits: &[Hit<L>]) -> impl Iterator<Item = &Hit<L>> {
    // Hits are in the order of their first word and at most 16 words long, so that only near ones
    // can cover each other.
    hits.iter().enumerate().filter_map(move |(i, h)| {
        let near = hits.iter().skip(i.saturating_sub(64)).take(128);
        let covered = near.into_iter().any(|o| {
            o.label != h.label && o.from <= h.from && o.to >= h.to && o.to - o.from > h.to - h.from
        });
        (!covered).then_some(h)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_well_formed() {
        for line in FILE.lines().filter(|l| !l.trim().is_empty() && !l.starts_with(['#', '['])) {
            let (key, phrases) = line.split_once(':').unwrap();
            assert!(key == "as" || Lang::from_tag(key).is_some(), "{line}");
            assert!(phrases.split(',').all(|p| !p.trim().is_empty()), "{line}");
        }
    }

    #[test]
    fn the_longer_phrase_decides() {
        assert_eq!(named("Damaged container"), [concept("damaged container").unwrap()]);
        assert_eq!(named("Damaged"), [concept("damaged").unwrap()]);
        assert_eq!(named("Zebra"), []);
    }

    #[test]
    fn languages_meet_in_a_concept() {
        for (lang, text) in [
            (Lang::En, "the glass is shattered"),
            (Lang::De, "das Glas ist zerbrochen"),
            (Lang::Pl, "szklanka jest stłuczona"),
            (Lang::Ja, "グラスが割れていました"),
        ] {
            let hits = shown(&Words::new(text), &[lang]);
            assert!(hits.iter().any(|h| Some(h.label) == concept("damaged")), "{text}");
        }
    }
}
