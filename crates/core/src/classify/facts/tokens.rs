//! The words of a question as tokens: `data/classify/facts.txt`, parsed at first use and kept.

use super::super::Field;
use super::super::language;
use super::super::lexicon::Lexicon;
use super::super::words::Words;
use crate::conversation::Role;
use std::sync::OnceLock;

const PHRASES: &str = include_str!("../../../data/classify/facts.txt");

/// What a word or phrase of a question says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    Customer,
    Agent,
    Bot,
    /// The agent or the bot.
    Anyone,
    Nobody,
    Handoff,
    Transferred,
    Reopened,
    Resolved,
    /// To say something.
    Write,
    /// To say something to somebody who has spoken.
    Reply,
    /// Something is said to the customer.
    Heard,
    /// Nothing is said to the customer.
    Unheard,
    Involved,
    Handled,
    Messages,
    First,
    Last,
    Only,
    /// "Only" of what is handled; of what is said it tells how well.
    Fully,
    Without,
    /// Denies what is done.
    Not,
    /// Denies what is done, or what stands after it: "no agent".
    No,
    /// Denies what is done; a question that begins with it expects a yes.
    Isnt,
    After,
    Before,
    More,
    AtLeast,
    Less,
    AtMost,
    Exactly,
    OrMore,
    OrLess,
    Number(u64),
    Several,
    Both,
    And,
    Or,
    /// "O", which is an "or" between two and an article elsewhere.
    OrBetween,
    /// To whom something is said.
    To(Role),
    /// What is done to somebody who gets something.
    Get,
    /// Before who does what is done to somebody.
    By,
    /// What somebody says, of which more follows.
    Say,
    HowMany,
    HowOften,
    /// The conversation itself.
    Thread,
    /// To another team.
    Elsewhere,
    Except,
    Who,
    If,
    Otherwise,
    Null,
    /// The word "language", or what is done in one.
    Speak,
    /// A language's name.
    Language(&'static str),
    /// The name of an answer.
    Value(usize),
    /// To another team, and transferred in the same word: "passed around".
    MovedOn,
    /// Makes the question another one.
    Unknown,
    /// Says nothing by itself.
    Filler,
}

impl Token {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "customer" => Self::Customer,
            "agent" => Self::Agent,
            "bot" => Self::Bot,
            "anyone" => Self::Anyone,
            "nobody" => Self::Nobody,
            "handoff" => Self::Handoff,
            "transferred" => Self::Transferred,
            "reopened" => Self::Reopened,
            "resolved" => Self::Resolved,
            "write" => Self::Write,
            "reply" => Self::Reply,
            "heard" => Self::Heard,
            "unheard" => Self::Unheard,
            "involved" => Self::Involved,
            "handled" => Self::Handled,
            "messages" => Self::Messages,
            "first" => Self::First,
            "last" => Self::Last,
            "only" => Self::Only,
            "fully" => Self::Fully,
            "without" => Self::Without,
            "not" => Self::Not,
            "no" => Self::No,
            "isnt" => Self::Isnt,
            "after" => Self::After,
            "before" => Self::Before,
            "more" => Self::More,
            "at least" => Self::AtLeast,
            "less" => Self::Less,
            "at most" => Self::AtMost,
            "exactly" => Self::Exactly,
            "or more" => Self::OrMore,
            "or less" => Self::OrLess,
            "none" => Self::Number(0),
            "one" => Self::Number(1),
            "two" => Self::Number(2),
            "three" => Self::Number(3),
            "four" => Self::Number(4),
            "five" => Self::Number(5),
            "six" => Self::Number(6),
            "ten" => Self::Number(10),
            "several" => Self::Several,
            "both" => Self::Both,
            "and" => Self::And,
            "or" => Self::Or,
            "or between" => Self::OrBetween,
            "to customer" => Self::To(Role::Customer),
            "to agent" => Self::To(Role::Agent),
            "to bot" => Self::To(Role::Bot),
            "get" => Self::Get,
            "by" => Self::By,
            "say" => Self::Say,
            "how many" => Self::HowMany,
            "how often" => Self::HowOften,
            "thread" => Self::Thread,
            "elsewhere" => Self::Elsewhere,
            "except" => Self::Except,
            "who" => Self::Who,
            "if" => Self::If,
            "otherwise" => Self::Otherwise,
            "null" => Self::Null,
            "language" => Self::Speak,
            "moved on" => Self::MovedOn,
            "unknown" => Self::Unknown,
            "filler" => Self::Filler,
            _ => return None,
        })
    }
}

fn lexicon() -> &'static Lexicon<Token> {
    static PARSED: OnceLock<Lexicon<Token>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut lexicon = Lexicon::with_room(PHRASES.len() / 8);
        let lines = PHRASES.lines().filter(|l| !l.starts_with('#'));
        for (name, phrases) in lines.filter_map(|l| l.split_once(": ")) {
            let Some(token) = Token::named(name) else { continue };
            for phrase in phrases.split(',') {
                lexicon.add(phrase, token);
            }
        }
        lexicon
    })
}

/// The number that words begin with: digits, or a word for it.
fn number(word: &str) -> Option<Token> {
    word.parse().ok().map(Token::Number)
}

/// The tokens of a text; none where a word stands in it that is none of them. `field` is whose values can be named
/// in it.
pub(super) fn read(text: &str, field: Option<&Field>) -> Option<Vec<Token>> {
    let words = Words::new(text);
    let hits = lexicon().hits(&words);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some((value, to)) = field.and_then(|f| value(text, &words, at, f)) {
            // "Answer 'Yes'" is said to whoever answers the question.
            if matches!(tokens.last(), Some(Token::Reply | Token::Write | Token::Say)) {
                tokens.pop();
            }
            tokens.push(Token::Value(value));
            at = to;
            continue;
        }
        let here = hits.iter().filter(|h| h.from == at);
        // Of classes that share a phrase the first in the file.
        let longest = here.reduce(|best, h| if h.to > best.to { h } else { best });
        let (token, to) = match longest {
            Some(hit) => (hit.label, hit.to),
            None => {
                let word = words.get(at);
                // Codes are words of other kinds as well: "hi", "he", "id".
                let is_name = word.chars().count() > 3;
                let named =
                    || language::named(word).filter(|_| is_name).map(|l| Token::Language(l.code));
                (number(word).or_else(named)?, at + 1)
            }
        };
        match token {
            Token::Filler => {}
            Token::Unknown => return None,
            Token::MovedOn => tokens.extend([Token::Transferred, Token::Elsewhere]),
            token => tokens.push(token),
        }
        at = to;
    }
    // "Was it handed off or not?"
    if let [.., Token::Or, Token::Not] = tokens.as_slice() {
        tokens.truncate(tokens.len() - 2);
    }
    Some(tokens)
}

/// Whether a sentence is a question that expects a yes: "Wasn't it handed off?"
pub(super) fn is_rhetorical(sentence: &str) -> bool {
    let words = Words::new(sentence);
    let hits = lexicon().hits(&words);
    let label_at = |at: usize| hits.iter().filter(|h| h.from == at).max_by_key(|h| h.to);
    let Some(first) = label_at(0) else { return false };
    let noun = || {
        label_at(first.to).is_some_and(|h| {
            matches!(
                h.label,
                Token::Customer
                    | Token::Agent
                    | Token::Bot
                    | Token::Handoff
                    | Token::Transferred
                    | Token::Messages
            )
        })
    };
    let nobody = || hits.iter().any(|h| h.label == Token::Nobody);
    match first.label {
        Token::Isnt => true,
        Token::Not | Token::No => sentence.contains('?') && !noun() && !nobody(),
        _ => false,
    }
}

/// The value that is named at a word, and the word after its name. A name is told from the word by its capitals inside a
/// sentence, or by what it stands between: "If no agent replied, output 'No'".
fn value(text: &str, words: &Words, at: usize, field: &Field) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for (index, value) in field.possible_values.iter().enumerate() {
        let name = Words::new(value.name());
        let to = at + name.len();
        if name.len() == 0 || to > words.len() {
            continue;
        }
        let source = words.source(at..to);
        let Some(written) = text.get(source.clone()) else { continue };
        let same = (0..name.len()).all(|i| name.get(i) == words.get(at + i));
        if !same {
            continue;
        }
        let before = text.get(..source.start).unwrap_or_default();
        let quoted = before.ends_with(['\'', '"', '‘', '“', '«', '„', '`', '’']);
        let capital = at > 0
            && written == value.name()
            && written.chars().next().is_some_and(char::is_uppercase)
            && (!before.trim_end().ends_with(['.', '?', '!', ':']) || to == words.len());
        let next = words.get(to);
        let closes = to == words.len()
            || matches!(
                next,
                "if" | "when"
                    | "otherwise"
                    | "else"
                    | "wenn"
                    | "sonst"
                    | "si"
                    | "sinon"
                    | "als"
                    | "se"
            );
        let lists = matches!(next, "or" | "and" | "oder" | "und" | "o" | "ou" | "yes" | "no");
        // "Yes if there was a handoff": the whole sentence begins with the answer.
        let leads = at == 0 && (closes || lists) && (written == value.name() || !lists);
        // "Yes if an agent replied, no if not", "answer yes if it was handed off".
        let told = at > 0
            && closes
            && (before.trim_end().ends_with([',', ';', ':', '='])
                || matches!(
                    words.get(at - 1),
                    "answer"
                        | "reply"
                        | "respond"
                        | "output"
                        | "return"
                        | "say"
                        | "write"
                        | "choose"
                        | "and"
                        | "or"
                        | "else"
                        | "otherwise"
                        | "sonst"
                        | "sinon"
                ));
        if (quoted || capital || leads || told) && best.is_none_or(|(_, end)| to > end) {
            best = Some((index, to));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_well_formed_and_no_phrase_begins_with_a_gap() {
        for line in PHRASES.lines().filter(|l| !l.starts_with('#')) {
            let (name, phrases) = line.split_once(": ").unwrap();
            assert!(Token::named(name).is_some(), "{name}");
            for phrase in phrases.split(',') {
                assert!(Words::new(phrase).len() > 0, "{name}: {phrase}");
            }
        }
    }

    #[test]
    fn a_word_that_is_none_of_them_makes_the_question_another() {
        assert_eq!(read("Did a human agent reply?", None), Some(vec![Token::Agent, Token::Reply]));
        assert_eq!(read("Did a human agent reply politely?", None), None);
        assert_eq!(
            read("more than 2 messages", None),
            Some(vec![Token::More, Token::Number(2), Token::Messages])
        );
        assert_eq!(
            read("written in Spanish", None),
            Some(vec![Token::Write, Token::Language("es")])
        );
    }
}
