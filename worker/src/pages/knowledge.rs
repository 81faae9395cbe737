//! Knowledge base: the articles, asking them as a visitor would, importing files, and what they lack.
//! One article is `article.rs`'s.

use super::parts::{self, number};
use super::visit::form_urlencode;
use super::{Page, Visit, article};
use crate::fault::{Fault, Outcome};
use crate::ledger::knowledge::{Dismiss, DraftGap, Import, List, ListGaps, Search};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{
    ArticleFile, ArticleImport, ArticleQuery, ArticleSummary, ArticlesImported, Gap,
    KnowledgeAnswer, KnowledgeQuestion, MAX_BODY_BYTES, Page as Rows,
};
use askwell::event::KbGapType;
use askwell::id::GapId;
use askwell::knowledge::{self, ArticleState};
use maud::{Markup, html};
use serde::Deserialize;
use worker::{FormData, FormEntry, Response};

/// Where the page is.
pub const PATH: &str = "/app/knowledge";
const GAPS: &str = "/app/knowledge/gaps";
/// Files that are named in a word about an import.
const NAMED: usize = 5;
/// See [`Scope`].
pub const READ: Scope = Scope::KnowledgeRead;
/// See [`Scope`].
pub const WRITE: Scope = Scope::KnowledgeWrite;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, READ, |visit| Box::pin(list(visit))),
    Page::post("/app/knowledge/search", READ, |visit| Box::pin(search(visit))),
    Page::post("/app/knowledge/import", WRITE, |visit| Box::pin(import(visit))),
    Page::get(GAPS, READ, |visit| Box::pin(gaps(visit))),
    Page::post("/app/knowledge/gaps/{gap_id}/draft", WRITE, |visit| Box::pin(draft(visit))),
    Page::post("/app/knowledge/gaps/{gap_id}/dismiss", WRITE, |visit| Box::pin(dismiss(visit))),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    state: String,
    cursor: Option<String>,
}

async fn list(visit: Visit) -> Outcome<Response> {
    let Asked { state, cursor } = visit.query()?;
    let state = match state.as_str() {
        "draft" => Some(ArticleState::Draft),
        "published" => Some(ArticleState::Published),
        _ => None,
    };
    let rows = visit.call(&List { query: ArticleQuery { state, cursor, limit: None } }).await?;
    let gaps = visit.call(&ListGaps).await?.len();
    visit.page("Knowledge base", page(state, &rows, gaps, visit.may(WRITE)))
}

#[derive(Deserialize)]
struct SearchForm {
    question: String,
}

async fn search(mut visit: Visit) -> Outcome<Response> {
    let SearchForm { question } = visit.form().await?;
    let ask = KnowledgeQuestion { question: question.trim().to_owned(), lang: None, limit: None };
    let answer = visit.call(&Search { question: ask }).await?;
    visit.page("What the articles say", answered(&question, &answer))
}

async fn import(mut visit: Visit) -> Outcome<Response> {
    let announced = visit.request.headers().get("content-length")?;
    let size = announced.and_then(|length| length.parse::<usize>().ok());
    if size.is_none_or(|size| size > MAX_BODY_BYTES) {
        return Err(Fault::refused(
            Code::InvalidField,
            "Files may have 1 MB together; import them in parts.",
        ));
    }
    let form = visit.request.form_data().await?;
    let mut files = chosen(&form, "files").await?;
    if files.is_empty() {
        return Err(Fault::refused(Code::InvalidField, "Choose one file at least."));
    }
    let sitemap = chosen(&form, "sitemap").await?.into_iter().next().map(|file| file.text);
    if let Some(text) = &sitemap {
        let listed = knowledge::sitemap(text);
        if listed.is_empty() {
            return Err(Fault::refused(Code::InvalidField, "The sitemap lists no page."));
        }
        // Saved pages are called by their place on the disk; the import knows them by their address.
        for file in &mut files {
            if let Some(address) = knowledge::address_of(&listed, &file.name, &file.text) {
                file.name = address.to_owned();
            }
        }
    }
    let publish = form.get("publish").is_some();
    let import = ArticleImport { files, sitemap, publish };
    let done = visit.call(&Import { import, by: visit.by() }).await?;
    visit.done(PATH, &became(&done))
}

/// The files that were chosen in a field.
async fn chosen(form: &FormData, field: &str) -> Outcome<Vec<ArticleFile>> {
    let mut files = Vec::new();
    for entry in form.get_all(field).unwrap_or_default() {
        let FormEntry::File(file) = entry else { continue };
        if file.name().is_empty() {
            continue;
        }
        let text = String::from_utf8(file.bytes().await?).map_err(|_| {
            Fault::refused(Code::InvalidField, "Files must be text in UTF-8: Markdown or HTML.")
        })?;
        files.push(ArticleFile { name: file.name(), text, format: None });
    }
    Ok(files)
}

fn became(done: &ArticlesImported) -> String {
    let mut word = format!(
        "{} new, {} changed, {} as before.",
        number(done.created.len() as u64),
        number(done.updated.len() as u64),
        number(done.unchanged.len() as u64)
    );
    if !done.skipped.is_empty() {
        word.push_str(&format!(
            " Left out, as without text or not of the site: {}.",
            named(&done.skipped)
        ));
    }
    if !done.left.is_empty() {
        let left = number(done.left.len() as u64);
        word.push_str(&format!(
            " No longer in its file: {left}; not published any more if the file was."
        ));
    }
    if !done.missing.is_empty() {
        word.push_str(&format!(" Listed, and no file of it came: {}.", named(&done.missing)));
    }
    word
}

/// The first of some names, and how many more there are: a word for a page, and no list.
fn named(all: &[String]) -> String {
    let shown = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

async fn gaps(visit: Visit) -> Outcome<Response> {
    let gaps = visit.call(&ListGaps).await?;
    visit.page("Gaps", gaps_page(&gaps, visit.may(WRITE), visit.may(Scope::ConversationsRead)))
}

async fn draft(visit: Visit) -> Outcome<Response> {
    let gap_id: GapId = visit.parameter("gap_id")?;
    let article = visit.call(&DraftGap { gap_id, by: visit.by() }).await?;
    let path = format!("{PATH}/{}", article.summary.article_id);
    visit.done(&path, "A draft with what visitors asked. Write the answer, then publish it.")
}

async fn dismiss(visit: Visit) -> Outcome<Response> {
    let gap_id: GapId = visit.parameter("gap_id")?;
    visit.call(&Dismiss { gap_id }).await?;
    visit.done(GAPS, "The gap is dismissed.")
}

/// Whether visitors are answered from it.
pub fn state(article: &ArticleSummary) -> Markup {
    html! {
        @match (article.state, article.published_version) {
            (ArticleState::Draft, _) => span.badge { "draft" },
            (ArticleState::Published, Some(version)) if version < article.version => {
                span.badge.good { "published" } " " span.badge.odd { "changes not published" }
            }
            (ArticleState::Published, _) => span.badge.good { "published" },
        }
    }
}

/// The list.
pub fn page(
    chosen: Option<ArticleState>,
    rows: &Rows<ArticleSummary>,
    gaps: usize,
    may_write: bool,
) -> Markup {
    let chip = |state: Option<ArticleState>| (chosen == state).then_some("true");
    html! {
        h1 { "Knowledge base" }
        p.muted { "Visitors are answered from what is published here, and from nothing else." }
        nav aria-label="Lists" {
            div.row {
                a.chip href=(PATH) aria-current=[chip(None)] { "All" }
                a.chip href={ (PATH) "?state=published" } aria-current=[chip(Some(ArticleState::Published))] { "Published" }
                a.chip href={ (PATH) "?state=draft" } aria-current=[chip(Some(ArticleState::Draft))] { "Drafts" }
                a.chip href=(GAPS) { "Gaps: " (gaps) }
            }
        }
        form method="post" action={ (PATH) "/search" } {
            div.row {
                input type="search" name="question" required maxlength="2000" aria-label="Ask the published articles" placeholder="A visitor's question";
                button.secondary.small { "Ask" }
                @if may_write { a role="button" .small href=(article::NEW) { "New article" } }
            }
        }
        @if rows.items.is_empty() {
            @if chosen.is_some() { (parts::empty("None in this state", html! { a href=(PATH) { "Show all articles" } })) }
            @else { (parts::empty("No articles yet", html! { "Write one, or import your help pages: from then on visitors are answered." })) }
        } @else {
            (parts::table("Articles", html! {
                thead { tr { th scope="col" { "Title" } th scope="col" { "State" } th scope="col" { "Language" } th.num scope="col" { "Version" } th scope="col" { "Changed" } th scope="col" { "Imported from" } } }
                tbody {
                    @for row in &rows.items {
                        tr {
                            th scope="row" .wrap { a.wrap href={ (PATH) "/" (row.article_id) } { (row.title) } }
                            td { (state(row)) }
                            td { (row.lang.map_or("–", parts::language)) }
                            td.num { (row.version) }
                            td { (parts::time(row.updated_at)) }
                            td.wrap { (row.source.as_deref().unwrap_or("–")) }
                        }
                    }
                }
            }))
            @if let Some(next) = &rows.next {
                p { a role="button" .secondary.small href={ (PATH) "?state=" (chosen.map_or("", ArticleState::as_str)) "&cursor=" (form_urlencode(next)) } { "Next page" } }
            }
        }
        @if may_write {
            details {
                summary { "Import files" }
                form method="post" action={ (PATH) "/import" } enctype="multipart/form-data" {
                    label { "Markdown or HTML files, 1 MB together" input type="file" name="files" multiple required accept=".md,.markdown,.txt,.html,.htm"; }
                    p.muted.small-text { "A file with several headings of the first level becomes an article for each. One that comes again changes the articles that it gave before." }
                    label { "The pages of a site? Then its sitemap too" input type="file" name="sitemap" accept=".xml"; }
                    p.muted.small-text { "Only pages that the sitemap lists are imported, each under its address: the one that the page itself names, or the one that ends as the file is called." }
                    label { input type="checkbox" name="publish" value="true"; "Publish at once" }
                    button { "Import" }
                }
            }
        }
    }
}

/// What the published articles say to a question.
pub fn answered(question: &str, answer: &KnowledgeAnswer) -> Markup {
    html! {
        p { a href=(PATH) { "← Knowledge base" } }
        h1 { "What the articles say" }
        form method="post" action={ (PATH) "/search" } {
            div.row {
                input type="search" name="question" required maxlength="2000" aria-label="Ask the published articles" value=(question);
                button.secondary.small { "Ask" }
            }
        }
        p role="status" {
            @if answer.answered { span.badge.good { "answered" } " A visitor would be answered from the first." }
            @else { span.badge.bad { "not answered" } " A visitor would be told that this is not known." }
        }
        @for found in &answer.found {
            article {
                header { h2.wrap { a href={ (PATH) "/" (found.article_id) } { (found.title) } } }
                @if !found.heading.is_empty() { h3 { (found.heading) } }
                p.note { (found.text) }
                p.muted.small-text.flat { (format!("{:.0} %", found.confidence * 100.0)) " sure" }
            }
        }
    }
}

/// What visitors asked and no article answered.
pub fn gaps_page(gaps: &[Gap], may_write: bool, may_look: bool) -> Markup {
    html! {
        p { a href=(PATH) { "← Knowledge base" } }
        h1 { "Gaps" }
        p.muted { "Questions that no article answered, those that ask for the same together, the most asked first." }
        @if gaps.is_empty() { (parts::empty("No gaps", html! { "Every question so far had an article, or none was asked." })) }
        @for gap in gaps {
            article {
                header {
                    div.row.spread {
                        h2.wrap { (gap.question) }
                        span.badge { "asked " (if gap.count == 1 { "once".to_owned() } else { format!("{} times", number(u64::from(gap.count))) }) }
                    }
                }
                p.small-text {
                    @match gap.kind { KbGapType::Missing => "Nothing on the subject.", _ => "An article does not say enough." }
                    @if let Some(nearest) = &gap.nearest { " " a href={ (PATH) "/" (nearest) } { "The nearest article" } "." }
                    span.muted { " Last asked " (parts::time(gap.last_at)) "." }
                }
                details {
                    summary.small-text { "As they were asked" span.vh { ": " (gap.question) } }
                    ul {
                        @for (question, conversation) in gap.questions.iter().zip(&gap.conversations) {
                            li.wrap { (question) @if may_look { " " a.small-text href={ "/app/conversations/" (conversation) } { "conversation" } } }
                        }
                    }
                }
                @if may_write {
                    div.row {
                        form method="post" action={ (GAPS) "/" (gap.gap_id) "/draft" } { button.small { "Make a draft" } }
                        form method="post" action={ (GAPS) "/" (gap.gap_id) "/dismiss" } { button.secondary.small { "Dismiss" } }
                    }
                }
            }
        }
    }
}
