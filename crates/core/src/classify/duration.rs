//! Lengths of time as people write them: "4 hours", "1h30", "half an hour", "30分".

use super::words::Words;

/// Unit stems, folded, with their seconds. Single letters match whole, others by their beginning.
const UNITS: [(&str, i64); 53] = [
    ("s", 1),
    ("sec", 1),
    ("seg", 1),
    ("sek", 1),
    ("秒", 1),
    ("m", 60),
    ("min", 60),
    ("分", 60),
    ("นาที", 60),
    ("मिनट", 60),
    ("دقيق", 60),
    ("دقائق", 60),
    ("dakika", 60),
    ("h", 3_600),
    ("hr", 3_600),
    ("hour", 3_600),
    ("hora", 3_600),
    ("heure", 3_600),
    ("stund", 3_600),
    ("std", 3_600),
    ("ora", 3_600),
    ("ore", 3_600),
    ("uur", 3_600),
    ("uren", 3_600),
    ("godz", 3_600),
    ("saat", 3_600),
    ("timm", 3_600),
    ("時間", 3_600),
    ("小时", 3_600),
    ("小時", 3_600),
    ("ชั่วโมง", 3_600),
    ("घंट", 3_600),
    ("घण्ट", 3_600),
    ("ساع", 3_600),
    ("d", 86_400),
    ("day", 86_400),
    ("dia", 86_400),
    ("jour", 86_400),
    ("tag", 86_400),
    ("giorn", 86_400),
    ("dag", 86_400),
    ("dni", 86_400),
    ("gun", 86_400),
    ("week", 604_800),
    ("woche", 604_800),
    ("seman", 604_800),
    ("semaine", 604_800),
    ("settiman", 604_800),
    ("weken", 604_800),
    ("tydzie", 604_800),
    ("tygod", 604_800),
    ("veck", 604_800),
    ("hafta", 604_800),
];

const NUMBERS: [(&str, f64); 22] = [
    ("a", 1.0),
    ("an", 1.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("twelve", 12.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("fortyfive", 45.0),
    ("sixty", 60.0),
    ("half", 0.5),
    ("couple", 2.0),
    ("quarter", 0.25),
    ("ninety", 90.0),
];

/// A length of time with the bytes that it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duration {
    /// Its length in seconds.
    pub secs: f64,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Seconds of the smallest unit that it names.
    pub unit: f64,
}

/// All lengths of time in a text, in order; parts such as "1 hour 30 minutes" are one.
pub(crate) fn durations(text: &str) -> Vec<Duration> {
    let mut found: Vec<(Duration, i64)> = Vec::new();
    let mut at = 0;
    while let Some((number, start, end)) = next_number(text, at) {
        at = end;
        let Some((unit, unit_end)) = unit_after(text, end) else { continue };
        at = unit_end;
        let secs = number * unit as f64;
        let part = Duration { secs, start, end: unit_end, unit: unit as f64 };
        match found.last_mut() {
            Some((whole, last_unit))
                if *last_unit > unit && joins(text.get(whole.end..start).unwrap_or("x")) =>
            {
                whole.secs += secs;
                whole.end = unit_end;
                whole.unit = unit as f64;
                *last_unit = unit;
            }
            _ => found.push((part, unit)),
        }
    }
    found.into_iter().map(|(d, _)| d).collect()
}

/// What may stand between the parts of one length of time.
fn joins(between: &str) -> bool {
    matches!(between.trim().trim_matches(',').trim(), "" | "and" | "y" | "und" | "et" | "e")
}

/// The next number from a byte on: value, first byte, byte after the last.
fn next_number(text: &str, from: usize) -> Option<(f64, usize, usize)> {
    let mut word: Option<usize> = None;
    let rest = text.get(from..)?;
    let mut previous_alphanumeric = false;
    for (i, c) in rest.char_indices().chain([(rest.len(), ' ')]) {
        let i = from + i;
        if let Some(digit) = ascii_digit(c)
            && !(previous_alphanumeric && word.is_some())
        {
            return Some(digits(text, i, digit));
        }
        if c.is_alphabetic() {
            word = word.or(Some(i));
        } else if let Some(start) = word.take() {
            let spelled = text.get(start..i).unwrap_or_default().to_lowercase();
            if let Some((_, value)) = NUMBERS.iter().find(|(name, _)| *name == spelled) {
                // "half an hour", "quarter of an hour": the article adds nothing.
                return Some((*value, start, i));
            }
        }
        previous_alphanumeric = c.is_alphanumeric();
    }
    None
}

fn ascii_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{FF10}'..='\u{FF19}' => char::from_digit(c as u32 - 0xFF10, 10),
        _ => None,
    }
}

fn digits(text: &str, start: usize, _first: char) -> (f64, usize, usize) {
    let (mut value, mut scale, mut end) = (0f64, 0f64, start);
    let mut chars = text.get(start..).unwrap_or_default().char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if let Some(digit) = ascii_digit(c).and_then(|d| d.to_digit(10)) {
            if scale > 0.0 {
                value += f64::from(digit) * scale;
                scale /= 10.0;
            } else {
                value = value * 10.0 + f64::from(digit);
            }
            end = start + i + c.len_utf8();
        } else if matches!(c, '.' | ',')
            && scale == 0.0
            && chars.peek().is_some_and(|(_, n)| n.is_ascii_digit())
        {
            scale = 0.1;
        } else {
            break;
        }
    }
    (value, start, end)
}

/// The unit after a number: seconds, and the byte after it. "half an hour" skips the article, "24-hour" the
/// hyphen and "240+ min" the sign.
fn unit_after(text: &str, from: usize) -> Option<(i64, usize)> {
    let rest = text.get(from..)?;
    let skipped = rest.len() - rest.trim_start_matches([' ', '-', '+', '\u{a0}', '\u{202f}']).len();
    if skipped > 3 {
        return None;
    }
    let mut begin = from + skipped;
    for article in ["of an ", "of a ", "an ", "a "] {
        if text.get(begin..).is_some_and(|t| t.starts_with(article)) {
            begin += article.len();
            break;
        }
    }
    let word: &str = {
        let tail = text.get(begin..)?;
        let end = tail.char_indices().find(|(_, c)| !is_letter(*c)).map_or(tail.len(), |(i, _)| i);
        tail.get(..end)?
    };
    let folded: String = Words::new(word).iter().collect();
    let unit = UNITS.iter().filter(|(name, _)| match name.chars().count() {
        1 if name.is_ascii() => folded == *name,
        _ => folded.starts_with(name),
    });
    let (_, secs) = unit.max_by_key(|(name, _)| name.len())?;
    Some((*secs, begin + word.len()))
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\u{0900}'..='\u{097F}' | '\u{0E00}'..='\u{0E7F}')
}

/// A number of seconds in words: "4 h 0 min 1 s".
pub(crate) fn spelled(secs: i64) -> String {
    let (hours, minutes, rest) = (secs / 3_600, secs / 60 % 60, secs % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min {rest} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_in_many_forms() {
        for (text, secs) in [
            ("within 4 hours", 14_400.0),
            ("4h", 14_400.0),
            ("1h30m", 5_400.0),
            ("1 hour and 30 minutes", 5_400.0),
            ("1.5 hours", 5_400.0),
            ("half an hour", 1_800.0),
            ("an hour", 3_600.0),
            ("24-hour", 86_400.0),
            ("two days", 172_800.0),
            ("15 Minuten", 900.0),
            ("4時間以内", 14_400.0),
            ("30分", 1_800.0),
            ("2 heures", 7_200.0),
            ("90 secs", 90.0),
        ] {
            let found = durations(text);
            assert_eq!(found.first().map(|d| d.secs), Some(secs), "{text}");
            assert_eq!(found.len(), 1, "{text}");
        }
        let two = durations("Within 4 hours = ok. Greater than 8 hours = late");
        assert_eq!(two.iter().map(|d| d.secs).collect::<Vec<_>>(), [14_400.0, 28_800.0]);
        assert!(durations("order 1234 has 2 items, a problem").is_empty());
        assert!(durations("").is_empty());
    }
}
