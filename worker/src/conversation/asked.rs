//! What of a visitor waits for an answer.

use super::desk::Desk;
use super::store::{self, Meta};
use crate::fault::Outcome;
use crate::ledger::replies::{GapNoted, Note, Prepare};
use crate::replies::Made;
use crate::sql::Sql;
use askwell::conversation::{MAX_MESSAGES, Marker, Message, Platform, Role};
use askwell::detect::Kind;
use askwell::knowledge::Known;
use askwell::reply::{self, Rules};
use askwell::session::Session;
use askwell::time::UnixMillis;

/// Whether a message is somebody's answer.
fn answers(message: &Message) -> bool {
    match message.role {
        Role::Agent => true,
        Role::Bot => !message.is_question(),
        Role::Customer | Role::System => false,
    }
}

/// Answers of the answerer within the last hour, and since a person of the team last spoke.
fn answered_lately(transcript: &[Message], now: UnixMillis) -> usize {
    let since = transcript.iter().rev().take_while(|message| message.role != Role::Agent);
    let lately = since.filter(|message| now.0.saturating_sub(message.at.0) < HOUR_MS);
    lately.filter(|message| answers(message)).count()
}

/// What a conversation that is given back has been dealt with up to: the newest answer, or the hand-off, which was for
/// what was said before it.
pub fn dealt_with(sql: &Sql) -> Outcome<Option<u32>> {
    let handed = |message: &Message| {
        message.role == Role::System && Marker::parse(&message.text) == Some(Marker::Handoff)
    };
    let transcript = store::messages(sql, None, MAX_MESSAGES as u32)?;
    let newest = transcript.iter().rev().find(|message| answers(message) || handed(message));
    Ok(newest.map(|message| message.seq))
}

/// Answers by e-mail in an hour: after that a person looks at it.
const MAILS: usize = 8;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// Messages of a visitor that are answered together; of more, the newest.
const TOGETHER: usize = 8;

/// What is answered: all that the visitor has written since the last answer.
pub struct Asked {
    /// In which conversation.
    pub meta: Meta,
    /// What is known of the visitor.
    pub session: Session,
    /// All that was said.
    pub transcript: Vec<Message>,
    /// What waits, in order; at least one.
    pub waiting: Vec<Message>,
    /// The newest of it.
    pub newest: Message,
    /// When the visitor began to wait.
    pub since: UnixMillis,
}

impl Asked {
    /// What waits for an answer; nothing where nothing does.
    pub fn read(sql: &Sql, desk: &Desk) -> Outcome<Option<Self>> {
        let own = |message: &Message| message.by.is_none() && !desk.codes.contains(&message.seq);
        let mut asked = Self::after(sql, desk.answered, own)?;
        if let Some(asked) = &mut asked {
            // What was given back begins to wait for the answerer then.
            asked.since = asked.since.max(desk.since);
        }
        Ok(asked)
    }

    /// What a person of the team has before them: what the visitor wrote since somebody last answered, or the
    /// newest of it.
    pub fn before_the_team(sql: &Sql) -> Outcome<Option<Self>> {
        let transcript = store::messages(sql, None, MAX_MESSAGES as u32)?;
        let newest = |role: &dyn Fn(&&Message) -> bool| {
            transcript.iter().rev().find(|message| role(message)).map(|message| message.seq)
        };
        let answered = newest(&|message| answers(message));
        let said = newest(&|message| message.role == Role::Customer);
        let after = answered.min(said.map(|seq| seq.checked_sub(1)).unwrap_or(answered));
        Self::after(sql, after, |_| true)
    }

    fn after(
        sql: &Sql,
        seq: Option<u32>,
        counts: impl Fn(&Message) -> bool,
    ) -> Outcome<Option<Self>> {
        let meta = store::meta(sql)?;
        let transcript = store::messages(sql, None, MAX_MESSAGES as u32)?;
        let waits = |message: &&Message| {
            message.role == Role::Customer
                && seq.is_none_or(|seq| message.seq > seq)
                && counts(message)
        };
        let mut waiting: Vec<Message> = transcript.iter().filter(waits).cloned().collect();
        let Some(newest) = waiting.last().cloned() else { return Ok(None) };
        let since = waiting.first().map_or(newest.at, |message| message.at);
        waiting.drain(..waiting.len().saturating_sub(TOGETHER));
        Ok(Some(Self { session: store::session(sql)?, meta, transcript, waiting, newest, since }))
    }

    /// Whether two machines may be writing to each other: so many answers by e-mail within an hour, and no person among
    /// them.
    pub fn runs_on(&self, now: UnixMillis) -> bool {
        self.meta.platform == Platform::Email && answered_lately(&self.transcript, now) >= MAILS
    }

    /// Whether the visitor has said more since a message than needs no reply.
    pub fn goes_on(&self, seq: u32, rules: &Rules) -> bool {
        let lang = self.session.lang();
        let mut newer = self.waiting.iter().filter(|message| message.seq > seq);
        newer.any(|message| !reply::rests(rules, &message.text, lang))
    }

    /// What the articles are asked.
    pub fn questions(&self) -> Prepare {
        Prepare {
            questions: self.waiting.iter().map(|message| message.text.clone()).collect(),
            lang: self.session.lang(),
        }
    }

    /// Each message beside what is known of it.
    pub fn messages<'a>(&'a self, known: &'a [Known]) -> Vec<reply::Message<'a>> {
        let facts = self.session.facts();
        self.waiting
            .iter()
            .zip(known)
            .enumerate()
            .map(|(at, (message, known))| {
                // What was noted of the visitor bears the time of the message that it was in.
                let fresh = |kind: Kind| facts.get(kind).is_some_and(|fact| fact.at == message.at);
                let until = self.waiting.get(at + 1).map_or(u32::MAX, |next| next.seq);
                let asked = self
                    .transcript
                    .iter()
                    .any(|other| (message.seq..until).contains(&other.seq) && other.is_question());
                let gave = Kind::ALL.into_iter().any(fresh);
                reply::Message { text: &message.text, gave, asked, known }
            })
            .collect()
    }

    /// What the ledger is told of what was made.
    pub fn note(&self, which: String, made: &Made, nearest: Option<String>) -> Option<Note> {
        let quiet = made.generated.is_none() && made.gap.is_none();
        (!quiet && !self.meta.test_mode).then(|| Note {
            conversation_id: self.meta.conversation_id.clone(),
            visitor_id: self.meta.visitor_id.clone(),
            platform: self.meta.platform,
            which,
            generated: made.generated,
            gap: made.gap.clone().map(|(question, kind)| GapNoted {
                question,
                lang: self.session.lang(),
                kind,
                nearest,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_count_for_an_hour_and_until_a_person_speaks() {
        let message = |seq: u32, role: Role, minute: i64| Message {
            id: format!("m-{seq}"),
            seq,
            role,
            text: "Hello.".to_owned(),
            at: UnixMillis(minute * 60_000),
            by: None,
        };
        let now = UnixMillis(100 * 60_000);
        let mut said: Vec<Message> =
            (0..10).map(|n| message(n, Role::Bot, i64::from(n) * 10)).collect();
        assert_eq!(answered_lately(&said, now), 5, "at 50, 60, 70, 80 and 90");
        said.insert(7, message(10, Role::Agent, 65));
        assert_eq!(answered_lately(&said, now), 3);
    }
}
