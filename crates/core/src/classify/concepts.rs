//! What support conversations are about, in the languages of the first rank.
//!
//! A value named "Damaged" is met by "cracked" and by "zerbrochen" through a shared concept. The
//! concepts are those of support desks at large; a value that names none of them is met by its own
//! words only.

use super::lexicon::{Hit, Lexicon};
use super::terms;
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
    /// Phrases with their language; without one where they stand for the concept in a value's name
    /// or a prompt only.
    phrases: Lexicon<(Concept, Option<Lang>)>,
}

fn concepts() -> &'static Concepts {
    static PARSED: OnceLock<Concepts> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut concepts =
            Concepts { phrases: Lexicon::with_room(FILE.len() / 14), ..Concepts::default() };
        let mut current = Concept(0);
        for line in FILE.lines().filter(|l| !l.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                current = Concept(u16::try_from(concepts.names.len()).unwrap_or(u16::MAX));
                concepts.names.push(name);
                concepts.phrases.add(name, (current, None));
                continue;
            }
            let Some((key, phrases)) = line.split_once(':') else { continue };
            for phrase in phrases.split(',') {
                concepts.phrases.add(phrase, (current, Lang::from_tag(key)));
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

/// All names, in the order of the file.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    concepts().names.iter().copied()
}

/// A concept's name.
pub(crate) fn name(of: Concept) -> Option<&'static str> {
    concepts().names.get(usize::from(of.0)).copied()
}

/// Concepts of which one says that the other is not so.
const OPPOSITES: [(&str, &str); 3] = [
    ("opened package", "unopened package"),
    ("new customer", "returning customer"),
    ("returning customer", "new customer"),
];

/// The concept that says the contrary of another, where the file has one.
pub(crate) fn opposite(of: Concept) -> Option<Concept> {
    let (_, contrary) = OPPOSITES.iter().find(|(name, _)| concept(name) == Some(of))?;
    concept(contrary)
}

/// Concepts that a value's name or a part of a prompt speaks of. A phrase inside a longer one of
/// another concept does not count: "damaged container" is not about "damaged" at large.
pub(crate) fn named(text: &str) -> Vec<Concept> {
    let hits = plain(concepts().phrases.hits(&Words::new(text)), |_| true);
    let mut found: Vec<Concept> = widest(&hits).map(|h| h.label).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Concepts that a value's name speaks of, each with the share of the name's words that it covers:
/// "booking" is all of "Booking", and half of "Book a flight".
pub(crate) fn covering(text: &str) -> Vec<(Concept, f32)> {
    let words = Words::new(text);
    let hits = plain(concepts().phrases.hits(&words), |_| true);
    let told: Vec<bool> = words.iter().map(|w| !terms::is_empty(w)).collect();
    let all = told.iter().filter(|t| **t).count().max(1) as f32;
    let mut found: Vec<(Concept, f32)> = Vec::new();
    for hit in widest(&hits) {
        let own = told.iter().take(hit.to).skip(hit.from).filter(|t| **t).count().max(1) as f32;
        match found.iter_mut().find(|(c, _)| *c == hit.label) {
            Some((_, share)) => *share = (*share + own / all).min(1.0),
            None => found.push((hit.label, (own / all).min(1.0))),
        }
    }
    found
}

/// Concepts in a turn, with the words that show them: those not inside a longer phrase of another
/// concept, and beside them all that are touched at all.
pub(crate) fn shown(words: &Words, spoken: &[Lang]) -> (Vec<Hit<Concept>>, Vec<Concept>) {
    let spoken = |lang: Option<Lang>| lang.is_some_and(|l| spoken.contains(&l));
    let all = plain(concepts().phrases.hits(words), spoken);
    let mut touched: Vec<Concept> = all.iter().map(|h| h.label).collect();
    touched.sort_unstable();
    touched.dedup();
    (widest(&all).copied().collect(), touched)
}

/// Hits in some languages without their language, each once.
fn plain(
    hits: Vec<Hit<(Concept, Option<Lang>)>>,
    is_wanted: impl Fn(Option<Lang>) -> bool,
) -> Vec<Hit<Concept>> {
    let mut out: Vec<Hit<Concept>> = Vec::new();
    for hit in hits.into_iter().filter(|h| is_wanted(h.label.1)) {
        let plain = Hit { label: hit.label.0, from: hit.from, to: hit.to };
        // Equal hits begin at the same word and so stand close together.
        if !out.iter().rev().take_while(|o| o.from == plain.from).any(|o| *o == plain) {
            out.push(plain);
        }
    }
    out
}

/// Hits that are not inside a longer hit of another label.
fn widest<L: Copy + PartialEq>(hits: &[Hit<L>]) -> impl Iterator<Item = &Hit<L>> {
    hits.iter().enumerate().filter_map(move |(i, h)| {
        let covered = super::lexicon::around(hits, i).any(|o| {
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
            let (hits, _) = shown(&Words::new(text), &[lang]);
            assert!(hits.iter().any(|h| Some(h.label) == concept("damaged")), "{text}");
        }
    }
}
