use super::*;

fn field(prompt: &str, values: &[&str], optional: bool) -> Field {
    Field {
        name: "Reason".to_owned(),
        prompt: prompt.to_owned(),
        possible_values: values.iter().map(|v| Value::Name((*v).to_owned())).collect(),
        optional,
    }
}

fn rules(field: &Field) -> Vec<Rule> {
    lint(field).into_iter().map(|h| h.rule).collect()
}

#[test]
fn the_templates_have_nothing_to_remark() {
    for template in crate::classify::templates() {
        let field: Field = template.field.into();
        assert_eq!(lint(&field), [], "{}", field.name);
        assert_eq!(validate(&field), Ok(()));
    }
}

#[test]
fn each_rule_speaks_up() {
    let values = ["Price", "Quality", "Other"];
    assert_eq!(rules(&field("Why does the customer cancel?", &values, true)), [Rule::NoSkipRule]);
    assert_eq!(
        rules(&field("Why does the customer cancel? If unknown, output null.", &values, false)),
        [Rule::RequiredWithNull]
    );
    assert_eq!(
        rules(&field(
            "Why does the customer cancel? If it's the cost, output 'Expensive'.",
            &values,
            false
        )),
        [Rule::UnlistedValue]
    );
    assert_eq!(
        rules(&field(
            "Which of these is it?",
            &["Late delivery", "late  Delivery", "Other"],
            false
        )),
        [Rule::DuplicateValues]
    );
    assert_eq!(
        rules(&field(
            "Which of these is it?",
            &["Delivery", "Slow delivery times", "Other"],
            false
        )),
        [Rule::OverlappingValues]
    );
    assert_eq!(
        rules(&field(
            "Calculate the time from handoff to reply.",
            &["Within SLA", "SLA Violated"],
            false
        )),
        [Rule::TimeWithoutTimes]
    );
    for unread in [
        "Did an agent reply within one business day after the handoff?",
        "Did the agent answer every message within 10 minutes after the handoff?",
    ] {
        assert_eq!(rules(&field(unread, &["Yes", "No"], false)), [Rule::TimeWithoutTimes]);
    }
    let read = "Did an agent reply within one day after the handoff?";
    assert_eq!(rules(&field(read, &["Yes", "No"], false)), []);
    assert_eq!(
        rules(&field("Which topic is it about?", &["Tax", "Visa", "Travel"], false)),
        [Rule::NoEdgeRule]
    );
    assert_eq!(rules(&field("Reason?", &values, false)), [Rule::PromptTooShort]);
}

#[test]
fn what_says_to_skip_is_heard_in_other_words_too() {
    let values = ["Price", "Quality", "Other"];
    for skips in [
        "Why does the customer cancel? If they do not cancel, don't output a value.",
        "Why does the customer cancel? If they do not cancel, skip this field.",
        "Warum kündigt der Kunde? Sonst lasse das Feld leer.",
    ] {
        assert_eq!(rules(&field(skips, &values, false)), [Rule::RequiredWithNull], "{skips}");
        assert_eq!(rules(&field(skips, &values, true)), [], "{skips}");
    }
    let only = "Only answer when the customer is angry: what about?";
    assert_eq!(rules(&field(only, &values, true)), []);
}

#[test]
fn what_customers_say_is_no_value() {
    let values = ["Yes", "No"];
    let says =
        "Customers say e.g. \"it is broken\" or \"no light\". Is it so? If unsure, output null.";
    assert_eq!(rules(&field(says, &values, true)), []);
    let names =
        "Is it broken, like \"no light\"? Output \"Perhaps\" if unsure. Skip other matters.";
    assert_eq!(rules(&field(names, &values, true)), [Rule::UnlistedValue]);
}

#[test]
fn ranges_overlap_where_they_share_more_than_an_end_and_combined_values_do_not() {
    let asked = "Which of these does the customer name? If none, output null.";
    for (values, expected) in [
        (&["Under $10k", "$5k-$20k"][..], &[Rule::OverlappingValues][..]),
        (&["1-5", "5-10"], &[Rule::OverlappingValues]),
        (&["1-5", "6-10"], &[]),
        (&["Under $10k", "$10k-$20k", "$20k-$40k"], &[]),
        (&["Refund", "Exchange", "Refund + Exchange"], &[]),
        (&["Once", "More than once"], &[]),
    ] {
        assert_eq!(rules(&field(asked, values, true)), expected, "{values:?}");
    }
}

#[test]
fn limits_are_kept() {
    let good = field("Which?", &["A", "B"], true);
    assert_eq!(validate(&good), Ok(()));
    for bad in [
        Field { name: "  ".to_owned(), ..good.clone() },
        Field { prompt: "x".repeat(MAX_PROMPT_CHARS + 1), ..good.clone() },
        Field { possible_values: Vec::new(), ..good.clone() },
        field("Which?", &["A", "A"], true),
        field("Which?", &[""], true),
        field("Which?", &["A", "(null)"], true),
        field("Which?", &["A", " (pending) "], true),
    ] {
        assert_eq!(validate(&bad).map_err(|e| e.code), Err(Code::InvalidField));
    }
}
