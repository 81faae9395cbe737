//! Conversations labelled by hand for every template (`tests/data/labelled.jsonl`): what must always
//! be right, and floors below which a change has broken something. `cargo xtask bench classify`
//! prints the figures.
#![expect(clippy::unwrap_used, reason = "a case file that cannot be read must fail the test")]

use askwell::classify::{Field, Method, Question, Transcript, templates};
use askwell::conversation::Turn;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Labelled {
    id: String,
    half: String,
    #[serde(default)]
    steered: bool,
    conversation: Vec<Turn>,
    sentiment: String,
    answers: BTreeMap<String, String>,
}

fn lines<T: for<'a> Deserialize<'a>>(file: &str) -> Vec<T> {
    let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// Both wordings of every field.
fn fields() -> [Vec<Field>; 2] {
    [templates().into_iter().map(|t| t.field.into()).collect(), lines("reworded.jsonl")]
}

#[test]
fn times_and_languages_are_always_right() {
    let talks: Vec<Labelled> = lines("labelled.jsonl");
    for fields in fields() {
        let exact = |f: &&Field| f.name == "Language" || f.name.ends_with("SLA");
        let exact: Vec<&Field> = fields.iter().filter(exact).collect();
        assert_eq!(exact.len(), 3);
        for talk in &talks {
            let transcript = Transcript::new(&talk.conversation);
            for field in &exact {
                let said = transcript.answer(field).answer;
                assert_eq!(
                    said.as_ref(),
                    talk.answers.get(&field.name),
                    "{} {}",
                    talk.id,
                    field.name
                );
            }
        }
    }
}

#[test]
fn a_question_keeps_nothing_of_the_conversations_that_it_was_put_to() {
    let talks: Vec<Labelled> = lines("labelled.jsonl");
    for mut fields in fields() {
        let required = |f: &Field| Field { optional: !f.optional, ..f.clone() };
        fields.extend(fields.iter().map(required).collect::<Vec<_>>());
        let questions: Vec<Question> = fields.iter().cloned().map(Question::new).collect();
        for talk in &talks {
            let transcript = Transcript::new(&talk.conversation);
            for (field, question) in fields.iter().zip(&questions) {
                let (fresh, kept) = (transcript.answer(field), transcript.put(question));
                assert_eq!(fresh, kept, "{} {}", talk.id, field.name);
            }
        }
    }
}

#[test]
fn most_answers_and_tones_are_right_also_where_a_chat_tries_to_steer() {
    let talks: Vec<Labelled> = lines("labelled.jsonl");
    assert!(talks.len() >= 100);
    for fields in fields() {
        let (mut right, mut all, mut steered_right, mut steered) = (0, 0, 0, 0);
        for talk in talks.iter().filter(|t| t.half == "held" || t.steered) {
            let transcript = Transcript::new(&talk.conversation);
            for field in &fields {
                let is_right =
                    transcript.answer(field).answer.as_ref() == talk.answers.get(&field.name);
                if talk.half == "held" {
                    all += 1;
                    right += usize::from(is_right);
                }
                if talk.steered {
                    steered += 1;
                    steered_right += usize::from(is_right);
                }
            }
        }
        assert!(right * 100 >= all * 93, "{right} of {all}");
        assert!(steered_right * 100 >= steered * 93, "{steered_right} of {steered}");
    }
    let held: Vec<&Labelled> = talks.iter().filter(|t| t.half == "held").collect();
    let tone = |t: &Labelled| Transcript::new(&t.conversation).tone().sentiment.as_str();
    let right = held.iter().filter(|t| tone(t) == t.sentiment).count();
    assert!(right * 100 >= held.len() * 85, "{right} of {} tones", held.len());
}

#[test]
fn the_high_band_is_surer_than_the_medium_and_that_than_the_low() {
    let talks: Vec<Labelled> = lines("labelled.jsonl");
    for fields in fields() {
        let mut counts = [(0, 0); 3];
        for talk in &talks {
            let transcript = Transcript::new(&talk.conversation);
            for field in &fields {
                let answer = transcript.answer(field);
                if answer.method != Method::Embedded {
                    continue;
                }
                let (right, all) = &mut counts[answer.band() as usize];
                *right += usize::from(answer.answer.as_ref() == talk.answers.get(&field.name));
                *all += 1;
            }
        }
        let [low, medium, high] = counts.map(|(right, all)| right as f64 / f64::from(all));
        assert!(high >= 0.96 && high > medium + 0.03, "{counts:?}");
        assert!(low <= 0.7 && medium > low + 0.15, "{counts:?}");
    }
}
