//! Checks a field before it goes live: what is refused, and what is likely to answer badly.

use super::amount;
use super::concepts;
use super::duration::durations;
use super::kind::{Kind, Sense, means};
use super::phrase::{find, find_all};
use super::rules;
use super::timing::{self, Unread};
use super::words::Words;
use super::{Field, Value};
use crate::error::{Code, Error};
use crate::metrics::collected::Counted;
use serde::{Deserialize, Serialize};

/// Longest name of a field, in characters.
pub const MAX_NAME_CHARS: usize = 80;
/// Longest prompt of a field, in characters.
pub const MAX_PROMPT_CHARS: usize = 4_000;
/// Most values of a field.
pub const MAX_VALUES: usize = 100;
/// Longest value or description of a value, in characters.
pub const MAX_VALUE_CHARS: usize = 200;

/// What may be wrong with a field. Never renamed, only added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Optional, but the prompt does not say when to skip.
    NoSkipRule,
    /// Required, but the prompt says when to output null.
    RequiredWithNull,
    /// The prompt names a value that is not listed.
    UnlistedValue,
    /// Two values differ in spelling only.
    DuplicateValues,
    /// Two values mean the same, or one includes the other.
    OverlappingValues,
    /// The question is about a time, but no length of time is named.
    TimeWithoutTimes,
    /// Several matters to choose from, and nothing for what matches none of them.
    NoEdgeRule,
    /// The prompt says too little to decide by.
    PromptTooShort,
}

/// One thing to look at before the field goes live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hint {
    /// Which rule.
    pub rule: Rule,
    /// What to do, for the person who writes the field.
    pub advice: String,
    /// The values that it is about, where it is about some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Refuses what no classifier could work with.
///
/// # Errors
/// [`Code::InvalidField`] when the name or a value is empty or too long, the prompt is too long, there are no values, too many, or
/// two of one name, or a value is named like a state ("(null)").
pub fn validate(field: &Field) -> Result<(), Error> {
    let refuse = |detail: String| Err(Error::new(Code::InvalidField, detail));
    let chars = |text: &str| text.trim().chars().count();
    if !(1..=MAX_NAME_CHARS).contains(&chars(&field.name)) {
        return refuse(format!("name must have 1 to {MAX_NAME_CHARS} characters"));
    }
    if field.prompt.chars().count() > MAX_PROMPT_CHARS {
        return refuse(format!("prompt must have at most {MAX_PROMPT_CHARS} characters"));
    }
    if !(1..=MAX_VALUES).contains(&field.possible_values.len()) {
        return refuse(format!("possible_values must have 1 to {MAX_VALUES} entries"));
    }
    for (i, value) in field.possible_values.iter().enumerate() {
        let described = value.description().map_or(0, chars);
        if !(1..=MAX_VALUE_CHARS).contains(&chars(value.name())) || described > MAX_VALUE_CHARS {
            return refuse(format!(
                "possible_values[{i}] and its description must have at most {MAX_VALUE_CHARS} \
                 characters, and the value at least 1"
            ));
        }
        if field.possible_values.iter().take(i).any(|v| v.name() == value.name()) {
            return refuse(format!("possible_values[{i}] is listed twice"));
        }
        // It would be counted as the state that is written so.
        if !matches!(Counted::parse(value.name().trim()), Counted::Value(_)) {
            return refuse(format!(
                "possible_values[{i}] is what stands for no answer; leave it out, or name it otherwise"
            ));
        }
    }
    Ok(())
}

/// Looks for what is likely to answer badly. An empty list is a field without anything to remark.
pub fn lint(field: &Field) -> Vec<Hint> {
    let mut hints = Vec::new();
    let mut hint = |rule, advice: &str, values: Vec<String>| {
        hints.push(Hint { rule, advice: advice.to_owned(), values });
    };
    let prompt = Words::new(&field.prompt);
    let skips = find(
        &prompt,
        &[
            "only answer",
            "null",
            "blank",
            "empty",
            "skip",
            "only if",
            "only when",
            "only be performed if",
            "dont output",
            "do not output",
            "no value",
            "leer",
            "nur wenn",
            "vacio",
            "en blanco",
            "solo si",
            "vide",
            "seulement si",
            "vazio",
            "apenas se",
            "vuoto",
            "leeg",
            "alleen als",
            "puste",
            "tylko jesli",
            "tomt",
            "endast om",
            "bos birak*",
            "空欄",
            "留空",
        ],
    );
    let says_null = find(
        &prompt,
        &[
            "null",
            "blank",
            "leave empty",
            "leave it empty",
            "leave this empty",
            "field empty",
            "skip",
            "dont output",
            "do not output",
            "dont answer",
            "do not answer",
            "no value",
            "leer",
            "en blanco",
            "vacio",
            "vide",
            "vazio",
            "vuoto",
            "leeg",
            "puste",
            "tomt",
            "bos birak*",
            "空欄",
            "留空",
        ],
    );
    if field.optional && skips.is_none() {
        hint(
            Rule::NoSkipRule,
            "Say when the field does not apply, for example: \"If the customer did not ask to \
             cancel, output null.\" Without it a value may be forced onto conversations that have \
             none.",
            Vec::new(),
        );
    }
    if !field.optional && says_null.is_some() {
        hint(
            Rule::RequiredWithNull,
            "The field is required and its prompt asks for null. Make it optional, or name a value \
             for that case.",
            Vec::new(),
        );
    }
    if prompt.len() < 4 {
        hint(
            Rule::PromptTooShort,
            "Say what to look for and how to decide between the values. Several sentences are welcome.",
            Vec::new(),
        );
    }
    let unlisted = unlisted(field);
    if !unlisted.is_empty() {
        hint(
            Rule::UnlistedValue,
            "The prompt names values that are not in the list; only listed values can be answered.",
            unlisted,
        );
    }
    for (rule, advice, pair) in pairs(field) {
        hint(rule, advice, pair);
    }
    let kind = Kind::of(field);
    let asks_time =
        find(&Words::new(&field.name), &["sla", "response time", "reply time", "resolution time"])
            .is_some()
            || find(&prompt, &["calculate the time", "how long", "time between", "time from"])
                .is_some();
    let values_timed = field.possible_values.iter().any(|v| !durations(v.name()).is_empty());
    let unread = matches!(&kind, Kind::Time(timing) if timing.unread().is_some());
    if asks_time && durations(&field.prompt).is_empty() && !values_timed && !unread {
        hint(
            Rule::TimeWithoutTimes,
            "Name the limits, for example: \"Within 4 hours = 'Within SLA'. Greater than 4 hours = \
             'SLA Violated'.\" The time itself is computed, not estimated.",
            Vec::new(),
        );
    }
    if let Kind::Time(timing) = &kind
        && let Some(why) = timing.unread()
    {
        let advice = match why {
            Unread::WorkingTime => {
                "Business days and hours are not in a transcript, so this time cannot be computed. Name plain \
                 hours or days, for example \"within 24 hours\"."
            }
            Unread::Course => {
                "Say from what to what the time counts, for example \"between the handoff and the first agent \
                 reply\". Averages, each reply, later replies and the customer's own cannot be computed."
            }
            Unread::Values => {
                "Say for each value which times it stands for, for example: \"Within 4 hours = 'Within SLA'. \
                 Greater than 4 hours = 'SLA Violated'.\" Until then the time is not computed."
            }
        };
        hint(Rule::TimeWithoutTimes, advice, Vec::new());
    }
    let chooses = matches!(kind, Kind::Label) && field.possible_values.len() > 2;
    let covers =
        field.possible_values.iter().any(rules::is_rest) || rules::otherwise(field).is_some();
    if chooses && !covers && skips.is_none() {
        hint(
            Rule::NoEdgeRule,
            "Say what to answer when nothing matches, for example: \"If none of the values match, \
             output 'Other'\", and list that value.",
            Vec::new(),
        );
    }
    hints
}

/// What stands in quotation marks in the prompt and is no value.
fn unlisted(field: &Field) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for quoted in quoted(&field.prompt) {
        let folded = fold(quoted);
        let listed = field.possible_values.iter().any(|v| {
            let name = fold(v.name());
            // "'SS Saved' + 'Refund Saved'" stands for a combined value.
            name == folded || name.contains(&folded)
        });
        let is_null = matches!(folded.as_str(), "null" | "n a" | "none" | "");
        let is_long = quoted.split_whitespace().count() > 6;
        if !listed && !is_null && !is_long && !found.iter().any(|f| f == quoted) {
            found.push(quoted.to_owned());
        }
    }
    found
}

/// Whether what follows these words of a prompt is what a customer may say, and no answer.
fn is_example(before: &str) -> bool {
    const EXAMPLES: [&str; 12] = [
        "eg",
        "e g",
        "like",
        "such as",
        "for example",
        "says",
        "said",
        "writes",
        "z b",
        "zum beispiel",
        "por ejemplo",
        "par exemple",
    ];
    const ANSWERS: [&str; 12] = [
        "output",
        "return",
        "answer",
        "choose",
        "select",
        "use",
        "otherwise",
        "set",
        "pick",
        "gib",
        "sonst",
        "null",
    ];
    let near = before.char_indices().rev().nth(200).map_or(0, |(at, _)| at);
    let words = Words::new(before.get(near..).unwrap_or_default());
    let last = |of: &[&str]| find_all(&words, of).last().map(|(at, _)| *at);
    last(&EXAMPLES).is_some_and(|example| {
        example + 10 > words.len() && last(&ANSWERS).is_none_or(|answer| answer < example)
    })
}

/// Words after which a quotation names an answer.
fn quoted(prompt: &str) -> Vec<&str> {
    const PAIRS: [(char, char); 6] =
        [('\'', '\''), ('"', '"'), ('‘', '’'), ('“', '”'), ('«', '»'), ('„', '“')];
    let mut found = Vec::new();
    let mut rest = prompt;
    let mut before = ' ';
    while let Some(open) = rest.chars().next() {
        let after = rest.get(open.len_utf8()..).unwrap_or_default();
        let pair = PAIRS.iter().find(|(o, _)| *o == open && !before.is_alphanumeric());
        if let Some((_, close)) = pair
            && let Some((end, text)) = closing(after, *close)
        {
            if !is_example(prompt.get(..prompt.len() - rest.len()).unwrap_or_default()) {
                found.push(text);
            }
            rest = after.get(end..).unwrap_or_default();
            before = *close;
            continue;
        }
        before = open;
        rest = after;
    }
    found
}

/// The text up to a closing mark that no letter follows, and the byte after the mark.
fn closing(text: &str, close: char) -> Option<(usize, &str)> {
    text.char_indices().take_while(|(_, c)| *c != '\n').find_map(|(i, c)| {
        let end = i + c.len_utf8();
        let next = text.get(end..).and_then(|t| t.chars().next());
        (c == close && !next.is_some_and(char::is_alphanumeric))
            .then(|| text.get(..i).map(|t| (end, t)))?
    })
}

fn fold(text: &str) -> String {
    Words::new(text).iter().collect::<Vec<_>>().join(" ")
}

/// Pairs of values that are hard to tell apart.
fn pairs(field: &Field) -> Vec<(Rule, &'static str, Vec<String>)> {
    let mut found = Vec::new();
    for (i, a) in field.possible_values.iter().enumerate() {
        for b in field.possible_values.iter().skip(i + 1) {
            let both = || vec![a.name().to_owned(), b.name().to_owned()];
            let (left, right) = (fold(a.name()), fold(b.name()));
            if left == right {
                found.push((
                    Rule::DuplicateValues,
                    "Two values differ only in spelling; keep one of them.",
                    both(),
                ));
            } else if overlap(a, b) || ranges_overlap(a, b) {
                found.push((
                    Rule::OverlappingValues,
                    "Two values can hold for the same conversation; merge them, or describe when \
                     each is the right one.",
                    both(),
                ));
            }
        }
    }
    found
}

/// Whether both are ranges that share more than the ends that sums of money are commonly given with ("$10k-$20k" beside
/// "$20k-$40k").
fn ranges_overlap(a: &Value, b: &Value) -> bool {
    let of = |v: &Value| amount::range(v.name()).filter(|_| durations(v.name()).is_empty());
    let (Some(left), Some(right)) = (of(a), of(b)) else { return false };
    let money = |v: &Value| amount::figures(v.name()).iter().any(|f| f.money);
    let (low, high) = (left.low.max(right.low), left.high.min(right.high));
    // "1-5" ends with 5, "under 5" does not.
    let closed = |v: &Value| amount::figures(v.name()).len() == 2;
    low < high || low == high && !money(a) && !money(b) && closed(a) && closed(b)
}

/// Whether two values without descriptions share all their concepts, or one's words are the other's
/// and a word more. Negation tells them apart.
fn overlap(a: &Value, b: &Value) -> bool {
    if a.description().is_some()
        || b.description().is_some()
        || rules::is_rest(a)
        || rules::is_rest(b)
    {
        return false;
    }
    let denies = |v: &Value| {
        super::kind::senses_in(v.name()).iter().any(|s| matches!(s, Sense::Negation | Sense::Bad))
    };
    if denies(a) != denies(b) || means(a.name(), Sense::Yes) || means(b.name(), Sense::Yes) {
        return false;
    }
    let (left, right) = (concepts::named(a.name()), concepts::named(b.name()));
    if !left.is_empty()
        && left == right
        && super::composite::claims_of(a.name()) == super::composite::claims_of(b.name())
    {
        return true;
    }
    // "Refund + Exchange" is for both of what stands alone, and "more than once" is no kind of "once".
    let has = |v: &Value, of: &[&str]| find(&Words::new(v.name()), of).is_some();
    let combines = |v: &Value| {
        v.name().contains(['+', '&']) || has(v, &["and", "both", "und", "y", "et", "e"])
    };
    let counts =
        |v: &Value| has(v, &["once", "twice", "more than", "less than", "at least", "at most"]);
    if combines(a) != combines(b) || counts(a) && counts(b) {
        return false;
    }
    let words =
        |v: &Value| -> Vec<String> { Words::new(v.name()).iter().map(str::to_owned).collect() };
    let (left, right) = (words(a), words(b));
    let (short, long) = if left.len() < right.len() { (&left, &right) } else { (&right, &left) };
    let contained =
        !short.is_empty() && short.len() < long.len() && short.iter().all(|w| long.contains(w));
    contained && !timing::is_graded(a.name()) && !timing::is_graded(b.name())
}

#[cfg(test)]
mod tests;
