//! The metrics of day files, with the definitions of the source document's queries.
//!
//! Conversations are counted as the queries count them, `count(distinct conversation_id)`: one that
//! stands in two files (it ended, was reopened, and ended again on a later day) counts once, and in
//! a share when any of its rows meets the condition. Sums run over all rows.

use super::{ConversationStatus, Row};
use crate::conversation::Resolution;
use crate::id::ConversationId;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Intents that say nothing of what a conversation is about; the queries leave them out by name.
pub const NOT_MEANINGFUL: [&str; 2] = ["Greeting", "Talk to a human/agent"];

/// All metrics. A share without anything to divide by is null. Shares are from 0 to 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
}

/// The conversations with one first meaningful intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentMetrics {
    /// The intent.
    pub first_meaningful_intent: String,
    /// Conversations.
    pub total_conversations: u64,
    /// Share with status `botHandled`.
    pub bot_handled_rate: Option<f64>,
}

/// The first and the last intent of a conversation, null where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Counts row by row, so that files of any size can be read through it.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    conversations: HashMap<ConversationId, Seen>,
    visitor_messages: u128,
    not_understood: u128,
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
    first_meaningful: Option<FirstIntent>,
}

#[derive(Debug, Clone)]
struct FirstIntent {
    at: UnixMillis,
    name: String,
    bot_handled: bool,
}

impl Tally {
    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        let (status, resolution) = (row.conversation_status, row.last_resolution);
        let bot_handled = status == ConversationStatus::BotHandled;
        let seen = self.conversations.entry(row.conversation_id.clone()).or_default();
        seen.bot_handled |= bot_handled;
        seen.deflected |= !status.is_escalated();
        seen.escalated |= status.is_escalated();
        seen.failed_escalation |= status == ConversationStatus::FailedEscalation;
        seen.informed |= resolution == Resolution::Informed;
        seen.automated |= matches!(resolution, Resolution::Informed | Resolution::Resolved);
        for intent in &row.triggered_intent_replies {
            if intent.not_meaningful || NOT_MEANINGFUL.contains(&intent.intent_name.as_str()) {
                continue;
            }
            let at = intent.intent_timestamp.0;
            if seen.first_meaningful.as_ref().is_none_or(|first| at < first.at) {
                let name = intent.intent_name.clone();
                seen.first_meaningful = Some(FirstIntent { at, name, bot_handled });
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
            first_meaningful_intents: self.by_intent(),
        }
    }

    fn by_intent(&self) -> Vec<IntentMetrics> {
        let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for first in self.conversations.values().filter_map(|s| s.first_meaningful.as_ref()) {
            let (total, bot_handled) = counts.entry(&first.name).or_default();
            *total += 1;
            *bot_handled += u64::from(first.bot_handled);
        }
        let mut table: Vec<_> = counts
            .into_iter()
            .map(|(name, (total, bot_handled))| IntentMetrics {
                first_meaningful_intent: name.to_owned(),
                total_conversations: total,
                bot_handled_rate: share(bot_handled, total),
            })
            .collect();
        // The sort is stable: equal counts stay in the order of their names.
        table.sort_by_key(|row| core::cmp::Reverse(row.total_conversations));
        table
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
