//! The embedded answerer: how often the right article comes first, how often it declines where none
//! answers, and what a reply takes in wasm.
//!
//! The set in `tests/data/knowledge` has four trades with sixteen articles each. Two of them are for
//! development, by which the weights are fitted; the figures that count are those of the other two.

use crate::build;
use crate::command;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use askwell::knowledge::{Candidate, Document, FEATURES, Format, Index, SURE, Senses, import};
use askwell::text::Lang;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

/// How to run it.
#[derive(clap::Args)]
pub struct Args {
    /// Fits the weights on the development half, and prints them.
    #[arg(long)]
    fit: bool,
    /// Prints the questions of a trade that are answered wrongly.
    #[arg(long)]
    wrong: Option<String>,
    /// Leaves the times out.
    #[arg(long)]
    quality: bool,
    /// Measures sockets instead: 1,000 open visitors and 50 agents in the Worker's own runtime.
    #[arg(long)]
    sockets: bool,
}

const SCRIPT: &str = include_str!("reply.mjs");
const HALVES: [(&str, [&str; 2]); 2] =
    [("development", ["shop", "clinic"]), ("held out", ["hotel", "software"])];

/// A trade: its articles, and questions with the article that answers each.
struct Trade {
    name: &'static str,
    documents: Vec<Document>,
    index: Index,
    questions: Vec<(String, Option<usize>)>,
}

fn read(project: &Project, name: &'static str) -> Result<Trade> {
    let file = |ending: &str| {
        let path = project.path(format!("tests/data/knowledge/{name}{ending}"));
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let drafts = import(&format!("{name}.md"), &file(".md")?, Format::Markdown)?;
    let document = |(n, draft): (usize, askwell::knowledge::Draft)| Document {
        id: n.to_string(),
        title: draft.title,
        body: draft.body,
        lang: Some(Lang::En),
    };
    let documents: Vec<Document> = drafts.into_iter().enumerate().map(document).collect();
    let questions = file(".questions.tsv")?
        .lines()
        .map(|line| {
            let (title, question) = line.split_once('\t').context("a line without a tab")?;
            let at = documents.iter().position(|document| document.title == title);
            if at.is_none() && title != "-" {
                bail!("no article {title:?}");
            }
            Ok((question.to_owned(), at))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Trade { name, index: Index::new(&documents), documents, questions })
}

/// Runs all of it.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    if args.sockets {
        build::run(project, Some(build::Part::Worker))?;
        let mut node = project.command("node");
        return command::run(node.arg(project.path("tests/bench/reply/sockets.mjs")));
    }
    let mut halves = Vec::new();
    for (half, names) in HALVES {
        let trades =
            names.into_iter().map(|name| read(project, name)).collect::<Result<Vec<_>>>()?;
        halves.push((half, trades));
    }
    if args.fit {
        for (_, trades) in halves.iter().take(1) {
            println!("MEANING {:.3?}", fit(trades, true));
            println!("WORDS   {:.3?}", fit(trades, false));
            println!("SURE    {:.3} (by the weights that are built in)", sure(trades));
        }
        return Ok(());
    }
    let articles: usize = halves.iter().flat_map(|(_, t)| t).map(|t| t.documents.len()).sum();
    let questions: usize = halves.iter().flat_map(|(_, t)| t).map(|t| t.questions.len()).sum();
    println!("{articles} articles, {questions} questions");
    println!("{}", table(&halves));
    for trade in halves.iter().flat_map(|(_, trades)| trades) {
        if args.wrong.as_deref() == Some(trade.name) {
            print_wrong(trade);
        }
    }
    if args.quality { Ok(()) } else { time(project, &halves) }
}

#[derive(Default, Clone, Copy)]
struct Score {
    with: u32,
    first: u32,
    answered: u32,
    wrong: u32,
    without: u32,
    declined: u32,
}

/// What ranks: all features with the fitted weights, or one of them alone.
type Ranking = (&'static str, Option<usize>);

const RANKINGS: [Ranking; 3] =
    [("Askwell", None), ("BM25 alone", Some(2)), ("nearest passage alone", Some(3))];

fn score(trades: &[Trade], ranking: Option<usize>) -> Score {
    let mut score = Score::default();
    for (trade, (question, right)) in
        trades.iter().flat_map(|trade| trade.questions.iter().map(move |q| (trade, q)))
    {
        let (first, sure) = match ranking {
            None => {
                let known = trade.index.search(question, Some(Lang::En), 1);
                let first = known.found.first();
                (first.and_then(|f| f.id.parse().ok()), known.answer().is_some())
            }
            Some(feature) => {
                let all = trade.index.candidates(question, Some(Lang::En), Senses::ALL);
                let best =
                    all.iter().max_by(|a, b| a.features[feature].total_cmp(&b.features[feature]));
                (best.map(|candidate| candidate.document), true)
            }
        };
        match right {
            Some(right) => {
                score.with += 1;
                score.first += u32::from(first == Some(*right));
                score.answered += u32::from(first == Some(*right) && sure);
                score.wrong += u32::from(first != Some(*right) && sure);
            }
            None => {
                score.without += 1;
                score.declined += u32::from(!sure);
            }
        }
    }
    score
}

fn table(halves: &[(&str, Vec<Trade>)]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "half",
        "ranking",
        "right first",
        "answered rightly",
        "answered wrongly",
        "declined where none",
    ]);
    let share = |n: u32, of: u32| format!("{:.3}", f64::from(n) / f64::from(of.max(1)));
    for (half, trades) in halves {
        for (name, feature) in RANKINGS {
            let s = score(trades, feature);
            let sure =
                |n: u32, of: u32| if feature.is_none() { share(n, of) } else { "–".to_owned() };
            table.add_row([
                (*half).to_owned(),
                name.to_owned(),
                share(s.first, s.with),
                sure(s.answered, s.with),
                sure(s.wrong, s.with),
                sure(s.declined, s.without),
            ]);
        }
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn print_wrong(trade: &Trade) {
    for (question, right) in &trade.questions {
        let known = trade.index.search(question, Some(Lang::En), 2);
        let first = known.found.first();
        let good = match right {
            Some(right) => first.is_some_and(|f| f.id == right.to_string() && f.confidence >= SURE),
            None => known.answer().is_none(),
        };
        if !good {
            let wanted = right.and_then(|at| trade.documents.get(at)).map_or("-", |d| &d.title);
            let found: Vec<String> =
                known.found.iter().map(|f| format!("{} {:.2}", f.title, f.confidence)).collect();
            println!("{question:?}: {wanted}; got {}", found.join(", "));
        }
    }
}

/// Articles that compete, as in the search.
const COMPETING: usize = 5;
const ROUNDS: usize = 4_000;
const RATE: f32 = 0.5;
/// Keeps weights small: there are 150 questions.
const PENALTY: f32 = 0.003;
/// Of the questions without an answer, the share that is to be declined.
const DECLINED: f32 = 0.88;

/// How sure an answer must be for [`DECLINED`].
fn sure(trades: &[Trade]) -> f32 {
    let mut sure: Vec<f32> = trades
        .iter()
        .flat_map(|trade| trade.questions.iter().map(move |question| (trade, question)))
        .filter(|(_, (_, right))| right.is_none())
        .map(|(trade, (question, _))| {
            let known = trade.index.search(question, Some(Lang::En), 1);
            known.found.first().map_or(0.0, |found| found.confidence)
        })
        .collect();
    sure.sort_by(f32::total_cmp);
    sure.get((DECLINED * sure.len() as f32) as usize).copied().unwrap_or(1.0)
}

/// Multinomial logistic regression over the articles of each question and "none", whose score is 0. Each
/// question takes part twice, once as though it named no topic: the topics' phrases were written with these
/// questions known, and the weights must not trust them as they may be trusted here.
fn fit(trades: &[Trade], meaning: bool) -> [f32; FEATURES] {
    let mut examples: Vec<(Vec<Candidate>, Option<usize>)> = Vec::new();
    for trade in trades {
        for (question, right) in &trade.questions {
            for topics in [true, false] {
                let senses = Senses { meaning, topics };
                let candidates = trade.index.candidates(question, Some(Lang::En), senses);
                examples.push((candidates, *right));
            }
        }
    }
    let mut weights = [0f32; FEATURES];
    weights[0] = -2.0;
    for _ in 0..ROUNDS {
        let mut gradient = [0f32; FEATURES];
        for (candidates, right) in &examples {
            let scored = |c: &Candidate| -> f32 {
                weights.iter().zip(&c.features).map(|(w, f)| w * f).sum()
            };
            let mut all: Vec<(f32, usize, &[f32; FEATURES])> =
                candidates.iter().map(|c| (scored(c), c.document, &c.features)).collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0));
            // The right one takes part wherever it stands, so that it can rise.
            let kept: Vec<_> = all
                .iter()
                .enumerate()
                .filter(|(at, one)| *at < COMPETING || Some(one.1) == *right)
                .map(|(_, one)| one)
                .collect();
            let top = kept.iter().map(|one| one.0).fold(0.0, f32::max);
            let total = (-top).exp() + kept.iter().map(|one| (one.0 - top).exp()).sum::<f32>();
            for (score, document, features) in kept {
                let likely = (score - top).exp() / total;
                let error = f32::from(u8::from(Some(*document) == *right)) - likely;
                gradient.iter_mut().zip(*features).for_each(|(g, f)| *g += error * f);
            }
        }
        let n = examples.len() as f32;
        for (weight, slope) in weights.iter_mut().zip(gradient) {
            *weight += RATE * (slope / n - PENALTY * *weight);
        }
    }
    weights
}

/// What a search takes in wasm, over the articles of all trades at once.
fn time(project: &Project, halves: &[(&str, Vec<Trade>)]) -> Result<()> {
    build::lines(project)?;
    let trades: Vec<&Trade> = halves.iter().flat_map(|(_, trades)| trades).collect();
    let articles: Vec<_> = trades
        .iter()
        .flat_map(|trade| trade.documents.iter())
        .map(|document| json!({"title": document.title, "body": document.body}))
        .collect();
    let questions: Vec<&String> = trades
        .iter()
        .flat_map(|trade| trade.questions.iter().map(|(question, _)| question))
        .collect();
    let input = json!({"articles": articles, "questions": questions}).to_string();
    let mut node = project.command("node");
    node.args(["--input-type=module", "-e", SCRIPT]).arg(project.path("widget-plugin/build/lines"));
    let mut child = node.stdin(Stdio::piped()).spawn().context("node does not start")?;
    child.stdin.take().context("node has no input")?.write_all(input.as_bytes())?;
    if !child.wait()?.success() {
        bail!("the bench in node failed");
    }
    Ok(())
}
