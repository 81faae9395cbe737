use super::*;
use crate::ledger::record::Record;
use crate::ledger::tests::{Ledger, closing};
use askwell::api::{CustomerProfile, Source};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const SECRET: &str = "is_0123456789abcdefghjkmnpqrs0123456789abcdefghjkmnpqrs";
/// 2026-06-01T01:00:00Z: within the hour after the ledger of the tests begins.
const SOON: i64 = 1_780_275_600;

fn token_with(header: &str, body: &str, secret: &str) -> String {
    let signed = [header, body].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let tag = auth::sign(secret.as_bytes(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn token(body: &str, secret: &str) -> String {
    token_with(r#"{"alg":"HS256","typ":"JWT"}"#, body, secret)
}

fn ready() -> Ledger {
    let ledger = Ledger::new();
    ledger.write(MakeSecret { secret: SECRET.to_owned(), keep_s: 60 }).unwrap();
    ledger
}

fn vouch(ledger: &Ledger, token: &str) -> Result<Vouched, Code> {
    let call = Vouch { token: token.to_owned() };
    ledger.at(|cx| call.run(cx)).map_err(|fault| fault.public().code)
}

#[test]
fn a_token_says_who_somebody_is_only_as_the_site_signed_it() {
    let ledger = ready();
    let body = format!(
        r#"{{"sub":"u-1","exp":{SOON},"email":" Ana@Example.com","name":"Ana Lima","phone":"+442079460958","iat":1}}"#
    );
    let Vouched { proven, known } = vouch(&ledger, &token(&body, SECRET)).unwrap();
    let value = |kind| proven.get(kind).map(|value| value.value.clone()).unwrap();
    assert_eq!(proven.subject.as_deref(), Some("u-1"));
    assert_eq!(value(Kind::Email), "ana@example.com");
    assert_eq!(
        (value(Kind::Name), value(Kind::Phone)),
        ("Ana Lima".into(), "+442079460958".into())
    );
    assert!(known.is_empty());

    let good = token(&body, SECRET);
    let (signed, _) = good.rsplit_once('.').unwrap();
    let (_, tag) = good.rsplit_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(body.replace("u-1", "u-2"));
    let (header, _) = good.split_once('.').unwrap();
    for (why, bad) in [
        ("another secret", token(&body, "another secret of the same length, or so")),
        ("no signature", format!("{signed}.")),
        ("another body", format!("{header}.{other}.{tag}")),
        ("unsigned", token_with(r#"{"alg":"none"}"#, &body, SECRET)),
        ("another algorithm", token_with(r#"{"alg":"RS256"}"#, &body, SECRET)),
        ("a longer hash", token_with(r#"{"alg":"HS512"}"#, &body, SECRET)),
        ("critical extension", token_with(r#"{"alg":"HS256","crit":["b64"]}"#, &body, SECRET)),
        ("no subject", token(&format!(r#"{{"exp":{SOON}}}"#), SECRET)),
        ("an empty subject", token(&format!(r#"{{"sub":"","exp":{SOON}}}"#), SECRET)),
        ("no end", token(r#"{"sub":"u-1"}"#, SECRET)),
        ("not yet", token(&format!(r#"{{"sub":"u-1","nbf":{SOON},"exp":{SOON}}}"#), SECRET)),
        ("another's", token(&format!(r#"{{"sub":"u-1","aud":"stop","exp":{SOON}}}"#), SECRET)),
        ("no address", token(&format!(r#"{{"sub":"u-1","email":"ana","exp":{SOON}}}"#), SECRET)),
        (
            "no country",
            token(&format!(r#"{{"sub":"u-1","phone":"5550132","exp":{SOON}}}"#), SECRET),
        ),
        ("nothing", String::new()),
        ("no token", "a.b.c".to_owned()),
    ] {
        assert_eq!(vouch(&ledger, &bad), Err(Code::InvalidToken), "{why}");
    }
    let over = token(r#"{"sub":"u-1","exp":1780271000}"#, SECRET);
    assert_eq!(vouch(&ledger, &over), Err(Code::ExpiredToken));
    let ours = token(&format!(r#"{{"sub":"u-1","aud":["shop"],"exp":{SOON}}}"#), SECRET);
    assert!(vouch(&ledger, &ours).is_ok());
    let doubtful =
        format!(r#"{{"sub":"u-1","email":"a@b.example","email_verified":false,"exp":{SOON}}}"#);
    assert_eq!(vouch(&ledger, &token(&doubtful, SECRET)).unwrap().proven.email, None);
}

#[test]
fn a_secret_that_was_replaced_is_good_for_as_long_as_was_said() {
    let ledger = ready();
    let body = format!(r#"{{"sub":"u-1","exp":{SOON}}}"#);
    let make = |secret: &str, keep_s| {
        ledger.write(MakeSecret { secret: secret.to_owned(), keep_s }).unwrap()
    };
    assert!(make("second", 60).old_secret_until.is_some());
    assert!(vouch(&ledger, &token(&body, SECRET)).is_ok());
    assert!(vouch(&ledger, &token(&body, "second")).is_ok());
    ledger.wait(60_000);
    assert_eq!(vouch(&ledger, &token(&body, SECRET)), Err(Code::InvalidToken));
    assert!(ledger.read(Get).old_secret_until.is_none());
    assert!(make("third", 0).old_secret_until.is_none());
    assert_eq!(vouch(&ledger, &token(&body, "second")), Err(Code::InvalidToken));
    ledger.write(DropSecret).unwrap();
    assert_eq!(vouch(&ledger, &token(&body, "third")), Err(Code::InvalidToken));
    assert_eq!(ledger.read(Get), IdentityShown::default());
    assert!(!ledger.sql.dump().contains("third"));
}

/// A closing of conversation `n` in browser `who`, as a user of the site with an address.
fn proven(
    ledger: &Ledger,
    n: u32,
    who: u32,
    subject: Option<&str>,
    verified: Option<&str>,
    claimed: Option<&str>,
) -> Record {
    let mut record = closing(ledger, n, 1, who, claimed);
    let at = record.closed.ended_at;
    let value = |text: &str| ProvenValue { value: text.to_owned(), at, proof: Proof::Token };
    record.closed.proven = Proven {
        subject: subject.map(str::to_owned),
        email: verified.map(value),
        ..Proven::default()
    };
    record
}

fn profile(ledger: &Ledger, id: &CustomerId) -> CustomerProfile {
    let look = customers::Profile { customer_id: id.clone(), by: "key".to_owned() };
    ledger.write(look).unwrap()
}

#[test]
fn verified_and_claimed_stay_apart_in_one_profile() {
    let ledger = ready();
    let (ana, li) = (Some("ana@example.com"), Some("li@example.com"));
    let known = ledger.write(proven(&ledger, 1, 1, Some("u-1"), ana, None)).unwrap().customer_id;
    // Somebody elsewhere claims the same address: one profile, and a claim all the same.
    let claimed = ledger.write(closing(&ledger, 2, 1, 2, ana)).unwrap().customer_id;
    assert_eq!(known, claimed);
    let shown = profile(&ledger, &known);
    assert_eq!(shown.customer.verified, [Kind::Email]);
    assert_eq!(shown.customer.conversations, 2);
    assert_eq!(shown.subjects, ["u-1"]);
    let emails: Vec<_> = shown.values.iter().filter(|v| v.kind == Kind::Email).collect();
    let verified = |v: &&&askwell::api::FieldValue| matches!(v.source, Source::Verified { .. });
    assert_eq!((emails.len(), emails.iter().filter(verified).count()), (2, 1));
    assert!(emails.iter().find(verified).unwrap().standing, "also where the claim is newer");
    let claim = ledger
        .read(crate::ledger::conversations::Get {
            conversation_id: crate::ledger::tests::conversation(2),
        })
        .unwrap();
    assert_eq!(claim.proven, Proven::default());

    // Who is signed in and claims another's address gets nowhere near that profile.
    let liar = ledger.write(proven(&ledger, 3, 1, Some("u-1"), ana, li)).unwrap().customer_id;
    assert_eq!(liar, known);
    let honest = ledger.write(proven(&ledger, 4, 3, Some("u-2"), li, None)).unwrap().customer_id;
    assert_ne!(honest, known);
    assert_eq!(profile(&ledger, &known).emails, ["ana@example.com"]);
    assert_eq!(profile(&ledger, &honest).customer.email.as_deref(), li);

    // A claim alone is not verified, wherever it leads.
    let other =
        ledger.write(closing(&ledger, 5, 1, 5, Some("bo@example.com"))).unwrap().customer_id;
    assert!(profile(&ledger, &other).customer.verified.is_empty());
}

#[test]
fn a_user_of_the_site_is_the_same_in_any_browser_and_nobody_else_in_the_same_one() {
    let ledger = ready();
    let (one, two) = (Some("u-1"), Some("u-2"));
    let first = ledger.write(proven(&ledger, 1, 1, one, None, None)).unwrap().customer_id;
    let elsewhere = ledger.write(proven(&ledger, 2, 2, one, None, None)).unwrap().customer_id;
    assert_eq!(first, elsewhere);
    let same_browser = ledger.write(proven(&ledger, 3, 1, two, None, None)).unwrap().customer_id;
    assert_ne!(first, same_browser);
    // An address completes the user's profile, and what was said before signing in joins it.
    let before = ledger.write(closing(&ledger, 4, 1, 9, None)).unwrap().customer_id;
    let mail = Some("cy@example.com");
    let after = ledger.write(proven(&ledger, 5, 9, Some("u-3"), mail, None)).unwrap().customer_id;
    assert_eq!(before, after);
    let body = format!(r#"{{"sub":"u-3","exp":{SOON}}}"#);
    let known = vouch(&ledger, &token(&body, SECRET)).unwrap().known;
    assert!(known.contains(&Kind::Email), "{known:?}");
}

#[test]
fn an_erased_person_leaves_nothing_that_was_verified() {
    let ledger = ready();
    let mail = Some("ana@example.com");
    let id = ledger.write(proven(&ledger, 1, 1, Some("u-secret"), mail, None)).unwrap().customer_id;
    ledger.write(customers::Erase { customer_id: id, by: "key".to_owned() }).unwrap();
    let left = ledger.sql.dump();
    assert!(!left.contains("ana@example.com") && !left.contains("u-secret"));
}

#[test]
fn one_address_gets_five_codes_an_hour_from_all_conversations() {
    let ledger = Ledger::new();
    let mail = || {
        let call = MailCode { email: "ana@example.com".to_owned() };
        ledger.write(call).map(|mailer| mailer.sender).map_err(|fault| fault.public().code)
    };
    assert_eq!(mail(), Err(Code::NotFound), "over what?");
    let channel = askwell::id::ChannelId::derive(&[b"mail"]);
    let connection = r#"{"kind":"email","address":"help@shop.example","send_url":"https://mail.example","send_key":"k"}"#;
    ledger
        .sql
        .run(
            "INSERT INTO channels (id, platform, name, connection, connected_at) VALUES (?, 'email', 'Shop', ?, 1)",
            bind![channel.as_str(), connection],
        )
        .unwrap();
    for _ in 0..5 {
        assert_eq!(mail(), Ok("Shop".to_owned()));
    }
    assert_eq!(mail(), Err(Code::RateLimited));
    assert!(!ledger.sql.dump().contains("ana@example.com"));
    ledger.wait(WHILE_MS);
    assert_eq!(mail(), Ok("Shop".to_owned()));
}
