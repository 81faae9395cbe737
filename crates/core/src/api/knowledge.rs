//! The knowledge base: articles, what they answer, and the questions that none answers.

use crate::event::KbGapType;
use crate::id::{ArticleId, ConversationId, GapId};
use crate::knowledge::{ArticleState, Format, Found};
use crate::text::Lang;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `POST /v1/articles`, and `PUT /v1/articles/{article_id}`, which writes a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewArticle {
    /// One line, 1 to 200 characters.
    pub title: String,
    /// Markdown, 1 to 100,000 bytes.
    pub body: String,
    /// Its language; told from its words where it is left out.
    #[serde(default)]
    pub lang: Option<Lang>,
    /// Whether this version is published at once.
    #[serde(default)]
    pub publish: bool,
}

/// An article without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArticleSummary {
    /// Which.
    pub article_id: ArticleId,
    /// Of the newest version.
    pub title: String,
    /// Of the newest version.
    pub lang: Option<Lang>,
    /// Whether visitors are answered from it.
    pub state: ArticleState,
    /// The newest version, from 1.
    pub version: u32,
    /// The version that visitors are answered from; older than `version` while a change is a draft.
    pub published_version: Option<u32>,
    /// The file or page that it was imported from.
    pub source: Option<String>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When the newest version was written, or it was published or taken back.
    pub updated_at: UnixMillis,
}

/// An article in its newest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Article {
    /// Without its text.
    #[serde(flatten)]
    pub summary: ArticleSummary,
    /// Markdown.
    pub body: String,
}

/// A version of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArticleVersion {
    /// From 1.
    pub version: u32,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Its language where it was said.
    pub lang: Option<Lang>,
    /// When it was written.
    pub at: UnixMillis,
    /// The member's or key's id.
    pub by: String,
}

/// The query of `GET /v1/articles`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ArticleQuery {
    /// Only those in this state.
    pub state: Option<ArticleState>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
}

/// `POST /v1/articles/import`: files that become articles. A file that was imported before changes
/// the articles that it gave then, and leaves those alone that say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArticleImport {
    /// 1 to 200 files, 1 MB together.
    pub files: Vec<ArticleFile>,
    /// A sitemap (sitemaps.org): then each file's name is an address, and only those that the sitemap
    /// lists are imported.
    #[serde(default)]
    pub sitemap: Option<String>,
    /// Whether the articles are published at once.
    #[serde(default)]
    pub publish: bool,
}

/// A file, or a page of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArticleFile {
    /// Its name or address, 1 to 500 bytes, by which it is known when it comes again.
    pub name: String,
    /// What is in it.
    pub text: String,
    /// How it is written; by the ending of its name where it is left out, and HTML with a sitemap.
    #[serde(default)]
    pub format: Option<Format>,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArticlesImported {
    /// New articles.
    pub created: Vec<ArticleId>,
    /// Articles that got a new version.
    pub updated: Vec<ArticleId>,
    /// Articles that say the same as before.
    pub unchanged: Vec<ArticleId>,
    /// Files that the sitemap does not list, or that hold no text: by name.
    pub skipped: Vec<String>,
    /// Addresses of the sitemap of which no file came.
    pub missing: Vec<String>,
    /// Published articles that their file gave before and holds no more; with `publish` they are taken back.
    pub left: Vec<ArticleId>,
}

/// `POST /v1/articles/search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnowledgeQuestion {
    /// As a visitor would ask it, 1 to 8,192 bytes.
    pub question: String,
    /// Its language; told from its words where it is left out.
    #[serde(default)]
    pub lang: Option<Lang>,
    /// 1 to 20, 5 by default.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// What the published articles know of a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnowledgeAnswer {
    /// Whether the first of `found` is sure enough for a visitor to be answered from it.
    pub answered: bool,
    /// The likeliest first.
    pub found: Vec<KnowledgeFound>,
}

/// An article that may answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnowledgeFound {
    /// Which.
    pub article_id: ArticleId,
    /// Its title.
    pub title: String,
    /// The heading over the passage, empty where there is none.
    pub heading: String,
    /// The passage that fits best.
    pub text: String,
    /// How likely it answers, 0 to 1; those of all articles and of "none" add up to 1.
    pub confidence: f32,
}

impl KnowledgeFound {
    /// What a search found; none for what is no article's id.
    pub fn of(found: Found) -> Option<Self> {
        let Found { id, title, heading, text, confidence } = found;
        Some(Self { article_id: id.parse().ok()?, title, heading, text, confidence })
    }
}

/// Questions that no article answered and that ask for the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// Of the earliest of them.
    pub gap_id: GapId,
    /// The one that says best what all ask. Details of persons are left out.
    pub question: String,
    /// How often it was asked.
    pub count: u32,
    /// `missing`: nothing on the subject; `weak`: an article that does not say enough.
    pub kind: KbGapType,
    /// The article that was nearest, where one was near.
    pub nearest: Option<ArticleId>,
    /// As they were asked, the earliest first, 20 at most.
    pub questions: Vec<String>,
    /// In which conversations, in the same order.
    pub conversations: Vec<ConversationId>,
    /// When it was first asked.
    pub first_at: UnixMillis,
    /// When it was last asked.
    pub last_at: UnixMillis,
}
