//! Metrics → Signals: the modules of the signals dashboard, each from exactly its inputs, and what the team
//! thinks of conversations.

use super::figures::{Chart, Line, change, chart};
use super::metrics::{Asked, period_fields};
use super::parts::{self, number};
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::ledger::{marks, signals};
use askwell::access::Scope;
use askwell::metrics::feedback::{FeedbackDay, FeedbackReport};
use askwell::metrics::period::Period;
use askwell::metrics::signals::{Figure, Module, Report, State};
use maud::{Markup, html};
use worker::Response;

const PATH: &str = "/app/metrics/signals";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[Page::get(PATH, Scope::ReportsRead, |visit| Box::pin(show(visit)))];

async fn show(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    let period = asked.period(visit.now())?;
    let modules = visit.call(&signals::Get { period, channel: asked.channel()? }).await?;
    let thoughts = visit.call(&marks::Thoughts { period, channel: asked.channel()? }).await?;
    visit.page_with("Signals", page(&asked, period, &modules, &thoughts), &["charts.js"])
}

const fn title(module: Module) -> &'static str {
    match module {
        Module::DissatisfactionDetected => "Dissatisfaction detected",
        Module::SevereNegativeCount => "Severe negative count",
        Module::TopFrictionThemes => "Top friction themes",
        Module::EscalatedForHumanReview => "Escalated for human review",
        Module::HandlingSplit => "Auto / assisted / escalated handling split",
        Module::KbGaps => "KB gaps affecting replies",
        Module::ResolvedRecovered => "Resolved / recovered",
        Module::ReopenedIssues => "Reopened issues",
        Module::SuccessfulHandoff => "Successful human handoff",
    }
}

/// What a figure is of, as people write it.
fn said(figure: &Figure) -> String {
    let words = figure.label.as_ref().unwrap_or(&figure.key).replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The whole page.
pub fn page(
    asked: &Asked,
    period: Period,
    modules: &[Report],
    thoughts: &FeedbackReport,
) -> Markup {
    html! {
        h1 { "Signals" }
        form method="get" action=(PATH) {
            div.fields { (period_fields(asked, period)) button { "Show" } }
        }
        @for module in modules { (card(module)) }
        (feedback(thoughts))
    }
}

/// What the team itself thinks of conversations.
fn feedback(report: &FeedbackReport) -> Markup {
    const TITLE: &str = "Feedback of the team";
    let share = |share: Option<f64>| {
        share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0))
    };
    let lines = [
        ("Good", "good", &report.good, share(report.good_rate), share(report.good_rate_before)),
        (
            "Not good",
            "not_good",
            &report.not_good,
            share(report.good_rate.map(|rate| 1.0 - rate)),
            share(report.good_rate_before.map(|rate| 1.0 - rate)),
        ),
    ];
    html! {
        article {
            header { h2 { (TITLE) } }
            @if report.left.now + report.left.before == 0 {
                p.muted { "Nobody has left feedback on a conversation in these days or in as many before. It is left on the page of a conversation." }
            } @else {
                (parts::table(TITLE, html! {
                    thead { tr { th scope="col" { "Feedback" } th.num scope="col" { "Count" } th.num scope="col" { "Share" } th.num scope="col" { "Before" } th.num scope="col" { "Share before" } th.num scope="col" { "Change" } } }
                    tbody {
                        @for (name, word, count, now, before) in &lines {
                            tr {
                                th scope="row" { a href={ "/app/conversations?feedback=" (word) } { (name) } }
                                td.num { (number(count.now)) }
                                td.num.nobr { (now) }
                                td.num { (number(count.before)) }
                                td.num.nobr { (before) }
                                td.num.nobr { (change(count)) }
                            }
                        }
                    }
                }))
                (chart("Feedback, over time", &thought(report)))
            }
        }
    }
}

fn thought(report: &FeedbackReport) -> Chart {
    let line = |name: &str, count: fn(&FeedbackDay) -> u64| Line {
        name: name.to_owned(),
        counts: report.trend.iter().map(count).collect(),
    };
    Chart {
        days: report.trend.iter().map(|row| row.day).collect(),
        series: vec![line("Good", |row| row.good), line("Not good", |row| row.not_good)],
    }
}

fn card(report: &Report) -> Markup {
    let title = title(report.module);
    html! {
        article {
            header { h2 { (title) } }
            @if report.state != State::Ready {
                p.muted {
                    @if report.state == State::Partial { "Some inputs have not been seen yet: " } @else { "Not enough data yet. Missing: " }
                    @for (place, input) in report.missing.iter().enumerate() {
                        @if place > 0 { ", " }
                        code { (input) }
                    }
                    "."
                }
            }
            @if !report.figures.is_empty() {
                (parts::table(title, html! {
                    thead { tr { th scope="col" { "What" } th.num scope="col" { "Count" } th.num scope="col" { "Share" } th.num scope="col" { "Before" } th.num scope="col" { "Change" } } }
                    tbody {
                        @for figure in &report.figures {
                            tr {
                                th scope="row" { (said(figure)) @if figure.rise.is_some() { " " span.badge.bad { "rising" } } }
                                td.num { (number(figure.count.now)) }
                                td.num.nobr { (figure.share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0))) }
                                td.num { (number(figure.count.before)) }
                                td.num.nobr { (change(&figure.count)) }
                            }
                        }
                    }
                }))
                (chart(&format!("{title}, over time"), &trend(report)))
            }
        }
    }
}

fn trend(report: &Report) -> Chart {
    Chart {
        days: report
            .figures
            .first()
            .map(|figure| figure.trend.iter().map(|day| day.day).collect())
            .unwrap_or_default(),
        series: report
            .figures
            .iter()
            .take(6)
            .map(|figure| Line {
                name: said(figure),
                counts: figure.trend.iter().map(|day| day.count).collect(),
            })
            .collect(),
    }
}
