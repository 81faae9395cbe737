//! What the team puts on customers and conversations: tags, notes, and feedback on conversations.
//!
//! A mark hangs on the profile or conversation that it was made on. See [`super::customers`] for why
//! a merge does not move it.

use super::conversations;
use super::customers::{self, bad_text, must};
use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{ConversationMarks, Feedback, Note, TagChange, Tags};
use askwell::conversation::Platform;
use askwell::id::{self, ConversationId, CustomerId};
use askwell::metrics::feedback::{self, FeedbackDay, FeedbackReport};
use askwell::metrics::period::Period;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[FIRST, BY_THOUGHT],
    ops: &[
        Op::write::<ChangeTags>(),
        Op::write::<AddNote>(),
        Op::write::<RemoveNote>(),
        Op::write::<LeaveFeedback>(),
        Op::read::<Get>(),
        Op::read::<Thoughts>(),
    ],
    ..Room::EMPTY
};

const FIRST: Migration = Migration {
    id: "marks/1",
    statements: &[
        "CREATE TABLE tags (subject TEXT NOT NULL, tag TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, PRIMARY KEY (subject, tag)) WITHOUT ROWID",
        "CREATE INDEX tags_by_tag ON tags (tag, subject)",
        "CREATE TABLE notes (id TEXT PRIMARY KEY, subject TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX notes_by_subject ON notes (subject, at)",
        "CREATE TABLE feedback (conversation_id TEXT NOT NULL, who TEXT NOT NULL, good INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (conversation_id, who)) WITHOUT ROWID",
    ],
};

/// People leave it one by one, so there is little of it.
const BY_THOUGHT: Migration = Migration {
    id: "marks/2",
    statements: &[
        "CREATE INDEX feedback_by_thought ON feedback (good, conversation_id)",
        "CREATE INDEX feedback_by_time ON feedback (at)",
    ],
};

/// Longest tag, in characters.
pub const TAG_CHARS: usize = 60;
const TAGS_AT_ONCE: usize = 50;
const SUBJECTS_AT_ONCE: usize = 500;
const TAGS_MOST: u64 = 200;
/// Longest note, in characters.
pub const NOTE_CHARS: usize = 8_000;
const NOTES_MOST: u64 = 1_000;
const FEEDBACK_CHARS: usize = 2_000;

/// What a mark is put on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A customer.
    Customer(CustomerId),
    /// A conversation.
    Conversation(ConversationId),
}

impl Subject {
    /// The id that the mark hangs on, and the ids of all whose marks are shown together with it.
    fn find(&self, cx: &Cx) -> Outcome<String> {
        match self {
            Self::Customer(id) => Ok(must(cx.sql, id)?.to_string()),
            Self::Conversation(id) => match conversations::known(cx.sql, id)? {
                Some(_) => Ok(id.to_string()),
                None => Err(Error::new(Code::NotFound, "no such conversation").into()),
            },
        }
    }

    fn changed(&self, cx: &Cx, id: &str) -> Outcome<()> {
        match self {
            Self::Customer(_) => customers::index(cx, id),
            Self::Conversation(_) => Ok(()),
        }
    }

    /// A customer's marks are those of all profiles that were merged into it.
    const SHOWN: &'static str = "(SELECT ?1 UNION SELECT id FROM customers WHERE root = ?1)";
}

/// Puts tags on and takes them off, for all of the subjects or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeTags {
    /// On what.
    pub subjects: Vec<Subject>,
    /// Which.
    pub change: TagChange,
    /// Who does it.
    pub by: String,
}

impl Call for ChangeTags {
    const NAME: &'static str = "marks.tags";
    /// Of each.
    type Out = Vec<Tags>;
}

impl Write for ChangeTags {
    fn run(self, cx: &Cx) -> Outcome<Vec<Tags>> {
        let invalid = |detail: &str| Error::new(Code::InvalidField, detail.to_owned());
        if self.subjects.is_empty() || self.subjects.len() > SUBJECTS_AT_ONCE {
            return Err(invalid("1 to 500 customers may be changed at once").into());
        }
        let add = tags_of(&self.change.add, "add")?;
        let remove = tags_of(&self.change.remove, "remove")?;
        let mut changed = Vec::with_capacity(self.subjects.len());
        for subject in &self.subjects {
            let id = subject.find(cx)?;
            for tag in &remove {
                let query =
                    format!("DELETE FROM tags WHERE tag = ?2 AND subject IN {}", Subject::SHOWN);
                cx.sql.run(&query, bind![id.as_str(), *tag])?;
            }
            for tag in &add {
                cx.sql.run(
                    "INSERT INTO tags (subject, tag, at, who) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    bind![id.as_str(), *tag, cx.now.0, self.by.as_str()],
                )?;
            }
            let tags = tags(cx.sql, &id)?;
            if tags.len() as u64 > TAGS_MOST {
                return Err(invalid("there may be 200 tags at most on one").into());
            }
            subject.changed(cx, &id)?;
            changed.push(Tags { tags });
        }
        Ok(changed)
    }
}

fn tags_of<'a>(list: &'a [String], name: &str) -> Outcome<Vec<&'a str>> {
    let tags: Vec<&str> = list.iter().map(|tag| tag.trim()).collect();
    let bad = |tag: &&str| bad_text(tag, TAG_CHARS) || tag.contains(['\n', '\r', '\t']);
    if tags.len() > TAGS_AT_ONCE {
        let detail = format!("the field `{name}` must have {TAGS_AT_ONCE} tags at most");
        return Err(Error::new(Code::InvalidField, detail).into());
    }
    if tags.iter().any(bad) {
        let detail =
            format!("the field `{name}` must have tags of 1 to {TAG_CHARS} characters on one line");
        return Err(Error::new(Code::InvalidField, detail).into());
    }
    Ok(tags)
}

/// The tags that are shown on a profile or conversation.
pub fn tags(sql: &Sql, subject: &str) -> Outcome<Vec<String>> {
    #[derive(Deserialize)]
    struct Row {
        tag: String,
    }
    let query =
        format!("SELECT DISTINCT tag FROM tags WHERE subject IN {} ORDER BY tag", Subject::SHOWN);
    let rows: Vec<Row> = sql.rows(&query, bind![subject])?;
    Ok(rows.into_iter().map(|row| row.tag).collect())
}

/// Whether one more tag would be one too many.
pub fn is_full(cx: &Cx, subject: &Subject, tag: &str) -> Outcome<bool> {
    let tags = tags(cx.sql, &subject.find(cx)?)?;
    Ok(tags.len() as u64 >= TAGS_MOST && !tags.iter().any(|one| one == tag))
}

/// Writes a note.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddNote {
    /// About what.
    pub subject: Subject,
    /// The words.
    pub text: String,
    /// Who writes.
    pub by: String,
}

impl Call for AddNote {
    const NAME: &'static str = "marks.note";
    type Out = Note;
}

impl Write for AddNote {
    fn run(self, cx: &Cx) -> Outcome<Note> {
        let subject = self.subject.find(cx)?;
        if bad_text(self.text.trim(), NOTE_CHARS) {
            return Err(Error::new(
                Code::InvalidField,
                "the field `text` must have 1 to 8,000 characters",
            )
            .into());
        }
        let count = cx
            .sql
            .count("SELECT count(*) AS n FROM notes WHERE subject = ?", bind![subject.as_str()])?;
        if count >= NOTES_MOST {
            return Err(
                Error::new(Code::InvalidField, "there may be 1,000 notes at most on one").into()
            );
        }
        let parts = [
            subject.as_bytes(),
            &cx.now.0.to_le_bytes(),
            &count.to_le_bytes(),
            self.text.as_bytes(),
        ];
        let note = Note {
            id: format!("no_{}", id::digest(&parts)),
            text: self.text.trim().to_owned(),
            at: cx.now,
            by: self.by,
        };
        cx.sql.run(
            "INSERT INTO notes (id, subject, text, at, who) VALUES (?, ?, ?, ?, ?)",
            bind![
                note.id.as_str(),
                subject.as_str(),
                note.text.as_str(),
                note.at.0,
                note.by.as_str()
            ],
        )?;
        self.subject.changed(cx, &subject)?;
        Ok(note)
    }
}

/// Takes a note away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemoveNote {
    /// From what.
    pub subject: Subject,
    /// Which.
    pub note_id: String,
}

impl Call for RemoveNote {
    const NAME: &'static str = "marks.unnote";
    type Out = ();
}

impl Write for RemoveNote {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let subject = self.subject.find(cx)?;
        let query = format!(
            "SELECT count(*) AS n FROM notes WHERE id = ?2 AND subject IN {}",
            Subject::SHOWN
        );
        if cx.sql.count(&query, bind![subject.as_str(), self.note_id.as_str()])? == 0 {
            return Err(Error::new(Code::NotFound, "no such note").into());
        }
        // Whoever takes a note away may mean its words.
        customers::at_once(cx, std::slice::from_ref(&subject), || {
            cx.sql.run("DELETE FROM notes WHERE id = ?", bind![self.note_id])?;
            self.subject.changed(cx, &subject)
        })
    }
}

/// The notes that hang on exactly this, the latest first.
pub fn notes(sql: &Sql, subject: &str) -> Outcome<Vec<Note>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        text: String,
        at: i64,
        who: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT id, text, at, who FROM notes WHERE subject = ? ORDER BY at DESC, id",
        bind![subject],
    )?;
    let note = |row: Row| Note { id: row.id, text: row.text, at: UnixMillis(row.at), by: row.who };
    Ok(rows.into_iter().map(note).collect())
}

/// Leaves feedback on a conversation; one's own replaces the one before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeaveFeedback {
    /// On which.
    pub conversation_id: ConversationId,
    /// Whether it was good.
    pub good: bool,
    /// Why.
    pub text: String,
    /// Who leaves it.
    pub by: String,
}

impl Call for LeaveFeedback {
    const NAME: &'static str = "marks.feedback";
    type Out = ();
}

impl Write for LeaveFeedback {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let id = Subject::Conversation(self.conversation_id).find(cx)?;
        let text = self.text.trim();
        if !text.is_empty() && bad_text(text, FEEDBACK_CHARS) {
            return Err(Error::new(
                Code::InvalidField,
                "the field `text` must have 2,000 characters at most",
            )
            .into());
        }
        cx.sql.run(
            "INSERT INTO feedback (conversation_id, who, good, text, at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (conversation_id, who) DO UPDATE SET good = excluded.good, text = excluded.text, at = excluded.at",
            bind![id, self.by, i64::from(self.good), text, cx.now.0],
        )
    }
}

/// The feedback of a period, and of the one before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Thoughts {
    /// On which days it was left.
    pub period: Period,
    /// Only on conversations of this channel.
    pub channel: Option<Platform>,
}

impl Call for Thoughts {
    const NAME: &'static str = "marks.thoughts";
    type Out = FeedbackReport;
}

impl Read for Thoughts {
    fn run(self, cx: &Cx) -> Outcome<FeedbackReport> {
        #[derive(Deserialize)]
        struct Row {
            days: i64,
            good: u64,
            not_good: u64,
        }
        let channel = self.channel.map_or("", Platform::as_str);
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT f.at / 86400000 AS days, sum(f.good) AS good, sum(1 - f.good) AS not_good FROM feedback f
             WHERE f.at >= ?1 AND f.at < ?2 AND (?3 = '' OR (SELECT platform FROM conversations c WHERE c.id = f.conversation_id) = ?3) GROUP BY 1",
            bind![self.period.before().first.start().0, self.period.last.end().0, channel],
        )?;
        let day = |row: Row| FeedbackDay {
            day: UnixMillis(row.days * 86_400_000).day(),
            good: row.good,
            not_good: row.not_good,
        };
        let days: Vec<FeedbackDay> = rows.into_iter().map(day).collect();
        Ok(feedback::report(&days, self.period))
    }
}

/// What the team keeps of a conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub conversation_id: ConversationId,
}

impl Call for Get {
    const NAME: &'static str = "marks.get";
    type Out = ConversationMarks;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<ConversationMarks> {
        #[derive(Deserialize)]
        struct Row {
            good: i64,
            text: String,
            at: i64,
            who: String,
        }
        let id = Subject::Conversation(self.conversation_id).find(cx)?;
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT good, text, at, who FROM feedback WHERE conversation_id = ? ORDER BY at DESC, who",
            bind![id.as_str()],
        )?;
        let feedback = |row: Row| Feedback {
            good: row.good != 0,
            text: row.text,
            at: UnixMillis(row.at),
            by: row.who,
        };
        Ok(ConversationMarks {
            tags: tags(cx.sql, &id)?,
            notes: notes(cx.sql, &id)?,
            feedback: rows.into_iter().map(feedback).collect(),
        })
    }
}
