//! Metrics → Data Collection: what the owner's questions were answered with, counted.

use super::behind;
use super::customers::day;
use super::figures::{Chart, Group, Line, bars, card, change, chart};
use super::figures_file;
use super::parts::{self, number, percent, platform};
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::{collected, fields};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::AnswerFilter;
use askwell::closing::FieldVersion;
use askwell::conversation::Platform;
use askwell::metrics::collected::{CrossTab, Report, Step, ValueReport};
use askwell::metrics::period::Period;
use askwell::time::UnixMillis;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/metrics/data-collection";
/// Days that are shown when nothing else is asked for, today among them.
const DAYS: i64 = 30;
/// Most values in a chart: more cannot be told apart.
const LINES: usize = 6;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::ReportsRead, |visit| Box::pin(show(visit))),
    Page::get("/app/metrics/data-collection.csv", Scope::ReportsRead, |visit| {
        Box::pin(export(visit))
    }),
    Page::get("/app/metrics/data-collection/conversations", Scope::ConversationsRead, |visit| {
        Box::pin(behind::show(visit))
    }),
];

/// What is asked for, as the address has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Which question.
    pub field: String,
    /// The first day.
    pub first: String,
    /// The last day.
    pub last: String,
    /// Only this channel.
    pub channel: String,
    /// How long a step of the trend is.
    pub step: String,
    /// Against which other question.
    pub by: String,
    /// Only conversations with these answers to other questions: `field=answer`.
    pub with: Vec<String>,
    /// Which value the conversations are shown of.
    pub answer: String,
    /// Which figures are exported: nothing for the values, `channels`, `cross`.
    pub part: String,
    /// Where a page of conversations begins.
    pub cursor: String,
}

impl Asked {
    /// The period, by default the last thirty days.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn period(&self, now: UnixMillis) -> Outcome<Period> {
        let last = day(&self.last)?.unwrap_or_else(|| now.day());
        let begin = last.start().plus(-(DAYS - 1) * 24 * 60 * 60 * 1000).clamped();
        Ok(Period::new(day(&self.first)?.unwrap_or_else(|| begin.day()), last)?)
    }

    /// The channel.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn channel(&self) -> Outcome<Option<Platform>> {
        if self.channel.is_empty() {
            return Ok(None);
        }
        let known = Platform::parse(&self.channel);
        known
            .map(Some)
            .ok_or_else(|| Fault::refused(Code::InvalidField, "there is no such channel"))
    }

    /// The answers to other questions.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn with(&self) -> Outcome<Vec<AnswerFilter>> {
        let read = |text: &String| {
            let (field, value) = text.split_once('=').ok_or_else(|| {
                Fault::refused(Code::InvalidField, "choose one of the answers offered")
            })?;
            Ok(AnswerFilter { field_id: field.to_owned(), value: value.to_owned() })
        };
        self.with.iter().filter(|text| !text.is_empty()).map(read).collect()
    }

    /// As an address has it.
    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }

    fn step(&self) -> Outcome<Step> {
        Ok(if self.step.is_empty() { Step::Day } else { Step::parse(&self.step)? })
    }
}

/// The filters that all pages with figures have: days and channel.
pub fn period_fields(asked: &Asked, period: Period) -> Markup {
    let platforms: Vec<_> =
        Platform::ALL.iter().map(|p| (p.as_str().to_owned(), platform(*p).to_owned())).collect();
    html! {
        label { "From" input type="date" name="first" value=(period.first); }
        label { "To" input type="date" name="last" value=(period.last); }
        (parts::select("Channel", "channel", "All", &platforms, &asked.channel))
    }
}

struct Shown {
    fields: Vec<FieldVersion>,
    field: FieldVersion,
    period: Period,
    report: Report,
    cross: Option<(FieldVersion, CrossTab)>,
}

async fn load(visit: &Visit, asked: &Asked) -> Outcome<Option<Shown>> {
    let fields = visit.call(&fields::List).await?.list.fields;
    let find = |id: &str| fields.iter().find(|field| field.id == id).cloned();
    let no_such = || Fault::refused(Code::NotFound, "There is no such question.");
    let field = match asked.field.as_str() {
        "" => fields.first().cloned(),
        id => Some(find(id).ok_or_else(no_such)?),
    };
    let Some(field) = field else { return Ok(None) };
    let (period, channel) = (asked.period(visit.now())?, asked.channel()?);
    let with = asked.with()?.into_iter().next();
    let get = collected::Get {
        field_id: field.id.clone(),
        period,
        step: asked.step()?,
        channel,
        with: with.clone(),
    };
    let report = visit.call(&get).await?;
    let cross = match asked.by.as_str() {
        "" => None,
        id => {
            let other = find(id).ok_or_else(no_such)?;
            let (rows, columns) = (field.id.clone(), other.id.clone());
            let table =
                visit.call(&collected::Cross { rows, columns, period, channel, with }).await?;
            Some((other, table))
        }
    };
    Ok(Some(Shown { fields, field, period, report, cross }))
}

async fn show(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    let body = match load(&visit, &asked).await? {
        None => html! {
            h1 { "Data Collection" }
            (parts::empty("No questions yet", html! { "Questions about every conversation are set under Settings, Data Collection." }))
        },
        Some(shown) => page(&asked, &shown),
    };
    visit.page_with("Data Collection", body, &["charts.js"])
}

async fn export(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    let shown = load(&visit, &asked).await?;
    let shown =
        shown.ok_or_else(|| Fault::refused(Code::NotFound, "There is no such question."))?;
    let missing = || Fault::refused(Code::InvalidField, "Choose the question to put it against.");
    let rows = match (asked.part.as_str(), &shown.cross) {
        ("", _) => figures_file::values(&shown.report),
        ("channels", _) => figures_file::channels(&shown.report),
        ("cross", cross) => figures_file::cross(&cross.as_ref().ok_or_else(missing)?.1),
        _ => return Err(Fault::refused(Code::NotFound, "There are no such figures.")),
    };
    figures_file::response("data-collection.csv", &rows)
}

fn page(asked: &Asked, shown: &Shown) -> Markup {
    let field = &shown.field;
    let report = &shown.report;
    let names: Vec<_> = shown.fields.iter().map(|f| (f.id.clone(), f.field.name.clone())).collect();
    let others: Vec<_> = names.iter().filter(|(id, _)| *id != field.id).cloned().collect();
    let steps = [("day", "Day"), ("week", "Week"), ("month", "Month")];
    let full = Asked {
        field: field.id.clone(),
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
            h1 { "Data Collection" }
            a role="button" .secondary href={ "/app/metrics/data-collection.csv?" (query) } { "Export CSV" }
        }
        form method="get" action=(PATH) {
            div.fields {
                label {
                    "Question"
                    select name="field" data-go { @for (id, name) in &names { option value=(id) selected[*id == field.id] { (name) } } }
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
        p.muted.small-text { (field.field.prompt) }
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
                @for field in shown.fields.iter().filter(|field| field.id != shown.field.id) {
                    optgroup label=(field.field.name) {
                        @for value in &field.field.possible_values {
                            @let one = format!("{}={}", field.id, value.name());
                            option value=(one) selected[one == chosen] { (field.field.name) ": " (value.name()) }
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
fn cross(asked: &Asked, field: &FieldVersion, other: &FieldVersion, table: &CrossTab) -> Markup {
    let click = |row: &str, column: &str| {
        let with = [format!("{}={column}", other.id)];
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
    let title = format!("{} against {}", field.field.name, other.field.name);
    html! {
        article {
            header { h2 { (title) } }
            @if table.total == 0 { p.muted { "No conversation in this period has an answer to both." } } @else {
                (bars(&title, &by_other(table)))
                (parts::table(&title, html! {
                    thead { tr { th scope="col" { (field.field.name) } @for column in &table.columns { th.num scope="col" { (column.as_str()) } } th.num scope="col" { "All" } } }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_thirty_days_until_today_unless_said() {
        let now = UnixMillis::parse_rfc3339("2026-11-25T12:00:00Z").unwrap();
        let period = Asked::default().period(now).unwrap();
        assert_eq!(
            (period.first.to_string(), period.last.to_string()),
            ("2026-10-27".to_owned(), "2026-11-25".to_owned())
        );
        let asked = Asked { first: "2026-12-01".to_owned(), ..Asked::default() };
        assert_eq!(asked.period(now).unwrap_err().public().code, Code::InvalidField);
    }
}
