use super::parts::Join;
use super::test::Test;
use super::*;
use crate::conversation::Marker;

fn field(prompt: &str, values: &[&str]) -> Field {
    Field {
        name: "Fact".to_owned(),
        prompt: prompt.to_owned(),
        possible_values: values.iter().map(|v| Value::Name((*v).to_owned())).collect(),
        optional: true,
    }
}

fn rules(prompt: &str, values: &[&str]) -> Option<Vec<(Test, bool, Option<usize>)>> {
    match Facts::parse(&field(prompt, values))? {
        Facts::Rules(Rules { rules, rest, .. }) => {
            let mut all: Vec<(Test, bool, Option<usize>)> =
                rules.into_iter().map(|r| (r.test, r.denied, r.value)).collect();
            // The rest as a rule that always holds, for the eye.
            all.push((any_number(), false, rest));
            Some(all)
        }
        Facts::End { .. } => None,
    }
}

const YES_NO: [&str; 2] = ["Yes", "No"];

fn number(what: Counted, low: u64, high: u64) -> Test {
    Test::Number { what, span: Span::Whole, low, high }
}

fn any_number() -> Test {
    number(Counted::Messages(None), 0, u64::MAX)
}

fn always(rest: Option<usize>) -> (Test, bool, Option<usize>) {
    (any_number(), false, rest)
}

#[test]
fn the_sides_are_those_that_the_prompt_names() {
    let handed = Test::Marked(vec![Marker::Handoff], Join::All);
    for (prompt, wanted) in [
        ("Was it handed off?", vec![(handed.clone(), false, Some(0)), always(Some(1))]),
        (
            "Output 'No' if it was handed off, otherwise 'Yes'.",
            vec![(handed.clone(), false, Some(1)), always(Some(0))],
        ),
        (
            "If it was never handed off, output 'No', otherwise 'Yes'.",
            vec![(handed.clone(), true, Some(1)), always(Some(0))],
        ),
        (
            "Yes if there was a handoff, otherwise null.",
            vec![(handed.clone(), false, Some(0)), always(None)],
        ),
        (
            "Was it handed off? 'Yes' if so and 'No' if not.",
            vec![(handed.clone(), false, Some(0)), always(Some(1))],
        ),
    ] {
        assert_eq!(rules(prompt, &YES_NO), Some(wanted), "{prompt}");
    }
}

#[test]
fn numbers_of_messages_and_marks_are_compared_as_written() {
    let by = |role| Counted::Messages(Some(role));
    for (prompt, counted, low, high) in [
        ("Did the customer write more than 2 messages?", by(Role::Customer), 3, u64::MAX),
        ("Did the agent send at least two messages?", by(Role::Agent), 2, u64::MAX),
        ("Did the bot write fewer than 3 messages?", by(Role::Bot), 0, 2),
        ("Did the customer send only one message?", by(Role::Customer), 1, 1),
        ("Was it reopened more than once?", Counted::Marks(Marker::Reopened), 2, u64::MAX),
        ("Was it transferred several times?", Counted::Marks(Marker::Transferred), 2, u64::MAX),
    ] {
        let wanted = vec![(number(counted, low, high), false, Some(0)), always(Some(1))];
        assert_eq!(rules(prompt, &YES_NO), Some(wanted), "{prompt}");
    }
}

#[test]
fn what_asks_for_more_than_the_transcript_shows_is_not_looked_up() {
    for prompt in [
        "Did the agent reply politely?",
        "Did the customer ask to be transferred?",
        "Did the agent reply to the customer's last message?",
        "Was the handoff wanted by the customer?",
        "Did the customer speak Spanish to her children?",
        "Did the bot answer the question?",
        "",
    ] {
        assert_eq!(Facts::parse(&field(prompt, &YES_NO)), None, "{prompt}");
    }
}
