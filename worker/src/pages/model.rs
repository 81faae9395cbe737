//! Settings → Language model: where it is, what it is for, what it has cost, and whether it answers. Its key is
//! put in and never shown. The form is `model_form.rs`'s.

use super::blank::Wrong;
use super::collection::cost;
use super::model_form::{self, Form};
use super::parts::{self, number};
use super::{Page, Visit, visit};
use crate::fault::Outcome;
use crate::ledger::llm::{Costs, Drop, Get, Put, Spent, SpentSince};
use crate::ledger::seen;
use crate::llm::check;
use crate::routes::llm::try_out;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::LlmShown;
use askwell::time::UnixMillis;
use maud::{Markup, html};
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/settings/model";
const SET: Scope = Scope::SettingsWrite;
/// What “lately” is.
const LATELY_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::SettingsRead, |visit| Box::pin(show(visit))),
    Page::post(PATH, SET, |visit| Box::pin(set(visit))),
    Page::post("/app/settings/model/check", SET, |visit| Box::pin(ask(visit))),
    Page::post("/app/settings/model/remove", SET, |visit| Box::pin(remove(visit))),
];

async fn show(visit: Visit) -> Outcome<Response> {
    let set = visit.call(&Get).await?.map(|endpoint| endpoint.shown());
    let form = Form::of(set.as_ref());
    opened(&visit, set.as_ref(), &form, &Wrong::default()).await
}

async fn opened(
    visit: &Visit,
    set: Option<&LlmShown>,
    form: &Form,
    wrong: &Wrong,
) -> Outcome<Response> {
    let lately = UnixMillis(visit.now().0.saturating_sub(LATELY_MS)).day();
    let shown = Shown {
        set,
        lately: visit.call(&SpentSince { first: Some(lately) }).await?,
        ever: visit.call(&SpentSince { first: None }).await?,
    };
    visit.page("Language model", page(&shown, form, wrong, visit.may(SET)))
}

async fn set(mut visit: Visit) -> Outcome<Response> {
    let mut form: Form = visit.form().await?;
    let before = visit.call(&Get).await?.map(|endpoint| endpoint.shown());
    let read = form.read().and_then(|settings| match check(&settings) {
        Ok(()) => Ok(settings),
        Err(fault) => Err(Wrong::of(&fault.public())),
    });
    match read {
        Ok(settings) => {
            let seen = Some(form.seen.clone()).filter(|seen| !seen.is_empty());
            match visit.call(&Put { settings, seen }).await {
                Err(fault) if fault.public().code == Code::PreconditionFailed => {
                    let now = visit.call(&Get).await?.map(|endpoint| endpoint.shown());
                    form.seen = seen::mark(&now);
                    let wrong = Wrong::of(&fault.public());
                    Ok(opened(&visit, now.as_ref(), &form, &wrong).await?.with_status(422))
                }
                outcome => outcome.and_then(|_| {
                    visit.done(PATH, "Saved. Test the connection to see whether it answers.")
                }),
            }
        }
        Err(wrong) => Ok(opened(&visit, before.as_ref(), &form, &wrong).await?.with_status(422)),
    }
}

async fn ask(visit: Visit) -> Outcome<Response> {
    let Some(endpoint) = visit.call(&Get).await? else {
        return visit::back_to(PATH, &visit::Flash::bad("There is no language model to ask."));
    };
    let came = try_out(&visit.env, &visit.ledger()?, &endpoint).await;
    match came.detail {
        None => {
            let word =
                format!("It answered as it should, within {} ms.", number(millis(came.took_ms)));
            visit.done(PATH, &word)
        }
        Some(detail) => {
            let word = format!("It does not work yet: {detail}.");
            visit::back_to(PATH, &visit::Flash::bad(&word))
        }
    }
}

fn millis(took: i64) -> u64 {
    u64::try_from(took).unwrap_or_default()
}

async fn remove(visit: Visit) -> Outcome<Response> {
    visit.call(&Drop).await?;
    visit.done(PATH, "The language model is let go of, and its key forgotten.")
}

/// What the page shows beside the form.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// How it is set; none where none was chosen.
    pub set: Option<&'a LlmShown>,
    /// What it has cost in the last 30 days.
    pub lately: Costs,
    /// What it has cost in all.
    pub ever: Costs,
}

/// The page.
pub fn page(shown: &Shown<'_>, form: &Form, wrong: &Wrong, may_set: bool) -> Markup {
    html! {
        div.row.spread {
            h1 { "Language model" }
            @match shown.set { Some(_) => { span.badge.good { "chosen" } } None => { span.badge { "none" } } }
        }
        p.muted { "Askwell answers and classifies by itself, without a language model. One of yours can answer the questions that are in doubt, and visitors: see " a href=(super::replies::PATH) { "Replies" } "." }
        (state(shown, may_set))
        @if may_set {
            (model_form::form(shown.set, form, wrong))
            @if shown.set.is_some() {
                details {
                    summary { "Let go of it" }
                    form method="post" action={ (PATH) "/remove" } {
                        p.small-text { "Its key is forgotten. What it answered stays; from then on Askwell answers by itself." }
                        button.danger.small { "Let go of the language model" }
                    }
                }
            }
        }
    }
}

/// How it is set, what it has cost, and a button to ask it.
fn state(shown: &Shown<'_>, may_set: bool) -> Markup {
    html! {
        @if let Some(set) = shown.set {
            article {
                header { h2 { "As it is" } }
                dl.facts {
                    dt { "Model" } dd { (set.model) }
                    dt { "Where" } dd { @match &set.base_url { Some(url) => { (url) } None => { "Workers AI" } } }
                    dt { "Key" } dd { @if set.has_key { "there, and never shown" } @else { "none" } }
                }
                @if may_set {
                    form method="post" action={ (PATH) "/check" } { button.secondary.small { "Test the connection" } }
                }
            }
            (costs(&shown.lately, &shown.ever))
        } @else if !may_set {
            (parts::empty("No language model", html! { "Whoever may change settings can choose one." }))
        }
    }
}

/// What it has cost, by what it was asked for.
fn costs(lately: &Costs, ever: &Costs) -> Markup {
    let row = |name, unit, lately: &Spent, ever: &Spent| {
        html! {
            tr {
                th scope="row" { (name) }
                td { (spent(lately, unit)) }
                td { (spent(ever, unit)) }
            }
        }
    };
    html! {
        article {
            header { h2 { "What it has cost" } }
            (parts::table("What it has cost", html! {
                thead { tr { th scope="col" { "For" } th scope="col" { "Last 30 days" } th scope="col" { "In all" } } }
                tbody {
                    (row("Answers to your questions", "answer", &lately.questions, &ever.questions))
                    (row("Replies, suggested ones too", "request", &lately.replies, &ever.replies))
                    (row("Drafts and the connection, tried out", "request", &lately.trials, &ever.trials))
                }
                tfoot { tr { th scope="row" { "Together" } td { (cost(lately.cost_micros())) } td { (cost(ever.cost_micros())) } } }
            }))
            p.muted.small-text { "In the currency of its prices, as they stood when it was asked, by the tokens that the provider counted. What a reply that never came has cost is known to the provider alone." }
        }
    }
}

fn spent(spent: &Spent, unit: &str) -> Markup {
    html! {
        (cost(spent.cost_micros))
        small.muted {
            " for " (parts::count(spent.asked, unit))
            @if spent.failed > 0 { ", of which " (number(spent.failed)) " failed" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::api::{LlmProvider, LlmUse, SchemaFormat};
    use askwell::classify::review::Prices;

    #[test]
    fn the_key_is_never_shown_and_nothing_offered_that_would_be_refused() {
        let set = LlmShown {
            provider: LlmProvider::OpenaiCompatible,
            base_url: Some(HOSTILE.to_owned()),
            model: HOSTILE.to_owned(),
            has_key: true,
            schema_format: SchemaFormat::JsonSchema,
            prices: Prices { prompt_per_million: 150_000, completion_per_million: 0 },
            classify: LlmUse::Off,
            embedded_meanwhile: true,
            timeout_s: 20,
        };
        let lately = Costs {
            questions: Spent { asked: 3, failed: 1, cost_micros: 1_500_000 },
            replies: Spent { asked: 1, failed: 0, cost_micros: 20_000 },
            trials: Spent::default(),
        };
        let shown = Shown { set: Some(&set), lately, ever: lately };
        let text = page(&shown, &Form::of(Some(&set)), &Wrong::default(), true).into_string();
        assert!(!text.contains("<script"));
        for said in [
            "never shown",
            "1.50<small class=\"muted\"> for 3 answers, of which 1 failed",
            "0.02<small class=\"muted\"> for 1 request<",
            "<td>1.52</td>",
            "value=\"0.15\"",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
        let typed: Form = serde_html_form::from_str("model=m&key=hush&prompt_price=1,2").unwrap();
        let wrong = Wrong::at("model", "Is unknown.");
        let again = page(&shown, &typed, &wrong, true).into_string();
        assert!(!again.contains("hush") && again.contains("value=\"1,2\""), "{again}");
        let looked_at = page(&shown, &Form::of(Some(&set)), &Wrong::default(), false).into_string();
        assert!(!looked_at.contains("<form"));
        let none = Shown { set: None, ..shown };
        let text = page(&none, &Form::of(None), &Wrong::default(), true).into_string();
        assert!(!text.contains("Test the connection") && text.contains("Save"));
    }
}
