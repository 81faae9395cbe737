//! Which value stands for which times, by its own words and by what the prompt says of it. What cannot be told
//! stays open: a time that is answered the wrong way round is worse than none.

use super::super::kind::{Sense, means};
use super::super::phrase::{find, find_all};
use super::super::rules::is_rest;
use super::super::words::Words;
use super::super::{Field, Value};
use super::bounds::{Side, Stretch, Window, stretches};
use super::mentions::{Item, Sentence, pairs, read};
use super::phrases::of;

/// What each value stands for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Meaning {
    /// Per value, its times.
    pub windows: Vec<Option<Window>>,
    /// The value for all other times.
    pub rest: Option<usize>,
    /// The value for when nobody replied.
    pub silence: Option<usize>,
    /// The value for when there was nothing to count from.
    pub missing: Option<usize>,
}

impl Meaning {
    /// The value for so many seconds. Of several the one with the nearest end, then with the nearest beginning; exactly
    /// a limit is within it, where nothing else is said of it.
    pub(super) fn value(&self, secs: f64) -> Option<usize> {
        let windows = || self.windows.iter().enumerate().filter_map(|(i, w)| w.map(|w| (i, w)));
        let nearest = |holds: &dyn Fn(&Window) -> bool| {
            windows()
                .filter(|(_, w)| holds(w))
                .min_by(|(_, a), (_, b)| a.high.total_cmp(&b.high).then(b.low.total_cmp(&a.low)))
                .map(|(i, _)| i)
        };
        let begins_by =
            |w: &Window| windows().any(|(_, o)| o.low >= secs && o.low - w.high <= w.unit);
        nearest(&|w| w.holds(secs))
            .or(self.rest)
            .or_else(|| nearest(&|w| (w.low..=w.high).contains(&secs)))
            // "0-4 minutes" beside "5-9 minutes" are whole minutes: a begun one is not counted.
            .or_else(|| nearest(&|w| secs > w.high && secs < w.high + w.unit && begins_by(w)))
    }

    /// The greatest of all limits, in seconds.
    pub(super) fn bound(&self) -> f64 {
        let ends = self.windows.iter().flatten().flat_map(|w| [w.low, w.high]);
        ends.filter(|end| end.is_finite()).fold(0.0, f64::max)
    }
}

/// Reads what each value stands for; none where that cannot be told.
pub(super) fn meaning(field: &Field) -> Option<Meaning> {
    let names: Vec<&str> = field.possible_values.iter().map(Value::name).collect();
    let unit = unit_named(field);
    let mut meaning = Meaning {
        windows: field.possible_values.iter().map(|v| own(v, unit)).collect(),
        ..Meaning::default()
    };
    let stands_open = |m: &Meaning, i: usize| m.windows.get(i).is_some_and(Option::is_none);
    for (i, name) in names.iter().enumerate() {
        let words = Words::new(name);
        if stands_open(&meaning, i) && find(&words, of("missing")).is_some() {
            meaning.missing = meaning.missing.or(Some(i));
        } else if stands_open(&meaning, i) && find(&words, of("silence")).is_some() {
            meaning.silence = meaning.silence.or(Some(i));
        }
    }
    let sentences = read(&field.prompt, &names);
    for sentence in &sentences {
        for (value, said) in pairs(sentence) {
            if !stands_open(&meaning, value) {
                continue;
            }
            match said {
                Item::Times(at) => {
                    let window = sentence.stretch(at).and_then(|s| sentence.turned(&s));
                    if let Some(w) = meaning.windows.get_mut(value) {
                        *w = window;
                    }
                }
                Item::Rest => meaning.rest = meaning.rest.or(Some(value)),
                Item::Silence => meaning.silence = meaning.silence.or(Some(value)),
                Item::Missing => meaning.missing = meaning.missing.or(Some(value)),
                Item::Value(_) => {}
            }
        }
    }
    // What has no times yet, and is not for what cannot be told.
    let open: Vec<usize> = (0..names.len())
        .filter(|i| {
            let special = [meaning.rest, meaning.silence, meaning.missing].contains(&Some(*i));
            stands_open(&meaning, *i)
                && !special
                && !field.possible_values.get(*i).is_some_and(is_rest)
        })
        .collect();
    let told = meaning.windows.iter().flatten().count();
    // "Output 'Yes' if it was breached, otherwise 'No'" says no times of either.
    let mut open = open;
    if told == 0 && open.len() == 1 {
        open.extend(meaning.rest.take());
    }
    match open.as_slice() {
        [] => {}
        [one] if told > 0 && meaning.rest.is_none() => meaning.rest = Some(*one),
        [first, second] if told == 0 && meaning.rest.is_none() => {
            let both = judged(field, &sentences, [*first, *second])?;
            for (i, window) in [*first, *second].into_iter().zip(both) {
                if let Some(w) = meaning.windows.get_mut(i) {
                    *w = Some(window);
                }
            }
        }
        _ => return None,
    }
    meaning.windows.iter().any(Option::is_some).then_some(meaning)
}

/// What a value stands for by its own name, or by its description.
fn own(value: &Value, unit: Option<&str>) -> Option<Window> {
    let of = |text: &str| match stretches(text).as_slice() {
        [one] => turned(
            text.get(..one.start).unwrap_or_default(),
            text.get(one.end..).unwrap_or_default(),
            one,
        ),
        _ => None,
    };
    of(value.name())
        .or_else(|| of(&with_unit(value.name(), unit?)))
        .or_else(|| value.description().and_then(of))
}

/// Units that stand in a question without a number: "minutes between handoff and reply".
const UNITS: [(&str, &[&str]); 4] = [
    (
        "seconds",
        &["seconds", "secs", "sekunden", "secondes", "segundos", "secondi", "seconden", "sekund*"],
    ),
    (
        "minutes",
        &[
            "minutes", "mins", "min", "minuten", "minutos", "minuti", "minuty", "minut", "minuter",
            "dakika",
        ],
    ),
    (
        "hours",
        &[
            "hours", "hrs", "stunden", "heures", "horas", "ore", "uren", "uur", "godziny",
            "godzin", "timmar", "saat",
        ],
    ),
    ("days", &["days", "tage", "tagen", "jours", "dias", "giorni", "dagen", "dni", "dagar"]),
];

/// The one unit that a question names.
fn unit_named(field: &Field) -> Option<&'static str> {
    let words = Words::new(&format!("{}. {}", field.name, field.prompt));
    let mut named = UNITS.iter().filter(|(_, forms)| find(&words, forms).is_some());
    let (unit, _) = named.next()?;
    named.next().is_none().then_some(*unit)
}

/// A value of numbers alone with the question's unit behind its last number: "0-15", "240+", "60 or more".
fn with_unit(value: &str, unit: &str) -> String {
    let letters = Words::new(value);
    let plain = letters.iter().all(|w| {
        w.bytes().all(|b| b.is_ascii_digit())
            || [
                "or", "more", "less", "over", "under", "than", "up", "to", "and", "above", "below",
                "at", "least", "most",
            ]
            .contains(&w)
    });
    match value.rfind(|c: char| c.is_ascii_digit()) {
        Some(last) if plain => {
            let (number, after) = value.split_at(last + 1);
            format!("{number} {unit}{after}")
        }
        _ => String::new(),
    }
}

/// Whether two or more values are numbers that the question gives a unit for.
pub(super) fn has_bare_numbers(field: &Field) -> bool {
    let Some(unit) = unit_named(field) else { return false };
    let bare = |v: &&Value| !stretches(&with_unit(v.name(), unit)).is_empty();
    field.possible_values.iter().filter(bare).count() >= 2
}

/// A stretch as the words around it in its clause leave it: "failed to reply within 4 hours" is what follows them.
/// None where that cannot be told.
pub(super) fn turned(before: &str, after: &str, stretch: &Stretch) -> Option<Window> {
    let window = stretch.window;
    let words = Words::new(&format!("{before} \u{2026} {after}"));
    let broken = find_all(&words, of("broken"));
    let denied = find_all(&words, of("denied"));
    let adjoins = |at: usize| denied.iter().any(|(_, end)| at == *end || at == end + 1);
    let unless = find(&words, &["unless"]).is_some();
    let broke = !broken.is_empty() && !broken.iter().all(|(at, _)| adjoins(*at));
    let undone = broken.iter().any(|(at, _)| adjoins(*at));
    // What denies the breach denies nothing else.
    let denies = !denied.is_empty() && !undone;
    let flips = match stretch.side {
        Side::Within | Side::Bare if undone => unless,
        Side::Within | Side::Bare if broke && denies => return None,
        Side::Within | Side::Bare => (broke || denies) != unless,
        Side::Beyond if undone => return None,
        Side::Beyond if denies => {
            let last = Words::new(before);
            let silent = matches!(last.get(last.len().wrapping_sub(1)), "for" | "seit" | "durante");
            let lasts = find(
                &words,
                &[
                    "take", "took", "taken", "need", "needed", "wait", "waited", "last", "lasted",
                    "exceed*", "dauer*",
                ],
            )
            .is_some();
            if silent == lasts {
                return None;
            }
            lasts != unless
        }
        Side::Beyond => unless,
        Side::Between if denies || broke || unless => return None,
        Side::Between => false,
    };
    if flips { window.rest() } else { Some(window) }
}

/// Whether words say that a limit was kept; none where they say neither, or both.
fn kept(text: &str) -> Option<bool> {
    let words = Words::new(text);
    let denied = find_all(&words, of("denied"));
    let denies = |at: usize| denied.iter().any(|(_, end)| at == *end || at == end + 1);
    let mut said = Vec::new();
    for (of, kept) in [(of("broken"), false), (of("kept"), true)] {
        said.extend(find_all(&words, of).into_iter().map(|(at, _)| kept != denies(at)));
    }
    let first = *said.first()?;
    said.iter().all(|s| *s == first).then_some(first)
}

/// What two values stand for that the prompt gives no times of their own: a yes and a no to what it asks, or a limit
/// that was kept and one that was not.
fn judged(field: &Field, sentences: &[Sentence<'_>], two: [usize; 2]) -> Option<[Window; 2]> {
    let name = |i: usize| field.possible_values.get(i).map(Value::name).unwrap_or_default();
    let [first, second] = two.map(name);
    let is = |v: &str, sense| means(v, sense);
    let first_is_yes = match (is(first, Sense::Yes), is(second, Sense::Yes)) {
        (true, false) if is(second, Sense::No) => Some(true),
        (false, true) if is(first, Sense::No) => Some(false),
        _ => None,
    };
    let asked = || sentences.iter().filter(|s| s.is_question());
    // What is asked with its length of time: "did an agent reply within 4 hours?"
    let questions: Vec<(&Sentence<'_>, Stretch)> =
        asked().flat_map(|s| s.stretches().map(move |at| (s, at))).collect();
    if let Some(first_is_yes) = first_is_yes
        && let [(sentence, at)] = questions.as_slice()
        && !(at.side == Side::Bare && kept(sentence.text).is_none())
    {
        let yes = sentence.turned(at)?;
        // Another question beside it that asks for the opposite leaves it open.
        let other = asked().filter(|s| s.stretches().next().is_none()).find_map(|s| kept(s.text));
        if other.is_some_and(|kept| kept != (yes.low == 0.0)) {
            return None;
        }
        let no = yes.rest()?;
        return Some(if first_is_yes { [yes, no] } else { [no, yes] });
    }
    let (inside, outside) = limit(field, sentences, &questions)?;
    let first_is_kept = match first_is_yes {
        None => match (kept(first), kept(second)) {
            (Some(a), Some(b)) if a != b => a,
            (Some(a), None) => a,
            (None, Some(b)) => !b,
            _ => return None,
        },
        Some(first_is_yes) => {
            // "Output 'Yes' if it was breached", then what is asked, then what the question is called.
            let (yes, no) = if first_is_yes { (two[0], two[1]) } else { (two[1], two[0]) };
            let named = sentences.iter().find_map(|s| s.said_of(yes).and_then(kept));
            let named = named.or_else(|| {
                sentences.iter().find_map(|s| s.said_of(no).and_then(kept)).map(|k| !k)
            });
            let asked = || asked().find_map(|s| kept(s.text));
            let plain = || match questions.as_slice() {
                [] => proposition(sentences),
                _ => None,
            };
            let yes_is_kept = named.or_else(asked).or_else(|| kept(&field.name)).or_else(plain)?;
            yes_is_kept == first_is_yes
        }
    };
    Some(if first_is_kept { [inside, outside] } else { [outside, inside] })
}

/// The one limit that a question names: what keeps it, and what does not.
fn limit(
    field: &Field,
    sentences: &[Sentence<'_>],
    questions: &[(&Sentence<'_>, Stretch)],
) -> Option<(Window, Window)> {
    let mut all: Vec<Stretch> = questions.iter().map(|(_, at)| *at).collect();
    if all.is_empty() {
        all = sentences.iter().flat_map(|s| s.stretches().collect::<Vec<_>>()).collect();
    }
    if all.is_empty() {
        all = stretches(&field.name);
    }
    let inside = all.iter().map(|s| match s.side {
        Side::Within | Side::Bare => Some(s.window),
        Side::Beyond => s.window.rest(),
        Side::Between => None,
    });
    let mut found: Option<Window> = None;
    for window in inside {
        let window = window?;
        match found {
            Some(other) if other.high != window.high => return None,
            Some(_) => {}
            None => found = Some(window),
        }
    }
    let inside = found?;
    Some((inside, inside.rest()?))
}

/// "Agent reply within 4 hours of the handoff": what is to be affirmed, where it is all that is said.
fn proposition(sentences: &[Sentence<'_>]) -> Option<bool> {
    let mut found = sentences
        .iter()
        .flat_map(|s| s.stretches().map(move |at| (s, at)))
        .filter(|(_, at)| matches!(at.side, Side::Within | Side::Beyond));
    let (sentence, at) = found.next()?;
    found.next().is_none().then(|| sentence.turned(&at).map(|w| w.low == 0.0))?
}

/// Where the part of a clause begins that a length of time after `before` belongs to: after the last "if".
pub(super) fn begins(before: &str) -> usize {
    let words = Words::new(before);
    let from = find_all(&words, of("subordinate")).last().map_or(0, |(i, _)| {
        let range = words.source(*i..i + 1);
        // "Unless" turns what follows it round and is part of it.
        if words.get(*i) == "unless" { range.start } else { range.end }
    });
    before.rfind([':', '=', '(', '?']).map_or(from, |i| from.max(i + 1))
}
