//! Who visitors are, as the site's own server says it: the secret that its tokens are signed with,
//! and what has been verified in each conversation.
//!
//! A token is checked here, where the secret is, so that the secret never leaves the ledger. Only
//! HS256 is taken, whatever a token says of itself: there is no public key that somebody could pass
//! off as the secret (RFC 8725 §3.1).

use super::customers::Claim;
use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{channels, customers, settings};
use crate::auth;
use crate::auth::jwt::{Algorithm, Audience, Times, Token};
use crate::bind;
use crate::fault::{Fault, Outcome};
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::api::{Connection, IdentityShown};
use askwell::customer::{Proof, Proven, ProvenValue, SUBJECT_BYTES, claim, normalise_email};
use askwell::detect::Kind;
use askwell::id::{self, ConversationId, CustomerId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "identity/1",
        statements: &[
            "CREATE TABLE proven (conversation_id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL, proof TEXT NOT NULL, PRIMARY KEY (conversation_id, kind)) WITHOUT ROWID",
            // The site's own names for its users, and whose profile each is.
            "CREATE TABLE subjects (subject TEXT PRIMARY KEY, customer_id TEXT NOT NULL) WITHOUT ROWID",
            "CREATE INDEX subjects_by_customer ON subjects (customer_id)",
            // To whom codes were mailed within the last hour, by a digest.
            "CREATE TABLE codes_sent (address TEXT NOT NULL, at INTEGER NOT NULL)",
            "CREATE INDEX codes_sent_by_address ON codes_sent (address, at)",
            "CREATE INDEX codes_sent_by_time ON codes_sent (at)",
        ],
    }],
    ops: &[
        Op::read::<Get>(),
        Op::write::<MakeSecret>(),
        Op::write::<DropSecret>(),
        Op::read::<Vouch>(),
        Op::write::<MailCode>(),
    ],
    ..Room::EMPTY
};

/// Under which the secret is stored.
const SECRET: &str = "identity_secret";
/// Codes that one address is mailed within [`WHILE_MS`], whoever asks for them.
const CODES: u64 = 5;
const WHILE_MS: i64 = 60 * 60 * 1000;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Secret {
    secret: String,
    made_at: UnixMillis,
    old: Option<OldSecret>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct OldSecret {
    secret: String,
    until: UnixMillis,
}

fn secret(sql: &Sql) -> Outcome<Option<Secret>> {
    Ok(settings::find::<Option<Secret>>(sql, SECRET)?.flatten())
}

/// Whether there is a secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get;

impl Call for Get {
    const NAME: &'static str = "identity.get";
    type Out = IdentityShown;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<IdentityShown> {
        let Some(secret) = secret(cx.sql)? else { return Ok(IdentityShown::default()) };
        let old = secret.old.map(|old| old.until).filter(|until| *until > cx.now);
        Ok(IdentityShown { made_at: Some(secret.made_at), old_secret_until: old })
    }
}

/// Puts a secret in the place of the one that stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeSecret {
    /// The new one.
    pub secret: String,
    /// For how many seconds the one before stays good.
    pub keep_s: u32,
}

impl Call for MakeSecret {
    const NAME: &'static str = "identity.make_secret";
    type Out = IdentityShown;
}

impl Write for MakeSecret {
    fn run(self, cx: &Cx) -> Outcome<IdentityShown> {
        let until = cx.now.plus(i64::from(self.keep_s) * 1000);
        let old = secret(cx.sql)?.filter(|_| self.keep_s > 0);
        let old = old.map(|old| OldSecret { secret: old.secret, until });
        let made = Secret { secret: self.secret, made_at: cx.now, old };
        settings::put(cx.sql, SECRET, &Some(made))?;
        Get.run(cx)
    }
}

/// Takes no token any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropSecret;

impl Call for DropSecret {
    const NAME: &'static str = "identity.drop_secret";
    type Out = ();
}

impl Write for DropSecret {
    fn run(self, cx: &Cx) -> Outcome<()> {
        settings::put(cx.sql, SECRET, &None::<Secret>)
    }
}

/// Says whom a token is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vouch {
    /// As the page handed it on.
    pub token: String,
}

/// Whom a token is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// What it says, verified.
    pub proven: Proven,
    /// What the profile of that customer holds, which need not be asked.
    pub known: Vec<Kind>,
}

impl Call for Vouch {
    const NAME: &'static str = "identity.vouch";
    type Out = Vouched;
}

#[derive(Deserialize)]
struct Claims {
    #[serde(flatten)]
    times: Times,
    sub: String,
    aud: Option<Audience>,
    email: Option<String>,
    email_verified: Option<bool>,
    name: Option<String>,
    #[serde(alias = "phone_number")]
    phone: Option<String>,
}

impl Read for Vouch {
    fn run(self, cx: &Cx) -> Outcome<Vouched> {
        let proven = read(cx, &self.token)?;
        let email = proven.email.as_ref().map(|email| email.value.as_str());
        let customer = match email {
            Some(email) => {
                owner(cx.sql, "SELECT customer_id AS id FROM emails WHERE email = ?", email)?
            }
            None => {
                let subject = proven.subject.as_deref().unwrap_or_default();
                owner(cx.sql, "SELECT customer_id AS id FROM subjects WHERE subject = ?", subject)?
            }
        };
        let customer = match customer {
            Some(id) => customers::shown(cx.sql, &id)?,
            None => None,
        };
        Ok(Vouched { proven, known: customer.map(|c| customers::kinds(&c)).unwrap_or_default() })
    }
}

/// Reads and verifies a token.
///
/// # Errors
/// [`Code::InvalidToken`] and [`Code::ExpiredToken`].
fn read(cx: &Cx, text: &str) -> Outcome<Proven> {
    let Some(secret) = secret(cx.sql)? else {
        return Err(invalid("is not taken: the workspace has no identity secret; make one first"));
    };
    let token = Token::parse(text).map_err(|fault| as_invalid(&fault))?;
    if token.algorithm != Algorithm::Hs256 {
        return Err(invalid("must be signed with HS256"));
    }
    let old = secret.old.filter(|old| old.until > cx.now).map(|old| old.secret);
    let mut good = false;
    for key in [Some(secret.secret), old].into_iter().flatten() {
        good |= auth::verify(key.as_bytes(), token.signed, &token.signature)?;
    }
    if !good {
        return Err(invalid("is not signed with the workspace's identity secret"));
    }
    let claims: Claims = token
        .claims()
        .map_err(|_| invalid("lacks `sub` or `exp`, or has a claim that is of the wrong type"))?;
    if claims.times.is_over(cx.now) {
        return Err(Fault::refused(
            Code::ExpiredToken,
            "the token is good no more; let your server sign a new one",
        ));
    }
    claims.times.check(cx.now).map_err(|fault| as_invalid(&fault))?;
    if claims.aud.is_some_and(|audience| !audience.has(cx.workspace.as_str())) {
        return Err(invalid("is for somebody else: `aud` does not name the workspace"));
    }
    if !SUBJECT_BYTES.contains(&claims.sub.len()) || claims.sub.chars().any(char::is_control) {
        return Err(invalid("must have a `sub` of 1 to 200 bytes"));
    }
    let mut proven = Proven { subject: Some(claims.sub), ..Proven::default() };
    // What the site itself has not verified proves nothing.
    let email = claims.email.filter(|_| claims.email_verified != Some(false));
    for (kind, value) in
        [(Kind::Email, email), (Kind::Name, claims.name), (Kind::Phone, claims.phone)]
    {
        let Some(value) = value.filter(|value| !value.trim().is_empty()) else { continue };
        let whole = kind != Kind::Phone || value.trim_start().starts_with('+');
        let value = claim(kind, &value, None).ok().filter(|_| whole).ok_or_else(|| {
            let more = if whole { "" } else { " with its country code" };
            invalid(&format!("has a `{}` that is none{more}", kind.as_str()))
        })?;
        *proven.slot(kind) = Some(ProvenValue { value, at: cx.now, proof: Proof::Token });
    }
    Ok(proven)
}

fn invalid(why: &str) -> Fault {
    Fault::refused(Code::InvalidToken, format!("the token {why}"))
}

fn as_invalid(fault: &Fault) -> Fault {
    Fault::refused(Code::InvalidToken, fault.public().detail)
}

fn owner(sql: &Sql, query: &str, key: &str) -> Outcome<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    Ok(sql.first::<Row>(query, bind![key])?.map(|row| row.id))
}

/// Notes that a code is mailed to an address, and says over what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailCode {
    /// To whom.
    pub email: String,
}

/// Over what mails are sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mailer {
    /// How the channel is connected.
    pub connection: Connection,
    /// What it is called.
    pub sender: String,
}

impl Call for MailCode {
    const NAME: &'static str = "identity.mail_code";
    type Out = Mailer;
}

impl Write for MailCode {
    fn run(self, cx: &Cx) -> Outcome<Mailer> {
        let (_, connection, sender) = channels::mailer(cx.sql)?.ok_or_else(|| {
            Error::new(Code::NotFound, "no channel for e-mail is connected, so no code can be sent")
        })?;
        tidy(cx)?;
        let address = id::digest(&[cx.workspace.as_str().as_bytes(), self.email.as_bytes()]);
        let sent = cx.sql.count(
            "SELECT count(*) AS n FROM codes_sent WHERE address = ?",
            bind![address.as_str()],
        )?;
        if sent >= CODES {
            return Err(Fault::RefusedWith {
                error: Error::new(
                    Code::RateLimited,
                    "this address has been sent five codes within an hour",
                ),
                headers: vec![("retry-after", (WHILE_MS / 1000).to_string())],
            });
        }
        cx.sql
            .run("INSERT INTO codes_sent (address, at) VALUES (?, ?)", bind![address, cx.now.0])?;
        Ok(Mailer { connection, sender })
    }
}

/// Forgets to whom codes were mailed an hour ago.
pub fn tidy(cx: &Cx) -> Outcome<()> {
    cx.sql.run("DELETE FROM codes_sent WHERE at <= ?", bind![cx.now.0 - WHILE_MS])
}

/// What has been verified in a conversation, as of what it told of it last; not who signed in.
pub fn find(sql: &Sql, conversation: &str) -> Outcome<Proven> {
    #[derive(Deserialize)]
    struct Row {
        kind: String,
        value: String,
        at: i64,
        proof: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT kind, value, at, proof FROM proven WHERE conversation_id = ?",
        bind![conversation],
    )?;
    let mut proven = Proven::default();
    for row in rows {
        let kind: Kind = word(row.kind)?;
        let value =
            ProvenValue { value: row.value, at: UnixMillis(row.at), proof: word(row.proof)? };
        *proven.slot(kind) = Some(value);
    }
    Ok(proven)
}

/// Puts what a conversation has verified in place of what it told before.
pub fn put(cx: &Cx, conversation: &ConversationId, proven: &Proven) -> Outcome<()> {
    let id = conversation.as_str();
    cx.sql.run("DELETE FROM proven WHERE conversation_id = ?", bind![id])?;
    for kind in Kind::ALL {
        if let Some(ProvenValue { value, at, proof }) = proven.get(kind) {
            cx.sql.run(
                "INSERT INTO proven (conversation_id, kind, value, at, proof) VALUES (?, ?, ?, ?, ?)",
                bind![id, kind.as_str(), value.as_str(), at.0, proof.as_str()],
            )?;
        }
    }
    Ok(())
}

/// The address that decides whose conversation it is: the one that was verified, or else the one
/// that was claimed.
pub fn email_of(claim: &Claim<'_>) -> Option<String> {
    let proven = claim.proven.get(Kind::Email).map(|email| &email.value);
    let claimed = claim.facts.get(Kind::Email).map(|fact| &fact.value);
    proven.or(claimed).map(|email| normalise_email(email))
}

/// As whom a visitor was seen last, and whether that profile has an address. A user of the site is
/// who they were as that user; the browser's profile only completes theirs as long as nobody is
/// known by it, since others may have used the same browser.
pub fn by_subject(
    sql: &Sql,
    claim: &Claim<'_>,
    browser: Option<(CustomerId, bool)>,
) -> Outcome<Option<(CustomerId, bool)>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        has_email: i64,
    }
    let Some(subject) = claim.proven.subject.as_deref() else { return Ok(browser) };
    let row: Option<Row> = sql.first(
        "SELECT c.id, EXISTS (SELECT 1 FROM emails WHERE customer_id = c.id) AS has_email FROM subjects s JOIN customers c ON c.id = s.customer_id WHERE s.subject = ? AND c.moved_to IS NULL",
        bind![subject],
    )?;
    if let Some(row) = row {
        return Ok(Some((row.id.parse()?, row.has_email != 0)));
    }
    let Some((id, false)) = browser else { return Ok(None) };
    let taken =
        sql.count("SELECT count(*) AS n FROM subjects WHERE customer_id = ?", bind![id.as_str()])?;
    Ok((taken == 0).then_some((id, false)))
}

/// Notes whose profile a user of the site is.
pub fn attach(sql: &Sql, claim: &Claim<'_>, customer: &CustomerId) -> Outcome<()> {
    let Some(subject) = claim.proven.subject.as_deref() else { return Ok(()) };
    sql.run(
        "INSERT INTO subjects (subject, customer_id) VALUES (?, ?)
         ON CONFLICT (subject) DO UPDATE SET customer_id = excluded.customer_id",
        bind![subject, customer.as_str()],
    )
}

#[cfg(test)]
mod tests;
