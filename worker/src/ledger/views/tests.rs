use super::*;
use crate::ledger::marks::{ChangeTags, Subject};
use crate::ledger::tests::{Ledger, closing};
use askwell::api::TagChange;

#[test]
fn a_list_comes_with_what_stands_around_it() {
    let ledger = Ledger::new();
    for (n, email) in [(0, Some("ana@fern.example")), (1, None), (2, None)] {
        ledger.write(closing(&ledger, n, 1, n, email)).unwrap();
    }
    let page = || ledger.read(Customers { search: CustomerSearch::default() });
    let shown = page();
    assert_eq!((shown.all, shown.without, shown.unread), (3, [0, 2, 3], 0));
    let ids: Vec<_> = shown.page.items.iter().map(|c| c.customer_id.clone()).collect();
    let tag = |id: usize, tags: &[&str]| {
        let change = TagChange {
            add: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            remove: Vec::new(),
        };
        let subjects = vec![Subject::Customer(ids[id].clone())];
        ledger.write(ChangeTags { subjects, change, by: "ke_1".to_owned() }).unwrap();
    };
    tag(1, &["vip", "b"]);
    tag(2, &["vip"]);
    let shown = page();
    assert_eq!(shown.tags, [vec![], vec!["b", "vip"], vec!["vip"]]);
    assert_eq!(
        (&shown.all_tags.first[..], shown.all_tags.more),
        (&["b", "vip"].map(str::to_owned)[..], false)
    );
    assert_eq!(ledger.at(|cx| all_tags(cx.sql, "cv_")).unwrap(), AllTags::default());
    for part in [0..50, 50..100] {
        let names: Vec<String> = part.map(|n| format!("tag {n:03}")).collect();
        tag(0, &names.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let all = page().all_tags;
    assert_eq!((all.first.len(), all.more), (100, true));
}

#[test]
fn what_was_answered_is_filtered_by_once_its_question_is_put_no_more() {
    use crate::ledger::drafts;
    use crate::ledger::fields::Standing;
    let ledger = Ledger::new();
    let ids: Vec<String> =
        ledger.read(fields::List).list.fields.into_iter().map(|field| field.id).collect();
    let mut record = closing(&ledger, 0, 1, 0, None);
    // The last was never answered.
    record.conclusion.answers.retain(|given| Some(&given.field_id) != ids.last());
    ledger.write(record).unwrap();
    ledger.write(drafts::Switch { field_id: ids[0].clone(), enabled: false }).unwrap();
    for field_id in [&ids[1], &ids[5]] {
        ledger.write(drafts::Remove { field_id: field_id.clone() }).unwrap();
    }
    let shown = ledger.read(Conversations { search: ConversationSearch::default() });
    let standing = |id: &String| {
        let known = shown.fields.iter().position(|known| known.id() == id)?;
        Some((shown.fields[known].standing, !shown.given[known].is_empty()))
    };
    assert_eq!(standing(&ids[0]), Some((Standing::Off, true)));
    assert_eq!(standing(&ids[1]), Some((Standing::Removed, true)));
    assert_eq!(standing(&ids[2]), Some((Standing::On, true)));
    assert_eq!(standing(&ids[5]), None, "it would find nothing");
}

#[test]
fn a_conversation_that_the_list_does_not_have_yet_has_nothing_around_it() {
    let ledger = Ledger::new();
    let around = |id: &[u8]| {
        let conversation_id = ConversationId::derive(&[id]);
        ledger.read(AroundConversation { conversation_id })
    };
    let (marks, name, _) = around(b"new");
    assert_eq!((marks, name), (ConversationMarks::default(), None));
    let record = closing(&ledger, 0, 1, 0, Some("ana@fern.example"));
    let conversation_id = record.closed.conversation_id.clone();
    ledger.write(record).unwrap();
    let (_, name, _) = ledger.read(AroundConversation { conversation_id });
    assert!(name.is_some());
}

#[test]
fn a_view_is_replaced_by_name_and_taken_away() {
    let ledger = Ledger::new();
    let save = |name: &str, query: &str| {
        let (name, query) = (name.to_owned(), query.to_owned());
        ledger.write(Save { list: List::Customers, name, query, by: "ke_1".to_owned() })
    };
    save("No e-mail", "missing=email").unwrap();
    save(" No e-mail ", "missing=email").unwrap();
    let other = save("No e-mail", "missing=email&platform=line").unwrap_err().public();
    assert_eq!(other.code, Code::AlreadyExists, "it is the team's");
    for bad in ["", " ", "a\nb", &"x".repeat(61)] {
        assert_eq!(save(bad, "").unwrap_err().public().code, Code::InvalidField);
    }
    let all = ledger.at(|cx| views(cx.sql, List::Customers)).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].name.as_str(), all[0].query.as_str()), ("No e-mail", "missing=email"));
    assert!(ledger.at(|cx| views(cx.sql, List::Conversations)).unwrap().is_empty());
    ledger.write(Remove { list: List::Conversations, id: all[0].id.clone() }).unwrap();
    assert_eq!(ledger.at(|cx| views(cx.sql, List::Customers)).unwrap().len(), 1);
    ledger.write(Remove { list: List::Customers, id: all[0].id.clone() }).unwrap();
    assert!(ledger.at(|cx| views(cx.sql, List::Customers)).unwrap().is_empty());
}
