//! What was detected, as the wire carries it.

use super::FoundOnWire;
use crate::detect::Detection;
use crate::text::Utf16;

impl FoundOnWire {
    /// Everything found in a text, in its order, with offsets in UTF-16 code units.
    /// Linear in the text.
    pub fn list(text: &str, detection: &Detection) -> Vec<Self> {
        let mut utf16 = Utf16::new(text);
        detection
            .found
            .iter()
            .map(|f| Self {
                kind: f.kind,
                start: utf16.at(f.start),
                end: utf16.at(f.end),
                value: f.value.clone(),
                confidence: f.confidence,
                subject: f.subject,
                suggestion: f.suggestion.clone(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Found, Kind, Subject};

    #[test]
    fn offsets_are_utf16() {
        let text = "😀 é Ana, ana@fern.example";
        let found = |kind, needle: &str| {
            let start = text.find(needle).unwrap();
            Found {
                kind,
                start,
                end: start + needle.len(),
                value: needle.to_owned(),
                confidence: 1.0,
                subject: Subject::Visitor,
                suggestion: None,
            }
        };
        let detection = Detection {
            found: vec![found(Kind::Name, "Ana"), found(Kind::Email, "ana@fern.example")],
            withdrawn: Vec::new(),
        };
        let spans: Vec<_> =
            FoundOnWire::list(text, &detection).iter().map(|f| (f.start, f.end)).collect();
        // The face is two units, the é and each space one.
        assert_eq!(spans, [(5, 8), (10, 26)]);
    }
}
