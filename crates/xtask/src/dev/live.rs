//! Chats held now, as a visitor holds them: over the public API, with the site key, and with replies
//! to what is asked. Recorded conversations show no asking, because nothing is asked in them.

use super::lines;
use super::state::State;
use crate::replay::{Answer, Client, Target, print_aligned, table};
use anyhow::{Context, Result, bail};
use askwell::access::Role;
use askwell::api::{MemberList, NewAction, NewAssignment, NewConversation, NewMessage};
use askwell::conversation::{Action, Message, Status};
use askwell::detect::{Kind, Region};
use askwell::id::{self, ConversationId, CustomerId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// From the closing to the classified conversation; a queue's retries take half a minute.
const CLASSIFY_LIMIT: Duration = Duration::from_secs(120);
/// A reply comes within a second or two; without one the chat goes on.
const REPLY_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(200);

/// One line of the file.
#[derive(Debug, Deserialize)]
struct Script {
    /// Unique in the file.
    id: String,
    /// The language of the page, a BCP 47 tag.
    locale: String,
    /// What the visitor came to say, in order.
    say: Vec<String>,
    /// What they say next when something is asked: per kind of detail.
    #[serde(default)]
    replies: BTreeMap<String, String>,
    /// Whether what they say is answered by itself, from the articles: then that is waited for.
    #[serde(default)]
    answered: bool,
    /// What becomes of the chat.
    #[serde(default)]
    end: End,
}

/// How a chat is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum End {
    /// The visitor ends it.
    #[default]
    Close,
    /// They stay, and wait for a person.
    Wait,
    /// They stay, and an agent of the team has taken the chat.
    Taken,
}

/// What came of a chat.
#[derive(Debug)]
pub struct Held {
    script: String,
    questions: usize,
    noted: Vec<&'static str>,
    /// Whose it is, once it has been classified.
    pub customer: Option<CustomerId>,
}

/// Holds every chat of the file, and waits until each is classified. A chat that an earlier run has
/// held is not held again.
pub fn hold_all(team: &Client, state: &State, origin: &str, file: &Path) -> Result<Vec<Held>> {
    let scripts: Vec<Script> = lines(file)?;
    let held = |script: &Script| {
        let id = hold(team.url(), state, origin, script)
            .map_err(|failure| failure.explain(team.url()))
            .with_context(|| format!("chat {:?}", script.id))?;
        if script.end != End::Close {
            let call = NewAction { action: Action::Handoff, at: None };
            team.act(&id, &format!("handoff-{}", script.id), &call)
                .map_err(|failure| failure.explain(team.url()))?;
        }
        if script.end == End::Taken {
            take(team, &id).map_err(|failure| failure.explain(team.url()))?;
        }
        conclude(team, script, id)
    };
    scripts.iter().map(held).collect()
}

fn hold(url: &str, state: &State, origin: &str, script: &Script) -> Answer<ConversationId> {
    let by = |key: &str| {
        let target = Target { url: url.to_owned(), secret_key: key.to_owned() };
        Client::new(&target, 1).on_page(origin)
    };
    let site_key = &state.keys.site_key;
    let new = NewConversation {
        locale: Some(script.locale.clone()),
        region: Region::from_tag(&script.locale),
        ..NewConversation::default()
    };
    // As hard to guess as the workspace's own key, and the same however often the chat is begun.
    let half = |n: &str| id::digest(&[n.as_bytes(), site_key.as_bytes(), script.id.as_bytes()]);
    let opened = by(site_key).open(&format!("{}{}", half("1"), half("2")), &new)?;
    let conversation = opened.conversation_id;
    if opened.status == Status::Completed {
        return Ok(conversation);
    }
    let visitor = by(&opened.visitor_token);
    for (turn, text) in script.say.iter().enumerate() {
        let say = |id: String, text: &str| {
            let message = NewMessage { id, text: text.to_owned(), role: None, at: None };
            visitor.say(&conversation, None, &message)
        };
        let mut said = say(format!("say-{turn}"), text)?;
        if script.answered {
            await_reply(&visitor, &conversation, said.message.seq)?;
        }
        let mut asked = 0;
        // A reply may be followed by the next question.
        while let Some(reply) = said.ask.and_then(|ask| script.replies.get(ask.field.as_str())) {
            said = say(format!("say-{turn}-{asked}"), reply)?;
            asked += 1;
        }
    }
    if script.end != End::Close {
        return Ok(conversation);
    }
    let close = NewAction { action: Action::Close, at: None };
    visitor.act(&conversation, &format!("close-{}", script.id), &close)?;
    Ok(conversation)
}

/// Gives a chat to the first agent of the team; whoever has it keeps it.
fn take(team: &Client, conversation: &ConversationId) -> Answer<()> {
    let members: MemberList = team.get("/v1/members")?;
    let agent = members.items.iter().find(|member| member.role == Role::Agent);
    let to = NewAssignment { member_id: agent.map(|agent| agent.member_id.clone()) };
    team.post_to::<serde_json::Value>(&format!("/v1/conversations/{conversation}/assign"), &to)
        .map(drop)
}

/// Waits for the automatic reply to a message; where none comes, the chat goes on without.
fn await_reply(visitor: &Client, conversation: &ConversationId, seq: u32) -> Answer<()> {
    let deadline = Instant::now() + REPLY_LIMIT;
    let wanted = format!("auto-{seq}");
    while Instant::now() < deadline {
        let read: Messages =
            visitor.get(&format!("/v1/conversations/{conversation}/messages?after={seq}"))?;
        if read.messages.iter().any(|message| message.id == wanted) {
            break;
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

#[derive(Deserialize)]
struct Messages {
    messages: Vec<Message>,
}

/// Waits for the ledger to know it, and reads what it knows.
fn conclude(team: &Client, script: &Script, id: ConversationId) -> Result<Held> {
    let deadline = Instant::now() + CLASSIFY_LIMIT;
    loop {
        let detail = team.detail(&id).map_err(|failure| failure.explain(team.url()))?;
        let stays = script.end != End::Close;
        if let Some(detail) = detail.filter(|it| stays || it.summary.sentiment.is_some()) {
            return Ok(Held {
                customer: detail.summary.customer_id.clone(),
                script: script.id.clone(),
                questions: detail.transcript.iter().filter(|m| m.is_question()).count(),
                noted: detail.facts.kinds().into_iter().map(Kind::as_str).collect(),
            });
        }
        if Instant::now() > deadline {
            bail!("chat {:?} ({id}) was not classified in time", script.id);
        }
        std::thread::sleep(POLL);
    }
}

/// What was asked in each and what the visitor gave.
pub fn print(chats: &[Held]) {
    println!("\nChats held now, with questions");
    let mut table = table();
    table.set_header(["", "questions", "noted"]);
    for chat in chats {
        let noted =
            if chat.noted.is_empty() { "nothing".to_owned() } else { chat.noted.join(", ") };
        table.add_row([chat.script.clone(), chat.questions.to_string(), noted]);
    }
    print_aligned(table);
}
