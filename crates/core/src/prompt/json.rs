//! The policy and its memory, as JavaScript gets them: the same form as serde's.

use super::state::AgentQuestion;
use super::{Ask, AskOutcome, Asked, Config, Confirm, Line, Moment, State, Wording};
use crate::detect::Kind;
use crate::json::{Fields, Json, Mismatch, Object, Value, json_enum, json_struct, named};
use crate::text::Lang;
use crate::time::UnixMillis;

const OUTCOMES: [AskOutcome; 4] =
    [AskOutcome::Open, AskOutcome::Answered, AskOutcome::Refused, AskOutcome::PassedOver];

fn outcome(outcome: AskOutcome) -> &'static str {
    match outcome {
        AskOutcome::Open => "open",
        AskOutcome::Answered => "answered",
        AskOutcome::Refused => "refused",
        AskOutcome::PassedOver => "passed_over",
    }
}

json_enum!(Moment, Moment::ALL, Moment::code);
json_enum!(AskOutcome, OUTCOMES, outcome);

json_struct!(Ask { field: With, text: With } in Ask { field: Kind::Name, text: String::new() });
json_struct!(Confirm { field: With, text: With, suggestion: WithSome } in Confirm {
    field: Kind::Name,
    text: String::new(),
    suggestion: None,
});
json_struct!(Asked {
    field: With,
    moment: With,
    at: With,
    turn: With,
    outcome: Default,
} in Asked {
    field: Kind::Name,
    moment: Moment::Matter,
    at: UnixMillis(0),
    turn: 0,
    outcome: AskOutcome::Open,
});
json_struct!(State {
    known: DefaultSome,
    refused: DefaultSome,
    asked_by_agent: DefaultSome,
    asks: DefaultSome,
    on_file: DefaultSome,
    confirmed: DefaultSome,
    wants: DefaultSome,
    turns: Default,
    refused_turn: DefaultSome,
    angry_turn: DefaultSome,
    agent_question: DefaultSome,
    exploring: DefaultSome,
    offer: DefaultSome,
    held_out: DefaultSome,
    lang: DefaultSome,
} in State::default());
json_struct!(Config {
    enabled: Default,
    fields: Default,
    max_asks: Default,
    cool_down_turns: Default,
    lang: DefaultSome,
    wording: Default,
} in Config::default(), strict);

impl Json for AgentQuestion {
    fn to_value(&self) -> Value {
        match self {
            Self::For(kind) => Object::default().with("for", kind).done(),
            Self::Other => Value::Text("other".to_owned()),
        }
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        if let Value::Text(_) = value {
            return named(&value, 1, &|_| "other").map(|_| Self::Other);
        }
        let mut kind = Kind::Name;
        if Fields::of(value)?.put("for", &mut kind)? {
            return Ok(Self::For(kind));
        }
        Err(Mismatch::new("is missing").within("for"))
    }
}

impl Json for Wording {
    fn to_value(&self) -> Value {
        let mut languages: Vec<(String, Value)> = Vec::new();
        for (lang, name, text) in self.iter() {
            let field = (name.code().to_owned(), Value::Text(text.to_owned()));
            match languages.last_mut() {
                Some((code, Value::Map(lines))) if code == lang.code() => lines.push(field),
                _ => languages.push((lang.code().to_owned(), Value::Map(vec![field]))),
            }
        }
        Value::Map(languages)
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        let mut wording = Self::default();
        for (code, lines) in Fields::of(value)? {
            let lang = Lang::from_value(Value::Text(code))?;
            for (name, text) in Fields::of(lines)? {
                let line = named(&Value::Text(name), Line::ALL.len(), &|n| Line::ALL[n].code())?;
                let line = Line::ALL[line];
                wording.set(lang, line, Json::from_value(text)?);
            }
        }
        Ok(wording)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Kind;
    use crate::json::{read, write};
    use crate::time::UnixMillis;

    /// A memory and a configuration with nothing left out.
    fn full() -> (State, Config) {
        let asks = OUTCOMES.map(|outcome| Asked {
            field: Kind::Email,
            moment: Moment::Send,
            at: UnixMillis(1_763_700_000_000),
            turn: 2,
            outcome,
        });
        let state = State {
            known: vec![Kind::Name],
            refused: vec![Kind::Phone],
            asked_by_agent: vec![Kind::Email],
            asks: asks.to_vec(),
            on_file: vec![Kind::Name],
            confirmed: vec![Kind::Email],
            wants: Moment::ALL.map(|m| (m, 3)).to_vec(),
            turns: 4,
            refused_turn: Some(1),
            angry_turn: Some(2),
            agent_question: Some(AgentQuestion::For(Kind::Phone)),
            exploring: true,
            offer: Some(Moment::Call),
            held_out: true,
            lang: Some(Lang::Hi),
        };
        let mut config = Config { lang: Some(Lang::De), max_asks: 1, ..Config::default() };
        for lang in Lang::ALL {
            for line in Line::ALL.into_iter().rev() {
                config.wording.set(lang, line, "\"x\"".to_owned());
            }
        }
        (state, config)
    }

    #[test]
    fn the_form_is_that_of_serde() {
        let (mut state, config) = full();
        for _ in 0..2 {
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(write(&state.to_value()), text);
            assert_eq!(State::from_value(read(&text).unwrap()), Ok(state.clone()));
            state.agent_question = Some(AgentQuestion::Other);
        }
        for config in [config, Config::default()] {
            let text = serde_json::to_string(&config).unwrap();
            assert_eq!(write(&config.to_value()), text);
            assert_eq!(Config::from_value(read(&text).unwrap()), Ok(config));
        }
        let empty = State::default();
        assert_eq!(write(&empty.to_value()), serde_json::to_string(&empty).unwrap());
        assert_eq!(State::from_value(Value::Map(Vec::new())), Ok(empty));
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_and_named() {
        let refused = |text: &str| Config::from_value(read(text).unwrap()).unwrap_err().0;
        assert_eq!(refused("[]"), "expected an object");
        assert_eq!(
            refused(r#"{"fields":["age"]}"#),
            "`fields`: expected one of name, email, phone"
        );
        assert_eq!(
            refused(r#"{"max_asks":300}"#),
            "`max_asks`: expected a whole number from 0 to 255"
        );
        assert_eq!(refused(r#"{"max":3}"#), "`max`: there is no such field");
        assert!(refused(r#"{"wording":{"xx":{}}}"#).starts_with("`wording`: expected one of en, "));
    }
}
