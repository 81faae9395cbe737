//! Privacy → Retention: for how long what is kept. What would go is counted before anything does.

use super::parts::number;
use super::refused::Typed;
use super::{Page, Visit, parts};
use crate::fault::{Fault, Outcome};
use crate::ledger::overview::Storage;
use crate::ledger::retention::{Preview, Retain};
use crate::ledger::sections::{Get, Put, Revised};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{RetentionCount, RetentionSettings, StorageUse};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

const PATH: &str = "/app/privacy/retention";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::SettingsRead, |visit| Box::pin(show(visit))),
    Page::post("/app/privacy/retention/count", Scope::SettingsRead, |visit| Box::pin(count(visit))),
    // It removes people for good.
    Page::post(PATH, Scope::CustomersErase, |visit| Box::pin(set(visit))),
];

async fn show(visit: Visit) -> Outcome<Response> {
    let set = visit.call(&Get::<RetentionSettings>::new()).await?;
    let storage = visit.call(&Storage).await?;
    // That which is typed into, and that which confirms it: either has the same fields.
    let typed = [format!("{PATH}/count"), PATH.to_owned()].map(|at| visit.forms().at(&at));
    let typed = typed.into_iter().find(|typed| typed.is_refused()).unwrap_or_default();
    visit.page("Retention", page(&set, &storage, typed, visit.may(Scope::CustomersErase)))
}

/// What the form sends: nothing stands for ever.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Form {
    customers: String,
    transcripts: String,
    accesses: String,
    events: String,
    revision: u64,
}

impl Form {
    /// As it is set.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for what is no number.
    pub fn settings(&self) -> Outcome<RetentionSettings> {
        let days = |text: &str| {
            let text = text.trim();
            let wrong = || {
                Fault::refused(
                    Code::InvalidField,
                    "Each number of days must be 1 to 36500, or empty for ever.",
                )
            };
            if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| wrong()) }
        };
        Ok(RetentionSettings {
            customers_days: days(&self.customers)?,
            transcripts_days: days(&self.transcripts)?,
            accesses_days: days(&self.accesses)?,
            events_days: days(&self.events)?,
        })
    }
}

async fn count(mut visit: Visit) -> Outcome<Response> {
    let form: Form = visit.form().await?;
    let settings = form.settings()?;
    let would = visit.call(&Preview { settings }).await?;
    let may_set = visit.may(Scope::CustomersErase);
    visit.page("What would go", counted(&settings, form.revision, &would, may_set))
}

async fn set(mut visit: Visit) -> Outcome<Response> {
    let form: Form = visit.form().await?;
    let put = Put::<RetentionSettings> { change: form.settings()?, revision: Some(form.revision) };
    visit.call(&put).await?;
    visit.call(&Retain).await?;
    visit.done(PATH, "Set. What is older goes now, and every hour from now on.")
}

fn kinds(
    settings: &RetentionSettings,
) -> [(&'static str, &'static str, &'static str, Option<u32>); 4] {
    [
        (
            "customers",
            "Customers",
            "With all that is kept of them, since their last conversation.",
            settings.customers_days,
        ),
        (
            "transcripts",
            "Words of conversations",
            "What was said, and the quotes from it; that it was held and its answers stay.",
            settings.transcripts_days,
        ),
        ("accesses", "Access log", "Who has looked at which customer.", settings.accesses_days),
        (
            "events",
            "Events and deliveries",
            "What every webhook has taken, with the log of it; what was counted of it stays.",
            settings.events_days,
        ),
    ]
}

fn kept(days: Option<u32>) -> String {
    days.map_or_else(|| "for ever".to_owned(), |days| parts::count(u64::from(days), "day"))
}

/// How it is set, and a form to change it.
pub fn page(
    set: &Revised<RetentionSettings>,
    storage: &StorageUse,
    typed: Typed,
    may_set: bool,
) -> Markup {
    html! {
        h1 { "Retention" }
        p.muted { "For how long what is kept. What is older goes by itself, every hour and for good. Sealed days of the export hold no personal data and stay." }
        article {
            (typed.wrong().above(&[]))
            form method="post" action={ (PATH) "/count" } {
                (parts::hidden("revision", &set.revision.to_string()))
                @for (name, title, what, days) in kinds(&set.value) {
                    @if may_set {
                        label for=(name) { (title) ", in days" }
                        @let kept = days.map_or_else(String::new, |days| days.to_string());
                        input type="number" id=(name) name=(name) min="1" max="36500" value=(typed.value(name, &kept)) placeholder="for ever" aria-describedby={ (name) "-what" };
                        small id={ (name) "-what" } {
                            (what) " Empty: for ever."
                            @if typed.value(name, &kept) != kept { strong { " It is set to " (self::kept(days)) " now." } }
                        }
                    } @else {
                        p { strong { (title) ": " } (kept(days)) br; span.muted.small-text { (what) } }
                    }
                }
                @if may_set { button { "Count what would go" } }
            }
        }
        (taken(storage))
    }
}

/// How much room the workspace takes, and what to do when little is left.
fn taken(storage: &StorageUse) -> Markup {
    let StorageUse { bytes, limit_bytes, nearly_full } = *storage;
    html! {
        h2 { "Storage" }
        article {
            @if nearly_full {
                p.flash.bad role="alert" {
                    "Little room is left. At " (parts::size(limit_bytes)) " nothing more can be written, and chats could not be kept. Keep things for less long above, or begin another workspace."
                }
            }
            p { strong { (parts::size(bytes)) } " of " (parts::size(limit_bytes)) " taken, " (parts::percent(bytes, limit_bytes)) }
            progress value=(bytes.min(limit_bytes)) max=(limit_bytes) aria-label="Room taken" {}
            p.muted.small-text.flat { "All that the workspace keeps but sealed days of the export, which lie elsewhere. What goes leaves room that is used again first, so this does not shrink." }
        }
    }
}

/// What would go, before it does.
pub fn counted(
    settings: &RetentionSettings,
    revision: u64,
    would: &RetentionCount,
    may_set: bool,
) -> Markup {
    let counts = [would.customers, would.transcripts, would.accesses, would.events];
    let none = counts.iter().all(|n| *n == 0);
    html! {
        h1 { "What would go" }
        p role="status" { "Nothing has been changed yet." }
        (parts::table("What would go", html! {
            thead { tr { th scope="col" { "What" } th scope="col" { "Kept" } th.num scope="col" { "Would go now" } } }
            tbody {
                @for ((_, title, _, days), n) in kinds(settings).into_iter().zip(counts) {
                    tr { th scope="row" { (title) } td { (kept(days)) } td.num { (number(n)) } }
                }
            }
        }))
        div.row {
            @if may_set {
                form method="post" action=(PATH) {
                    (parts::hidden("revision", &revision.to_string()))
                    @for (name, _, _, days) in kinds(settings) { (parts::hidden(name, &days.map_or_else(String::new, |days| days.to_string()))) }
                    button.danger[!none] { @if none { "Set it so" } @else { "Set it so, and remove these for good" } }
                }
            }
            a role="button" .secondary href=(PATH) { "Back" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_and_what_would_go_is_shown_before_it_does() {
        let form: Form =
            serde_html_form::from_str("customers=30&transcripts=&accesses= 7 &events=90").unwrap();
        let settings = form.settings().unwrap();
        assert_eq!(
            (settings.customers_days, settings.transcripts_days, settings.accesses_days),
            (Some(30), None, Some(7))
        );
        assert_eq!(settings.events_days, Some(90));
        let wrong: Form = serde_html_form::from_str("customers=soon").unwrap();
        assert_eq!(wrong.settings().unwrap_err().public().code, Code::InvalidField);
        let would = RetentionCount { customers: 1234, transcripts: 0, accesses: 0, events: 0 };
        let text = counted(&settings, 3, &would, true).into_string();
        assert!(text.contains("1\u{202f}234") && text.contains("remove these for good"));
        assert!(!counted(&settings, 3, &would, false).into_string().contains("<form"));
        let set = Revised { revision: 3, value: settings };
        let room = StorageUse::of(3_600_000_000);
        let text = page(&set, &room, Typed::default(), true).into_string();
        assert!(text.contains("Count what would go") && !text.contains("alert"));
        assert!(text.contains("3.6\u{202f}GB") && text.contains("10.0\u{202f}GB"), "{text}");
        let full = page(&set, &StorageUse::of(8_000_000_000), Typed::default(), true).into_string();
        assert!(full.contains("Little room is left") && full.contains("alert"));
        assert!(
            !page(&set, &room, Typed::default(), false)
                .into_string()
                .contains("<input type=\"number\"")
        );
    }
}
