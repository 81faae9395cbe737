//! What a workspace has subscribed to, whether it is paid for, and what follows from both.
//!
//! Names, prices and contents are those of the source document on customer enrichment.

use crate::error::{Code, Error};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Where a workspace's plan is seen and chosen, in the API.
pub const BILLING_PATH: &str = "/v1/billing";

/// A plan.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Without customer enrichment.
    Starter,
    /// With customer enrichment.
    #[default]
    Professional,
    /// With customer enrichment and priority support.
    Enterprise,
}

impl Plan {
    /// All of them, the cheapest first.
    pub const ALL: [Self; 3] = [Self::Starter, Self::Professional, Self::Enterprise];

    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Starter => "Starter",
            Self::Professional => "Professional",
            Self::Enterprise => "Enterprise",
        }
    }

    /// US dollars a month, for any number of customers.
    pub fn price_usd(self) -> u32 {
        match self {
            Self::Starter => 9,
            Self::Professional => 19,
            Self::Enterprise => 49,
        }
    }

    /// Whether customer enrichment is part of it.
    pub fn has_enrichment(self) -> bool {
        !matches!(self, Self::Starter)
    }

    /// Whether priority support is part of it.
    pub fn has_priority_support(self) -> bool {
        matches!(self, Self::Enterprise)
    }
}

/// Whether the plan is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// It is.
    #[default]
    Current,
    /// A payment is due and has not come.
    Overdue,
}

/// Why something is not to be had now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// The plan does not have it.
    PlanRequired,
    /// A payment is due.
    PaymentOverdue,
}

impl Lack {
    /// What to do about it.
    pub fn detail(self) -> &'static str {
        match self {
            Self::PlanRequired => {
                "Customer Enrichment needs the Professional or the Enterprise plan; upgrade in Settings → Billing (`PUT /v1/billing`)"
            }
            Self::PaymentOverdue => {
                "a payment is overdue; settle it in Settings → Billing (`GET /v1/billing`), then activate again"
            }
        }
    }
}

impl From<Lack> for Error {
    fn from(lack: Lack) -> Self {
        Self::new(Code::PaymentRequired, lack.detail())
    }
}

/// What a workspace has subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subscription {
    /// The plan.
    pub plan: Plan,
    /// Whether it is paid for.
    pub payment: Payment,
}

impl Subscription {
    /// Why customer enrichment cannot be activated now; none when it can. What the plan lacks comes
    /// first: paying for it would not help.
    pub fn lack(self) -> Option<Lack> {
        if !self.plan.has_enrichment() {
            Some(Lack::PlanRequired)
        } else {
            (self.payment == Payment::Overdue).then_some(Lack::PaymentOverdue)
        }
    }

    /// The subscription with another plan.
    ///
    /// # Errors
    /// [`Code::PaymentRequired`] for a dearer plan while a payment is overdue.
    pub fn change_plan(self, plan: Plan) -> Result<Self, Error> {
        if self.payment == Payment::Overdue && plan > self.plan {
            return Err(Error::new(
                Code::PaymentRequired,
                "a payment is overdue; settle it in Settings → Billing before you upgrade",
            ));
        }
        Ok(Self { plan, ..self })
    }
}

/// `PUT /v1/billing`: chooses a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanChoice {
    /// From now on.
    pub plan: Plan,
}

/// `PUT /v1/workspaces/{workspace_id}/billing` (operator): what the platform's own billing knows. What
/// is absent stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BillingPatch {
    /// The plan from now on.
    pub plan: Option<Plan>,
    /// Whether it is paid for.
    pub payment: Option<Payment>,
}

/// `GET /v1/billing`: the plan, and all that there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Billing {
    /// The plan.
    pub plan: Plan,
    /// What it costs, in US dollars a month.
    pub price_usd: u32,
    /// Whether it is paid for.
    pub payment: Payment,
    /// Since when the plan and its payment are so.
    pub changed_at: UnixMillis,
    /// To choose from, the cheapest first.
    pub plans: Vec<PlanShown>,
}

impl Billing {
    /// How a subscription stands since an instant.
    pub fn of(subscription: Subscription, changed_at: UnixMillis) -> Self {
        let Subscription { plan, payment } = subscription;
        let plans = Plan::ALL.into_iter().map(PlanShown::of).collect();
        Self { plan, price_usd: plan.price_usd(), payment, changed_at, plans }
    }
}

/// What a plan costs and has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanShown {
    /// Which.
    pub plan: Plan,
    /// As it is called.
    pub name: String,
    /// US dollars a month, for any number of customers.
    pub price_usd: u32,
    /// Whether customer enrichment is part of it.
    pub customer_enrichment: bool,
    /// Whether priority support is part of it.
    pub priority_support: bool,
}

impl PlanShown {
    fn of(plan: Plan) -> Self {
        Self {
            plan,
            name: plan.name().to_owned(),
            price_usd: plan.price_usd(),
            customer_enrichment: plan.has_enrichment(),
            priority_support: plan.has_priority_support(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_those_of_the_source() {
        let all = Plan::ALL
            .map(|p| (p.name(), p.price_usd(), p.has_enrichment(), p.has_priority_support()));
        assert_eq!(
            all,
            [
                ("Starter", 9, false, false),
                ("Professional", 19, true, false),
                ("Enterprise", 49, true, true),
            ]
        );
    }

    #[test]
    fn the_plan_comes_before_the_payment() {
        let lack = |plan, payment| Subscription { plan, payment }.lack();
        for payment in [Payment::Current, Payment::Overdue] {
            assert_eq!(lack(Plan::Starter, payment), Some(Lack::PlanRequired));
        }
        for plan in [Plan::Professional, Plan::Enterprise] {
            assert_eq!(lack(plan, Payment::Current), None);
            assert_eq!(lack(plan, Payment::Overdue), Some(Lack::PaymentOverdue));
        }
        for lack in [Lack::PlanRequired, Lack::PaymentOverdue] {
            let error = Error::from(lack);
            assert_eq!(error.code.status(), 402);
            assert!(error.detail.contains(BILLING_PATH), "leads to billing");
        }
    }

    #[test]
    fn nobody_upgrades_on_credit() {
        let overdue = Subscription { plan: Plan::Professional, payment: Payment::Overdue };
        assert_eq!(overdue.change_plan(Plan::Enterprise).unwrap_err().code, Code::PaymentRequired);
        assert_eq!(overdue.change_plan(Plan::Starter).unwrap().plan, Plan::Starter);
        let current = Subscription { payment: Payment::Current, ..overdue };
        assert_eq!(current.change_plan(Plan::Enterprise).unwrap().plan, Plan::Enterprise);
    }
}
