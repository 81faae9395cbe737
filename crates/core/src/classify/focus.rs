//! Whose words a field asks about, told from its own words.

use super::Field;
use super::cues::Cue;
use super::phrase::find;
use super::reading::{Read, Reading};
use super::words::Words;
use crate::conversation::Role;

/// Whose words count how much, and whether later words count more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Focus {
    customer: f32,
    agent: f32,
    bot: f32,
    late: bool,
}

impl Focus {
    /// Reads from a field's own words whose doing it asks about.
    pub(crate) fn of(field: &Field) -> Self {
        let text = format!("{}. {}", field.name, field.prompt);
        let words = Words::new(&text);
        let customer = find(
            &words,
            &[
                "customer*",
                "user*",
                "visitor*",
                "client*",
                "kunde*",
                "cliente*",
                "klant*",
                "klient*",
                "kund*",
            ],
        );
        let agent = find(
            &words,
            &[
                "agent*",
                "team",
                "representative*",
                "support",
                "mitarbeiter*",
                "agente*",
                "medewerker*",
            ],
        );
        let bot = find(&words, &["bot", "bots", "chatbot*", "assistant*"]);
        let late = find(
            &words,
            &[
                "status",
                "state of",
                "current state",
                "outcome*",
                "at the end",
                "became of",
                "final*",
                "eventual*",
                "resolved",
                "in the end",
            ],
        )
        .is_some();
        let first = [agent, bot].into_iter().flatten().min();
        match (customer, first) {
            (None, Some(_)) if bot.is_some() && agent.is_none() => {
                Self { customer: 0.0, agent: 0.2, bot: 1.0, late }
            }
            (Some(c), Some(a)) if a < c => {
                let by_bot = bot == Some(a);
                let (agent, bot) = if by_bot { (0.2, 1.0) } else { (1.0, 0.7) };
                Self { customer: if late { 0.7 } else { 0.3 }, agent, bot, late }
            }
            (None, Some(_)) => Self { customer: 0.4, agent: 1.0, bot: 1.0, late },
            _ if late => Self { customer: 0.9, agent: 1.0, bot: 1.0, late },
            _ => Self { customer: 1.0, agent: 0.4, bot: 0.4, late },
        }
    }

    /// Whether anybody spoke whose doing is asked about.
    pub(crate) fn is_met(&self, reading: &Reading<'_>) -> bool {
        let main = |role| match role {
            Role::Customer => self.customer >= 0.9,
            Role::Agent => self.agent >= 0.9,
            Role::Bot => self.bot >= 0.9,
            Role::System => false,
        };
        reading.turns.iter().any(|t| main(t.role))
    }

    /// The weight of a turn's wording, where no known phrase decides. What the team says that it
    /// cannot do it has not done, however close its words are.
    pub(crate) fn wording(&self, turn: &Read<'_>, index: usize, turns: usize) -> f32 {
        let refuses = turn.role != Role::Customer && !self.late && turn.has(Cue::Fails);
        self.weight(turn.role, index, turns) * if refuses { 0.3 } else { 1.0 }
    }

    /// The weight of a turn.
    pub(crate) fn weight(&self, role: Role, index: usize, turns: usize) -> f32 {
        let own = match role {
            Role::Customer => self.customer,
            Role::Agent => self.agent,
            Role::Bot => self.bot,
            Role::System => 0.0,
        };
        let place = (index + 1) as f32 / turns.max(1) as f32;
        // What became of a thing is said after it was asked for.
        if self.late { own * (0.15 + 0.85 * place * place) } else { own }
    }
}
