//! Holding one conversation.

use super::client::{Answer, Client};
use super::plan::{Plan, Step};
use super::timing::{Kind, Timings};
use askwell::api::{NewAction, NewConversation, NewMessage};
use askwell::conversation::{Role, Status};
use askwell::id::ConversationId;

/// What came of holding one.
#[derive(Debug)]
pub struct Played {
    /// Which it became.
    pub conversation_id: ConversationId,
    /// Whether an earlier replay had told it to its end.
    pub already_there: bool,
    /// Messages that an earlier replay, or a request whose answer was lost, had delivered.
    pub duplicates: u64,
}

/// Tells the Worker one conversation from its beginning; what it knows already it knows again.
pub fn play(client: &Client, plan: &Plan, timings: &Timings) -> Answer<Played> {
    let conversation = NewConversation {
        visitor_ref: Some(plan.visitor_ref.clone()),
        platform: plan.platform,
        direction: plan.direction,
        locale: plan.locale.clone(),
        region: plan.region,
        platform_conversation_id: Some(plan.id.clone()),
        recorded: true,
        ..NewConversation::default()
    };
    let opened = timings.measure(Kind::Open, || client.open(&plan.key(), &conversation))?;
    let conversation_id = opened.conversation_id;
    if opened.status == Status::Completed && opened.revision >= plan.revision {
        return Ok(Played { conversation_id, already_there: true, duplicates: 0 });
    }
    let mut duplicates = 0;
    for step in &plan.steps {
        match step {
            Step::Say { id, role, text, at } => {
                let visitor = *role == Role::Customer;
                let message = NewMessage {
                    id: id.clone(),
                    text: text.clone(),
                    role: (!visitor).then_some(*role),
                    at: *at,
                };
                let token = visitor.then_some(opened.visitor_token.as_str());
                let kind = if visitor { Kind::VisitorMessage } else { Kind::AgentMessage };
                let accepted =
                    timings.measure(kind, || client.say(&conversation_id, token, &message))?;
                duplicates += u64::from(accepted.duplicate);
            }
            Step::Do { key, action, at } => {
                let action = NewAction { action: *action, at: *at };
                timings.measure(Kind::Action, || client.act(&conversation_id, key, &action))?;
            }
        }
    }
    Ok(Played { conversation_id, already_there: false, duplicates })
}
