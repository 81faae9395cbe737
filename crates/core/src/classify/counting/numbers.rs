//! The numbers that a value stands for.

use super::super::kind::{Sense, means};
use super::super::phrase::find;
use super::super::words::Words;

/// Words for numbers in values.
const WRITTEN: [(&[&str], u64); 7] = [
    (
        &[
            "once",
            "one",
            "single",
            "einmal",
            "una vez",
            "une fois",
            "uma vez",
            "una volta",
            "eenmaal",
            "1x",
        ],
        1,
    ),
    (
        &[
            "twice",
            "two",
            "zweimal",
            "dos veces",
            "deux fois",
            "duas vezes",
            "due volte",
            "tweemaal",
            "2x",
        ],
        2,
    ),
    (
        &[
            "three",
            "thrice",
            "dreimal",
            "tres veces",
            "trois fois",
            "tres vezes",
            "tre volte",
            "driemaal",
            "3x",
        ],
        3,
    ),
    (&["four", "viermal", "cuatro veces", "quatre fois", "quatro vezes", "quattro volte"], 4),
    (&["five", "funfmal", "cinco veces", "cinq fois", "cinco vezes", "cinque volte"], 5),
    (&["six"], 6),
    (&["ten"], 10),
];

/// The numbers that a value stands for: "3", "1-3", "5+", "more than 5", "none", "twice or more".
pub(super) fn numbers(value: &str) -> Option<(u64, u64)> {
    const NONE: [&str; 14] = [
        "none",
        "never",
        "zero",
        "not at all",
        "nie",
        "niemals",
        "keine",
        "nunca",
        "jamais",
        "mai",
        "nooit",
        "nigdy",
        "aldrig",
        "ninguno",
    ];
    const SEVERAL: [&str; 11] = [
        "multiple",
        "several",
        "repeatedly",
        "many times",
        "multiple times",
        "mehrmals",
        "mehrfach",
        "varias veces",
        "plusieurs fois",
        "varias vezes",
        "piu volte",
    ];
    let words = Words::new(value);
    if means(value, Sense::No) || find(&words, &NONE) == Some(0) {
        return Some((0, 0));
    }
    let mut found: Vec<u64> = Vec::new();
    for part in value.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()) {
        found.push(part.parse().ok()?);
    }
    if found.is_empty() {
        let mut written: Vec<(usize, u64)> = WRITTEN
            .iter()
            .filter_map(|(forms, number)| Some((find(&words, forms)?, *number)))
            .collect();
        written.sort_unstable();
        found.extend(written.into_iter().map(|(_, number)| number));
    }
    let has = |of: &[&str]| find(&words, of).is_some();
    match found.as_slice() {
        [low, high] if low < high => Some((*low, *high)),
        [one]
            if value.trim_end().ends_with('+')
                || has(&[
                    "or more",
                    "and more",
                    "at least",
                    "oder mehr",
                    "und mehr",
                    "mindestens",
                    "o mas",
                    "ou plus",
                    "ou mais",
                    "o piu",
                    "of meer",
                    "lub wiecej",
                    "eller fler",
                ]) =>
        {
            Some((*one, u64::MAX))
        }
        [one]
            if value.contains('>')
                || has(&[
                    "more", "over", "above", "mehr", "mas", "plus", "mais", "piu", "meer",
                ]) =>
        {
            Some((one.saturating_add(1), u64::MAX))
        }
        [one]
            if has(&[
                "up to",
                "at most",
                "or less",
                "or fewer",
                "bis",
                "bis zu",
                "hochstens",
                "oder weniger",
            ]) =>
        {
            Some((0, *one))
        }
        [one] if value.contains('<') || has(&["less", "under", "fewer", "below", "weniger"]) => {
            one.checked_sub(1).map(|most| (0, most))
        }
        // "3 messages" is three; "Windows 11" would be no count, but then nothing is counted either.
        [one] => Some((*one, *one)),
        [] if has(&SEVERAL) => Some((2, u64::MAX)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_for_numbers_in_several_forms() {
        for (value, wanted) in [
            ("3", Some((3, 3))),
            ("1-3", Some((1, 3))),
            ("4 to 6", Some((4, 6))),
            ("5+", Some((5, u64::MAX))),
            ("More than 5", Some((6, u64::MAX))),
            ("5 or more", Some((5, u64::MAX))),
            ("Less than 2", Some((0, 1))),
            ("Up to 2", Some((0, 2))),
            ("None", Some((0, 0))),
            ("Never", Some((0, 0))),
            ("Damaged", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(numbers(value), wanted, "{value}");
        }
    }
}
