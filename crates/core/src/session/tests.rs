use super::*;
use crate::crossing::{Cross as _, Port};
use crate::detect::Kind;

const NOW: UnixMillis = UnixMillis(0);

fn session() -> Session {
    Session::new(Options::default(), &[], NOW)
}

fn email(session: &Session) -> Option<&str> {
    session.facts().get(Kind::Email).map(|f| f.value.as_str())
}

#[test]
fn a_correction_stands_only_once_the_visitor_agrees() {
    for (answer, stands) in [
        ("yes", "ana@gmail.com"),
        ("sí, correcto", "ana@gmail.com"),
        ("that's right", "ana@gmail.com"),
        ("oops, yes", "ana@gmail.com"),
        ("Ah yes, thank you", "ana@gmail.com"),
        ("das stimmt", "ana@gmail.com"),
        ("dat klopt", "ana@gmail.com"),
        ("没错", "ana@gmail.com"),
        ("その通りです", "ana@gmail.com"),
        ("gmail.com", "ana@gmail.com"),
        ("It's gmail.com.", "ana@gmail.com"),
        ("not gmail.com at all", "ana@gmial.com"),
        ("oops, no", "ana@gmial.com"),
        ("gmial.com", "ana@gmial.com"),
        ("no, it is right as it is", "ana@gmial.com"),
        ("where is my order?", "ana@gmial.com"),
        ("oops, ana.b@gmail.com", "ana.b@gmail.com"),
    ] {
        let mut s = session();
        let said = s.visitor("my email is ana@gmial.com", NOW).decision;
        assert_eq!(said.code, "confirmed.email.slip");
        assert!(said.confirm.is_some_and(|c| c.text.contains("ana@gmail.com")));
        assert_eq!(email(&s), Some("ana@gmial.com"), "never changed silently");
        s.visitor(answer, NOW);
        assert_eq!(email(&s), Some(stands), "{answer}");
        s.visitor("yes", NOW);
        assert_eq!(email(&s), Some(stands), "only the next message answers");
    }
}

#[test]
fn an_address_on_file_that_holds_no_more_is_asked_for_once() {
    for (answer, asks) in [
        ("no", true),
        ("no, that one is old", true),
        ("yes", false),
        ("no, it's ana@fern.example", false),
    ] {
        let mut s = Session::new(Options::default(), &[Kind::Email], NOW);
        let said = s.visitor("I'm back, we spoke last week", NOW).decision;
        assert_eq!(said.code, "confirmed.email.on_file");
        let said = s.visitor(answer, NOW).decision;
        assert_eq!(said.ask.map(|a| a.field) == Some(Kind::Email), asks, "{answer}");
        let later = s.visitor("please send me the invoice", NOW).decision;
        assert_ne!(later.ask.map(|a| a.field), Some(Kind::Email), "{answer}: not twice");
    }
}

#[test]
fn a_moment_outlives_what_held_it_back() {
    let mut s = session();
    let said = s.visitor("please call me back", NOW).decision;
    assert_eq!(said.ask.map(|a| a.field), Some(Kind::Name));
    assert_eq!(s.visitor("I'd rather not say", NOW).decision.ask, None);
    s.visitor("ok", NOW);
    let said = s.visitor("tonight after six", NOW).decision;
    assert_eq!(said.ask.map(|a| a.field), Some(Kind::Phone));
}

#[test]
fn an_answer_is_understood_across_what_the_team_says_meanwhile() {
    let mut s = session();
    let asked = s.visitor("my order has not arrived", NOW).decision;
    assert_eq!(asked.ask.map(|a| a.field), Some(Kind::Name));
    s.agent("Sorry to hear that.", NOW);
    s.visitor("sure", NOW);
    s.visitor("lucia", NOW);
    assert_eq!(s.facts().name.as_ref().map(|f| f.value.as_str()), Some("lucia"));
}

#[test]
fn what_was_noted_can_be_put_right_and_removed() {
    let mut s = session();
    s.visitor("I'm Mike, mike@fern.example", NOW);
    s.amend(Kind::Email, Some("Michael@Fern.Example"), NOW).unwrap();
    assert_eq!(email(&s), Some("michael@fern.example"));
    assert!(s.amend(Kind::Email, Some("nonsense"), NOW).is_err());
    assert_eq!(email(&s), Some("michael@fern.example"), "a refusal changes nothing");
    s.amend(Kind::Email, None, NOW).unwrap();
    s.amend(Kind::Name, Some("Michael"), NOW).unwrap();
    assert_eq!(email(&s), None);
    assert_eq!(s.facts().name.as_ref().map(|f| f.value.as_str()), Some("Michael"));
    for _ in 0..4 {
        let said = s.visitor("could you send me the brochure?", NOW).decision;
        assert_ne!(said.ask.map(|a| a.field), Some(Kind::Email), "removed is refused");
    }
}

#[test]
fn what_a_platform_tells_stands_until_the_visitor_says_otherwise() {
    let mut s = session();
    s.told(Kind::Name, "Ana L. \u{1f98b}", NOW);
    s.told(Kind::Email, "nonsense", NOW);
    let name = |s: &Session| s.facts().name.clone().map(|f| f.value);
    assert_eq!(name(&s).as_deref(), Some("Ana L. \u{1f98b}"));
    assert_eq!(email(&s), None);
    let said = s.visitor("I want to book a table", NOW).decision;
    assert_ne!(said.ask.map(|a| a.field), Some(Kind::Name), "it is known");
    s.visitor("my name is Lucia", NOW);
    assert_eq!(name(&s).as_deref(), Some("Lucia"));
    s.told(Kind::Name, "Ana", NOW);
    assert_eq!(name(&s).as_deref(), Some("Lucia"));
}

#[test]
fn a_session_survives_the_way_through_json() {
    let mut s = session();
    s.visitor("hi, please send me the invoice", NOW);
    s.visitor("ana@gmial.com", NOW);
    let json = serde_json::to_string(&s).unwrap();
    assert_eq!(serde_json::from_str::<Session>(&json).unwrap(), s);
    assert!(json.len() < 1_500, "{} bytes", json.len());
    assert_eq!(Session::restore(&json), s);
}

/// What JavaScript makes of them is tested with the module: the widget's `tests/engine.test.mjs`.
#[test]
fn a_session_survives_the_way_to_javascript_and_back() {
    for json in include_str!("../../../../tests/data/sessions.jsonl").lines() {
        let mut session: Session = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&session).unwrap(), json, "nothing is passed over");
        let mut port = Port::default();
        session.cross(&mut port);
        assert_eq!(serde_json::to_string(&session).unwrap(), json, "it stays as it is");
        let written = port.written();
        let mut read = Session::blank();
        read.cross(&mut Port::reading(&written));
        assert_eq!(read, session);
        for cut in written.char_indices().map(|(cut, _)| cut) {
            Session::blank().cross(&mut Port::reading(&written[..cut]));
        }
    }
    let fresh = serde_json::to_string(&session()).unwrap();
    assert!(include_str!("../../../../tests/data/sessions.jsonl").lines().any(|l| l == fresh));
}

#[test]
fn other_versions_are_read_as_far_as_they_can_be() {
    let mut s = session();
    s.visitor("my order has not arrived", NOW);
    s.visitor("I'd rather not give my e-mail", NOW);
    s.visitor("call me on +1 415 555 0132", NOW);
    let now = serde_json::to_value(&s).unwrap();

    // As it was written before it said its version.
    let mut first = now.clone();
    first.as_object_mut().unwrap().remove("version");
    assert_eq!(Session::restore(&first.to_string()), s);

    // From a later version, with more in it and some things in a form of its own.
    let mut later = now.clone();
    later["version"] = 9.into();
    later["mood"] = "fine".into();
    later["slip"] = 4.into();
    let read = Session::restore(&later.to_string());
    assert_eq!((read.facts(), read.policy()), (s.facts(), s.policy()));

    // The policy's memory in a form of its own: nothing that it names is asked for.
    later["policy"] = serde_json::json!({"fields": {"name": ["asked", 1], "email": "no"}});
    let mut read = Session::restore(&later.to_string());
    assert_eq!(read.facts(), s.facts());
    for text in ["hello again", "well", "please send me the invoice", "I want to book a table"] {
        assert_eq!(read.visitor(text, NOW).decision.ask, None, "{text}");
    }

    for nothing in ["", "null", "[]", "{}", "{\"version\": \"x\"}"] {
        assert_eq!(Session::restore(nothing), Session::default(), "{nothing}");
    }
}
