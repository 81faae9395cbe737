//! What holds of the table as a whole.

use super::all;
use askwell::api::route::{Access, Again, CONVERSATION, Method};
use std::collections::BTreeSet;

#[test]
fn no_two_routes_have_the_same_name_or_address() {
    let mut ids = BTreeSet::new();
    for bound in all() {
        let route = &bound.route;
        assert!(ids.insert(route.id), "{} stands twice", route.id);
        let same = |other: &&super::Bound| {
            other.route.method == route.method && other.route.matches(route.path).is_some()
        };
        let found: Vec<_> = all().filter(same).map(|other| other.route.id).collect();
        // The first that matches answers: a name must come before the parameter that would take it.
        assert_eq!(found.first(), Some(&route.id), "{found:?} all match {}", route.path);
    }
}

#[test]
fn routes_of_visitors_name_the_conversation() {
    for bound in all() {
        let route = &bound.route;
        if matches!(route.access, Access::VisitorOr(_) | Access::VisitorSocket) {
            assert!(route.parameters().any(|name| name == CONVERSATION), "{}", route.id);
        }
    }
}

#[test]
fn only_requests_that_change_something_have_a_body() {
    for bound in all() {
        let route = &bound.route;
        let has_none = matches!(route.method, Method::Get | Method::Delete);
        assert!(!(has_none && route.body.is_some()), "{}", route.id);
        assert!(!route.answers.is_empty(), "{} is answered with something", route.id);
        assert!(route.answers.iter().all(|answer| answer.status < 400), "{}", route.id);
    }
}

#[test]
fn what_is_shown_once_is_never_kept() {
    let routes: Vec<_> = all().map(|bound| &bound.route).collect();
    let document = askwell::api::openapi::document(&routes);
    let secret = |name: &String| {
        ["key", "secret", "token"].iter().any(|word| name.split('_').next_back() == Some(word))
    };
    let mut shown = 0;
    for route in routes.iter().filter(|route| route.is_keyed()) {
        for answer in route.answers {
            let described =
                &document["paths"][route.path]["post"]["responses"][answer.status.to_string()];
            let schema = &described["content"]["application/json"]["schema"];
            let at = schema["$ref"].as_str().unwrap_or_default().trim_start_matches('#');
            let fields = document.pointer(at).and_then(|s| s["properties"].as_object());
            let once = matches!(route.again, Again::Shown { .. });
            let found = fields.is_some_and(|fields| fields.keys().any(secret));
            assert_eq!(once, found, "{}: `shows_once` where an answer has a secret", route.id);
            if let Again::Shown { subject: Some(subject) } = route.again {
                assert!(fields.unwrap().contains_key(subject), "{} has {subject}", route.id);
            }
            shown += u32::from(once);
        }
    }
    assert_eq!(shown, 7);
}

#[test]
fn what_only_looks_takes_no_key() {
    let looks: Vec<_> = all()
        .filter(|bound| bound.route.again == Again::Looks)
        .map(|bound| bound.route.id)
        .collect();
    // By hand: whoever adds one says so twice.
    let wanted = [
        "settings.preview_retention",
        "actions.review",
        "fields.lint",
        "fields.preview",
        "backfills.estimate",
        "llm.check",
        "conversations.search",
        "customers.search",
        "customers.export_found",
        "articles.search",
        "preview.detect",
        "preview.prompt",
        "preview.classify",
        "preview.sentiment",
    ];
    assert_eq!(looks, wanted);
}

/// Where the document stands that the Worker serves. `UPDATE_OPENAPI=1` writes it anew.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/routes/openapi.json");

#[test]
fn the_document_describes_these_routes() {
    let routes: Vec<_> = all().map(|bound| &bound.route).collect();
    let document = askwell::api::openapi::document(&routes);
    for (name, count) in [("\"in\":\"query\"", 10), ("Input\"", 2)] {
        let found = document.to_string().matches(name).count();
        assert!(found >= count, "{found} times {name}: something is left out");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let clash = |name: &&String| name.ends_with(|c: char| c.is_ascii_digit());
    assert_eq!(schemas.keys().find(clash), None, "two types of one name; give one another");
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(DOCUMENT, &text).unwrap();
    }
    assert!(!text.contains("/inputs/"), "all references point to where things stand");
    let there = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    assert!(there == text, "run this test again with UPDATE_OPENAPI=1, and commit openapi.json");
}
