//! A conversation as all questions about it read it: folded once, with its cues.

use super::concepts::{self, Concept};
use super::cues::{self, Cue};
use super::language;
use super::lexicon::{Hit, around};
use super::steering;
use super::terms::terms;
use super::vectors::{self, Vector};
use super::words::Words;
use crate::conversation::{Marker, Role, Turn};
use crate::text::Lang;
use core::cell::OnceCell;

/// Bytes of a conversation that are read. What exceeds it is cut at the end of each message, to
/// equal shares; 2,000 messages keep 256 bytes each, which is more than most messages have.
const BUDGET: usize = 512 * 1024;
/// Bytes of one message where only its gist is wanted.
pub(crate) const PLAIN_BYTES: usize = 8 * 1024;

/// A conversation, read.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// All turns, in order.
    pub turns: Vec<Read<'a>>,
    spoken: Vec<Lang>,
    vectors: OnceCell<Vec<Vector>>,
}

/// One turn, read.
#[derive(Debug)]
pub(crate) struct Read<'a> {
    /// Who said it.
    pub role: Role,
    /// When, in POSIX seconds.
    pub at: Option<i64>,
    /// What it says, as far as it is read.
    pub text: &'a str,
    /// What happened, for [`Role::System`].
    pub marker: Option<Marker>,
    /// Its words.
    pub words: Words,
    /// Its terms, each with the index of its word.
    pub terms: Vec<(String, usize)>,
    /// What they show, denials and suppositions already applied.
    pub cues: Vec<Hit<Cue>>,
    /// What they are about; what is denied is left out.
    pub concepts: Vec<Hit<Concept>>,
    /// All concepts that it touches, denied or not: what it is about at all.
    pub touched: Vec<Concept>,
    /// Whether it tries to steer the classification.
    pub steers: bool,
}

impl<'a> Reading<'a> {
    /// Reads a conversation.
    pub(crate) fn new(conversation: &'a [Turn]) -> Self {
        let share = (BUDGET / conversation.len().max(1)).max(256);
        let total: usize = conversation.iter().map(|t| t.text.len()).sum();
        let limit = if total <= BUDGET { usize::MAX } else { share };
        let mut turns: Vec<Read<'a>> = conversation
            .iter()
            .map(|turn| {
                let text = cut(&turn.text, limit);
                let system = turn.role == Role::System;
                let steering = match turn.role {
                    Role::Customer => steering::steering(text),
                    _ => steering::Steering::default(),
                };
                Read {
                    role: turn.role,
                    at: turn.at,
                    text,
                    marker: if system { Marker::parse(turn.text.trim()) } else { None },
                    words: match turn.role {
                        Role::System => Words::default(),
                        Role::Customer => Words::without(text, &steering.bytes),
                        Role::Bot | Role::Agent => Words::new(text),
                    },
                    terms: Vec::new(),
                    cues: Vec::new(),
                    concepts: Vec::new(),
                    touched: Vec::new(),
                    steers: steering.bids,
                }
            })
            .collect();
        let spoken = languages(&turns);
        for turn in &mut turns {
            turn.terms = terms(&turn.words);
            turn.cues = show(turn, &spoken);
            (turn.concepts, turn.touched) = about(turn, &spoken);
        }
        Self { turns, spoken, vectors: OnceCell::new() }
    }

    /// The vectors of all turns, made when first asked for; empty ones where the conversation is
    /// not in the language that the vectors are for.
    pub(crate) fn vectors(&self) -> &[Vector] {
        self.vectors.get_or_init(|| {
            let english = self.spoken.contains(&Lang::En);
            let embed = |t: &Read<'_>| {
                // A bare "ok" or "hello" is near to nothing and to everything.
                let says = english && t.role != Role::System && t.matter() > 0;
                if says { vectors::embed(t.text) } else { Vector::default() }
            };
            self.turns.iter().map(embed).collect()
        })
    }

    /// The customer's turns with their index.
    pub(crate) fn customer(&self) -> impl DoubleEndedIterator<Item = (usize, &Read<'a>)> {
        self.by(&[Role::Customer])
    }

    /// Turns of some roles with their index.
    pub(crate) fn by<'s>(
        &'s self,
        roles: &'s [Role],
    ) -> impl DoubleEndedIterator<Item = (usize, &'s Read<'a>)> {
        self.turns.iter().enumerate().filter(move |(_, t)| roles.contains(&t.role))
    }
}

impl Read<'_> {
    /// Whether a cue stands in it.
    pub(crate) fn has(&self, cue: Cue) -> bool {
        self.cues.iter().any(|h| h.label == cue)
    }

    /// Words that are not greeting, farewell, thanks or filler.
    pub(crate) fn matter(&self) -> usize {
        let empty = [Cue::Greeting, Cue::Bye, Cue::Thanks, Cue::Filler];
        let mut covered = vec![false; self.words.len()];
        for hit in self.cues.iter().filter(|h| empty.contains(&h.label)) {
            covered.iter_mut().take(hit.to).skip(hit.from).for_each(|c| *c = true);
        }
        covered
            .iter()
            .enumerate()
            .filter(|(i, c)| !**c && self.words.get(*i).chars().any(char::is_alphabetic))
            .count()
    }

    /// Whether a comma or the end of a sentence stands between two words.
    pub(crate) fn pauses_between(&self, first: usize, second: usize) -> bool {
        let between = self.words.source(first..second + 1);
        let text = self.text.get(between).unwrap_or_default();
        text.contains([',', '.', ';', ':', '!', '?', '，', '。', '、', '،', '！', '？', '؟', '\n'])
    }

    /// Whether the sentence that a word stands in ends in a question mark.
    pub(crate) fn asks_at(&self, word: usize) -> bool {
        let end = self.words.source(word..word + 1).end;
        let rest = self.text.get(end..).unwrap_or_default();
        rest.chars()
            .find(|c| matches!(c, '?' | '？' | '؟' | '.' | '!' | '。' | '！' | '\n'))
            .is_some_and(|c| matches!(c, '?' | '？' | '؟'))
    }

    /// Whether it ends in a question.
    pub(crate) fn ends_in_question(&self) -> bool {
        self.text.trim_end().ends_with(['?', '？', '؟'])
    }

    /// The words around a hit, verbatim, at most about 120 bytes.
    pub(crate) fn quote(&self, from: usize, to: usize) -> String {
        let range = self.words.source(from..to);
        let quote = self.text.get(range).unwrap_or_default();
        cut(quote, 240).to_owned()
    }
}

/// The beginning of a text, at most so many bytes, never inside a character.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Which languages' phrases count: those that the conversation is likely in; all where it is too
/// short to tell.
fn languages(turns: &[Read<'_>]) -> Vec<Lang> {
    let mut sample = String::new();
    for turn in turns.iter().filter(|t| t.role != Role::System) {
        sample.push_str(cut(turn.text, 400));
        sample.push('\n');
        if sample.len() > 4_000 {
            break;
        }
    }
    let ranked = language::ranked(&sample);
    let Some((_, best)) = ranked.first() else { return Lang::ALL.to_vec() };
    let near: Vec<Lang> = ranked
        .iter()
        .filter(|(_, share)| *share >= best * 0.4)
        .filter_map(|(l, _)| Lang::from_tag(l.code))
        .collect();
    if near.is_empty() { Lang::ALL.to_vec() } else { near }
}

/// The cues of a turn with denials and suppositions applied.
fn show(turn: &Read<'_>, spoken: &[Lang]) -> Vec<Hit<Cue>> {
    let all = cues::lexicon().hits(&turn.words);
    let mut hits: Vec<Hit<Cue>> = Vec::new();
    for hit in all.iter().filter(|h| spoken.contains(&h.label.1)) {
        let plain = Hit { label: hit.label.0, from: hit.from, to: hit.to };
        if !hits.iter().rev().take_while(|o| o.from == plain.from).any(|o| *o == plain) {
            hits.push(plain);
        }
    }
    // A phrase inside a longer one of a stronger or opposite kind does not count by itself:
    // "not working" over "working", "absolutely love" over "love". A calm one need not be longer,
    // as a compound is one word: "Betrugsmail".
    let inside = |i: usize, h: &Hit<Cue>| {
        let mood = |c: Cue| !matches!(c, Cue::Deny | Cue::If | Cue::Filler | Cue::Greeting);
        around(&hits, i).any(|o| {
            mood(o.label)
                && o.label != h.label
                && o.from <= h.from
                && o.to >= h.to
                && (o.to - o.from > h.to - h.from || o.label == Cue::Calm)
        })
    };
    // A denial reaches over a word, not over a comma: "no, it is fine" denies nothing.
    let near = |i: usize, h: &Hit<Cue>, cue: Cue, before: usize, after: usize| {
        around(&hits, i).filter(|o| o.label == cue).any(|o| {
            let (left, right) = if o.to <= h.from { (o, h) } else { (h, o) };
            let reach = if o.to <= h.from { before } else { after };
            right.from >= left.to
                && right.from - left.to < reach
                && !turn.pauses_between(left.from, right.from)
        })
    };
    // Where the verb stands last, its denial follows what is denied.
    let verb_last = spoken.iter().any(|l| matches!(l, Lang::Tr | Lang::Ja | Lang::Hi));
    let after = if verb_last { 2 } else { 0 };
    hits.iter()
        .enumerate()
        .filter(|(i, h)| !inside(*i, h))
        .filter_map(|(i, h)| {
            let denied = near(i, h, Cue::Deny, 2, after);
            let supposed = near(i, h, Cue::If, 4, 0);
            let label = match h.label {
                Cue::Warm | Cue::Effusive if denied => Cue::Displeased,
                Cue::Works | Cue::Settled if denied => Cue::Fails,
                Cue::Displeased | Cue::Rage | Cue::Thanks if denied => return None,
                Cue::Works | Cue::Settled | Cue::Warm if supposed => return None,
                Cue::Works | Cue::Settled | Cue::Warm if turn.asks_at(h.from) => return None,
                label => label,
            };
            Some(Hit { label, ..*h })
        })
        .collect()
}

/// The concepts of a turn, less those that a denial stands right before.
fn about(turn: &Read<'_>, spoken: &[Lang]) -> (Vec<Hit<Concept>>, Vec<Concept>) {
    let (mut hits, touched) = concepts::shown(&turn.words, spoken);
    let denials: Vec<(usize, usize)> =
        turn.cues.iter().filter(|c| c.label == Cue::Deny).map(|c| (c.from, c.to)).collect();
    hits.retain(|h| {
        // Denials come in order; only the last ones before the hit can touch it.
        let before = denials.partition_point(|(from, _)| *from < h.from);
        // A phrase that holds a denial itself ("no results") is not denied by another one.
        let negative = denials.get(before).is_some_and(|(_, to)| *to <= h.to);
        negative
            || !denials.iter().take(before).rev().take(3).any(|(from, to)| {
                *to <= h.from && h.from - to < 2 && !turn.pauses_between(*from, h.from)
            })
    });
    (hits, touched)
}
