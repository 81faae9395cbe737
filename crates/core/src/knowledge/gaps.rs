//! Questions without a good article: which of them ask for the same, and the article to write.

use super::MAX_TITLE_CHARS;
use super::import::Draft;
use crate::classify::terms::terms;
use crate::classify::vectors::{Vector, embed};
use crate::classify::words::Words;
use crate::detect;
use crate::text::Lang;

/// Nearness in meaning from which two questions ask for the same.
const NEAR: f32 = 0.62;
/// Share of words in common from which they do in any language.
const SHARED: f32 = 0.5;
/// Questions that a draft quotes.
const QUOTED: usize = 20;

/// Questions that ask for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The question that says best what all ask: its place in the list.
    pub central: usize,
    /// All of them, in the order of the list.
    pub questions: Vec<usize>,
}

struct Read {
    vector: Vector,
    terms: Vec<String>,
}

/// Groups questions, each with its language where known; the largest group first, then the one that
/// begins earliest. A question joins the first group whose founder it resembles, so that groups do not
/// drift and the time is that of questions × groups.
pub fn cluster(questions: &[(&str, Option<Lang>)]) -> Vec<Group> {
    let read: Vec<Read> = questions.iter().map(|(text, lang)| Read::new(text, *lang)).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, question) in read.iter().enumerate() {
        let same = |group: &&mut Vec<usize>| {
            let founder = group.first().and_then(|first| read.get(*first));
            founder.is_some_and(|founder| founder.resembles(question))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|questions| Group { central: central(&questions, &read), questions })
        .collect();
    groups.sort_by_key(|group| {
        (core::cmp::Reverse(group.questions.len()), group.questions.first().copied())
    });
    groups
}

impl Read {
    fn new(text: &str, lang: Option<Lang>) -> Self {
        let english = lang.is_none_or(|lang| lang == Lang::En);
        let mut terms: Vec<String> =
            terms(&Words::new(text)).into_iter().map(|(term, _)| term).collect();
        terms.sort_unstable();
        terms.dedup();
        Self { vector: if english { embed(text) } else { Vector::default() }, terms }
    }

    fn shared(&self, other: &Self) -> f32 {
        let both = self.terms.iter().filter(|term| other.terms.contains(term)).count();
        let all = self.terms.len() + other.terms.len() - both;
        if all == 0 { 0.0 } else { both as f32 / all as f32 }
    }

    fn resembles(&self, other: &Self) -> bool {
        self.shared(other) >= SHARED || self.vector.cosine(&other.vector) >= NEAR
    }
}

/// The question that is nearest to all others; the earliest of equals.
fn central(group: &[usize], read: &[Read]) -> usize {
    let near = |at: &usize| -> f32 {
        let Some(one) = read.get(*at) else { return 0.0 };
        let others = group.iter().filter_map(|other| read.get(*other));
        others.map(|other| one.shared(other) + one.vector.cosine(&other.vector)).sum()
    };
    let best = group.iter().copied().max_by(|a, b| near(a).total_cmp(&near(b)).then(b.cmp(a)));
    best.unwrap_or_default()
}

/// A question without the names, addresses and numbers in it: an article outlives the erasure of whoever asked.
fn unnamed(question: &str) -> String {
    let mut found = detect::detect(question, &detect::Context::default()).found;
    found.sort_by_key(|found| found.start);
    let (mut text, mut from) = (String::new(), 0);
    for found in found.iter().filter(|found| found.end > found.start) {
        if let Some(before) = question.get(from..found.start) {
            text.push_str(before);
            text.push('…');
            from = found.end;
        }
    }
    text.push_str(question.get(from..).unwrap_or_default());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The article to be written for a group: its central question for a title, and what visitors asked
/// in their own words, but for whom they named. What the answer is, nobody but the team knows.
pub fn draft(central: &str, questions: &[&str]) -> Draft {
    let title = super::excerpt(&unnamed(central), MAX_TITLE_CHARS).to_owned();
    let mut body = String::from("What visitors asked:\n\n");
    let mut quoted: Vec<&str> = Vec::new();
    for question in questions {
        if quoted.len() < QUOTED && !quoted.contains(question) {
            quoted.push(question);
            body.push_str("- ");
            body.push_str(super::excerpt(&unnamed(question), 300));
            body.push('\n');
        }
    }
    let lang = crate::detect::language(central);
    Draft { title, body, lang }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_names_nobody_who_asked() {
        let asked = "I'm Ana Prado, do you deliver to Norway? Mail ana@example.org or call +47 22 12 34 56.";
        let Draft { title, body, .. } = draft(asked, &[asked, "Do you deliver to Norway?"]);
        for text in [&title, &body] {
            assert!(text.contains("do you deliver to Norway?"), "{text}");
            for personal in ["Ana", "Prado", "example.org", "34 56"] {
                assert!(!text.contains(personal), "{text}");
            }
        }
    }

    #[test]
    fn questions_that_ask_for_the_same_are_one_group() {
        let en = Some(Lang::En);
        let questions = [
            ("Do you deliver to Norway?", en),
            ("Is there parking at the hotel?", en),
            ("can you deliver to norway please", en),
            ("Nimmt die Praxis neue Patienten auf?", Some(Lang::De)),
            ("Where can I park my car at your hotel?", en),
            ("delivery to Norway?", en),
        ];
        let groups = cluster(&questions);
        let places: Vec<&[usize]> = groups.iter().map(|group| &group.questions[..]).collect();
        assert_eq!(places, [&[0, 2, 5][..], &[1, 4], &[3]]);
        assert!(groups[0].questions.contains(&groups[0].central));
        assert_eq!(cluster(&[]), []);
    }

    #[test]
    fn a_draft_quotes_each_question_once() {
        let draft = draft("Do you\ndeliver to Norway?", &["Norway?", "Norway?", "- deliver\n# it"]);
        assert_eq!(draft.title, "Do you deliver to Norway?");
        assert_eq!(draft.body, "What visitors asked:\n\n- Norway?\n- - deliver # it\n");
    }
}
