//! The phrases of `data/classify/times.txt`, parsed at first use and kept.

use std::sync::OnceLock;

const PHRASES: &str = include_str!("../../../data/classify/times.txt");

/// The phrases that stand under a name; none where there is no such name.
pub(super) fn of(name: &str) -> &'static [&'static str] {
    static PARSED: OnceLock<Vec<(&'static str, Vec<&'static str>)>> = OnceLock::new();
    let parsed = PARSED.get_or_init(|| {
        let lines = PHRASES.lines().filter(|l| !l.starts_with('#'));
        let named = lines.filter_map(|l| l.split_once(": "));
        named.map(|(name, phrases)| (name, phrases.split(", ").collect())).collect()
    });
    parsed.iter().find(|(n, _)| *n == name).map_or(&[], |(_, phrases)| phrases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_by_their_name() {
        let names =
            PHRASES.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(": "));
        assert_eq!(names.clone().count(), 42);
        assert!(names.clone().all(|(name, _)| !of(name).is_empty()));
        assert!(of("handoff").contains(&"hand over"));
        assert!(of("no such name").is_empty());
    }
}
