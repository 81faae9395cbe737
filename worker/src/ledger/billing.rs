//! What the workspace has subscribed to.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{events, settings};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::event::{AppSurface, ErrorCode, Event, Name, Payload, ResultTag, Scope, UserId};
use askwell::id::{MemberId, OrgId};
use askwell::plan::{Billing, BillingPatch, Payment, Plan, Subscription};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "billing/1",
        // One row a change, so that it can be told since when what was paid for.
        statements: &[
            "CREATE TABLE subscriptions (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT NOT NULL)",
        ],
    }],
    ops: &[Op::read::<Get>(), Op::write::<Put>()],
    ..Room::EMPTY
};

/// How it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get;

impl Call for Get {
    const NAME: &'static str = "billing.get";
    type Out = Billing;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Billing> {
        shown(cx.sql)
    }
}

/// Changes the plan, or whether it is paid for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// What is absent stays.
    pub patch: BillingPatch,
    /// Who does it.
    pub by: MemberId,
}

impl Call for Put {
    const NAME: &'static str = "billing.put";
    type Out = Billing;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<Billing> {
        let before = subscription(cx.sql)?;
        // What was settled in the same breath is settled.
        let payment = self.patch.payment.unwrap_or(before.payment);
        let after = Subscription { payment, ..before };
        let after = after.change_plan(self.patch.plan.unwrap_or(before.plan))?;
        if after != before {
            put(cx, after)?;
            self.tell(cx, before, after)?;
        }
        shown(cx.sql)
    }
}

impl Put {
    fn tell(&self, cx: &Cx, before: Subscription, after: Subscription) -> Outcome<()> {
        let success = (ResultTag::Success, None);
        if after.plan != before.plan {
            self.emit(cx, Name::BillingPlanChanged, success)?;
        }
        if after.payment != before.payment {
            let lapsed = (ResultTag::Failure, Some(ErrorCode::PlanRequired));
            let settled = after.payment == Payment::Current;
            self.emit(cx, Name::BillingPaymentChanged, if settled { success } else { lapsed })?;
        }
        Ok(())
    }

    fn emit(
        &self,
        cx: &Cx,
        name: Name,
        (result, error_code): (ResultTag, Option<ErrorCode>),
    ) -> Outcome<()> {
        let org_id = OrgId::from(cx.workspace);
        let user_id = UserId::Member(self.by.clone());
        let scope = Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
        let payload = Payload {
            app_surface: Some(AppSurface::Settings),
            result: Some(result),
            error_code,
            ..Payload::default()
        };
        let change = cx.sql.count("SELECT max(seq) AS n FROM subscriptions", bind![])?;
        let event = Event::new(name, &scope, None, &change.to_string(), cx.now, payload)?;
        events::emit(cx, &event)
    }
}

#[derive(Deserialize)]
struct Row {
    at: i64,
    body: String,
}

fn newest(sql: &Sql) -> Outcome<Option<(Subscription, UnixMillis)>> {
    let row: Option<Row> =
        sql.first("SELECT at, body FROM subscriptions ORDER BY seq DESC LIMIT 1", bind![])?;
    row.map(|row| Ok((from_json("subscription", &row.body)?, UnixMillis(row.at)))).transpose()
}

/// What the workspace has subscribed to. One of before there were plans has the usual one.
pub fn subscription(sql: &Sql) -> Outcome<Subscription> {
    Ok(newest(sql)?.map(|(subscription, _)| subscription).unwrap_or_default())
}

fn shown(sql: &Sql) -> Outcome<Billing> {
    let (subscription, at) = match newest(sql)? {
        Some(newest) => newest,
        None => (Subscription::default(), settings::read(sql)?.created_at),
    };
    Ok(Billing::of(subscription, at))
}

fn put(cx: &Cx, subscription: Subscription) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO subscriptions (at, body) VALUES (?, ?)",
        bind![cx.now.0, to_json("subscription", &subscription)?],
    )
}

/// Gives a new workspace its plan, paid for.
pub fn begin(cx: &Cx, plan: Plan) -> Outcome<Subscription> {
    let subscription = Subscription { plan, payment: Payment::Current };
    put(cx, subscription)?;
    Ok(subscription)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::Ledger;
    use askwell::Code;
    use askwell::api::PageQuery;

    fn member() -> MemberId {
        MemberId::derive(&[b"an admin"])
    }

    fn put(ledger: &Ledger, plan: Option<Plan>, payment: Option<Payment>) -> Outcome<Billing> {
        ledger.write(Put { patch: BillingPatch { plan, payment }, by: member() })
    }

    fn told(ledger: &Ledger) -> Vec<(String, serde_json::Value)> {
        let events = ledger.read(events::List { page: PageQuery::default() }).items;
        events.into_iter().map(|stored| (stored.name, stored.event["data"].clone())).collect()
    }

    #[test]
    fn every_change_is_told_once_and_nothing_else_is() {
        let ledger = Ledger::new();
        let begun = ledger.read(Get);
        assert_eq!(
            (begun.plan, begun.payment, begun.price_usd),
            (Plan::Professional, Payment::Current, 19)
        );
        assert_eq!(begun.plans.len(), 3);
        let same = put(&ledger, Some(Plan::Professional), None).unwrap();
        assert_eq!((told(&ledger), same.changed_at), (vec![], begun.changed_at));

        let changed = put(&ledger, Some(Plan::Enterprise), None).unwrap();
        assert!(changed.changed_at > begun.changed_at);
        put(&ledger, None, Some(Payment::Overdue)).unwrap();
        put(&ledger, Some(Plan::Starter), Some(Payment::Current)).unwrap();
        let told = told(&ledger);
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "billing.plan_changed",
                "billing.payment_changed",
                "billing.plan_changed",
                "billing.payment_changed"
            ]
        );
        let results: Vec<_> = told.iter().map(|(_, data)| &data["result"]).collect();
        assert_eq!(results, ["success", "failure", "success", "success"]);
        assert_eq!(told[1].1["error_code"], "plan_required");
        assert!(told.iter().all(|(_, data)| data["user_id"] == member().as_str()));
    }

    #[test]
    fn a_refused_upgrade_changes_nothing() {
        let ledger = Ledger::new();
        put(&ledger, None, Some(Payment::Overdue)).unwrap();
        let refused = put(&ledger, Some(Plan::Enterprise), None).unwrap_err();
        assert_eq!(refused.public().code, Code::PaymentRequired);
        assert_eq!(ledger.read(Get).plan, Plan::Professional);
        assert_eq!(told(&ledger).len(), 1);
        put(&ledger, Some(Plan::Enterprise), Some(Payment::Current)).unwrap();
        assert_eq!(ledger.read(Get).plan, Plan::Enterprise);
    }
}
