//! Metrics → Export metrics: what the queries over the day files give, with each query.

use super::metrics::Asked;
use super::parts::{self, number};
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::routes::exports::tally;
use askwell::access::Scope;
use askwell::api::ExportMetricsQuery;
use askwell::export::Metrics;
use askwell::metrics::period::Period;
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
pub const PAGES: &[Page] = &[Page::get(PATH, Scope::ExportsRead, |visit| Box::pin(show(visit)))];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    first: String,
    last: String,
    with_bot: bool,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let Query { first, last, with_bot } = visit.query()?;
    // The newest day that can be sealed is yesterday, and that only after a while.
    let last = if last.is_empty() { visit.now().day().previous().to_string() } else { last };
    let begin = |last: &str| -> Outcome<String> {
        let last: Day = last.parse()?;
        Ok(last.start().plus(-(DAYS - 1) * 24 * 60 * 60 * 1000).clamped().day().to_string())
    };
    let first = if first.is_empty() { begin(&last)? } else { first };
    let period = Asked { first, last, ..Asked::default() }.period(visit.now())?;
    let query = ExportMetricsQuery {
        first: period.first,
        last: period.last,
        on: None,
        with_bot,
        leave_out: Vec::new(),
    };
    let counted = match tally(&visit.env, &visit.ledger()?, query).await {
        Ok(metrics) => Ok(metrics),
        Err(fault) => match fault.public() {
            error if matches!(error.code, Code::NotReady | Code::InvalidField | Code::NotFound) => {
                Err(error)
            }
            _ => return Err(fault),
        },
    };
    visit.page("Export metrics", page(period, with_bot, counted.as_ref().map_err(Error::clone)))
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

fn totals(metrics: &Metrics) -> [(&'static str, &'static str, String); 9] {
    [
        ("Conversations", "total_conversations", number(metrics.total_conversations)),
        (
            "Handled by the bot",
            "bot_handled_conversations",
            number(metrics.bot_handled_conversations),
        ),
        ("Bot-handled rate", "bot_handled_rate", percent(metrics.bot_handled_rate)),
        ("Deflection rate", "deflection_rate", percent(metrics.deflection_rate)),
        ("Escalation rate", "escalation_rate", percent(metrics.escalation_rate)),
        (
            "Failed escalation rate",
            "failed_escalation_rate",
            percent(metrics.failed_escalation_rate),
        ),
        ("Informed rate", "informed_rate", percent(metrics.informed_rate)),
        ("Automation rate", "automation_rate", percent(metrics.automation_rate)),
        (
            "Messages understood",
            "messages_understood_rate",
            percent(metrics.messages_understood_rate),
        ),
    ]
}

/// The page.
pub fn page(period: Period, with_bot: bool, counted: Result<&Metrics, Error>) -> Markup {
    html! {
        h1 { "Export metrics" }
        p.muted { "Counted from the sealed day files, by the queries beside the figures; they run as they stand in DuckDB and BigQuery on the same files." }
        form method="get" action=(PATH) {
            div.fields {
                label { "First file" input type="date" name="first" value=(period.first); }
                label { "Last file" input type="date" name="last" value=(period.last); }
                label { input type="checkbox" name="with_bot" value="true" checked[with_bot]; "Only where the bot spoke" }
                button { "Show" }
            }
        }
        @match counted {
            Err(error) => {
                @if error.code == Code::NotReady {
                    (parts::empty("The last day is not sealed yet", html! { "A day is sealed an hour after its end. Choose an earlier last day, or look again later." }))
                } @else {
                    (parts::empty("These days cannot be counted", html! { (error.detail) }))
                }
            }
            Ok(metrics) => {
                (parts::table("Totals and shares", html! {
                    thead { tr { th scope="col" { "Metric" } th.num scope="col" { "Value" } th scope="col" { "Formula" } } }
                    tbody {
                        @for (title, name, value) in totals(metrics) {
                            tr { th scope="row" { (title) } td.num.nobr { (value) } td.formula { code { (formula(name).unwrap_or_default()) } } }
                        }
                    }
                }))
                details { summary { "The query of the totals" } pre { code { (query("totals")) } } }
                (intents("First meaningful intent", metrics.first_meaningful_intents.iter().map(|i| (i.first_meaningful_intent.as_str(), i.total_conversations, i.bot_handled_rate))))
                (intents("Last meaningful intent", metrics.last_meaningful_intents.iter().map(|i| (i.last_meaningful_intent.as_str(), i.total_conversations, i.bot_handled_rate))))
                details {
                    summary { "The query of the intents" }
                    p.muted.small-text { "For the last one, order desc in the window." }
                    pre { code { (query("first-meaningful")) } }
                }
            }
        }
    }
}

fn intents<'a>(
    title: &str,
    rows: impl ExactSizeIterator<Item = (&'a str, u64, Option<f64>)>,
) -> Markup {
    html! {
        h2 { (title) }
        @if rows.len() == 0 { p.muted { "No conversation of these days has one." } }
        @else {
            (parts::table(title, html! {
                thead { tr { th scope="col" { "Intent" } th.num scope="col" { "Conversations" } th.num scope="col" { "Handled by the bot" } } }
                tbody { @for (intent, n, rate) in rows { tr { th scope="row" .wrap { (intent) } td.num { (number(n)) } td.num.nobr { (percent(rate)) } } } }
            }))
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
        let text = page(period, true, Ok(&metrics)).into_string();
        assert!(
            text.contains("25.0 %") && text.contains("nullif(count(distinct conversation_id), 0)")
        );
        assert!(!text.contains("<script>alert"));
        let error = Error::new(Code::NotReady, "not yet");
        assert!(page(period, false, Err(error)).into_string().contains("not sealed yet"));
    }
}
