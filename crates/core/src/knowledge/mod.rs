//! What the owner knows: articles, how they come in, and which of them answers a question.
//!
//! An article is Markdown. [`import`] reads Markdown files and pages of a site, [`Index`] finds the
//! article that answers a question, and says so only where it is sure enough; what is not answered
//! becomes a gap, and gaps that ask for the same are one [`cluster`].

mod address;
mod gaps;
mod html;
mod import;
mod index;
mod passage;
mod question;
mod reading;
mod topics;
mod weights;

pub use address::address_of;
pub use gaps::{Group, cluster, draft};
pub use import::{Draft, Format, MAX_DRAFTS, import, sitemap};
pub use index::{Document, Found, Index, Known};
pub use passage::{MAX_PASSAGE_BYTES, Passage, excerpt, passages};
pub use question::{Candidate, FEATURES, Senses};
pub use weights::SURE;

use crate::{Code, Error};
use serde::{Deserialize, Serialize};

/// Longest title of an article, in characters.
pub const MAX_TITLE_CHARS: usize = 200;
/// Longest body of an article, in bytes: a manual's chapter, and no book.
pub const MAX_BODY_BYTES: usize = 100_000;
/// Most articles of a workspace. All of them are searched at every question.
pub const MAX_ARTICLES: u64 = 2_000;
/// Most bytes of the bodies that are published: what an isolate can index at the first question after a change while a
/// visitor waits.
pub const MAX_PUBLISHED_BYTES: u64 = 6_000_000;

/// Whether visitors are answered from an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ArticleState {
    /// Being written: the team alone sees it.
    Draft,
    /// Visitors are answered from its published version.
    Published,
}

impl ArticleState {
    /// The state as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }
}

/// Checks what an article says.
///
/// # Errors
/// [`Code::InvalidField`] for an empty or too long title or body.
pub fn check(title: &str, body: &str) -> Result<(), Error> {
    let refuse = |detail: &str| Err(Error::new(Code::InvalidField, detail.to_owned()));
    if title.trim().is_empty() || title.chars().count() > MAX_TITLE_CHARS || title.contains('\n') {
        return refuse("the field `title` must be one line of 1 to 200 characters");
    }
    if body.trim().is_empty() || body.len() > MAX_BODY_BYTES {
        return refuse("the field `body` must be Markdown of 1 to 100,000 bytes");
    }
    Ok(())
}
