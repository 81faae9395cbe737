//! Settings → Automations: what is done by itself after a conversation, whether it is on, and what each has
//! run for. How they look is `automations_page.rs`'s, and the form of one `automation_form.rs`'s.

use super::automation_form::{Form, Offered};
use super::automations_page::{Ran, new_page, one_page, page};
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::ledger::automations::{Add, Get, List, Put, Remove, Runs, as_new};
use crate::ledger::{endpoints, fields, seen, views};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{Automation, NewAutomation, PageQuery};
use askwell::id::AutomationId;
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/settings/automations";
/// Where a new one is made.
pub const NEW: &str = "/app/settings/automations/new";
const READ: Scope = Scope::SettingsRead;
const WRITE: Scope = Scope::SettingsWrite;
const ID: &str = "automation_id";
/// Rows of the log on a page.
const AT_ONCE: u32 = 25;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, READ, |visit| Box::pin(list(visit))),
    Page::get(NEW, WRITE, |visit| Box::pin(fresh(visit))),
    Page::post(NEW, WRITE, |visit| Box::pin(add(visit))),
    Page::get("/app/settings/automations/{automation_id}", READ, |visit| Box::pin(show(visit))),
    Page::post("/app/settings/automations/{automation_id}", WRITE, |visit| Box::pin(set(visit))),
    Page::post("/app/settings/automations/{automation_id}/switch", WRITE, |visit| {
        Box::pin(switch(visit))
    }),
    Page::post("/app/settings/automations/{automation_id}/remove", WRITE, |visit| {
        Box::pin(remove(visit))
    }),
];

/// The page of one.
pub fn at(id: &AutomationId) -> String {
    format!("{PATH}/{id}")
}

async fn list(visit: Visit) -> Outcome<Response> {
    let all = visit.call(&List).await?;
    let offered = offered(&visit).await?;
    visit.page("Automations", page(&all, &offered, visit.may(WRITE)))
}

async fn offered(visit: &Visit) -> Outcome<Offered> {
    let fields = visit.call(&fields::List).await?.list.fields;
    let endpoints = match visit.may(Scope::EventsRead) {
        true => Some(visit.call(&endpoints::List).await?),
        false => None,
    };
    Ok(Offered { fields, endpoints })
}

async fn fresh(visit: Visit) -> Outcome<Response> {
    let offered = offered(&visit).await?;
    visit.page("New automation", new_page(&Form::fresh(), &offered, None))
}

async fn add(mut visit: Visit) -> Outcome<Response> {
    let form: Form = visit.form().await?;
    if form.is_unfinished() {
        let offered = offered(&visit).await?;
        return visit.page("New automation", new_page(&form, &offered, None));
    }
    let put = async {
        let new = form.read()?;
        visit.call(&Add { new }).await
    };
    match put.await {
        Ok(made) => visit.done(
            PATH,
            &format!("“{}” is added, for conversations that are closed from now on.", made.name),
        ),
        // What was typed is not lost.
        Err(fault) if super::is_mistake(fault.public().code) => {
            let offered = offered(&visit).await?;
            let body = new_page(&form, &offered, Some(&fault.public().detail));
            Ok(visit.page("New automation", body)?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    cursor: Option<String>,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let one = visit.call(&Get { automation_id: visit.parameter(ID)? }).await?;
    let form = Form::of(&one);
    opened(&visit, &one, &form, None).await
}

async fn opened(
    visit: &Visit,
    one: &Automation,
    form: &Form,
    wrong: Option<&str>,
) -> Outcome<Response> {
    let Asked { cursor } = visit.query()?;
    let page = PageQuery { cursor, limit: Some(AT_ONCE) };
    let runs = visit.call(&Runs { automation_id: one.automation_id.clone(), page }).await?;
    let may_look = visit.may(Scope::ConversationsRead);
    let names = match may_look {
        true => {
            let ids = runs.items.iter().map(|run| run.conversation_id.clone()).collect();
            visit.call(&views::CalledIn { ids }).await?
        }
        false => Vec::new(),
    };
    let ran = Ran { runs: &runs, names: may_look.then_some(&names) };
    let offered = offered(visit).await?;
    visit.page(&one.name, one_page(one, form, &offered, &ran, wrong, visit.may(WRITE)))
}

async fn set(mut visit: Visit) -> Outcome<Response> {
    let automation_id: AutomationId = visit.parameter(ID)?;
    let mut form: Form = visit.form().await?;
    let one = visit.call(&Get { automation_id: automation_id.clone() }).await?;
    if form.is_unfinished() {
        return opened(&visit, &one, &form, None).await;
    }
    let put = async {
        let new = form.read()?;
        let seen = Some(form.seen.clone()).filter(|seen| !seen.is_empty());
        visit.call(&Put { automation_id: automation_id.clone(), new, seen }).await
    };
    match put.await {
        Ok(set) => visit
            .done(&at(&set.automation_id), "Saved. What it has run for it does not run for again."),
        Err(fault) if super::is_mistake(fault.public().code) => {
            let error = fault.public();
            let one = visit.call(&Get { automation_id }).await?;
            if error.code == Code::PreconditionFailed {
                form.seen = seen::mark(&as_new(&one));
            }
            Ok(opened(&visit, &one, &form, Some(&error.detail)).await?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize)]
struct SwitchForm {
    on: bool,
}

async fn switch(mut visit: Visit) -> Outcome<Response> {
    let automation_id: AutomationId = visit.parameter(ID)?;
    let SwitchForm { on } = visit.form().await?;
    let one = visit.call(&Get { automation_id: automation_id.clone() }).await?;
    let before = as_new(&one);
    let seen = Some(seen::mark(&before));
    let new = NewAutomation { enabled: on, ..before };
    visit.call(&Put { automation_id, new, seen }).await?;
    let word = match on {
        true => format!("“{}” is on, for conversations that are closed from now on.", one.name),
        false => format!("“{}” is off. What it has done stays.", one.name),
    };
    visit.done(PATH, &word)
}

async fn remove(visit: Visit) -> Outcome<Response> {
    let automation_id: AutomationId = visit.parameter(ID)?;
    visit.call(&Remove { automation_id }).await?;
    visit.done(PATH, "The automation is removed, and its log. What it has done stays.")
}
