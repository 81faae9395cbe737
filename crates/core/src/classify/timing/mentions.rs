//! Where a prompt names values, and what it says beside them.

use super::super::phrase::{find, find_all};
use super::super::words::Words;
use super::bounds::{Stretch, Window, stretches};
use super::phrases::of;
use super::polarity::{begins, turned};

/// What stands in a sentence that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// The name of a value.
    Value(usize),
    /// A stretch of time, by its place among the sentence's.
    Times(usize),
    /// "Otherwise".
    Rest,
    /// "If nobody replied".
    Silence,
    /// "If there was no handoff".
    Missing,
}

/// A sentence of a prompt.
#[derive(Debug)]
pub(super) struct Sentence<'a> {
    pub text: &'a str,
    asks: bool,
    stretches: Vec<Stretch>,
    /// Items with their bytes, in order.
    items: Vec<(usize, usize, Item)>,
}

/// The sentences of a prompt with what they name.
pub(super) fn read<'a>(prompt: &'a str, names: &[&str]) -> Vec<Sentence<'a>> {
    divided(prompt, &['.', '?', '!', '\n', ';'])
        .into_iter()
        .map(|text| {
            let mut stretches = stretches(text);
            let mut items = mentions(text, names, &stretches);
            // What is part of a value's name is no length of time of its own.
            stretches
                .retain(|s| !items.iter().any(|(from, to, _)| *from <= s.start && s.end <= *to));
            let inside = |items: &[(usize, usize, Item)], at: usize| {
                items.iter().any(|(from, to, _)| (*from..*to).contains(&at))
            };
            let words = Words::new(text);
            for (of, item) in [
                (of("silence"), Item::Silence),
                (of("missing"), Item::Missing),
                (of("rest"), Item::Rest),
            ] {
                for (from, to) in find_all(&words, of) {
                    let range = words.source(from..to);
                    if !inside(&items, range.start) && words.get(to) != "than" {
                        items.push((range.start, range.end, item));
                    }
                }
            }
            for (at, _) in find_all(&words, &["if not"]) {
                let range = words.source(at..at + 2);
                let next = text
                    .get(range.end..)
                    .unwrap_or_default()
                    .trim_start_matches([' ', ':', ',', '.', ')', '\'', '"']);
                let offset = text.len() - next.len();
                if next.is_empty()
                    || items.iter().any(|(from, _, i)| {
                        matches!(i, Item::Value(_))
                            && *from <= offset
                            && offset < from + 3
                            && *from >= range.end
                    })
                {
                    items.push((range.start, range.end, Item::Rest));
                }
            }
            items.extend(
                stretches.iter().enumerate().map(|(i, s)| (s.start, s.end, Item::Times(i))),
            );
            items.sort_by_key(|(from, ..)| *from);
            // "No reply within 4 hours" is a length of time, and not that nobody replied at all.
            let timed = items.iter().any(|(.., i)| matches!(i, Item::Times(_)));
            if timed {
                let clause =
                    |at: usize| clauses(text).into_iter().position(|(a, b)| (a..b).contains(&at));
                let times: Vec<Option<usize>> = stretches.iter().map(|s| clause(s.start)).collect();
                items.retain(|(from, _, i)| *i != Item::Silence || !times.contains(&clause(*from)));
            }
            let begins = Words::new(text);
            let asks = text.trim_end().ends_with(['?', '？', '؟'])
                || find(&begins, &["whether", "ob"]).is_some()
                || matches!(
                    begins.get(0),
                    "did"
                        | "was"
                        | "were"
                        | "is"
                        | "does"
                        | "do"
                        | "has"
                        | "have"
                        | "had"
                        | "hat"
                        | "wurde"
                        | "war"
                );
            Sentence { text, asks, stretches, items }
        })
        .collect()
}

impl Sentence<'_> {
    /// Whether it asks something.
    pub(super) fn is_question(&self) -> bool {
        self.asks
    }

    /// Its stretches of time.
    pub(super) fn stretches(&self) -> impl Iterator<Item = Stretch> {
        self.stretches.iter().copied()
    }

    /// One of them.
    pub(super) fn stretch(&self, at: usize) -> Option<Stretch> {
        self.stretches.get(at).copied()
    }

    /// What a stretch stands for with the words that it belongs to: its clause from the last "if" on, up to the next
    /// value or time. None where that cannot be told.
    pub(super) fn turned(&self, stretch: &Stretch) -> Option<Window> {
        let (from, to) = clauses(self.text)
            .into_iter()
            .find(|(from, to)| (*from..*to).contains(&stretch.start))
            .unwrap_or((0, self.text.len()));
        let others =
            || self.items.iter().filter(|(.., i)| !matches!(i, Item::Silence | Item::Missing));
        let ends = others().map(|(_, end, _)| *end).filter(|end| *end <= stretch.start);
        let starts = others().map(|(start, ..)| *start).filter(|start| *start >= stretch.end);
        let before = self.text.get(ends.fold(from, usize::max)..stretch.start)?;
        let after = self.text.get(stretch.end..starts.fold(to, usize::min))?;
        turned(before.get(begins(before)..)?, after, stretch)
    }

    /// The clause in which a value stands without a time.
    pub(super) fn said_of(&self, value: usize) -> Option<&str> {
        let (_, at, _) = *self.items.iter().find(|(_, _, i)| *i == Item::Value(value))?;
        let (_, to) =
            clauses(self.text).into_iter().find(|(from, to)| (*from..*to).contains(&(at - 1)))?;
        let next = self.items.iter().filter(|(from, ..)| *from >= at).map(|(from, ..)| *from);
        self.text.get(at..next.fold(to, usize::min))
    }
}

/// The pieces of a text that end in one of some marks; the point or comma inside a number does not end one.
fn divided<'a>(text: &'a str, marks: &[char]) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (i, c) in text.char_indices().filter(|(_, c)| marks.contains(c)) {
        let end = i + c.len_utf8();
        let follows = text.get(end..).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
        let precedes = text.get(..i).is_some_and(|t| t.ends_with(|c: char| c.is_ascii_digit()));
        if !(follows && precedes) {
            found.extend(text.get(start..end));
            start = end;
        }
    }
    found.extend(text.get(start..));
    found.retain(|t: &&str| !t.trim().is_empty());
    found
}

/// First byte and byte after the last of each clause.
fn clauses(text: &str) -> Vec<(usize, usize)> {
    let mut at = 0;
    divided(text, &[',', '，', '、'])
        .into_iter()
        .map(|clause| {
            let from = text.get(at..).and_then(|t| t.find(clause)).map_or(at, |i| at + i);
            at = from + clause.len();
            (from, at)
        })
        .collect()
}

/// Where values are named, so that they are meant as answers.
fn mentions(text: &str, names: &[&str], times: &[Stretch]) -> Vec<(usize, usize, Item)> {
    let words = Words::new(text);
    let mut found: Vec<(usize, usize, bool, Item)> = Vec::new();
    for (value, name) in names.iter().enumerate() {
        let wanted = Words::new(name);
        let n = wanted.len();
        for at in (0..words.len()).filter(|at| n > 0 && at + n <= words.len()) {
            if !(0..n).all(|i| words.get(at + i) == wanted.get(i)) {
                continue;
            }
            let range = words.source(at..at + n);
            let (Some(before), Some(after)) = (text.get(..range.start), text.get(range.end..))
            else {
                continue;
            };
            let quoted = before.ends_with(['\'', '"', '‘', '“', '«', '„', '`'])
                && after.starts_with(['\'', '"', '’', '”', '»', '“', '`']);
            let spelled = text.get(range.clone()).is_some_and(|t| t == name.trim());
            let marked = before.trim_end().ends_with(['=', ':', '(', '>', '→', '-', '•'])
                || after.trim_start().starts_with(['=', ':', '→', ')'])
                || (before.trim().is_empty()
                    && after.trim_matches(['.', ' ', ';', '\n']).is_empty());
            let placed = of("say").contains(&words.get(at.wrapping_sub(1)))
                || of("when").contains(&words.get(at + n));
            // "Amber between 1 and 4 hours": a clause of a value and its time.
            let headed = (before.trim().is_empty() || before.trim_end().ends_with([',', ':', ';']))
                && times.iter().any(|s| {
                    text.get(range.end..s.start)
                        .is_some_and(|t| matches!(t.trim(), "" | "between" | "from" | "after"))
                });
            // A short word is a value only where it stands as one: "no" is a word as well.
            let long = n > 1;
            if quoted
                || headed
                || (marked && (spelled || long))
                || (placed && (spelled || long))
                || (long && spelled)
            {
                found.push((range.start, range.end, quoted, Item::Value(value)));
            }
        }
    }
    let longer = |f: &(usize, usize, bool, Item)| {
        found.iter().any(|o| o.0 <= f.0 && o.1 >= f.1 && o.1 - o.0 > f.1 - f.0)
    };
    let mut kept: Vec<(usize, usize, Item)> =
        found.iter().filter(|f| !longer(f)).map(|(a, b, _, i)| (*a, *b, *i)).collect();
    kept.sort_by_key(|(from, ..)| *from);
    // "Output 'Yes' or 'No'" lists them and says nothing of either.
    let listed = |a: usize, b: usize| {
        let between = text.get(a..b).unwrap_or_default();
        let word: String = between.chars().filter(|c| c.is_alphanumeric() || *c == '/').collect();
        between.len() < 8
            && matches!(
                word.as_str(),
                "or" | "/" | "oder" | "ou" | "o" | "of" | "lub" | "eller" | "and" | "and/or"
            )
    };
    let drop: Vec<bool> = (0..kept.len())
        .map(|i| {
            let of = |j: usize| kept.get(j).copied();
            let pair = |a: Option<(usize, usize, Item)>, b: Option<(usize, usize, Item)>| {
                matches!((a, b), (Some(a), Some(b)) if listed(a.1, b.0))
            };
            pair(of(i), of(i + 1)) || (i > 0 && pair(of(i - 1), of(i)))
        })
        .collect();
    let mut drop = drop.into_iter();
    kept.retain(|_| !drop.next().unwrap_or_default());
    kept
}

/// Which value each thing in a sentence is said of.
pub(super) fn pairs(sentence: &Sentence<'_>) -> Vec<(usize, Item)> {
    let mut found = Vec::new();
    // What a clause alone leaves open, in order.
    let mut open: Vec<Item> = Vec::new();
    for (from, to) in clauses(sentence.text) {
        let items: Vec<Item> = sentence
            .items
            .iter()
            .filter(|(start, ..)| (from..to).contains(start))
            .map(|(.., item)| *item)
            .collect();
        match matched(&items) {
            Some(pairs) => found.extend(pairs),
            None => open.extend(items),
        }
    }
    found.extend(matched(&open).unwrap_or_default());
    found
}

/// Values and what is said of them where they take turns.
fn matched(items: &[Item]) -> Option<Vec<(usize, Item)>> {
    let is_value = |i: &Item| matches!(i, Item::Value(_));
    let take_turns = items.chunks(2).all(|pair| match pair {
        [a, b] => is_value(a) != is_value(b),
        _ => false,
    });
    let same_order =
        items.iter().step_by(2).all(|i| Some(is_value(i)) == items.first().map(is_value));
    (!items.is_empty() && take_turns && same_order).then(|| {
        items
            .chunks(2)
            .filter_map(|pair| match pair {
                [Item::Value(v), said] | [said, Item::Value(v)] => Some((*v, *said)),
                _ => None,
            })
            .collect()
    })
}
