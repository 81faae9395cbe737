//! When the policy asks, beside when human agents asked and beside simple rules; what a decision
//! costs; and the long run of random events.

use crate::build;
use crate::command;
use crate::project::Project;
use anyhow::{Context, Result};
use askwell::detect::Kind;
use askwell::line::prompt::{self, In};
use comfy_table::{CellAlignment, Table, presets};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

/// The development sets, with what their agents' words are worth: see `docs/asking.md`.
const SETS: [(&str, &str); 2] =
    [("service", "timing/train.jsonl"), ("chat", "timing/star-train.jsonl")];

/// Measures decisions in the module that visitors load; reads texts, one a line, prints µs.
const TIMER: &str = include_str!("prompt.mjs");

#[derive(Deserialize)]
struct Gold {
    #[serde(flatten)]
    conversation: In,
    asked_after: HashMap<Kind, usize>,
}

/// Runs all of it; `sequences` random conversations, none where that is 0.
pub fn run(project: &Project, sequences: u64) -> Result<()> {
    let mut texts = Vec::new();
    for (set, name) in SETS {
        let Some(path) = super::data(project, name) else { continue };
        let gold = read(&path)?;
        println!("{}", table(set, &gold));
        texts.extend(gold.into_iter().flat_map(|g| g.conversation.turns).map(|t| t.text));
    }
    if !texts.is_empty() {
        time(project, &texts)?;
    }
    if sequences > 0 {
        command::run(
            project
                .command("cargo")
                .args(["test", "--release", "-p", "askwell", "--test", "prompt_cases"])
                .args(["--", "--ignored", "--nocapture"])
                .env("ASKWELL_SEQUENCES", sequences.to_string()),
        )?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Gold>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = |line| {
        serde_json::from_str(line).with_context(|| format!("{}: not of its form", path.display()))
    };
    text.lines().map(line).collect()
}

type Asks = BTreeMap<Kind, usize>;

/// What asks: the policy, or a rule that asks for everything after one turn.
type Rule = (&'static str, fn(&In) -> Asks);

const RULES: [Rule; 4] = [
    ("policy", |input| prompt::run(input, &Kind::ALL).ask),
    ("first message", |_| everything(0)),
    ("second message", |input| everything(input.turns.len().saturating_sub(1).min(1))),
    ("first that is no greeting", |input| {
        let said = input.turns.iter().position(|t| !greets(&t.text));
        everything(said.unwrap_or(input.turns.len().saturating_sub(1)))
    }),
];

fn everything(turn: usize) -> Asks {
    Kind::ALL.into_iter().map(|kind| (kind, turn)).collect()
}

/// Made of words of greetings and nothing else: a rule as simple as somebody would write it.
fn greets(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "hi",
        "hii",
        "hey",
        "hello",
        "hai",
        "good",
        "morning",
        "afternoon",
        "evening",
        "day",
        "greetings",
        "yo",
        "how",
        "are",
        "you",
        "doing",
        "today",
        "there",
        "everyone",
        "sir",
        "madam",
        "dear",
        "all",
        "team",
        "mam",
        "and",
        "to",
    ];
    text.to_lowercase().split_whitespace().all(|word| WORDS.contains(&word))
}

/// Of the conversations in which a human agent asked for a field: how often a rule asks after the
/// same turn, at most one off, before it, and never.
#[derive(Default)]
struct Score {
    all: u32,
    exact: u32,
    near: u32,
    early: u32,
    never: u32,
}

impl Score {
    fn add(&mut self, human: usize, rule: Option<usize>) {
        self.all += 1;
        match rule {
            None => self.never += 1,
            Some(turn) => {
                self.exact += u32::from(turn == human);
                self.near += u32::from(turn.abs_diff(human) <= 1);
                self.early += u32::from(turn < human);
            }
        }
    }

    fn cells(&self) -> [String; 5] {
        let share = |n: u32| format!("{:.3}", f64::from(n) / f64::from(self.all.max(1)));
        [
            self.all.to_string(),
            share(self.exact),
            share(self.near),
            share(self.early),
            share(self.never),
        ]
    }
}

fn table(set: &str, gold: &[Gold]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([set, "field", "asked", "exact", "within 1", "early", "never"]);
    for (rule, asks) in RULES {
        let mut scores: BTreeMap<Kind, Score> = BTreeMap::new();
        for conversation in gold {
            let asks = asks(&conversation.conversation);
            for (kind, human) in &conversation.asked_after {
                scores.entry(*kind).or_default().add(*human, asks.get(kind).copied());
            }
        }
        for (kind, score) in scores {
            let cells = [rule.to_owned(), kind.as_str().to_owned()];
            table.add_row(cells.into_iter().chain(score.cells()));
        }
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// What one message costs in the module that visitors load, under Node.js.
fn time(project: &Project, texts: &[String]) -> Result<()> {
    build::run(project, Some(build::Part::Widget))?;
    let dir = tempdir(project)?;
    let (script, input) = (dir.join("prompt.mjs"), dir.join("texts.json"));
    fs::write(&script, TIMER)?;
    fs::write(&input, serde_json::to_string(texts)?)?;
    let mut node = project.command("node");
    command::run(node.arg(&script).arg(project.path("widget-plugin/dist")).arg(&input))
}

fn tempdir(project: &Project) -> Result<std::path::PathBuf> {
    let dir = project.path("target/bench");
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_counts_as_the_human_agents_are_compared() {
        let mut score = Score::default();
        for (human, rule) in [(1, Some(1)), (1, Some(0)), (1, Some(2)), (3, Some(0)), (2, None)] {
            score.add(human, rule);
        }
        assert_eq!(score.cells(), ["5", "0.200", "0.600", "0.400", "0.200"]);
        assert!(greets("Hello there") && !greets("hello my order"));
    }
}
