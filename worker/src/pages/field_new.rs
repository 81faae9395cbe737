//! A new question of Data Collection: the gallery of templates, and the form that one of them fills in.

use super::collection::{self, PATH, WRITE};
use super::field_form::{self, FieldForm, Purpose};
use super::visit::form_urlencode;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::drafts;
use askwell::Code;
use askwell::classify::{Template, templates};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/settings/data-collection/new", WRITE, |visit| Box::pin(gallery(visit))),
    Page::get("/app/settings/data-collection/new/form", WRITE, |visit| Box::pin(show(visit))),
    Page::post("/app/settings/data-collection/new/form", WRITE, |visit| Box::pin(make(visit))),
];

async fn gallery(visit: Visit) -> Outcome<Response> {
    let (_, list) = visit.call(&drafts::List).await?;
    let names: Vec<String> = list
        .fields
        .iter()
        .filter_map(|detail| Some(drafts::newest(detail)?.name.clone()))
        .collect();
    visit.page("New field", page(&templates(), &names))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    template: String,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let Asked { template } = visit.query()?;
    let form = if template.is_empty() {
        FieldForm::fresh()
    } else {
        let found = templates().into_iter().find(|one| one.field.name == template);
        let found =
            found.ok_or_else(|| Fault::refused(Code::NotFound, "There is no such template."))?;
        FieldForm::of(&found.field.into())
    };
    visit.page_with("New field", form_page(&form, None), &["search.js"])
}

async fn make(mut visit: Visit) -> Outcome<Response> {
    let form: FieldForm = visit.form().await?;
    let created = match form.read() {
        Ok(field) => visit.call(&drafts::Create { field }).await,
        Err(fault) => Err(fault),
    };
    match created {
        Ok(detail) => {
            let here = collection::at(&detail.id);
            visit.done(
                &super::field::next(&here, &form.then),
                "The draft is saved. It is put to nothing until you publish it.",
            )
        }
        // What was typed is not lost.
        Err(fault) if super::is_mistake(fault.public().code) => {
            let body = form_page(&form, Some(&fault.public().detail));
            Ok(visit.page_with("New field", body, &["search.js"])?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

/// All templates, by their groups; `names` are those of the fields that there are.
pub fn page(templates: &[Template], names: &[String]) -> Markup {
    let mut groups: Vec<&str> = Vec::new();
    for template in templates {
        if !groups.contains(&template.group.as_str()) {
            groups.push(&template.group);
        }
    }
    html! {
        p { a href=(PATH) { "← Data Collection" } }
        div.row.spread {
            h1 { "New field" }
            a role="button" href={ (PATH) "/new/form" } { "Begin with an empty field" }
        }
        p.muted { "Or begin with a template. It fills in the form, where you change whatever you want before anything is saved." }
        @for group in groups {
            h2 { (group) }
            div.cards.large {
                @for template in templates.iter().filter(|one| one.group == group) {
                    @let field = &template.field;
                    article {
                        h3 { (field.name) @if names.contains(&field.name) { " " span.badge { "in use" } } }
                        p.small-text { (template.description) "." }
                        p.muted.small-text {
                            @for (place, value) in field.possible_values.iter().enumerate() {
                                @if place > 0 { ", " } (value.name())
                            }
                            @if !field.optional { " · required" }
                        }
                        a href={ (PATH) "/new/form?template=" (form_urlencode(&field.name)) } { "Use " span.vh { (field.name) } "this template" }
                    }
                }
            }
        }
    }
}

fn form_page(form: &FieldForm, wrong: Option<&str>) -> Markup {
    html! {
        p { a href={ (PATH) "/new" } { "← Templates" } }
        h1 { "New field" }
        @if let Some(wrong) = wrong { p.flash.bad role="alert" { (wrong) } }
        div.two {
            div { (field_form::form(form, Purpose { action: "/app/settings/data-collection/new/form", version: 1 })) }
            div { (field_form::read_box(form)) (field_form::guidance()) }
        }
    }
}
