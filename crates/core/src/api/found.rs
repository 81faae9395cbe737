//! What was detected, as the wire carries it.

use crate::detect::{Detection, Kind, Subject};
use crate::text::Utf16;
use serde::{Deserialize, Serialize};

/// One thing noticed in a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundOnWire {
    /// What it is.
    pub kind: Kind,
    /// First UTF-16 code unit.
    pub start: usize,
    /// UTF-16 code unit after the last.
    pub end: usize,
    /// Normalised.
    pub value: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Whose it is, and whether it stands.
    pub subject: Subject,
    /// A likelier spelling to ask about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

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
    use crate::detect::Found;

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
