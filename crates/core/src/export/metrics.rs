//! The metrics of day files, with the definitions of the source document's queries.
//!
//! Conversations are counted as the queries count them, `count(distinct conversation_id)`: one that
//! stands in two files (it ended, was reopened, and ended again on a later day) counts once, and in
//! a share when any of its rows meets the condition. Sums run over all rows.

use super::{ConversationStatus, Row};
use crate::conversation::Resolution;
use crate::id::ConversationId;
use crate::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Intents that say nothing of what a conversation is about; the queries leave them out by name.
pub const NOT_MEANINGFUL: [&str; 2] = ["Greeting", "Talk to a human/agent"];

/// All metrics. A share without anything to divide by is null. Shares are from 0 to 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "DayFileMetrics"))]
pub struct Metrics {
    /// Conversations.
    pub total_conversations: u64,
    /// Of them, ended with nobody but the bot.
    pub bot_handled_conversations: u64,
    /// Share with status `botHandled`.
    pub bot_handled_rate: Option<f64>,
    /// Share whose status is none of `email`, `agent`, `customEscalation`.
    pub deflection_rate: Option<f64>,
    /// Share whose status is one of `email`, `agent`, `customEscalation`.
    pub escalation_rate: Option<f64>,
    /// Share with status `failedEscalation`.
    pub failed_escalation_rate: Option<f64>,
    /// Share with resolution `informed`.
    pub informed_rate: Option<f64>,
    /// Share with resolution `informed` or `resolved`.
    pub automation_rate: Option<f64>,
    /// Visitors' messages less those not understood, of all visitors' messages. Negative when a
    /// file counts more messages as not understood than visitors wrote.
    pub messages_understood_rate: Option<f64>,
    /// By first meaningful intent, the most frequent first.
    pub first_meaningful_intents: Vec<IntentMetrics>,
    /// By last meaningful intent, the most frequent first.
    pub last_meaningful_intents: Vec<LastIntentMetrics>,
}

/// The conversations with one first meaningful intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IntentMetrics {
    /// The intent.
    pub first_meaningful_intent: String,
    /// Conversations.
    pub total_conversations: u64,
    /// Share with status `botHandled`.
    pub bot_handled_rate: Option<f64>,
}

/// The conversations with one last meaningful intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LastIntentMetrics {
    /// The intent.
    pub last_meaningful_intent: String,
    /// Conversations.
    pub total_conversations: u64,
    /// Share with status `botHandled`.
    pub bot_handled_rate: Option<f64>,
}

/// The first and the last intent of a conversation, null where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConversationIntents {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The first in the list.
    pub first_intent: Option<String>,
    /// The last in the list.
    pub last_intent: Option<String>,
}

/// The first and the last intent of a row.
pub fn intents(row: &Row) -> ConversationIntents {
    let replies = &row.triggered_intent_replies;
    ConversationIntents {
        conversation_id: row.conversation_id.clone(),
        first_intent: replies.first().map(|i| i.intent_name.clone()),
        last_intent: replies.last().map(|i| i.intent_name.clone()),
    }
}

/// The metrics of rows.
pub fn metrics<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Metrics {
    let mut tally = Tally::default();
    for row in rows {
        tally.add(row);
    }
    tally.metrics()
}

/// Whether a conversation took place on a day, at least in part. The files of that day and of the next
/// have all of them that ended by then, which is how counts of the files and of a dashboard by day are
/// made to agree (`docs/export-sql.md`).
pub fn took_place(row: &Row, day: Day) -> bool {
    let (start, end) = (row.conversation_start_time.0, row.conversation_end_time.0);
    start < day.end() && end >= day.start()
}

/// Counts row by row. Of a conversation it keeps some 150 bytes, and of an intent its name once.
#[derive(Debug, Clone)]
pub struct Tally {
    left_out: Vec<String>,
    // A tree has no moment at which all of it stands in memory twice, as a table that grows has.
    conversations: BTreeMap<Key, Seen>,
    names: Names,
    visitor_messages: u128,
    not_understood: u128,
}

/// The names of intents, each once.
#[derive(Debug, Clone, Default)]
struct Names {
    all: Vec<String>,
    places: BTreeMap<String, u32>,
}

impl Names {
    /// Where a name stands, from now on if it did not before.
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    fn at(&self, place: u32) -> &str {
        self.all.get(place as usize).map_or("", String::as_str)
    }
}

/// What the rows of one conversation met so far.
#[derive(Debug, Clone, Default)]
struct Seen {
    bot_handled: bool,
    deflected: bool,
    escalated: bool,
    failed_escalation: bool,
    informed: bool,
    automated: bool,
    first_meaningful: Option<Met>,
    last_meaningful: Option<Met>,
}

/// A meaningful intent that was met.
#[derive(Debug, Clone, Copy)]
struct Met {
    place: MetAt,
    /// Its place in [`Names`].
    name: u32,
    bot_handled: bool,
}

/// The digits of a conversation's id, without a string's own bookkeeping.
type Key = [u8; 26];

fn key(id: &ConversationId) -> Key {
    // Every id has that many behind its prefix.
    id.as_str().as_bytes().last_chunk().copied().unwrap_or_default()
}

/// When it was recognised; between equal times the end of its row and its place in the list decide, so
/// that the order of files does not.
type MetAt = (UnixMillis, UnixMillis, u32);

impl Default for Tally {
    fn default() -> Self {
        Self::leaving_out(NOT_MEANINGFUL.map(str::to_owned).into())
    }
}

impl Tally {
    /// A tally whose tables of intents leave out those of these names, besides those marked as not
    /// meaningful.
    pub fn leaving_out(names: Vec<String>) -> Self {
        Self {
            left_out: names,
            conversations: BTreeMap::new(),
            names: Names::default(),
            visitor_messages: 0,
            not_understood: 0,
        }
    }

    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        let (status, resolution) = (row.conversation_status, row.last_resolution);
        let bot_handled = status == ConversationStatus::BotHandled;
        let seen = self.conversations.entry(key(&row.conversation_id)).or_default();
        seen.bot_handled |= bot_handled;
        seen.deflected |= !status.is_escalated();
        seen.escalated |= status.is_escalated();
        seen.failed_escalation |= status == ConversationStatus::FailedEscalation;
        seen.informed |= resolution == Resolution::Informed;
        seen.automated |= matches!(resolution, Resolution::Informed | Resolution::Resolved);
        for (index, intent) in (0u32..).zip(&row.triggered_intent_replies) {
            if intent.not_meaningful || self.left_out.contains(&intent.intent_name) {
                continue;
            }
            let place = (intent.intent_timestamp.0, row.conversation_end_time.0, index);
            let first = seen.first_meaningful.is_none_or(|first| place < first.place);
            let last = seen.last_meaningful.is_none_or(|last| place > last.place);
            if !first && !last {
                continue;
            }
            let name = self.names.place(&intent.intent_name);
            let met = Some(Met { place, name, bot_handled });
            if first {
                seen.first_meaningful = met;
            }
            if last {
                seen.last_meaningful = met;
            }
        }
        self.visitor_messages += u128::from(row.visitor_messages_count.0);
        self.not_understood += u128::from(row.not_understood_messages_count.0);
    }

    /// The metrics of all rows added.
    pub fn metrics(&self) -> Metrics {
        let total = self.conversations.len() as u64;
        let count = |met: fn(&Seen) -> bool| {
            self.conversations.values().filter(|seen| met(seen)).count() as u64
        };
        let rate = |met: fn(&Seen) -> bool| share(count(met), total);
        let understood = self.visitor_messages as f64 - self.not_understood as f64;
        Metrics {
            total_conversations: total,
            bot_handled_conversations: count(|s| s.bot_handled),
            bot_handled_rate: rate(|s| s.bot_handled),
            deflection_rate: rate(|s| s.deflected),
            escalation_rate: rate(|s| s.escalated),
            failed_escalation_rate: rate(|s| s.failed_escalation),
            informed_rate: rate(|s| s.informed),
            automation_rate: rate(|s| s.automated),
            messages_understood_rate: (self.visitor_messages > 0)
                .then(|| understood / self.visitor_messages as f64),
            first_meaningful_intents: self
                .by_intent(|seen| seen.first_meaningful.as_ref())
                .map(|(name, total_conversations, bot_handled_rate)| IntentMetrics {
                    first_meaningful_intent: name,
                    total_conversations,
                    bot_handled_rate,
                })
                .collect(),
            last_meaningful_intents: self
                .by_intent(|seen| seen.last_meaningful.as_ref())
                .map(|(name, total_conversations, bot_handled_rate)| LastIntentMetrics {
                    last_meaningful_intent: name,
                    total_conversations,
                    bot_handled_rate,
                })
                .collect(),
        }
    }

    /// Intent, conversations, share handled by the bot; the most frequent first.
    fn by_intent(
        &self,
        which: fn(&Seen) -> Option<&Met>,
    ) -> impl Iterator<Item = (String, u64, Option<f64>)> {
        let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for met in self.conversations.values().filter_map(which) {
            let (total, bot_handled) = counts.entry(self.names.at(met.name)).or_default();
            *total += 1;
            *bot_handled += u64::from(met.bot_handled);
        }
        let mut table: Vec<(&str, (u64, u64))> = counts.into_iter().collect();
        // The sort is stable: equal counts stay in the order of their names.
        table.sort_by_key(|(_, (total, _))| core::cmp::Reverse(*total));
        table
            .into_iter()
            .map(|(name, (total, bot_handled))| (name.to_owned(), total, share(bot_handled, total)))
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
