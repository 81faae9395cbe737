//! A language model's opinion of a conversation, beside the embedded classifier's.

use crate::asked::asked;
use crate::config;
use crate::llm::{Endpoint, Llm, LlmError, Usage};
use askwell::api::LlmUse;
use askwell::classify::llm::{Exchange, Step, Verdict};
use askwell::classify::{Answer, AnswerState, Field, Method, Transcript};
use askwell::closing::{FieldAnswer, FieldVersion};
use askwell::conversation::Turn;

/// Why there is no verdict, and what was used up all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// Why.
    pub error: LlmError,
    /// Tokens of the replies that came.
    pub usage: Usage,
}

/// Puts questions about a conversation to a model: once, and once more with what is wrong with the reply.
///
/// # Errors
/// Where a request came to nothing, the one for a repair too.
pub async fn ask(
    llm: &Llm<'_>,
    endpoint: &Endpoint,
    turns: &[Turn],
    fields: &[Field],
) -> Result<Verdict, Failed> {
    // Without random numbers there is no fence, and so no request.
    let fence = config::random()
        .map_err(|_| Failed { error: LlmError::Unreachable, usage: Usage::default() })?;
    let mut exchange = Exchange::new(&endpoint.model, turns, fields, &fence);
    while let Some(request) = exchange.request_in(llm.dialect()) {
        match llm.post(&request).await {
            Ok(body) if exchange.receive(&body) == Step::Again => {}
            Ok(_) => break,
            Err(error) => return Err(Failed { error, usage: exchange.finish().usage }),
        }
    }
    Ok(exchange.finish())
}

/// Which of these answers a model should give as well.
pub fn wanted(answers: &[FieldAnswer], which: LlmUse) -> Vec<usize> {
    let wants = |given: &FieldAnswer| match which {
        LlmUse::Off => false,
        LlmUse::Doubtful => given.answer.wants_second_opinion(),
        LlmUse::All => true,
    };
    // What is computed is not put to a model.
    let open = |given: &FieldAnswer| given.answer.method != Method::Exact;
    let places = answers.iter().enumerate().filter(|(_, given)| open(given) && wants(given));
    places.map(|(place, _)| place).collect()
}

/// Lets answers wait for the model.
pub fn wait(answers: &mut [FieldAnswer], wanted: &[usize]) {
    for place in wanted {
        if let Some(given) = answers.get_mut(*place) {
            given.answer = nothing(AnswerState::Pending);
        }
    }
}

fn nothing(state: AnswerState) -> Answer {
    Answer { answer: None, state, confidence: 0.0, evidence: Vec::new(), method: Method::Llm }
}

/// The embedded answers to some questions, and which of them a model is to give as well.
#[derive(Debug)]
pub struct Second<'a> {
    fields: &'a [FieldVersion],
    answers: Vec<FieldAnswer>,
    /// Places of the questions that the model is to be asked.
    pub wanted: Vec<usize>,
}

impl<'a> Second<'a> {
    /// Answers all questions by the embedded classifier.
    pub fn of(turns: &[Turn], fields: &'a [FieldVersion], endpoint: Option<&Endpoint>) -> Self {
        let transcript = Transcript::new(turns);
        let answers: Vec<FieldAnswer> =
            fields.iter().map(|version| asked(version).answer(&transcript)).collect();
        let wanted = wanted(&answers, endpoint.map_or(LlmUse::Off, |endpoint| endpoint.classify));
        Self { fields, answers, wanted }
    }

    /// The questions for the model.
    pub fn questions(&self) -> Vec<Field> {
        let of = |place: &usize| self.fields.get(*place).map(|version| version.field.clone());
        self.wanted.iter().filter_map(of).collect()
    }

    /// Their ids.
    pub fn ids(&self) -> Vec<String> {
        let of = |place: &usize| self.fields.get(*place).map(|version| version.id.clone());
        self.wanted.iter().filter_map(of).collect()
    }

    /// The answers without a model.
    pub fn embedded(self) -> Vec<FieldAnswer> {
        self.answers
    }

    /// The answers with the model's, and the ids of the questions that it gave no usable answer to. Those
    /// keep the embedded answer where that stands meanwhile, and are in error otherwise.
    pub fn with(
        mut self,
        verdict: &Verdict,
        embedded_meanwhile: bool,
    ) -> (Vec<FieldAnswer>, Vec<String>) {
        let mut failed = Vec::new();
        for (place, answer) in self.wanted.iter().zip(&verdict.answers) {
            let Some(given) = self.answers.get_mut(*place) else { continue };
            let usable = matches!(answer.state, AnswerState::Value | AnswerState::Null);
            if !usable {
                failed.push(given.field_id.clone());
            }
            if usable || !embedded_meanwhile {
                given.answer = answer.clone();
            }
        }
        (self.answers, failed)
    }

    /// The answers where the model cannot be asked at all.
    pub fn without(mut self, embedded_meanwhile: bool) -> Vec<FieldAnswer> {
        if !embedded_meanwhile {
            for place in &self.wanted {
                if let Some(given) = self.answers.get_mut(*place) {
                    given.answer = nothing(AnswerState::Error);
                }
            }
        }
        self.answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::classify::starter_fields;
    use askwell::conversation::Role;

    fn fields() -> Vec<FieldVersion> {
        let field =
            |(n, field): (usize, Field)| FieldVersion { id: n.to_string(), version: 1, field };
        starter_fields().into_iter().enumerate().map(field).collect()
    }

    fn turns() -> Vec<Turn> {
        let text = "Hello, my parcel arrived broken and I am quite unhappy.".to_owned();
        vec![Turn { role: Role::Customer, text, at: Some(1) }]
    }

    fn second<'a>(fields: &'a [FieldVersion], which: LlmUse) -> Second<'a> {
        let mut second = Second::of(&turns(), fields, None);
        second.wanted = wanted(&second.answers, which);
        second
    }

    #[test]
    fn a_model_is_asked_what_is_not_computed() {
        let fields = fields();
        assert_eq!(second(&fields, LlmUse::Off).wanted, [0usize; 0]);
        let all = second(&fields, LlmUse::All);
        let computed = |id: &str| {
            all.answers.iter().any(|a| a.field_id == id && a.answer.method == Method::Exact)
        };
        assert!(!all.ids().is_empty() && all.ids().iter().all(|id| !computed(id)));
        assert!(all.wanted.len() < fields.len(), "the language and the times are computed");
        let mut doubtful = second(&fields, LlmUse::Doubtful);
        for given in &mut doubtful.answers {
            given.answer.confidence = if given.field_id == "2" { 0.2 } else { 0.9 };
            given.answer.method = Method::Embedded;
        }
        assert_eq!(wanted(&doubtful.answers, LlmUse::Doubtful), [2]);
    }

    #[test]
    fn what_the_model_cannot_answer_keeps_what_stood_meanwhile_or_is_in_error() {
        let fields = fields();
        let verdict = |state| Verdict {
            answers: vec![nothing(state); second(&fields, LlmUse::All).wanted.len()],
            injection_suspected: false,
            usage: Usage::default(),
        };
        let before = second(&fields, LlmUse::All).embedded();
        let all = second(&fields, LlmUse::All).ids();
        let (kept, failed) = second(&fields, LlmUse::All).with(&verdict(AnswerState::Error), true);
        assert_eq!((kept, failed), (before.clone(), all.clone()));
        let (errors, _) = second(&fields, LlmUse::All).with(&verdict(AnswerState::Error), false);
        for (given, old) in errors.iter().zip(&before) {
            let expected =
                if all.contains(&given.field_id) { AnswerState::Error } else { old.answer.state };
            assert_eq!(given.answer.state, expected, "{}", given.field_name);
        }
        let (nulls, failed) = second(&fields, LlmUse::All).with(&verdict(AnswerState::Null), true);
        assert!(failed.is_empty());
        assert!(
            nulls
                .iter()
                .filter(|g| all.contains(&g.field_id))
                .all(|g| g.answer.method == Method::Llm)
        );
        let none = second(&fields, LlmUse::All).without(false);
        assert!(
            none.iter()
                .filter(|g| all.contains(&g.field_id))
                .all(|g| g.answer.state == AnswerState::Error)
        );
    }
}
