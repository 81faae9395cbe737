//! What one message means to the policy.

use super::index::{Hint, Hit, hits};
use super::lexicon::asks_anywhere;
use super::lexicon::cue::Cue;
use super::reason::Moment;
use super::state::insert;
use super::words::Words;
use crate::detect::{self, Kind};
use crate::text::{Lang, is_lower, is_upper};

/// Words that may stand between a refusal and the detail that it names, and characters of a script without spaces.
const REFUSAL_REACH: (usize, usize) = (6, 12);
/// The same between "stop" and what it ends.
const END_REACH: (usize, usize) = (4, 8);
/// And between one detail and the next: "my name or my phone number".
const LIST_REACH: usize = 3;
/// Words that are no greeting and may follow one, as the name of whom it greets.
const GREETED_WORDS: usize = 2;

/// A "no" that goes on for longer says more than no.
const NO_WORDS: usize = 4;

/// What a message is, as far as it is nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Act {
    /// A greeting.
    Greeting,
    /// An announcement that there is a matter, without the matter: "I have a question".
    Opener,
    /// Thanks, agreement, chat.
    SmallTalk,
    /// A question that anybody could ask: opening hours, prices, how something works.
    Question,
    /// Something with substance.
    #[default]
    Substance,
}

/// What the visitor's words say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reading {
    /// The kind of message.
    pub act: Act,
    /// Moments that the words call for, the most telling first.
    pub moments: Vec<Moment>,
    /// Looks around and has not chosen yet.
    pub exploring: bool,
    /// The only moment is a wish, without what the wish is about.
    pub vague: bool,
    /// Angry.
    pub angry: bool,
    /// Asks something, be it as part of more.
    pub asks: bool,
    /// Agrees.
    pub yes: bool,
    /// "No" and nothing more.
    pub no: bool,
    /// Begins with a "no", whatever follows.
    pub disagrees: bool,
    /// Will not say.
    pub refuses: bool,
    /// Not now, or passes over it.
    pub evades: bool,
    /// Details that a refusal names.
    pub refused: Vec<Kind>,
    /// Does not know yet.
    pub unsure: bool,
    /// The language that the words are in.
    pub lang: Option<Lang>,
}

/// Reads a visitor's message.
pub(super) fn visitor(text: &str, hint: Hint) -> Reading {
    let words = Words::new(text);
    let marks = Marks::new(text);
    let (hits, lang) = hits(&words, hint);
    let shown = hits.iter().fold(0u32, |all, hit| all | 1 << hit.cue as u32);
    let has = |cue: Cue| shown >> cue as u32 & 1 == 1;
    let sheds = Sheds::new(&hits, words.len());
    let digits = words.digits();
    let starts = |cue: Cue| hits.iter().any(|h| h.cue == cue && h.start == sheds.first_word);
    // "Oh, yes": what is chat and no answer by itself may come before it.
    let agrees =
        |h: &Hit| h.cue == Cue::Yes && (h.start == sheds.first_word || h.start == sheds.first_said);

    let own = has(Cue::Own);
    let questions = || hits.iter().filter(|h| h.cue == Cue::Question);
    let asking = questions().any(|h| h.start == sheds.first_word || asks_anywhere(h.lang));
    // "How can I return it?" asks how, whatever politeness follows; "can you…" asks to have it done.
    let how = questions()
        .any(|h| h.start == sheds.first_word && !asks_anywhere(h.lang) && !starts(Cue::Polite));
    // "Can you help?" is no question that waits for an answer.
    let interrogative = !has(Cue::Opener) && (marks.question || asking);
    let wants = hits.iter().any(|h| h.cue == Cue::Want && !negated(h, &hits));
    let request = wants || (has(Cue::Polite) && !how);
    // "Where is my order" is about the visitor; "where is your shop" anybody could ask.
    let general = !own && ((interrogative && !request) || has(Cue::Know));
    let exploring = has(Cue::Explore);

    let states = own && !interrogative && sheds.substance >= 2;
    // "No estoy seguro" speaks of no insurance.
    let topic = hits.iter().any(|t| {
        let inside = |h: &Hit| h.cue == Cue::Unsure && h.start <= t.start && t.end <= h.end;
        t.cue == Cue::Topic && !hits.iter().any(inside)
    });
    let about = sheds.substance > 0 && (topic || wants || states);
    let matter = has(Cue::Matter) || (about && !general && !exploring);
    // "My e-mail is none of your business" states no matter, nor does "not sure, let me think".
    let refused = named(text, &words, &hits, lang);
    let unsure = has(Cue::Unsure) && !has(Cue::Matter) && !topic;
    let declines = unsure || !refused.is_empty();
    let moments = moments(&words, &hits, matter && !declines, general && how);
    let vague = moments == [Moment::Matter] && !has(Cue::Matter) && !topic && !own;

    let act = if !moments.is_empty() {
        Act::Substance
    } else if sheds.greeting_only(words.len(), interrogative || digits) {
        Act::Greeting
    } else if sheds.substance == 0 && has(Cue::Opener) {
        Act::Opener
    } else if sheds.substance == 0 && !digits {
        Act::SmallTalk
    } else if interrogative || has(Cue::Know) {
        Act::Question
    } else {
        Act::Substance
    };
    Reading {
        act,
        exploring,
        vague,
        angry: has(Cue::Angry) || (marks.shouted && marks.exclamations >= 2),
        asks: interrogative,
        yes: hits.iter().any(agrees),
        no: starts(Cue::No) && words.len() <= NO_WORDS,
        disagrees: starts(Cue::No),
        refuses: has(Cue::Refuse),
        evades: has(Cue::Evade),
        refused,
        unsure: has(Cue::Unsure),
        moments,
        lang,
    }
}

/// What the letters and marks of a message show.
struct Marks {
    question: bool,
    exclamations: usize,
    /// Most letters, and at least eight, are capitals.
    shouted: bool,
}

impl Marks {
    fn new(text: &str) -> Self {
        let mut marks = Self { question: false, exclamations: 0, shouted: false };
        let (mut upper, mut lower) = (0usize, 0usize);
        for c in text.chars() {
            match c {
                '?' | '？' | '؟' | '¿' => marks.question = true,
                '!' | '！' => marks.exclamations += 1,
                _ => {
                    upper += usize::from(is_upper(c));
                    lower += usize::from(is_lower(c));
                }
            }
        }
        marks.shouted = upper >= 8 && upper > lower * 3;
        marks
    }
}

/// A message without its greetings, thanks and announcements.
struct Sheds {
    /// Tokens that are none of these.
    substance: usize,
    /// Tokens that are no greeting.
    ungreeting: usize,
    /// Begins with a greeting.
    greets: bool,
    /// The first token after the opening greeting.
    first_word: usize,
    /// The first token after chat that says neither yes nor no.
    first_said: usize,
}

impl Sheds {
    fn new(hits: &[Hit], tokens: usize) -> Self {
        let mut greeting = vec![false; tokens];
        let mut idle = vec![false; tokens];
        let mut first_said = 0;
        // Hits come by their start.
        let answers = hits.iter().find(|h| matches!(h.cue, Cue::Yes | Cue::No));
        for hit in hits {
            let chat = matches!(hit.cue, Cue::Greeting | Cue::SmallTalk);
            let said = answers.is_some_and(|h| h.start <= hit.start);
            if chat && !said && hit.start <= first_said {
                first_said = first_said.max(hit.end);
            }
            let marks = match hit.cue {
                Cue::Greeting => &mut greeting,
                Cue::SmallTalk | Cue::Opener | Cue::Yes | Cue::No => &mut idle,
                _ => continue,
            };
            marks.iter_mut().take(hit.end).skip(hit.start).for_each(|m| *m = true);
        }
        Self {
            substance: greeting.iter().zip(&idle).filter(|(g, i)| !**g && !**i).count(),
            ungreeting: greeting.iter().filter(|g| !**g).count(),
            greets: greeting.first() == Some(&true),
            first_word: greeting.iter().position(|g| !*g).unwrap_or(tokens),
            first_said,
        }
    }

    fn greeting_only(&self, tokens: usize, more: bool) -> bool {
        self.ungreeting == 0
            || (self.greets
                && self.substance > 0
                && self.ungreeting <= GREETED_WORDS
                && tokens <= GREETED_WORDS + 2
                && !more)
    }
}

/// What the words call for, the most telling first.
///
/// `curious`: a question that anybody could ask. "How does one book?" asks about booking and does
/// not book.
fn moments(words: &Words<'_>, hits: &[Hit], matter: bool, curious: bool) -> Vec<Moment> {
    let ended = |wish: &Hit| {
        let by = match wish.cue {
            Cue::Send | Cue::Call => Cue::Stop,
            Cue::Book => Cue::Cancel,
            _ => return false,
        };
        hits.iter().any(|h| h.cue == by && reaches(words, h, wish))
    };
    let wishes = |cue: Cue| {
        let stands = |h: &Hit| h.cue == cue && !negated(h, hits) && !ended(h);
        !curious && hits.iter().any(stands)
    };
    let mut moments = Vec::new();
    for moment in Moment::ALL {
        let shown = match moment {
            Moment::Send => wishes(Cue::Send),
            Moment::Call => wishes(Cue::Call),
            Moment::Book => wishes(Cue::Book),
            Moment::Handoff => wishes(Cue::Human),
            Moment::Returning => wishes(Cue::Returning),
            // "Send me my invoice" wants it sent; that it is theirs adds nothing to ask for.
            Moment::Matter => matter && matches!(moments[..], [] | [Moment::Returning]),
        };
        if shown {
            moments.push(moment);
        }
    }
    moments
}

/// How far a phrase reaches: so many words, or characters where it is in a script without spaces.
fn reach_at(words: &Words<'_>, hit: &Hit, (spaced, dense): (usize, usize)) -> usize {
    if words.dense(hit.start) { dense } else { spaced }
}

/// Whether a word that ends something is said of a wish: close to it, without a pause between them.
fn reaches(words: &Words<'_>, end: &Hit, wish: &Hit) -> bool {
    let (from, to) =
        if end.start < wish.start { (end.end, wish.start) } else { (wish.end, end.start) };
    let reach = reach_at(words, end, END_REACH);
    // "Hören Sie auf, mir … zu schicken": the comma right behind it is none of a pause.
    to.saturating_sub(from) <= reach && !words.pauses(from + 1, to)
}

/// Whether a "not" stands by a wish, with a word between at most, or right behind it.
fn negated(wish: &Hit, hits: &[Hit]) -> bool {
    hits.iter().filter(|h| h.cue == Cue::Not).any(|not| {
        let before = not.end <= wish.start && wish.start - not.end <= 1;
        let behind = not.start == wish.end;
        let inside = wish.start < not.start && not.end <= wish.end;
        before || behind || inside
    })
}

/// Details that a refusal names, be it before or after it in its clause, and those that stand in a row with them.
fn named(text: &str, words: &Words<'_>, hits: &[Hit], lang: Option<Lang>) -> Vec<Kind> {
    let mut named = Vec::new();
    if hits.iter().all(|h| h.cue != Cue::Refuse) {
        return named;
    }
    let place = |(kind, start, end): (Kind, usize, usize)| (kind, words.at(start), words.at(end));
    let mentions: Vec<_> = detect::mentions(text, lang).into_iter().map(place).collect();
    // What the nearest refusal, or the last detail that it names, spans.
    let mut last = (usize::MAX, 0);
    for (kind, start, end) in mentions.iter().chain(mentions.iter().rev()) {
        let near = |from: usize, to: usize, reach: usize| {
            let gap = start.max(&from).saturating_sub(*end.min(&to));
            let between = if from < *start { (to, *start) } else { (*end, from) };
            gap <= reach && (gap < 2 && reach == LIST_REACH || !words.pauses(between.0, between.1))
        };
        let refused = |h: &Hit| {
            h.cue == Cue::Refuse && near(h.start, h.end, reach_at(words, h, REFUSAL_REACH))
        };
        if near(last.0, last.1, LIST_REACH) || hits.iter().any(refused) {
            insert(&mut named, *kind);
            last = (*start, *end);
        }
    }
    named
}

/// Whether what stands between two bytes of an answer to the question for a name is none: the message
/// will not give it ("rather not say"), or the words say something else ("refund", "wait").
///
/// `known`: a frequent name, which is not taken for the word that it also is: "Bill".
pub(crate) fn names_nobody(text: &str, hint: Hint, start: usize, end: usize, known: bool) -> bool {
    let words = Words::new(text);
    let (start, end) = (words.at(start), words.at(end));
    let mut from = start;
    for hit in hits(&words, hint).0 {
        // "やまだ" holds "まだ", which is "not yet".
        let inside = start < hit.start && hit.start < end;
        let declines = match hit.cue {
            Cue::Refuse | Cue::Evade => !inside,
            Cue::No => hit.start == 0 && words.len() <= NO_WORDS,
            _ => false,
        };
        if declines {
            return true;
        }
        // Hits come by their start.
        if hit.start <= from && hit.cue.says() {
            from = from.max(hit.end);
        }
    }
    !known && from >= end
}

/// What was said to the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Heard {
    /// Asks for something.
    pub question: bool,
    /// Details that it asks for.
    pub asks: Vec<Kind>,
    /// What it offers to do, should the visitor agree.
    pub offers: Option<Moment>,
}

const OFFERS: [(Moment, Cue); 3] = [
    (Moment::Send, Cue::OffersSend),
    (Moment::Call, Cue::OffersCall),
    (Moment::Book, Cue::OffersBook),
];

/// Reads what a person or a bot said to the visitor.
pub(super) fn agent(text: &str, hint: Hint) -> Heard {
    let words = Words::new(text);
    let (hits, lang) = hits(&words, hint);
    let begins = hits.iter().any(|h| h.cue == Cue::Question && h.start == 0);
    let asking = Marks::new(text).question || begins;
    let offer = OFFERS
        .into_iter()
        .filter(|_| asking)
        .find_map(|(moment, cue)| Some((moment, hits.iter().find(|h| h.cue == cue)?)));
    // "Shall we call you?" asks for nothing, though it speaks of a call.
    let offered = |start: usize, end: usize| {
        offer.is_some_and(|(_, h)| h.start < words.at(end) && words.at(start) < h.end)
    };
    let mut asks = detect::asked_for(text, lang);
    if offer.is_some() {
        let mentions = detect::mentions(text, lang);
        asks.retain(|kind| mentions.iter().any(|(k, s, e)| k == kind && !offered(*s, *e)));
    }
    let offers = offer.filter(|_| asks.is_empty()).map(|(moment, _)| moment);
    Heard { question: asking || !asks.is_empty(), asks, offers }
}
