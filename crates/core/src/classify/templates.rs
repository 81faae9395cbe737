//! Ready-made questions: every field of the product's use cases, with its values and a prompt.

use super::{Field, Value};
use serde::{Deserialize, Serialize};

const TEMPLATES: &str = include_str!("../../data/classify/templates.json");

/// Questions that a new workspace begins with: common to most shops, and all optional.
const STARTERS: [&str; 6] = [
    "Language",
    "Customer satisfaction",
    "Delivery problems",
    "Product issues",
    "Cancellation reason",
    "First response SLA",
];

/// A ready-made question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Template {
    /// Under which heading it is offered.
    pub group: String,
    /// What it tracks, in one line.
    pub description: String,
    /// The question.
    #[serde(flatten)]
    pub field: TemplateField,
}

/// The question of a [`Template`], as [`Field`] but without its strictness about other keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TemplateField {
    /// How it appears in reports.
    pub name: String,
    /// What to look for.
    pub prompt: String,
    /// The answers that there can be.
    pub possible_values: Vec<Value>,
    /// Whether "no answer" is one.
    pub optional: bool,
}

impl From<TemplateField> for Field {
    fn from(t: TemplateField) -> Self {
        Self {
            name: t.name,
            prompt: t.prompt,
            possible_values: t.possible_values,
            optional: t.optional,
        }
    }
}

/// All ready-made questions, in the order in which they are offered.
pub fn templates() -> Vec<Template> {
    // The file is part of the crate, and a test proves that it parses.
    serde_json::from_str(TEMPLATES).unwrap_or_default()
}

/// The questions that a new workspace begins with.
pub fn starter_fields() -> Vec<Field> {
    let all = templates();
    STARTERS
        .iter()
        .filter_map(|name| all.iter().find(|t| t.field.name == *name))
        .map(|t| t.field.clone().into())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_whole_and_named_once() {
        let all = templates();
        assert_eq!(all.len(), 23);
        for template in &all {
            let field = &template.field;
            assert_eq!(
                all.iter().filter(|t| t.field.name == field.name).count(),
                1,
                "{}",
                field.name
            );
            assert!(field.possible_values.len() >= 2, "{}", field.name);
            assert!(field.prompt.len() > 40, "{}", field.name);
            assert!(
                !field.optional || field.prompt.contains("null"),
                "{} has no skip rule",
                field.name
            );
        }
        let groups: std::collections::BTreeSet<&str> =
            all.iter().map(|t| t.group.as_str()).collect();
        assert_eq!(groups.len(), 6);
    }

    #[test]
    fn a_new_workspace_begins_with_optional_questions() {
        let fields = starter_fields();
        assert_eq!(fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), STARTERS);
        assert!(fields.iter().all(|f| f.optional));
    }
}
