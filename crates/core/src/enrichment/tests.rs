use super::*;
use crate::plan::{Payment, Plan};
use crate::prompt::{Line, Moment};

const NOW: UnixMillis = UnixMillis(1_780_272_000_000);
const PAID: Subscription = Subscription { plan: Plan::Professional, payment: Payment::Current };
const STARTER: Subscription = Subscription { plan: Plan::Starter, payment: Payment::Current };
const OVERDUE: Subscription = Subscription { plan: Plan::Enterprise, payment: Payment::Overdue };

fn config(json: &str) -> EnrichmentConfig {
    serde_json::from_str::<EnrichmentConfig>(json).unwrap().checked().unwrap()
}

fn switch(on: bool) -> ActionPatch {
    ActionPatch { enabled: Some(on), config: None }
}

#[test]
fn a_built_in_action_begins_active_where_the_plan_has_it() {
    let mut action = Action::begin(Provision::BuiltIn, PAID, NOW);
    assert_eq!((action.state(), action.activated_at), (ActionState::Active, Some(NOW)));
    assert!(action.asks(PAID) && action.shown(PAID).built_in);
    assert_eq!(action.remove().unwrap_err().code, Code::Forbidden);
    action.change(switch(false), PAID).unwrap();
    assert_eq!((action.state(), action.asks(PAID)), (ActionState::Off, false));
    assert_eq!(action.activated_at, Some(NOW), "switching does not remove");

    let action = Action::begin(Provision::BuiltIn, STARTER, NOW);
    assert_eq!(action.state(), ActionState::Available);
    let blocked = action.shown(STARTER).blocked.unwrap();
    assert_eq!((blocked.reason, blocked.billing.as_str()), (Lack::PlanRequired, "/v1/billing"));
}

#[test]
fn an_optional_action_is_added_and_can_be_taken_away() {
    let mut action = Action::begin(Provision::Optional, PAID, NOW);
    assert_eq!((action.state(), action.asks(PAID)), (ActionState::Available, false));
    assert_eq!(action.change(switch(true), PAID).unwrap_err().code, Code::NotFound);
    let one = config(r#"{"fields": ["email"], "max_asks": 1}"#);
    action.activate(one.clone(), PAID, NOW).unwrap();
    assert!(action.asks(PAID));
    action.activate(EnrichmentConfig::default(), PAID, NOW.plus(1)).unwrap();
    assert_eq!(action.activated_at, Some(NOW), "since it was added");
    action.remove().unwrap();
    assert_eq!((action.state(), action.asks(PAID)), (ActionState::Available, false));
}

#[test]
fn what_is_not_in_the_plan_or_not_paid_for_is_not_activated() {
    for (subscription, lack) in [(STARTER, Lack::PlanRequired), (OVERDUE, Lack::PaymentOverdue)] {
        let mut action = Action::begin(Provision::Optional, PAID, NOW);
        let refused = action.activate(EnrichmentConfig::default(), subscription, NOW).unwrap_err();
        assert_eq!((refused.code, refused.detail.as_str()), (Code::PaymentRequired, lack.detail()));
        assert_eq!(action.state(), ActionState::Available, "nothing half done");
        assert_eq!(action.shown(subscription).blocked.map(|b| b.reason), Some(lack));

        let mut off = Action::begin(Provision::BuiltIn, PAID, NOW);
        off.change(switch(false), subscription).unwrap();
        let refused = off.change(switch(true), subscription).unwrap_err();
        assert_eq!(refused.code, Code::PaymentRequired);
        assert_eq!(off.state(), ActionState::Off);
    }
    let active = Action::begin(Provision::BuiltIn, PAID, NOW);
    assert!(active.asks(OVERDUE), "what is active goes on while a payment is late");
    assert!(!active.asks(STARTER), "and ends with a plan that lacks it");
}

#[test]
fn configurations_that_make_no_sense_are_refused() {
    for json in [
        r#"{"fields": []}"#,
        r#"{"fields": ["name", "name"]}"#,
        r#"{"max_asks": 0}"#,
        r#"{"max_asks": 4}"#,
        r#"{"cool_down_turns": 21}"#,
        r#"{"hold_out_percent": 101}"#,
        r#"{"wording": {"en": {"confirm_slip": "Right?"}}}"#,
    ] {
        let read: EnrichmentConfig = serde_json::from_str(json).unwrap();
        assert_eq!(read.checked().unwrap_err().code, Code::InvalidField, "{json}");
    }
    for json in [r#"{"fields": ["platform"]}"#, r#"{"wording": {"xx": {}}}"#, r#"{"max": 1}"#] {
        assert!(serde_json::from_str::<EnrichmentConfig>(json).is_err(), "{json}");
    }
    let one_form =
        config(r#"{"fields": ["phone", "name"], "wording": {"de": {"name_call": " "}}}"#);
    assert_eq!(one_form.fields, [Kind::Name, Kind::Phone]);
    assert_eq!(one_form.wording, Wording::default());
}

#[test]
fn the_review_has_every_question_that_can_be_put_in_its_words() {
    let asked = |review: &Review| -> Vec<(&'static str, Option<Moment>)> {
        review.questions.iter().map(|q| (q.field.as_str(), q.moment)).collect()
    };
    let all = review(&EnrichmentConfig::default());
    assert_eq!(
        asked(&all),
        [
            ("email", Some(Moment::Send)),
            ("name", Some(Moment::Call)),
            ("phone", Some(Moment::Call)),
            ("name", Some(Moment::Book)),
            ("phone", Some(Moment::Book)),
            ("email", Some(Moment::Handoff)),
            ("email", Some(Moment::Returning)),
            ("name", Some(Moment::Matter)),
            ("email", None),
            ("email", None),
        ]
    );
    assert!(all.questions.iter().all(|q| q.words.len() == Lang::ALL.len()));
    assert!(all.questions.iter().all(|q| q.words.values().all(|w| !w.own && !w.text.is_empty())));

    let own = config(
        r#"{"fields": ["email"], "wording": {"fr": {"email_send": "Où faut-il l'envoyer ?"}}}"#,
    );
    let own = review(&own);
    assert_eq!(own.questions.iter().filter(|q| q.moment == Some(Moment::Book)).count(), 1);
    let send = own.questions.iter().find(|q| q.line == Line::EmailSend).unwrap();
    let said = &send.words[&Lang::Fr];
    assert_eq!((said.text.as_str(), said.own), ("Où faut-il l'envoyer ?", true));
    assert!(!send.words[&Lang::De].own);
    assert!(!own.questions.iter().any(|q| q.field == Kind::Phone || q.field == Kind::Name));
}

#[test]
fn another_configuration_is_another_review() {
    let one = review(&EnrichmentConfig::default()).review;
    assert_eq!(review(&EnrichmentConfig::default()).review, one);
    for json in [
        r#"{"max_asks": 2}"#,
        r#"{"hold_out_percent": 10}"#,
        r#"{"wording": {"sv": {"name_call": "Vem?"}}}"#,
    ] {
        assert_ne!(review(&config(json)).review, one, "{json}");
    }
}
