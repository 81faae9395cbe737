//! Metrics → Signals: the modules of the signals dashboard, each from exactly its inputs, and what the team
//! thinks of conversations.

use super::figures::{Chart, Line, change, chart};
use super::metrics::{Asked, again, period_fields};
use super::parts::{self, number};
use super::visit::form_urlencode;
use super::{Page, Visit, figures_file};
use crate::fault::{Fault, Outcome};
use crate::ledger::{marks, signals};
use askwell::Code;
use askwell::access::Scope;
use askwell::metrics::feedback::{FeedbackDay, FeedbackReport};
use askwell::metrics::period::Period;
use askwell::metrics::signals::{Figure, Module, Report, State};
use maud::{Markup, html};
use worker::Response;

const PATH: &str = "/app/metrics/signals";
/// The part of the file that is no module.
const FEEDBACK: &str = "feedback";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::ReportsRead, |visit| Box::pin(show(visit))),
    Page::get("/app/metrics/signals.csv", Scope::ReportsRead, |visit| Box::pin(export(visit))),
];

async fn load(visit: &Visit, asked: &Asked) -> Outcome<(Period, Vec<Report>)> {
    let period = asked.period(visit.now())?;
    Ok((period, visit.call(&signals::Get { period, channel: asked.channel()? }).await?))
}

async fn show(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    let (period, modules) = match load(&visit, &asked).await {
        Ok(loaded) => loaded,
        Err(fault) => return again(&visit, ("Signals", PATH), &asked, fault),
    };
    let thoughts = visit.call(&marks::Thoughts { period, channel: asked.channel()? }).await?;
    visit.page_with("Signals", page(&asked, period, &modules, &thoughts), &["charts.js"])
}

async fn export(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    if asked.part == FEEDBACK {
        let period = asked.period(visit.now())?;
        let report = visit.call(&marks::Thoughts { period, channel: asked.channel()? }).await?;
        return figures_file::response("feedback.csv", &days_of_feedback(&report));
    }
    let (period, mut modules) = load(&visit, &asked).await?;
    if !asked.part.is_empty() {
        modules.retain(|report| report.module.as_str() == asked.part);
        if modules.is_empty() {
            return Err(Fault::refused(Code::NotFound, "There are no such figures."));
        }
    }
    figures_file::response("signals.csv", &rows(period, &modules))
}

/// A day a row.
fn days_of_feedback(report: &FeedbackReport) -> Vec<Vec<String>> {
    let head = ["day", "good", "not_good"].map(str::to_owned).to_vec();
    let row = |row: &FeedbackDay| {
        vec![row.day.to_string(), row.good.to_string(), row.not_good.to_string()]
    };
    core::iter::once(head).chain(report.trend.iter().map(row)).collect()
}

/// A figure a row: its counts, and each day of the trend.
fn rows(period: Period, modules: &[Report]) -> Vec<Vec<String>> {
    let names = ["module", "figure", "count", "share", "before"].map(str::to_owned);
    let head = names.into_iter().chain(period.days().map(|day| day.to_string())).collect();
    let row = |report: &Report, figure: &Figure| {
        let share = figure.share.map(|share| share.to_string()).unwrap_or_default();
        let (now, before) = (figure.count.now.to_string(), figure.count.before.to_string());
        let trend = figure.trend.iter().map(|day| day.count.to_string());
        [title(report.module).to_owned(), said(figure), now, share, before]
            .into_iter()
            .chain(trend)
            .collect()
    };
    let figures = modules.iter().flat_map(|report| report.figures.iter().map(move |f| (report, f)));
    core::iter::once(head).chain(figures.map(|(report, figure)| row(report, figure))).collect()
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
    let file = |part: &str| {
        let (first, last) = (period.first.to_string(), period.last.to_string());
        let query = Asked { first, last, part: part.to_owned(), ..asked.clone() }.query();
        format!("/app/metrics/signals.csv?{query}")
    };
    html! {
        div.row.spread {
            h1 { "Signals" }
            a role="button" .secondary href=(file("")) { "Export CSV" }
        }
        form method="get" action=(PATH) {
            div.fields { (period_fields(asked, period)) button { "Show" } }
        }
        @for module in modules { (card(module, &file(module.module.as_str()))) }
        (feedback(asked, period, thoughts, &file(FEEDBACK)))
    }
}

/// What the team itself thinks of conversations.
fn feedback(asked: &Asked, period: Period, report: &FeedbackReport, file: &str) -> Markup {
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
    let channel = match asked.channel.as_str() {
        "" => String::new(),
        only => format!("&platform={}", form_urlencode(only)),
    };
    let behind = |word: &str| {
        let (first, last) = (period.first, period.last);
        format!(
            "/app/conversations?feedback={word}&feedback_from={first}&feedback_until={last}{channel}"
        )
    };
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
                                th scope="row" { a href=(behind(word)) { (name) } }
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
                p.small-text.flat { a href=(file) { "CSV" span.vh { " of " (TITLE) } } }
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

fn card(report: &Report, file: &str) -> Markup {
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
                p.small-text.flat { a href=(file) { "CSV" span.vh { " of " (title) } } }
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

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::metrics::period::{Comparison, DayCount};

    #[test]
    fn a_file_has_a_row_for_each_figure_and_a_column_for_each_day() {
        let day = |text: &str| text.parse().unwrap();
        let period = Period::new(day("2026-11-20"), day("2026-11-21")).unwrap();
        let trend = period.days().zip([3, 1]).map(|(day, count)| DayCount { day, count }).collect();
        let figure = Figure {
            key: "theme_1".to_owned(),
            label: Some(HOSTILE.to_owned()),
            count: Comparison::of(4, 2),
            share: Some(0.25),
            trend,
            rise: None,
        };
        let report = Report {
            module: Module::TopFrictionThemes,
            state: State::Ready,
            figures: vec![figure],
            missing: Vec::new(),
        };
        let thoughts = askwell::metrics::feedback::report(&[], period);
        let rows = rows(period, core::slice::from_ref(&report));
        assert_eq!(
            rows[0],
            ["module", "figure", "count", "share", "before", "2026-11-20", "2026-11-21"]
        );
        assert_eq!(
            (rows[1][0].as_str(), &rows[1][2..]),
            ("Top friction themes", &["4", "0.25", "2", "3", "1"].map(str::to_owned)[..])
        );
        let text = page(&Asked::default(), period, &[report], &thoughts).into_string();
        assert!(text.contains("part=top_friction_themes") && text.contains("first=2026-11-20"));
        assert!(!text.contains("<script>alert"));
    }
}
