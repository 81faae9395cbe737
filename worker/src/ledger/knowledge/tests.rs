//! Articles through their life, and the questions that none answers.

use super::super::tests::Ledger;
use super::*;
use askwell::api::{ArticleFile, ArticleImport, KnowledgeQuestion};
use askwell::event::KbGapType;
use askwell::id::ConversationId;

const BY: &str = "us_00000000000000000000000001";

fn new(title: &str, body: &str, publish: bool) -> NewArticle {
    NewArticle { title: title.to_owned(), body: body.to_owned(), lang: None, publish }
}

fn create_one(ledger: &Ledger, article: NewArticle) -> Article {
    ledger.write(Create { article, by: BY.to_owned() }).unwrap()
}

fn ask(ledger: &Ledger, question: &str) -> Vec<String> {
    let question = KnowledgeQuestion { question: question.to_owned(), lang: None, limit: None };
    let answer = ledger.read(Search { question });
    answer.found.into_iter().map(|found| found.text).collect()
}

fn event_names(ledger: &Ledger) -> Vec<String> {
    let page = PageQuery { limit: Some(500), ..PageQuery::default() };
    ledger.read(events::List { page }).items.into_iter().map(|event| event.name).collect()
}

#[test]
fn visitors_are_answered_from_what_is_published() {
    let ledger = Ledger::new();
    let article = create_one(&ledger, new("Returns", "Send it back within 30 days.", false));
    assert_eq!(article.summary.state, ArticleState::Draft);
    assert!(ask(&ledger, "how do returns work").is_empty(), "a draft answers nobody");

    let id = article.summary.article_id;
    let publish =
        |publish| Publish { article_id: id.clone(), publish, version: None, by: BY.to_owned() };
    ledger.write(publish(true)).unwrap();
    assert_eq!(ask(&ledger, "how do returns work"), ["Send it back within 30 days."]);

    let change = |body: &str, version, publish| Change {
        article_id: id.clone(),
        article: new("Returns", body, publish),
        version,
        by: BY.to_owned(),
    };
    let changed = ledger.write(change("Send it back within 60 days.", Some(1), false)).unwrap();
    assert_eq!((changed.summary.version, changed.summary.published_version), (2, Some(1)));
    assert_eq!(ask(&ledger, "how do returns work"), ["Send it back within 30 days."]);
    for unseen in [publish(true), publish(false)] {
        let unseen = Publish { version: Some(1), ..unseen };
        let refused = ledger.write(unseen).unwrap_err().public().code;
        assert_eq!(refused, Code::PreconditionFailed, "who decided it had not seen the second one");
    }
    assert_eq!(ask(&ledger, "how do returns work"), ["Send it back within 30 days."]);
    ledger.write(Publish { version: Some(2), ..publish(true) }).unwrap();
    assert_eq!(ask(&ledger, "how do returns work"), ["Send it back within 60 days."]);

    let stale = ledger.write(change("x", Some(1), false)).unwrap_err().public().code;
    assert_eq!(stale, Code::PreconditionFailed);
    let versions = ledger.read(Versions { article_id: id.clone() });
    assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1]);

    ledger.write(publish(false)).unwrap();
    assert!(ask(&ledger, "how do returns work").is_empty());
    ledger.write(Remove { article_id: id.clone() }).unwrap();
    assert_eq!(ledger.write(Remove { article_id: id }).unwrap_err().public().code, Code::NotFound);
}

#[test]
fn events_tell_of_the_first_article_and_of_each_publication() {
    let ledger = Ledger::new();
    let one = create_one(&ledger, new("One", "first", false)).summary.article_id;
    create_one(&ledger, new("Two", "second", true));
    let by = "ky_x".to_owned();
    let publish = Publish { article_id: one, publish: true, version: None, by };
    ledger.write(publish.clone()).unwrap();
    ledger.write(publish).unwrap();
    assert_eq!(event_names(&ledger), ["kb.created", "kb.published", "kb.published"]);
}

#[test]
fn a_file_that_comes_again_changes_what_it_gave() {
    let ledger = Ledger::new();
    let import = |text: &str| {
        let file = ArticleFile { name: "faq.md".to_owned(), text: text.to_owned(), format: None };
        let import = ArticleImport { files: vec![file], sitemap: None, publish: true };
        ledger.write(Import { import, by: BY.to_owned() })
    };
    let first = import("# Parking\nIn the yard.\n# Breakfast\nFrom seven.\n").unwrap();
    assert_eq!(first.created.len(), 2);
    let again = import("# Parking\nBehind the house.\n# Breakfast\nFrom seven.\n").unwrap();
    assert_eq!(
        (again.updated, again.unchanged),
        (vec![first.created[0].clone()], vec![first.created[1].clone()])
    );
    assert_eq!(
        ask(&ledger, "Where is parking?").first().map(String::as_str),
        Some("Behind the house.")
    );
    assert_eq!(import(" \n").unwrap_err().public().code, Code::InvalidField);
    assert_eq!(event_names(&ledger), ["kb.created", "kb.published", "kb.published"]);
}

#[test]
fn a_file_gives_what_it_holds_however_its_headings_change() {
    let ledger = Ledger::new();
    let import = |text: &str, publish: bool| {
        let file = ArticleFile { name: "faq.md".to_owned(), text: text.to_owned(), format: None };
        let import = ArticleImport { files: vec![file], sitemap: None, publish };
        ledger.write(Import { import, by: BY.to_owned() }).unwrap()
    };
    let said = |id: &ArticleId| ledger.read(Get { article_id: id.clone() });
    let twice = "# Installation\nLamp: two screws.\n# Installation\nShelf: four screws.\n# Installation-2\nx\n";
    let first = import(twice, true);
    assert_eq!(first.created.len(), 3, "equal headings are articles of their own");
    assert_eq!(said(&first.created[0]).body, "Lamp: two screws.");
    assert_eq!(said(&first.created[1]).body, "Shelf: four screws.");
    assert_eq!(import(twice, true).unchanged, first.created);

    let one = import("# Returns\nWithin 30 days.\n", false);
    let left: Vec<ArticleId> = first.created.clone();
    assert_eq!(one.left, left, "named, and left alone: nothing of it is published");
    assert_eq!(said(&left[0]).summary.state, ArticleState::Published);
    let one = import("# Returns\nWithin 30 days.\n", true);
    assert_eq!((one.unchanged.len(), &one.left), (1, &left));
    assert_eq!(said(&left[0]).summary.state, ArticleState::Draft);
    assert!(import("# Returns\nWithin 30 days.\n", true).left.is_empty(), "once");

    let several = import("# Returns\nWithin 14 days.\n# Parking\nIn the yard.\n", true);
    assert_eq!(several.updated, one.unchanged, "the article goes on under its heading");
    assert_eq!((several.created.len(), several.left.len()), (1, 0));
    assert_eq!(
        ask(&ledger, "How do returns work?").first().map(String::as_str),
        Some("Within 14 days.")
    );
    let back = import("# Returns\nWithin 14 days.\n", true);
    assert_eq!((back.unchanged, back.left), (several.updated, several.created));
}

#[test]
fn of_a_site_the_pages_of_its_sitemap_are_taken() {
    let ledger = Ledger::new();
    let page = |name: &str, text: &str| ArticleFile {
        name: format!("https://a.example/{name}"),
        text: text.to_owned(),
        format: None,
    };
    let files = vec![
        page("returns", "<title>x</title><main><h1>Returns</h1><p>Within 30 days.</p></main>"),
        page("other", "<main><p>Not listed</p></main>"),
        page("empty", "<nav>Home</nav>"),
    ];
    let sitemap = "<urlset><url><loc>https://a.example/returns</loc></url><url><loc>https://a.example/empty</loc></url><url><loc>https://a.example/gone</loc></url></urlset>";
    let import = ArticleImport { files, sitemap: Some(sitemap.to_owned()), publish: false };
    let done = ledger.write(Import { import, by: BY.to_owned() }).unwrap();
    assert_eq!(done.created.len(), 1);
    assert_eq!(done.skipped, ["https://a.example/other", "https://a.example/empty"]);
    assert_eq!(done.missing, ["https://a.example/gone"]);
    let article = ledger.read(Get { article_id: done.created[0].clone() });
    assert_eq!(
        (article.summary.title.as_str(), article.body.as_str()),
        ("Returns", "Within 30 days.")
    );
}

#[test]
fn questions_without_an_article_become_a_draft() {
    let ledger = Ledger::new();
    let asks = |n: u8, question: &str| {
        let conversation_id = ConversationId::derive(&[&[n]]);
        let asked = Asked {
            conversation_id: &conversation_id,
            message: "m-1",
            question,
            lang: Some(Lang::En),
            kind: KbGapType::Missing,
            nearest: None,
        };
        ledger.with(|cx| note(cx, &asked)).unwrap();
    };
    asks(1, "Do you deliver to Norway? I'm Mike, mike@example.com");
    asks(2, "Do you deliver to Norway?");
    asks(2, "Do you deliver to Norway?");
    asks(3, "Is there a student discount?");
    let gaps = ledger.read(ListGaps);
    assert_eq!(gaps.iter().map(|gap| gap.count).collect::<Vec<_>>(), [2, 1]);
    assert!(!gaps[0].questions.concat().contains("mike@"), "{:?}", gaps[0].questions);
    assert!(!gaps[0].questions.concat().contains("Mike"));

    let draft =
        ledger.write(DraftGap { gap_id: gaps[0].gap_id.clone(), by: BY.to_owned() }).unwrap();
    assert_eq!(draft.summary.state, ArticleState::Draft);
    assert!(draft.summary.title.contains("Norway"));
    let left = ledger.read(ListGaps);
    assert_eq!(
        left.iter().map(|gap| gap.question.as_str()).collect::<Vec<_>>(),
        ["Is there a student discount?"]
    );
    ledger.write(Dismiss { gap_id: left[0].gap_id.clone() }).unwrap();
    assert!(ledger.read(ListGaps).is_empty());
    let gone = ledger.write(Dismiss { gap_id: left[0].gap_id.clone() }).unwrap_err();
    assert_eq!(gone.public().code, Code::NotFound);
}

#[test]
fn more_than_can_be_searched_is_not_published() {
    let ledger = Ledger::new();
    let body = "Lamps. ".repeat(14_000);
    let room = MAX_PUBLISHED_BYTES / body.len() as u64;
    for n in 0..room {
        create_one(&ledger, new(&format!("Lamp {n}"), &body, true));
    }
    let another = |publish| Create { article: new("One more", &body, publish), by: BY.to_owned() };
    assert_eq!(ledger.write(another(true)).unwrap_err().public().code, Code::InvalidField);
    let articles = ledger.at(|cx| cx.sql.count("SELECT count(*) AS n FROM articles", bind![]));
    assert_eq!(articles.unwrap(), room, "nothing is half-written");
    let draft = ledger.write(another(false)).unwrap();
    assert_eq!(draft.summary.state, ArticleState::Draft);
}
