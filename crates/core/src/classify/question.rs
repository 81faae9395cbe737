//! A field as the classifier reads it.

use super::Field;
use super::concepts::Concept;
use super::facts::Skips;
use super::focus::Focus;
use super::kind::{Kind, Sense, means};
use super::label::{self, Values};
use super::rules::{self, Otherwise};
use super::vectors::Vector;
use super::whether::Whether;
use std::sync::OnceLock;

/// A field that is put to many conversations: what its name, prompt and values say is read once, each part when
/// a conversation first needs it, and kept.
///
/// The answers are those of the [`Field`] itself. Some ten kilobytes each, mostly the vectors of the values.
#[derive(Debug, Clone)]
pub struct Question {
    field: Field,
    kind: OnceLock<Kind>,
    focus: OnceLock<Focus>,
    condition: OnceLock<Option<Vec<Concept>>>,
    names_kinds: OnceLock<bool>,
    unsaid_is_null: OnceLock<bool>,
    otherwise: OnceLock<Option<Otherwise>>,
    rest: OnceLock<Option<usize>>,
    failure: OnceLock<Option<usize>>,
    values: OnceLock<Values>,
    vectors: OnceLock<Vec<Vec<(f32, Vector)>>>,
    whether: OnceLock<Whether>,
    skips: OnceLock<Skips>,
}

impl Question {
    /// A question from a field.
    pub fn new(field: Field) -> Self {
        Self {
            field,
            kind: OnceLock::new(),
            focus: OnceLock::new(),
            condition: OnceLock::new(),
            names_kinds: OnceLock::new(),
            unsaid_is_null: OnceLock::new(),
            otherwise: OnceLock::new(),
            rest: OnceLock::new(),
            failure: OnceLock::new(),
            values: OnceLock::new(),
            vectors: OnceLock::new(),
            whether: OnceLock::new(),
            skips: OnceLock::new(),
        }
    }

    /// The field that it asks.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// What kind of question it is.
    pub(crate) fn kind(&self) -> &Kind {
        self.kind.get_or_init(|| Kind::of(&self.field))
    }

    /// Whose words it asks about.
    pub(crate) fn focus(&self) -> Focus {
        *self.focus.get_or_init(|| Focus::of(&self.field))
    }

    /// What a conversation must have touched for the question to apply; none where any conversation does.
    pub(crate) fn condition(&self) -> Option<&[Concept]> {
        self.condition.get_or_init(|| rules::condition(&self.field)).as_deref()
    }

    /// Whether its values are kinds of what its condition speaks of.
    pub(crate) fn names_kinds(&self) -> bool {
        *self.names_kinds.get_or_init(|| rules::names_kinds(&self.field))
    }

    /// Whether what is not said has no answer, rather than a no.
    pub(crate) fn unsaid_is_null(&self) -> bool {
        *self.unsaid_is_null.get_or_init(|| rules::unsaid_is_null(&self.field))
    }

    /// What the prompt says to answer when nothing else holds.
    pub(crate) fn otherwise(&self) -> Option<Otherwise> {
        *self.otherwise.get_or_init(|| rules::otherwise(&self.field))
    }

    /// The value for "no reason given", else the one for "something else".
    pub(crate) fn rest(&self) -> Option<usize> {
        *self.rest.get_or_init(|| rules::rest(&self.field, true))
    }

    /// The value that says that it went badly, where none says that it went well.
    pub(crate) fn failure(&self) -> Option<usize> {
        *self.failure.get_or_init(|| {
            let place =
                |sense| self.field.possible_values.iter().position(|v| means(v.name(), sense));
            place(Sense::Bad).filter(|_| place(Sense::Good).is_none())
        })
    }

    /// What is looked for of each value.
    pub(crate) fn values(&self) -> &Values {
        self.values.get_or_init(|| Values::of(&self.field))
    }

    /// The vectors of each value, with their weights.
    pub(crate) fn vectors(&self) -> &[Vec<(f32, Vector)>] {
        self.vectors.get_or_init(|| label::vectors(&self.field))
    }

    /// What a question of whether something is so asks for; `yes` is the value for "it is so", which the kind
    /// names.
    pub(crate) fn whether(&self, yes: usize) -> &Whether {
        self.whether.get_or_init(|| Whether::of(&self.field, yes))
    }

    /// When the prompt says that there is no answer, as far as that is looked up.
    pub(crate) fn skips(&self) -> &Skips {
        self.skips.get_or_init(|| Skips::of(&self.field.prompt))
    }
}

impl From<Field> for Question {
    fn from(field: Field) -> Self {
        Self::new(field)
    }
}
