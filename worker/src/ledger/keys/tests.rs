//! Keys, members and sessions on SQLite in memory: what each may, and when that ends.

use super::super::sessions::{self, Begin};
use super::super::tests::Ledger;
use super::*;
use askwell::access::Role;
use askwell::api::{Member, MemberPatch, NewMember};
use members::{Add, Change, NewSignInKey, Remove};

fn by(ledger: &Ledger, scopes: Scopes) -> Principal {
    let workspace = ledger.at(|cx| cx.workspace.clone());
    Principal { workspace, who: Who::Key(KeyId::derive(&[b"maker"])), scopes }
}

fn make(ledger: &Ledger, by: Principal, hash: &str, scopes: Scopes) -> Outcome<KeyShown> {
    let (kind, name) = (KeyKind::Secret, "Till".to_owned());
    let prefix = "sk_shop_abcd".to_owned();
    ledger.write(Make { by, name, kind, scopes, hash: hash.to_owned(), prefix, whole: None })
}

fn scopes_of(ledger: &Ledger, hash: &str) -> Option<Scopes> {
    ledger.at(|cx| by_key(cx, hash)).unwrap().map(|(principal, _)| principal.scopes)
}

fn scopes_in(ledger: &Ledger, session: &str) -> Option<Scopes> {
    ledger.at(|cx| sessions::find(cx, session)).unwrap().map(|(principal, _)| principal.scopes)
}

fn begin(ledger: &Ledger, key: &str, session: &str) {
    let (by, _) = ledger.at(|cx| by_key(cx, key)).unwrap().unwrap();
    ledger.write(Begin { by, hash: session.to_owned(), switched: false }).unwrap();
}

fn refusal<T>(outcome: Outcome<T>) -> Code {
    outcome.err().unwrap().public().code
}

#[test]
fn a_key_is_good_until_it_is_regenerated_or_revoked() {
    let ledger = Ledger::new();
    let all = by(&ledger, Scopes::ALL);
    let scopes = Role::Viewer.scopes();
    let key_id = make(&ledger, all.clone(), "h1", scopes).unwrap().key_id;
    assert_eq!(scopes_of(&ledger, "h1"), Some(scopes));
    begin(&ledger, "h1", "s1");
    assert_eq!(scopes_in(&ledger, "s1"), Some(scopes));

    let prefix = "sk_shop_efgh".to_owned();
    let hash = "h2".to_owned();
    let again = Regenerate { by: all.clone(), key_id: key_id.clone(), hash, prefix, whole: None };
    assert_eq!(ledger.write(again).unwrap().key_id, key_id);
    assert_eq!(scopes_of(&ledger, "h1"), None);
    assert_eq!(scopes_of(&ledger, "h2"), Some(scopes));
    assert_eq!(scopes_in(&ledger, "s1"), None, "its sessions are gone as well");

    begin(&ledger, "h2", "s2");
    ledger.write(Revoke { by: all.clone(), key_id: key_id.clone() }).unwrap();
    assert_eq!(scopes_of(&ledger, "h2"), None);
    assert_eq!(scopes_of(&ledger, key_id.as_str()), None, "what stands in its place is no key");
    assert_eq!(scopes_in(&ledger, "s2"), None);
    assert!(ledger.read(List).iter().all(|key| key.key_id != key_id));
    assert_eq!(refusal(ledger.write(Revoke { by: all, key_id })), Code::NotFound);
}

#[test]
fn nobody_hands_on_or_takes_away_more_than_they_have() {
    let ledger = Ledger::new();
    let clerk = by(&ledger, Scopes::of(&[Scope::KeysManage, Scope::MembersManage]));
    let more = Scopes::of(&[Scope::CustomersRead]);
    assert_eq!(refusal(make(&ledger, clerk.clone(), "h1", more)), Code::Forbidden);
    assert!(make(&ledger, clerk.clone(), "h1", clerk.scopes).is_ok());
    let first = ledger.read(List).into_iter().find(|key| key.scopes == Scopes::ALL).unwrap();
    let key_id = first.key_id;
    let (hash, prefix) = ("h3".to_owned(), "sk".to_owned());
    let again = Regenerate { by: clerk.clone(), key_id: key_id.clone(), hash, prefix, whole: None };
    assert_eq!(refusal(ledger.write(again)), Code::Forbidden);
    assert_eq!(refusal(ledger.write(Revoke { by: clerk.clone(), key_id })), Code::Forbidden);
    let member = NewMember {
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        role: Role::Viewer,
    };
    let add = Add { by: clerk, member, key_hash: "m1".to_owned() };
    assert_eq!(refusal(ledger.write(add)), Code::Forbidden);
}

#[test]
fn the_last_key_that_manages_keys_stays() {
    let ledger = Ledger::new();
    let all = by(&ledger, Scopes::ALL);
    make(&ledger, all.clone(), "h1", Role::Agent.scopes()).unwrap();
    let first = ledger.read(List).into_iter().find(|key| key.scopes == Scopes::ALL).unwrap();
    let revoke = Revoke { by: all.clone(), key_id: first.key_id };
    assert_eq!(refusal(ledger.write(revoke.clone())), Code::Forbidden);
    make(&ledger, all, "h2", Scopes::of(&[Scope::KeysManage])).unwrap();
    ledger.write(revoke).unwrap();
}

#[test]
fn a_member_may_what_the_role_says_from_the_next_request_on() {
    let ledger = Ledger::new();
    let all = by(&ledger, Scopes::ALL);
    let member = NewMember {
        name: "Ada".to_owned(),
        email: " Ada@Example.com ".to_owned(),
        role: Role::Viewer,
    };
    let add =
        |hash: &str| Add { by: all.clone(), member: member.clone(), key_hash: hash.to_owned() };
    let Member { member_id, email, .. } = ledger.write(add("m1")).unwrap();
    assert_eq!(email, "ada@example.com");
    assert_eq!(refusal(ledger.write(add("m2"))), Code::AlreadyExists);
    begin(&ledger, "m1", "s1");
    assert_eq!(scopes_in(&ledger, "s1"), Some(Role::Viewer.scopes()));
    let patch = MemberPatch { name: None, role: Some(Role::Agent) };
    let change = Change { by: all.clone(), member_id: member_id.clone(), patch };
    assert_eq!(ledger.write(change).unwrap().name, "Ada");
    assert_eq!(scopes_in(&ledger, "s1"), Some(Role::Agent.scopes()));
    let key_hash = "m3".to_owned();
    let give = NewSignInKey { by: all.clone(), member_id: member_id.clone(), key_hash };
    ledger.write(give).unwrap();
    assert_eq!((scopes_in(&ledger, "s1"), scopes_of(&ledger, "m1")), (None, None));
    begin(&ledger, "m3", "s2");
    ledger.write(Remove { by: all, member_id }).unwrap();
    assert_eq!((scopes_in(&ledger, "s2"), scopes_of(&ledger, "m3")), (None, None));
}

#[test]
fn a_session_ends_by_itself() {
    let ledger = Ledger::new();
    make(&ledger, by(&ledger, Scopes::ALL), "h1", Scopes::NONE).unwrap();
    begin(&ledger, "h1", "s1");
    ledger.wait(12 * 60 * 60 * 1000 - 60_000);
    assert!(scopes_in(&ledger, "s1").is_some());
    ledger.at(|cx| sessions::seen(cx, "s1")).unwrap();
    ledger.wait(12 * 60 * 60 * 1000 - 60_000);
    assert!(scopes_in(&ledger, "s1").is_some(), "it was used in between");
    ledger.wait(60_000);
    assert!(scopes_in(&ledger, "s1").is_none());
    begin(&ledger, "h1", "s2");
    for _ in 0..15 {
        ledger.wait(11 * 60 * 60 * 1000);
        ledger.at(|cx| sessions::seen(cx, "s2")).unwrap();
    }
    assert!(scopes_in(&ledger, "s2").is_some());
    ledger.wait(11 * 60 * 60 * 1000);
    assert!(scopes_in(&ledger, "s2").is_none(), "a week is over");
}

#[test]
fn a_site_key_is_kept_whole_until_it_is_revoked() {
    let ledger = Ledger::new();
    let all = by(&ledger, Scopes::ALL);
    let whole = |key_id: &KeyId| {
        let keys = ledger.read(List);
        keys.into_iter().find(|key| key.key_id == *key_id).and_then(|key| key.key)
    };
    let kept: Vec<_> = ledger.read(List).into_iter().map(|key| (key.kind, key.key)).collect();
    assert!(kept.contains(&(KeyKind::Site, Some("pk_shop_whole".to_owned()))));
    assert!(kept.contains(&(KeyKind::Secret, None)));
    let site = ledger.read(List).into_iter().find(|key| key.kind == KeyKind::Site).unwrap();
    let again = Regenerate {
        by: all.clone(),
        key_id: site.key_id.clone(),
        hash: "h9".to_owned(),
        prefix: "pk_shop_ab".to_owned(),
        whole: Some("pk_shop_abcd".to_owned()),
    };
    ledger.write(again).unwrap();
    assert_eq!(whole(&site.key_id).as_deref(), Some("pk_shop_abcd"));
    ledger.write(Revoke { by: all, key_id: site.key_id }).unwrap();
    let left = "SELECT count(*) AS n FROM keys WHERE whole IS NOT NULL";
    assert_eq!(ledger.sql.count(left, bind![]).unwrap(), 0);
}

fn joined(ledger: &Ledger, name: &str, role: Role) -> askwell::id::MemberId {
    let member = NewMember { name: name.to_owned(), email: format!("{name}@example.com"), role };
    let add = Add { by: by(ledger, Scopes::ALL), member, key_hash: name.to_owned() };
    ledger.write(add).unwrap().member_id
}

#[test]
fn who_has_left_keeps_their_name_beside_what_they_did() {
    let ledger = Ledger::new();
    let ada = joined(&ledger, "Ada", Role::Agent);
    ledger.write(Remove { by: by(&ledger, Scopes::ALL), member_id: ada.clone() }).unwrap();
    let team = ledger.read(crate::ledger::desk::Team);
    assert_eq!(team.get(ada.as_str()).map(String::as_str), Some("Ada (has left)"));
    assert!(ledger.read(members::List).is_empty());
}

#[test]
fn the_only_one_who_manages_the_team_goes_on_managing_it() {
    let ledger = Ledger::new();
    let ada = joined(&ledger, "Ada", Role::Admin);
    let (me, _) = ledger.at(|cx| members::by_key(cx, "Ada")).unwrap().unwrap();
    let change = |role: Role| Change {
        by: me.clone(),
        member_id: ada.clone(),
        patch: MemberPatch { name: None, role: Some(role) },
    };
    let remove = Remove { by: me.clone(), member_id: ada.clone() };
    assert_eq!(refusal(ledger.write(change(Role::Agent))), Code::InvalidField);
    assert_eq!(refusal(ledger.write(remove.clone())), Code::InvalidField);
    ledger.write(change(Role::Admin)).unwrap();
    joined(&ledger, "Bo", Role::Agent);
    assert_eq!(refusal(ledger.write(remove.clone())), Code::InvalidField);
    joined(&ledger, "Cy", Role::Admin);
    ledger.write(remove).unwrap();
}

#[test]
fn visitors_are_given_to_those_who_can_answer_them() {
    let ledger = Ledger::new();
    joined(&ledger, "Ada", Role::Viewer);
    let bo = joined(&ledger, "Bo", Role::Agent);
    let conversation_id = crate::ledger::tests::conversation(1);
    let members = ledger.read(crate::ledger::inbox::Beside { conversation_id }).members;
    assert_eq!(members.iter().map(|member| &member.member_id).collect::<Vec<_>>(), [&bo]);
}
