//! What is known of phone numbers by region: a reading of Google's libphonenumber metadata, made by
//! `data/detect/phones.py`.

use super::Region;
use crate::text::concat;

/// A line a region; `phones.py` says what the columns are.
const PLANS: &str = include_str!(concat!(env!("OUT_DIR"), "/phones.txt"));

/// How numbers of one region are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    code: &'static str,
    international: &'static str,
    trunks: &'static str,
    completion: &'static str,
    /// `length:digits` a length, with the digits that numbers of this length may begin with.
    lengths: &'static str,
}

impl Plan {
    /// The plan of a region, if it has one.
    pub(super) fn of(region: Region) -> Option<Self> {
        let mut rest = PLANS;
        while let Some((line, after)) = rest.split_once('\n') {
            if let Some(line) = line.strip_prefix(region.code()).and_then(|l| l.strip_prefix(' ')) {
                let mut columns = line.splitn(5, ' ');
                let mut next = || columns.next().map(|c| if c == "-" { "" } else { c });
                return Some(Self {
                    code: next()?,
                    international: next()?,
                    trunks: next()?,
                    completion: next()?,
                    lengths: next()?,
                });
            }
            rest = after;
        }
        None
    }

    /// Whether a national number has a length that the region has, and begins as such do.
    fn has(&self, national: &str) -> bool {
        self.lengths.split(' ').any(|span| is_in(span, national))
    }

    fn has_length(&self, national: &str) -> bool {
        self.lengths.split(' ').any(|span| is_length(span, national))
    }

    /// The national number without what is dialled before it inside the country.
    fn national(&self, digits: &str) -> Option<String> {
        if let Some(national) = self.without_trunk(digits).find(|d| self.has(d)) {
            return Some(national.to_owned());
        }
        let mut forms = self.without_trunk(digits).chain([digits]);
        if let Some(mobile) = forms.find_map(|d| self.argentine_mobile(d)) {
            return Some(mobile);
        }
        // The trunk prefix is often left out, and is itself how some numbers begin.
        if self.has(digits) {
            return Some(digits.to_owned());
        }
        if let Some((area, local)) = self.completion.split_once(':')
            && is_in(local, digits)
        {
            return Some(concat(&[area, digits]));
        }
        // The country code is often written without its plus.
        digits.strip_prefix(self.code).filter(|d| self.has(d)).map(str::to_owned)
    }

    fn without_trunk<'d>(&self, digits: &'d str) -> impl Iterator<Item = &'d str> {
        self.trunks.split('/').filter(|t| !t.is_empty()).filter_map(|t| digits.strip_prefix(t))
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
            Some(concat(&["9", area, local.strip_prefix("15")?]))
        })
    }

    /// Whether digits are a national number of the region, as it is dialled there.
    pub(super) fn fits(&self, digits: &str) -> bool {
        self.national(digits).is_some()
    }

    /// E.164, as far as the digits allow.
    pub(super) fn normalise(&self, digits: &str) -> Option<String> {
        let national = self.national(digits).or_else(|| {
            let abroad = digits.strip_prefix(self.international)?;
            is_international(abroad).then(|| concat(&["+", abroad]))
        });
        match national {
            Some(abroad) if abroad.starts_with('+') => Some(abroad),
            Some(national) => Some(concat(&["+", self.code, &national])),
            // Ranges that the metadata does not have are still dialled from inside.
            None => self
                .without_trunk(digits)
                .chain([digits])
                .find(|d| self.has_length(d))
                .map(|d| concat(&["+", self.code, d])),
        }
    }
}

fn is_in(span: &str, digits: &str) -> bool {
    let first = digits.bytes().next();
    is_length(span, digits)
        && span.split_once(':').is_some_and(|(_, firsts)| firsts.bytes().any(|b| Some(b) == first))
}

fn is_length(span: &str, digits: &str) -> bool {
    span.split_once(':').is_some_and(|(n, _)| n.parse() == Ok(digits.len()))
}

/// Whether digits begin with a country code that has numbers of this length.
pub(super) fn is_international(digits: &str) -> bool {
    PLANS.lines().any(|line| {
        let mut columns = line.split(' ');
        let code = columns.nth(1).filter(|c| c.bytes().all(|b| b.is_ascii_digit()));
        code.and_then(|c| digits.strip_prefix(c))
            .is_some_and(|national| columns.skip(3).any(|span| is_in(span, national)))
    })
}

/// E.164 where the country is written or known, else the digits.
pub(super) fn normalise(digits: &str, plus: bool, region: Option<Region>) -> String {
    if plus {
        return concat(&["+", digits]);
    }
    if let Some(e164) = region.and_then(Plan::of).and_then(|plan| plan.normalise(digits)) {
        return e164;
    }
    match digits.strip_prefix("00").filter(|d| region.is_none() && is_international(d)) {
        Some(abroad) => concat(&["+", abroad]),
        None => digits.to_owned(),
    }
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
        ] {
            assert_eq!(normalise(digits, false, at), e164, "{digits} {at:?}");
        }
    }
}
