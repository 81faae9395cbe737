//! Search among what is published. The index is made from the rows and kept in the isolate's memory
//! until what is published changes: a copy, from which nothing is ever written.

use super::super::cx::Cx;
use super::super::op::Read;
use super::super::settings;
use super::REVISION;
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::api::{KnowledgeAnswer, KnowledgeFound, KnowledgeQuestion};
use askwell::conversation::MAX_MESSAGE_BYTES;
use askwell::knowledge::{Document, Index, Known};
use askwell::text::Lang;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::rc::Rc;

/// Workspaces whose index one isolate keeps; the least recently asked goes first.
const KEPT: usize = 8;

/// Whose it is, since when, and how often what is published had changed.
type Key = (String, i64, u64);

thread_local! {
    static INDEXES: RefCell<Vec<(Key, Rc<Index>)>> = const { RefCell::new(Vec::new()) };
}

/// Asks the published articles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Search {
    /// What.
    pub question: KnowledgeQuestion,
}

impl Call for Search {
    const NAME: &'static str = "knowledge.search";
    type Out = KnowledgeAnswer;
}

impl Read for Search {
    fn run(self, cx: &Cx) -> Outcome<KnowledgeAnswer> {
        let KnowledgeQuestion { question, lang, limit } = self.question;
        if question.trim().is_empty() || question.len() > MAX_MESSAGE_BYTES {
            let detail = "the field `question` must have 1 to 8,192 bytes";
            return Err(Error::new(Code::InvalidField, detail).into());
        }
        let most = limit.unwrap_or(5).clamp(1, 20) as usize;
        let known = known(cx, &question, lang, most)?;
        let answered = known.answer().is_some();
        let found = known.found.into_iter().filter_map(KnowledgeFound::of).collect();
        Ok(KnowledgeAnswer { answered, found })
    }
}

/// What the published articles know of a question.
pub fn known(cx: &Cx, question: &str, lang: Option<Lang>, most: usize) -> Outcome<Known> {
    Ok(index(cx)?.search(question, lang, most))
}

fn index(cx: &Cx) -> Outcome<Rc<Index>> {
    let since = settings::read(cx.sql)?.created_at.0;
    let key: Key = (cx.workspace.to_string(), since, settings::counter(cx.sql, REVISION)?);
    let found = INDEXES.with_borrow_mut(|kept| {
        let at = kept.iter().position(|(other, _)| *other == key)?;
        let entry = kept.remove(at);
        let index = Rc::clone(&entry.1);
        kept.push(entry);
        Some(index)
    });
    if let Some(index) = found {
        return Ok(index);
    }
    let index = Rc::new(Index::new(&documents(cx)?));
    INDEXES.with_borrow_mut(|kept| {
        // Of one workspace only the newest is asked again.
        kept.retain(|(other, _)| (&other.0, other.1) != (&key.0, key.1));
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((key, Rc::clone(&index)));
    });
    Ok(index)
}

fn documents(cx: &Cx) -> Outcome<Vec<Document>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        title: String,
        body: String,
        lang: Option<String>,
    }
    let rows: Vec<Row> = cx.sql.rows(
        "SELECT a.id, v.title, v.body, v.lang FROM articles a JOIN article_versions v ON v.article_id = a.id AND v.version = a.published ORDER BY a.id",
        bind![],
    )?;
    let document = |row: Row| Document {
        id: row.id,
        title: row.title,
        body: row.body,
        lang: row.lang.as_deref().and_then(Lang::from_tag),
    };
    Ok(rows.into_iter().map(document).collect())
}
