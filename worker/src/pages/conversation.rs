//! One conversation: what was said, what was concluded and from which words, what the team thinks.

use super::customer_page::by;
use super::parts::{self, platform};
use super::refused::Forms;
use super::{Page, Visit, answers, marks};
use crate::fault::Outcome;
use crate::ledger::marks::{LeaveFeedback, Subject};
use crate::ledger::views::AroundConversation;
use crate::routes::conversations::opened;
use askwell::access::{Scope, Scopes};
use askwell::api::{ConversationDetail, ConversationMarks, ConversationSummary, ReviewedAnswer};
use askwell::conversation::{Message, Role, Status};
use askwell::detect::Kind;
use askwell::id::ConversationId;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::Response;

const ID: &str = "conversation_id";
const READ: Scope = Scope::ConversationsRead;
const WRITE: Scope = Scope::ConversationsWrite;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/conversations/{conversation_id}", READ, |visit| Box::pin(show(visit))),
    Page::post("/app/conversations/{conversation_id}/feedback", WRITE, |visit| {
        Box::pin(feedback(visit))
    }),
    Page::post("/app/conversations/{conversation_id}/tag", WRITE, |visit| Box::pin(tag(visit))),
    Page::post("/app/conversations/{conversation_id}/note", WRITE, |visit| Box::pin(note(visit))),
    Page::post("/app/conversations/{conversation_id}/unnote", WRITE, |visit| {
        Box::pin(unnote(visit))
    }),
];

fn path(id: &ConversationId) -> String {
    format!("/app/conversations/{id}")
}

async fn show(visit: Visit) -> Outcome<Response> {
    let id: ConversationId = visit.parameter(ID)?;
    let shown = opened(&visit.env, &visit.principal, &id).await?;
    let (marks, name, team) = visit.call(&AroundConversation { conversation_id: id }).await?;
    let answers =
        answers::load(&visit, &shown.summary.conversation_id, shown.summary.revision).await?;
    let scripts: &[&str] = if answers.waits() { &["search.js"] } else { &[] };
    let around = Around { marks, name, team, answers };
    let body = page(&shown, &around, visit.principal.scopes, visit.forms());
    let called = around.name.as_deref().unwrap_or("Nameless visitor");
    visit.page_with(&format!("Conversation with {called}"), body, scripts)
}

#[derive(Deserialize)]
struct FeedbackForm {
    good: String,
    #[serde(default)]
    text: String,
}

async fn feedback(mut visit: Visit) -> Outcome<Response> {
    let conversation_id: ConversationId = visit.parameter(ID)?;
    let FeedbackForm { good, text } = visit.form().await?;
    let here = path(&conversation_id);
    let leave = LeaveFeedback { conversation_id, good: good == "yes", text, by: visit.by() };
    visit.call(&leave).await?;
    visit.done(&here, "Thank you for the feedback.")
}

async fn tag(visit: Visit) -> Outcome<Response> {
    let id: ConversationId = visit.parameter(ID)?;
    let here = path(&id);
    marks::tag(visit, Subject::Conversation(id), &here).await
}

async fn note(visit: Visit) -> Outcome<Response> {
    let id: ConversationId = visit.parameter(ID)?;
    let here = path(&id);
    marks::note(visit, Subject::Conversation(id), &here).await
}

async fn unnote(visit: Visit) -> Outcome<Response> {
    let id: ConversationId = visit.parameter(ID)?;
    let here = path(&id);
    marks::unnote(visit, Subject::Conversation(id), &here).await
}

/// What stands around a conversation.
#[derive(Debug, Clone)]
pub struct Around {
    /// Tags, notes, feedback.
    pub marks: ConversationMarks,
    /// What the customer is called.
    pub name: Option<String>,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
    /// Answers, and what was asked of the visitor.
    pub answers: answers::Shown,
}

/// The whole page.
pub fn page(shown: &ConversationDetail, around: &Around, scopes: Scopes, forms: Forms) -> Markup {
    let summary = &shown.summary;
    let lasted = summary.ended_at.map(|end| parts::duration(end.0 - summary.started_at.0));
    html! {
        p { a href="/app/conversations" { "← Conversations" } }
        div.row.spread {
            h1 { "Conversation of " (parts::time(summary.started_at)) }
            (to_inbox(summary, scopes))
        }
        div.two {
            article {
                header { h2 { "Transcript" } }
                @if shown.transcript.is_empty() {
                    p.muted { "The words of this conversation are not kept any more." }
                }
                ol.talk {
                    @for message in &shown.transcript { (said(message, &around.answers.reviewed.answers, &around.team)) }
                }
            }
            div {
                article {
                    header { h2 { "Details" } }
                    dl.facts {
                        dt { "Customer" }
                        dd {
                            @match &summary.customer_id {
                                Some(id) => { a href={ "/app/customers/" (id) } { (around.name.as_deref().unwrap_or("Nameless visitor")) } }
                                None => { span.muted { "not known yet" } }
                            }
                        }
                        dt { "Status" } dd { (parts::status(summary.status)) @if summary.transferred { " " span.badge { "transferred" } } }
                        dt { "Sentiment" } dd { (parts::sentiment(summary.sentiment)) }
                        dt { "Channel" } dd { (platform(summary.platform)) }
                        dt { "Direction" } dd { (summary.direction.as_str()) }
                        dt { "Language" } dd { (summary.lang.map_or("–", parts::language)) }
                        dt { "Lasted" } dd { (lasted.as_deref().unwrap_or("still open")) }
                        @for kind in Kind::ALL {
                            @if let Some(fact) = shown.facts.get(kind) {
                                dt { (parts::kind(kind)) }
                                dd { a href={ "#m" (fact.seq) } { (parts::address(&fact.value)) } }
                            }
                        }
                    }
                }
                (answers::answers(&summary.conversation_id, &around.answers, &around.team, scopes.has(WRITE)))
                (answers::decisions(&around.answers.decisions))
                (feedback_box(summary.conversation_id.clone(), around, scopes, forms))
                (marked(summary.conversation_id.clone(), around, scopes, forms))
            }
        }
    }
}

/// The way to where it is held: whoever may speak in it, or open it again, finds how there.
fn to_inbox(summary: &ConversationSummary, scopes: Scopes) -> Markup {
    let may = scopes.has(WRITE);
    let what = match summary.status {
        Status::Completed if may => "Reopen…",
        status if status.is_terminal() => return Markup::default(),
        _ if may => "Take over or reply",
        _ => "Follow it live",
    };
    html! { a role="button" href=(super::live::path(&summary.conversation_id)) { (what) } }
}

/// A message, with the quotes of answers in it marked.
fn said(message: &Message, answers: &[ReviewedAnswer], team: &BTreeMap<String, String>) -> Markup {
    let who = match message.role {
        Role::Customer => "Customer",
        Role::Bot => "Bot",
        Role::Agent => "Agent",
        Role::System => "",
    };
    let anchor = format!("m{}", message.seq);
    if message.role == Role::System {
        return html! { li id=(anchor) .system { "— " (message.text) ", " (parts::time(message.at)) " —" } };
    }
    let quotes = quotes(message, answers);
    html! {
        li id=(anchor) class=(message.role.as_str()) {
            p.said {
                (who)
                @if let Some(id) = &message.by { " " (by(id, team)) }
                ", " (parts::time(message.at))
                @if message.is_question() { " " span.badge { "asked by Askwell" } }
            }
            p {
                @for piece in pieces(&message.text, &quotes) {
                    @match piece {
                        (text, None) => { (text) }
                        (text, Some(ids)) => { mark data-quote=(ids) { (text) } }
                    }
                }
            }
        }
    }
}

/// The quotes that answers take from a message: where, and of which questions.
fn quotes<'a>(message: &Message, answers: &'a [ReviewedAnswer]) -> Vec<(usize, usize, &'a str)> {
    let place = message.seq as usize;
    answers
        .iter()
        .filter_map(|answer| Some((&answer.field_id, answer.model.as_ref()?)))
        .flat_map(|(id, model)| model.evidence.iter().map(move |evidence| (id, evidence)))
        .filter(|(_, evidence)| evidence.message == place && !evidence.quote.is_empty())
        .filter_map(|(id, evidence)| {
            let start = message.text.find(&evidence.quote)?;
            Some((start, start + evidence.quote.len(), id.as_str()))
        })
        .collect()
}

/// A text cut where quotes begin and end; each piece with the questions that quote it.
fn pieces<'a>(text: &'a str, quotes: &[(usize, usize, &str)]) -> Vec<(&'a str, Option<String>)> {
    let mut cuts: Vec<usize> = quotes.iter().flat_map(|(start, end, _)| [*start, *end]).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2)
        .filter_map(|pair| {
            let (start, end) = (*pair.first()?, *pair.last()?);
            let ids: Vec<&str> =
                quotes.iter().filter(|(s, e, _)| *s <= start && end <= *e).map(|q| q.2).collect();
            Some((text.get(start..end)?, (!ids.is_empty()).then(|| ids.join(" "))))
        })
        .collect()
}

fn feedback_box(id: ConversationId, around: &Around, scopes: Scopes, forms: Forms) -> Markup {
    let action = format!("{}/feedback", path(&id));
    let typed = forms.at(&action);
    html! {
        article {
            header { h2 { "Feedback" } }
            @for feedback in &around.marks.feedback {
                p.note {
                    span.badge.good[feedback.good].bad[!feedback.good] { (if feedback.good { "good" } else { "not good" }) }
                    " " (feedback.text) " "
                    span.muted.small-text { (by(&feedback.by, &around.team)) ", " (parts::time(feedback.at)) }
                }
            }
            @if scopes.has(WRITE) {
                (typed.wrong().above(&["text"]))
                (typed.wrong().below("text"))
                form method="post" action=(action) {
                    textarea name="text" rows="2" maxlength="2000" aria-label="Why" placeholder="Was this handled and read well? Why?" { (typed.value("text", "")) }
                    div.row {
                        button.secondary.small name="good" value="yes" { "Good" }
                        button.secondary.small name="good" value="no" { "Not good" }
                    }
                }
            }
        }
    }
}

fn marked(id: ConversationId, around: &Around, scopes: Scopes, forms: Forms) -> Markup {
    let here = path(&id);
    let may = scopes.has(WRITE);
    html! {
        article {
            header { h2 { "Tags and notes" } }
            div.row {
                @for tag in &around.marks.tags {
                    a.chip href={ "/app/conversations?tag=" (super::visit::form_urlencode(tag)) } { (tag) }
                    @if may {
                        form method="post" action={ (here) "/tag" } {
                            (parts::hidden("remove", tag))
                            button.chip aria-label={ "Remove the tag " (tag) } { "×" }
                        }
                    }
                }
            }
            @if may {
                (marks::tag_form(&here, forms))
            }
            @for note in &around.marks.notes {
                p.note { (note.text) }
                div.row.spread {
                    span.muted.small-text { (by(&note.by, &around.team)) ", " (parts::time(note.at)) }
                    @if may {
                        form method="post" action={ (here) "/unnote" } {
                            (parts::hidden("note", &note.id))
                            button.chip { "Remove" }
                        }
                    }
                }
            }
            @if may {
                (marks::note_form(&here, forms))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_taken_over_or_reopened_leads_to_where_it_is() {
        let link = |status: &str, scopes: Scopes| {
            let summary = serde_json::json!({
                "conversation_id": ConversationId::derive(&[b"1"]), "platform_conversation_id": null,
                "customer_id": null, "status": status, "revision": 0, "direction": "inbound",
                "platform": "line", "transferred": false, "lang": "en", "messages": 1,
                "started_at": 0, "ended_at": null, "sentiment": null, "classify_ms": null,
            });
            to_inbox(&serde_json::from_value(summary).unwrap(), scopes).into_string()
        };
        let open = link("in-progress", Scopes::ALL);
        assert!(open.contains("href=\"/app/inbox/") && open.contains("Take over"), "{open}");
        assert!(link("completed", Scopes::ALL).contains("Reopen"));
        let looking = askwell::access::Role::Viewer.scopes();
        assert!(link("in-progress", looking).contains("Follow it live"));
        assert_eq!(link("completed", looking), "");
        assert_eq!(link("failed", Scopes::ALL), "");
    }

    #[test]
    fn a_text_is_cut_where_quotes_begin_and_end() {
        let text = "It arrived broken, sadly";
        let found = pieces(text, &[(3, 17, "a"), (11, 24, "b")]);
        let found: Vec<_> = found.iter().map(|(t, ids)| (*t, ids.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("It ", None),
                ("arrived ", Some("a")),
                ("broken", Some("a b")),
                (", sadly", Some("b"))
            ]
        );
        assert_eq!(pieces("", &[]), []);
        assert_eq!(pieces("ab", &[]), [("ab", None)]);
    }
}
