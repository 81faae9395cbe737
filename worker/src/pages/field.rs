//! One question of Data Collection: its draft, publishing, its history, how it does.

use super::collection::{self, PATH, READ, WRITE, rate};
use super::field_form::{self, FieldForm, Purpose};
use super::parts::{self, number};
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::{drafts, reviews, seen, stats};
use askwell::api::{FieldDetail, FieldStats, FieldStatsQuery, FieldWithHistory};
use askwell::classify::Field;
use askwell::classify::lint::Hint;
use askwell::classify::review::{Agreement, Published};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use core::str::FromStr;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/settings/data-collection/fields/{field_id}", READ, |visit| {
        Box::pin(show(visit))
    }),
    Page::post("/app/settings/data-collection/fields/{field_id}", WRITE, |visit| {
        Box::pin(save(visit))
    }),
    Page::post("/app/settings/data-collection/fields/{field_id}/discard", WRITE, |visit| {
        Box::pin(discard(visit))
    }),
    Page::get("/app/settings/data-collection/fields/{field_id}/publish", WRITE, |visit| {
        Box::pin(confirm(visit))
    }),
    Page::post("/app/settings/data-collection/fields/{field_id}/publish", WRITE, |visit| {
        Box::pin(publish(visit))
    }),
    Page::post("/app/settings/data-collection/fields/{field_id}/restore", WRITE, |visit| {
        Box::pin(restore(visit))
    }),
    Page::post("/app/settings/data-collection/fields/{field_id}/remove", WRITE, |visit| {
        Box::pin(remove(visit))
    }),
    Page::post("/app/settings/data-collection/check", READ, |visit| Box::pin(check(visit))),
];

/// The id of a field as it stands in an address.
#[derive(Debug, Clone)]
pub struct FieldId(pub String);

impl FromStr for FieldId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(Self(text.to_owned()))
    }
}

/// The field that the address names.
///
/// # Errors
/// Never.
pub fn named(visit: &Visit) -> Outcome<String> {
    let FieldId(id) = visit.parameter("field_id")?;
    Ok(id)
}

/// Where a form goes on once it is saved.
pub fn next(here: &str, then: &str) -> String {
    match then {
        "try" | "publish" => format!("{here}/{then}"),
        _ => here.to_owned(),
    }
}

/// All that the page of a field shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// With its history.
    pub found: FieldWithHistory,
    /// Over all days.
    pub stats: Option<FieldStats>,
    /// Where people looked.
    pub agreement: Agreement,
}

async fn load(visit: &Visit) -> Outcome<Shown> {
    let field_id = named(visit)?;
    let found = visit.call(&drafts::Get { field_id: field_id.clone() }).await?;
    let stats = visit.call(&stats::Get { query: FieldStatsQuery::default() }).await?.fields;
    Ok(Shown {
        found,
        stats: stats.into_iter().find(|one| one.field_id == field_id),
        agreement: visit.call(&reviews::AgreementOf { field_id }).await?,
    })
}

async fn show(visit: Visit) -> Outcome<Response> {
    let shown = load(&visit).await?;
    let field = drafts::newest(&shown.found.field);
    let seen = seen::mark(&field);
    let form = FieldForm { seen, ..field.map(FieldForm::of).unwrap_or_default() };
    let may_write = visit.may(WRITE);
    visit.page_with(&form.name, page(&shown, &form, None, may_write), &["search.js"])
}

async fn save(mut visit: Visit) -> Outcome<Response> {
    let field_id = named(&visit)?;
    let mut form: FieldForm = visit.form().await?;
    let here = collection::at(&field_id);
    match put(&visit, &field_id, &form).await {
        Ok(word) => visit.done(&next(&here, &form.then), word),
        // What was typed is not lost.
        Err(fault) if super::is_mistake(fault.public().code) => {
            let shown = load(&visit).await?;
            let error = fault.public();
            if error.code == Code::PreconditionFailed {
                form.seen = seen::mark(&drafts::newest(&shown.found.field));
            }
            let body = page(&shown, &form, Some(&error.detail), true);
            Ok(visit.page_with(&form.name, body, &["search.js"])?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

async fn put(visit: &Visit, field_id: &str, form: &FieldForm) -> Outcome<&'static str> {
    let field = form.read()?;
    let field_id = field_id.to_owned();
    let seen = form.seen();
    let found = visit.call(&drafts::Get { field_id: field_id.clone() }).await?.field;
    if found.live.is_some_and(|live| live.field == field) {
        if found.draft.is_some() {
            visit.call(&drafts::Discard { field_id, seen }).await?;
        }
        return Ok("This is what is live already: there is no draft any more.");
    }
    visit.call(&drafts::Edit { field_id, field, seen }).await?;
    Ok("The draft is saved. It is put to nothing until you publish it.")
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DiscardForm {
    seen: Option<String>,
}

async fn discard(mut visit: Visit) -> Outcome<Response> {
    let field_id = named(&visit)?;
    let DiscardForm { seen } = visit.form().await?;
    let found = visit.call(&drafts::Get { field_id: field_id.clone() }).await?.field;
    visit.call(&drafts::Discard { field_id: field_id.clone(), seen }).await?;
    match found.live {
        Some(_) => visit.done(&collection::at(&field_id), "The draft is thrown away."),
        None => visit.done(PATH, "The draft is thrown away, and the field with it."),
    }
}

async fn confirm(visit: Visit) -> Outcome<Response> {
    let field_id = named(&visit)?;
    let found = visit.call(&drafts::Get { field_id }).await?;
    visit.page("Publish", publish_page(&found.field))
}

#[derive(Deserialize)]
struct PublishForm {
    saved_at: i64,
}

async fn publish(mut visit: Visit) -> Outcome<Response> {
    let field_id = named(&visit)?;
    let PublishForm { saved_at } = visit.form().await?;
    let found = visit.call(&drafts::Get { field_id: field_id.clone() }).await?.field;
    if found.draft.is_none_or(|draft| draft.saved_at != UnixMillis(saved_at)) {
        return Err(Fault::refused(
            Code::PreconditionFailed,
            "Somebody has changed the draft since you looked at it; look at it again.",
        ));
    }
    let detail = visit.call(&drafts::Publish { field_id: field_id.clone() }).await?;
    let version = detail.live.map_or(1, |live| live.version);
    let word = match detail.enabled {
        true => format!(
            "Version {version} is live: it is put to every conversation that closes from now on."
        ),
        false => format!(
            "Version {version} is published. The field is off: turn it on in the list to have it put."
        ),
    };
    visit.done(&collection::at(&field_id), &word)
}

#[derive(Deserialize)]
struct RestoreForm {
    version: u32,
}

async fn restore(mut visit: Visit) -> Outcome<Response> {
    let field_id = named(&visit)?;
    let RestoreForm { version } = visit.form().await?;
    visit.call(&drafts::Restore { field_id: field_id.clone(), version }).await?;
    let word = format!("Version {version} is the draft now. Publishing it makes a new version.");
    visit.done(&collection::at(&field_id), &word)
}

async fn remove(visit: Visit) -> Outcome<Response> {
    let field_id = named(&visit)?;
    visit.call(&drafts::Remove { field_id }).await?;
    visit.done(PATH, "The field is removed. Its answers are kept.")
}

async fn check(mut visit: Visit) -> Outcome<Response> {
    let form: FieldForm = visit.form().await?;
    Ok(super::html(200, field_form::checked(&form))?)
}

/// What stands above every page of a field.
pub fn head(detail: &FieldDetail, removed: bool) -> Markup {
    let name = drafts::newest(detail).map_or("", |field| field.name.as_str());
    html! {
        p { a href=(PATH) { "← Data Collection" } }
        h1.wrap { (name) }
        p.row {
            @match &detail.live {
                Some(live) => { span.badge { "version " (live.version) } }
                None => { span.badge.odd { "never published" } }
            }
            @if let Some(draft) = &detail.draft { span.badge.odd { "draft of " (parts::time(draft.saved_at)) } }
            @if removed { span.badge.bad { "removed" } }
            @else if detail.enabled { span.badge.good { "on" } }
            @else { span.badge { "off" } }
        }
    }
}

/// The pages of a field; `current` is which one is shown.
pub fn tabs(detail: &FieldDetail, current: &str) -> Markup {
    let here = collection::at(&detail.id);
    let backfills = format!("{PATH}/backfills?field={}", super::visit::form_urlencode(&detail.id));
    let tab = |name: &str, path: String, at: &str| {
        html! { a.chip href=(path) aria-current=[(at == current).then_some("true")] { (name) } }
    };
    html! {
        nav.row aria-label="Field" {
            (tab("Edit", here.clone(), "edit"))
            (tab("Try on conversations", format!("{here}/try"), "try"))
            (tab("Values that may be missing", format!("{here}/values"), "values"))
            @if detail.live.is_some() { (tab("Backfill", backfills, "backfill")) }
        }
    }
}

/// The page of a field; `form` is what stands in its form, `wrong` why it could not be saved.
pub fn page(shown: &Shown, form: &FieldForm, wrong: Option<&str>, may_write: bool) -> Markup {
    let detail = &shown.found.field;
    let here = collection::at(&detail.id);
    let version = detail.live.as_ref().map_or(1, |live| live.version + 1);
    let edits = may_write && !shown.found.removed;
    html! {
        (head(detail, shown.found.removed))
        @if !shown.found.removed { (tabs(detail, "edit")) }
        @if let Some(wrong) = wrong { p.flash.bad role="alert" { (wrong) } }
        div.two {
            div {
                @if edits {
                    (field_form::form(form, Purpose { action: &here, version }))
                    (away(detail, &here, form))
                } @else {
                    @if shown.found.removed {
                        p.muted { "The field was removed. Restore one of its versions to bring it back." }
                        p { (values_link(&detail.id)) }
                    }
                    (whole(&form.field()))
                    @for hint in &detail.hints { (remark(hint)) }
                }
            }
            div {
                (field_form::read_box(form))
                @if let Some(stats) = shown.stats.as_ref().filter(|stats| stats.conversations > 0) {
                    (numbers(stats, &shown.agreement))
                }
                (history(&shown.found, &here, may_write))
                @if edits { (field_form::guidance()) }
            }
        }
    }
}

/// What takes something away, apart from what is done every day.
fn away(detail: &FieldDetail, here: &str, shown: &FieldForm) -> Markup {
    html! {
        div.row {
            @if detail.draft.is_some() && detail.live.is_some() {
                form method="post" action={ (here) "/discard" } { (parts::hidden("seen", &shown.seen)) button.secondary.small { "Throw the draft away" } }
            }
            @if detail.live.is_none() {
                form method="post" action={ (here) "/discard" } { (parts::hidden("seen", &shown.seen)) button.danger.small { "Throw the field away" } }
            }
        }
        @if detail.live.is_some() {
            details {
                summary { "Remove this field" }
                p.small-text { "It is put to conversations no more, and leaves this list. Its answers and versions are kept, and it can be brought back." }
                form method="post" action={ (here) "/remove" } { button.danger.small { "Remove" } }
            }
        }
    }
}

fn remark(hint: &Hint) -> Markup {
    html! {
        p.remark.small-text { (hint.advice) @for value in &hint.values { " “" (value) "”" } }
    }
}

/// A question, to be read.
fn whole(field: &Field) -> Markup {
    html! {
        p.note { (field.prompt) }
        ul {
            @for value in &field.possible_values {
                li { (value.name()) @if let Some(text) = value.description() { span.muted { ": " (text) } } }
            }
        }
        p.muted.small-text { @if field.optional { "Optional" } @else { "Required" } }
    }
}

fn numbers(stats: &FieldStats, agreement: &Agreement) -> Markup {
    html! {
        article {
            header { h2 { "How it does" } }
            dl.facts {
                dt { "Asked" } dd { (number(stats.conversations)) " conversations" }
                dt { "With a value" } dd { (rate(stats.hit_rate)) }
                dt { "Null" } dd { (rate(stats.null_rate)) }
                @if stats.others > 0 { dt { "“Other”" } dd { (rate(stats.other_rate)) " of the values" } }
                dt { "Failed" } dd { (rate(stats.error_rate)) }
                dt { "People agree" }
                dd {
                    @match agreement.rate {
                        None => { span.muted { "nobody has looked at an answer yet" } }
                        Some(_) => {
                            (rate(agreement.rate)) " of " (number(agreement.reviewed as u64)) " looked at"
                            @if let Some((low, high)) = agreement.interval {
                                br; span.muted.small-text { "95 % interval: " (rate(Some(low))) " to " (rate(Some(high))) }
                            }
                        }
                    }
                }
            }
            @if !agreement.confusions.is_empty() {
                p.small-text.flat { "Most often changed:" }
                ul.small-text {
                    @for one in agreement.confusions.iter().take(5) {
                        li { (said(one.answered.as_deref())) " → " (said(one.human.as_deref())) ", " (one.count) "×" }
                    }
                }
            }
            p.flat { (values_link(&stats.field_id)) }
        }
    }
}

fn values_link(field_id: &str) -> Markup {
    let there =
        format!("{}?field={}", super::metrics::PATH, super::visit::form_urlencode(field_id));
    html! { a href=(there) { "Its values in Metrics" } }
}

fn said(value: Option<&str>) -> Markup {
    html! { @match value { Some(value) => { "“" (value) "”" } None => { "no value" } } }
}

fn history(found: &FieldWithHistory, here: &str, may_write: bool) -> Markup {
    html! {
        article {
            header { h2 { "Versions" } }
            @if found.versions.is_empty() { p.muted.flat { "Nothing was published yet." } }
            @for (place, version) in found.versions.iter().rev().enumerate() {
                details {
                    summary {
                        "Version " (version.version) ", " (parts::time(version.published_at))
                        @if place == 0 && !found.removed { " " span.badge.good { "live" } }
                    }
                    (old(version, here, may_write && (place > 0 || found.removed)))
                }
            }
        }
    }
}

fn old(version: &Published, here: &str, may_restore: bool) -> Markup {
    html! {
        p { strong { (version.field.name) } }
        (whole(&version.field))
        @if may_restore {
            form method="post" action={ (here) "/restore" } {
                (parts::hidden("version", &version.version.to_string()))
                button.secondary.small { "Restore as a draft" span.vh { " version " (version.version) } }
            }
        }
    }
}

/// What publishing changes, before it is done.
pub fn publish_page(detail: &FieldDetail) -> Markup {
    let here = collection::at(&detail.id);
    let version = detail.live.as_ref().map_or(1, |live| live.version + 1);
    let live = detail.live.as_ref().map(|live| &live.field);
    let draft = detail.draft.as_ref().filter(|draft| live != Some(&draft.field));
    html! {
        p { a href=(here) { "← To the field" } }
        @match draft {
            None => {
                h1 { "Nothing to publish" }
                p { "There is no draft that differs from what is live." }
            }
            Some(draft) => {
                h1.wrap { "Publish version " (version) " of “" (draft.field.name) "”?" }
                p {
                    @if detail.enabled { "From now on it is put to every conversation that closes. " }
                    @else { "The field is off: it is put to conversations once you turn it on. " }
                    "What was answered before stays as it is."
                }
                @if !detail.hints.is_empty() {
                    h2 { "Remarks" }
                    @for hint in &detail.hints { (remark(hint)) }
                }
                h2 { @if live.is_some() { "What changes" } @else { "The field" } }
                @match live { Some(live) => (changes(live, &draft.field)), None => (whole(&draft.field)) }
                form method="post" action={ (here) "/publish" } .row {
                    (parts::hidden("saved_at", &draft.saved_at.0.to_string()))
                    button { "Publish version " (version) }
                    a href=(here) { "Not yet" }
                }
            }
        }
    }
}

/// The parts that differ, the live one beside the draft's.
fn changes(live: &Field, draft: &Field) -> Markup {
    let gone: Vec<_> =
        live.possible_values.iter().filter(|v| !draft.possible_values.contains(v)).collect();
    let new: Vec<_> =
        draft.possible_values.iter().filter(|v| !live.possible_values.contains(v)).collect();
    let word = |optional: bool| if optional { "Optional" } else { "Required" };
    let list = |values: &[&askwell::classify::Value]| {
        html! {
            @if values.is_empty() { span.muted { "–" } }
            @for (place, value) in values.iter().enumerate() {
                @if place > 0 { br; }
                (value.name()) @if let Some(text) = value.description() { span.muted { ": " (text) } }
            }
        }
    };
    parts::table(
        "What changes",
        html! {
            thead { tr { th scope="col" { "Part" } th scope="col" { "Live" } th scope="col" { "Draft" } } }
            tbody {
                @if live.name != draft.name { tr { th scope="row" { "Name" } td.wrap { (live.name) } td.wrap { (draft.name) } } }
                @if live.prompt != draft.prompt { tr { th scope="row" { "Prompt" } td.wrap.lines { (live.prompt) } td.wrap.lines { (draft.prompt) } } }
                @if live.optional != draft.optional { tr { th scope="row" { "Kind" } td { (word(live.optional)) } td { (word(draft.optional)) } } }
                @if !gone.is_empty() || !new.is_empty() { tr { th scope="row" { "Values" } td.wrap { (list(&gone)) @if !gone.is_empty() { br; span.muted.small-text { "removed" } } } td.wrap { (list(&new)) @if !new.is_empty() { br; span.muted.small-text { "added" } } } } }
                @else if live.possible_values != draft.possible_values { tr { th scope="row" { "Values" } td colspan="2" { "in another order" } } }
            }
        },
    )
}
