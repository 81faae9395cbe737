//! Metrics → Data Collection: what the owner's questions were answered with, counted.

use super::customers::day;
use super::parts::{self, number, percent, platform};
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::{collected, fields, views};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{AnswerFilter, ConversationSummary, Page as ListPage, PageQuery};
use askwell::closing::FieldVersion;
use askwell::conversation::Platform;
use askwell::metrics::collected::{CrossTab, Report, Step, ValueReport};
use askwell::metrics::period::{Comparison, Period};
use askwell::time::{Day, UnixMillis};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use worker::{Response, ResponseBuilder};

const PATH: &str = "/app/metrics/data-collection";
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
        Box::pin(behind(visit))
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
    fn with(&self) -> Outcome<Vec<AnswerFilter>> {
        let read = |text: &String| {
            let (field, value) = text.split_once('=').ok_or_else(|| {
                Fault::refused(Code::InvalidField, "choose one of the answers offered")
            })?;
            Ok(AnswerFilter { field_id: field.to_owned(), value: value.to_owned() })
        };
        self.with.iter().filter(|text| !text.is_empty()).map(read).collect()
    }

    /// As an address has it.
    fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }

    fn step(&self) -> Outcome<Step> {
        Ok(if self.step.is_empty() { Step::Day } else { Step::parse(&self.step)? })
    }
}

/// The filters that all pages with figures have: days and channel.
pub fn period_fields(asked: &Asked, period: Period) -> Markup {
    let platforms: Vec<_> =
        parts::PLATFORMS.iter().map(|p| (p.as_str().to_owned(), platform(*p).to_owned())).collect();
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
        ("", _) => csv(&shown.report),
        ("channels", _) => channels_csv(&shown.report),
        ("cross", cross) => cross_csv(&cross.as_ref().ok_or_else(missing)?.1),
        _ => return Err(Fault::refused(Code::NotFound, "There are no such figures.")),
    };
    csv_response("data-collection.csv", &rows)
}

/// A value a row, a channel a column.
fn channels_csv(report: &Report) -> Vec<Vec<String>> {
    let used = used(report);
    let head =
        core::iter::once("value".to_owned()).chain(used.iter().map(|p| p.as_str().to_owned()));
    let row = |value: &ValueReport| {
        let counts = used.iter().map(|p| value.channels.get(p).copied().unwrap_or(0).to_string());
        core::iter::once(value.value.clone()).chain(counts).collect()
    };
    core::iter::once(head.collect()).chain(report.values.iter().map(row)).collect()
}

/// As the table has it, without the sums.
fn cross_csv(table: &CrossTab) -> Vec<Vec<String>> {
    let columns = table.columns.iter().map(|column| column.as_str().to_owned());
    let head = core::iter::once(String::new()).chain(columns).collect();
    let rows = table.rows.iter().zip(&table.cells).map(|(row, cells)| {
        let counts = cells.iter().map(ToString::to_string);
        core::iter::once(row.as_str().to_owned()).chain(counts).collect()
    });
    core::iter::once(head).chain(rows).collect()
}

/// The conversations behind a count: as many as it counts.
async fn behind(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    let fields = visit.call(&fields::List).await?.list.fields;
    let no_such = || Fault::refused(Code::NotFound, "There is no such question.");
    let field = fields.iter().find(|field| field.id == asked.field).ok_or_else(no_such)?;
    let cursor = Some(asked.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let with = asked.with()?;
    let count = collected::Conversations {
        field_id: field.id.clone(),
        answer: asked.answer.clone(),
        period: asked.period(visit.now())?,
        channel: asked.channel()?,
        with: with.clone(),
        page: PageQuery { cursor, limit: Some(50) },
    };
    let period = count.period;
    let (page, names) = visit.call(&views::Behind { count }).await?;
    let name = |id: &str| {
        let known = fields.iter().find(|field| field.id == id);
        known.map_or_else(|| id.to_owned(), |field| field.field.name.clone())
    };
    let mut all = vec![format!("{}: {}", field.field.name, asked.answer)];
    all.extend(with.iter().map(|with| format!("{}: {}", name(&with.field_id), with.value)));
    visit.page("Conversations", behind_page(&asked, period, &all, &page, &names))
}

/// The list; `all` says what the conversations have in common.
fn behind_page(
    asked: &Asked,
    period: Period,
    all: &[String],
    page: &ListPage<ConversationSummary>,
    names: &[Option<String>],
) -> Markup {
    let kept = asked.with.len() - usize::from(!asked.by.is_empty() && !asked.with.is_empty());
    let back = Asked {
        answer: String::new(),
        cursor: String::new(),
        // The last is the column of a cross-tab's cell.
        with: asked.with.iter().take(kept).cloned().collect(),
        ..asked.clone()
    };
    let next = |cursor: &str| Asked { cursor: cursor.to_owned(), ..asked.clone() };
    html! {
        p { a href={ (PATH) "?" (back.query()) } { "← Data Collection" } }
        h1.wrap { (all.join("; ")) }
        p.muted { "Conversations that ended from " (period.first) " to " (period.last) ", the latest begun first." }
        @if page.items.is_empty() {
            (parts::empty("No conversation fits", html! { "None has this answer in these days any more." }))
        } @else {
            (super::conversations::rows(&page.items, names))
        }
        @if let Some(cursor) = &page.next {
            p { a role="button" .secondary.small href={ (PATH) "/conversations?" (next(cursor).query()) } { "Next page" } }
        }
    }
}

/// A file of comma-separated values to keep.
///
/// # Errors
/// When the answer cannot be built.
pub fn csv_response(name: &str, rows: &[Vec<String>]) -> Outcome<Response> {
    let text: String = rows
        .iter()
        .map(|row| row.iter().map(|cell| quote(cell)).collect::<Vec<_>>().join(",") + "\r\n")
        .collect();
    Ok(ResponseBuilder::new()
        .with_header("content-type", "text/csv; charset=utf-8; header=present")?
        .with_header("content-disposition", &format!("attachment; filename=\"{name}\""))?
        .with_header("cache-control", "no-store")?
        .fixed(text.into_bytes()))
}

/// RFC 4180; what a spreadsheet would take for a formula stands behind an apostrophe.
fn quote(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// A value a row: the counts, and each step of the trend.
fn csv(report: &Report) -> Vec<Vec<String>> {
    let mut head = vec!["value".to_owned(), "count".to_owned(), "before".to_owned()];
    if let Some(first) = report.values.first() {
        head.extend(first.trend.iter().map(|step| step.from.to_string()));
    }
    let row = |value: &ValueReport| {
        let counts = [value.count.now, value.count.before];
        let trend = value.trend.iter().map(|step| step.count);
        let counts = counts.into_iter().chain(trend).map(|n| n.to_string());
        std::iter::once(value.value.clone()).chain(counts).collect()
    };
    std::iter::once(head).chain(report.values.iter().map(row)).collect()
}

/// A difference as people say it.
pub fn change(compared: &Comparison) -> String {
    match compared.change {
        _ if compared.now == compared.before => "no change".to_owned(),
        Some(share) => format!("{:+.0} %", share * 100.0),
        None => "new".to_owned(),
    }
}

/// A figure with its name, beside that of the period before.
pub fn card(name: &str, compared: &Comparison) -> Markup {
    html! {
        section {
            p.small-text.flat { (name) }
            div.figure { (number(compared.now)) }
            span.muted.small-text { (change(compared)) " (before: " (number(compared.before)) ")" }
        }
    }
}

/// What a chart is drawn from.
#[derive(Debug, Serialize)]
pub struct Chart {
    /// The first day of each step.
    pub days: Vec<Day>,
    /// The lines.
    pub series: Vec<Line>,
}

/// A line of a chart.
#[derive(Debug, Serialize)]
pub struct Line {
    /// In the legend.
    pub name: String,
    /// One a step.
    pub counts: Vec<u64>,
}

/// A chart, and the table with the same figures.
pub fn chart(label: &str, chart: &Chart) -> Markup {
    let data = serde_json::to_string(chart).unwrap_or_default();
    let rows = html! {
        thead { tr { th scope="col" { "From" } @for line in &chart.series { th.num scope="col" { (line.name) } } } }
        tbody {
            @for (place, day) in chart.days.iter().enumerate() {
                tr { th scope="row" { (day) } @for line in &chart.series { td.num { (line.counts.get(place).copied().unwrap_or(0)) } } }
            }
        }
    };
    html! {
        div.chart role="img" aria-label={ (label) ": the table below has the same figures" } data-chart=(data) {}
        details { summary { "As a table" } (parts::table(label, rows)) }
    }
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
            article { header { h2 { "How often" } } (frequency(report, &click)) (file(&query, "", "values, and how often over time")) }
            article { header { h2 { "Over time" } } (chart("Values over time", &trend(report))) (file(&query, "", "values over time")) }
            article { header { h2 { "By channel" } } (channels(report, &click)) (file(&query, "channels", "values by channel")) }
        }
        @if let Some((other, table)) = &shown.cross { (cross(&full, field, other, table)) }
    }
}

/// Every chart has its figures as a file too.
fn file(query: &str, part: &str, what: &str) -> Markup {
    html! { p.small-text.flat { a href={ "/app/metrics/data-collection.csv?" (query) "&part=" (part) } { "CSV" span.vh { " of " (what) } } } }
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

fn used(report: &Report) -> Vec<Platform> {
    parts::PLATFORMS
        .into_iter()
        .filter(|p| report.values.iter().any(|value| value.channels.contains_key(p)))
        .collect()
}

fn channels(report: &Report, click: Click<'_>) -> Markup {
    let used = used(report);
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
                (file(&asked.query(), "cross", &title))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_a_file_is_no_formula() {
        assert_eq!(quote("a"), "a");
        assert_eq!(quote("=1+1"), "'=1+1");
        assert_eq!(quote("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

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

    #[test]
    fn a_difference_is_said_for_people() {
        for (now, before, said) in
            [(3, 2, "+50 %"), (1, 2, "-50 %"), (2, 0, "new"), (0, 0, "no change")]
        {
            assert_eq!(change(&Comparison::of(now, before)), said);
        }
    }
}
