//! What kind of question a field is, told from its prompt and its values alone.

use super::amount::{self, Range};
use super::composite::{self, Claims};
use super::counting::Counting;
use super::language;
use super::lexicon::Lexicon;
use super::mood::Asked;
use super::outcome::Ends;
use super::phrase::find;
use super::spoken::Spoken;
use super::stated::Amount;
use super::timing::{self, Timing};
use super::words::Words;
use super::{Field, Value};
use crate::conversation::Role;
use std::sync::OnceLock;

/// What a value's name means by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    Yes,
    No,
    Unknown,
    Other,
    Unsaid,
    Good,
    Bad,
    /// Not settled yet.
    Open,
    /// In other hands.
    Escalated,
    Partly,
    Pleased,
    Very,
    Neutral,
    Displeased,
    Negation,
}

const SENSES: &str = include_str!("../../data/classify/values.txt");

fn senses() -> &'static Lexicon<Sense> {
    static PARSED: OnceLock<Lexicon<Sense>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut lexicon = Lexicon::default();
        for (name, phrases) in SENSES.lines().filter_map(|l| l.split_once(':')) {
            let sense = match name {
                "yes" => Sense::Yes,
                "no" => Sense::No,
                "unknown" => Sense::Unknown,
                "other" => Sense::Other,
                "unsaid" => Sense::Unsaid,
                "good" => Sense::Good,
                "bad" => Sense::Bad,
                "open" => Sense::Open,
                "escalated" => Sense::Escalated,
                "partly" => Sense::Partly,
                "pleased" => Sense::Pleased,
                "very" => Sense::Very,
                "neutral" => Sense::Neutral,
                "displeased" => Sense::Displeased,
                "negation" => Sense::Negation,
                _ => continue,
            };
            for phrase in phrases.split(',') {
                lexicon.add(phrase, sense);
            }
        }
        lexicon
    })
}

/// Whether a value's name means this and nothing else of weight: the phrase covers it whole.
pub(crate) fn means(value: &str, sense: Sense) -> bool {
    meanings(value).contains(&sense)
}

/// All that a value's name means as a whole.
pub(crate) fn meanings(value: &str) -> Vec<Sense> {
    let words = Words::new(value);
    let hits = senses().hits(&words);
    hits.iter().filter(|h| h.from == 0 && h.to == words.len()).map(|h| h.label).collect()
}

/// Whether words begin with yes or no.
pub(crate) fn yes_or_no(words: &Words) -> Option<bool> {
    let hits = senses().hits(words);
    let first = |sense| hits.iter().any(|h| h.label == sense && h.from == 0);
    match (first(Sense::Yes), first(Sense::No)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// All that the phrases of a value's name mean; a phrase inside a longer one does not count.
pub(crate) fn senses_in(value: &str) -> Vec<Sense> {
    let hits = senses().hits(&Words::new(value));
    let inside = |h: &super::lexicon::Hit<Sense>| {
        hits.iter().any(|o| o.from <= h.from && o.to >= h.to && o.to - o.from > h.to - h.from)
    };
    hits.iter().filter(|h| !inside(h)).map(|h| h.label).collect()
}

/// Whether a value's name begins with this.
fn begins(value: &str, sense: Sense) -> bool {
    senses().hits(&Words::new(value)).iter().any(|h| h.label == sense && h.from == 0)
}

/// Where on the scale from displeased (−2) to pleased (2) a value's name stands.
pub(crate) fn step(value: &str) -> Option<i8> {
    let words = Words::new(value);
    if words.len() > 4 {
        return None;
    }
    let hits = senses().hits(&words);
    let has = |sense| hits.iter().any(|h| h.label == sense);
    let strength = if has(Sense::Very) { 2 } else { 1 };
    let low = hits.iter().filter(|h| h.label == Sense::Displeased).min_by_key(|h| h.from);
    if let Some(low) = low {
        // "Not frustrated", but not "not satisfied", which is one phrase.
        let denied = hits.iter().any(|h| h.label == Sense::Negation && h.to <= low.from);
        Some(if denied { 0 } else { -strength })
    } else if has(Sense::Neutral) {
        Some(0)
    } else if has(Sense::Pleased) {
        Some(if has(Sense::Negation) { -strength } else { strength })
    } else {
        None
    }
}

/// The kinds of questions, each with what its method needs. Indices are those of the values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// An elapsed time.
    Time(Timing),
    /// A number of messages or marks, who wrote, or whether something happened.
    Count(Counting),
    /// A language.
    Language(Spoken),
    /// A stated amount.
    Amount(Amount),
    /// The customer's mood.
    Mood(Asked),
    /// Whether something is so.
    YesNo {
        /// The value for "it is so".
        yes: usize,
        /// The value for "it is not".
        no: usize,
    },
    /// Whether something went well.
    Outcome(Ends),
    /// Requests and whether they were averted, as each value claims it.
    Averted(Claims),
    /// One of several matters.
    Label,
}

impl Kind {
    /// Whether the answer is computed from the transcript and not judged.
    pub(crate) fn is_exact(&self) -> bool {
        match self {
            Self::Time(timing) => timing.is_measured(),
            Self::Count(_) | Self::Language(_) => true,
            _ => false,
        }
    }

    /// Tells the kind of a field.
    pub(crate) fn of(field: &Field) -> Self {
        if let Some(timing) = Timing::parse(field) {
            return Self::Time(timing);
        }
        if let Some(counting) = Counting::parse(field) {
            return Self::Count(counting);
        }
        let names: Vec<&str> = field.possible_values.iter().map(Value::name).collect();
        let whole: Vec<Vec<Sense>> = names.iter().map(|n| meanings(n)).collect();
        let is_rest = |s: &Vec<Sense>| s.contains(&Sense::Other) || s.contains(&Sense::Unknown);
        let rest: Vec<bool> = whole.iter().map(is_rest).collect();
        if let Some(codes) = languages(&names, &rest)
            && let Some(who) = whose_language(field)
        {
            return Self::Language(Spoken { who, codes });
        }
        let ranges: Vec<Option<Range>> = names.iter().map(|n| amount::range(n)).collect();
        // "1-3 days" is no sum.
        if all(&ranges, &rest) && !timing::are_lengths(field) {
            return Self::Amount(Amount::of(field, ranges));
        }
        if let Some(asked) = Asked::parse(field) {
            return Self::Mood(asked);
        }
        // "Kept" beside "Cancelled", and whether a customer was retained.
        if let Some(claims) = composite::bare(field) {
            return Self::Averted(claims);
        }
        let place = |sense| whole.iter().position(|s| s.contains(&sense));
        if let (Some(yes), Some(no)) = (place(Sense::Yes), place(Sense::No))
            && names.len() <= 3
        {
            return Self::YesNo { yes, no };
        }
        if let Some(ends) = Ends::of(field, &whole) {
            return Self::Outcome(ends);
        }
        // "Payment problem" beside "No problem".
        if let [a, b] = names.as_slice() {
            match (begins(a, Sense::Negation), begins(b, Sense::Negation)) {
                (false, true) => return Self::YesNo { yes: 0, no: 1 },
                (true, false) => return Self::YesNo { yes: 1, no: 0 },
                _ => {}
            }
        }
        composite::claims(field).map_or(Self::Label, Self::Averted)
    }
}

/// What a question is taken for, for whoever writes it: the kind decides the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// An elapsed time, computed from the transcript's times.
    Time,
    /// A number of messages or marks, who wrote, or whether something happened: looked up in the transcript.
    Count,
    /// A language, told from script and words.
    Language,
    /// An amount that the customer states, compared with the values' ranges.
    Amount,
    /// The customer's mood, from the tone.
    Mood,
    /// Whether something is so.
    YesNo,
    /// Whether something went well.
    Outcome,
    /// Requests, and whether they were averted.
    Averted,
    /// One of several matters, by what they mean.
    Label,
}

impl FieldKind {
    /// Tells the kind of a field from its name, prompt and values.
    pub fn of(field: &Field) -> Self {
        match Kind::of(field) {
            Kind::Time(_) => Self::Time,
            Kind::Count(_) => Self::Count,
            Kind::Language(_) => Self::Language,
            Kind::Amount(_) => Self::Amount,
            Kind::Mood(_) => Self::Mood,
            Kind::YesNo { .. } => Self::YesNo,
            Kind::Outcome(_) => Self::Outcome,
            Kind::Averted(_) => Self::Averted,
            Kind::Label => Self::Label,
        }
    }
}

/// Whether at least two values are of a sort and the others stand for what is left.
fn all<T>(of: &[Option<T>], rest: &[bool]) -> bool {
    of.iter().flatten().count() >= 2 && of.iter().zip(rest).all(|(o, rest)| o.is_some() || *rest)
}

/// The languages that values name, none for a value that stands for all others ("Other", "Non-English", "Not English or
/// Spanish"); none where they name something else.
fn languages(names: &[&str], rest: &[bool]) -> Option<Vec<Option<&'static str>>> {
    let codes: Vec<Option<&'static str>> =
        names.iter().map(|n| language::named(n).map(|l| l.code)).collect();
    let outside = |name: &str| {
        let words = Words::new(name);
        begins(name, Sense::Negation) && words.iter().any(|w| language::named(w).is_some())
    };
    let others: Vec<bool> =
        names.iter().zip(rest).map(|(name, rest)| *rest || outside(name)).collect();
    let known = codes.iter().flatten().count();
    let sound = codes.iter().zip(&others).all(|(code, other)| code.is_some() || *other);
    (sound && (known >= 2 || known == 1 && others.contains(&true))).then_some(codes)
}

/// Whose language a question with languages for values asks for; none where it asks for something else.
fn whose_language(field: &Field) -> Option<Role> {
    const WORDS: [&str; 24] = [
        "language*",
        "speak*",
        "write*",
        "written",
        "communicat*",
        "tongue",
        "sprache*",
        "spricht",
        "schreibt",
        "langue*",
        "parle",
        "idioma*",
        "habla",
        "escribe",
        "lingua*",
        "parla",
        "taal",
        "jezyk*",
        "sprak*",
        "dil*",
        "言語",
        "语言",
        "ภาษา",
        "भाषा",
    ];
    // A language that is learned, or that something is in, is not the one that is written.
    // What is wished for, or only part of it, is not either.
    const MATTERS: [&str; 34] = [
        "conversation end",
        "chat end",
        "ask",
        "asked",
        "asks",
        "want*",
        "prefer*",
        "request*",
        "offer*",
        "should",
        "understand*",
        "not speak",
        "not understand",
        "other than",
        "switch*",
        "last message",
        "first message",
        "at the end",
        "end in",
        "begin*",
        "start*",
        "course*",
        "lesson*",
        "class",
        "classes",
        "learn*",
        "teach*",
        "interested",
        "translat*",
        "sprachkurs*",
        "version",
        "book*",
        "edition",
        "subtitle*",
    ];
    const CUSTOMER: [&str; 7] =
        ["customer*", "visitor*", "user*", "kunde*", "client*", "klant*", "cliente*"];
    const AGENTS: [&str; 12] = [
        "agent*",
        "human*",
        "operator*",
        "representative*",
        "staff",
        "mitarbeit*",
        "agente*",
        "conseill*",
        "medewerker*",
        "atendente*",
        "konsultant*",
        "medarbetare*",
    ];
    const BOTS: [&str; 3] = ["bot*", "chatbot*", "assistant*"];
    // Who of the team that is, is not said.
    const TEAM: [&str; 4] = ["we", "us", "team*", "support*"];
    const VERBS: [&str; 9] =
        ["answer", "repl", "respon", "writ", "wrote", "speak", "spoke", "use", "language"];
    const PASSIVE: [&str; 6] =
        ["answered", "replied", "responded", "served", "addressed", "written"];
    let words = Words::new(&format!("{} {}", field.name, field.prompt));
    if find(&words, &MATTERS).is_some() {
        return None;
    }
    let does = |i: usize| VERBS.iter().any(|verb| words.get(i).starts_with(verb));
    let doing = (0..words.len()).filter(|i| does(i + 1) || does(i + 2));
    let team = doing.filter_map(|i| match words.get(i) {
        "bot" | "chatbot" | "assistant" => Some((i, Some(Role::Bot))),
        "agent" | "representative" => Some((i, Some(Role::Agent))),
        // Who of the team that is, is not said.
        "we" => Some((i, None)),
        _ => None,
    });
    let team = team.min_by_key(|(i, _)| *i);
    let customer = find(&words, &CUSTOMER);
    if find(&words, &WORDS).is_some() || find(&words, &["لغه"]).is_some() {
        let one = match (find(&words, &AGENTS), find(&words, &BOTS), find(&words, &TEAM)) {
            (Some(_), None, None) => Some(Some(Role::Agent)),
            (None, Some(_), None) => Some(Some(Role::Bot)),
            (None, None, None) => None,
            _ => Some(None),
        };
        return match (team, customer, one) {
            (Some((at, who)), customer, _) if customer.is_none_or(|c| at < c) => who,
            // "In which language was the customer answered?"
            (_, Some(c), _) if PASSIVE.contains(&words.get(c + 1)) => None,
            (_, Some(_), _) => Some(Role::Customer),
            // "Langue de l'agent": of whom nobody else is named.
            (_, None, Some(who)) => who,
            (_, None, None) => Some(Role::Customer),
        };
    }
    // "What does the customer communicate in?", "Locale": nothing else is spoken of.
    super::facts::is_plain(&field.prompt).then_some(Role::Customer)
}
