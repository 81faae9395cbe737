//! Pages as text: what they say, and that nothing in them is taken for markup.

use super::customers_filters::Filters;
use super::customers_page::page;
use super::refused::Forms;
use crate::ledger::views::{AllTags, CustomersShown};
use askwell::Code;
use askwell::access::{Role, Scopes};
use askwell::api::{Customer, Page};
use askwell::conversation::Platform;
use askwell::detect::Kind;
use askwell::id::CustomerId;
use askwell::time::UnixMillis;

/// Everything that ends a text, an attribute or an element.
pub const HOSTILE: &str = "</td>\"'><script>alert(1)</script>&amp;";

fn shown(names: &[&str]) -> CustomersShown {
    let customer = |name: &&str| Customer {
        customer_id: CustomerId::derive(&[name.as_bytes()]),
        name: Some((*name).to_owned()),
        email: None,
        phone: None,
        platforms: vec![Platform::Line],
        first_at: UnixMillis(0),
        last_at: UnixMillis(0),
        verified: Vec::new(),
        conversations: 1,
    };
    CustomersShown {
        page: Page { items: names.iter().map(customer).collect(), next: None },
        tags: names.iter().map(|_| vec![HOSTILE.to_owned()]).collect(),
        all_tags: AllTags { first: vec![HOSTILE.to_owned()], more: false },
        all: names.len() as u64,
        incomplete: 4,
        without: [0, 1, 1],
        unread: 0,
        views: Vec::new(),
    }
}

fn filters(query: &str) -> Filters {
    serde_html_form::from_str(query).unwrap()
}

#[test]
fn filters_are_read_and_written_as_an_address() {
    let query = "platform=line&tag=a+%26+b&from=2026-11-01&missing=email&missing=phone";
    let filters = filters(query);
    assert_eq!(filters.query(), query);
    let search = filters.search().unwrap();
    assert_eq!(search.platform, Some(Platform::Line));
    assert_eq!(search.tag.as_deref(), Some("a & b"));
    assert_eq!(search.missing, [Kind::Email, Kind::Phone]);
    assert_eq!(search.from, Some(UnixMillis::parse_rfc3339("2026-11-01T00:00:00Z").unwrap()));
    // The last day is looked at whole.
    let until = self::filters("until=2026-11-01").search().unwrap().until;
    assert_eq!(until, Some(UnixMillis::parse_rfc3339("2026-11-02T00:00:00Z").unwrap()));
    for bad in ["platform=fax", "missing=shoe", "from=yesterday"] {
        assert_eq!(
            self::filters(bad).search().unwrap_err().public().code,
            Code::InvalidField,
            "{bad}"
        );
    }
    assert!(self::filters("incomplete=1").search().unwrap().incomplete);
    assert_eq!(self::filters("incomplete=1").active()[0].0, "Incomplete");
    // Words are no part of an address.
    assert_eq!(self::filters("q=ana%40fern.example&tag=x").query(), "tag=x");
}

#[test]
fn a_list_says_why_it_is_empty() {
    let none = page(&filters(""), &shown(&[]), Scopes::ALL, Forms::default()).into_string();
    assert!(none.contains("No customers yet"));
    let filtered =
        page(&filters("tag=vip&missing=email"), &shown(&[]), Scopes::ALL, Forms::default())
            .into_string();
    assert!(filtered.contains("Tag: vip; Without e-mail"), "{filtered}");
}

#[test]
fn a_row_has_some_of_many_tags_and_says_how_many_more() {
    let mut many = shown(&["Ana"]);
    many.tags = vec![(0..160).map(|n| format!("tag-{n}")).collect()];
    let text = page(&filters(""), &many, Scopes::ALL, Forms::default()).into_string();
    assert_eq!(text.matches("?tag=tag-").count(), 6);
    assert!(text.contains("and 154 more") && text.contains("Incomplete 4"), "{text}");
}

#[test]
fn a_refused_tag_keeps_its_ticks() {
    let two = shown(&["Ana", "Ben"]);
    let [ana, ben] = [0, 1].map(|n: usize| two.page.items[n].customer_id.to_string());
    let error = askwell::Error::new(
        Code::InvalidField,
        "the field `add` must have tags of 1 to 60 characters on one line",
    );
    let sent = format!("customer={ben}&put=wholesale&action=add");
    let refused = super::refused::Refused::new("/app/customers/tags", &sent, &error);
    let text = page(&filters(""), &two, Scopes::ALL, Forms::of(Some(&refused))).into_string();
    let tick = |id: &str| {
        let at = text.find(&format!("value=\"{id}\"")).unwrap();
        text[at..].split('>').next().unwrap().contains("checked")
    };
    assert_eq!((tick(&ana), tick(&ben)), (false, true));
    assert!(text.contains("value=\"wholesale\"") && refused.left_over().is_none());
    assert!(text.contains("Must have tags of 1 to 60 characters on one line."), "{text}");
}

#[test]
fn what_people_wrote_stays_text() {
    let text = page(
        &filters(&format!("tag={}", super::visit::form_urlencode(HOSTILE))),
        &shown(&[HOSTILE]),
        Scopes::ALL,
        Forms::default(),
    )
    .into_string();
    assert!(!text.contains("<script>alert"));
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"));
    // What a role may not do is not offered.
    let viewer =
        page(&filters(""), &shown(&["Ana"]), Role::Viewer.scopes(), Forms::default()).into_string();
    for action in ["Add to ticked", "Export CSV"] {
        assert!(text.contains(action) && !viewer.contains(action), "{action}");
    }
}

#[test]
fn filters_of_conversations_are_read_and_written_as_an_address() {
    use super::conversations_filters::Filters;
    let query = "sentiment=negative&f.fi_1=Damaged+%26+late&from=2026-11-01";
    let filters = Filters::read(&format!("{query}&status=&unknown=x")).unwrap();
    assert_eq!(filters.query(), query);
    let search = filters.search().unwrap();
    assert_eq!(search.sentiment, Some(askwell::conversation::Sentiment::Negative));
    assert_eq!(search.status, None);
    let answers: Vec<_> =
        search.answers.iter().map(|a| (a.field_id.as_str(), a.value.as_str())).collect();
    assert_eq!(answers, [("fi_1", "Damaged & late")]);
    let search = Filters::read("transferred=false&lasted=30m-2h").unwrap().search().unwrap();
    assert_eq!(search.transferred, Some(false));
    assert_eq!(search.lasted, Some(askwell::conversation::DurationBand::From30mTo2h));
    for bad in [
        "status=asleep",
        "test_mode=2",
        "lang=xx",
        "platform=fax",
        "from=1",
        "lasted=long",
        "transferred=maybe",
    ] {
        let refused = Filters::read(bad).unwrap().search().unwrap_err();
        assert_eq!(refused.public().code, Code::InvalidField, "{bad}");
    }
}

#[test]
fn a_module_without_its_inputs_says_so_and_shows_no_nought() {
    use super::metrics::Asked;
    use askwell::metrics::period::Period;
    use askwell::metrics::signals::{Counts, modules};
    let day = "2026-11-25".parse().unwrap();
    let period = Period::new(day, day).unwrap();
    let reports = modules(&Counts { since: day, rows: Vec::new() }, period, None);
    let thoughts = askwell::metrics::feedback::report(&[], period);
    let text = super::signals::page(&Asked::default(), period, &reports, &thoughts).into_string();
    assert_eq!(text.matches("Not enough data yet").count(), 9);
    assert!(text.contains("customer_signal.theme_clustered"));
    assert!(!text.contains("<td"), "no figure stands there");
}

/// Each of them is looked at in a browser (`tests/browser/dashboard-pages.test.mjs`).
#[test]
fn every_address_that_shows_something_stands_in_the_list_of_the_browser_tests() {
    let listed = include_str!("../../../tests/browser/pages.txt").lines().map(|line| {
        let address = line.split_once(' ').map_or(line, |(_, address)| address);
        address.split('?').next().unwrap_or(address).to_owned()
    });
    let listed: std::collections::BTreeSet<String> = listed.collect();
    let pages = super::ROOMS.iter().flat_map(|room| room.iter());
    let shown = pages.filter(|page| page.route.method == askwell::api::route::Method::Get);
    let paths = shown.map(|page| page.route.path.to_owned());
    // The first page leads to another one.
    let paths: std::collections::BTreeSet<String> =
        paths.filter(|path| path != super::ROOT).collect();
    assert_eq!(listed, paths);
}
