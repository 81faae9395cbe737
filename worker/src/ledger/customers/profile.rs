//! One customer with all that is kept of them, and who has looked.

use super::tables::Ids;
use super::{HOMES, Value, accesses, find, must};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::cx::Cx;
use crate::ledger::op::Write;
use crate::ledger::{conversations, marks};
use crate::rpc::Call;
use crate::sql::{Sql, word};
use askwell::api::{CustomerProfile, DataPackage, FieldValue, Source};
use askwell::customer::normalise_email;
use askwell::detect::Kind;
use askwell::id::CustomerId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Looks at one customer; that somebody did is noted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Profile {
    /// Whom.
    pub customer_id: CustomerId,
    /// Who looks.
    pub by: String,
}

impl Call for Profile {
    const NAME: &'static str = "customers.profile";
    type Out = CustomerProfile;
}

impl Write for Profile {
    fn run(self, cx: &Cx) -> Outcome<CustomerProfile> {
        let id = must(cx.sql, &self.customer_id)?;
        accesses::note(cx, id.as_str(), &self.by, "profile")?;
        profile(cx.sql, id.as_str())
    }
}

/// All that the ledger keeps of one customer; that somebody took it is noted. What is being said in conversations
/// that are open stands in their objects.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DataPackageOf {
    /// Whose.
    pub customer_id: CustomerId,
    /// Who takes it.
    pub by: String,
}

impl Call for DataPackageOf {
    const NAME: &'static str = "customers.package";
    type Out = DataPackage;
}

impl Write for DataPackageOf {
    fn run(self, cx: &Cx) -> Outcome<DataPackage> {
        let id = must(cx.sql, &self.customer_id)?;
        accesses::note(cx, id.as_str(), &self.by, "package")?;
        let ids = Ids::of(cx.sql, &id)?;
        let mut package = DataPackage {
            profile: profile(cx.sql, id.as_str())?,
            conversations: Vec::with_capacity(ids.conversations.len()),
            conversation_notes: Vec::new(),
            records: ids.records(cx)?,
        };
        for conversation in &ids.conversations {
            package.conversations.extend(conversations::detail(cx.sql, &conversation.parse()?)?);
            package.conversation_notes.extend(marks::notes(cx.sql, conversation)?);
        }
        package.conversations.sort_by_key(|conversation| {
            let summary = &conversation.summary;
            (summary.started_at, summary.conversation_id.clone())
        });
        Ok(package)
    }
}

fn profile(sql: &Sql, root: &str) -> Outcome<CustomerProfile> {
    let all = |select: &str| -> Outcome<Vec<String>> {
        let rows: Vec<Value> = sql.rows(&select.replace("{HOMES}", HOMES), bind![root])?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    };
    let customer =
        find(sql, root)?.ok_or_else(|| Error::new(Code::NotFound, "no such customer"))?;
    let mut fields = Vec::new();
    let mut values = values(sql, root)?;
    for kind in Kind::ALL {
        let mut of_kind = values.take(kind);
        if let Some(place) = stands(sql, root, kind, &of_kind)? {
            of_kind[place].standing = true;
        }
        fields.extend(of_kind);
    }
    fields.sort_by_key(|field| std::cmp::Reverse(field.at));
    let emails = "SELECT email AS value FROM emails WHERE customer_id IN {HOMES} ORDER BY email";
    let visitors = "SELECT id AS value FROM visitors WHERE customer_id IN {HOMES} ORDER BY id";
    let merged = "SELECT id AS value FROM customers WHERE root = ?1 ORDER BY id";
    let tags = "SELECT DISTINCT tag AS value FROM tags WHERE subject IN {HOMES} ORDER BY tag";
    let subjects =
        all("SELECT subject AS value FROM subjects WHERE customer_id IN {HOMES} ORDER BY subject")?;
    let visitors = all(visitors)?.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
    let merged: Vec<CustomerId> =
        all(merged)?.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
    let mut notes = marks::notes(sql, root)?;
    for home in &merged {
        notes.extend(marks::notes(sql, home.as_str())?);
    }
    notes.sort_by_key(|note| std::cmp::Reverse(note.at));
    Ok(CustomerProfile {
        customer,
        tags: all(tags)?,
        notes,
        values: fields,
        emails: all(emails)?,
        visitors,
        subjects,
        merged,
    })
}

/// What a profile shows.
pub struct Standing {
    /// The value.
    pub value: String,
    /// Whether it has been verified, in whatever conversation of the profile.
    pub verified: bool,
}

/// The value of a kind that a profile shows, if it shows any.
pub fn standing(
    sql: &Sql,
    root: &str,
    values: &mut Values,
    kind: Kind,
) -> Outcome<Option<Standing>> {
    let mut all = values.take(kind);
    let Some(place) = stands(sql, root, kind, &all)? else { return Ok(None) };
    let same = |a: &str, b: &str| match kind {
        Kind::Email => normalise_email(a) == normalise_email(b),
        Kind::Name | Kind::Phone => a == b,
    };
    let Some(value) = all[place].value.take() else { return Ok(None) };
    let verified = is_verified(&all[place])
        || all
            .iter()
            .filter(|other| is_verified(other))
            .any(|other| other.value.as_deref().is_some_and(|other| same(other, &value)));
    Ok(Some(Standing { value, verified }))
}

fn is_verified(value: &FieldValue) -> bool {
    matches!(value.source, Source::Verified { .. })
}

/// Which of the values, the latest first, stands: the latest set by hand; where it took the value
/// away, what was said later. What was verified stands before what is claimed. Of e-mail addresses, those that lead
/// here, and of those that were said the ones of the profile itself before those of what was merged into it.
fn stands(sql: &Sql, root: &str, kind: Kind, all: &[FieldValue]) -> Outcome<Option<usize>> {
    let led = match kind {
        Kind::Email => Some(Led::to(sql, root)?),
        Kind::Name | Kind::Phone => None,
    };
    let leads = |value: &FieldValue, own: bool| {
        led.as_ref().is_none_or(|led| led.has(value.value.as_deref(), own))
    };
    // One that was set by hand and leads to another profile by now is not this one's any more.
    let by_hand = all.iter().position(|value| {
        let by_team = matches!(value.source, Source::Team { .. });
        by_team && (value.value.is_none() || leads(value, false))
    });
    let said = match by_hand {
        Some(place) if all[place].value.is_some() => return Ok(Some(place)),
        Some(place) => &all[..place],
        None => all,
    };
    let first = |own: bool| {
        let verified = said.iter().position(|value| is_verified(value) && leads(value, own));
        verified.or_else(|| said.iter().position(|value| leads(value, own)))
    };
    Ok(first(true).or_else(|| first(false)))
}

/// The e-mail addresses that lead to a profile.
struct Led {
    all: BTreeSet<String>,
    /// Those of the home under which it is shown.
    own: BTreeSet<String>,
}

impl Led {
    fn to(sql: &Sql, root: &str) -> Outcome<Self> {
        #[derive(Deserialize)]
        struct Row {
            email: String,
            own: i64,
        }
        let query = format!(
            "SELECT email, customer_id = ?1 AS own FROM emails WHERE customer_id IN {HOMES}"
        );
        let rows: Vec<Row> = sql.rows(&query, bind![root])?;
        let own = rows.iter().filter(|row| row.own != 0).map(|row| row.email.clone()).collect();
        Ok(Self { all: rows.into_iter().map(|row| row.email).collect(), own })
    }

    fn has(&self, email: Option<&str>, own: bool) -> bool {
        let emails = if own { &self.own } else { &self.all };
        email.is_some_and(|email| emails.contains(&normalise_email(email)))
    }
}

/// Everything that is said or set of a profile, by its kind, the latest first.
#[derive(Debug)]
pub struct Values(BTreeMap<Kind, Vec<FieldValue>>);

impl Values {
    fn take(&mut self, kind: Kind) -> Vec<FieldValue> {
        self.0.remove(&kind).unwrap_or_default()
    }
}

/// Everything that is said or set of a profile.
pub fn values(sql: &Sql, root: &str) -> Outcome<Values> {
    #[derive(Deserialize)]
    struct Row {
        value: Option<String>,
        at: i64,
        conversation_id: Option<String>,
        seq: Option<u32>,
        detector: Option<u32>,
        who: Option<String>,
        proof: Option<String>,
        kind: String,
    }
    let rows: Vec<Row> = sql.rows(
        "WITH homes (id) AS MATERIALIZED (SELECT ?1 UNION ALL SELECT id FROM customers WHERE root = ?1),
           talks (id) AS MATERIALIZED (SELECT c.id FROM homes h CROSS JOIN conversations c ON c.customer_id = h.id)
         SELECT f.kind, f.value, f.at, f.conversation_id, f.seq, f.detector, NULL AS who, NULL AS proof FROM talks t CROSS JOIN facts f ON f.conversation_id = t.id
         UNION ALL SELECT p.kind, p.value, p.at, p.conversation_id, NULL, NULL, NULL, p.proof FROM talks t CROSS JOIN proven p ON p.conversation_id = t.id
         UNION ALL SELECT e.kind, e.value, e.at, NULL, NULL, NULL, e.who, NULL FROM homes h CROSS JOIN edits e ON e.customer_id = h.id
         ORDER BY 3 DESC, 4",
        bind![root],
    )?;
    let mut values = Values(BTreeMap::new());
    for row in rows {
        let source = match (row.conversation_id, row.proof) {
            (Some(id), Some(proof)) => {
                Source::Verified { conversation_id: id.parse()?, proof: word(proof)? }
            }
            (Some(id), None) => Source::Conversation {
                conversation_id: id.parse()?,
                seq: row.seq.unwrap_or(0),
                detector: row.detector.unwrap_or(0),
            },
            (None, _) => Source::Team { by: row.who.unwrap_or_default() },
        };
        let kind = word(row.kind)?;
        let at = UnixMillis(row.at);
        let value = FieldValue { kind, value: row.value, at, standing: false, source };
        values.0.entry(kind).or_default().push(value);
    }
    Ok(values)
}
