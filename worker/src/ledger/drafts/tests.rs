use super::*;
use crate::ledger::tests::Ledger;
use askwell::classify::Value;

fn field(name: &str, prompt: &str) -> Field {
    Field {
        name: name.to_owned(),
        prompt: prompt.to_owned(),
        possible_values: vec![Value::Name("yes".to_owned()), Value::Name("no".to_owned())],
        optional: true,
    }
}

fn live(ledger: &Ledger) -> Vec<String> {
    ledger.read(fields::List).list.fields.into_iter().map(|f| f.field.name).collect()
}

fn code<T>(outcome: Outcome<T>) -> Code {
    outcome.err().map(|fault| fault.public().code).unwrap_or(Code::Internal)
}

#[test]
fn a_draft_is_put_when_it_is_published_and_not_before() {
    let ledger = Ledger::new();
    let before = live(&ledger);
    let made = ledger.write(Create { field: field("Refund", "Was it one?") }).unwrap();
    assert!(made.live.is_none() && made.draft.is_some() && !made.hints.is_empty());
    assert_eq!(live(&ledger), before);
    let field_id = made.id;
    let published = ledger.write(Publish { field_id: field_id.clone() }).unwrap();
    assert_eq!((published.live.unwrap().version, published.draft), (1, None));
    assert_eq!(live(&ledger).last().map(String::as_str), Some("Refund"));
    let edit = field("Refund", "Did the customer want the money back?");
    ledger.write(Edit { field_id: field_id.clone(), field: edit, seen: None }).unwrap();
    let put = ledger.read(fields::List).list.fields.pop().unwrap();
    assert_eq!(put.field.prompt, "Was it one?");
    ledger.write(Publish { field_id: field_id.clone() }).unwrap();
    let got = ledger.read(Get { field_id: field_id.clone() });
    assert_eq!(got.versions.iter().map(|v| v.version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(code(ledger.write(Publish { field_id: field_id.clone() })), Code::IllegalTransition);
    let restored = ledger.write(Restore { field_id, version: 1 }).unwrap();
    assert_eq!(restored.draft.unwrap().field.prompt, "Was it one?");
}

#[test]
fn fields_are_ordered_turned_off_and_removed() {
    let ledger = Ledger::new();
    let ids: Vec<String> = ledger.read(List).1.fields.into_iter().map(|f| f.id).collect();
    let names = live(&ledger);
    let mut turned: Vec<String> = ids.clone();
    turned.reverse();
    ledger.write(Reorder { ids: turned[..2].to_vec() }).unwrap();
    let now = live(&ledger);
    assert_eq!(now[..2], [names[5].clone(), names[4].clone()]);
    assert_eq!(now[2..], names[..4]);
    for bad in [vec![ids[0].clone(), ids[0].clone()], vec!["fd_0".to_owned()]] {
        assert_eq!(code(ledger.write(Reorder { ids: bad })), Code::InvalidField);
    }
    let revision = ledger.read(List).0;
    ledger.write(Switch { field_id: ids[0].clone(), enabled: false }).unwrap();
    assert!(!live(&ledger).contains(&names[0]) && ledger.read(List).0 > revision);
    assert_eq!(ledger.read(List).1.fields.len(), 6);
    ledger.write(Remove { field_id: ids[0].clone() }).unwrap();
    assert_eq!(ledger.read(List).1.fields.len(), 5);
    let switch = Switch { field_id: ids[0].clone(), enabled: true };
    assert_eq!(code(ledger.write(switch.clone())), Code::Gone);
    ledger.write(Restore { field_id: ids[0].clone(), version: 1 }).unwrap();
    ledger.write(switch).unwrap();
    assert!(live(&ledger).contains(&names[0]));
}

#[test]
fn all_that_were_ever_published_are_known_by_how_they_stand() {
    use crate::ledger::fields::Standing::{Off, On, Removed};
    let ledger = Ledger::new();
    let ids: Vec<String> = ledger.read(List).1.fields.into_iter().map(|f| f.id).collect();
    let [first, second, ..] = ids.as_slice() else { panic!("a workspace begins with some") };
    ledger.write(Create { field: field("Refund", "Was it one?") }).unwrap();
    ledger.write(Remove { field_id: first.clone() }).unwrap();
    ledger.write(Switch { field_id: second.clone(), enabled: false }).unwrap();
    let all = ledger.read(fields::All);
    let known: Vec<_> = all.iter().map(|known| (known.id().to_owned(), known.standing)).collect();
    let on = ids[2..].iter().map(|id| (id.clone(), On));
    let others = [(second.clone(), Off), (first.clone(), Removed)];
    assert_eq!(known, on.chain(others).collect::<Vec<_>>(), "and no draft");
    let names: Vec<_> = all.iter().rev().take(2).map(fields::Known::name).collect();
    assert!(names[0].ends_with(" (removed)") && names[1].ends_with(" (off)"), "{names:?}");
}

#[test]
fn no_two_fields_that_are_put_have_one_name() {
    let ledger = Ledger::new();
    let name = live(&ledger).remove(0);
    let made = ledger.write(Create { field: field(&name, "Which?") }).unwrap();
    let publish = Publish { field_id: made.id.clone() };
    assert_eq!(code(ledger.write(publish.clone())), Code::InvalidField);
    ledger.write(Switch { field_id: made.id.clone(), enabled: false }).unwrap();
    ledger.write(publish).unwrap();
    let switch = Switch { field_id: made.id, enabled: true };
    assert_eq!(code(ledger.write(switch)), Code::InvalidField);
}

#[test]
fn what_was_never_published_is_gone_with_its_draft() {
    let ledger = Ledger::new();
    let before = ledger.sql.dump();
    let made = ledger.write(Create { field: field("Refund", "Was it one?") }).unwrap();
    ledger.write(Discard { field_id: made.id.clone(), seen: None }).unwrap();
    assert_eq!(ledger.sql.dump(), before);
    assert_eq!(code(ledger.write(Discard { field_id: made.id, seen: None })), Code::NotFound);
}

#[test]
fn the_whole_list_leaves_drafts_alone_and_brings_removed_ones_back() {
    let ledger = Ledger::new();
    let made = ledger.write(Create { field: field("Refund", "Was it one?") }).unwrap();
    let list = ledger.read(fields::List).list;
    let gone = list.fields[0].id.clone();
    ledger.write(Remove { field_id: gone.clone() }).unwrap();
    ledger.write(fields::Put { list, revision: None }).unwrap();
    let details = ledger.read(List).1.fields;
    assert!(details.iter().any(|field| field.id == gone && field.enabled));
    assert!(details.iter().any(|field| field.id == made.id && field.enabled));
}

#[test]
fn a_draft_that_somebody_else_has_changed_is_not_overwritten_or_thrown_away() {
    let ledger = Ledger::new();
    let made = ledger.write(Create { field: field("Refund", "Was it one?") }).unwrap();
    let seen = Some(seen::mark(&newest(&made)));
    let edit = |prompt: &str| Edit {
        field_id: made.id.clone(),
        field: field("Refund", prompt),
        seen: seen.clone(),
    };
    ledger.write(edit("Theirs.")).unwrap();
    assert_eq!(code(ledger.write(edit("Mine."))), Code::PreconditionFailed);
    let discard = Discard { field_id: made.id.clone(), seen: seen.clone() };
    assert_eq!(code(ledger.write(discard)), Code::PreconditionFailed);
    let now = ledger.read(Get { field_id: made.id.clone() }).field;
    assert_eq!(newest(&now).unwrap().prompt, "Theirs.");
    ledger.write(Edit { seen: Some(seen::mark(&newest(&now))), ..edit("Mine.") }).unwrap();
}
