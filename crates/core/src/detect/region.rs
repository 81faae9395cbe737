//! What is known of phone numbers by region: a reading of Google's libphonenumber metadata, made by
//! `data/detect/phones.py`.

use super::Region;
use crate::text::{concat, cut};

/// Six columns, each with a `|` behind it, and in each of them a line a region, as `build.rs` writes them: the regions (one
/// letter where the first is that of the one before), their country codes, the international prefix
/// (nothing is 00), the trunk prefixes (nothing is 0, `-` none), what completes a local number, the lengths.
const PLANS: &str = include_str!(concat!(env!("OUT_DIR"), "/phones.txt"));

/// How numbers of one region are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    code: &'static str,
    international: &'static str,
    trunks: &'static str,
    completion: &'static str,
    /// A letter a length, `a` for one digit, and behind those the digits that numbers of these lengths may begin with.
    lengths: &'static str,
}

impl Plan {
    /// The plan of a region, if it has one.
    pub(super) fn of(region: Region) -> Option<Self> {
        Self::find(&mut |own, _| own == region.0)
    }

    /// The first plan of which the region's code and the plan say that it is the one.
    fn find(is: &mut dyn FnMut([u8; 2], &Self) -> bool) -> Option<Self> {
        let mut columns = [""; 6];
        let mut rest = PLANS;
        for column in &mut columns {
            (*column, rest) = cut(rest, b'|')?;
        }
        let mut own = [0; 2];
        loop {
            let mut values = [""; 6];
            for (column, value) in columns.iter_mut().zip(&mut values) {
                (*value, *column) = cut(column, b'\n')?;
            }
            let [region, code, international, trunks, completion, lengths] = values;
            match region.as_bytes() {
                [first, second] => own = [*first, *second],
                [second] => own[1] = *second,
                _ => {}
            }
            let usual = |column, usual| match column {
                "" => usual,
                "-" => "",
                _ => column,
            };
            let international = usual(international, "00");
            let plan =
                Self { code, international, trunks: usual(trunks, "0"), completion, lengths };
            if is(own, &plan) {
                return Some(plan);
            }
        }
    }

    /// Whether a national number has a length that the region has, and begins as such do.
    fn has(&self, national: &str) -> bool {
        is_in(self.lengths, national)
    }

    fn has_length(&self, national: &str) -> bool {
        self.lengths.bytes().any(|letter| is_length(letter, national))
    }

    /// The first that is made of the digits without one of the trunk prefixes.
    fn without_trunk(
        &self,
        digits: &str,
        make: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Option<String> {
        let mut made = None;
        first(self.trunks, b'/', &mut |trunk| {
            made = digits.strip_prefix(trunk).and_then(&mut *make);
            made.is_some()
        });
        made
    }

    /// Mobiles are written there with 15 after the area code, and have 9 before it instead.
    fn argentine_mobile(&self, digits: &str) -> Option<String> {
        if self.code != "54" || digits.len() != 12 {
            return None;
        }
        // Buenos Aires alone has two digits.
        let areas = if digits.starts_with("11") { 2..=2 } else { 3..=4 };
        areas.into_iter().find_map(|area| {
            let (area, local) = digits.split_at_checked(area)?;
            Some(concat(&["+549", area, local.strip_prefix("15")?]))
        })
    }

    /// E.164 of digits that fit without a trunk prefix, or else as they are: it is often left out, and is itself how some
    /// numbers begin.
    fn dialled(&self, digits: &str, fits: fn(&Self, &str) -> bool) -> Option<String> {
        let make = &mut |d: &str| fits(self, d).then(|| concat(&["+", self.code, d]));
        self.without_trunk(digits, make).or_else(|| make(digits))
    }

    /// E.164 of digits that begin with the country code. What is dialled inside the country only goes, as in
    /// "+44 (0)20 …"; Italy has nothing of that kind, and keeps its 0.
    fn with_code(&self, digits: &str) -> Option<String> {
        self.dialled(digits.strip_prefix(self.code)?, Self::has)
    }

    /// E.164 of a number of the region as it is dialled there, or of another region's.
    pub(super) fn known(&self, digits: &str) -> Option<String> {
        let mobile = &mut |d: &str| self.argentine_mobile(d);
        let own = self
            .dialled(digits, Self::has)
            .or_else(|| self.without_trunk(digits, mobile))
            .or_else(|| mobile(digits));
        if own.is_some() {
            return own;
        }
        if let Some((area, local)) = cut(self.completion, b':')
            && is_in(local, digits)
        {
            return Some(concat(&["+", self.code, area, digits]));
        }
        // The country code is often written without its plus.
        self.with_code(digits).or_else(|| digits.strip_prefix(self.international).and_then(abroad))
    }

    /// E.164, as far as the digits allow.
    pub(super) fn normalise(&self, digits: &str) -> Option<String> {
        // Ranges that the metadata does not have are still dialled from inside.
        self.known(digits).or_else(|| self.dialled(digits, Self::has_length))
    }
}

/// The first of the parts between separators for which it is so.
pub(super) fn first<'t>(
    mut parts: &'t str,
    separator: u8,
    is: &mut dyn FnMut(&str) -> bool,
) -> Option<&'t str> {
    while !parts.is_empty() {
        let (part, rest) = cut(parts, separator).unwrap_or((parts, ""));
        parts = rest;
        if is(part) {
            return Some(part);
        }
    }
    None
}

/// Whether there is a length for these digits, with their first one behind it and those of the same.
fn is_in(lengths: &str, digits: &str) -> bool {
    let (mut fits, mut begun) = (false, false);
    lengths.bytes().any(|byte| {
        let first = byte.is_ascii_digit();
        if first {
            begun = false;
            return fits && digits.as_bytes().first() == Some(&byte);
        }
        fits = is_length(byte, digits) || fits && begun;
        begun = true;
        false
    })
}

/// Whether a letter is the length of some digits; no digit is.
fn is_length(letter: u8, digits: &str) -> bool {
    usize::from(letter) == usize::from(b'`') + digits.len()
}

/// E.164 of digits that begin with a country code and have a number of that country behind it.
fn abroad(digits: &str) -> Option<String> {
    let mut number = None;
    Plan::find(&mut |_, plan| {
        number = plan.with_code(digits);
        number.is_some()
    });
    number
}

/// E.164 where the country is written or known, else the digits.
pub(super) fn normalise(digits: &str, plus: bool, region: Option<Region>) -> String {
    if plus {
        return abroad(digits).unwrap_or_else(|| concat(&["+", digits]));
    }
    if let Some(e164) = region.and_then(Plan::of).and_then(|plan| plan.normalise(digits)) {
        return e164;
    }
    digits
        .strip_prefix("00")
        .filter(|_| region.is_none())
        .and_then(abroad)
        .unwrap_or_else(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_language_tag() {
        let cases = [
            ("en-GB", "GB"),
            ("de_AT", "AT"),
            ("zh-Hans-CN", "CN"),
            ("sl-rozaj-it", "IT"),
            ("de", ""),
            ("es-419", ""),
            ("", ""),
            ("GB", ""),
            ("en-u-ca-gregory", ""),
            ("en-x-us", ""),
            ("en-UK", "GB"),
        ];
        for (tag, region) in cases {
            assert_eq!(Region::from_tag(tag), Region::new(region), "{tag}");
        }
    }

    /// Google's example numbers of every region and type.
    #[test]
    fn example_numbers_of_all_regions() {
        let mut wrong = Vec::new();
        let mut count = 0;
        for line in include_str!("../../tests/data/phone_examples.tsv").lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            let [region, e164, national, international] = columns[..] else { panic!("{line}") };
            let region = Region::new(region);
            let code = Plan::of(region.unwrap()).unwrap().code;
            let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
            let bare = &e164[1 + code.len()..];
            for written in [digits(national), bare.to_owned()] {
                count += 1;
                let read = normalise(&written, false, region);
                if read != e164 {
                    wrong.push(format!("{line}: {written} read as {read}"));
                }
            }
            assert_eq!(normalise(&digits(international), true, region), e164);
        }
        assert!(count > 2_500);
        assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn prefixes() {
        let region = |r| Region::new(r);
        for (digits, at, e164) in [
            ("004915123456789", region("FR"), "+4915123456789"),
            ("0114915123456789", region("US"), "+4915123456789"),
            ("004915123456789", None, "+4915123456789"),
            ("919876543210", region("IN"), "+919876543210"),
            ("09876543210", region("IN"), "+919876543210"),
            ("01115 23456789".replace(' ', "").as_str(), region("AR"), "+5491123456789"),
            ("0669012345", region("IT"), "+390669012345"),
            ("4155550132", None, "4155550132"),
            ("004904930123456", region("FR"), "+494930123456"),
            ("4401632960421", region("GB"), "+441632960421"),
        ] {
            assert_eq!(normalise(digits, false, at), e164, "{digits} {at:?}");
        }
        for (digits, e164) in [
            ("4401632960421", "+441632960421"),
            ("4903023125017", "+493023125017"),
            ("74951234567", "+74951234567"),
            ("784951234567", "+74951234567"),
            ("390669012345", "+390669012345"),
            ("2250712345678", "+2250712345678"),
        ] {
            assert_eq!(normalise(digits, true, None), e164, "{digits}");
        }
    }
}
