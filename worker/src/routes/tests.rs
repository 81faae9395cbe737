//! What holds of the table as a whole.

use super::all;
use askwell::api::route::{Access, CONVERSATION, Method};
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
