//! What is known of phone numbers by region.

use super::Region;

/// Region, country code, trunk prefix, lengths of the national number.
const REGIONS: [(&str, &str, &str, core::ops::RangeInclusive<usize>); 30] = [
    ("US", "1", "1", 10..=10),
    ("CA", "1", "1", 10..=10),
    ("GB", "44", "0", 9..=10),
    ("IE", "353", "0", 7..=10),
    ("AU", "61", "0", 9..=9),
    ("NZ", "64", "0", 8..=10),
    ("IN", "91", "0", 10..=10),
    ("ES", "34", "", 9..=9),
    ("MX", "52", "", 10..=10),
    ("AR", "54", "0", 10..=11),
    ("CO", "57", "", 10..=10),
    ("CL", "56", "", 9..=9),
    ("FR", "33", "0", 9..=9),
    ("BE", "32", "0", 8..=9),
    ("CH", "41", "0", 9..=9),
    ("DE", "49", "0", 6..=11),
    ("AT", "43", "0", 7..=13),
    ("BR", "55", "0", 10..=11),
    ("PT", "351", "", 9..=9),
    ("IT", "39", "", 6..=11),
    ("NL", "31", "0", 9..=9),
    ("PL", "48", "", 9..=9),
    ("JP", "81", "0", 9..=10),
    ("CN", "86", "0", 10..=11),
    ("TW", "886", "0", 8..=9),
    ("TH", "66", "0", 8..=9),
    ("TR", "90", "0", 10..=10),
    ("EG", "20", "0", 8..=10),
    ("SA", "966", "0", 8..=9),
    ("SE", "46", "0", 7..=9),
];

type Plan = (&'static str, &'static str, &'static str, core::ops::RangeInclusive<usize>);

fn plan(region: Region) -> Option<&'static Plan> {
    REGIONS.iter().find(|r| r.0 == region.code())
}

fn national<'d>(digits: &'d str, plan: &Plan) -> Option<&'d str> {
    let fits = |d: &str| plan.3.contains(&d.len());
    match digits.strip_prefix(plan.2) {
        Some(rest) if !plan.2.is_empty() && fits(rest) => Some(rest),
        // The trunk prefix is often left out.
        _ if fits(digits) => Some(digits),
        _ => None,
    }
}

/// Whether digits are a national number of the region, as it is dialled there.
pub(super) fn fits(digits: &str, region: Option<Region>) -> bool {
    region.and_then(plan).is_some_and(|plan| national(digits, plan).is_some())
}

/// E.164 where the country is written or known, else the digits.
pub(super) fn normalise(digits: &str, plus: bool, region: Option<Region>) -> String {
    if plus {
        return format!("+{digits}");
    }
    match region.and_then(plan).and_then(|plan| Some((plan.1, national(digits, plan)?))) {
        Some((code, national)) => format!("+{code}{national}"),
        None => digits.to_owned(),
    }
}
