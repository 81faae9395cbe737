//! Questions that no article answered. Those that ask for the same are shown as one, and become a
//! draft with one call.

use super::super::cx::Cx;
use super::super::op::{Read, Write};
use super::{create, get, kind};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::api::{Article, Gap, NewArticle};
use askwell::detect;
use askwell::event::KbGapType;
use askwell::id::{ArticleId, ConversationId, GapId};
use askwell::knowledge::{self, Group};
use askwell::text::Lang;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// The newest questions that are grouped and shown; older ones are let go of.
const KEPT: i64 = 1_000;
/// Questions of a group that are shown.
const SHOWN: usize = 20;
/// Longest part of a question that is kept, in bytes.
const QUESTION_BYTES: usize = 500;

/// The table and the column that names the conversation, for whoever removes a person.
pub const OF_CONVERSATION: (&str, &str) = ("gaps", "conversation_id");

/// A question without a good article.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Where it was asked.
    pub conversation_id: &'a ConversationId,
    /// The id of the message that asked it.
    pub message: &'a str,
    /// In the visitor's words.
    pub question: &'a str,
    /// In this language.
    pub lang: Option<Lang>,
    /// What is lacking.
    pub kind: KbGapType,
    /// The nearest article.
    pub nearest: Option<&'a str>,
}

/// Notes a question that no article answered. What it holds of persons is left out.
pub fn note(cx: &Cx, asked: &Asked<'_>) -> Outcome<()> {
    let question = without_details(knowledge::excerpt(asked.question, QUESTION_BYTES), asked.lang);
    let parts = [asked.conversation_id.as_str().as_bytes(), asked.message.as_bytes()];
    cx.sql.run(
        "INSERT INTO gaps (id, conversation_id, question, lang, kind, nearest, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        bind![
            GapId::derive(&parts).as_str(),
            asked.conversation_id.as_str(),
            question,
            asked.lang.map(Lang::code),
            asked.kind.as_str(),
            asked.nearest,
            cx.now.0
        ],
    )?;
    cx.sql.run(
        "DELETE FROM gaps WHERE id IN (SELECT id FROM gaps ORDER BY at DESC, id LIMIT -1 OFFSET ?)",
        bind![KEPT],
    )
}

fn without_details(question: &str, lang: Option<Lang>) -> String {
    let found = detect::detect(question, &detect::Context { lang, ..detect::Context::default() });
    let mut out = question.to_owned();
    let mut spans: Vec<(usize, usize)> =
        found.found.iter().map(|found| (found.start, found.end)).collect();
    spans.sort_unstable();
    for (start, end) in spans.into_iter().rev() {
        if out.is_char_boundary(start) && out.is_char_boundary(end) && start <= end {
            out.replace_range(start..end, "…");
        }
    }
    out
}

#[derive(Deserialize)]
struct Row {
    id: String,
    conversation_id: String,
    question: String,
    lang: Option<String>,
    kind: String,
    nearest: Option<String>,
    at: i64,
}

fn rows(sql: &Sql) -> Outcome<Vec<Row>> {
    sql.rows(
        "SELECT id, conversation_id, question, lang, kind, nearest, at FROM gaps ORDER BY at, id",
        bind![],
    )
}

fn groups(rows: &[Row]) -> Vec<Group> {
    let questions: Vec<(&str, Option<Lang>)> = rows
        .iter()
        .map(|row| (row.question.as_str(), row.lang.as_deref().and_then(Lang::from_tag)))
        .collect();
    knowledge::cluster(&questions)
}

/// The gaps, the most asked first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListGaps;

impl Call for ListGaps {
    const NAME: &'static str = "knowledge.gaps";
    type Out = Vec<Gap>;
}

impl Read for ListGaps {
    fn run(self, cx: &Cx) -> Outcome<Vec<Gap>> {
        let rows = rows(cx.sql)?;
        groups(&rows).iter().filter_map(|group| gap(&rows, group).transpose()).collect()
    }
}

fn gap(rows: &[Row], group: &Group) -> Outcome<Option<Gap>> {
    let of: Vec<&Row> = group.questions.iter().filter_map(|at| rows.get(*at)).collect();
    let (Some(first), Some(last), Some(central)) = (of.first(), of.last(), rows.get(group.central))
    else {
        return Ok(None);
    };
    let weak = of.iter().find(|row| row.kind == KbGapType::Weak.as_str());
    let nearest = weak.and_then(|row| row.nearest.as_deref());
    Ok(Some(Gap {
        gap_id: first.id.parse()?,
        question: central.question.clone(),
        count: u32::try_from(of.len()).unwrap_or(u32::MAX),
        kind: kind(weak.unwrap_or(first).kind.clone())?,
        nearest: nearest.map(str::parse::<ArticleId>).transpose()?,
        questions: of.iter().take(SHOWN).map(|row| row.question.clone()).collect(),
        conversations: of
            .iter()
            .take(SHOWN)
            .map(|row| row.conversation_id.parse())
            .collect::<Result<_, _>>()?,
        first_at: UnixMillis(first.at),
        last_at: UnixMillis(last.at),
    }))
}

/// The rows of a gap and its central question.
fn find(sql: &Sql, id: &GapId) -> Outcome<(Vec<Row>, String)> {
    let rows = rows(sql)?;
    let all = groups(&rows);
    let group = all
        .iter()
        .find(|group| {
            group.questions.iter().any(|at| rows.get(*at).is_some_and(|row| row.id == id.as_str()))
        })
        .ok_or_else(|| Error::new(Code::NotFound, "no such gap"))?;
    let central = rows.get(group.central).map(|row| row.question.clone()).unwrap_or_default();
    let members = group.questions.clone();
    let of = rows.into_iter().enumerate().filter(|(at, _)| members.contains(at));
    Ok((of.map(|(_, row)| row).collect(), central))
}

fn forget(sql: &Sql, rows: &[Row]) -> Outcome<()> {
    for row in rows {
        sql.run("DELETE FROM gaps WHERE id = ?", bind![row.id.as_str()])?;
    }
    Ok(())
}

/// Makes a draft of a gap: the article to be written, with what visitors asked. The gap goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftGap {
    /// Which.
    pub gap_id: GapId,
    /// Who does it.
    pub by: String,
}

impl Call for DraftGap {
    const NAME: &'static str = "knowledge.draft_gap";
    type Out = Article;
}

impl Write for DraftGap {
    fn run(self, cx: &Cx) -> Outcome<Article> {
        let (rows, central) = find(cx.sql, &self.gap_id)?;
        let questions: Vec<&str> = rows.iter().map(|row| row.question.as_str()).collect();
        let knowledge::Draft { title, body, lang } = knowledge::draft(&central, &questions);
        let id = create(cx, &NewArticle { title, body, lang, publish: false }, None, &self.by)?;
        forget(cx.sql, &rows)?;
        get(cx.sql, &id)
    }
}

/// Lets go of a gap: no article is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dismiss {
    /// Which.
    pub gap_id: GapId,
}

impl Call for Dismiss {
    const NAME: &'static str = "knowledge.dismiss_gap";
    type Out = ();
}

impl Write for Dismiss {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let (rows, _) = find(cx.sql, &self.gap_id)?;
        forget(cx.sql, &rows)
    }
}
