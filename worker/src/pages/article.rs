//! One article of the knowledge base: writing it with its preview, publishing it, and its versions.

use super::blank::{Blank, Wrong};
use super::customer_page::by;
use super::knowledge::{self, READ, WRITE, state};
use super::parts;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::desk::Team;
use crate::ledger::knowledge::{Change, Create, Get, Publish, Remove, Versions};
use askwell::Code;
use askwell::api::{Article, ArticleVersion, NewArticle};
use askwell::id::ArticleId;
use askwell::text::Lang;
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::Response;

/// Where a new one is written.
pub const NEW: &str = "/app/knowledge/new";

/// See [`super::ROOMS`]; after `knowledge.rs`, whose addresses look like an article's.
pub const PAGES: &[Page] = &[
    Page::get(NEW, WRITE, |visit| Box::pin(begin(visit))),
    Page::post("/app/knowledge/preview", READ, |visit| Box::pin(preview(visit))),
    Page::post("/app/knowledge/save", WRITE, |visit| Box::pin(save(visit))),
    Page::get("/app/knowledge/{article_id}", READ, |visit| Box::pin(show(visit))),
    Page::post("/app/knowledge/{article_id}/publish", WRITE, |visit| Box::pin(publish(visit))),
    Page::post("/app/knowledge/{article_id}/remove", WRITE, |visit| Box::pin(remove(visit))),
];

fn path(id: &ArticleId) -> String {
    format!("{}/{id}", knowledge::PATH)
}

/// What stands in the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Which article; empty for a new one.
    pub article_id: String,
    /// The version that it was made from.
    pub version: u64,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Its code; empty where its words tell it.
    pub lang: String,
    /// What is to be done.
    pub then: String,
}

impl Form {
    fn id(&self) -> Outcome<Option<ArticleId>> {
        Ok((!self.article_id.is_empty()).then(|| self.article_id.parse()).transpose()?)
    }
}

async fn begin(visit: Visit) -> Outcome<Response> {
    visit.page_with(
        "New article",
        page(&Form::default(), None, &Wrong::NOTHING, true),
        &["search.js"],
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    version: Option<u32>,
}

struct Around {
    article: Article,
    versions: Vec<ArticleVersion>,
    team: BTreeMap<String, String>,
}

async fn around(visit: &Visit, article_id: ArticleId) -> Outcome<Around> {
    let article = visit.call(&Get { article_id: article_id.clone() }).await?;
    let versions = visit.call(&Versions { article_id }).await?;
    let team = visit.call(&Team).await?;
    Ok(Around { article, versions, team })
}

async fn show(visit: Visit) -> Outcome<Response> {
    let Asked { version } = visit.query()?;
    let around = around(&visit, visit.parameter("article_id")?).await?;
    let old = version.and_then(|n| around.versions.iter().find(|known| known.version == n));
    let summary = &around.article.summary;
    let form = Form {
        article_id: summary.article_id.to_string(),
        // An older version that is saved becomes the newest.
        version: u64::from(summary.version),
        title: old.map_or(&summary.title, |old| &old.title).clone(),
        body: old.map_or(&around.article.body, |old| &old.body).clone(),
        lang: old.map_or(summary.lang, |old| old.lang).map_or("", Lang::code).to_owned(),
        then: String::new(),
    };
    write(&visit, &form, Some(&around), &Wrong::NOTHING).await
}

async fn write(
    visit: &Visit,
    form: &Form,
    around: Option<&Around>,
    wrong: &Wrong,
) -> Outcome<Response> {
    let shown = around.map(|a| Shown { article: &a.article, versions: &a.versions, team: &a.team });
    visit.page_with("Article", page(form, shown, wrong, visit.may(WRITE)), &["search.js"])
}

async fn preview(mut visit: Visit) -> Outcome<Response> {
    let form: Form = visit.form().await?;
    let around = match form.id()? {
        Some(id) => Some(around(&visit, id).await?),
        None => None,
    };
    write(&visit, &form, around.as_ref(), &Wrong::NOTHING).await
}

async fn save(mut visit: Visit) -> Outcome<Response> {
    let mut form: Form = visit.form().await?;
    match put(&visit, &form).await {
        Ok(saved) => {
            let published = form.then == "publish";
            let word = if published {
                "Published: visitors are answered from it."
            } else {
                "Saved as a draft."
            };
            visit.done(&path(&saved.summary.article_id), word)
        }
        // What was written is not lost.
        Err(fault) if super::is_mistake(fault.public().code) => {
            let error = fault.public();
            let around = match form.id()? {
                Some(id) => Some(around(&visit, id).await?),
                None => None,
            };
            if let (Code::PreconditionFailed, Some(around)) = (error.code, &around) {
                form.version = u64::from(around.article.summary.version);
            }
            let wrong = Wrong::of(&error);
            let page = write(&visit, &form, around.as_ref(), &wrong).await?;
            Ok(page.with_status(error.code.status()))
        }
        Err(fault) => Err(fault),
    }
}

async fn put(visit: &Visit, form: &Form) -> Outcome<Article> {
    let publish = form.then == "publish";
    let article = NewArticle {
        title: form.title.trim().to_owned(),
        body: form.body.replace("\r\n", "\n"),
        lang: Lang::from_tag(&form.lang),
        publish,
    };
    let by = visit.by();
    match form.id()? {
        None => visit.call(&Create { article, by }).await,
        Some(article_id) => {
            let change = Change { article_id, article, version: Some(form.version), by };
            visit.call(&change).await.map_err(|fault| {
                newer(
                    fault,
                    "Somebody else has written a newer version since you opened the article. What you wrote stands below: saved once more, it becomes the newest; theirs stays among the versions.",
                )
            })
        }
    }
}

#[derive(Deserialize)]
struct PublishForm {
    publish: bool,
    /// The newest version when the page was made.
    #[serde(default)]
    version: Option<u64>,
}

async fn publish(mut visit: Visit) -> Outcome<Response> {
    let article_id: ArticleId = visit.parameter("article_id")?;
    let PublishForm { publish, version } = visit.form().await?;
    let here = path(&article_id);
    let publishing = Publish { article_id, publish, version, by: visit.by() };
    visit.call(&publishing).await.map_err(|fault| {
        newer(
            fault,
            "Nothing was changed: somebody else has written a newer version since you opened the article. It stands below.",
        )
    })?;
    let word = if publish {
        "Published: visitors are answered from it."
    } else {
        "Taken back: it is a draft again."
    };
    visit.done(&here, word)
}

/// Says what has become of what was sent, where a newer version stood in its way.
fn newer(fault: Fault, word: &str) -> Fault {
    match fault.public().code {
        Code::PreconditionFailed => Fault::refused(Code::PreconditionFailed, word),
        _ => fault,
    }
}

async fn remove(visit: Visit) -> Outcome<Response> {
    let article_id: ArticleId = visit.parameter("article_id")?;
    visit.call(&Remove { article_id }).await?;
    visit.done(knowledge::PATH, "The article is removed, with all its versions.")
}

/// Markdown as a page shows it. Markup in it is shown as text, pictures as what they are called, and links
/// lead to pages or mail alone.
pub fn rendered(markdown: &str) -> Markup {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let levels = Parser::new_ext(markdown, options).filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(level as usize),
        _ => None,
    });
    let highest = levels.min().unwrap_or(1);
    let events = Parser::new_ext(markdown, options).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        // The page has headings of its own above.
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: below(level, highest),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(level)) => {
            Some(Event::End(TagEnd::Heading(below(level, highest))))
        }
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_plain(&dest_url) { dest_url } else { "#".into() };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        other => Some(other),
    });
    let mut out = String::new();
    push_html(&mut out, events);
    PreEscaped(out)
}

/// A heading of an article whose highest is `highest`: that one stands right below those of the page.
fn below(level: HeadingLevel, highest: usize) -> HeadingLevel {
    HeadingLevel::try_from(3 + (level as usize).saturating_sub(highest)).unwrap_or(HeadingLevel::H6)
}

fn is_plain(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:", "/", "#"].iter().any(|start| lower.starts_with(start))
}

/// What stands around an article that there is.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// In its newest version.
    pub article: &'a Article,
    /// All of them, the newest first.
    pub versions: &'a [ArticleVersion],
    /// The names of the team's people and keys.
    pub team: &'a BTreeMap<String, String>,
}

/// The editor beside its preview; without the right to write, the article as it reads.
pub fn page(form: &Form, shown: Option<Shown>, wrong: &Wrong, may_write: bool) -> Markup {
    html! {
        p { a href=(knowledge::PATH) { "← Knowledge base" } }
        h1.wrap { @if form.title.is_empty() { "New article" } @else { (form.title) } }
        @if let Some(shown) = shown { p { (state(&shown.article.summary)) } }
        div.two {
            @if may_write { (editor(form, wrong)) }
            section aria-label="Preview" {
                article {
                    header { h2 { @if may_write { "Preview" } @else { "Article" } } }
                    div #preview .prose { (rendered(&form.body)) }
                }
                @if let Some(shown) = shown { (versions(&shown, form, may_write)) }
            }
        }
    }
}

fn editor(form: &Form, wrong: &Wrong) -> Markup {
    let languages: Vec<(String, String)> =
        Lang::ALL.iter().map(|l| (l.code().to_owned(), parts::language(*l).to_owned())).collect();
    html! {
        form method="post" action="/app/knowledge/save" {
            (wrong.above(&["title", "body"]))
            (parts::hidden("article_id", &form.article_id))
            (parts::hidden("version", &form.version.to_string()))
            (Blank { label: "Title", name: "title", value: &form.title, required: true, most: 200, ..Blank::default() }.show(wrong))
            (parts::select("Language", "lang", "As its words tell", &languages, &form.lang))
            label for="body" { "Text, in Markdown" }
            textarea #body name="body" rows="16" required maxlength="100000"
                hx-post="/app/knowledge/preview" hx-trigger="input changed delay:400ms" hx-target="#preview" hx-select="#preview"
                hx-swap="outerHTML" hx-sync="this:replace" aria-invalid=[wrong.beside("body").map(|_| "true")] aria-describedby=[wrong.beside("body").map(|_| "body-wrong")] { (form.body) }
            (wrong.below("body"))
            div.row {
                button name="then" value="draft" { "Save as a draft" }
                button.secondary name="then" value="publish" { "Save and publish" }
                button.secondary formaction="/app/knowledge/preview" formnovalidate { "Preview" }
            }
        }
    }
}

fn versions(shown: &Shown, form: &Form, may_write: bool) -> Markup {
    let summary = &shown.article.summary;
    let here = path(&summary.article_id);
    let published = summary.published_version.is_some();
    let newest = parts::hidden("version", &summary.version.to_string());
    html! {
        article {
            header { h2 { "Versions" } }
            ul {
                @for version in shown.versions {
                    li.wrap {
                        a href={ (here) "?version=" (version.version) } { "Version " (version.version) }
                        @if summary.published_version == Some(version.version) { " " span.badge.good { "published" } }
                        @if version.body == form.body && version.title == form.title { " " span.badge { "shown" } }
                        br;
                        span.muted.small-text { (parts::time(version.at)) " by " (by(&version.by, shown.team)) }
                    }
                }
            }
            @if may_write {
                p.muted.small-text { "An older version that is saved becomes the newest." }
                div.row {
                    @if summary.published_version != Some(summary.version) {
                        form method="post" action={ (here) "/publish" } { (parts::hidden("publish", "true")) (newest) button.secondary.small { "Publish version " (summary.version) } }
                    }
                    @if published {
                        form method="post" action={ (here) "/publish" } { (parts::hidden("publish", "false")) (newest) button.secondary.small { "Take back" } }
                    }
                }
                details {
                    summary.small-text { "Remove" }
                    form method="post" action={ (here) "/remove" } {
                        p.small-text { "All its versions go, and visitors are not answered from it any more." }
                        button.danger.small { "Remove this article" }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;

    #[test]
    fn markdown_is_shown_and_nothing_in_it_runs() {
        let text = rendered(
            "# Returns\n\n<script>alert(1)</script>\n\n**30 days** [a](javascript:alert(1)) [b](https://x.example) ![c](https://x.example/p.png) <img src=x onerror=alert(1)>\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        )
        .into_string();
        assert!(text.contains("<h3>Returns</h3>") && text.contains("<strong>30 days</strong>"));
        assert!(text.contains("<table>") && text.contains("href=\"https://x.example\""));
        let below = rendered("## a\n\n### b").into_string();
        assert!(below.contains("<h3>a</h3>") && below.contains("<h4>b</h4>"), "{below}");
        for bad in ["<script", "<img", "javascript:"] {
            assert!(!text.contains(bad), "{bad}: {text}");
        }
        for odd in [
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,1)",
            "<javascript:alert(1)>",
            "[x]: vbscript:x\n\n[x]",
        ] {
            let text = rendered(odd).into_string().to_ascii_lowercase();
            assert!(
                !text.contains("href=\"javascript")
                    && !text.contains("href=\"data")
                    && !text.contains("href=\"vbscript"),
                "{text}"
            );
        }
    }

    #[test]
    fn who_may_not_write_reads() {
        let form = Form { title: HOSTILE.to_owned(), body: HOSTILE.to_owned(), ..Form::default() };
        let writing = page(&form, None, &Wrong::NOTHING, true).into_string();
        assert!(writing.contains("<textarea") && !writing.contains("<script>alert"), "{writing}");
        let reading = page(&form, None, &Wrong::NOTHING, false).into_string();
        assert!(!reading.contains("<form") && !reading.contains("<script>alert"));
    }

    #[test]
    fn what_is_refused_stands_in_the_editor() {
        let form =
            Form { title: "あ".repeat(150), body: "My own words.".to_owned(), ..Form::default() };
        let detail = "`title` must be one line of 1 to 200 bytes";
        let wrong = Wrong::of(&askwell::Error::new(Code::InvalidField, detail));
        let text = page(&form, None, &wrong, true).into_string();
        assert!(text.contains("id=\"title-wrong\"") && text.contains(">My own words.</textarea>"));
        assert!(text.contains(&form.title) && !text.contains("bytes"), "{text}");
    }
}
