//! What is neither said nor done: corrections of what was noted, and who is there.

use super::calls::{Amend, Attend, Decisions, Identify};
use super::{Conversation, send, store, turn};
use crate::config;
use crate::fault::Outcome;
use crate::sql::transaction;
use askwell::Error;
use askwell::access::Principal;
use askwell::api::{ConversationDecisions, FactsAmended, ReadMarks, ServerFrame};
use askwell::conversation::Role;
use askwell::session::Session;

impl Conversation {
    /// Corrects or removes what was noted of the visitor, as long as the conversation is open: what
    /// an ended one said has gone to the ledger.
    pub(super) async fn amend(&self, input: Amend) -> Outcome<FactsAmended> {
        self.existing().await?;
        self.limit(&input.by)?;
        let now = config::now(&self.env);
        let Amend { by, fact } = input;
        self.note(by, move |session| session.amend(fact.field, fact.value.as_deref(), now)).await
    }

    /// Notes what the site knows of the visitor, which is not asked from now on.
    pub(super) async fn identify(&self, input: Identify) -> Outcome<FactsAmended> {
        self.existing().await?;
        let now = config::now(&self.env);
        let Identify { by, known } = input;
        let change = move |session: &mut Session| {
            session.identified(&known, now);
            Ok(())
        };
        self.note(by, change).await
    }

    /// Changes what is noted of the visitor, as long as the conversation is open.
    async fn note(
        &self,
        by: Principal,
        change: impl FnOnce(&mut Session) -> Result<(), Error> + 'static,
    ) -> Outcome<FactsAmended> {
        let now = config::now(&self.env);
        let (meta, amended) = transaction(&self.state, move |sql| {
            let mut meta = store::meta(sql)?;
            turn::open_to(&meta, &by)?;
            let mut session = store::session(sql)?;
            let before = session.facts().clone();
            change(&mut session)?;
            store::put_session(sql, &session)?;
            if *session.facts() != before {
                send::tell_of_visitor(sql, &mut meta, now)?;
            }
            let amended = FactsAmended { messages: meta.messages, session };
            Ok((meta, amended))
        })
        .await?;
        self.schedule(&meta).await?;
        Ok(amended)
    }

    /// What was decided on each message.
    pub(super) async fn decisions(&self, input: Decisions) -> Outcome<ConversationDecisions> {
        let sql = self.existing().await?;
        turn::authorise(&store::meta(&sql)?, &input.by)?;
        let (arm, decisions) = (store::arm(&sql)?, store::decisions(&sql)?);
        Ok(ConversationDecisions { arm, decisions })
    }

    /// Passes on that somebody is writing, and notes what they have seen. Nothing is written when
    /// they have seen nothing new, so that typing costs no storage.
    pub(super) async fn attend(&self, input: Attend) -> Outcome<ReadMarks> {
        let sql = self.existing().await?;
        self.limit(&input.by)?;
        let mut meta = store::meta(&sql)?;
        turn::authorise(&meta, &input.by)?;
        let role = if input.by.is_visitor() { Role::Customer } else { Role::Agent };
        let seen = mark(&mut meta, role, input.presence.read);
        let read = meta.read;
        if seen {
            transaction(&self.state, move |sql| {
                let mut meta = store::meta(sql)?;
                mark(&mut meta, role, input.presence.read);
                store::put_meta(sql, &meta)
            })
            .await?;
        }
        if seen || !meta.status.is_terminal() {
            let typing = input.presence.typing && !meta.status.is_terminal();
            self.broadcast(&ServerFrame::Presence { role, typing, read }).await;
        }
        Ok(read)
    }
}

/// Moves a side's mark forward, no further than there are messages; whether it moved.
fn mark(meta: &mut store::Meta, role: Role, read: Option<u32>) -> bool {
    let Some(last) = meta.messages.checked_sub(1) else { return false };
    let Some(read) = read.map(|seq| seq.min(last)) else { return false };
    let slot = match role {
        Role::Customer => &mut meta.read.customer,
        _ => &mut meta.read.agent,
    };
    let moved = slot.is_none_or(|before| before < read);
    if moved {
        *slot = Some(read);
    }
    moved
}
