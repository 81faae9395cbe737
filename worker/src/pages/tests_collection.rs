//! Pages of Data Collection as text.

use super::collection::{self, Shown};
use super::field_form::FieldForm;
use super::tests::HOSTILE;
use super::{field, field_new};
use askwell::api::{FieldDetail, FieldDraft, FieldStats, FieldWithHistory};
use askwell::classify::review::{FieldHistory, agreement};
use askwell::classify::{Field, Value, templates};
use askwell::time::UnixMillis;

fn hostile() -> Field {
    Field {
        name: HOSTILE.to_owned(),
        prompt: HOSTILE.to_owned(),
        possible_values: vec![
            Value::Described { value: HOSTILE.to_owned(), description: HOSTILE.to_owned() },
            Value::Name("Other".to_owned()),
        ],
        optional: true,
    }
}

/// One that was published, and is being changed.
fn history() -> FieldHistory {
    let mut history = FieldHistory::new("fd_1", hostile()).unwrap();
    history.publish(UnixMillis(0)).unwrap();
    history.edit(Field { optional: false, ..hostile() }).unwrap();
    history
}

fn detail() -> FieldDetail {
    FieldDetail::of(&history(), Some(UnixMillis(7)))
}

fn list(fields: Vec<FieldDetail>) -> Shown {
    let stats = fields.iter().map(|detail| FieldStats {
        field_id: detail.id.clone(),
        conversations: 4,
        values: 2,
        others: 1,
        nulls: 1,
        errors: 1,
        hit_rate: Some(0.5),
        null_rate: Some(0.25),
        other_rate: Some(0.5),
        error_rate: Some(0.25),
        ..FieldStats::default()
    });
    Shown {
        days: "30".to_owned(),
        stats: stats.collect(),
        fields,
        removed: vec![("fd_9".to_owned(), HOSTILE.to_owned())],
    }
}

/// What somebody wrote stands there as text: the one script that it would like to be is none.
fn harmless(text: &str) {
    assert!(!text.contains("<script"), "{text}");
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn the_list_says_how_each_field_does_and_offers_what_a_role_may() {
    let shown = list(vec![detail(), FieldDetail { id: "fd_2".to_owned(), ..detail() }]);
    let text = collection::page(&shown, true).into_string();
    harmless(&text);
    for said in [">50.0 %<", ">25.0 %<", "Removed fields (1)", "data-sort=\"order\""] {
        assert!(text.contains(said), "{said} in {text}");
    }
    // The first cannot go up, the last not down.
    assert!(text.contains("value=\"fd_1\" disabled aria-label=\"Move"));
    assert_eq!(text.matches(" disabled").count(), 2);
    let looked_at = collection::page(&shown, false).into_string();
    for offered in ["New field", "<button class=\"chip\"", "data-sort", "<form id=\"order\""] {
        assert!(!looked_at.contains(offered), "{offered}");
    }
    let none = collection::page(&list(Vec::new()), true).into_string();
    assert!(none.contains("No fields yet"));
}

#[test]
fn a_field_without_other_has_no_rate_of_it() {
    let mut field = hostile();
    field.possible_values.pop();
    let one = FieldDetail::of(&FieldHistory::new("fd_1", field).unwrap(), None);
    let text = collection::page(&list(vec![one]), true).into_string();
    assert_eq!(text.matches(">50.0 %<").count(), 1, "only the hits");
}

#[test]
fn a_field_is_edited_by_those_who_may() {
    let mut shown = field::Shown {
        found: FieldWithHistory { field: detail(), removed: false, versions: history().published },
        stats: list(vec![detail()]).stats.pop(),
        agreement: agreement([(Some("a"), Some("a")), (Some("a"), None)]),
    };
    let form = FieldForm::of(&hostile());
    let text = field::page(&shown, &form, Some(HOSTILE), true).into_string();
    harmless(&text);
    for said in ["Save draft", "publish version 2", "Throw the draft away", "50.0 % of 2 looked at"]
    {
        assert!(text.contains(said), "{said} in {text}");
    }
    let looked_at = field::page(&shown, &form, None, false).into_string();
    harmless(&looked_at);
    assert!(!looked_at.contains("<form") && !looked_at.contains("<button"), "{looked_at}");
    shown.found.removed = true;
    let removed = field::page(&shown, &form, None, true).into_string();
    assert!(removed.contains("Restore as a draft") && !removed.contains("Save draft"));
}

#[test]
fn publishing_shows_what_changes() {
    let text = field::publish_page(&detail()).into_string();
    harmless(&text);
    assert!(text.contains("<td>Optional</td><td>Required</td>"), "{text}");
    assert!(text.contains("name=\"saved_at\" value=\"7\""));
    let same = FieldDetail {
        draft: Some(FieldDraft { saved_at: UnixMillis(7), field: hostile() }),
        ..detail()
    };
    let nothing = field::publish_page(&same).into_string();
    assert!(nothing.contains("Nothing to publish") && !nothing.contains("<form"));
}

#[test]
fn every_template_is_in_the_gallery() {
    let all = templates();
    let names = ["Language".to_owned()];
    let text = field_new::page(&all, &names).into_string();
    assert_eq!(text.matches("this template</a>").count(), all.len());
    assert_eq!(text.matches("in use").count(), 1);
    assert!(text.contains("new/form?template=Product+issues"));
}
