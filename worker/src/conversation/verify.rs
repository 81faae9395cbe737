//! Who the visitor is, beyond what they say: a token of the site's server, or a code that was mailed
//! to their address.
//!
//! Of a code only an HMAC is kept, under a key of this server: six digits behind a plain hash are
//! found in a second. It is good for ten minutes and five tries, and goes with the first right answer.

use super::calls::{AnswerCode, Prove, Say, SendCode};
use super::{Conversation, send, store, turn};
use crate::auth;
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::channels::Reached;
use crate::ledger::identity::{MailCode, Mailer, Vouch, Vouched};
use crate::platform::{self, Letter};
use crate::rpc;
use crate::sql::{Sql, transaction};
use askwell::access::Principal;
use askwell::api::{CodeSent, FactsAmended, MessageAccepted, NewMessage};
use askwell::channel::{Thread, Verdict, code, verdict};
use askwell::conversation::{Platform, Role};
use askwell::customer::{Proof, Proven, ProvenValue, claim, normalise_email};
use askwell::detect::Kind;
use askwell::text::Lang;
use askwell::time::UnixMillis;
use askwell::{Code, Error, id};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// For how long a code is good.
const LIFE_MS: i64 = 10 * 60 * 1000;
/// How often one may be answered wrongly.
const TRIES: u32 = 5;
/// Least time between two codes of a conversation.
const PAUSE_MS: i64 = 60 * 1000;
/// Codes of a conversation within [`WHILE_MS`].
const CODES: usize = 5;
const WHILE_MS: i64 = 60 * 60 * 1000;

/// The codes of a conversation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Codes {
    pending: Option<Pending>,
    /// When they were sent, of the last while.
    sent: Vec<UnixMillis>,
}

/// A code that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    email: String,
    mac: String,
    expires_at: UnixMillis,
    tries: u32,
}

/// What codes are kept under: no other signature of this server can be passed off as one.
fn key(secret: &str) -> Outcome<Vec<u8>> {
    auth::sign(secret.as_bytes(), b"mailed codes")
}

fn text_of(conversation: &str, email: &str, code: &str) -> String {
    format!("{conversation}\n{email}\n{code}")
}

fn fresh() -> Outcome<String> {
    let [a, b, c, d, e, f, g, h, ..] = config::random_bytes()?;
    // Of 2⁶⁴ the remainder favours no code by more than one in 10¹³.
    let number = u64::from_le_bytes([a, b, c, d, e, f, g, h]) % 10_u64.pow(code::DIGITS as u32);
    Ok(format!("{number:0width$}", width = code::DIGITS))
}

/// Takes over what was verified of the visitor, as long as the conversation is open.
fn add(
    sql: &Sql,
    by: &Principal,
    proven: Proven,
    known: &[Kind],
    now: UnixMillis,
) -> Outcome<FactsAmended> {
    let mut meta = store::meta(sql)?;
    turn::open_to(&meta, by)?;
    let mut kinds = proven.kinds();
    kinds.extend(known);
    let before = store::proven(sql)?;
    let mut all = before.clone();
    if !all.add(proven) {
        return Err(Error::new(
            Code::Forbidden,
            "this conversation is another user's; let the chat forget them, and begin a new one",
        )
        .into());
    }
    store::put_proven(sql, &all)?;
    if all != before {
        send::tell_of_visitor(sql, &mut meta, now)?;
    }
    let mut session = store::session(sql)?;
    session.identified(&kinds, now);
    store::put_session(sql, &session)?;
    Ok(FactsAmended { messages: meta.messages, session })
}

/// Notes a code that is about to be mailed. Whoever can no longer mail it takes it back.
fn begin(
    sql: &Sql,
    input: &SendCode,
    code: &str,
    secret: &str,
    now: UnixMillis,
) -> Outcome<(Pending, Option<Lang>)> {
    let meta = store::meta(sql)?;
    turn::open_to(&meta, &input.by)?;
    if store::proven(sql)?.email.is_some() {
        let detail = "the visitor's e-mail address has been verified already";
        return Err(Error::new(Code::AlreadyExists, detail).into());
    }
    let session = store::session(sql)?;
    let email = match &input.email {
        Some(email) => claim(Kind::Email, email, None).map_err(|_| {
            Error::new(Code::InvalidField, "the field `email` is no e-mail address")
        })?,
        None => session.facts().email.as_ref().map(|fact| fact.value.clone()).ok_or_else(|| {
            let detail = "the visitor has named no e-mail address; give one in the field `email`";
            Error::new(Code::InvalidField, detail)
        })?,
    };
    let email = normalise_email(&email);
    let mut codes: Codes = store::state(sql, "code")?.unwrap_or_default();
    codes.sent.retain(|at| at.plus(WHILE_MS) > now);
    let again = match codes.sent.as_slice() {
        [first, .., last] if codes.sent.len() >= CODES => {
            Some(first.plus(WHILE_MS).max(last.plus(PAUSE_MS)))
        }
        [.., last] => Some(last.plus(PAUSE_MS)),
        [] => None,
    };
    if let Some(again) = again.filter(|again| *again > now) {
        let seconds = (again.0 - now.0).div_euclid(1000) + 1;
        let error = Error::new(Code::RateLimited, "a code has just been sent; wait for it");
        return Err(Fault::RefusedWith {
            error,
            headers: vec![("retry-after", seconds.to_string())],
        });
    }
    let text = text_of(meta.conversation_id.as_str(), &email, code);
    let mac = URL_SAFE_NO_PAD.encode(auth::sign(&key(secret)?, text.as_bytes())?);
    let pending = Pending { email, mac, expires_at: now.plus(LIFE_MS), tries: TRIES };
    codes.sent.push(now);
    codes.pending = Some(pending.clone());
    store::put_state(sql, "code", &codes)?;
    Ok((pending, session.lang()))
}

/// Forgets a code that could not be mailed, as if it had not been asked for.
fn take_back(sql: &Sql, pending: &Pending) -> Outcome<()> {
    let mut codes: Codes = store::state(sql, "code")?.unwrap_or_default();
    if codes.pending.as_ref() == Some(pending) {
        codes.pending = None;
        codes.sent.pop();
        store::put_state(sql, "code", &codes)?;
    }
    Ok(())
}

/// Takes an answer. A wrong one is no failure of the transaction: that it was tried has to stay.
fn answer(
    sql: &Sql,
    input: &AnswerCode,
    secret: &str,
    now: UnixMillis,
) -> Outcome<Result<FactsAmended, Error>> {
    let meta = store::meta(sql)?;
    turn::open_to(&meta, &input.by)?;
    let given = code::read(&input.code)
        .ok_or_else(|| Error::new(Code::InvalidField, "the field `code` must be six digits"))?;
    let mut codes: Codes = store::state(sql, "code")?.unwrap_or_default();
    let Some(pending) = codes.pending.take().filter(|pending| pending.expires_at > now) else {
        let detail = "no code is waiting for an answer; ask for a new one";
        return Err(Error::new(Code::ExpiredCode, detail).into());
    };
    let text = text_of(meta.conversation_id.as_str(), &pending.email, &given);
    let mac = URL_SAFE_NO_PAD.decode(&pending.mac).unwrap_or_default();
    if !auth::verify(&key(secret)?, text.as_bytes(), &mac)? {
        let tries = pending.tries.saturating_sub(1);
        codes.pending = (tries > 0).then_some(Pending { tries, ..pending });
        store::put_state(sql, "code", &codes)?;
        let detail = match tries {
            0 => "this is not the code that was mailed; ask for a new one".to_owned(),
            n => format!("this is not the code that was mailed; tries left: {n}"),
        };
        return Ok(Err(Error::new(Code::WrongCode, detail)));
    }
    store::put_state(sql, "code", &codes)?;
    let value = ProvenValue { value: pending.email, at: now, proof: Proof::Code };
    let proven = Proven { email: Some(value), ..Proven::default() };
    add(sql, &input.by, proven, &[], now).map(Ok)
}

/// Whether a message of the visitor is the answer to a code that waits for one.
pub fn takes(sql: &Sql, text: &str, now: UnixMillis) -> Outcome<bool> {
    if code::read(text).is_none() {
        return Ok(false);
    }
    let codes: Codes = store::state(sql, "code")?.unwrap_or_default();
    Ok(codes.pending.is_some_and(|pending| pending.expires_at > now))
}

impl Conversation {
    /// The site's server told who the visitor is.
    pub(super) async fn prove(&self, input: Prove) -> Outcome<FactsAmended> {
        let sql = self.existing().await?;
        self.limit(&input.by)?;
        let now = config::now(&self.env);
        let Prove { by, token } = input;
        let meta = store::meta(&sql)?;
        turn::authorise(&meta, &by)?;
        // The secret stays in the ledger, which says what the token comes to.
        let ledger = rpc::ledger(&self.env, &meta.workspace)?;
        let Vouched { proven, known } = rpc::call(&ledger, &Vouch { token }).await?;
        let added = transaction(&self.state, move |sql| add(sql, &by, proven, &known, now)).await?;
        self.schedule(&store::meta(&sql)?).await?;
        Ok(added)
    }

    /// Mails the visitor a code.
    pub(super) async fn send_code(&self, input: SendCode) -> Outcome<CodeSent> {
        self.existing().await?;
        self.limit(&input.by)?;
        let now = config::now(&self.env);
        let (fresh, secret) = (fresh()?, config::signing_secret(&self.env)?);
        let code = fresh.clone();
        let begun = transaction(&self.state, move |sql| begin(sql, &input, &code, &secret, now));
        let (pending, lang) = begun.await?;
        if let Err(fault) = self.mail_code(&pending, lang.unwrap_or(Lang::En), &fresh, now).await {
            transaction(&self.state, move |sql| take_back(sql, &pending)).await?;
            return Err(fault);
        }
        let Pending { expires_at, tries, .. } = pending;
        Ok(CodeSent { expires_at, again_at: now.plus(PAUSE_MS), tries })
    }

    async fn mail_code(
        &self,
        pending: &Pending,
        lang: Lang,
        code: &str,
        now: UnixMillis,
    ) -> Outcome<()> {
        let meta = store::meta(&self.sql())?;
        let ledger = rpc::ledger(&self.env, &meta.workspace)?;
        let Mailer { connection, sender } =
            rpc::call(&ledger, &MailCode { email: pending.email.clone() }).await?;
        let thread = Thread { subject: code::subject(lang).to_owned(), references: Vec::new() };
        let reached = Reached {
            connection,
            sender,
            user: pending.email.clone(),
            heard_at: None,
            thread: Some(thread),
        };
        let message = format!("code-{}", now.0);
        let letter = Letter {
            conversation: &meta.conversation_id,
            message: &message,
            part: 0,
            role: Role::Bot,
            text: &code::text(lang, code),
        };
        let answered = platform::send(&self.env, &reached, &letter).await?;
        match verdict(Platform::Email, &answered) {
            Verdict::Sent => Ok(()),
            Verdict::Later(_) | Verdict::Never(_) => Err(Fault::refused(
                Code::BadGateway,
                "the mail could not be sent; try again in a moment",
            )),
        }
    }

    /// The visitor has read the mail.
    pub(super) async fn answer_code(&self, input: AnswerCode) -> Outcome<FactsAmended> {
        self.existing().await?;
        self.limit(&input.by)?;
        let (now, secret) = (config::now(&self.env), config::signing_secret(&self.env)?);
        let answered =
            transaction(&self.state, move |sql| answer(sql, &input, &secret, now)).await?;
        self.schedule(&store::meta(&self.sql())?).await?;
        Ok(answered?)
    }

    /// The visitor has written a code into the chat, and is told what came of it.
    pub(super) async fn heard_code(&self, by: Principal, said: &MessageAccepted) -> Outcome<()> {
        let code = said.message.text.clone();
        let right = match self.answer_code(AnswerCode { by, code }).await {
            Ok(_) => true,
            Err(fault) if fault.public().code == Code::WrongCode => false,
            Err(fault) => return Err(fault),
        };
        let sql = self.sql();
        let lang = store::session(&sql)?.lang().unwrap_or(Lang::En);
        let message = NewMessage {
            id: format!("code-{}", id::digest(&[said.message.id.as_bytes()])),
            text: code::answered(lang, right).to_owned(),
            role: Some(Role::Bot),
            at: None,
        };
        let by = Principal::system(store::meta(&sql)?.workspace);
        // Said like any other message of the team's, but never as the answer to a code.
        Box::pin(self.say(Say { by, message, had: None })).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, opened, workspace};
    use super::*;
    use crate::sql::Sql;

    const SECRET: &str = "a secret of sixteen characters";

    fn by() -> Principal {
        Principal::system(workspace())
    }

    fn send(sql: &Sql, email: Option<&str>, code: &str, at: i64) -> Result<Pending, Code> {
        let input = SendCode { by: by(), email: email.map(str::to_owned) };
        let begun = sql.atomically(|sql| begin(sql, &input, code, SECRET, NOW.plus(at)));
        begun.map(|(pending, _)| pending).map_err(|fault| fault.public().code)
    }

    fn give(sql: &Sql, code: &str, at: i64) -> Result<(), Code> {
        let input = AnswerCode { by: by(), code: code.to_owned() };
        sql.atomically(|sql| answer(sql, &input, SECRET, NOW.plus(at)))
            .map_err(|fault| fault.public().code)?
            .map(drop)
            .map_err(|error| error.code)
    }

    #[test]
    fn the_right_code_verifies_the_address_and_only_once() {
        let sql = opened();
        assert_eq!(send(&sql, None, "012345", 0).unwrap_err(), Code::InvalidField, "no address");
        assert_eq!(send(&sql, Some("nonsense"), "012345", 0).unwrap_err(), Code::InvalidField);
        send(&sql, Some(" Ana@Example.com "), "012345", 0).unwrap();
        assert!(!sql.dump().contains("012345"), "the code itself is kept nowhere");
        assert_eq!(give(&sql, "12345", 1), Err(Code::InvalidField));
        assert_eq!(give(&sql, "012346", 1), Err(Code::WrongCode));
        assert_eq!(give(&sql, "012 345", 2), Ok(()));
        let email = store::proven(&sql).unwrap().email.unwrap();
        assert_eq!((email.value.as_str(), email.proof), ("ana@example.com", Proof::Code));
        assert_eq!(give(&sql, "012345", 3), Err(Code::ExpiredCode));
        assert_eq!(send(&sql, None, "1", 999_999).unwrap_err(), Code::AlreadyExists);
        let session = store::session(&sql).unwrap();
        assert!(session.policy().known().contains(&Kind::Email), "and is not asked for");
    }

    #[test]
    fn a_code_dies_of_five_wrong_answers_and_of_age() {
        let sql = opened();
        let ana = Some("ana@example.com");
        send(&sql, ana, "111111", 0).unwrap();
        for _ in 0..5 {
            assert_eq!(give(&sql, "222222", 1), Err(Code::WrongCode));
        }
        assert_eq!(give(&sql, "111111", 2), Err(Code::ExpiredCode));
        send(&sql, ana, "333333", PAUSE_MS).unwrap();
        assert_eq!(give(&sql, "333333", PAUSE_MS + LIFE_MS), Err(Code::ExpiredCode));
        send(&sql, ana, "444444", 2 * PAUSE_MS + LIFE_MS).unwrap();
        send(&sql, Some("li@example.com"), "555555", 3 * PAUSE_MS + LIFE_MS).unwrap();
        let later = 3 * PAUSE_MS + LIFE_MS + 1;
        assert_eq!(give(&sql, "444444", later), Err(Code::WrongCode), "a newer one replaced it");
        assert_eq!(give(&sql, "555555", later), Ok(()));
        assert_eq!(store::proven(&sql).unwrap().email.unwrap().value, "li@example.com");
    }

    #[test]
    fn codes_come_one_a_minute_and_five_an_hour() {
        let sql = opened();
        let ana = Some("ana@example.com");
        let first = send(&sql, ana, "111111", 0).unwrap();
        assert_eq!(send(&sql, ana, "111112", PAUSE_MS - 1).unwrap_err(), Code::RateLimited);
        // One that could not be mailed counts for nothing.
        sql.atomically(|sql| take_back(sql, &first)).unwrap();
        assert_eq!(give(&sql, "111111", 1), Err(Code::ExpiredCode));
        for n in 0..5 {
            send(&sql, ana, "111113", n * PAUSE_MS).unwrap();
        }
        assert_eq!(send(&sql, ana, "111114", 30 * PAUSE_MS).unwrap_err(), Code::RateLimited);
        send(&sql, ana, "111114", WHILE_MS).unwrap();
    }

    #[test]
    fn a_conversation_stays_one_users_and_is_over_when_it_has_ended() {
        let sql = opened();
        let prove = |subject: &str| {
            let proven = Proven { subject: Some(subject.to_owned()), ..Proven::default() };
            let added = sql.atomically(|sql| add(sql, &by(), proven, &[Kind::Phone], NOW));
            added.map(drop).map_err(|fault| fault.public().code)
        };
        assert_eq!(prove("u-1"), Ok(()));
        assert_eq!(prove("u-1"), Ok(()));
        assert_eq!(prove("u-2"), Err(Code::Forbidden));
        assert_eq!(store::proven(&sql).unwrap().subject.as_deref(), Some("u-1"));
        let mut meta = store::meta(&sql).unwrap();
        meta.status = askwell::conversation::Status::Completed;
        store::put_meta(&sql, &meta).unwrap();
        assert_eq!(prove("u-1"), Err(Code::ConversationClosed));
        assert_eq!(send(&sql, Some("a@b.example"), "1", 0).unwrap_err(), Code::ConversationClosed);
        assert_eq!(give(&sql, "111111", 0), Err(Code::ConversationClosed));
    }
}
