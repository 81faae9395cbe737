//! Amounts of money and other quantities: values that are ranges, and figures in a conversation.

/// A range of amounts: from the first, up to but not including the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Range {
    /// Lowest.
    pub low: f64,
    /// First that is past it.
    pub high: f64,
}

/// A figure in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figure {
    /// Its amount.
    pub amount: f64,
    /// Whether a currency or a "k" says that it is money.
    pub money: bool,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

const CURRENCIES: [&str; 24] = [
    "dollar",
    "usd",
    "euro",
    "eur",
    "pound",
    "gbp",
    "quid",
    "buck",
    "zl",
    "pln",
    "kr",
    "sek",
    "tl",
    "try",
    "lira",
    "yen",
    "円",
    "元",
    "块",
    "rs",
    "rupee",
    "inr",
    "baht",
    "บาท",
];

/// All figures of a text, in order.
pub(crate) fn figures(text: &str) -> Vec<Figure> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(offset) = bytes.get(at..).and_then(|b| b.iter().position(u8::is_ascii_digit)) {
        let start = at + offset;
        let mut end = start;
        while bytes.get(end).is_some_and(|b| {
            b.is_ascii_digit()
                || (matches!(b, b'.' | b',') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit))
                || (*b == b' ' && grouped(bytes, end))
        }) {
            end += 1;
        }
        at = end;
        let glued =
            text.get(..start).and_then(|t| t.chars().next_back()).is_some_and(char::is_alphabetic);
        let Some(mut amount) = text.get(start..end).and_then(number) else { continue };
        let rest = text.get(end..).unwrap_or_default();
        let spaced = rest.trim_start_matches([' ', '\u{a0}']);
        let lower: String = spaced.chars().take(12).flat_map(char::to_lowercase).collect();
        let mut money = text
            .get(..start)
            .unwrap_or_default()
            .trim_end()
            .ends_with(['$', '€', '£', '¥', '₹', '฿', '₺']);
        let mut stop = end;
        let unit = lower.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if matches!(
            unit,
            "k" | "thousand"
                | "grand"
                | "mil"
                | "mille"
                | "tausend"
                | "tys"
                | "bin"
                | "tusen"
                | "duizend"
                | "mila"
        ) {
            amount *= 1_000.0;
            money = true;
            stop = end + (rest.len() - spaced.len()) + unit.len();
        } else if matches!(unit, "m" | "million" | "mio") {
            amount *= 1_000_000.0;
        } else if unit.starts_with('万') {
            amount *= 10_000.0;
        }
        let tail = text.get(stop..).unwrap_or_default().trim_start();
        let tail_lower: String = tail.chars().take(10).flat_map(char::to_lowercase).collect();
        money |= tail.starts_with(['$', '€', '£', '₹', '฿', '₺'])
            || CURRENCIES.iter().any(|c| tail_lower.starts_with(c));
        if !glued || money {
            found.push(Figure { amount, money, start, end: stop });
        }
        at = at.max(stop);
    }
    found
}

/// A space inside a number: three digits follow, and no fourth.
fn grouped(bytes: &[u8], space: usize) -> bool {
    let digit = |i: usize| bytes.get(space + i).is_some_and(u8::is_ascii_digit);
    digit(1) && digit(2) && digit(3) && !digit(4) && space > 0
}

/// "20,000", "20.000", "1 500", "19.99".
fn number(text: &str) -> Option<f64> {
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let last = compact.rfind(['.', ',']);
    let plain: String = compact
        .char_indices()
        .filter_map(|(i, c)| match c {
            '.' | ',' => {
                let decimals = compact.len() - i - 1;
                (Some(i) == last && decimals != 3).then_some('.')
            }
            c => Some(c),
        })
        .collect();
    plain.parse().ok()
}

/// The range that a value's name states: "Under $10k", "$10k-$20k", "40k+".
pub(crate) fn range(value: &str) -> Option<Range> {
    let found = figures(value);
    let first = found.first()?;
    let before = value.get(..first.start).unwrap_or_default().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| before.contains(w));
    match found.as_slice() {
        [low, high] => {
            // "10-20k": the unit of the second is the first's too.
            let scale = if !low.money && high.amount / low.amount.max(1.0) >= 1_000.0 {
                1_000.0
            } else {
                1.0
            };
            (high.amount > low.amount)
                .then_some(Range { low: low.amount * scale, high: high.amount })
        }
        [one] => {
            let after = value.get(one.end..).unwrap_or_default().to_lowercase();
            if has(&[
                "under", "less", "below", "up to", "<", "≤", "unter", "bis", "menos", "moins",
                "meno", "minder", "ponizej", "max",
            ]) {
                Some(Range { low: 0.0, high: one.amount })
            } else if after.trim_start().starts_with('+')
                || ["more", "over", "plus", "above", "or up"].iter().any(|w| after.contains(w))
                || has(&[
                    "over", "more", "above", ">", "≥", "from", "mehr", "uber", "über", "mas de",
                    "más de", "plus de", "mais de", "ab ", "min",
                ])
            {
                Some(Range { low: one.amount, high: f64::INFINITY })
            } else {
                None
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_from_values() {
        let r = |low, high| Some(Range { low, high });
        assert_eq!(range("Under $10k"), r(0.0, 10_000.0));
        assert_eq!(range("$10k-$20k"), r(10_000.0, 20_000.0));
        assert_eq!(range("10-20k"), r(10_000.0, 20_000.0));
        assert_eq!(range("$40k+"), r(40_000.0, f64::INFINITY));
        assert_eq!(range("Over €1,000"), r(1_000.0, f64::INFINITY));
        assert_eq!(range("100 to 500 euro"), r(100.0, 500.0));
        assert_eq!(range("Damaged"), None);
        assert_eq!(range("Windows 11"), None);
    }

    #[test]
    fn figures_are_read_from_talk() {
        let amounts = |t: &str| figures(t).iter().map(|f| (f.amount, f.money)).collect::<Vec<_>>();
        assert_eq!(amounts("my budget is $15,000."), [(15_000.0, true)]);
        assert_eq!(amounts("um die 20.000 €"), [(20_000.0, true)]);
        assert_eq!(amounts("around 25k or 1 500 zl"), [(25_000.0, true), (1_500.0, true)]);
        assert_eq!(amounts("order 4711"), [(4_711.0, false)]);
        assert_eq!(amounts("PS5 please"), []);
    }
}
