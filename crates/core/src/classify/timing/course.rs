//! From what to what a question measures.

use super::super::phrase::{find, find_all};
use super::super::words::Words;
use super::phrases::of;
use crate::conversation::Marker;

/// From where time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// A marker.
    Mark(Marker),
    /// "The transfer": from one person to another, or the hand-off where the transcript has no such marker.
    Transfer,
    /// The customer's first message.
    FirstCustomer,
    /// What the first response is counted from where the question does not say: the hand-off, or the customer's
    /// first message where there was none.
    Arrival,
}

/// Up to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// What somebody of the team says.
    Reply {
        agent: bool,
        bot: bool,
        /// Whether the bot is meant where nothing was handed off and no agent wrote.
        anyone: bool,
    },
    /// A marker.
    Mark(Marker),
    /// The end, settled or not, the last one.
    End,
}

/// From what to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Course {
    pub start: Start,
    pub stop: Stop,
    /// Whether the last of several starts counts.
    pub last: bool,
}

/// Index of a phrase that stands in `words[from..to]`.
fn within(words: &Words, phrases: &[&str], from: usize, to: usize) -> Option<usize> {
    find_all(words, phrases).into_iter().map(|(at, _)| at).find(|at| (from..to).contains(at))
}

/// Whether the question asks for a time that is not measured.
pub(super) fn is_unmeasured(words: &Words) -> bool {
    let customer_replies = find_all(words, of("customer")).into_iter().any(|(_, end)| {
        let verb = |i: usize| {
            let word = words.get(i);
            ["repl", "respon", "answer", "react"].iter().any(|v| word.starts_with(v))
        };
        let takes =
            matches!(words.get(end), "take" | "takes" | "took" | "need" | "needs" | "needed");
        verb(end)
            || (verb(end + 1)
                && !matches!(words.get(end), "an" | "the" | "to" | "a" | "get" | "got"))
            || (takes && words.get(end + 1) == "to" && verb(end + 2))
    });
    let customer_writes = find_all(words, of("customer")).into_iter().any(|(at, end)| {
        let writes = |i: usize| {
            matches!(words.get(i), "write" | "writes" | "wrote" | "come" | "came" | "return")
        };
        // "If the customer wrote nothing" is no time.
        writes(end)
            && !matches!(words.get(end + 1), "nothing" | "anything" | "no" | "something")
            && within(words, &SINCE, at.saturating_sub(3), at).is_none()
    });
    find(words, of("unmeasured")).is_some() || customer_replies || customer_writes
}

/// What stands before that from which time is counted.
const SINCE: [&str; 12] = [
    "after",
    "since",
    "from",
    "between",
    "following",
    "nach",
    "seit",
    "apres",
    "despues",
    "dopo",
    "depois",
    "na",
];

/// Words of a reply, each with the index of its first word.
fn replies(words: &Words) -> Vec<usize> {
    let agents = find_all(words, of("agent"));
    let near = |at: usize| agents.iter().any(|(a, _)| a.abs_diff(at) <= 3);
    let plain = |at: usize| {
        let word = words.get(at);
        ["message", "writ", "wrote"].iter().any(|p| word.starts_with(p)) && !near(at)
    };
    find_all(words, of("reply")).into_iter().map(|(at, _)| at).filter(|at| !plain(*at)).collect()
}

/// Whether somebody of the team is waited for.
fn waits(words: &Words) -> bool {
    find_all(words, of("waits")).into_iter().any(|(_, end)| {
        within(words, of("agent"), end, end + 4).is_some()
            || within(words, of("bot"), end, end + 4).is_some()
    })
}

/// Whether time is counted from a reply, or from a resolution, which is not measured.
fn starts_elsewhere(words: &Words, events: &[(usize, usize, Event)]) -> bool {
    let ends = find_all(words, of("resolved")).into_iter().map(|(at, _)| at);
    // "Resolved within an hour of the first reply."
    let within_of = |at: usize| {
        within(words, &["of"], at.saturating_sub(4), at)
            .filter(|_| find(words, of("resolved")).is_some_and(|r| r < at))
    };
    replies(words).into_iter().chain(ends).any(|at| {
        let since = within(words, &SINCE, at.saturating_sub(4), at).or_else(|| within_of(at));
        since.is_some_and(|since| {
            let between = |w: usize| matches!(words.get(w), "to" | "and" | "until" | "did" | "und");
            // "At the latest after 4 hours" is a limit.
            !words.get(since + 1).starts_with(|c: char| c.is_ascii_digit())
                && !(since + 1..at).any(between)
                && !events.iter().any(|(from, ..)| (since..at).contains(from))
        })
    })
}

/// Whether a question speaks of something that time is counted from or up to.
pub(super) fn is_anchored(words: &Words) -> bool {
    [
        of("handoff"),
        of("transfer"),
        of("reopened"),
        of("next"),
        of("first"),
        of("resolution"),
        of("whole"),
    ]
    .iter()
    .any(|of| find(words, of).is_some())
}

/// What a mention can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Mark(Marker),
    Transfer,
    First,
}

/// How plainly a mention says that time is counted from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Plainness {
    /// "After the handoff".
    Said,
    /// "Handoff to first reply".
    Mentioned,
    /// "Answered next": as after a reopening.
    Implied,
    /// "If there was no handoff, output null".
    Supposed,
}

/// Reads from what to what a question measures; none where it does not say. `name` is the number of words at the
/// beginning that are the question's name.
pub(super) fn course(words: &Words, name: usize) -> Option<Course> {
    let mut events: Vec<(usize, usize, Event)> = Vec::new();
    let mut add = |phrases: &[&str], event: Event| {
        events.extend(find_all(words, phrases).into_iter().map(|(from, to)| (from, to, event)));
    };
    add(of("handoff"), Event::Mark(Marker::Handoff));
    add(of("transfer"), Event::Transfer);
    add(of("reopened"), Event::Mark(Marker::Reopened));
    add(of("first"), Event::First);
    events.sort_by_key(|(from, ..)| *from);
    if starts_elsewhere(words, &events) {
        return None;
    }
    let replied = !replies(words).is_empty();
    let mut starts: Vec<(Plainness, usize, Start)> = Vec::new();
    let mut stop = None;
    for (i, (from, to, event)) in events.iter().enumerate() {
        let since = i.checked_sub(1).and_then(|i| events.get(i)).map_or(0, |(_, end, _)| *end);
        let near = |phrases: &[&str], reach: usize| {
            within(words, phrases, from.saturating_sub(reach).max(since), *from)
        };
        // "The time to handoff" is up to it, "a reply to the handoff" from it.
        let until = near(of("until"), 4).filter(|at| {
            let before = words.get(at.wrapping_sub(1));
            !["repl", "respon", "answer", "react", "antwort"].iter().any(|v| before.starts_with(v))
        });
        let and = matches!(
            words.get(from.wrapping_sub(1)),
            "and" | "und" | "et" | "y" | "e" | "en" | "i" | "och"
        ) || matches!(
            words.get(from.wrapping_sub(2)),
            "and" | "und" | "et" | "y" | "e" | "en" | "i" | "och"
        );
        let second = and && i > 0 && within(words, of("between"), 0, since).is_some();
        let reached = match event {
            Event::Mark(marker) => Some(*marker),
            Event::Transfer => Some(Marker::Transferred),
            Event::First => None,
        };
        // "How long after the handoff was it reopened?"
        let passive = !replied
            && near(&["was", "were", "been", "is", "get", "got"], 3).is_some()
            && near(of("since"), 4).is_none()
            && near(of("idle"), 5).is_none();
        if let Some(marker) = reached
            && (until.is_some() || second || passive)
            && near(of("since"), 2).is_none()
        {
            stop = stop.or(Some(Stop::Mark(marker)));
            continue;
        }
        let start = match event {
            Event::Mark(marker) => Start::Mark(*marker),
            Event::First => Start::FirstCustomer,
            Event::Transfer => transferred(words, *to),
        };
        let plainness = if near(of("idle"), 5).is_some() {
            Plainness::Supposed
        } else if near(of("since"), 4).is_some() {
            Plainness::Said
        } else {
            Plainness::Mentioned
        };
        starts.push((plainness, *from, start));
    }
    if let Some((at, _)) = find_all(words, of("next")).first() {
        starts.push((Plainness::Implied, *at, Start::Mark(Marker::Reopened)));
    }
    let ended = ending(words);
    let stop = stop.or(ended);
    let best = starts.iter().min_by_key(|(plainness, at, _)| (*plainness, *at));
    let stop = match stop {
        Some(stop) => stop,
        // Without a reply it is not certain what is waited for.
        None if !replied && !waits(words) && within(words, of("named"), 0, name).is_none() => {
            return None;
        }
        None => replier(words, best.map(|(.., start)| *start), name)?,
    };
    let start = match best {
        Some((.., start)) => *start,
        None if matches!(stop, Stop::Reply { .. }) => Start::Arrival,
        None => Start::FirstCustomer,
    };
    let last = best
        .is_some_and(|(_, at, _)| within(words, of("last"), at.saturating_sub(2), *at).is_some());
    Some(Course { start, stop, last })
}

/// Which event "transferred" is, by the words that follow it.
fn transferred(words: &Words, to: usize) -> Start {
    let follows = |phrases: &[&str]| within(words, phrases, to, to + 4).is_some();
    if follows(&["another", "other", "different", "new", "second", "colleague", "department"])
        || find(
            words,
            &["new agent", "other agent", "second agent", "next agent", "new team", "other team"],
        )
        .is_some()
    {
        Start::Mark(Marker::Transferred)
    } else if follows(&["human*", "person", "live", "agent", "agents", "staff"]) {
        Start::Mark(Marker::Handoff)
    } else {
        Start::Transfer
    }
}

/// The end of the conversation, where time is counted up to it.
fn ending(words: &Words) -> Option<Stop> {
    if find(words, of("whole")).is_some() {
        return Some(Stop::End);
    }
    let until = |phrases: &[&str]| {
        find_all(words, phrases).into_iter().any(|(at, _)| {
            within(
                words,
                &[
                    "until", "till", "til", "to", "before", "or", "bis", "jusqua", "hasta", "ate",
                    "tot",
                ],
                at.saturating_sub(6),
                at,
            )
            .is_some()
        })
    };
    let passive = replies(words).is_empty()
        && find_all(words, of("resolved")).into_iter().any(|(at, _)| {
            within(words, &["was", "been", "is", "were", "get", "got"], at.saturating_sub(3), at)
                .is_some()
        });
    let named = passive || find(words, of("resolution")).is_some();
    let (resolved, closed) = (named || until(of("resolved")), until(of("closed")));
    match (resolved, closed) {
        (true, false) => Some(Stop::Mark(Marker::Resolved)),
        (_, true) if named || until(of("closed")) => Some(Stop::End),
        _ => None,
    }
}

/// Who of the team is waited for; none where two are named and it is not said which.
fn replier(words: &Words, start: Option<Start>, name: usize) -> Option<Stop> {
    let (agents, bots) = (find_all(words, of("agent")), find_all(words, of("bot")));
    let left_out = |at: usize| {
        within(
            words,
            &[
                "counting",
                "excluding",
                "ignore",
                "ignoring",
                "except",
                "without",
                "than the",
                "nicht",
            ],
            at.saturating_sub(4),
            at,
        )
        .is_some()
            || within(words, &["do not", "dont", "does not", "doesnt", "not count"], at, at + 4)
                .is_some()
    };
    let bots: Vec<(usize, usize)> = bots.into_iter().filter(|(at, _)| !left_out(*at)).collect();
    let either = bots.iter().any(|(bot, _)| {
        agents.iter().any(|(agent, _)| {
            let (first, second) = if bot < agent { (*bot, *agent) } else { (*agent, *bot) };
            second - first <= 3
                && within(words, &["or", "oder", "ou", "o", "of", "lub", "eller"], first, second)
                    .is_some()
        })
    });
    if either {
        return Some(Stop::Reply { agent: true, bot: true, anyone: false });
    }
    let replies = find_all(words, of("reply"));
    let near = |of: &[(usize, usize)]| {
        of.iter().any(|(at, _)| replies.iter().any(|(r, _)| r.abs_diff(*at) <= 3))
    };
    let (agent, bot) = (near(&agents), near(&bots));
    let unnamed = agents.is_empty() && bots.is_empty();
    let wanted = match (agent, bot, agents.is_empty(), bots.is_empty()) {
        (true, false, ..) => (true, false),
        (false, true, true, _) => (false, true),
        (false, false, false, _) => (true, false),
        (false, false, true, false) => (false, true),
        // Nobody is named: after a hand-off only a person can be meant.
        (false, false, true, true) => {
            let anybody = start == Some(Start::FirstCustomer)
                && within(words, &["first response", "sla"], 0, name).is_none();
            (true, anybody)
        }
        _ => return None,
    };
    Some(Stop::Reply { agent: wanted.0, bot: wanted.1, anyone: unnamed })
}
