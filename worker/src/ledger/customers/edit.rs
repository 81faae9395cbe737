//! What the team sets by hand: it stands over what visitors say.

use super::{must, refresh, show};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::cx::Cx;
use crate::ledger::op::Write;
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::api::{Customer, CustomerPatch};
use askwell::customer::{claim, normalise_email};
use askwell::detect::Kind;
use askwell::id::CustomerId;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// Longest value, in characters.
const VALUE_CHARS: usize = 320;

/// Sets or takes away values by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Patch {
    /// Whose.
    pub customer_id: CustomerId,
    /// What.
    pub patch: CustomerPatch,
    /// What was shown of that when somebody began to change it; anything may have stood there with none.
    #[serde(default)]
    pub shown: Option<CustomerPatch>,
    /// Who does it.
    pub by: String,
}

impl Call for Patch {
    const NAME: &'static str = "customers.patch";
    type Out = Customer;
}

impl Write for Patch {
    fn run(self, cx: &Cx) -> Outcome<Customer> {
        let id = must(cx.sql, &self.customer_id)?;
        let shown = self.shown.unwrap_or_default();
        let before = super::find(cx.sql, id.as_str())?;
        for kind in Kind::ALL {
            let (value, shown) = (in_patch(&self.patch, kind), in_patch(&shown, kind));
            let Some(value) = value else { continue };
            let now = before.as_ref().and_then(|customer| match kind {
                Kind::Name => customer.name.as_ref(),
                Kind::Email => customer.email.as_ref(),
                Kind::Phone => customer.phone.as_ref(),
            });
            if shown.is_some_and(|shown| shown.as_ref() != now) && value.as_ref() != now {
                let detail = format!(
                    "the field `{}` has been given another value since you opened the page, which stands above; saved once more, yours takes its place",
                    kind.as_str()
                );
                return Err(Error::new(Code::PreconditionFailed, detail).into());
            }
            let value = value.map(|value| checked(cx.sql, &id, kind, &value)).transpose()?;
            cx.sql.run(
                "INSERT INTO edits (customer_id, kind, value, at, who) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (customer_id, kind) DO UPDATE SET value = excluded.value, at = excluded.at, who = excluded.who",
                bind![id.as_str(), kind.as_str(), value, cx.now.0, self.by.as_str()],
            )?;
        }
        refresh(cx, &id)?;
        show(cx, id.as_str())?;
        super::find(cx.sql, id.as_str())?
            .ok_or_else(|| Error::new(Code::NotFound, "no such customer").into())
    }
}

fn in_patch(patch: &CustomerPatch, kind: Kind) -> Option<Option<String>> {
    match kind {
        Kind::Name => patch.name.clone(),
        Kind::Email => patch.email.clone(),
        Kind::Phone => patch.phone.clone(),
    }
}

fn checked(sql: &Sql, id: &CustomerId, kind: Kind, value: &str) -> Outcome<String> {
    let value = value.trim();
    let wrong = |detail: &str| Error::new(Code::InvalidField, detail.to_owned());
    if bad_text(value, VALUE_CHARS) {
        return Err(wrong(&format!(
            "the field `{}` must have 1 to {VALUE_CHARS} characters and no control characters",
            kind.as_str()
        ))
        .into());
    }
    match kind {
        Kind::Name => Ok(value.to_owned()),
        Kind::Phone => {
            let digits = value.chars().filter(char::is_ascii_digit).count();
            // E.164 has 15 at most; the shortest numbers in use have 3.
            let fits = value.chars().all(|c| c.is_ascii_digit() || "+ -().".contains(c));
            if !fits || !(3..=15).contains(&digits) {
                return Err(wrong("the field `phone` must be a phone number").into());
            }
            // As in a chat: "+49 (0)151 …" has no 0. What the detector does not know is kept as it is written.
            if let Ok(number) = claim(Kind::Phone, value, None) {
                return Ok(number);
            }
            let plus = if value.starts_with('+') { "+" } else { "" };
            Ok(plus.chars().chain(value.chars().filter(char::is_ascii_digit)).collect())
        }
        Kind::Email => {
            let email = normalise_email(value);
            let parts = email.split_once('@').filter(|(local, domain)| {
                !local.is_empty()
                    && domain.contains('.')
                    && !domain.contains('@')
                    && !email.contains(char::is_whitespace)
            });
            if parts.is_none() {
                return Err(wrong("the field `email` must be an e-mail address").into());
            }
            let taken = sql.count(
                "SELECT count(*) AS n FROM emails e JOIN customers h ON h.id = e.customer_id WHERE e.email = ? AND coalesce(h.root, h.id) <> ?",
                bind![email.as_str(), id.as_str()],
            )?;
            if taken > 0 {
                return Err(Error::new(
                    Code::AlreadyExists,
                    "another customer has this e-mail address; merge the two",
                )
                .into());
            }
            Ok(email)
        }
    }
}

/// Whether a text is empty, has more characters (Unicode scalar values) than `most`, or holds control characters
/// other than line breaks and tabs.
pub fn bad_text(text: &str, most: usize) -> bool {
    text.is_empty()
        || text.chars().count() > most
        || text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// A value set by hand.
#[derive(Debug, Clone, Deserialize)]
pub struct Edit {
    /// None where it was taken away.
    pub value: Option<String>,
    /// When.
    pub at: i64,
}

/// What was set by hand of one home.
pub fn of(sql: &Sql, home: &str, kind: Kind) -> Outcome<Option<Edit>> {
    sql.first(
        "SELECT value, at FROM edits WHERE customer_id = ? AND kind = ?",
        bind![home, kind.as_str()],
    )
}
