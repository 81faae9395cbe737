//! The line protocol, for the shared test cases.

use askwell::classify::{Field, Question, Transcript};
use askwell::conversation::Turn as Said;
use askwell::detect::{Kind, Region};
use askwell::knowledge::{Document, Index};
use askwell::line;
use askwell::reply::{self, Memory, Rules, Step, Turn};
use askwell::text::Lang;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// What the command line takes as flags.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    region: Option<Region>,
    lang: Option<Lang>,
    all: bool,
    fields: Option<Vec<Kind>>,
}

/// Runs one line of `askwell KIND` (`detect`, `prompt`, `classify`, `sentiment`). The options are
/// the command's flags as a JSON object: `region`, `lang`, `all`, `fields`.
///
/// # Errors
/// When there is no such kind, or the line or the options are not of its form.
#[wasm_bindgen]
pub fn run_line(kind: &str, json: &str, options: &str) -> Result<String, JsError> {
    let Options { region, lang, all, fields } = serde_json::from_str(options)?;
    let detect = line::detect::Options { region, lang, all };
    let fields = fields.unwrap_or_else(|| Kind::ALL.to_vec());
    match kind {
        "detect" => answer(json, |input| line::detect::run(input, detect)),
        "prompt" => answer(json, |input| line::prompt::run(input, &fields)),
        "classify" => answer(json, line::classify::run),
        "sentiment" => answer(json, line::classify::run_sentiment),
        _ => Err(JsError::new("there is no such kind of line")),
    }
}

/// A conversation and the questions put to it, read once from JSON, so that a bench can time the
/// answering alone: the questions are read at the first answer, as in the Worker, which keeps them.
#[wasm_bindgen]
pub struct Questioned {
    conversation: Vec<Said>,
    questions: Vec<Question>,
}

#[wasm_bindgen]
impl Questioned {
    /// Reads `{"conversation": […], "fields": […]}`.
    ///
    /// # Errors
    /// When it is not of that form.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Result<Questioned, JsError> {
        #[derive(Deserialize)]
        struct Input {
            conversation: Vec<Said>,
            fields: Vec<Field>,
        }
        let Input { conversation, fields } = serde_json::from_str(json)?;
        Ok(Self { conversation, questions: fields.into_iter().map(Question::new).collect() })
    }

    /// Answers every question, judges tone and signals; returns how many answers are values.
    pub fn answer(&self) -> usize {
        let transcript = Transcript::new(&self.conversation);
        let tone = transcript.tone();
        let _ = core::hint::black_box(transcript.signals(tone));
        self.questions.iter().filter(|q| transcript.put(q).answer.is_some()).count()
    }
}

/// A knowledge base, read once from JSON, so that a bench can time the replies alone.
#[wasm_bindgen]
pub struct Library {
    index: Index,
}

#[wasm_bindgen]
impl Library {
    /// Reads `[{"title": …, "body": …}, …]`.
    ///
    /// # Errors
    /// When it is not of that form.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Result<Library, JsError> {
        #[derive(Deserialize)]
        struct Article {
            title: String,
            body: String,
        }
        let articles: Vec<Article> = serde_json::from_str(json)?;
        let documents: Vec<Document> = articles
            .into_iter()
            .map(|Article { title, body }| Document {
                id: title.clone(),
                title,
                body,
                lang: Some(Lang::En),
            })
            .collect();
        Ok(Self { index: Index::new(&documents) })
    }

    /// What the embedded answerer says to a message; empty where it says nothing.
    pub fn answer(&self, question: &str) -> String {
        let known = self.index.search(question, None, 5);
        let turn = Turn {
            text: question,
            lang: None,
            gave: false,
            asked: false,
            memory: Memory::default(),
        };
        match reply::answer(&Rules::default(), turn, &known).step {
            Step::Say(said) => said.text,
            Step::Rest | Step::HandOver(_) => String::new(),
        }
    }
}

fn answer<In: DeserializeOwned, Out: Serialize>(
    json: &str,
    run: impl Fn(&In) -> Out,
) -> Result<String, JsError> {
    let input = serde_json::from_str(json)?;
    Ok(serde_json::to_string(&run(&input))?)
}
