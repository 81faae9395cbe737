//! Metrics → Data Collection: the conversations behind a count.

use super::metrics::{Asked, PATH};
use super::{Visit, parts};
use crate::fault::{Fault, Outcome};
use crate::ledger::{collected, fields, views};
use askwell::Code;
use askwell::api::{ConversationSummary, Page, PageQuery};
use askwell::metrics::period::Period;
use maud::{Markup, html};
use worker::Response;

/// As many as it counts.
///
/// # Errors
/// [`Code::NotFound`] and [`Code::InvalidField`], where the address asks for what there is not.
pub async fn show(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    let fields = visit.call(&fields::All).await?;
    let no_such = || Fault::refused(Code::NotFound, "There is no such question.");
    let field = fields.iter().find(|field| field.id() == asked.field).ok_or_else(no_such)?;
    let cursor = Some(asked.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let with = asked.with()?;
    let count = collected::Conversations {
        field_id: field.id().to_owned(),
        answer: asked.answer.clone(),
        period: asked.period(visit.now())?,
        channel: asked.channel()?,
        with: with.clone(),
        page: PageQuery { cursor, limit: Some(50) },
    };
    let period = count.period;
    let (found, names) = visit.call(&views::Behind { count }).await?;
    let name = |id: &str| {
        let known = fields.iter().find(|field| field.id() == id);
        known.map_or_else(|| id.to_owned(), fields::Known::name)
    };
    let mut all = vec![format!("{}: {}", field.name(), asked.answer)];
    all.extend(with.iter().map(|with| format!("{}: {}", name(&with.field_id), with.value)));
    visit.page("Conversations behind a count", page(&asked, period, &all, &found, &names))
}

/// The list; `all` says what the conversations have in common.
fn page(
    asked: &Asked,
    period: Period,
    all: &[String],
    found: &Page<ConversationSummary>,
    names: &[Option<String>],
) -> Markup {
    let kept = asked.with.len() - usize::from(!asked.by.is_empty() && !asked.with.is_empty());
    let back = Asked {
        answer: String::new(),
        cursor: String::new(),
        // The last is the column of a cross-tab's cell.
        with: asked.with.iter().take(kept).cloned().collect(),
        ..asked.clone()
    };
    let next = |cursor: &str| Asked { cursor: cursor.to_owned(), ..asked.clone() };
    html! {
        p { a href={ (PATH) "?" (back.query()) } { "← Data Collection" } }
        h1.wrap { (all.join("; ")) }
        p.muted { "Conversations that ended from " (period.first) " to " (period.last) ", the latest begun first." }
        @if found.items.is_empty() {
            (parts::empty("No conversation fits", html! { "None has this answer in these days any more." }))
        } @else {
            (super::conversations::rows(&found.items, names))
        }
        @if let Some(cursor) = &found.next {
            p { a role="button" .secondary.small href={ (PATH) "/conversations?" (next(cursor).query()) } { "Next page" } }
        }
    }
}
