//! Proposes values for a field out of the conversations that it answered with "Other".
//!
//! A proposal is a phrase that several customers have used, never one customer's words. It is shown to
//! the owner, who decides; it stands in no event.

use crate::classify::words::{Words, is_unspaced};
use crate::classify::{Field, language, terms};
use crate::conversation::{Role, Turn};
use crate::detect;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Fewest customers who must share a phrase before it is proposed, so that no single one's words are.
pub const MIN_SUPPORT: usize = 3;
/// Most proposals.
const MOST: usize = 12;
/// Words of one conversation that are read; characters in unspaced scripts.
const WORDS: usize = 600;
/// Longest phrase, in words; in unspaced scripts, in characters.
const PHRASE: usize = 3;
const UNSPACED_PHRASE: usize = 6;

/// A value that the field may lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proposal {
    /// What to call it: a phrase as customers write it.
    pub value: String,
    /// Conversations that use it and no proposal before it; indices into what was given, in order.
    pub conversations: Vec<usize>,
}

/// A conversation that was answered with "Other", or with nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unnamed<'a> {
    /// Whose it is: equal for the same customer.
    pub customer: &'a str,
    /// What was said.
    pub turns: &'a [Turn],
}

/// Looks through conversations for what their customers share.
///
/// The first proposal covers the most conversations, each further one the most of those left. Takes
/// time linear in what is read, times the number of proposals.
pub fn mine(conversations: &[Unnamed<'_>], field: &Field) -> Vec<Proposal> {
    let mut customers: HashMap<&str, usize> = HashMap::new();
    let owners: Vec<usize> = conversations
        .iter()
        .map(|one| {
            let next = customers.len();
            *customers.entry(one.customer).or_insert(next)
        })
        .collect();
    let known: HashSet<String> = field
        .possible_values
        .iter()
        .flat_map(|v| Words::new(v.name()).iter().map(stem_of).collect::<Vec<_>>())
        .collect();
    // Phrases by their stems, with how they are written and where they stand.
    let mut phrases: HashMap<String, Phrase> = HashMap::new();
    for (index, Unnamed { turns, .. }) in conversations.iter().enumerate() {
        let mut left = WORDS;
        for turn in turns.iter().filter(|t| t.role == Role::Customer) {
            let text = without_own(&turn.text);
            let words = Words::new(&text);
            let all: Vec<&str> = words.iter().take(left).collect();
            left -= all.len();
            for (key, said, length) in phrases_of(&all) {
                let phrase = phrases.entry(key).or_insert_with(|| Phrase::new(length));
                phrase.add(index, said);
            }
        }
    }
    let mut candidates: Vec<(String, Phrase)> = phrases
        .into_iter()
        .filter(|(key, p)| {
            shared(&p.places, &owners) >= MIN_SUPPORT
                && !key.split(' ').all(|stem| known.contains(stem))
        })
        .collect();
    // What nearly everybody says is how one speaks, not what one speaks of.
    let common = (conversations.len() * 4).div_ceil(5).max(MIN_SUPPORT + 1);
    if conversations.len() > 2 * MIN_SUPPORT {
        candidates.retain(|(_, p)| p.length > 1 || p.places.len() < common);
    }
    candidates.sort_by(|a, b| a.0.cmp(&b.0));
    let mut proposals: Vec<Proposal> = Vec::new();
    let mut taken: HashSet<usize> = HashSet::new();
    while proposals.len() < MOST {
        let left = |p: &Phrase| -> Vec<usize> {
            p.places.iter().copied().filter(|i| !taken.contains(i)).collect()
        };
        // A longer phrase says more, unless it loses conversations.
        let worth =
            |p: &Phrase| left(p).len() as f64 * (1.0 + 0.35 * (p.length.min(PHRASE) - 1) as f64);
        let best = candidates
            .iter()
            .filter(|(_, p)| shared(&left(p), &owners) >= MIN_SUPPORT)
            .max_by(|a, b| worth(&a.1).total_cmp(&worth(&b.1)).then(b.0.cmp(&a.0)));
        let Some((_, best)) = best else { break };
        let conversations = left(best);
        let value = best.written();
        taken.extend(&conversations);
        proposals.push(Proposal { value, conversations });
    }
    proposals
}

/// How many customers these conversations are of.
fn shared(conversations: &[usize], owners: &[usize]) -> usize {
    let owners: HashSet<_> = conversations.iter().filter_map(|i| owners.get(*i)).collect();
    owners.len()
}

/// A message with a number, over which no phrase goes, for each name, address, phone number and web address: they are a
/// customer's own, and what many of them share is the provider.
fn without_own(text: &str) -> String {
    let found = detect::detect(text, &detect::Context::default()).found;
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for one in found {
        rest.push_str(text.get(from..one.start).unwrap_or_default());
        rest.push_str(" 0 ");
        from = one.end;
    }
    rest.push_str(text.get(from..).unwrap_or_default());
    let is_address = |part: &str| {
        part.contains(['@', '/'])
            || part.split('.').count() > 1
                && part.split('.').all(|label| label.starts_with(char::is_alphanumeric))
    };
    let trimmed = |part: &str| part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    rest.split_whitespace()
        .map(|part| if is_address(&trimmed(part)) { "0" } else { part })
        .collect::<Vec<_>>()
        .join(" ")
}

#[derive(Debug)]
struct Phrase {
    length: usize,
    /// Conversations, in order.
    places: Vec<usize>,
    /// How it was written, with how often.
    forms: HashMap<String, usize>,
}

impl Phrase {
    fn new(length: usize) -> Self {
        Self { length, places: Vec::new(), forms: HashMap::new() }
    }

    fn add(&mut self, place: usize, said: String) {
        if self.places.last() != Some(&place) {
            self.places.push(place);
        }
        *self.forms.entry(said).or_default() += 1;
    }

    /// The commonest form, its first letter large.
    fn written(&self) -> String {
        let best = self.forms.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        let form = best.map(|(f, _)| f.as_str()).unwrap_or_default();
        let mut chars = form.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
    }
}

fn stem_of(word: &str) -> String {
    terms::stem(word).to_owned()
}

/// Whether a word may stand at the end of a phrase: it carries matter, and nothing that is one
/// customer's own, as numbers are.
fn carries(word: &str) -> bool {
    if word.chars().all(is_unspaced) {
        return true;
    }
    word.chars().count() > 2
        && word.chars().all(char::is_alphabetic)
        && !terms::is_empty(word)
        && !language::is_frequent(word)
}

/// The phrases of a text: their stems, how they are written, how many words they have.
fn phrases_of(words: &[&str]) -> Vec<(String, String, usize)> {
    let mut found = Vec::new();
    for (from, first) in words.iter().enumerate() {
        let unspaced = first.chars().all(is_unspaced);
        let (least, most) = if unspaced { (2, UNSPACED_PHRASE) } else { (1, PHRASE) };
        for length in least..=most {
            let Some(part) = words.get(from..from + length) else { break };
            let alike = part.iter().all(|w| w.chars().all(is_unspaced) == unspaced);
            let plain = part.iter().all(|w| w.chars().all(char::is_alphabetic) || unspaced);
            if !alike || !plain {
                break;
            }
            let (Some(first), Some(last)) = (part.first(), part.last()) else { break };
            if !carries(first) || !carries(last) {
                continue;
            }
            if unspaced {
                found.push((part.concat(), part.concat(), length.div_ceil(2)));
            } else {
                let stems: Vec<String> = part.iter().map(|w| stem_of(w)).collect();
                found.push((stems.join(" "), part.join(" "), length));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Value;

    fn talk(text: &str) -> Vec<Turn> {
        vec![
            Turn { role: Role::Customer, text: text.to_owned(), at: None },
            Turn { role: Role::Agent, text: "Gift wrapping is free.".to_owned(), at: None },
        ]
    }

    fn reason() -> Field {
        Field {
            name: "Reason".to_owned(),
            prompt: "Why does the customer write?".to_owned(),
            possible_values: ["Late delivery", "Refund", "Other"]
                .map(|v| Value::Name(v.to_owned()))
                .to_vec(),
            optional: true,
        }
    }

    fn proposals(texts: &[&str]) -> Vec<Proposal> {
        let own: Vec<(String, &str)> =
            texts.iter().enumerate().map(|(n, text)| (n.to_string(), *text)).collect();
        proposals_of(&own.iter().map(|(who, text)| (who.as_str(), *text)).collect::<Vec<_>>())
    }

    fn proposals_of(texts: &[(&str, &str)]) -> Vec<Proposal> {
        let talks: Vec<Vec<Turn>> = texts.iter().map(|(_, text)| talk(text)).collect();
        let all: Vec<Unnamed<'_>> = texts
            .iter()
            .zip(&talks)
            .map(|((customer, _), turns)| Unnamed { customer, turns })
            .collect();
        mine(&all, &reason())
    }

    #[test]
    fn what_several_customers_share_is_proposed() {
        let found = proposals(&[
            "can I change the delivery address?",
            "how long is the battery life",
            "I typed a wrong delivery address, please fix it",
            "the battery life of this is awful",
            "please use my other delivery address",
            "is the battery life better in the new one?",
            "what about the weather",
        ]);
        let short: Vec<_> =
            found.iter().map(|p| (p.value.as_str(), &p.conversations[..])).collect();
        assert_eq!(short, [("Battery life", &[1, 3, 5][..]), ("Delivery address", &[0, 2, 4])]);
    }

    #[test]
    fn one_customers_words_are_not() {
        let found = proposals(&[
            "I am Jonathan Archer, order 5512, my gift card is empty",
            "the gift card code does not work",
            "gift card from grandma is void, call me on 5550142",
            "I am Jonathan Archer again",
        ]);
        assert_eq!(found.iter().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["Gift card"]);
    }

    #[test]
    fn nor_are_addresses_and_names() {
        let found = proposals(&[
            "gift wrap, write to ana@gmail.com",
            "is there gift wrap? bo at gmail dot com",
            "gift wrap please, cy.lee@gmail.com, see www.gmail.com/help",
            "my mail is dee@gmail.com and my name is Dolores Lindqvist",
            "eva@gmail.com here, I am Dolores Lindqvist",
            "I am Dolores Lindqvist, gmail.com user",
        ]);
        assert_eq!(found.iter().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["Gift wrap"]);
    }

    #[test]
    fn nor_are_they_when_the_customer_comes_again() {
        let said =
            ["my e-mail is gertrude", "e-mail is gertrude please", "again: e-mail is gertrude"];
        let of = |whose: [&'static str; 3]| -> Vec<Proposal> {
            proposals_of(&whose.into_iter().zip(said).collect::<Vec<_>>())
        };
        assert_eq!(of(["one", "one", "one"]), []);
        assert_eq!(of(["one", "two", "one"]), []);
        assert_eq!(of(["one", "two", "three"]).len(), 1);
    }

    #[test]
    fn known_values_and_the_teams_words_are_not() {
        let found = proposals(&["refund", "a refund please", "refund me", "refunds"]);
        assert_eq!(found, []);
        assert_eq!(proposals(&["hello", "hi there", "hello"]), []);
        assert_eq!(mine(&[], &reason()), []);
    }

    #[test]
    fn languages_without_spaces_have_phrases_too() {
        let found =
            proposals(&["領収書を送ってください", "領収書が必要です", "領収書はどこですか"]);
        assert_eq!(found.first().map(|p| p.value.as_str()), Some("領収書"));
    }
}
