//! Stretches of time as people write them: "within 4 hours", "1-4 h", "no later than noon" less the noon.

use super::super::duration::{Duration, durations};
use super::super::phrase::find_all;
use super::super::words::Words;
use super::phrases::of;

/// A stretch of time, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    /// Where it begins.
    pub low: f64,
    /// Whether its beginning is part of it.
    pub from_low: bool,
    /// Where it ends; infinite where nothing ends it.
    pub high: f64,
    /// Whether its end is part of it.
    pub to_high: bool,
    /// Seconds of the unit that it is told in.
    pub unit: f64,
}

impl Window {
    /// Up to a limit.
    pub(super) fn until(high: f64, to_high: bool, unit: f64) -> Self {
        Self { low: 0.0, from_low: true, high, to_high, unit }
    }

    /// From a limit on.
    pub(super) fn from(low: f64, from_low: bool, unit: f64) -> Self {
        Self { low, from_low, high: f64::INFINITY, to_high: false, unit }
    }

    /// Whether so many seconds lie in it.
    pub(super) fn holds(&self, secs: f64) -> bool {
        let after = if self.from_low { secs >= self.low } else { secs > self.low };
        let before = if self.to_high { secs <= self.high } else { secs < self.high };
        after && before
    }

    /// What is left of all times; none where that would be two stretches.
    pub(super) fn rest(&self) -> Option<Self> {
        match (self.low > 0.0, self.high.is_finite()) {
            (false, true) => Some(Self::from(self.high, !self.to_high, self.unit)),
            (true, false) => Some(Self::until(self.low, !self.from_low, self.unit)),
            _ => None,
        }
    }
}

/// On which side of its limits a stretch lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Before a limit.
    Within,
    /// Past one.
    Beyond,
    /// Between two.
    Between,
    /// A bare length: "our limit is 4 hours".
    Bare,
}

/// A stretch with its bytes, the words of comparison before and after it included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub window: Window,
    pub side: Side,
    pub start: usize,
    pub end: usize,
}

/// How a limit is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Less,
    AtMost,
    AtLeast,
    More,
}

/// Words of comparison before a length of time, folded; of two that end at one place the longer one holds.
const BEFORE: [(Compared, &str); 4] = [
    (Compared::AtMost, "before at most"),
    (Compared::Less, "before less"),
    (Compared::AtLeast, "before at least"),
    (Compared::More, "before more"),
];

/// The same after a length of time.
const AFTER: [(Compared, &str); 4] = [
    (Compared::AtMost, "after at most"),
    (Compared::Less, "after less"),
    (Compared::AtLeast, "after at least"),
    (Compared::More, "after more"),
];

/// All stretches of a text, in order.
pub(super) fn stretches(text: &str) -> Vec<Stretch> {
    let all: Vec<Duration> = durations(text);
    let mut found: Vec<Stretch> = Vec::new();
    let mut last = 0;
    for (i, length) in all.iter().enumerate() {
        let next = all.get(i + 1).map_or(text.len(), |d| d.start);
        let one = stretch(text, last, length, next);
        last = one.end;
        let joined = found.last().and_then(|before| join(text, before, &one));
        match (joined, found.last_mut()) {
            (Some(both), Some(before)) => *before = both,
            _ => found.push(one),
        }
    }
    found
}

/// One stretch: the words of comparison stand between `from` and `until`.
fn stretch(text: &str, from: usize, length: &Duration, until: usize) -> Stretch {
    let before = text.get(from..length.start).unwrap_or_default();
    let after = text.get(length.end..until).unwrap_or_default();
    let (secs, unit) = (length.secs, length.unit);
    if let Some((low, start)) = low_without_unit(before)
        && let count = secs / unit
        && low < count
    {
        let window = Window { low: low * unit, from_low: true, high: secs, to_high: true, unit };
        return Stretch { window, side: Side::Between, start: from + start, end: length.end };
    }
    let (compared, start, end) = match compared_after(after) {
        Some((compared, used)) => (Some(compared), length.start, length.end + used),
        None => match compared_before(before) {
            Some((compared, at)) => (Some(compared), from + at, length.end),
            None if text.get(length.start..length.end).is_some_and(|t| t.contains('+')) => {
                (Some(Compared::AtLeast), length.start, length.end)
            }
            None => (None, length.start, length.end),
        },
    };
    let (window, side) = match compared {
        Some(Compared::Less) => (Window::until(secs, false, unit), Side::Within),
        Some(Compared::AtMost) => (Window::until(secs, true, unit), Side::Within),
        Some(Compared::AtLeast) => (Window::from(secs, true, unit), Side::Beyond),
        Some(Compared::More) => (Window::from(secs, false, unit), Side::Beyond),
        None => (Window::until(secs, true, unit), Side::Bare),
    };
    Stretch { window, side, start, end }
}

/// Two lengths of time as one stretch: "15 min - 1 h", "between 1 hour and 4 hours", "over 1 hour and up to 4 hours".
fn join(text: &str, first: &Stretch, second: &Stretch) -> Option<Stretch> {
    let (low, from_low) = match first.side {
        Side::Bare => (first.window.high, true),
        Side::Beyond => (first.window.low, first.window.from_low),
        _ => return None,
    };
    let high = second.window.high;
    if high <= low || !high.is_finite() {
        return None;
    }
    let between = text.get(first.end..second.start)?.trim();
    let ranged = matches!(
        between,
        "-" | "–"
            | "—"
            | "~"
            | "〜"
            | "to"
            | "bis"
            | "a"
            | "à"
            | "al"
            | "até"
            | "tot"
            | "till"
            | "から"
    ) && second.side == Side::Bare;
    // "up to", "tot", "do", "hasta" are read as part of the second one.
    let reaching = second.side == Side::Within
        && (between.is_empty()
            || matches!(
                between,
                "and" | "but" | "," | "&" | "und" | "et" | "y" | "e" | "en" | "i" | "och"
            ));
    let named = text.get(..first.start).is_some_and(|t| {
        let words = Words::new(t);
        let last = words.get(words.len().wrapping_sub(1));
        matches!(
            last,
            "between" | "zwischen" | "entre" | "tra" | "fra" | "tussen" | "miedzy" | "mellan"
        )
    });
    let paired =
        named && matches!(between, "and" | "und" | "et" | "y" | "e" | "en" | "i" | "a" | "och");
    (ranged || paired || (reaching && (first.side == Side::Beyond || between.is_empty())))
        .then_some(Stretch {
            window: Window {
                low,
                from_low,
                high,
                to_high: second.window.to_high,
                unit: second.window.unit,
            },
            side: Side::Between,
            start: first.start,
            end: second.end,
        })
}

/// The lower end in "1-4 hours" and "between 1 and 4 hours", which has no unit of its own, with its first byte.
fn low_without_unit(before: &str) -> Option<(f64, usize)> {
    let trimmed = before.trim_end();
    let bare = trimmed
        .strip_suffix(['-', '–', '—', '~', '〜'])
        .or_else(|| {
            [
                "to", "and", "bis", "und", "a", "à", "et", "y", "e", "tot", "en", "do", "i",
                "till", "och",
            ]
            .iter()
            .find_map(|word| trimmed.strip_suffix(word).filter(|t| t.ends_with(' ')))
        })?
        .trim_end();
    let start = bare
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_ascii_digit() || matches!(c, '.' | ','))
        .last()
        .map(|(i, _)| i)?;
    let number = bare.get(start..)?.replace(',', ".").parse().ok()?;
    Some((number, start))
}

/// The comparison that ends right before a length of time, with its first byte.
fn compared_before(before: &str) -> Option<(Compared, usize)> {
    let trimmed = before.trim_end();
    for (signs, compared) in [
        (["<=", "≤", "=<"], Compared::AtMost),
        ([">=", "≥", "=>"], Compared::AtLeast),
        (["<", "＜", "<"], Compared::Less),
        ([">", "＞", ">"], Compared::More),
    ] {
        if let Some(rest) = signs.iter().find_map(|s| trimmed.strip_suffix(*s)) {
            return Some((compared, rest.len()));
        }
    }
    let words = Words::new(before);
    let best = BEFORE
        .iter()
        .flat_map(|(compared, phrases)| {
            find_all(&words, of(phrases)).into_iter().map(|(from, to)| (*compared, from, to))
        })
        .filter(|(_, _, to)| (*to..words.len()).all(|i| of("fillers").contains(&words.get(i))))
        .min_by_key(|(_, from, to)| (words.len() - to, *from))?;
    // A comma or a bracket ends what the words compare.
    let start = words.source(best.1..best.2).start;
    let gap = before.get(words.source(best.1..best.2).end..).unwrap_or_default();
    (!gap.contains([',', ';', ':', '=', '(', ')', '?', '\n'])).then_some((best.0, start))
}

/// The comparison that follows a length of time at once, with the bytes that it takes.
fn compared_after(after: &str) -> Option<(Compared, usize)> {
    let spaces = after.len() - after.trim_start().len();
    if let Some(sign) = after.trim_start().chars().next().filter(|c| matches!(c, '+' | '＋')) {
        return Some((Compared::AtLeast, spaces + sign.len_utf8()));
    }
    let clause = after.split([',', ';', '.', '=', '?', '(', ')', '\n']).next().unwrap_or_default();
    let words = Words::new(clause);
    AFTER
        .iter()
        .flat_map(|(compared, phrases)| {
            find_all(&words, of(phrases)).into_iter().map(|(from, to)| (*compared, from, to))
        })
        .filter(|(_, from, _)| *from == 0)
        .max_by_key(|(_, _, to)| *to)
        .map(|(compared, from, to)| (compared, words.source(from..to).end))
}
