//! The knowledge base: articles in versions, of which one may be published, and their search.

mod gaps;
mod import;
mod search;
#[cfg(test)]
mod tests;

pub use gaps::{Asked, Dismiss, DraftGap, ListGaps, OF_CONVERSATION, note};
pub use import::Import;
pub use search::{Search, known};

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::sections::unchanged_or;
use super::{events, settings};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::api::PageQuery;
use askwell::api::{Article, ArticleQuery, ArticleSummary, ArticleVersion, NewArticle, Page};
use askwell::event::{AppSurface, Event, Name, Payload, Scope, UserId};
use askwell::id::{ArticleId, MemberId, OrgId};
use askwell::knowledge::{ArticleState, MAX_ARTICLES, MAX_PUBLISHED_BYTES, check};
use askwell::text::Lang;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "knowledge/1",
        statements: &[
            "CREATE TABLE articles (id TEXT PRIMARY KEY, version INTEGER NOT NULL, published INTEGER, source TEXT UNIQUE, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE article_versions (article_id TEXT NOT NULL, version INTEGER NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, lang TEXT, at INTEGER NOT NULL, who TEXT NOT NULL, PRIMARY KEY (article_id, version)) WITHOUT ROWID",
            "CREATE TABLE gaps (id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, question TEXT NOT NULL, lang TEXT, kind TEXT NOT NULL, nearest TEXT, at INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE INDEX gaps_by_time ON gaps (at)",
            "CREATE INDEX gaps_by_conversation ON gaps (conversation_id)",
        ],
    }],
    ops: &[
        Op::read::<List>(),
        Op::read::<Get>(),
        Op::read::<Versions>(),
        Op::write::<Create>(),
        Op::write::<Change>(),
        Op::write::<Publish>(),
        Op::write::<Remove>(),
        Op::write::<Import>(),
        Op::read::<Search>(),
        Op::read::<ListGaps>(),
        Op::write::<DraftGap>(),
        Op::write::<Dismiss>(),
    ],
    ..Room::EMPTY
};

/// Counts the changes of what is published.
pub(super) const REVISION: &str = "knowledge_revision";
/// Counts the articles ever made, for their ids.
const MADE: &str = "knowledge_made";

/// The order of the list: by the time of the last change, the latest first.
const BY_CHANGE: &str = "changed";

const SUMMARY: &str = "SELECT a.id, v.title, v.lang, a.version, a.published, a.source, a.created_at, a.updated_at FROM articles a JOIN article_versions v ON v.article_id = a.id AND v.version = a.version";

#[derive(Deserialize)]
struct Row {
    id: String,
    title: String,
    lang: Option<String>,
    version: u32,
    published: Option<u32>,
    source: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn summary(self) -> Outcome<ArticleSummary> {
        let published = self.published.is_some();
        Ok(ArticleSummary {
            article_id: self.id.parse()?,
            title: self.title,
            lang: self.lang.as_deref().and_then(Lang::from_tag),
            state: if published { ArticleState::Published } else { ArticleState::Draft },
            version: self.version,
            published_version: self.published,
            source: self.source,
            created_at: UnixMillis(self.created_at),
            updated_at: UnixMillis(self.updated_at),
        })
    }
}

/// The articles, the latest changed first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    /// Which.
    pub query: ArticleQuery,
}

impl Call for List {
    const NAME: &'static str = "knowledge.list";
    type Out = Page<ArticleSummary>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Page<ArticleSummary>> {
        let ArticleQuery { state, cursor, limit } = self.query;
        let page = PageQuery { cursor, limit };
        let (at, id) = page.after(BY_CHANGE)?.unwrap_or((-i64::MAX, String::new()));
        let which = match state {
            None => "1",
            Some(ArticleState::Draft) => "a.published IS NULL",
            Some(ArticleState::Published) => "a.published IS NOT NULL",
        };
        let query = format!(
            "{SUMMARY} WHERE {which} AND (-a.updated_at, a.id) > (?, ?) ORDER BY a.updated_at DESC, a.id LIMIT ?"
        );
        let at = at.max(-(1 << 53) + 1);
        let rows: Vec<Row> = cx.sql.rows(&query, bind![at, id, page.rows()?])?;
        let items = rows.into_iter().map(Row::summary).collect::<Outcome<Vec<_>>>()?;
        let next =
            page.next(BY_CHANGE, &items, |item| (-item.updated_at.0, item.article_id.as_str()));
        Ok(Page { items, next })
    }
}

/// One article in its newest version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub article_id: ArticleId,
}

impl Call for Get {
    const NAME: &'static str = "knowledge.get";
    type Out = Article;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Article> {
        get(cx.sql, &self.article_id)
    }
}

/// All versions of an article, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Versions {
    /// Which.
    pub article_id: ArticleId,
}

impl Call for Versions {
    const NAME: &'static str = "knowledge.versions";
    type Out = Vec<ArticleVersion>;
}

impl Read for Versions {
    fn run(self, cx: &Cx) -> Outcome<Vec<ArticleVersion>> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
            title: String,
            body: String,
            lang: Option<String>,
            at: i64,
            who: String,
        }
        must(cx.sql, &self.article_id)?;
        let rows: Vec<Version> = cx.sql.rows(
            "SELECT version, title, body, lang, at, who FROM article_versions WHERE article_id = ? ORDER BY version DESC",
            bind![self.article_id.as_str()],
        )?;
        let version = |row: Version| ArticleVersion {
            version: row.version,
            title: row.title,
            body: row.body,
            lang: row.lang.as_deref().and_then(Lang::from_tag),
            at: UnixMillis(row.at),
            by: row.who,
        };
        Ok(rows.into_iter().map(version).collect())
    }
}

/// Makes an article.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    /// What it says.
    pub article: NewArticle,
    /// Who does it.
    pub by: String,
}

impl Call for Create {
    const NAME: &'static str = "knowledge.create";
    type Out = Article;
}

impl Write for Create {
    fn run(self, cx: &Cx) -> Outcome<Article> {
        let publish = self.article.publish;
        let id = create(cx, &self.article, None, &self.by)?;
        if publish {
            show(cx, &id, true)?;
            published(cx, &self.by)?;
        }
        get(cx.sql, &id)
    }
}

const CHANGED: &str = "the article has been changed meanwhile; read it again";

/// Writes a new version of an article. What is published stays so until the new one is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub article_id: ArticleId,
    /// What it says now.
    pub article: NewArticle,
    /// Only if this is the newest version; whatever it is with none.
    pub version: Option<u64>,
    /// Who does it.
    pub by: String,
}

impl Call for Change {
    const NAME: &'static str = "knowledge.change";
    type Out = Article;
}

impl Write for Change {
    fn run(self, cx: &Cx) -> Outcome<Article> {
        let before = get(cx.sql, &self.article_id)?;
        unchanged_or(self.version, before.summary.version.into(), CHANGED)?;
        change(cx, &before, &self.article, &self.by)?;
        if self.article.publish {
            show(cx, &self.article_id, true)?;
            published(cx, &self.by)?;
        }
        get(cx.sql, &self.article_id)
    }
}

/// Publishes the newest version of an article, or takes it back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Publish {
    /// Which.
    pub article_id: ArticleId,
    /// Whether visitors are to be answered from it.
    pub publish: bool,
    /// Only if this is the newest version; whatever it is with none.
    pub version: Option<u64>,
    /// Who does it.
    pub by: String,
}

impl Call for Publish {
    const NAME: &'static str = "knowledge.publish";
    type Out = Article;
}

impl Write for Publish {
    fn run(self, cx: &Cx) -> Outcome<Article> {
        let before = get(cx.sql, &self.article_id)?.summary;
        unchanged_or(self.version, before.version.into(), CHANGED)?;
        let wanted = self.publish.then_some(before.version);
        if before.published_version != wanted {
            show(cx, &self.article_id, self.publish)?;
            if self.publish {
                published(cx, &self.by)?;
            }
        }
        get(cx.sql, &self.article_id)
    }
}

/// Removes an article with all its versions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove {
    /// Which.
    pub article_id: ArticleId,
}

impl Call for Remove {
    const NAME: &'static str = "knowledge.remove";
    type Out = ();
}

impl Write for Remove {
    fn run(self, cx: &Cx) -> Outcome<()> {
        must(cx.sql, &self.article_id)?;
        let id = self.article_id.as_str();
        cx.sql.run("DELETE FROM articles WHERE id = ?", bind![id])?;
        cx.sql.run("DELETE FROM article_versions WHERE article_id = ?", bind![id])?;
        settings::count(cx.sql, REVISION)
    }
}

fn get(sql: &Sql, id: &ArticleId) -> Outcome<Article> {
    #[derive(Deserialize)]
    struct Body {
        body: String,
    }
    let summary = must(sql, id)?;
    let body: Option<Body> = sql.first(
        "SELECT body FROM article_versions WHERE article_id = ? AND version = ?",
        bind![id.as_str(), i64::from(summary.version)],
    )?;
    Ok(Article { summary, body: body.map(|row| row.body).unwrap_or_default() })
}

/// # Errors
/// [`Code::NotFound`] when there is no such article.
fn must(sql: &Sql, id: &ArticleId) -> Outcome<ArticleSummary> {
    let row: Option<Row> = sql.first(&format!("{SUMMARY} WHERE a.id = ?"), bind![id.as_str()])?;
    row.ok_or_else(|| Error::new(Code::NotFound, "no such article"))?.summary()
}

/// Makes an article, a draft at first.
fn create(cx: &Cx, new: &NewArticle, source: Option<&str>, by: &str) -> Outcome<ArticleId> {
    check(&new.title, &new.body)?;
    if cx.sql.count("SELECT count(*) AS n FROM articles", bind![])? >= MAX_ARTICLES {
        let detail = format!("a workspace may have {MAX_ARTICLES} articles; remove some first");
        return Err(Error::new(Code::InvalidField, detail).into());
    }
    let made = settings::counter(cx.sql, MADE)?;
    settings::count(cx.sql, MADE)?;
    let id = ArticleId::derive(&[cx.workspace.as_str().as_bytes(), &made.to_le_bytes()]);
    cx.sql.run(
        "INSERT INTO articles (id, version, source, created_at, updated_at) VALUES (?, 1, ?, ?, ?)",
        bind![id.as_str(), source, cx.now.0, cx.now.0],
    )?;
    put_version(cx, &id, 1, new, by)?;
    if made == 0 {
        emit(cx, Name::KbCreated, "", by)?;
    }
    Ok(id)
}

/// Writes a new version; whether it says anything else than the one before.
fn change(cx: &Cx, before: &Article, new: &NewArticle, by: &str) -> Outcome<bool> {
    check(&new.title, &new.body)?;
    let summary = &before.summary;
    let same = summary.title == new.title && before.body == new.body && summary.lang == new.lang;
    if same {
        return Ok(false);
    }
    let version = summary.version + 1;
    put_version(cx, &summary.article_id, version, new, by)?;
    cx.sql.run(
        "UPDATE articles SET version = ?, updated_at = ? WHERE id = ?",
        bind![i64::from(version), cx.now.0, summary.article_id.as_str()],
    )?;
    Ok(true)
}

fn put_version(cx: &Cx, id: &ArticleId, version: u32, new: &NewArticle, by: &str) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO article_versions (article_id, version, title, body, lang, at, who) VALUES (?, ?, ?, ?, ?, ?, ?)",
        bind![
            id.as_str(),
            i64::from(version),
            new.title.as_str(),
            new.body.as_str(),
            new.lang.map(Lang::code),
            cx.now.0,
            by
        ],
    )
}

/// Lets visitors be answered from the newest version, or no more.
fn show(cx: &Cx, id: &ArticleId, publish: bool) -> Outcome<()> {
    let version = if publish { "version" } else { "NULL" };
    cx.sql.run(
        &format!("UPDATE articles SET published = {version}, updated_at = ? WHERE id = ?"),
        bind![cx.now.0, id.as_str()],
    )?;
    settings::count(cx.sql, REVISION)
}

/// Tells that something was published: one event a call, however many articles.
///
/// # Errors
/// [`Code::InvalidField`] when more than [`MAX_PUBLISHED_BYTES`] would be published; then nothing is.
fn published(cx: &Cx, by: &str) -> Outcome<()> {
    let bytes = cx.sql.count(
        "SELECT coalesce(sum(length(CAST(v.body AS BLOB))), 0) AS n FROM articles a JOIN article_versions v ON v.article_id = a.id AND v.version = a.published",
        bind![],
    )?;
    if bytes > MAX_PUBLISHED_BYTES {
        let detail = format!(
            "what is published would have {bytes} bytes and may have {MAX_PUBLISHED_BYTES}; shorten or withdraw some articles first"
        );
        return Err(Error::new(Code::InvalidField, detail).into());
    }
    let revision = settings::counter(cx.sql, REVISION)?;
    emit(cx, Name::KbPublished, &revision.to_string(), by)
}

fn emit(cx: &Cx, name: Name, which: &str, by: &str) -> Outcome<()> {
    let org_id = OrgId::from(cx.workspace);
    // A key is no person: it gets a pseudonym of its own.
    let member = by.parse().unwrap_or_else(|_| MemberId::derive(&[b"key", by.as_bytes()]));
    let user_id = UserId::Member(member);
    let scope = Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
    let payload = Payload { app_surface: Some(AppSurface::KnowledgeBase), ..Payload::default() };
    events::emit(cx, &Event::new(name, &scope, None, which, cx.now, payload)?)
}

/// Whether visitors can be answered from anything.
pub fn has_published(sql: &Sql) -> Outcome<bool> {
    Ok(sql.count("SELECT count(*) AS n FROM articles WHERE published IS NOT NULL", bind![])? > 0)
}

fn kind(text: String) -> Outcome<askwell::event::KbGapType> {
    word(text)
}
