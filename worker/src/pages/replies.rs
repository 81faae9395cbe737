//! Settings → Replies: who answers visitors, when the team is there, and when a person is called. The form is
//! `replies_form.rs`'s.

use super::blank::Wrong;
use super::replies_fields;
use super::replies_form::Form;
use super::{Page, Visit, parts};
use crate::delivery;
use crate::fault::Outcome;
use crate::ledger::replies::{GetSettings, PutSettings, as_set};
use crate::ledger::{llm, seen};
use crate::replies::clock;
use crate::routes::replies::check;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{Answerer, ReplySettingsShown};
use maud::{Markup, html};
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/settings/replies";
const SET: Scope = Scope::SettingsWrite;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::SettingsRead, |visit| Box::pin(show(visit))),
    Page::post(PATH, SET, |visit| Box::pin(set(visit))),
];

async fn show(visit: Visit) -> Outcome<Response> {
    let set = visit.call(&GetSettings).await?;
    let form = Form::of(&set);
    opened(&visit, &set, &form, &Wrong::default(), None).await
}

async fn opened(
    visit: &Visit,
    set: &ReplySettingsShown,
    form: &Form,
    wrong: &Wrong,
    secret: Option<&str>,
) -> Outcome<Response> {
    let there = clock::local(&set.hours.zone, visit.now()).map(|now| set.hours.is_open(&now));
    let shown = Shown {
        set,
        model: visit.call(&llm::Get).await?.map(|endpoint| endpoint.model),
        // A zone that the runtime has forgotten is no reason to promise nobody.
        there: there.unwrap_or(true),
        secret,
    };
    visit.page("Replies", page(&shown, form, wrong, visit.may(SET)))
}

async fn set(mut visit: Visit) -> Outcome<Response> {
    let mut form: Form = visit.form().await?;
    let before = visit.call(&GetSettings).await?;
    if form.is_unfinished() {
        return opened(&visit, &before, &form, &Wrong::default(), None).await;
    }
    let made = delivery::fresh_secret()?;
    let put = async {
        let settings = form.read(before.webhook.as_ref(), &made)?;
        let wrong = |fault: crate::fault::Fault| Form::wrong(&fault.public());
        check(&settings, visit.now()).map_err(wrong)?;
        let seen = Some(form.seen.clone()).filter(|seen| !seen.is_empty());
        let new = settings.webhook.as_ref().and_then(|webhook| webhook.secret.clone());
        Ok::<_, Wrong>((visit.call(&PutSettings { settings, seen }).await, new))
    };
    match put.await {
        Ok((Ok(set), Some(new))) if new == made => {
            opened(&visit, &set, &Form::of(&set), &Wrong::default(), Some(&made)).await
        }
        Ok((Ok(_), _)) => visit.done(PATH, "Saved, for what visitors say from now on."),
        Ok((Err(fault), _)) if super::is_mistake(fault.public().code) => {
            let wrong = Form::wrong(&fault.public());
            let before = visit.call(&GetSettings).await?;
            if fault.public().code == Code::PreconditionFailed {
                form.seen = seen::mark(&as_set(&before));
            }
            Ok(opened(&visit, &before, &form, &wrong, None).await?.with_status(422))
        }
        Ok((Err(fault), _)) => Err(fault),
        Err(wrong) => Ok(opened(&visit, &before, &form, &wrong, None).await?.with_status(422)),
    }
}

/// What the page shows beside the form.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// How it is set.
    pub set: &'a ReplySettingsShown,
    /// The language model, if one was chosen.
    pub model: Option<String>,
    /// Whether the team is there now.
    pub there: bool,
    /// A secret that was made just now, and is shown this once.
    pub secret: Option<&'a str>,
}

/// The page.
pub fn page(shown: &Shown<'_>, form: &Form, wrong: &Wrong, may_set: bool) -> Markup {
    html! {
        h1 { "Replies" }
        p.muted { "Who answers visitors while no person does, when the team is there, and when a person is called." }
        @if let Some(secret) = shown.secret {
            article {
                header { h2 { "The secret of your bot" } }
                p { strong { "It is shown this once." } " What your bot is sent is signed with it, and your bot signs its answers with it, as Standard Webhooks has it." }
                pre { code #fresh { (secret) } }
                button.secondary.small type="button" data-copy="fresh" { "Copy" }
            }
        }
        (now(shown))
        @if may_set { (replies_fields::form(form, shown.set, shown.model.as_deref(), PATH, wrong)) }
        @else { (rules(shown.set)) }
    }
}

/// How it is now, in words.
fn now(shown: &Shown<'_>) -> Markup {
    let set = shown.set;
    html! {
        article {
            header {
                div.row.spread {
                    h2 { "Now" }
                    @if set.active { span.badge.good { "visitors are answered" } } @else { span.badge { "visitors wait for a person" } }
                }
            }
            dl.facts {
                dt { "Answers" }
                dd {
                    @if !set.active && set.enabled.is_none() {
                        "nobody, until an article is published in the " a href="/app/knowledge" { "knowledge base" }
                    } @else if !set.active { "nobody: it is switched off" }
                    @else {
                        @match set.answerer {
                            Answerer::Embedded => { "Askwell, from the published articles" }
                            Answerer::Llm => { @match &shown.model { Some(model) => { "the language model " (model) ", from the published articles" } None => { "Askwell: no language model is chosen any more" } } }
                            Answerer::Webhook => { "your bot" @if let Some(webhook) = &set.webhook { " at " span.wrap { (webhook.url) } } }
                        }
                    }
                }
                dt { "The team" }
                dd {
                    @if set.hours.open.is_empty() { "is always there: no opening hours are set" }
                    @else if shown.there { "is there" }
                    @else { "is not there: visitors are asked for their e-mail address, and promised the answer there" }
                }
            }
        }
    }
}

/// When a person is called, for whoever may only look.
fn rules(set: &ReplySettingsShown) -> Markup {
    let rules = &set.rules;
    html! {
        article {
            header { h2 { "When a person is called" } }
            ul.flat {
                @if rules.on_request { li { "when the visitor asks for one" } }
                @if rules.on_anger { li { "when the visitor is angry, or threatens" } }
                li { "after " (parts::count(u64::from(rules.misunderstood), "message")) " in a row that " @if rules.misunderstood == 1 { "was" } @else { "were" } " not understood" }
                @if !rules.protected.is_empty() { li { "when it is about " (rules.protected.join(", ")) } }
                @for rule in rules.own.iter().filter(|rule| rule.enabled) { li { (rule.name) ": " (rule.phrases.join(", ")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::api::WebhookShown;
    use askwell::reply::{Hours, Open, Rule, Rules};

    #[test]
    fn it_says_how_it_is_and_offers_what_a_role_may() {
        let open = Open { day: 1, from: "09:00".to_owned(), to: "17:00".to_owned() };
        let rule =
            Rule { name: HOSTILE.to_owned(), phrases: vec![HOSTILE.to_owned()], enabled: true };
        let set = ReplySettingsShown {
            enabled: Some(true),
            active: true,
            answerer: Answerer::Webhook,
            webhook: Some(WebhookShown { url: HOSTILE.to_owned() }),
            hours: Hours { open: vec![open], ..Hours::default() },
            rules: Rules { own: vec![rule], ..Rules::default() },
        };
        let shown = Shown { set: &set, model: None, there: false, secret: Some("whsec_1") };
        let text = page(&shown, &Form::of(&set), &Wrong::default(), true).into_string();
        assert!(!text.contains("<script"));
        for said in ["is not there", "whsec_1", "09:00–17:00", "value=\"2\""] {
            assert!(text.contains(said), "{said} in {text}");
        }
        let looked_at = Shown { secret: None, ..shown };
        let text = page(&looked_at, &Form::of(&set), &Wrong::default(), false).into_string();
        assert!(
            !text.contains("<form") && !text.contains("<script") && text.contains("2 messages")
        );
        let quiet = ReplySettingsShown { active: false, enabled: None, ..set.clone() };
        let shown = Shown { set: &quiet, ..looked_at };
        let text = page(&shown, &Form::of(&quiet), &Wrong::default(), false).into_string();
        assert!(text.contains("until an article is published"));
    }
}
