//! How the figures of a question look: as charts, each with its table and its file.

use super::figures::{Chart, Group, Line, bars, card, change, chart};
use super::metrics::{Asked, PATH, Shown, period_fields};
use super::parts::{self, number, percent, platform};
use crate::ledger::fields::{Known, Standing};
use askwell::conversation::Platform;
use askwell::metrics::collected::{CrossTab, Report, ValueReport};
use maud::{Markup, html};

/// Most values in a chart: more cannot be told apart.
const LINES: usize = 6;

/// The page.
pub fn page(asked: &Asked, shown: &Shown) -> Markup {
    let field = &shown.field;
    let report = &shown.report;
    let names: Vec<_> = shown.fields.iter().map(|f| (f.id().to_owned(), f.name())).collect();
    let others: Vec<_> = names.iter().filter(|(id, _)| id != field.id()).cloned().collect();
    let steps = [("day", "Day"), ("week", "Week"), ("month", "Month")];
    let full = Asked {
        field: field.id().to_owned(),
        first: shown.period.first.to_string(),
        last: shown.period.last.to_string(),
        ..asked.clone()
    };
    let query = full.query();
    let click = |value: &str, channel: Option<Platform>| {
        let channel = channel.map_or(full.channel.clone(), |only| only.as_str().to_owned());
        let there = Asked { answer: value.to_owned(), channel, by: String::new(), ..full.clone() };
        format!("{PATH}/conversations?{}", there.query())
    };
    html! {
        div.row.spread {
            h1 { "Data Collection metrics" }
            a role="button" .secondary href={ "/app/metrics/data-collection.csv?" (query) } { "Export CSV" }
        }
        form method="get" action=(PATH) {
            div.fields {
                label {
                    "Question"
                    select name="field" data-go { @for (id, name) in &names { option value=(id) selected[id == field.id()] { (name) } } }
                }
                (period_fields(asked, shown.period))
                label {
                    "Trend by"
                    select name="step" { @for (value, name) in steps { option value=(value) selected[asked.step == value] { (name) } } }
                }
                (parts::select("Against", "by", "Nothing", &others, &asked.by))
                (only(shown, asked))
                button { "Show" }
            }
        }
        p.muted.small-text { (field.field().prompt) }
        @match field.standing {
            Standing::On => {}
            Standing::Off => { p.small-text { span.badge { "off" } " It is put to no conversation now; what was answered before is kept." } }
            Standing::Removed => { p.small-text { span.badge.bad { "removed" } " It was removed; what was answered before is kept." } }
        }
        div.cards {
            (card("Conversations", &report.conversations))
            (card("With a value", &report.answered))
            (card("No answer (null)", &report.null))
            @if report.unresolved.now + report.unresolved.before > 0 { (card("Unresolved", &report.unresolved)) }
            @if report.error.now + report.error.before > 0 { (card("Error", &report.error)) }
            @if report.pending.now + report.pending.before > 0 { (card("Pending", &report.pending)) }
        }
        p.small-text {
            @let states = [("(null)", &report.null), ("(unresolved)", &report.unresolved), ("(error)", &report.error), ("(pending)", &report.pending)];
            @if states.iter().any(|(_, count)| count.now > 0) {
                "Conversations with no value: "
                @for (state, count) in states.iter().filter(|(_, count)| count.now > 0) {
                    a href=(click(state, None)) { (state) " " (number(count.now)) } " "
                }
            }
        }
        @if report.values.is_empty() {
            (parts::empty("No values in this period", html! { "No conversation that ended from " (shown.period.first) " to " (shown.period.last) " was answered with a value. Choose other days." }))
        } @else {
            (rises(report))
            article { header { h2 { "How often" } } (frequency(report, &click)) (file(&full, "", "values, and how often over time")) }
            article { header { h2 { "Over time" } } (chart("Values over time", &trend(report))) (file(&full, "", "values over time")) }
            article { header { h2 { "By channel" } } (bars("Values by channel", &by_channel(report))) (channels(report, &click)) (file(&full, "channels", "values by channel")) }
        }
        @if let Some((other, table)) = &shown.cross { (cross(&full, field, other, table)) }
    }
}

/// Every chart has its figures as a file too.
fn file(asked: &Asked, part: &str, what: &str) -> Markup {
    let query = Asked { part: part.to_owned(), ..asked.clone() }.query();
    html! { p.small-text.flat { a href={ "/app/metrics/data-collection.csv?" (query) } { "CSV" span.vh { " of " (what) } } } }
}

/// Only conversations with an answer to another question, as that which names the product.
fn only(shown: &Shown, asked: &Asked) -> Markup {
    let chosen = asked.with.first().map_or("", String::as_str);
    html! {
        label {
            "Only where"
            select name="with" {
                option value="" { "All" }
                @for field in shown.fields.iter().filter(|field| field.id() != shown.field.id()) {
                    optgroup label=(field.name()) {
                        @for value in &field.field().possible_values {
                            @let one = format!("{}={}", field.id(), value.name());
                            option value=(one) selected[one == chosen] { (field.name()) ": " (value.name()) }
                        }
                    }
                }
            }
        }
    }
}

fn rises(report: &Report) -> Markup {
    let told = report.values.iter().any(|value| value.rise.is_some());
    html! {
        @if told {
            details {
                summary.small-text { "How a rise is told" }
                p.small-text { "The last seven days are held against the four weeks before, by the conditional test of two Poisson rates (exact) and by the same comparison for counts that scatter more (quasi-Poisson, Student's t); the weaker of the two decides. Over all values of a look the chance of any false notice is held at 1 in 100 (Holm), and fewer than five in seven days are never told." }
            }
        }
        @for value in &report.values {
            @if let Some(rise) = &value.rise {
                p.flash.bad role="status" {
                    strong { (value.value) } " is rising: " (number(rise.recent)) " in the last seven days, usually "
                    (format!("{:.1}", rise.usual)) @if rise.p < 0.0001 { " (p < 0.0001)." } @else { " (p = " (format!("{:.4}", rise.p)) ")." }
                }
            }
        }
    }
}

/// Where a count leads: by its value, in a channel or in that which is looked at.
type Click<'a> = &'a dyn Fn(&str, Option<Platform>) -> String;

fn frequency(report: &Report, click: Click<'_>) -> Markup {
    let most = report.values.first().map_or(1, |value| value.count.now.max(1));
    parts::table(
        "How often each value was given",
        html! {
            thead { tr { th scope="col" { "Value" } th.num scope="col" { "Count" } th.num scope="col" { "Share" } th scope="col" { "" span.vh { "Bar" } } th.num scope="col" { "Before" } th.num scope="col" { "Change" } } }
            tbody {
                @for value in &report.values {
                    tr {
                        th scope="row" { a href=(click(&value.value, None)) { (value.value) } }
                        td.num { (number(value.count.now)) }
                        td.num.nobr { (percent(value.count.now, report.answered.now)) }
                        td { progress.bar value=(value.count.now) max=(most) aria-hidden="true" {} }
                        td.num { (number(value.count.before)) }
                        td.num.nobr { (change(&value.count)) }
                    }
                }
            }
        },
    )
}

fn trend(report: &Report) -> Chart {
    let line = |value: &ValueReport| Line {
        name: value.value.clone(),
        counts: value.trend.iter().map(|step| step.count).collect(),
    };
    Chart {
        days: report
            .values
            .first()
            .map(|value| value.trend.iter().map(|step| step.from).collect())
            .unwrap_or_default(),
        series: report.values.iter().take(LINES).map(line).collect(),
    }
}

/// The channels that have anything of these values.
pub fn channels_of(report: &Report) -> Vec<Platform> {
    Platform::ALL
        .into_iter()
        .filter(|p| report.values.iter().any(|value| value.channels.contains_key(p)))
        .collect()
}

fn by_channel(report: &Report) -> Vec<Group> {
    let used = channels_of(report);
    let group = |value: &ValueReport| Group {
        name: value.value.clone(),
        bars: used
            .iter()
            .map(|p| (platform(*p).to_owned(), value.channels.get(p).copied().unwrap_or(0)))
            .collect(),
    };
    report.values.iter().map(group).collect()
}

fn by_other(table: &CrossTab) -> Vec<Group> {
    let group = |(row, cells): (_, &Vec<u64>)| -> Group {
        let columns = table.columns.iter().map(|column| column.as_str().to_owned());
        Group { name: row, bars: columns.zip(cells.iter().copied()).collect() }
    };
    let rows = table.rows.iter().map(|row| row.as_str().to_owned());
    rows.zip(&table.cells).map(group).collect()
}

fn channels(report: &Report, click: Click<'_>) -> Markup {
    let used = channels_of(report);
    parts::table(
        "Values by channel",
        html! {
            thead { tr { th scope="col" { "Value" } @for p in &used { th.num scope="col" { (platform(*p)) } } } }
            tbody {
                @for value in &report.values {
                    tr { th scope="row" { (value.value) } @for p in &used { td.num { @match value.channels.get(p).copied().unwrap_or(0) { 0 => "0", n => { a href=(click(&value.value, Some(*p))) { (number(n)) } } } } } }
                }
            }
        },
    )
}

/// Two questions against each other: the darker, the more; the numbers say it as well.
fn cross(asked: &Asked, field: &Known, other: &Known, table: &CrossTab) -> Markup {
    let click = |row: &str, column: &str| {
        let with = [format!("{}={column}", other.id())];
        let with = asked.with.iter().cloned().chain(with).collect();
        let there = Asked { answer: row.to_owned(), with, ..asked.clone() };
        format!("{PATH}/conversations?{}", there.query())
    };
    let most = table.cells.iter().flatten().copied().max().unwrap_or(0);
    let shade = |n: u64| match (n * 4).checked_div(most) {
        _ if n == 0 => "",
        Some(0 | 1) => "h1",
        Some(2) => "h2",
        Some(3) => "h3",
        _ => "h4",
    };
    let title = format!("{} against {}", field.name(), other.name());
    html! {
        article {
            header { h2 { (title) } }
            @if table.total == 0 { p.muted { "No conversation in this period has an answer to both." } } @else {
                (bars(&title, &by_other(table)))
                (parts::table(&title, html! {
                    thead { tr { th scope="col" { (field.name()) } @for column in &table.columns { th.num scope="col" { (column.as_str()) } } th.num scope="col" { "All" } } }
                    tbody {
                        @for ((row, cells), total) in table.rows.iter().zip(&table.cells).zip(&table.row_totals) {
                            tr {
                                th scope="row" { (row.as_str()) }
                                @for (column, n) in table.columns.iter().zip(cells) {
                                    td class={ "num " (shade(*n)) } {
                                        @if *n > 0 {
                                            a href=(click(row.as_str(), column.as_str())) { (number(*n)) }
                                        } @else { "0" }
                                    }
                                }
                                td.num { (number(*total)) }
                            }
                        }
                        tr { th scope="row" { "All" } @for n in &table.column_totals { td.num { (number(*n)) } } td.num { (number(table.total)) } }
                    }
                }))
                p.muted.small-text { "The darker a cell, the more conversations; each cell has its number." }
                (file(asked, "cross", &title))
            }
        }
    }
}
