//! Domains as they are spelled, and slips in them.

use super::super::Region;
use super::super::lang::cues::{COM, DOT};
use super::super::message::Message;
use super::super::region::{Plan, first};
use super::{MAX_DOMAIN, PROVIDERS, is_bracketed, is_one_of, piece, sign};
use crate::text::{chars, concat, cut, cut_last};

/// Real top-level domains that are one slip away from `com`.
const TOPS: &str = "cam mom bom";

/// Labels shorter than this are not corrected: whoever is one letter away from them is somebody else.
const MIN_LABEL: usize = 5;

/// What stands for a domain after an at-sign.
pub(super) struct Domain {
    pub name: String,
    /// The last token.
    pub last: usize,
    /// Its dots are spelled.
    pub spelled: bool,
    /// Another sign stands for a dot, or none.
    pub broken: bool,
}

impl Domain {
    /// The domain that begins at a token.
    pub(super) fn after(message: &Message<'_>, first: usize) -> Option<Self> {
        let name = piece(message, first)?.to_owned();
        let mut domain = Self { name, last: first, spelled: false, broken: false };
        let letter = |i: usize| piece(message, i).filter(|word| chars(word) == 1);
        while domain.name.len() <= MAX_DOMAIN {
            // "g m a i l"
            if let (Some(_), Some(next)) = (letter(domain.last), letter(domain.last + 1)) {
                domain.name.push_str(next);
                domain.last += 1;
                continue;
            }
            if message.cues(domain.last + 1) & (COM | DOT) == COM | DOT {
                domain.name.push_str(".com");
                (domain.last, domain.spelled) = (domain.last + 1, true);
                break;
            }
            // "firm(dot)com"
            let around = usize::from(is_bracketed(message, domain.last + 2, domain.last + 3));
            let at = domain.last + 1 + around;
            let Some(c) = sign(message, at) else { break };
            let next = at + 1 + around;
            let mark = message.tokens.mark(at).is_some();
            let Some(word) = piece(message, next)
                .filter(|_| !mark || message.tokens.get(next).is_some_and(|t| !t.spaced))
            else {
                break;
            };
            domain.spelled |= c == '.' && !mark;
            domain.last = next;
            domain.name.push(c);
            domain.name.push_str(word);
        }
        Some(domain)
    }

    /// Takes in what is a provider's domain with other signs for its dots: "gmail,com", "gmail..com", "gmail com".
    pub(super) fn mend(&mut self, message: &Message<'_>) {
        let mut name = self.name.clone();
        let mut at = self.last + 1;
        for _ in 0..2 {
            let from = at;
            while at < from + 2
                && matches!(message.tokens.mark(at), Some('.' | ',' | '，' | '。' | '．'))
            {
                at += 1;
            }
            // "ana@web de la tienda" is no slip.
            let Some(word) = piece(message, at).filter(|_| at > from || name.len() >= MIN_LABEL)
            else {
                break;
            };
            name.push('.');
            name.push_str(word);
            if is_one_of(PROVIDERS, &name) {
                (self.name, self.last, self.broken) = (name.clone(), at, true);
            }
            at += 1;
        }
    }
}

/// The address with the domain that was likely meant, where this one looks like a slip.
pub(super) fn slip(address: &str) -> Option<String> {
    let (local, domain) = cut(address, b'@')?;
    if is_one_of(PROVIDERS, domain) {
        return None;
    }
    if let Some(meant) = first(PROVIDERS, b' ', &mut |provider| is_slip_of(domain, provider)) {
        return Some(concat(&[local, "@", meant]));
    }
    let (name, top) = cut_last(domain, b'.')?;
    let meant = match () {
        () if top == "nte" => "net",
        () if one_slip(top, "com").is_some() && !is_one_of(TOPS, top) => "com",
        () => return None,
    };
    let mended = concat(&[local, "@", name, ".", meant]);
    // "gmial.con", and "gmial.co"; other countries have domains of their own.
    slip(&mended).or((top.len() > 2).then_some(mended))
}

/// Whether a domain is one slip away from a provider's, and no other country's, as "hotmail.fi" is.
fn is_slip_of(domain: &str, provider: &str) -> bool {
    let Some(at) = one_slip(domain, provider) else { return false };
    let (label, top) = cut(provider, b'.').unwrap_or_default();
    let long = label.len() >= MIN_LABEL;
    let Some((_, own)) = cut_last(domain, b'.') else { return true };
    if at <= label.len() {
        // The first letter is seldom the wrong one: "ymail.com" and "email.com" are others.
        return long && (at > 0 || domain.as_bytes().get(1) == provider.as_bytes().first());
    }
    top.ends_with(own)
        || domain.len() < provider.len()
        || Region::new(own).and_then(Plan::of).is_none()
}

/// Where one letter was left out, put in, changed, or changed places with its neighbour.
fn one_slip(a: &str, b: &str) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() < b.len() { (a.len(), b.len()) } else { (b.len(), a.len()) };
    let mut before = 0;
    while before < short && a.get(before) == b.get(before) {
        before += 1;
    }
    let mut after = 0;
    while before + after < short && a.get(a.len() - 1 - after) == b.get(b.len() - 1 - after) {
        after += 1;
    }
    let between = short - before - after;
    let swapped = || a.get(before) == b.get(before + 1) && a.get(before + 1) == b.get(before);
    let one = long - short + between == 1 || short == long && between == 2 && swapped();
    one.then_some(before)
}

#[cfg(test)]
mod tests {
    use super::super::is_host;
    use super::*;

    #[test]
    fn slips_are_one_letter_away() {
        for (wrong, right) in [
            ("a@gmial.com", Some("a@gmail.com")),
            ("a@gmal.com", Some("a@gmail.com")),
            ("a@gmaill.com", Some("a@gmail.com")),
            ("a@hotnail.com", Some("a@hotmail.com")),
            ("a@firma.con", Some("a@firma.com")),
            ("a@gmial.co", Some("a@gmail.com")),
            ("a@aol.co", Some("a@aol.com")),
            ("a@firma.co", None),
            ("a@gmail.com", None),
            ("a@ymail.com", None),
            ("a@example.org", None),
        ] {
            assert_eq!(slip(wrong).as_deref(), right, "{wrong}");
        }
    }

    #[test]
    fn hosts() {
        assert!(is_host("gmail.com") && is_host("a.co.uk") && is_host("müller.de"));
        assert!(!is_host("gmail") && !is_host("1.2") && !is_host("-a.com") && !is_host(".com"));
    }
}
