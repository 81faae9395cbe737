//! The embedded classifier: accuracy, macro-F1 and null precision and recall per task, with what a
//! majority answer and shared words alone would reach beside them; bytes; milliseconds in wasm.

mod latency;
mod lexical;
mod score;

use super::data;
use crate::project::Project;
use crate::size::gzipped;
use anyhow::{Context, Result};
use askwell::classify::{Field, Transcript};
use askwell::conversation::Turn;
use comfy_table::{CellAlignment, Table, presets};
use score::{Pair, Score, score};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One item of a task of the development data (`classify/tasks/*.jsonl`).
#[derive(Deserialize)]
struct Item {
    conversation: Vec<Turn>,
    field: Field,
    gold: Option<String>,
}

/// A conversation of `tests/data/labelled.jsonl`, labelled by hand for every template. A field that
/// `answers` does not name has no answer.
#[derive(Deserialize)]
struct Labelled {
    half: String,
    #[serde(default)]
    steered: bool,
    conversation: Vec<Turn>,
    sentiment: String,
    answers: BTreeMap<String, String>,
}

/// Prints all tables.
pub fn run(project: &Project) -> Result<()> {
    if let Some(dir) = data(project, "classify/tasks") {
        tasks(&dir)?;
    }
    labelled(project)?;
    sizes(project)?;
    latency::run(project)
}

/// Reads JSON lines.
fn lines<T: for<'a> Deserialize<'a>>(file: &Path) -> Result<Vec<T>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let parse = |(i, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{}, line {}", file.display(), i + 1))
    };
    text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()).map(parse).collect()
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    table
}

fn print(mut table: Table, title: &str) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("\n{title}\n{table}");
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"))
}

const COLUMNS: [&str; 9] = [
    "task",
    "items",
    "accuracy",
    "with a value",
    "macro-F1",
    "null P",
    "null R",
    "words alone",
    "majority",
];

fn row(table: &mut Table, name: &str, all: &[Pair], words: &[Pair]) -> Score {
    let (scored, lexical) = (score(all), score(words));
    table.add_row([
        name.to_owned(),
        all.len().to_string(),
        number(Some(scored.accuracy)),
        number(scored.valued),
        number(Some(scored.macro_f1)),
        number(scored.null_precision),
        number(scored.null_recall),
        number(Some(lexical.accuracy)),
        number(Some(scored.majority)),
    ]);
    scored
}

fn tasks(dir: &Path) -> Result<()> {
    let mut files: Vec<_> =
        fs::read_dir(dir)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    let mut table = table(&COLUMNS);
    let mut scores = Vec::new();
    for file in &files {
        let items: Vec<Item> = lines(file)?;
        let of = |answer: &dyn Fn(&Item) -> Option<String>| -> Vec<Pair> {
            items.iter().map(|i| Pair { gold: i.gold.clone(), said: answer(i) }).collect()
        };
        let all = of(&|i| Transcript::new(&i.conversation).answer(&i.field).answer);
        let words = of(&|i| lexical::answer(&i.conversation, &i.field));
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        scores.push(row(&mut table, &name, &all, &words));
    }
    let mean =
        |of: fn(&Score) -> f64| scores.iter().map(of).sum::<f64>() / scores.len().max(1) as f64;
    let (accuracy, f1) = (mean(|s| s.accuracy), mean(|s| s.macro_f1));
    print(table, "development tasks");
    println!("mean accuracy {accuracy:.3}, mean macro-F1 {f1:.3}");
    Ok(())
}

fn labelled(project: &Project) -> Result<()> {
    let talks: Vec<Labelled> = lines(&project.path("tests/data/labelled.jsonl"))?;
    let own: Vec<Field> =
        askwell::classify::templates().into_iter().map(|t| t.field.into()).collect();
    let reworded: Vec<Field> = lines(&project.path("tests/data/reworded.jsonl"))?;
    let mut summary = table(&[
        "half, prompts",
        "labels",
        "accuracy",
        "macro-F1",
        "majority",
        "majority macro-F1",
        "steered",
    ]);
    for half in ["tune", "held"] {
        let talks: Vec<&Labelled> = talks.iter().filter(|t| t.half == half).collect();
        for (prompts, fields) in [("of the templates", &own), ("reworded", &reworded)] {
            let mut table = table(&COLUMNS);
            let (mut scores, mut all) = (Vec::new(), Vec::new());
            let mut steered = (0usize, 0usize);
            for field in fields {
                let gold = |t: &Labelled| t.answers.get(&field.name).cloned();
                let of = |answer: &dyn Fn(&Labelled) -> Option<String>| -> Vec<Pair> {
                    talks.iter().map(|t| Pair { gold: gold(t), said: answer(t) }).collect()
                };
                let said = of(&|t| Transcript::new(&t.conversation).answer(field).answer);
                let words = of(&|t| lexical::answer(&t.conversation, field));
                for (pair, _) in said.iter().zip(&talks).filter(|(_, t)| t.steered) {
                    steered.1 += 1;
                    steered.0 += usize::from(pair.gold == pair.said);
                }
                scores.push(row(&mut table, &field.name, &said, &words));
                all.extend(said);
            }
            let mean = |of: fn(&Score) -> f64| {
                scores.iter().map(of).sum::<f64>() / scores.len().max(1) as f64
            };
            summary.add_row([
                format!("{half}, {prompts}"),
                all.len().to_string(),
                number(Some(score(&all).accuracy)),
                number(Some(mean(|s| s.macro_f1))),
                number(Some(mean(|s| s.majority))),
                number(Some(mean(|s| s.majority_f1))),
                format!("{} of {}", steered.0, steered.1),
            ]);
            if half == "held" && prompts == "of the templates" {
                print(table, "conversations labelled by hand, held half, prompts of the templates");
            }
        }
    }
    print(summary, "conversations labelled by hand, every template");
    let mut tones = table(&["half", "items", "accuracy", "macro-F1", "mean distance in steps"]);
    for half in ["tune", "held"] {
        let talks = talks.iter().filter(|t| t.half == half);
        let pairs: Vec<Pair> = talks
            .map(|t| Pair {
                gold: Some(t.sentiment.clone()),
                said: Some(Transcript::new(&t.conversation).tone().sentiment.as_str().to_owned()),
            })
            .collect();
        let scored = score(&pairs);
        tones.add_row([
            half.to_owned(),
            pairs.len().to_string(),
            number(Some(scored.accuracy)),
            number(Some(scored.macro_f1)),
            number(score::distance(&pairs)),
        ]);
    }
    print(tones, "sentiment");
    Ok(())
}

/// What the classifier adds to a module: its data, packed as gzip packs it.
fn sizes(project: &Project) -> Result<()> {
    let root = project.path("crates/core/data/classify");
    let (mut vectors, mut phrases) = (Vec::new(), Vec::new());
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "bin") {
                vectors.extend(fs::read(&path)?);
            } else {
                phrases.extend(fs::read(&path)?);
            }
        }
    }
    let mut table = table(&["data", "bytes", "gzip -9"]);
    for (name, bytes) in [("vectors", &vectors), ("phrases, templates, languages", &phrases)] {
        table.add_row([name, &bytes.len().to_string(), &gzipped(bytes)?.to_string()]);
    }
    print(table, "size");
    Ok(())
}
