//! Settings → Billing: the plan, what the others cost and have, and whether it is paid for.

use super::parts;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::billing::{Get, Put};
use crate::routes::billing::who;
use askwell::Code;
use askwell::access::{Caller, Scope};
use askwell::plan::{Billing, BillingPatch, Payment, Plan, PlanShown};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/settings/billing";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::SettingsRead, |visit| Box::pin(show(visit))),
    Page::post(PATH, Scope::SettingsWrite, |visit| Box::pin(choose(visit))),
];

async fn show(visit: Visit) -> Outcome<Response> {
    let billing = visit.call(&Get).await?;
    visit.page("Billing", page(&billing, visit.may(Scope::SettingsWrite)))
}

#[derive(Deserialize)]
struct ChooseForm {
    plan: Plan,
}

async fn choose(mut visit: Visit) -> Outcome<Response> {
    let ChooseForm { plan } = visit.form().await?;
    let patch = BillingPatch { plan: Some(plan), payment: None };
    let put = Put { patch, by: who(&Caller::In(visit.principal.clone())) };
    let billing = visit.call(&put).await.map_err(|fault| match fault.public().code {
        // Shown above the plans, and not as a page of its own.
        Code::PaymentRequired => Fault::refused(Code::PreconditionFailed, fault.public().detail),
        _ => fault,
    })?;
    visit.done(PATH, &format!("Your plan is {} now.", billing.plan.name()))
}

/// The page.
pub fn page(billing: &Billing, may_write: bool) -> Markup {
    let overdue = billing.payment == Payment::Overdue;
    html! {
        h1 { "Billing" }
        article {
            header { h2 { "Your plan" } }
            dl.facts {
                dt { "Plan" } dd { strong { (billing.plan.name()) } }
                dt { "Price" } dd { "$" (billing.price_usd) " a month" }
                dt { "Payment" } dd { @if overdue { span.badge.bad { "overdue" } } @else { span.badge.good { "current" } } }
                dt { "So since" } dd { (parts::time(billing.changed_at)) }
            }
            @if overdue {
                p role="alert" { "A payment is overdue. What is active goes on; nothing can be activated and no dearer plan chosen until it has come. Settle the bill that you were sent: this page shows it as soon as the payment is reported." }
            }
        }
        div.cards {
            @for plan in &billing.plans { (card(plan, billing, may_write)) }
        }
        p.muted.small-text { "Prices are in US dollars, for any number of customers: there are no fees for each of them and no limits of use." }
    }
}

fn card(plan: &PlanShown, billing: &Billing, may_write: bool) -> Markup {
    let current = plan.plan == billing.plan;
    let dearer = plan.plan > billing.plan;
    let refused = dearer && billing.payment == Payment::Overdue;
    html! {
        section aria-label=(plan.name) .plan {
            h2 { (plan.name) @if current { " " span.badge.good { "yours" } } }
            p.figure { "$" (plan.price_usd) }
            p.muted.small-text { "a month" }
            ul {
                li { "Customer Enrichment: " @if plan.customer_enrichment { "included" } @else { "not available" } }
                li { "Priority support: " @if plan.priority_support { "included" } @else { "not available" } }
            }
            @if may_write && !current && !refused {
                form method="post" action=(PATH) {
                    (parts::hidden("plan", match plan.plan { Plan::Starter => "starter", Plan::Professional => "professional", Plan::Enterprise => "enterprise" }))
                    @if !dearer && !plan.customer_enrichment && billing.plan.has_enrichment() {
                        p.small-text { "Nobody is asked for contact details any more; what was collected stays." }
                    }
                    button.small.secondary[!dearer] { @if dearer { "Upgrade to " } @else { "Change to " } (plan.name) }
                }
            }
            @if refused { p.muted.small-text { "After the payment has come." } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::plan::Subscription;
    use askwell::time::UnixMillis;

    fn drawn(plan: Plan, payment: Payment, may_write: bool) -> String {
        page(&Billing::of(Subscription { plan, payment }, UnixMillis(0)), may_write).into_string()
    }

    #[test]
    fn plans_and_prices_are_those_of_the_source_and_no_dearer_one_goes_on_credit() {
        let usual = drawn(Plan::Professional, Payment::Current, true);
        for price in ["$9", "$19", "$49"] {
            assert!(usual.contains(&format!(">{price}<")), "{price}");
        }
        assert!(usual.contains("Upgrade to Enterprise") && usual.contains("Change to Starter"));
        let overdue = drawn(Plan::Professional, Payment::Overdue, true);
        assert!(overdue.contains("A payment is overdue") && !overdue.contains("Upgrade to"));
        assert!(overdue.contains("Change to Starter"));
        assert!(!drawn(Plan::Starter, Payment::Current, false).contains("<form"));
    }
}
