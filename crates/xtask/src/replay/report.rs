//! The table at the end of a replay.

use super::plan::Plan;
use super::play::Played;
use super::settle::Settled;
use super::timing::Timings;
use askwell::api::Overview;
use comfy_table::{CellAlignment, Table, presets};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

/// Prints a line. Whoever stops reading (`| head`) has read enough.
macro_rules! say {
    ($($line:tt)*) => {
        writeln!(std::io::stdout(), $($line)*).unwrap_or_default()
    };
}

/// Everything that the table says.
pub struct Report<'a> {
    /// What was to be told.
    pub plans: &'a [Plan],
    /// What came of telling it.
    pub played: &'a [Played],
    /// What came of waiting.
    pub settled: &'a Settled,
    /// What the workspace held before.
    pub before: &'a Overview,
    /// What it holds now.
    pub overview: &'a Overview,
    /// How long each step took.
    pub timings: &'a Timings,
    /// Until the last message was taken.
    pub talked: Duration,
    /// Until all was still.
    pub total: Duration,
    /// Requests that had to be sent again.
    pub retries: u64,
}

/// How many ids are named before the rest is only counted.
const NAMED: usize = 10;

impl Report<'_> {
    /// Whether nothing was lost, changed or left behind.
    pub fn is_whole(&self) -> bool {
        self.settled.faults.total() == 0
            && self.settled.unclassified.is_empty()
            && self.settled.outbox == 0
            && self.settled.undelivered == 0
            && self.set_aside() == 0
            && self.held_back() == 0
    }

    /// Queue messages that were given up since the replay began.
    fn set_aside(&self) -> u64 {
        self.overview.dead_letters.saturating_sub(self.before.dead_letters)
    }

    /// Events that were held back since the replay began.
    fn held_back(&self) -> u64 {
        self.overview.events_blocked.saturating_sub(self.before.events_blocked)
    }

    /// Prints it to standard output.
    pub fn print(&self) {
        section("Replay", &self.replay());
        print_workspace(self.overview);
        self.print_times();
        if !self.is_whole() {
            say!("\nNot whole:");
            name("  transcripts with faults", &self.settled.faulty);
            name("  not classified", &self.settled.unclassified);
            count("  left in the outbox", self.settled.outbox);
            count("  events undelivered", self.settled.undelivered);
            count("  events held back", self.held_back());
            count("  dead letters", self.set_aside());
        }
    }

    fn replay(&self) -> Vec<(String, String)> {
        let messages: usize = self.plans.iter().map(Plan::messages).sum();
        let already = self.played.iter().filter(|p| p.already_there).count();
        let again: u64 = self.played.iter().map(|p| p.duplicates).sum();
        let faults = self.settled.faults;
        [
            ("conversations", self.plans.len().to_string()),
            ("  already there", already.to_string()),
            ("  not classified", self.settled.unclassified.len().to_string()),
            ("messages", messages.to_string()),
            ("  delivered before", again.to_string()),
            ("  lost", faults.lost.to_string()),
            ("  doubled", faults.doubled.to_string()),
            ("  out of order", faults.out_of_order.to_string()),
            ("  at another time", faults.mistimed.to_string()),
            ("  from nowhere", faults.foreign.to_string()),
            ("requests repeated", self.retries.to_string()),
            ("left in the outbox", self.settled.outbox.to_string()),
            ("events undelivered", self.settled.undelivered.to_string()),
            ("events held back", self.held_back().to_string()),
            ("dead letters", self.set_aside().to_string()),
            ("seconds talking", format!("{:.1}", self.talked.as_secs_f64())),
            ("seconds in all", format!("{:.1}", self.total.as_secs_f64())),
        ]
        .map(|(what, value)| (what.to_owned(), value))
        .to_vec()
    }

    fn print_times(&self) {
        say!("\nMilliseconds per step");
        let mut table = table();
        table.set_header(["", "count", "p50", "p99"]);
        for (kind, count, p50, p99) in self.timings.summary() {
            let ms = |d: Duration| format!("{:.1}", d.as_secs_f64() * 1000.0);
            table.add_row([kind.name().to_owned(), count.to_string(), ms(p50), ms(p99)]);
        }
        print_aligned(table);
    }
}

/// Prints what a workspace holds.
pub fn print_workspace(overview: &Overview) {
    let mut rows = vec![
        ("conversations".to_owned(), overview.conversations.to_string()),
        ("  classified".to_owned(), overview.classified.to_string()),
        ("  open".to_owned(), overview.open.to_string()),
        ("customers found".to_owned(), overview.customers.to_string()),
    ];
    let with = overview.customers_with.iter();
    rows.extend(with.map(|(kind, n)| (format!("  with {kind}"), n.to_string())));
    rows.push(("events undelivered".to_owned(), overview.events_undelivered.to_string()));
    rows.push(("events held back".to_owned(), overview.events_blocked.to_string()));
    rows.push(("dead letters".to_owned(), overview.dead_letters.to_string()));
    section("Workspace, all replays together", &rows);
    for (field, answers) in &overview.answers {
        section(&format!("Answers: {field}"), &counts(answers));
    }
    section("Events", &counts(&overview.events));
}

fn counts(counts: &BTreeMap<String, u64>) -> Vec<(String, String)> {
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    rows.into_iter().map(|(what, n)| (what.clone(), n.to_string())).collect()
}

/// Prints rows of a name and a figure under a title.
pub fn section(title: &str, rows: &[(String, String)]) {
    say!("\n{title}");
    if rows.is_empty() {
        say!(" none");
        return;
    }
    let mut table = table();
    for (what, value) in rows {
        table.add_row([what, value]);
    }
    print_aligned(table);
}

/// A table without lines.
pub fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// Prints a table with its figures flush right.
pub fn print_aligned(mut table: Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    say!("{}", table.trim_fmt());
}

fn name(what: &str, ids: &[String]) {
    if ids.is_empty() {
        return;
    }
    let named = ids.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = ids.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    say!("{what}: {named}{rest}");
}

fn count(what: &str, n: u64) {
    if n > 0 {
        say!("{what}: {n}");
    }
}
