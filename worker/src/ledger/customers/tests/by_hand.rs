//! Addresses that are set by hand of a profile that others are part of.

use super::{close, history, merge, patch, profile, undo};
use crate::bind;
use crate::ledger::tests::{Ledger, conversation};
use askwell::Code;
use askwell::id::CustomerId;

fn email(ledger: &Ledger, id: &CustomerId) -> Option<String> {
    profile(ledger, id).customer.email
}

#[test]
fn a_merge_is_undone_also_after_the_other_address_was_set_by_hand() {
    let ledger = Ledger::new();
    let a = close(&ledger, 1, 1, 1, Some("a@example.com"));
    let b = close(&ledger, 2, 1, 2, Some("b@example.com"));
    let link = merge(&ledger, &a, &b).unwrap();
    let set = patch(&ledger, &a, r#"{"email": "b@example.com"}"#).unwrap();
    assert_eq!(set.email.as_deref(), Some("b@example.com"));
    undo(&ledger, link).unwrap();
    assert_eq!(email(&ledger, &a).as_deref(), Some("a@example.com"));
    assert_eq!(email(&ledger, &b).as_deref(), Some("b@example.com"));
    // Nor does it wait for the other to let go of it.
    let right = close(&ledger, 2, 2, 2, Some("b.two@example.com"));
    assert_eq!(close(&ledger, 3, 1, 3, Some("a@example.com")), a);
    assert!(![&a, &right].contains(&&close(&ledger, 4, 1, 4, Some("b@example.com"))));
    assert_eq!(email(&ledger, &a).as_deref(), Some("a@example.com"));
}

#[test]
fn an_address_that_the_team_gave_a_part_goes_with_the_part() {
    let ledger = Ledger::new();
    let nameless = close(&ledger, 1, 1, 1, None);
    let b = close(&ledger, 2, 1, 2, Some("b@example.com"));
    patch(&ledger, &nameless, r#"{"email": "hand@example.com"}"#).unwrap();
    let link = merge(&ledger, &b, &nameless).unwrap();
    patch(&ledger, &b, r#"{"email": "hand@example.com"}"#).unwrap();
    assert_eq!(email(&ledger, &b).as_deref(), Some("hand@example.com"));
    undo(&ledger, link).unwrap();
    assert_eq!(email(&ledger, &b).as_deref(), Some("b@example.com"));
    assert_eq!(email(&ledger, &nameless).as_deref(), Some("hand@example.com"));
}

#[test]
fn an_address_set_by_hand_leads_to_the_profile_after_its_conversation_was_corrected() {
    let ledger = Ledger::new();
    let a = close(&ledger, 1, 1, 1, Some("a@example.com"));
    let b = close(&ledger, 2, 1, 2, Some("b@example.com"));
    merge(&ledger, &a, &b).unwrap();
    patch(&ledger, &a, r#"{"email": "b@example.com"}"#).unwrap();
    let right = close(&ledger, 2, 2, 2, Some("b.two@example.com"));
    assert_ne!(right, a);
    assert_eq!(email(&ledger, &a).as_deref(), Some("b@example.com"), "the team has set it");
    assert_eq!(close(&ledger, 3, 1, 3, Some("b@example.com")), a, "so it leads there");
    assert_eq!(history(&ledger, &a), [conversation(3), conversation(1)]);
    assert_eq!(
        patch(&ledger, &right, r#"{"email": "b@example.com"}"#).err(),
        Some(Code::AlreadyExists)
    );
}

#[test]
fn a_profile_of_before_that_shows_an_address_without_having_it_is_in_nobodys_way() {
    let ledger = Ledger::new();
    let a = close(&ledger, 1, 1, 1, Some("a@example.com"));
    for wrong in [
        "UPDATE customers SET email = 'b@example.com' WHERE id = ?",
        "INSERT INTO edits (customer_id, kind, value, at, who) VALUES (?, 'email', 'b@example.com', 1, 'us')",
    ] {
        ledger.sql.run(wrong, bind![a.as_str()]).unwrap();
    }
    let b = close(&ledger, 2, 1, 2, Some("b@example.com"));
    assert_ne!(a, b);
    assert_eq!(email(&ledger, &a).as_deref(), Some("a@example.com"));
    assert_eq!(email(&ledger, &b).as_deref(), Some("b@example.com"));
}
