//! Actions: what Askwell does in conversations by itself, switching it, and adding what was reviewed.
//! What it asks in which words is set in `configure.rs`.

use super::metrics::{Asked, again, period_fields};
use super::parts::{self, number};
use super::{Page, Visit, billing, configure};
use crate::fault::Outcome;
use crate::ledger::actions::{Change, Found, Get, Remove};
use crate::ledger::asking;
use askwell::access::Scope;
use askwell::detect::Kind;
use askwell::enrichment::report::{AskTally, Difference, EnrichmentReport, Estimate};
use askwell::enrichment::{ActionPatch, ActionShown, ActionState, Blocked};
use askwell::plan::Lack;
use askwell::prompt::{Arm, Moment};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/actions";
const REPORT: &str = "/app/actions/customer-enrichment/report";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::SettingsRead, |visit| Box::pin(list(visit))),
    Page::post("/app/actions/switch", Scope::SettingsWrite, |visit| Box::pin(switch(visit))),
    Page::post("/app/actions/remove", Scope::SettingsWrite, |visit| Box::pin(remove(visit))),
    Page::get(REPORT, Scope::ReportsRead, |visit| Box::pin(report(visit))),
];

async fn list(visit: Visit) -> Outcome<Response> {
    let found = visit.call(&Get).await?;
    visit.page("Actions", page(&found, visit.may(Scope::SettingsWrite)))
}

#[derive(Deserialize)]
struct SwitchForm {
    on: bool,
    revision: u64,
}

async fn switch(mut visit: Visit) -> Outcome<Response> {
    let SwitchForm { on, revision } = visit.form().await?;
    let patch = ActionPatch { enabled: Some(on), config: None };
    let found = visit.call(&Change { patch, revision: Some(revision) }).await?;
    let word = if on {
        "is on: conversations that begin from now on are asked in."
    } else {
        "is off. What was collected stays."
    };
    visit.done(PATH, &format!("{} {word}", found.action.title))
}

async fn remove(visit: Visit) -> Outcome<Response> {
    visit.call(&Remove).await?;
    visit.done(PATH, "The action is removed. What it collected stays.")
}

async fn report(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    const TITLE: &str = "What asking brings";
    let call = asked
        .period(visit.now())
        .and_then(|period| Ok(asking::Report { period, channel: asked.channel()? }));
    let call = match call {
        Ok(call) => call,
        Err(fault) => return again(&visit, (TITLE, visit.desk.path.as_str()), &asked, fault),
    };
    let report = visit.call(&call).await?;
    visit.page(TITLE, report_page(&asked, &report))
}

/// The cards of what was added, and what can be.
pub fn page(found: &Found, may_write: bool) -> Markup {
    let action = &found.action;
    let added = action.state != ActionState::Available;
    html! {
        h1 { "Actions" }
        p.muted { "What Askwell does in your widget's conversations by itself. A change counts for conversations that begin from then on." }
        @if let Some(blocked) = &action.blocked { (panel(blocked, action)) }
        @if added { (card(found, may_write)) }
        @else {
            (parts::empty("No action yet", html! { "Add one below: you see what it asks, when and in which words, before it begins." }))
        }
        @if may_write {
            details open[!added] {
                summary { "Add Action" }
                @if added { p.muted { "Every action that there is has been added." } }
                @else {
                    article {
                        header { h2 { (action.title) } }
                        p { (action.description) }
                        @if action.blocked.is_some() { p.muted { "See above what it needs." } }
                        @else { a role="button" href=(configure::PATH) { "Review and add" } }
                    }
                }
            }
        }
    }
}

/// Why the action is not to be had, and the way to it.
fn panel(blocked: &Blocked, action: &ActionShown) -> Markup {
    let billing = html! { a role="button" href=(billing::PATH) { "Settings → Billing" } };
    html! {
        article {
            @match blocked.reason {
                Lack::PlanRequired => {
                    header { h2 { "Upgrade to have Customer Enrichment" } }
                    p { "Your plan is Starter, which does not have it. Professional ($19 a month) and Enterprise ($49 a month) do, for any number of customers and without fees for each." }
                    @if action.state == ActionState::Active { p { "Until then nobody is asked. Your settings are kept." } }
                }
                Lack::PaymentOverdue => {
                    header { h2 { "A payment is overdue" } }
                    p {
                        "Nothing can be added or switched on until it has come. "
                        @if action.asks { "What is on goes on." }
                    }
                }
            }
            p.flat { (billing) }
        }
    }
}

fn card(found: &Found, may_write: bool) -> Markup {
    let action = &found.action;
    let on = action.state == ActionState::Active;
    html! {
        article {
            header {
                div.row.spread {
                    h2 { (action.title) }
                    @if action.asks { span.badge.good { "Active" } }
                    @else if on { span.badge.bad { "Not in your plan" } }
                    @else { span.badge { "Off" } }
                }
            }
            p { (action.description) }
            dl.facts {
                @if let Some(at) = action.activated_at { dt { "Activated" } dd { (parts::time(at)) } }
                dt { "Asks for" } dd { (fields(&action.config.fields)) }
                dt { "At most" } dd { (parts::count(u64::from(action.config.max_asks), "question")) " in a conversation" }
                @if action.config.hold_out_percent > 0 { dt { "Held out" } dd { (action.config.hold_out_percent) " % of the visitors are never asked" } }
            }
            div.row {
                @if may_write {
                    @if on || action.blocked.is_none() {
                        form method="post" action={ (PATH) "/switch" } {
                            (parts::hidden("revision", &found.revision.to_string()))
                            (parts::hidden("on", if on { "false" } else { "true" }))
                            button.small.secondary[on] role="switch" aria-checked=(if on { "true" } else { "false" }) aria-label=(action.title) { @if on { "Switch off" } @else { "Switch on" } }
                        }
                    }
                }
                a role="button" .secondary.small href=(configure::PATH) { "Configure" }
                a role="button" .secondary.small href=(REPORT) { "What it brings" }
                @if may_write && !action.built_in {
                    form method="post" action={ (PATH) "/remove" } { button.danger.small { "Remove" } }
                }
            }
            @if action.built_in {
                p.muted.small-text.flat { span.badge.odd { "Built in" } " It belongs to every widget and cannot be removed, only switched off." }
            }
        }
    }
}

/// Fields in a row.
pub fn fields(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| parts::kind(*kind)).collect::<Vec<_>>().join(", ")
}

/// A moment, as people say it.
const fn moment(moment: Moment) -> &'static str {
    match moment {
        Moment::Send => "wants something sent",
        Moment::Book => "wants to book",
        Moment::Call => "wants to be called",
        Moment::Handoff => "goes to a person",
        Moment::Returning => "has been here before",
        Moment::Matter => "has a matter of their own",
    }
}

/// What asking costs and brings.
pub fn report_page(asked: &Asked, report: &EnrichmentReport) -> Markup {
    let nothing = report.arms.iter().all(|arm| arm.conversations == 0);
    html! {
        p { a href=(PATH) { "← Actions" } }
        h1 { "What asking brings" }
        form method="get" action=(REPORT) {
            div.fields { (period_fields(asked, report.period)) button { "Show" } }
        }
        @if nothing {
            (parts::empty("No conversations on these days", html! { "Conversations are counted when they have ended. Choose other days." }))
        } @else {
            @for arm in &report.arms {
                @let title = match arm.arm { Arm::Asked => "Visitors who are asked", Arm::HeldOut => "Visitors who are never asked" };
                article {
                    header { h2 { (title) } }
                    p.muted {
                        (parts::count(arm.conversations, "conversation")) "."
                        @if arm.arm == Arm::HeldOut {
                            @if arm.conversations == 0 { " Nobody is held out. Set a share under Configure, and you see what asking changes." }
                            @else { " The questions are those that would have been asked at the same moments." }
                        }
                    }
                    @if arm.conversations > 0 {
                        (parts::table(title, html! {
                            thead { tr { th scope="col" { "Field" } th.num scope="col" { "Given" } th.num scope="col" { "Questions" } th.num scope="col" { "Answered" } th.num scope="col" { "Refused" } th.num scope="col" { "Passed over" } th.num scope="col" { "Left after it" } } }
                            tbody {
                                @for field in &arm.fields {
                                    tr { th scope="row" { (parts::kind(field.field)) } td.num { (number(field.given)) } (tally(&field.total)) }
                                    @for at in &field.moments {
                                        tr { td.muted { (parts::kind(field.field)) ", " (moment(at.moment)) } td.num { "" } (tally(&at.tally)) }
                                    }
                                }
                            }
                        }))
                    }
                }
            }
            article {
                header { h2 { "The difference" } }
                p.muted { "Those who are asked less those who are not, in percentage points, with the interval that holds the true value in 95 of 100 cases. Where 0 is inside, it tells nothing yet." }
                (parts::table("The difference", html! {
                    thead { tr { th scope="col" { "Field" } th.num scope="col" { "Given" } th.num scope="col" { "Answered" } th.num scope="col" { "Left" } } }
                    tbody { @for difference in &report.differences { (differs(difference)) } }
                }))
            }
        }
    }
}

fn tally(tally: &AskTally) -> Markup {
    let of =
        |n: u64| html! { (number(n)) " " span.muted { "(" (parts::percent(n, tally.asks)) ")" } };
    html! {
        td.num { (number(tally.asks)) }
        td.num.nobr { (of(tally.answered)) }
        td.num.nobr { (of(tally.refused)) }
        td.num.nobr { (of(tally.passed_over)) }
        td.num.nobr { (of(tally.left)) }
    }
}

fn differs(difference: &Difference) -> Markup {
    html! {
        tr {
            th scope="row" { (parts::kind(difference.field)) }
            @for estimate in [difference.given, difference.answered, difference.left] {
                td.num.nobr { (estimate.map_or_else(|| "–".to_owned(), points)) }
            }
        }
    }
}

fn points(estimate: Estimate) -> String {
    let Estimate { difference, low, high } = estimate;
    format!("{:+.1} ({:+.1} to {:+.1})", difference * 100.0, low * 100.0, high * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::enrichment::{Action, EnrichmentConfig, Provision};
    use askwell::plan::{Payment, Plan, Subscription};
    use askwell::time::UnixMillis;

    fn drawn(plan: Plan, payment: Payment, provision: Provision, may_write: bool) -> String {
        let before = Subscription { plan: Plan::Professional, payment: Payment::Current };
        let mut action = Action::begin(provision, before, UnixMillis(0));
        action.config = EnrichmentConfig { hold_out_percent: 10, ..EnrichmentConfig::default() };
        let found = Found { action: action.shown(Subscription { plan, payment }), revision: 1 };
        page(&found, may_write).into_string()
    }

    #[test]
    fn what_is_offered_follows_from_the_plan_the_payment_and_the_role() {
        use Provision::{BuiltIn, Optional};
        let usual = drawn(Plan::Professional, Payment::Current, BuiltIn, true);
        assert!(usual.contains("Switch off") && usual.contains("Built in"));
        assert!(!usual.contains("/remove") && usual.contains("10 % of the visitors"));
        let viewer = drawn(Plan::Professional, Payment::Current, BuiltIn, false);
        assert!(!viewer.contains("<form"), "{viewer}");
        let starter = drawn(Plan::Starter, Payment::Current, BuiltIn, true);
        assert!(starter.contains("Upgrade to have") && starter.contains("Not in your plan"));
        let overdue = drawn(Plan::Professional, Payment::Overdue, BuiltIn, true);
        assert!(overdue.contains("A payment is overdue") && overdue.contains("Switch off"));
        let fresh = drawn(Plan::Professional, Payment::Current, Optional, true);
        assert!(fresh.contains("Review and add") && !fresh.contains("Switch o"));
        let barred = drawn(Plan::Starter, Payment::Current, Optional, true);
        assert!(!barred.contains("Review and add") && barred.contains("Settings → Billing"));
    }

    #[test]
    fn a_difference_is_told_with_its_interval() {
        let estimate = Estimate { difference: 0.3, low: -0.05, high: 0.5 };
        assert_eq!(points(estimate), "+30.0 (-5.0 to +50.0)");
    }
}
