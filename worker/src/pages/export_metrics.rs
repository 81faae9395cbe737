//! Metrics → Export metrics: what the queries over the day files give, with each query.

use super::blank::Wrong;
use super::figures::change;
use super::metrics::Asked;
use super::parts::{self, number};
use super::{Page, Visit, figures_file};
use crate::fault::{Fault, Outcome};
use crate::ledger::exports::Days;
use crate::routes::exports::tally;
use askwell::access::Scope;
use askwell::api::ExportMetricsQuery;
use askwell::export::Metrics;
use askwell::metrics::period::{Comparison, Period};
use askwell::time::Day;
use askwell::{Code, Error};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

const PATH: &str = "/app/metrics/export";
/// Days that are shown when nothing else is asked for.
const DAYS: i64 = 7;
/// The queries, as the documentation has them.
const QUERIES: &str = include_str!("../../../docs/export-sql.md");

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::ExportsRead, |visit| Box::pin(show(visit))),
    Page::get("/app/metrics/export.csv", Scope::ExportsRead, |visit| Box::pin(export(visit))),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    first: String,
    last: String,
    with_bot: bool,
    part: String,
}

/// Which days, and whether only conversations where the bot spoke.
fn asked(visit: &Visit) -> Outcome<(Period, bool)> {
    let Query { first, last, with_bot, .. } = visit.query()?;
    // The newest day that can be sealed is yesterday, and that only after a while.
    let last = if last.is_empty() { visit.now().day().previous().to_string() } else { last };
    let begin = |last: &str| -> Outcome<String> {
        let last: Day = last.parse()?;
        Ok(last.start().plus(-(DAYS - 1) * 24 * 60 * 60 * 1000).clamped().day().to_string())
    };
    let first = if first.is_empty() { begin(&last)? } else { first };
    Ok((Asked { first, last, ..Asked::default() }.period(visit.now())?, with_bot))
}

/// The figures of some days, or why people cannot have them.
async fn count(visit: &Visit, period: Period, with_bot: bool) -> Outcome<Result<Metrics, Error>> {
    let query = ExportMetricsQuery {
        first: period.first,
        last: period.last,
        on: None,
        with_bot,
        leave_out: Vec::new(),
    };
    match tally(&visit.env, &visit.ledger()?, query).await {
        Ok(metrics) => Ok(Ok(metrics)),
        Err(fault) => match fault.public() {
            error if matches!(error.code, Code::NotReady | Code::InvalidField | Code::NotFound) => {
                Ok(Err(error))
            }
            _ => Err(fault),
        },
    }
}

/// The figures of some days beside those of as many days before, where these have files.
struct Compared {
    now: Metrics,
    before: Option<Metrics>,
}

async fn compared(
    visit: &Visit,
    period: Period,
    with_bot: bool,
) -> Outcome<Result<Compared, Error>> {
    let now = match count(visit, period, with_bot).await? {
        Ok(now) => now,
        Err(error) => return Ok(Err(error)),
    };
    // To count days is to seal them, and nobody asked for a day before the first.
    let earlier = period.before();
    let days = visit.call(&Days).await?;
    let begun = days
        .iter()
        .any(|day| day.day <= earlier.last && (day.sealed_at.is_some() || day.conversations > 0));
    let before = if begun { count(visit, earlier, with_bot).await?.ok() } else { None };
    Ok(Ok(Compared { now, before }))
}

async fn show(visit: Visit) -> Outcome<Response> {
    let (period, with_bot) = match asked(&visit) {
        Ok(asked) => asked,
        Err(fault) => return again(&visit, fault),
    };
    let counted = compared(&visit, period, with_bot).await?;
    visit.page("Export metrics", page(period, with_bot, counted.as_ref().map_err(Error::clone)))
}

/// The form with what was typed, where the days are none.
fn again(visit: &Visit, fault: Fault) -> Outcome<Response> {
    let (error, Query { first, last, with_bot, .. }) = (fault.public(), visit.query()?);
    if !super::is_mistake(error.code) {
        return Err(fault);
    }
    let body = html! {
        h1 { "Export metrics" }
        (Wrong::of(&error).above(&[]))
        (form(&first, &last, with_bot))
    };
    Ok(visit.page("Export metrics", body)?.with_status(error.code.status()))
}

fn form(first: &str, last: &str, with_bot: bool) -> Markup {
    html! {
        form method="get" action=(PATH) {
            div.fields {
                label { "First file" input type="date" name="first" value=(first); }
                label { "Last file" input type="date" name="last" value=(last); }
                label { input type="checkbox" name="with_bot" value="true" checked[with_bot]; "Only where the bot spoke" }
                button { "Show" }
            }
        }
    }
}

async fn export(visit: Visit) -> Outcome<Response> {
    let (period, with_bot) = asked(&visit)?;
    let Query { part, .. } = visit.query()?;
    let counted = compared(&visit, period, with_bot).await??;
    let rows = match (part.as_str(), INTENTS.iter().find(|(_, name, _)| *name == part)) {
        ("", _) => rows(&counted),
        (_, Some((_, _, of))) => intent_rows(&counted.intents(*of)),
        _ => return Err(Fault::refused(Code::NotFound, "There are no such figures.")),
    };
    figures_file::response("export-metrics.csv", &rows)
}

/// A metric a row, in the names of the queries; shares are from 0 to 1.
fn rows(compared: &Compared) -> Vec<Vec<String>> {
    let before = compared.before.as_ref().map(totals);
    let said = |value: Value| match value {
        Value::Count(n) => n.to_string(),
        Value::Share(share) => share.map(|share| share.to_string()).unwrap_or_default(),
    };
    let row = |(place, (_, name, value)): (usize, (&str, &str, Value))| {
        let before = before.map(|totals| said(totals[place].2)).unwrap_or_default();
        vec![name.to_owned(), said(value), before]
    };
    let head = ["metric", "value", "before"].map(str::to_owned).to_vec();
    core::iter::once(head).chain(totals(&compared.now).into_iter().enumerate().map(row)).collect()
}

/// Conversations by an intent: what it is, and how many there are now and before, with the share that the bot handled.
#[derive(Debug, Clone, PartialEq)]
struct Intent {
    name: String,
    count: Comparison,
    share: Option<f64>,
    share_before: Option<f64>,
}

/// What is read off the metrics of some days: intents, with their conversations and the bot's share.
type Of = fn(&Metrics) -> Vec<(&str, u64, Option<f64>)>;

/// The intents that are told: what people call them, their name in files, and where they stand.
const INTENTS: [(&str, &str, Of); 2] = [
    ("First meaningful intent", "first", |metrics| {
        let all = metrics.first_meaningful_intents.iter();
        all.map(|i| (i.first_meaningful_intent.as_str(), i.total_conversations, i.bot_handled_rate))
            .collect()
    }),
    ("Last meaningful intent", "last", |metrics| {
        let all = metrics.last_meaningful_intents.iter();
        all.map(|i| (i.last_meaningful_intent.as_str(), i.total_conversations, i.bot_handled_rate))
            .collect()
    }),
];

impl Compared {
    /// The most frequent now first, then those that there were only before.
    fn intents(&self, of: Of) -> Vec<Intent> {
        let (now, before) = (of(&self.now), self.before.as_ref().map(of).unwrap_or_default());
        let here = |all: &[(&str, u64, Option<f64>)], name: &str| {
            let found = all.iter().find(|(known, ..)| *known == name);
            found.map_or((0, None), |(_, count, share)| (*count, *share))
        };
        let gone = before.iter().filter(|(name, ..)| now.iter().all(|(known, ..)| known != name));
        now.iter()
            .chain(gone)
            .map(|(name, ..)| {
                let ((now, share), (before, share_before)) =
                    (here(&now, name), here(&before, name));
                let (name, count) = ((*name).to_owned(), Comparison::of(now, before));
                Intent { name, count, share, share_before }
            })
            .collect()
    }
}

/// An intent a row; shares are from 0 to 1.
fn intent_rows(intents: &[Intent]) -> Vec<Vec<String>> {
    let share = |share: Option<f64>| share.map(|share| share.to_string()).unwrap_or_default();
    let head = [
        "intent",
        "conversations",
        "bot_handled_rate",
        "conversations_before",
        "bot_handled_rate_before",
    ];
    let row = |one: &Intent| {
        let (now, before) = (one.count.now.to_string(), one.count.before.to_string());
        vec![one.name.clone(), now, share(one.share), before, share(one.share_before)]
    };
    core::iter::once(head.map(str::to_owned).to_vec()).chain(intents.iter().map(row)).collect()
}

/// The query of a name, in the dialect that stands first.
fn query(name: &str) -> &'static str {
    ["both", "duckdb"]
        .iter()
        .find_map(|dialect| {
            let (_, rest) = QUERIES.split_once(&format!("```sql {dialect} {name}\n"))?;
            Some(rest.split_once("```")?.0)
        })
        .unwrap_or_default()
}

/// What a metric of the totals is in its query.
fn formula(name: &str) -> Option<String> {
    let (list, _) = query("totals").split_once("\nfrom ")?;
    let list = list.trim_start().strip_prefix("select")?;
    // Columns are separated by commas that stand in no bracket.
    let mut depth = 0;
    let columns = list.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    columns.map(str::trim).find_map(|column| {
        let formula = column.strip_suffix(name)?;
        let formula = formula.strip_suffix(char::is_whitespace)?;
        Some(formula.split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// A figure of the totals.
#[derive(Clone, Copy)]
enum Value {
    Count(u64),
    Share(Option<f64>),
}

impl Value {
    fn shown(self) -> String {
        match self {
            Self::Count(n) => number(n),
            Self::Share(share) => percent(share),
        }
    }

    /// The difference as people say it: counts in percent, shares in points of a percent.
    fn change(self, before: Self) -> String {
        match (self, before) {
            (Self::Count(now), Self::Count(before)) => change(&Comparison::of(now, before)),
            (Self::Share(Some(now)), Self::Share(Some(before))) => {
                format!("{:+.1} points", (now - before) * 100.0)
            }
            _ => "–".to_owned(),
        }
    }
}

/// The totals: what people call each, its name in the query, its value.
fn totals(metrics: &Metrics) -> [(&'static str, &'static str, Value); 9] {
    let share = Value::Share;
    [
        ("Conversations", "total_conversations", Value::Count(metrics.total_conversations)),
        (
            "Handled by the bot",
            "bot_handled_conversations",
            Value::Count(metrics.bot_handled_conversations),
        ),
        ("Bot-handled rate", "bot_handled_rate", share(metrics.bot_handled_rate)),
        ("Deflection rate", "deflection_rate", share(metrics.deflection_rate)),
        ("Escalation rate", "escalation_rate", share(metrics.escalation_rate)),
        ("Failed escalation rate", "failed_escalation_rate", share(metrics.failed_escalation_rate)),
        ("Informed rate", "informed_rate", share(metrics.informed_rate)),
        ("Automation rate", "automation_rate", share(metrics.automation_rate)),
        (
            "Messages understood",
            "messages_understood_rate",
            share(metrics.messages_understood_rate),
        ),
    ]
}

/// The page.
fn page(period: Period, with_bot: bool, counted: Result<&Compared, Error>) -> Markup {
    let with = if with_bot { "&with_bot=true" } else { "" };
    html! {
        div.row.spread {
            h1 { "Export metrics" }
            @if counted.is_ok() {
                a role="button" .secondary href={ "/app/metrics/export.csv?first=" (period.first) "&last=" (period.last) (with) } { "Export CSV" }
            }
        }
        p.muted { "Counted from the sealed day files, by the queries beside the figures; they run as they stand in DuckDB and BigQuery on the same files." }
        (form(&period.first.to_string(), &period.last.to_string(), with_bot))
        @match counted {
            Err(error) => {
                @if error.code == Code::NotReady {
                    (parts::empty("The last day is not sealed yet", html! { "A day is sealed an hour after its end. Choose an earlier last day, or look again later." }))
                } @else {
                    (parts::empty("These days cannot be counted", html! { (error.detail) }))
                }
            }
            Ok(compared) => {
                @let Compared { now: metrics, before } = compared;
                @let before = before.as_ref().map(totals);
                (parts::table("Totals and shares", html! {
                    thead { tr { th scope="col" { "Metric" } th.num scope="col" { "Value" } th.num scope="col" { "Before" } th.num scope="col" { "Change" } th scope="col" { "Formula" } } }
                    tbody {
                        @for (place, (title, name, value)) in totals(metrics).into_iter().enumerate() {
                            @let before = before.map(|totals| totals[place].2);
                            tr {
                                th scope="row" { (title) }
                                td.num.nobr { (value.shown()) }
                                td.num.nobr { (before.map_or("–".to_owned(), Value::shown)) }
                                td.num.nobr { (before.map_or("–".to_owned(), |before| value.change(before))) }
                                td.formula { code { (formula(name).unwrap_or_default()) } }
                            }
                        }
                    }
                }))
                p.muted.small-text {
                    @let earlier = period.before();
                    "Before: the files of " (earlier.first) " to " (earlier.last)
                    @if before.is_none() { ", of which the last is not sealed or does not exist" }
                    "."
                }
                details { summary { "The query of the totals" } pre { code { (query("totals")) } } }
                @for (title, name, of) in INTENTS {
                    @let file = format!("/app/metrics/export.csv?first={}&last={}{with}&part={name}", period.first, period.last);
                    (intents(title, &compared.intents(of), &file))
                }
                details {
                    summary { "The query of the intents" }
                    p.muted.small-text { "For the last one, order desc in the window." }
                    pre { code { (query("first-meaningful")) } }
                }
            }
        }
    }
}

fn intents(title: &str, all: &[Intent], file: &str) -> Markup {
    html! {
        h2 { (title) }
        @if all.is_empty() { p.muted { "No conversation of these days, or of as many before, has one." } }
        @else {
            (parts::table(title, html! {
                thead { tr { th scope="col" { "Intent" } th.num scope="col" { "Conversations" } th.num scope="col" { "Handled by the bot" } th.num scope="col" { "Before" } th.num scope="col" { "Handled before" } th.num scope="col" { "Change" } } }
                tbody { @for one in all { tr {
                    th scope="row" .wrap { (one.name) }
                    td.num { (number(one.count.now)) }
                    td.num.nobr { (percent(one.share)) }
                    td.num { (number(one.count.before)) }
                    td.num.nobr { (percent(one.share_before)) }
                    td.num.nobr { (change(&one.count)) }
                } } }
            }))
            p.small-text { a href=(file) { "CSV" span.vh { " of " (title) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::export::IntentMetrics;

    #[test]
    fn every_metric_has_the_formula_of_its_query() {
        let metrics = Metrics {
            total_conversations: 4,
            bot_handled_rate: Some(0.25),
            first_meaningful_intents: vec![IntentMetrics {
                first_meaningful_intent: HOSTILE.to_owned(),
                total_conversations: 4,
                bot_handled_rate: None,
            }],
            ..Metrics::default()
        };
        for (_, name, _) in totals(&metrics) {
            let formula = formula(name).unwrap_or_default();
            assert!(formula.contains("(") && !formula.contains(" ,"), "{name}: {formula}");
        }
        assert_eq!(formula("total_conversations").unwrap(), "count(distinct conversation_id)");
        assert!(formula("informed_rate").unwrap().contains("last_resolution = 'informed'"));
        assert!(query("first-meaningful").starts_with("with meaningful as ("));
        let day = "2026-11-20".parse().unwrap();
        let period = Period::new(day, day).unwrap();
        let before =
            Metrics { total_conversations: 2, bot_handled_rate: Some(0.5), ..Metrics::default() };
        let counted = Compared { now: metrics, before: Some(before) };
        let text = page(period, true, Ok(&counted)).into_string();
        assert!(text.contains("+100 %") && text.contains("-25.0 points"), "{text}");
        assert!(text.contains("export.csv?first=2026-11-20&amp;last=2026-11-20&amp;with_bot=true"));
        assert!(text.contains("part=first") && text.contains("No conversation of these days"));
        let intents = counted.intents(INTENTS[0].2);
        assert_eq!((intents.len(), intents[0].count.now, intents[0].count.before), (1, 4, 0));
        assert_eq!(intent_rows(&intents)[1], [HOSTILE, "4", "", "0", ""]);
        let turned = Compared { now: Metrics::default(), before: Some(counted.now.clone()) };
        let gone = turned.intents(INTENTS[0].2);
        assert_eq!(
            (gone[0].name.as_str(), gone[0].count.now, gone[0].count.before),
            (HOSTILE, 0, 4)
        );
        assert_eq!(rows(&counted)[1], ["total_conversations", "4", "2"]);
        assert_eq!(rows(&counted)[3], ["bot_handled_rate", "0.25", "0.5"]);
        assert_eq!(rows(&Compared { before: None, ..counted })[1][2], "");
        assert!(
            text.contains("25.0 %") && text.contains("nullif(count(distinct conversation_id), 0)")
        );
        assert!(!text.contains("<script>alert"));
        let error = Error::new(Code::NotReady, "not yet");
        assert!(page(period, false, Err(error)).into_string().contains("not sealed yet"));
    }
}
