//! What somebody sees before they activate the action: every question, when it is put, and its words.

use super::EnrichmentConfig;
use crate::detect::Kind;
use crate::id;
use crate::prompt::{Line, Moment, default_line};
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A configuration in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Review {
    /// Says that this was seen; goes into the activation.
    pub review: String,
    /// In its one form: what the activation repeats.
    pub config: EnrichmentConfig,
    /// How it behaves, a sentence each.
    pub behaviour: Vec<String>,
    /// Every question that can be put.
    pub questions: Vec<Question>,
}

/// A question that can be put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "EnrichmentQuestion")
)]
pub struct Question {
    /// What it asks for, or is about.
    pub field: Kind,
    /// What makes the moment natural; none for questions whether a value is right.
    pub moment: Option<Moment>,
    /// When it is put.
    pub when: String,
    /// The line of the wording.
    pub line: Line,
    /// The words in every language.
    pub words: BTreeMap<Lang, Said>,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "EnrichmentSentence")
)]
pub struct Said {
    /// As it is said.
    pub text: String,
    /// Whether it is the owner's own, and not the built-in one.
    pub own: bool,
}

/// Puts a configuration into words; it must be [checked](EnrichmentConfig::checked).
pub fn review(config: &EnrichmentConfig) -> Review {
    let asked = Moment::ALL
        .into_iter()
        .flat_map(|moment| moment.fields_among(&config.fields).map(move |field| (field, moment)));
    let mut questions: Vec<Question> = asked
        .map(|(field, moment)| {
            let line = Line::of(field, moment);
            question(config, field, Some(moment), when(moment), line)
        })
        .collect();
    let mut confirm =
        |line, when: &str| questions.push(question(config, Kind::Email, None, when, line));
    if config.fields.contains(&Kind::Email) {
        confirm(
            Line::ConfirmOnFile,
            "the visitor says that they have been here before, and an address is on file",
        );
    }
    confirm(Line::ConfirmSlip, "an e-mail address looks mistyped");

    let written = serde_json::to_string(&(config, &questions)).unwrap_or_default();
    Review {
        review: id::digest(&[b"enrichment review", written.as_bytes()]),
        config: config.clone(),
        behaviour: behaviour(config),
        questions,
    }
}

fn question(
    config: &EnrichmentConfig,
    field: Kind,
    moment: Option<Moment>,
    when: &str,
    line: Line,
) -> Question {
    let words = Lang::ALL.map(|lang| {
        let text = config.wording.line(lang, line);
        let own = text != default_line(lang, line);
        // As it is said where nothing is filled in: what is on file is not shown.
        let text =
            if line == Line::ConfirmOnFile { text.replace("{value}", "") } else { text.to_owned() };
        (lang, Said { text, own })
    });
    Question { field, moment, when: when.to_owned(), line, words: words.into_iter().collect() }
}

fn when(moment: Moment) -> &'static str {
    match moment {
        Moment::Send => "the visitor wants something sent",
        Moment::Call => "the visitor wants to be called",
        Moment::Book => "the visitor wants to book",
        Moment::Handoff => "a person of the team is asked for, or takes over",
        Moment::Returning => "the visitor says that they have been here before",
        Moment::Matter => "the visitor has a matter for which one must know who they are",
    }
}

fn behaviour(config: &EnrichmentConfig) -> Vec<String> {
    let fields: Vec<&str> = config.fields.iter().map(|field| label(*field)).collect();
    let mut all = vec![
        format!("Asks for {}, and for nothing that is known already.", joined(&fields)),
        match config.max_asks {
            1 => "Asks one question in a conversation at most.".to_owned(),
            n => format!("Asks {n} questions in a conversation at most, one at a time."),
        },
        "Waits for a natural moment, and never asks in answer to a greeting or to somebody upset."
            .to_owned(),
        "Asks for nothing twice once it was given or refused.".to_owned(),
    ];
    all.push(match config.cool_down_turns {
        0 => "May ask again in the very next message after a question that was passed over."
            .to_owned(),
        1 => "After a question that was passed over, lets one message pass.".to_owned(),
        n => format!("After a question that was passed over, lets {n} messages pass."),
    });
    all.push(match config.hold_out_percent {
        0 => "Asks all visitors.".to_owned(),
        n => format!("Never asks {n} % of the visitors, to measure what asking costs and brings."),
    });
    all.push("Notices what visitors volunteer whether it asks or not.".to_owned());
    all.push("Takes effect in conversations that begin from now on.".to_owned());
    all
}

fn label(field: Kind) -> &'static str {
    match field {
        Kind::Name => "the name",
        Kind::Email => "the e-mail address",
        Kind::Phone => "the phone number",
    }
}

fn joined(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
