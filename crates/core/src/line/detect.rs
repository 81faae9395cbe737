//! The lines of `askwell detect`.

use crate::detect::{Asked, Context, Found, Kind, Region, Subject, detect};
use crate::text::Lang;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// One message. Further fields are ignored.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DetectIn"))]
pub struct In {
    /// Copied to the answer.
    #[serde(default)]
    pub id: Value,
    /// What the visitor wrote.
    pub text: String,
    /// What was said to them just before.
    #[serde(default)]
    pub prev_agent: Option<String>,
    /// What that asked for, where only this is known.
    #[serde(default)]
    pub asked: Vec<Asked>,
    /// BCP 47; a language that is not known is no error.
    #[serde(default)]
    pub lang: Option<String>,
    /// ISO 3166-1 alpha-2; empty where it is not known, as tables have it. Anything else is an error.
    #[serde(default, deserialize_with = "known")]
    pub region: Option<Region>,
}

fn known<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Region>, D::Error> {
    let text: Option<String> = Option::deserialize(d)?;
    let text = text.filter(|text| !text.is_empty());
    text.map(|text| Region::deserialize(text.into_deserializer())).transpose()
}

/// What the command was told for all lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// For lines that have no region.
    pub region: Option<Region>,
    /// For lines that have no language.
    pub lang: Option<Lang>,
    /// Other people's and taken-back ones too.
    pub all: bool,
}

/// One thing found.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DetectItem"))]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// First code point.
    pub start: usize,
    /// Code point after the last.
    pub end: usize,
    /// Normalised.
    pub value: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Whose it is, and whether it stands.
    pub subject: Subject,
    /// A likelier spelling to ask about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// What one message says.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DetectOut"))]
pub struct Out {
    /// As it came in.
    pub id: Value,
    /// In the order of the text.
    pub found: Vec<Item>,
    /// Kinds to be forgotten; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Kind>,
}

/// Answers one line.
pub fn run(input: &In, options: Options) -> Out {
    let context = Context {
        prev_agent: input.prev_agent.as_deref(),
        asked: &input.asked,
        lang: input.lang.as_deref().and_then(Lang::from_tag).or(options.lang),
        region: input.region.or(options.region),
    };
    let detection = detect(&input.text, &context);
    let mut points = CodePoints { text: &input.text, byte: 0, points: 0 };
    let found = detection
        .found
        .into_iter()
        .filter(|f| options.all || f.subject == Subject::Visitor)
        .map(|f| item(f, &mut points))
        .collect();
    Out { id: input.id.clone(), found, withdrawn: detection.withdrawn }
}

fn item(f: Found, points: &mut CodePoints<'_>) -> Item {
    Item {
        kind: f.kind,
        start: points.at(f.start),
        end: points.at(f.end),
        value: f.value,
        confidence: f.confidence,
        subject: f.subject,
        suggestion: f.suggestion,
    }
}

/// Turns growing byte offsets into code points in one pass.
struct CodePoints<'a> {
    text: &'a str,
    byte: usize,
    points: usize,
}

impl CodePoints<'_> {
    fn at(&mut self, byte: usize) -> usize {
        let passed = self.text.get(self.byte..byte).unwrap_or_default();
        self.points += passed.chars().count();
        self.byte = self.byte.max(byte);
        self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_code_points_and_others_are_listed_only_when_asked_for() {
        let line = r#"{"id":7,"text":"😀 my name is Zoë, my husband Mark","more":1}"#;
        let input: In = serde_json::from_str(line).unwrap();
        let own = serde_json::to_value(run(&input, Options::default())).unwrap();
        assert_eq!(own["id"], 7);
        assert_eq!(own["found"].as_array().unwrap().len(), 1);
        assert_eq!((&own["found"][0]["start"], &own["found"][0]["end"]), (&13.into(), &16.into()));
        let all = run(&input, Options { all: true, ..Options::default() });
        assert_eq!(all.found.len(), 2);
        assert_eq!(all.found[1].subject, Subject::Other);
    }

    #[test]
    fn a_missing_text_or_a_bad_region_is_an_error() {
        assert!(serde_json::from_str::<In>(r#"{"id":1}"#).is_err());
        assert!(serde_json::from_str::<In>(r#"{"text":"a","region":"USA"}"#).is_err());
        assert!(serde_json::from_str::<In>(r#"{"text":"a","lang":"xx"}"#).is_ok());
    }

    #[test]
    fn a_region_that_is_not_known_is_null_empty_or_left_out() {
        let read = |line: &str| serde_json::from_str::<In>(line).map(|input| input.region);
        for line in
            [r#"{"text":"a"}"#, r#"{"text":"a","region":null}"#, r#"{"text":"a","region":""}"#]
        {
            assert_eq!(read(line).unwrap(), None, "{line}");
        }
        assert_eq!(read(r#"{"text":"a","region":"gb"}"#).unwrap(), Region::new("GB"));
        for line in [
            r#"{"text":"a","region":" "}"#,
            r#"{"text":"a","region":"G"}"#,
            r#"{"text":"a","region":7}"#,
        ] {
            assert!(read(line).is_err(), "{line}");
        }
        // Then it is that of the command, as where it is left out.
        let line: In = serde_json::from_str(r#"{"text":"a","region":""}"#).unwrap();
        let options = Options { region: Region::new("US"), ..Options::default() };
        assert_eq!(line.region.or(options.region), Region::new("US"));
    }
}
