//! Pages of Data Collection as text.

use super::collection::{self, Shown};
use super::field_form::FieldForm;
use super::tests::HOSTILE;
use super::{field, field_new};
use askwell::api::{FieldDetail, FieldDraft, FieldStats, FieldWithHistory};
use askwell::classify::review::{FieldHistory, agreement};
use askwell::classify::{Field, Value, templates};
use askwell::id::ConversationId;
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

fn cv(name: &str) -> ConversationId {
    ConversationId::derive(&[name.as_bytes()])
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

#[test]
fn a_trial_says_what_changes() {
    use super::trial::{self, Asked};
    use askwell::api::FieldPreview;
    use askwell::classify::review::diff;
    use askwell::classify::{Answer, AnswerState, Method};
    let answer = |value: Option<&str>| Answer {
        answer: value.map(str::to_owned),
        state: if value.is_some() { AnswerState::Value } else { AnswerState::Null },
        confidence: 1.0,
        evidence: Vec::new(),
        method: Method::Embedded,
    };
    let (one, other) = (answer(Some(HOSTILE)), answer(None));
    let preview = FieldPreview {
        conversations: vec![cv("a"), cv("b")],
        diff: diff([(Some(&one), &one), (Some(&one), &other)]),
        hints: Vec::new(),
        cost_micros: 0,
    };
    let text = trial::try_page(&detail(), &Asked::default(), Some(&preview)).into_string();
    harmless(&text);
    assert!(text.contains("1 answered the same, <strong>1 differently"), "{text}");
    let has = |name: &str| text.contains(&format!("/app/conversations/{}", cv(name)));
    assert!(has("b") && !has("a"));
    assert!(text.contains("−1") && text.contains("+1"));
    let empty = FieldPreview { conversations: Vec::new(), diff: diff([]), ..preview };
    let text = trial::try_page(&detail(), &Asked::default(), Some(&empty)).into_string();
    assert!(text.contains("No conversations yet"));
}

#[test]
fn proposed_values_are_added_by_those_who_may() {
    use super::trial::values_page;
    use askwell::api::{ValueProposal, ValueProposals};
    let proposal =
        |value: &str| ValueProposal { value: value.to_owned(), conversations: vec![cv("a")] };
    let found = ValueProposals {
        out_of: Some(HOSTILE.to_owned()),
        read: 9,
        proposals: vec![proposal("Other"), proposal("<script>new")],
    };
    let text = values_page(&detail(), Some(&found), true).into_string();
    harmless(&text);
    assert_eq!(
        (text.matches("Add to the draft").count(), text.matches("in the field").count()),
        (1, 1)
    );
    assert!(!values_page(&detail(), Some(&found), false).into_string().contains("<form"));
    assert!(values_page(&detail(), None, true).into_string().contains("never published"));
}

#[test]
fn a_backfill_offers_what_can_be_done_with_it() {
    use super::backfills::{Around, figures, watch_page};
    use askwell::api::{Backfill, BackfillState, NewBackfill};
    let at = |state| Backfill {
        id: "bf_1".to_owned(),
        wanted: NewBackfill {
            field_ids: vec!["fd_1".to_owned()],
            first: None,
            last: None,
            model: true,
        },
        state,
        total: 8,
        done: 3,
        failed: 1,
        cost_micros: 1_500_000,
        begun_at: UnixMillis(0),
        begun_by: HOSTILE.to_owned(),
    };
    let around =
        Around { fields: vec![("fd_1".to_owned(), HOSTILE.to_owned())], ..Around::default() };
    let running = watch_page(&at(BackfillState::Running), &around, true).into_string();
    harmless(&running);
    for said in
        ["hx-trigger=\"every 2s\"", "4 of 8 conversations (50.0 %)", "Pause", "Cancel", "1.50"]
    {
        assert!(running.contains(said), "{said} in {running}");
    }
    let paused = figures(&at(BackfillState::Paused), true).into_string();
    assert!(paused.contains("Resume") && !paused.contains("hx-get"));
    for (state, may) in [
        (BackfillState::Finished, true),
        (BackfillState::Cancelled, true),
        (BackfillState::Running, false),
    ] {
        assert!(!figures(&at(state), may).into_string().contains("<form"));
    }
}

#[test]
fn a_persons_answer_stands_beside_the_models() {
    use super::answers::{Shown, answers, decisions};
    use askwell::api::{
        ConversationDecisions, DecisionShown, HumanAnswer, ReviewedAnswer, ReviewedAnswers,
    };
    use askwell::classify::review::Said;
    use askwell::classify::{Answer, AnswerState, Evidence, Method};
    use askwell::detect::Kind;
    let answer = ReviewedAnswer {
        field_id: "fd_1".to_owned(),
        field_version: 1,
        field_name: HOSTILE.to_owned(),
        standing: Said { state: AnswerState::Value, answer: Some("Other".to_owned()) },
        model: Some(Answer {
            answer: Some("Late".to_owned()),
            state: AnswerState::Value,
            confidence: 0.4,
            evidence: vec![Evidence { message: 2, quote: HOSTILE.to_owned() }],
            method: Method::Embedded,
        }),
        band: None,
        doubtful: true,
        human: Some(HumanAnswer {
            answer: Some("Other".to_owned()),
            by: "us_1".to_owned(),
            at: UnixMillis(0),
        }),
    };
    let shown = Shown {
        reviewed: ReviewedAnswers { answers: vec![answer], ..ReviewedAnswers::default() },
        fields: [("fd_1".to_owned(), hostile())].into(),
        classified: true,
        ..Shown::default()
    };
    let id = cv("a");
    let team = [("us_1".to_owned(), "Mira".to_owned())].into();
    let text = answers(&id, &shown, &team, true).into_string();
    harmless(&text);
    for said in [
        "Set by Mira",
        "Built-in classifier said: Late",
        "40 % sure",
        "Take back",
        "Re-classify",
        "href=\"#m2\"",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!answers(&id, &shown, &team, false).into_string().contains("<form"));

    let decision = |code: &str, reason: &str, field| DecisionShown {
        seq: 1,
        message_id: String::new(),
        at: UnixMillis(0),
        code: code.to_owned(),
        reason: reason.to_owned(),
        field,
    };
    let all = ConversationDecisions {
        arm: Some(askwell::prompt::Arm::Asked),
        decisions: vec![
            decision("held.greeting_only", "held: greeting only", None),
            decision("asked.email.send", "asked e-mail: wants something sent", Some(Kind::Email)),
        ],
    };
    let text = decisions(&all).into_string();
    for said in [">held<", " greeting only, ", ">asked: E-mail<", " wants something sent, "] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(decisions(&ConversationDecisions::default()).into_string().contains("Asking was off"));
}
