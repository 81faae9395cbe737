//! Tags and notes, of customers and of conversations: what their forms send, and the forms.

use super::Visit;
use super::refused::Forms;
use crate::fault::{Fault, Outcome};
use crate::ledger::marks::{AddNote, ChangeTags, RemoveNote, Subject};
use askwell::Code;
use askwell::api::TagChange;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

#[derive(Deserialize)]
struct TagForm {
    #[serde(default)]
    add: String,
    #[serde(default)]
    remove: String,
}

/// Adds or removes a tag, and goes back to the page.
///
/// # Errors
/// What [`ChangeTags`] gives.
pub async fn tag(mut visit: Visit, subject: Subject, here: &str) -> Outcome<Response> {
    let TagForm { add, remove } = visit.form().await?;
    let list =
        |tag: &str| Some(tag.trim().to_owned()).filter(|t| !t.is_empty()).into_iter().collect();
    if add.trim().is_empty() && remove.trim().is_empty() {
        let detail = "the field `add` is empty: write a tag first";
        return Err(Fault::refused(Code::InvalidField, detail));
    }
    let word = if remove.is_empty() { "Tag added." } else { "Tag removed." };
    let change = TagChange { add: list(&add), remove: list(&remove) };
    visit.call(&ChangeTags { subjects: vec![subject], change, by: visit.by() }).await?;
    visit.done(here, word)
}

#[derive(Deserialize)]
struct NoteForm {
    text: String,
}

/// Adds a note, and goes back to the page.
///
/// # Errors
/// What [`AddNote`] gives.
pub async fn note(mut visit: Visit, subject: Subject, here: &str) -> Outcome<Response> {
    let NoteForm { text } = visit.form().await?;
    visit.call(&AddNote { subject, text, by: visit.by() }).await?;
    visit.done(here, "Note added.")
}

#[derive(Deserialize)]
struct UnnoteForm {
    note: String,
}

/// Removes a note, and goes back to the page.
///
/// # Errors
/// What [`RemoveNote`] gives.
pub async fn unnote(mut visit: Visit, subject: Subject, here: &str) -> Outcome<Response> {
    let UnnoteForm { note } = visit.form().await?;
    visit.call(&RemoveNote { subject, note_id: note }).await?;
    visit.done(here, "Note removed.")
}

/// The form for one more tag of what is at `here`.
pub fn tag_form(here: &str, forms: Forms) -> Markup {
    let action = format!("{here}/tag");
    let typed = forms.at(&action);
    html! {
        (typed.wrong().above(&["add"]))
        (typed.wrong().below("add"))
        form method="post" action=(action) .row {
            input name="add" value=(typed.value("add", "")) required maxlength="60" aria-label="New tag" placeholder="New tag" autocomplete="off";
            button.secondary.small { "Add" }
        }
    }
}

/// The form for one more note of what is at `here`.
pub fn note_form(here: &str, forms: Forms) -> Markup {
    let action = format!("{here}/note");
    let typed = forms.at(&action);
    let wrong = typed.wrong();
    let invalid = wrong.beside("text").map(|_| "true");
    html! {
        (wrong.above(&["text"]))
        form method="post" action=(action) {
            textarea name="text" required rows="2" maxlength="8000" aria-label="New note" placeholder="Write a note for the team" aria-invalid=[invalid] aria-describedby=[invalid.map(|_| "text-wrong")] autofocus[invalid.is_some()] { (typed.value("text", "")) }
            (wrong.below("text"))
            button.secondary.small { "Add note" }
        }
    }
}
