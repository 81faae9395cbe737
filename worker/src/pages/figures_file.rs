//! Figures of the metrics pages as files for spreadsheets.

use super::metrics_page::channels_of;
use crate::fault::Outcome;
use crate::http;
use askwell::customer::csv::{self, Mode};
use askwell::metrics::collected::{CrossTab, Report, ValueReport};
use worker::Response;

/// A file of comma-separated values to keep.
///
/// # Errors
/// When the answer cannot be built.
pub fn response(name: &str, rows: &[Vec<String>]) -> Outcome<Response> {
    Ok(http::csv_file(name)?
        .with_header("cache-control", "no-store")?
        .fixed(text(rows).into_bytes()))
}

fn text(rows: &[Vec<String>]) -> String {
    let rows = rows.iter().map(|row| csv::row(row, Mode::Safe));
    core::iter::once(csv::begin(Mode::Safe).to_owned()).chain(rows).collect()
}

/// A value a row: the counts, and each step of the trend.
pub fn values(report: &Report) -> Vec<Vec<String>> {
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

/// A value a row, a channel a column.
pub fn channels(report: &Report) -> Vec<Vec<String>> {
    let used = channels_of(report);
    let head =
        core::iter::once("value".to_owned()).chain(used.iter().map(|p| p.as_str().to_owned()));
    let row = |value: &ValueReport| {
        let counts = used.iter().map(|p| value.channels.get(p).copied().unwrap_or(0).to_string());
        core::iter::once(value.value.clone()).chain(counts).collect()
    };
    core::iter::once(head.collect()).chain(report.values.iter().map(row)).collect()
}

/// As the table has it, without the sums.
pub fn cross(table: &CrossTab) -> Vec<Vec<String>> {
    let columns = table.columns.iter().map(|column| column.as_str().to_owned());
    let head = core::iter::once(String::new()).chain(columns).collect();
    let rows = table.rows.iter().zip(&table.cells).map(|(row, cells)| {
        let counts = cells.iter().map(ToString::to_string);
        core::iter::once(row.as_str().to_owned()).chain(counts).collect()
    });
    core::iter::once(head).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_a_file_is_no_formula() {
        let line = |cell: &str| text(&[vec![cell.to_owned()]]);
        // Each file begins with a byte order mark.
        assert_eq!(line("a"), "\u{feff}a\r\n");
        assert_eq!(line("=1+1"), "\u{feff}'=1+1\r\n");
        assert_eq!(line("＝1"), "\u{feff}'＝1\r\n");
        assert_eq!(line("a,\"b\""), "\u{feff}\"a,\"\"b\"\"\"\r\n");
    }
}
