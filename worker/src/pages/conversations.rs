//! The list of conversations, filtered by what they are and by every question about them.

use super::customers_filters::day;
use super::parts::{self, platform};
use super::visit::{form_urlencode, to};
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::http;
use crate::ledger::views::{self, ConversationsShown, View};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{AnswerFilter, ConversationSearch, ConversationSummary};
use askwell::conversation::Platform;
use askwell::text::Lang;
use askwell::time::Day;
use maud::{Markup, html};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::Response;

const PATH: &str = "/app/conversations";
/// What the filter of a question begins with in the address; its id follows.
const FIELD: &str = "f.";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::ConversationsRead, |visit| Box::pin(list(visit))),
    Page::post("/app/conversations/views", Scope::ConversationsWrite, |visit| {
        Box::pin(save(visit))
    }),
    Page::post("/app/conversations/views/remove", Scope::ConversationsWrite, |visit| {
        Box::pin(remove(visit))
    }),
];

/// What is looked for: names and values, as they stand in the address, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters(Vec<(String, String)>);

/// The filters that are not questions, with their names for people.
const PLAIN: [(&str, &str); 9] = [
    ("direction", "Direction"),
    ("status", "Status"),
    ("sentiment", "Sentiment"),
    ("platform", "Channel"),
    ("lang", "Language"),
    ("tag", "Tag"),
    ("feedback", "Feedback"),
    ("from", "Began since"),
    ("until", "Began until"),
];

const DIRECTIONS: [&str; 2] = ["inbound", "outbound"];
const STATUSES: [&str; 7] =
    ["queued", "in-progress", "completed", "failed", "busy", "no-answer", "voicemail"];
const FEEDBACK: [(&str, &str); 2] = [("good", "good"), ("not_good", "not good")];
const SENTIMENTS: [&str; 6] =
    ["overly-negative", "negative", "neutral", "positive", "overly-positive", "not-applicable"];

impl Filters {
    /// Reads an address or a form; what is not known is left out.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn read(text: &str) -> Outcome<Self> {
        let pairs: Vec<(String, String)> = http::query(text)?;
        let known = |name: &str| {
            name == "cursor" || name.starts_with(FIELD) || PLAIN.iter().any(|(n, _)| *n == name)
        };
        Ok(Self(pairs.into_iter().filter(|(n, v)| !v.is_empty() && known(n)).collect()))
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// As the ledger looks for it.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn search(&self) -> Outcome<ConversationSearch> {
        let tag = self.get("tag").trim();
        let answers = self.0.iter().filter_map(|(name, value)| {
            let field_id = name.strip_prefix(FIELD)?.to_owned();
            Some(AnswerFilter { field_id, value: value.clone() })
        });
        Ok(ConversationSearch {
            status: word(self.get("status"), "status")?,
            direction: word(self.get("direction"), "direction")?,
            platform: word(self.get("platform"), "channel")?,
            sentiment: word(self.get("sentiment"), "sentiment")?,
            lang: word(self.get("lang"), "language")?,
            tag: Some(tag.to_owned()).filter(|tag| !tag.is_empty()),
            feedback: word(self.get("feedback"), "feedback")?,
            from: day(self.get("from"))?.map(Day::start),
            until: day(self.get("until"))?.map(Day::end),
            answers: answers.collect(),
            cursor: Some(self.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty()),
            ..ConversationSearch::default()
        })
    }

    /// The address that shows the same.
    pub fn query(&self) -> String {
        let pairs =
            self.0.iter().map(|(n, v)| format!("{}={}", form_urlencode(n), form_urlencode(v)));
        pairs.collect::<Vec<_>>().join("&")
    }

    fn path(&self) -> String {
        match self.query() {
            query if query.is_empty() => PATH.to_owned(),
            query => format!("{PATH}?{query}"),
        }
    }

    fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(n, _)| n != name && n != "cursor").cloned().collect())
    }

    fn with_cursor(&self, cursor: &str) -> Self {
        let mut with = self.without("cursor");
        with.0.push(("cursor".to_owned(), cursor.to_owned()));
        with
    }

    /// Each filter that is set, as people call it, and the filters without it.
    fn active(&self, shown: &ConversationsShown) -> Vec<(String, Self)> {
        let name = |key: &str| match key.strip_prefix(FIELD) {
            Some(id) => shown
                .fields
                .iter()
                .find(|field| field.id == id)
                .map_or("Another question".to_owned(), |field| field.field.name.clone()),
            None => PLAIN.iter().find(|(n, _)| *n == key).map_or(key, |(_, name)| name).to_owned(),
        };
        self.0
            .iter()
            .filter(|(key, _)| key != "cursor")
            .map(|(key, value)| {
                let said = FEEDBACK.iter().find(|(word, _)| key == "feedback" && word == value);
                let value = said.map_or(value.as_str(), |(_, said)| said);
                (format!("{}: {value}", name(key)), self.without(key))
            })
            .collect()
    }
}

/// A word of a fixed list.
fn word<T: DeserializeOwned>(text: &str, what: &str) -> Outcome<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    let value = serde_json::Value::String(text.to_owned());
    serde_json::from_value(value)
        .map(Some)
        .map_err(|_| Fault::refused(Code::InvalidField, format!("there is no such {what}")))
}

async fn list(visit: Visit) -> Outcome<Response> {
    let filters = Filters::read(visit.raw_query())?;
    let shown = visit.call(&views::Conversations { search: filters.search()? }).await?;
    let body = page(&filters, &shown, visit.may(Scope::ConversationsWrite));
    visit.page_with("Conversations", body, &["search.js"])
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn save(mut visit: Visit) -> Outcome<Response> {
    let form = visit.form_text().await?;
    let Named { name } = http::query(&form)?;
    let filters = Filters::read(&form)?.without("cursor");
    filters.search()?;
    let (list, query) = (views::List::Conversations, filters.query());
    let by = visit.by();
    visit.call(&views::Save { list, name: name.clone(), query, by }).await?;
    visit.done(&filters.path(), &format!("View “{}” saved for the team.", name.trim()))
}

#[derive(Deserialize)]
struct RemoveForm {
    id: String,
}

async fn remove(mut visit: Visit) -> Outcome<Response> {
    let RemoveForm { id } = visit.form().await?;
    visit.call(&views::Remove { list: views::List::Conversations, id }).await?;
    to(PATH)
}

/// The whole page.
pub fn page(filters: &Filters, shown: &ConversationsShown, may_write: bool) -> Markup {
    let active = filters.active(shown);
    html! {
        h1 { "Conversations" }
        (views_bar(filters, shown, may_write))
        (filter_form(filters, shown, !active.is_empty()))
        section #results aria-live="polite" aria-label="Conversations found" {
            @if !active.is_empty() {
                div.row {
                    span.muted { "Filtered by" }
                    @for (name, without) in &active {
                        a.chip href=(without.path()) { (name) " " span aria-hidden="true" { "×" } span.vh { " (remove)" } }
                    }
                    a href=(PATH) { "Remove all" }
                    @if may_write {
                        form method="post" action="/app/conversations/views" .row {
                            @for (name, value) in &filters.0 { (parts::hidden(name, value)) }
                            input name="name" autocomplete="off" required maxlength="60" placeholder="Name of the view" aria-label="Name of the view";
                            button.secondary.small { "Save view" }
                        }
                    }
                }
            }
            @if shown.unread > 0 {
                p.muted role="status" {
                    (parts::count(shown.unread, "conversation")) " ended just now and is being read; sentiment and answers show within 30 seconds."
                }
            }
            @if shown.page.items.is_empty() { (nothing(filters, &active)) } @else { (table(filters, shown)) }
        }
    }
}

fn nothing(filters: &Filters, active: &[(String, Filters)]) -> Markup {
    if !filters.get("cursor").is_empty() {
        return parts::empty("No more conversations", html! { "That was all of them." });
    }
    if active.is_empty() {
        return parts::empty(
            "No conversations yet",
            html! { "They appear here as soon as a visitor writes." },
        );
    }
    let names: Vec<&str> = active.iter().map(|(name, _)| name.as_str()).collect();
    parts::empty(
        "No conversation fits",
        html! { "None fits all of: " strong { (names.join("; ")) } ". Remove a filter to see more." },
    )
}

fn views_bar(filters: &Filters, shown: &ConversationsShown, may_write: bool) -> Markup {
    let here = filters.without("cursor").query();
    let current = |query: &str| (here == query).then_some("true");
    html! {
        nav aria-label="Views" {
            div.row {
                a.chip href=(PATH) aria-current=[current("")] { "All" }
                a.chip href={ (PATH) "?status=in-progress" } aria-current=[current("status=in-progress")] { "In progress" }
                a.chip href={ (PATH) "?sentiment=negative" } aria-current=[current("sentiment=negative")] { "Negative" }
                @for View { id, name, query } in &shown.views {
                    a.chip href={ (PATH) "?" (query) } aria-current=[current(query)] { (name) }
                    @if may_write && current(query).is_some() {
                        form method="post" action="/app/conversations/views/remove" {
                            (parts::hidden("id", id))
                            button.chip { "Remove this view" }
                        }
                    }
                }
            }
        }
    }
}

fn filter_form(filters: &Filters, shown: &ConversationsShown, open: bool) -> Markup {
    let same = |words: &[&str]| -> Vec<(String, String)> {
        words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect()
    };
    let platforms: Vec<_> =
        Platform::ALL.iter().map(|p| (p.as_str().to_owned(), platform(*p).to_owned())).collect();
    let langs: Vec<_> = Lang::ALL
        .iter()
        .map(|lang| (lang.code().to_owned(), parts::language(*lang).to_owned()))
        .collect();
    let tags: Vec<&str> = shown.all_tags.iter().map(String::as_str).collect();
    html! {
        form #filters method="get" action=(PATH)
            hx-get=(PATH) hx-trigger="change delay:50ms, submit" hx-target="#results" hx-select="#results"
            hx-swap="outerHTML" hx-push-url="true" hx-sync="this:replace" {
            details open[open] {
                summary { "Filters" }
                div.fields {
                    (parts::select("Direction", "direction", "Any", &same(&DIRECTIONS), filters.get("direction")))
                    (parts::select("Status", "status", "Any", &same(&STATUSES), filters.get("status")))
                    (parts::select("Sentiment", "sentiment", "Any", &same(&SENTIMENTS), filters.get("sentiment")))
                    (parts::select("Channel", "platform", "Any", &platforms, filters.get("platform")))
                    (parts::select("Language", "lang", "Any", &langs, filters.get("lang")))
                    (parts::select("Tag", "tag", "Any", &same(&tags), filters.get("tag")))
                    (parts::select("Feedback", "feedback", "Any", &FEEDBACK.map(|(word, name)| (word.to_owned(), name.to_owned())), filters.get("feedback")))
                    label { "Began since" input type="date" name="from" value=(filters.get("from")); }
                    label { "Began until" input type="date" name="until" value=(filters.get("until")); }
                    @for field in &shown.fields {
                        @let name = format!("{FIELD}{}", field.id);
                        @let values: Vec<&str> = field.field.possible_values.iter().map(|v| v.name()).chain(["(null)"]).collect();
                        (parts::select(&field.field.name, &name, "Any", &same(&values), filters.get(&name)))
                    }
                }
            }
            noscript { button { "Filter" } }
        }
    }
}

fn table(filters: &Filters, shown: &ConversationsShown) -> Markup {
    html! {
        (rows(&shown.page.items, &shown.names))
        div.row {
            @if !filters.get("cursor").is_empty() {
                a role="button" .secondary.small href=(filters.without("cursor").path()) { "First page" }
            }
            @if let Some(next) = &shown.page.next {
                a role="button" .secondary.small href=(filters.with_cursor(next).path()) { "Next page" }
            }
            span.muted.small-text { "Times are in UTC." }
        }
    }
}

/// A list of conversations, with what their customers are called.
pub fn rows(items: &[ConversationSummary], names: &[Option<String>]) -> Markup {
    let rows = html! {
        thead { tr {
            th scope="col" { "Began" } th scope="col" { "Customer" } th scope="col" { "Channel" }
            th scope="col" { "Direction" } th scope="col" { "Status" } th scope="col" { "Sentiment" }
            th scope="col" { "Language" } th.num scope="col" { "Messages" } th.num scope="col" { "Lasted" }
        } }
        tbody {
            @for (row, name) in items.iter().zip(names) { (line(row, name.as_deref())) }
        }
    };
    parts::table("Conversations", rows)
}

fn line(row: &ConversationSummary, name: Option<&str>) -> Markup {
    let lasted = row.ended_at.map(|end| parts::duration(end.0 - row.started_at.0));
    html! {
        tr {
            td { a href={ (PATH) "/" (row.conversation_id) } { (parts::time(row.started_at)) } }
            td.wrap {
                @match &row.customer_id {
                    Some(id) => { a href={ "/app/customers/" (id) } { (parts::address(name.unwrap_or("Nameless visitor"))) } }
                    None => { span.muted { "not known yet" } }
                }
            }
            td.nobr { (platform(row.platform)) }
            td { (row.direction.as_str()) }
            td { (parts::status(row.status)) @if row.transferred { " " span.badge { "transferred" } } }
            td { (parts::sentiment(row.sentiment)) }
            td { (row.lang.map_or("–", parts::language)) }
            td.num { (row.messages) }
            td.num.nobr { (lasted.as_deref().unwrap_or("–")) }
        }
    }
}
