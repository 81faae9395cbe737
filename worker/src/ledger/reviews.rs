//! The team's look at answers: what a person says, kept apart from the model's; agreement; conversations
//! to try a draft on and to find values in.

use super::conversations;
use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{answers, archives, asks, drafts, exports};
use crate::bind;
use crate::fault::{Outcome, from_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{HumanAnswer, ReviewedAnswer, ReviewedAnswers};
use askwell::classify::review::{Agreement, Said, agreement};
use askwell::classify::{Answer, AnswerState, Field, Method};
use askwell::closing::FieldAnswer;
use askwell::conversation::{Message, Turn};
use askwell::id::ConversationId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "reviews/1",
        statements: &[
            "CREATE TABLE reviews (conversation_id TEXT NOT NULL, field_id TEXT NOT NULL, reviewer TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (conversation_id, field_id)) WITHOUT ROWID",
            "CREATE INDEX conversations_by_end ON conversations (ended_at, id) WHERE ended_at IS NOT NULL",
        ],
    }],
    ops: &[
        Op::read::<Answers>(),
        Op::write::<Review>(),
        Op::write::<Withdraw>(),
        Op::read::<AgreementOf>(),
        Op::read::<Sample>(),
    ],
    ..Room::EMPTY
};

/// All answers about a conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answers {
    /// Which.
    pub conversation_id: ConversationId,
}

impl Call for Answers {
    const NAME: &'static str = "reviews.answers";
    type Out = ReviewedAnswers;
}

impl Read for Answers {
    fn run(self, cx: &Cx) -> Outcome<ReviewedAnswers> {
        let id = &self.conversation_id;
        conversations::known(cx.sql, id)?.ok_or_else(no_conversation)?;
        Ok(ReviewedAnswers {
            answers: reviewed(cx.sql, id.as_str(), None)?,
            model_runs: asks::runs(cx.sql, id.as_str())?,
            asking: asks::asking(cx.sql, id.as_str())?,
        })
    }
}

/// A person says what the answer is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Review {
    /// About which conversation.
    pub conversation_id: ConversationId,
    /// To which question.
    pub field_id: String,
    /// One of its values, or none.
    pub answer: Option<String>,
    /// Who.
    pub by: String,
}

impl Call for Review {
    const NAME: &'static str = "reviews.review";
    type Out = ReviewedAnswer;
}

impl Write for Review {
    fn run(self, cx: &Cx) -> Outcome<ReviewedAnswer> {
        let id = &self.conversation_id;
        let known = conversations::known(cx.sql, id)?.ok_or_else(no_conversation)?;
        let history = drafts::load(cx.sql, &self.field_id)?.history;
        let answered = reviewed(cx.sql, id.as_str(), Some(&self.field_id))?.into_iter().next();
        let put = answered.and_then(|answer| {
            history.published.iter().find(|version| version.version == answer.field_version)
        });
        let Some(newest) = history.newest() else {
            return Err(invalid("the field was never published"));
        };
        let version = put.filter(|put| fits(&put.field, self.answer.as_deref()));
        let version = version.unwrap_or(newest);
        if !fits(&version.field, self.answer.as_deref()) {
            return Err(invalid(
                "the field `answer` must be one of the field's values, or null where it is optional",
            ));
        }
        let state = if self.answer.is_some() { AnswerState::Value } else { AnswerState::Null };
        let answer = FieldAnswer {
            field_id: self.field_id.clone(),
            field_version: version.version,
            field_name: version.field.name.clone(),
            answer: Answer {
                answer: self.answer,
                state,
                confidence: 1.0,
                evidence: Vec::new(),
                method: Method::Human,
            },
        };
        answers::set(cx, id, known.revision, &[answer])?;
        cx.sql.run(
            "INSERT INTO reviews (conversation_id, field_id, reviewer, at) VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id, field_id) DO UPDATE SET reviewer = excluded.reviewer, at = excluded.at",
            bind![id.as_str(), self.field_id.as_str(), self.by, cx.now.0],
        )?;
        exports::refresh(cx, id.as_str())?;
        one(cx.sql, id, &self.field_id)
    }
}

/// A person takes back what they said: the model's answer stands again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Withdraw {
    /// About which conversation.
    pub conversation_id: ConversationId,
    /// To which question.
    pub field_id: String,
}

impl Call for Withdraw {
    const NAME: &'static str = "reviews.withdraw";
    type Out = ();
}

impl Write for Withdraw {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let id = &self.conversation_id;
        let answer = reviewed(cx.sql, id.as_str(), Some(&self.field_id))?.into_iter().next();
        if answer.is_none_or(|answer| answer.human.is_none()) {
            return Err(Error::new(Code::NotFound, "nobody has answered this").into());
        }
        answers::withdraw(cx, id, &self.field_id)?;
        cx.sql.run(
            "DELETE FROM reviews WHERE conversation_id = ? AND field_id = ?",
            bind![id.as_str(), self.field_id.as_str()],
        )?;
        exports::refresh(cx, id.as_str())
    }
}

/// How often people agree with the answers to a question, where both answered the same version of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AgreementOf {
    /// Which.
    pub field_id: String,
}

impl Call for AgreementOf {
    const NAME: &'static str = "reviews.agreement";
    type Out = Agreement;
}

impl Read for AgreementOf {
    fn run(self, cx: &Cx) -> Outcome<Agreement> {
        #[derive(Deserialize)]
        struct Row {
            model: Option<String>,
            human: Option<String>,
        }
        drafts::load(cx.sql, &self.field_id)?;
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT json_extract(m.body, '$.answer') AS model, json_extract(h.body, '$.answer') AS human
             FROM reviews r
             JOIN answers h ON h.conversation_id = r.conversation_id AND h.field_id = r.field_id AND h.source = 'human'
             JOIN answers m ON m.conversation_id = r.conversation_id AND m.field_id = r.field_id AND m.source = 'model'
               AND m.field_version = h.field_version
             WHERE r.field_id = ? AND json_extract(m.body, '$.state') <> 'pending'",
            bind![self.field_id],
        )?;
        Ok(agreement(rows.iter().map(|row| (row.model.as_deref(), row.human.as_deref()))))
    }
}

/// Which conversations to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// Those that ended, the latest first.
    Ended,
    /// Those in which this answer to this question stands, the latest answered first.
    Answered {
        /// The question.
        field_id: String,
        /// The answer; none: the conversation has none.
        answer: Option<String>,
    },
}

/// Some conversations with what was said in them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sample {
    /// Which.
    pub which: Which,
    /// So many are passed over.
    pub skip: u32,
    /// At most so many.
    pub limit: u32,
}

/// A conversation of a sample.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sampled {
    /// Which.
    pub conversation_id: ConversationId,
    /// Whose it is; where nobody's, its own id.
    pub customer: String,
    /// What was said.
    pub turns: Vec<Turn>,
}

impl Call for Sample {
    const NAME: &'static str = "reviews.sample";
    /// The conversations, and whether there may be more: a sample ends early when it grows large.
    type Out = (Vec<Sampled>, bool);
}

/// Bytes of text from which on a sample ends.
const SAMPLE_BYTES: usize = 2 * 1024 * 1024;

impl Read for Sample {
    fn run(self, cx: &Cx) -> Outcome<(Vec<Sampled>, bool)> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
            customer: String,
        }
        let (limit, skip) = (i64::from(self.limit), i64::from(self.skip));
        let rows: Vec<Row> = match &self.which {
            Which::Ended => cx.sql.rows(
                "SELECT id, coalesce((SELECT root FROM customers WHERE id = customer_id), customer_id, id) AS customer FROM conversations WHERE ended_at IS NOT NULL AND revision > 0 ORDER BY ended_at DESC, id LIMIT ? OFFSET ?",
                bind![limit, skip],
            )?,
            Which::Answered { field_id, answer } => cx.sql.rows(
                "SELECT id, coalesce(customer_id, id) AS customer FROM answered WHERE field_id = ? AND value = ? ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?",
                bind![field_id.as_str(), answer.as_deref().unwrap_or("(null)"), limit, skip],
            )?,
        };
        let wanted = rows.len();
        let (mut sample, mut bytes) = (Vec::new(), 0usize);
        for row in rows {
            let archive = archives::find(cx.sql, &row.id)?;
            let messages = archive.map(|archive| archive.messages).unwrap_or_default();
            bytes += messages.iter().map(|message| message.text.len()).sum::<usize>();
            let turns = messages.iter().map(|message: &Message| Turn::from(message)).collect();
            sample.push(Sampled {
                conversation_id: row.id.parse()?,
                customer: row.customer,
                turns,
            });
            if bytes > SAMPLE_BYTES {
                break;
            }
        }
        let more = sample.len() < wanted;
        Ok((sample, more))
    }
}

/// Whether a person may answer a question so.
fn fits(field: &Field, answer: Option<&str>) -> bool {
    match answer {
        Some(answer) => field.possible_values.iter().any(|value| value.name() == answer),
        None => field.optional,
    }
}

fn one(sql: &Sql, id: &ConversationId, field: &str) -> Outcome<ReviewedAnswer> {
    let found = reviewed(sql, id.as_str(), Some(field))?.into_iter().next();
    found.ok_or_else(|| Error::new(Code::NotFound, "this was not asked").into())
}

/// The answers about a conversation, of all questions or of one.
fn reviewed(sql: &Sql, conversation: &str, field: Option<&str>) -> Outcome<Vec<ReviewedAnswer>> {
    #[derive(Deserialize)]
    struct Row {
        model: Option<String>,
        human: Option<String>,
        reviewer: Option<String>,
        at: Option<i64>,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT m.body AS model, h.body AS human, r.reviewer, r.at FROM (SELECT DISTINCT conversation_id, field_id FROM answers WHERE conversation_id = ?1 AND (?2 = '' OR field_id = ?2)) a
         LEFT JOIN answers m ON m.conversation_id = a.conversation_id AND m.field_id = a.field_id AND m.source = 'model'
         LEFT JOIN answers h ON h.conversation_id = a.conversation_id AND h.field_id = a.field_id AND h.source = 'human'
         LEFT JOIN reviews r ON r.conversation_id = a.conversation_id AND r.field_id = a.field_id
         LEFT JOIN fields f ON f.id = a.field_id ORDER BY f.enabled DESC, f.position, a.field_id",
        bind![conversation, field.unwrap_or_default()],
    )?;
    let read = |body: Option<String>| -> Outcome<Option<FieldAnswer>> {
        body.map(|body| from_json("answer", &body)).transpose()
    };
    let mut all = Vec::new();
    for row in rows {
        let (model, human) = (read(row.model)?, read(row.human)?);
        let Some(stands) = human.as_ref().or(model.as_ref()) else { continue };
        let model_answer = model.as_ref().map(|given| given.answer.clone());
        all.push(ReviewedAnswer {
            field_id: stands.field_id.clone(),
            field_version: stands.field_version,
            field_name: stands.field_name.clone(),
            standing: Said { state: stands.answer.state, answer: stands.answer.answer.clone() },
            band: model_answer.as_ref().map(Answer::band),
            doubtful: model_answer.as_ref().is_some_and(Answer::wants_second_opinion),
            human: human.map(|given| HumanAnswer {
                answer: given.answer.answer,
                by: row.reviewer.unwrap_or_default(),
                at: UnixMillis(row.at.unwrap_or_default()),
            }),
            model: model_answer,
        });
    }
    Ok(all)
}

fn no_conversation() -> Error {
    Error::new(Code::NotFound, "no such conversation")
}

fn invalid(detail: &str) -> crate::fault::Fault {
    Error::new(Code::InvalidField, detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fields;
    use crate::ledger::overview;
    use crate::ledger::tests::{Ledger, closing, conversation};

    fn review(n: u32, field_id: &str, answer: Option<&str>) -> Review {
        Review {
            conversation_id: conversation(n),
            field_id: field_id.to_owned(),
            answer: answer.map(str::to_owned),
            by: "us_1".to_owned(),
        }
    }

    #[test]
    fn a_person_is_kept_apart_from_the_model_and_stands() {
        let ledger = Ledger::new();
        let field = ledger.read(fields::List).list.fields.remove(1);
        let value = field.field.possible_values[0].name().to_owned();
        ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap();
        let before = ledger.read(overview::Get).answers;
        let said = ledger.write(review(1, &field.id, Some(&value))).unwrap();
        assert_eq!(said.standing.answer.as_deref(), Some(value.as_str()));
        assert_eq!(said.model.unwrap().answer.as_deref(), Some("value 2"));
        assert_eq!(said.human.unwrap().by, "us_1");
        // A later closing changes what the model says and not what stands.
        ledger.write(closing(&ledger, 1, 2, 1, None)).unwrap();
        let all = ledger.read(Answers { conversation_id: conversation(1) }).answers;
        let stands = all.iter().find(|answer| answer.field_id == field.id).unwrap();
        assert_eq!(stands.standing.answer.as_deref(), Some(value.as_str()));
        assert_eq!(stands.model.as_ref().unwrap().answer.as_deref(), Some("value 0"));
        let counts = &ledger.read(overview::Get).answers[&field.field.name];
        assert_eq!(counts.get(&value), Some(&1));

        let withdraw = Withdraw { conversation_id: conversation(1), field_id: field.id.clone() };
        ledger.write(withdraw.clone()).unwrap();
        let counts = &ledger.read(overview::Get).answers[&field.field.name];
        assert_eq!(counts.get("value 0"), Some(&1));
        assert_eq!(ledger.write(withdraw).unwrap_err().public().code, Code::NotFound);
        assert_eq!(before[&field.field.name].len(), 1);
    }

    #[test]
    fn a_person_says_only_what_can_be_answered() {
        let ledger = Ledger::new();
        let field = ledger.read(fields::List).list.fields.remove(1);
        let refused = |outcome: Outcome<ReviewedAnswer>| outcome.unwrap_err().public().code;
        let nowhere = ledger.write(review(1, &field.id, None));
        assert_eq!(refused(nowhere), Code::NotFound);
        ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap();
        assert_eq!(refused(ledger.write(review(1, &field.id, Some("?")))), Code::InvalidField);
        assert_eq!(refused(ledger.write(review(1, "fd_0", None))), Code::NotFound);
        ledger.write(review(1, &field.id, None)).unwrap();
    }

    #[test]
    fn agreement_is_over_what_people_looked_at() {
        let ledger = Ledger::new();
        let field = ledger.read(fields::List).list.fields.remove(1);
        let value = field.field.possible_values[0].name().to_owned();
        for n in 0..4 {
            let mut record = closing(&ledger, n, 1, n, None);
            record.conclusion.answers[1].answer.answer = Some(value.clone());
            ledger.write(record).unwrap();
        }
        for n in 0..3 {
            let says = if n == 0 { None } else { Some(value.as_str()) };
            ledger.write(review(n, &field.id, says)).unwrap();
        }
        // Another version of the question is another question.
        let mut record = closing(&ledger, 1, 2, 1, None);
        record.conclusion.answers[1].answer.answer = Some("something else".to_owned());
        record.conclusion.answers[1].field_version += 1;
        ledger.write(record).unwrap();
        let found = ledger.read(AgreementOf { field_id: field.id.clone() });
        assert_eq!((found.reviewed, found.agreed), (2, 1));
        let mut record = closing(&ledger, 1, 3, 1, None);
        record.conclusion.answers[1].answer.answer = Some(value.clone());
        ledger.write(record).unwrap();
        let found = ledger.read(AgreementOf { field_id: field.id });
        assert_eq!((found.reviewed, found.agreed), (3, 2));
        assert_eq!(found.confusions[0].answered, Some(value));
        assert_eq!(found.confusions[0].human, None);
    }

    #[test]
    fn samples_are_the_latest_or_those_of_an_answer() {
        let ledger = Ledger::new();
        let field = ledger.read(fields::List).list.fields.remove(1);
        for n in 0..6 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        let ids = |which, skip| -> Vec<ConversationId> {
            let (sample, more) = ledger.read(Sample { which, skip, limit: 2 });
            assert!(!more && sample.iter().all(|one| one.turns.len() == 1));
            sample.into_iter().map(|one| one.conversation_id).collect()
        };
        assert_eq!(ids(Which::Ended, 0), [conversation(5), conversation(4)]);
        assert_eq!(ids(Which::Ended, 4), [conversation(1), conversation(0)]);
        let answered = Which::Answered { field_id: field.id, answer: Some("value 1".to_owned()) };
        assert_eq!(ids(answered, 0), [conversation(3), conversation(0)]);
    }
}
