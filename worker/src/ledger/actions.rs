//! The actions of the workspace. There is one: customer enrichment.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::sections::unchanged_or;
use super::{billing, settings};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::enrichment::{self, Action, ActionPatch, ActionShown, Activation, Provision};
use askwell::id::VisitorId;
use askwell::plan::Subscription;
use askwell::prompt;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "actions/1",
        statements: &[
            "CREATE TABLE workspace_actions (name TEXT PRIMARY KEY, revision INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID",
        ],
    }],
    ops: &[
        Op::read::<Get>(),
        Op::write::<Activate>(),
        Op::write::<Change>(),
        Op::write::<Remove>(),
        Op::read::<Asking>(),
    ],
    ..Room::EMPTY
};

/// An action and how often it has been changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// As the owner sees it.
    pub action: ActionShown,
    /// Counts the changes.
    pub revision: u64,
}

/// How it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get;

impl Call for Get {
    const NAME: &'static str = "actions.get";
    type Out = Found;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Found> {
        found(cx.sql)
    }
}

/// Adds the action as it was reviewed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activate {
    /// What was reviewed.
    pub activation: Activation,
}

impl Call for Activate {
    const NAME: &'static str = "actions.activate";
    type Out = Found;
}

impl Write for Activate {
    fn run(self, cx: &Cx) -> Outcome<Found> {
        let config = self.activation.config.checked()?;
        if enrichment::review(&config).review != self.activation.review {
            return Err(Error::new(
                Code::PreconditionFailed,
                "`review` is of another configuration; review this one, then activate it",
            )
            .into());
        }
        change(cx, None, |action, subscription| action.activate(config, subscription, cx.now))
    }
}

/// Switches or configures it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// What is absent stays.
    pub patch: ActionPatch,
    /// Only if it has been changed so often; whatever it is with none.
    pub revision: Option<u64>,
}

impl Call for Change {
    const NAME: &'static str = "actions.change";
    type Out = Found;
}

impl Write for Change {
    fn run(self, cx: &Cx) -> Outcome<Found> {
        let config = self.patch.config.map(|config| config.checked()).transpose()?;
        let patch = ActionPatch { config, ..self.patch };
        change(cx, self.revision, |action, subscription| action.change(patch, subscription))
    }
}

/// Takes it away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove;

impl Call for Remove {
    const NAME: &'static str = "actions.remove";
    type Out = ();
}

impl Write for Remove {
    fn run(self, cx: &Cx) -> Outcome<()> {
        change(cx, None, |action, _| action.remove()).map(drop)
    }
}

/// How a conversation that begins now is asked in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asking {
    /// Whose it is.
    pub visitor_id: VisitorId,
}

/// What [`Asking`] answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// For the policy.
    pub config: prompt::Config,
    /// Whether the visitor is in the share that is never asked.
    pub held_out: bool,
}

impl Call for Asking {
    const NAME: &'static str = "actions.asking";
    type Out = Asked;
}

impl Read for Asking {
    fn run(self, cx: &Cx) -> Outcome<Asked> {
        let (action, _) = read(cx.sql)?;
        let enabled = action.asks(billing::subscription(cx.sql)?);
        let percent = action.config.hold_out_percent;
        let visitor = self.visitor_id.as_str();
        let held_out = enabled && prompt::held_out(cx.workspace.as_str(), visitor, percent);
        Ok(Asked { config: action.config.policy(enabled), held_out })
    }
}

/// Gives a new workspace its action.
pub fn begin(cx: &Cx, provision: Provision, subscription: Subscription) -> Outcome<()> {
    put(cx, &Action::begin(provision, subscription, cx.now), 1)
}

/// A workspace of before there were actions was asked in from its beginning.
fn read(sql: &Sql) -> Outcome<(Action, u64)> {
    #[derive(Deserialize)]
    struct Row {
        revision: u64,
        body: String,
    }
    let row: Option<Row> = sql.first(
        "SELECT revision, body FROM workspace_actions WHERE name = ?",
        bind![enrichment::NAME],
    )?;
    match row {
        Some(row) => Ok((from_json("action", &row.body)?, row.revision)),
        None => {
            let since = settings::read(sql)?.created_at;
            Ok((Action::begin(Provision::BuiltIn, Subscription::default(), since), 0))
        }
    }
}

fn found(sql: &Sql) -> Outcome<Found> {
    let (action, revision) = read(sql)?;
    Ok(Found { action: action.shown(billing::subscription(sql)?), revision })
}

fn change(
    cx: &Cx,
    expected: Option<u64>,
    work: impl FnOnce(&mut Action, Subscription) -> Result<(), Error>,
) -> Outcome<Found> {
    let (before, revision) = read(cx.sql)?;
    unchanged_or(expected, revision, "the action has been changed meanwhile; read it again")?;
    let mut action = before.clone();
    work(&mut action, billing::subscription(cx.sql)?)?;
    if action != before {
        put(cx, &action, revision + 1)?;
    }
    found(cx.sql)
}

fn put(cx: &Cx, action: &Action, revision: u64) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO workspace_actions (name, revision, body) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, body = excluded.body",
        bind![
            enrichment::NAME,
            i64::try_from(revision).unwrap_or(i64::MAX),
            to_json("action", action)?
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::{Ledger, visitor};
    use askwell::detect::Kind;
    use askwell::enrichment::{ActionState, EnrichmentConfig};
    use askwell::id::MemberId;
    use askwell::plan::{BillingPatch, Payment, Plan};

    fn code<T>(outcome: Outcome<T>) -> Code {
        outcome.err().map_or(Code::Internal, |fault| fault.public().code)
    }

    fn bill(ledger: &Ledger, plan: Plan, payment: Payment) {
        let patch = BillingPatch { plan: Some(plan), payment: Some(payment) };
        ledger.write(billing::Put { patch, by: MemberId::derive(&[b"a"]) }).unwrap();
    }

    fn asked(ledger: &Ledger, n: u32) -> Asked {
        ledger.read(Asking { visitor_id: visitor(n) })
    }

    fn switch(on: bool, revision: Option<u64>) -> Change {
        Change { patch: ActionPatch { enabled: Some(on), config: None }, revision }
    }

    #[test]
    fn a_new_workspace_is_asked_in_until_it_is_switched_off() {
        let ledger = Ledger::new();
        let begun = ledger.read(Get);
        assert_eq!((begun.action.state, begun.revision), (ActionState::Active, 1));
        assert!(asked(&ledger, 1).config.enabled);
        let off = ledger.write(switch(false, Some(1))).unwrap();
        assert_eq!((off.action.state, off.revision), (ActionState::Off, 2));
        assert_eq!(off.action.activated_at, begun.action.activated_at);
        assert!(!asked(&ledger, 1).config.enabled);
        assert_eq!(code(ledger.write(switch(true, Some(1)))), Code::PreconditionFailed);
        assert_eq!(
            ledger.write(switch(false, None)).unwrap().revision,
            2,
            "no change, no revision"
        );
        assert_eq!(code(ledger.write(Remove)), Code::Forbidden);
    }

    #[test]
    fn only_what_was_reviewed_is_activated() {
        let ledger = Ledger::new();
        let config = EnrichmentConfig { fields: vec![Kind::Email], ..EnrichmentConfig::default() };
        let activate = |config: &EnrichmentConfig, review: &str| Activate {
            activation: Activation { config: config.clone(), review: review.to_owned() },
        };
        let other = enrichment::review(&EnrichmentConfig::default()).review;
        assert_eq!(code(ledger.write(activate(&config, &other))), Code::PreconditionFailed);
        assert_eq!(ledger.read(Get).action.config, EnrichmentConfig::default());
        let review = enrichment::review(&config).review;
        ledger.write(activate(&config, &review)).unwrap();
        assert_eq!(asked(&ledger, 1).config.fields, [Kind::Email]);
        bill(&ledger, Plan::Professional, Payment::Overdue);
        assert_eq!(code(ledger.write(activate(&config, &review))), Code::PaymentRequired);
    }

    #[test]
    fn the_plan_decides_at_once() {
        let ledger = Ledger::new();
        bill(&ledger, Plan::Professional, Payment::Overdue);
        assert!(asked(&ledger, 1).config.enabled, "what is active goes on");
        ledger.write(switch(false, None)).unwrap();
        assert_eq!(code(ledger.write(switch(true, None))), Code::PaymentRequired);
        bill(&ledger, Plan::Professional, Payment::Current);
        ledger.write(switch(true, None)).unwrap();
        bill(&ledger, Plan::Starter, Payment::Current);
        assert!(!asked(&ledger, 1).config.enabled);
        bill(&ledger, Plan::Enterprise, Payment::Current);
        assert!(asked(&ledger, 1).config.enabled);
    }

    #[test]
    fn a_share_of_the_visitors_is_held_out_and_stays_so() {
        let ledger = Ledger::new();
        let share = |percent| {
            let config =
                EnrichmentConfig { hold_out_percent: percent, ..EnrichmentConfig::default() };
            let patch = ActionPatch { enabled: None, config: Some(config) };
            ledger.write(Change { patch, revision: None }).unwrap();
            (0..400).filter(|n| asked(&ledger, *n).held_out).collect::<Vec<u32>>()
        };
        assert!(share(0).is_empty());
        let some = share(25);
        assert!((60..140).contains(&some.len()), "{}", some.len());
        let more = share(50);
        assert!(some.iter().all(|n| more.contains(n)), "whoever was held out still is");
        assert_eq!(share(100).len(), 400);
        ledger.write(switch(false, None)).unwrap();
        assert!(!asked(&ledger, 1).held_out, "switched off there is nothing to compare");
    }

    #[test]
    fn a_workspace_of_before_goes_on_being_asked_in() {
        let ledger = Ledger::new();
        for table in ["workspace_actions", "subscriptions"] {
            ledger.sql.run(&format!("DELETE FROM {table}"), bind![]).unwrap();
        }
        let found = ledger.read(Get);
        assert_eq!((found.action.state, found.revision), (ActionState::Active, 0));
        assert!(asked(&ledger, 1).config.enabled);
        assert_eq!(ledger.write(switch(false, Some(0))).unwrap().revision, 1);
    }
}
