//! The command line: the code of the widget and the Worker, off line.
//!
//! JSONL in, JSONL out ([`lines`]), and the daily export's metrics and checks ([`export`]).

mod export;
mod lines;
mod llm;

use anyhow::{Context as _, Result};
use askwell::detect::{Kind, Region};
use askwell::event::reference;
use askwell::export::Tally;
use askwell::line;
use askwell::text::Lang;
use askwell::time::Day;
use clap::{Args, Parser, Subcommand};
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Detects contact details, times questions, classifies conversations, and reads daily exports.
///
/// The line commands read one JSON object a line from standard input and write one a line to
/// standard output, in the same order. A line that cannot be read is answered with {"id", "error"},
/// and the exit status is 1 at the end.
#[derive(Debug, Parser)]
#[command(name = "askwell", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Finds the visitor's own name, e-mail address and phone number: {"id", "text"}
    Detect(Detect),
    /// Says after which turn each field is first asked for: {"id", "turns"}
    Prompt(Prompt),
    /// Answers a question about a conversation: {"id", "conversation", "field"}
    Classify(Classify),
    /// Judges the customer's tone: {"id", "conversation"}
    Sentiment(Lines),
    /// The metrics over day files
    Metrics(Metrics),
    /// Work on day files
    #[command(subcommand)]
    Export(Export),
    /// Writes the catalog of events down
    #[command(subcommand)]
    Events(Events),
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Events {
    /// As JSON Schema, draft 2020-12
    Schema,
    /// As TypeScript types
    Types,
    /// As a page in Markdown
    Page,
}

#[derive(Debug, Args)]
struct Lines {
    /// Threads that answer lines [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
struct Detect {
    /// Where phone numbers without a country code belong, for lines that do not say (ISO 3166-1)
    #[arg(long, value_name = "CODE", value_parser = region)]
    region: Option<Region>,
    /// The language of lines that do not say (BCP 47)
    #[arg(long, value_name = "TAG", value_parser = lang)]
    lang: Option<Lang>,
    /// Also what is other people's, or was taken back
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    lines: Lines,
}

#[derive(Debug, Args)]
struct Prompt {
    /// The fields that are wanted
    #[arg(long, value_delimiter = ',', value_parser = kind, default_value = "name,email,phone")]
    fields: Vec<Kind>,
    #[command(flatten)]
    lines: Lines,
}

#[derive(Debug, Args)]
struct Classify {
    /// An OpenAI-compatible endpoint to ask in place of the embedded classifier: the part of its
    /// address before /chat/completions. Its key is taken from ASKWELL_LLM_KEY
    #[arg(long, value_name = "URL", requires = "model")]
    llm: Option<String>,
    /// The endpoint's name for the model
    #[arg(long, value_name = "NAME", requires = "llm")]
    model: Option<String>,
    #[command(flatten)]
    lines: Lines,
}

#[derive(Debug, Args)]
struct Metrics {
    /// Day files; those of several days are taken together
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// JSON in place of tables
    #[arg(long)]
    json: bool,
    /// The first and last intent of each conversation in place of the metrics, one JSON object a line
    #[arg(long, conflicts_with = "json")]
    intents: bool,
    /// Only conversations that took place on this day, at least in part: give the files of that day
    /// and of the next
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,
    /// Only conversations in which the bot spoke
    #[arg(long)]
    with_bot: bool,
    /// An intent that the tables of intents leave out, in place of the usual ones; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "intents")]
    leave_out: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Export {
    /// Writes day files with one row a line (NDJSON), as data warehouses load them
    Ndjson {
        /// Day files; the rows of several follow each other
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Checks day files against the schema, and each against NAME.manifest.json if that is beside it
    Verify {
        /// Day files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// JSON in place of text, one object a file and line
        #[arg(long)]
        json: bool,
    },
}

fn region(code: &str) -> Result<Region, String> {
    Region::new(code).ok_or_else(|| "a region is two letters (ISO 3166-1 alpha-2)".to_owned())
}

fn lang(tag: &str) -> Result<Lang, String> {
    let known: Vec<_> = Lang::ALL.iter().map(|lang| lang.code()).collect();
    Lang::from_tag(tag).ok_or_else(|| format!("the languages are {}", known.join(", ")))
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .ok_or_else(|| "a field is name, email or phone".to_owned())
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        // Whoever reads has gone away, as `head` does: there is nobody to tell.
        Err(error) if lines::is_broken_pipe(&error) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("askwell: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Detect(Detect { region, lang, all, lines }) => {
            let options = line::detect::Options { region, lang, all };
            lines::run(lines.jobs, move |input| line::detect::run(input, options))
        }
        Command::Prompt(Prompt { fields, lines }) => {
            lines::run(lines.jobs, move |input| line::prompt::run(input, &fields))
        }
        Command::Classify(Classify { llm: Some(url), model: Some(model), lines }) => {
            let client = llm::Client::new(&url, &model)?;
            lines::run(lines.jobs, move |input| client.answer(input))
        }
        Command::Classify(Classify { lines, .. }) => lines::run(lines.jobs, line::classify::run),
        Command::Sentiment(lines) => lines::run(lines.jobs, line::classify::run_sentiment),
        Command::Metrics(Metrics { files, json, intents, on, with_bot, leave_out }) => {
            let select = export::Select { on, with_bot };
            if intents {
                export::intents(&files, select)
            } else {
                let tally = match leave_out.is_empty() {
                    true => Tally::default(),
                    false => Tally::leaving_out(leave_out),
                };
                export::metrics(&files, select, tally, json)
            }
        }
        Command::Events(form) => events(form),
        Command::Export(Export::Ndjson { files }) => export::ndjson(&files),
        Command::Export(Export::Verify { files, json }) => export::verify(&files, json),
    }
}

fn events(form: Events) -> Result<ExitCode> {
    let text = match form {
        Events::Schema => format!("{}\n", serde_json::to_string_pretty(&reference::json_schema())?),
        Events::Types => reference::typescript(),
        Events::Page => reference::page(),
    };
    std::io::stdout().write_all(text.as_bytes()).context("standard output")?;
    Ok(ExitCode::SUCCESS)
}
