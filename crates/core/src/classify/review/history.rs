//! A field over its life: a draft that can be tried, and published versions that are never changed.

use crate::classify::{Field, validate};
use crate::closing::FieldVersion;
use crate::error::{Code, Error};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Most fields of a workspace.
pub const MAX_FIELDS: usize = 100;

/// A version that is or was live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Published {
    /// Counts from 1, without gaps.
    pub version: u32,
    /// When it went live.
    pub published_at: UnixMillis,
    /// The question.
    pub field: Field,
}

/// A field with its draft and all that was published of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldHistory {
    /// The field's id, stable over its versions.
    pub id: String,
    /// Whether it is put to conversations that close. A disabled field keeps its answers.
    pub enabled: bool,
    /// What is being worked on; not put to conversations that close.
    pub draft: Option<Field>,
    /// All versions, oldest first. Only ever added to, so that each answer keeps its question.
    pub published: Vec<Published>,
}

impl FieldHistory {
    /// Begins with a draft.
    ///
    /// # Errors
    /// [`Code::InvalidField`] as [`validate`] says.
    pub fn new(id: impl Into<String>, draft: Field) -> Result<Self, Error> {
        validate(&draft)?;
        Ok(Self { id: id.into(), enabled: true, draft: Some(draft), published: Vec::new() })
    }

    /// The newest published version, whether or not the field is enabled.
    pub fn newest(&self) -> Option<&Published> {
        self.published.last()
    }

    /// What is put to conversations that close.
    pub fn live(&self) -> Option<FieldVersion> {
        let newest = self.newest().filter(|_| self.enabled)?;
        Some(FieldVersion {
            id: self.id.clone(),
            version: newest.version,
            field: newest.field.clone(),
        })
    }

    /// Sets the draft.
    ///
    /// # Errors
    /// [`Code::InvalidField`] as [`validate`] says; the old draft stays.
    pub fn edit(&mut self, draft: Field) -> Result<(), Error> {
        validate(&draft)?;
        self.draft = Some(draft);
        Ok(())
    }

    /// Makes the draft the live version and returns its number.
    ///
    /// # Errors
    /// [`Code::IllegalTransition`] without a draft, or with one that is the live version already.
    pub fn publish(&mut self, at: UnixMillis) -> Result<u32, Error> {
        let refuse = |detail| Error::new(Code::IllegalTransition, detail);
        let Some(draft) = &self.draft else {
            return Err(refuse("there is no draft to publish; edit the field first"));
        };
        if self.newest().is_some_and(|n| n.field == *draft) {
            return Err(refuse("the draft is the same as the live version"));
        }
        validate(draft)?;
        let version = self.newest().map_or(0, |n| n.version).saturating_add(1);
        if let Some(field) = self.draft.take() {
            self.published.push(Published { version, published_at: at, field });
        }
        Ok(version)
    }

    /// Makes an old version the draft again; publishing it gives a new version.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is no such version.
    pub fn restore(&mut self, version: u32) -> Result<(), Error> {
        let old = self.published.iter().find(|p| p.version == version);
        let Some(old) = old else {
            return Err(Error::new(Code::NotFound, format!("there is no version {version}")));
        };
        self.draft = Some(old.field.clone());
        Ok(())
    }

    /// Throws the draft away. A field that was never published is nothing then.
    pub fn discard(&mut self) {
        self.draft = None;
    }
}

/// Refuses a workspace's fields where a report could not tell them apart, or there are too many.
///
/// # Errors
/// [`Code::InvalidField`] past [`MAX_FIELDS`], or where two names differ in case and spaces only.
pub fn validate_names<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Result<(), Error> {
    let mut seen: Vec<String> = Vec::new();
    for field in fields {
        let name = field.name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if seen.contains(&name) {
            return Err(Error::new(Code::InvalidField, "two fields have the same name"));
        }
        seen.push(name);
        if seen.len() > MAX_FIELDS {
            let detail = format!("a workspace may have {MAX_FIELDS} fields at most");
            return Err(Error::new(Code::InvalidField, detail));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Value;

    fn field(prompt: &str) -> Field {
        Field {
            name: "Reason".to_owned(),
            prompt: prompt.to_owned(),
            possible_values: vec![Value::Name("Price".to_owned())],
            optional: true,
        }
    }

    #[test]
    fn a_draft_goes_live_when_published_and_not_before() {
        let mut history = FieldHistory::new("f1", field("one")).unwrap();
        assert_eq!(history.live(), None);
        assert_eq!(history.publish(UnixMillis(5)), Ok(1));
        history.edit(field("two")).unwrap();
        assert_eq!(history.live().map(|f| (f.version, f.field.prompt)), Some((1, "one".into())));
        assert_eq!(history.publish(UnixMillis(6)), Ok(2));
        assert_eq!(history.live().map(|f| f.version), Some(2));
        assert_eq!(history.draft, None);
        assert_eq!(history.published.len(), 2);
    }

    #[test]
    fn nothing_new_is_not_published() {
        let mut history = FieldHistory::new("f1", field("one")).unwrap();
        history.publish(UnixMillis(5)).unwrap();
        let code = |r: Result<u32, Error>| r.map_err(|e| e.code);
        assert_eq!(code(history.publish(UnixMillis(6))), Err(Code::IllegalTransition));
        history.edit(field("one")).unwrap();
        assert_eq!(code(history.publish(UnixMillis(6))), Err(Code::IllegalTransition));
        assert_eq!(history.published.len(), 1);
    }

    #[test]
    fn an_old_version_comes_back_as_a_new_one() {
        let mut history = FieldHistory::new("f1", field("one")).unwrap();
        history.publish(UnixMillis(5)).unwrap();
        history.edit(field("two")).unwrap();
        history.publish(UnixMillis(6)).unwrap();
        history.restore(1).unwrap();
        assert_eq!(history.publish(UnixMillis(7)), Ok(3));
        assert_eq!(history.live().map(|f| f.field.prompt), Some("one".to_owned()));
        assert_eq!(history.restore(9).map_err(|e| e.code), Err(Code::NotFound));
    }

    #[test]
    fn a_disabled_field_is_not_put_and_a_bad_draft_changes_nothing() {
        let mut history = FieldHistory::new("f1", field("one")).unwrap();
        history.publish(UnixMillis(5)).unwrap();
        history.enabled = false;
        assert_eq!(history.live(), None);
        let bad = Field { name: String::new(), ..field("x") };
        assert_eq!(history.edit(bad).map_err(|e| e.code), Err(Code::InvalidField));
        assert_eq!(history.draft, None);
    }

    #[test]
    fn names_tell_fields_apart() {
        let named = |name: &str| Field { name: name.to_owned(), ..field("x") };
        assert_eq!(validate_names([&named("A"), &named("B")]), Ok(()));
        assert!(validate_names([&named("Return  reason"), &named("return Reason")]).is_err());
        let many: Vec<Field> = (0..=MAX_FIELDS).map(|i| named(&format!("f{i}"))).collect();
        assert!(validate_names(&many).is_err());
        assert_eq!(validate_names(many.iter().take(MAX_FIELDS)), Ok(()));
    }
}
