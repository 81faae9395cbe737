//! Detection on the development data: exact spans by source and kind, and beside the packages that
//! do parts of it, on the same messages in the same run.

use super::data;
use crate::build;
use crate::command;
use crate::project::Project;
use anyhow::{Context as _, Result};
use askwell::detect::Context;
use askwell::line::detect::{In, Options, run as detect};
use comfy_table::{CellAlignment, Table, presets};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;
use std::time::Instant;

const KINDS: [&str; 3] = ["name", "email", "phone"];

/// Messages for the native run; fewer would time the start of the program.
const NATIVE_LINES: usize = 100_000;

/// Pieces that a scanner could be made to look at again and again.
const HARD: [&str; 22] = [
    "my name is ",
    "I am ",
    "not ",
    "his ",
    "under ",
    "van der ",
    "J. ",
    "@",
    "a@b.co ",
    " at ",
    " dot ",
    "+",
    "(",
    "1 ",
    "555-0132 ",
    ".",
    "\n",
    "です名前は",
    "李",
    "ครับ",
    "e\u{301}",
    "why? ",
];

/// Repetitions of a short text; a long one has [`LONGER`] times as many.
const SHORT: usize = 200;
const LONGER: usize = 32;

/// One message with what is to be found in it.
#[derive(Deserialize)]
struct Message {
    source: String,
    gold: Vec<Span>,
    /// What overlaps one of these counts neither way; the kind may be `*`.
    #[serde(default)]
    ignore: Vec<Span>,
}

/// A place in a text, in code points.
#[derive(Deserialize, Clone)]
struct Span {
    kind: String,
    start: usize,
    end: usize,
    /// In the gold: a name that is in no list.
    #[serde(default)]
    novel: bool,
}

impl Span {
    fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// What `peers.mjs` tells of one system.
#[derive(Deserialize)]
struct System {
    found: Vec<Vec<Span>>,
    speed: u32,
    bytes: usize,
}

/// Counts over messages.
#[derive(Default)]
struct Score {
    gold: usize,
    predicted: usize,
    exact: usize,
    /// Messages without gold of the kind, and those among them on which nothing was reported.
    without: usize,
    clean: usize,
}

impl Score {
    fn add(&mut self, gold: &[&Span], predicted: &[&Span]) {
        self.gold += gold.len();
        self.predicted += predicted.len();
        let same = |g: &Span, p: &Span| (g.start, g.end) == (p.start, p.end);
        self.exact += gold.iter().filter(|g| predicted.iter().any(|p| same(g, p))).count();
        if gold.is_empty() {
            self.without += 1;
            self.clean += usize::from(predicted.is_empty());
        }
    }

    fn cells(&self) -> [String; 6] {
        let share = |part: usize, whole: usize| match whole {
            0 => "-".to_owned(),
            _ => format!("{:.3}", part as f64 / whole as f64),
        };
        [
            self.gold.to_string(),
            share(self.exact, self.predicted),
            share(self.exact, self.gold),
            // 2PR / (P + R) with both written out.
            share(2 * self.exact, self.gold + self.predicted),
            match self.without {
                0 => "-".to_owned(),
                n => format!("{:.4}", self.clean as f64 / n as f64),
            },
            self.without.to_string(),
        ]
    }
}

/// Prints the three tables.
pub fn run(project: &Project) -> Result<()> {
    let Some(file) = data(project, "detect/train.jsonl") else { return Ok(()) };
    let text = fs::read_to_string(&file)?;
    let messages: Vec<Message> =
        text.lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()
            .with_context(|| format!("{} is not of its form", file.display()))?;
    let found = text.lines().map(native).collect::<Result<Vec<_>>>()?;

    let mut by_source = table(["kind", "source"]);
    for kind in KINDS {
        for (source, score) in scores(&messages, &found, kind) {
            if score.gold + score.predicted > 0 {
                by_source.add_row([vec![kind.to_owned(), source], score.cells().to_vec()].concat());
            }
        }
    }
    println!("Exact spans on {} messages:\n{}\n", messages.len(), right(by_source));

    build::run(project, Some(build::Part::Widget))?;
    let bench = project.path("tests/bench/detect");
    command::run(
        project.command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&bench),
    )?;
    let out = project.path("target/bench-detect.json");
    let mut peers = project.command("node");
    command::run(peers.arg(bench.join("peers.mjs")).arg(&file).arg(&out))?;
    let systems: BTreeMap<String, System> = serde_json::from_slice(&fs::read(&out)?)?;

    let mut beside = table(["kind", "system"]);
    let mut sizes = Table::new();
    sizes.load_style(presets::NOTHING).set_header(["system", "messages/s", "bytes gzip -9"]);
    for kind in KINDS {
        for (name, system) in &systems {
            let all = scores(&messages, &system.found, kind).remove("all").unwrap_or_default();
            if all.predicted > 0 {
                beside
                    .add_row([vec![kind.to_owned(), name.clone()], all.cells().to_vec()].concat());
            }
        }
    }
    for (name, system) in &systems {
        sizes.add_row([name.clone(), system.speed.to_string(), system.bytes.to_string()]);
    }
    let speed = native_speed(project, &text)?;
    sizes.add_row(["askwell detect, native".to_owned(), speed.to_string(), "-".to_owned()]);
    println!("The same messages, beside its peers:\n{}\n", right(beside));
    println!("One thread; wasm and JavaScript in Node.js:\n{}\n", right(sizes));
    let (piece, ratio) = slowest();
    println!(
        "Time for {LONGER} times the text: at most {ratio:.0} times as long ({piece:?} repeated)"
    );
    Ok(())
}

fn native(line: &str) -> Result<Vec<Span>> {
    let input: In = serde_json::from_str(line)?;
    let out = serde_json::to_value(detect(&input, Options::default()))?;
    Ok(Vec::<Span>::deserialize(&out["found"])?)
}

/// The piece whose repetition takes the most time for [`LONGER`] times the text, and how many times
/// as long that takes: about [`LONGER`] where the time is linear, its square where it is quadratic.
fn slowest() -> (&'static str, f64) {
    let time = |text: &str| {
        let runs = (0..5).map(|_| {
            let begun = Instant::now();
            askwell::detect::detect(text, &Context::default());
            begun.elapsed().as_secs_f64()
        });
        runs.fold(f64::INFINITY, f64::min)
    };
    let ratio = |piece: &str| time(&piece.repeat(SHORT * LONGER)) / time(&piece.repeat(SHORT));
    let all = HARD.into_iter().map(|piece| (piece, ratio(piece)));
    all.fold(("", 0.0), |worst, one| if one.1 > worst.1 { one } else { worst })
}

/// By source, and all together.
fn scores(messages: &[Message], found: &[Vec<Span>], kind: &str) -> BTreeMap<String, Score> {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for (message, found) in messages.iter().zip(found) {
        let ignored = |p: &Span| {
            message.ignore.iter().any(|i| (i.kind == "*" || i.kind == p.kind) && i.overlaps(p))
        };
        let gold: Vec<&Span> = message.gold.iter().filter(|g| g.kind == kind).collect();
        let predicted: Vec<&Span> =
            found.iter().filter(|p| p.kind == kind && !ignored(p)).collect();
        let mut keys = BTreeSet::from(["all", message.source.as_str()]);
        if kind == "name" && !gold.is_empty() && gold.iter().all(|g| g.novel) {
            keys.insert("names in no list");
        }
        for key in keys {
            scores.entry(key.to_owned()).or_default().add(&gold, &predicted);
        }
    }
    scores
}

/// Messages a second of the binary, with reading and writing JSON.
fn native_speed(project: &Project, text: &str) -> Result<u32> {
    let mut cargo = project.command("cargo");
    command::run(cargo.args(["build", "--quiet", "--release", "--package", "askwell-cli"]))?;
    let lines: Vec<&str> = text.lines().cycle().take(NATIVE_LINES).collect();
    let input = project.path("target/bench-detect.jsonl");
    fs::write(&input, lines.join("\n"))?;
    let begun = Instant::now();
    let status = project
        .command(project.path("target/release/askwell"))
        .arg("detect")
        .stdin(fs::File::open(&input)?)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    anyhow::ensure!(status.success(), "`askwell detect` ended with {status}");
    Ok((NATIVE_LINES as f64 / begun.elapsed().as_secs_f64()) as u32)
}

fn table(first: [&str; 2]) -> Table {
    let mut table = Table::new();
    let rest = ["gold", "precision", "recall", "F1", "left alone", "of"];
    table.load_style(presets::NOTHING).set_header([first.as_slice(), &rest].concat());
    table
}

fn right(mut table: Table) -> Table {
    let numbers = if table.column_count() > 3 { 2 } else { 1 };
    for column in table.column_iter_mut().skip(numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(kind: &str, start: usize, end: usize) -> Span {
        Span { kind: kind.to_owned(), start, end, novel: false }
    }

    #[test]
    fn only_exact_spans_count_and_ignored_ones_count_neither_way() {
        let message = |gold, ignore| Message { source: "a".to_owned(), gold, ignore };
        let messages = [
            message(vec![span("name", 0, 4)], vec![]),
            message(vec![span("name", 0, 4)], vec![]),
            message(vec![], vec![span("*", 5, 9)]),
            message(vec![], vec![]),
        ];
        let found = [
            vec![span("name", 0, 4)],
            vec![span("name", 0, 3)],
            vec![span("name", 8, 12)],
            vec![span("name", 1, 2), span("phone", 3, 9)],
        ];
        let all = &scores(&messages, &found, "name")["all"];
        assert_eq!((all.gold, all.predicted, all.exact), (2, 3, 1));
        assert_eq!((all.without, all.clean), (2, 1));
        assert_eq!(all.cells()[..4], ["2", "0.333", "0.500", "0.400"]);
        assert_eq!(scores(&messages, &found, "phone")["a"].predicted, 1);
    }
}
