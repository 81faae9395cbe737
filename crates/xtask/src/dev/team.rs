//! What a team does in its dashboard, done to the sample, so that every page has something to show: members,
//! an automation, a channel, a rule for calling a person, tags, notes, feedback, answers put right, and a person who was removed for good.

use super::lines;
use super::live::{self, Held};
use super::state::State;
use crate::replay::{Answer, Client, Failure};
use anyhow::{Context, Result};
use askwell::access::Role;
use askwell::api::{
    AnswerFilter, Automation, AutomationAction, AutomationConditions, AutomationList,
    AutomationTarget, Channel, ChannelList, Connection, ConversationMarks, ConversationSummary,
    ErasureReceipt, NewAutomation, NewChannel, NewFeedback, NewMember, NewNote, NewReview, Page,
    ReplySettings, ReplySettingsShown, ReviewedAnswers, TagChange, Trigger,
};
use askwell::closing::FieldVersion;
use askwell::reply::{Rule, Rules};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// One line of the file: what somebody did about a conversation of the sample.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deed {
    /// The recording's id.
    on: String,
    /// Put on the conversation.
    #[serde(default)]
    tags: Vec<String>,
    /// Written about the conversation.
    note: Option<String>,
    /// Whether it was handled and read well, and why.
    feedback: Option<NewFeedback>,
    /// Answers put right, by the question's name; null for that there is none.
    #[serde(default)]
    answers: HashMap<String, Option<String>>,
    /// Put on its customer.
    #[serde(default)]
    customer_tags: Vec<String>,
    /// Written about its customer.
    customer_note: Option<String>,
}

#[derive(Deserialize)]
struct Fields {
    fields: Vec<FieldVersion>,
}

/// What is there before anybody writes: who is of the team, what is done by itself, a channel that needs no
/// account elsewhere, and what only people speak of. Done again it adds nothing.
pub fn prepare(team: &Client) -> Result<()> {
    let explain = |failure: Failure| failure.explain(team.url());
    for (name, email, role) in [
        ("Support desk", "support@example.com", Role::Agent),
        ("Reporting", "reporting@example.com", Role::Viewer),
    ] {
        let new = NewMember { name: name.to_owned(), email: email.to_owned(), role };
        match team.post_to::<Value>("/v1/members", &new) {
            Ok(_) | Err(Failure::Refused(409, _)) => {}
            Err(failure) => return Err(explain(failure)),
        }
    }
    let there: AutomationList = team.get("/v1/automations").map_err(explain)?;
    if there.items.is_empty() {
        let fields: Fields = team.get("/v1/fields").map_err(explain)?;
        team.post_to::<Automation>("/v1/automations", &damaged(&fields.fields)).map_err(explain)?;
    }
    let channels: ChannelList = team.get("/v1/channels").map_err(explain)?;
    if channels.items.is_empty() {
        let calls =
            NewChannel { name: "Voice operator".to_owned(), connection: Connection::Phone {} };
        team.post_to::<Channel>("/v1/channels", &calls).map_err(explain)?;
    }
    let replies: ReplySettingsShown = team.get("/v1/replies").map_err(explain)?;
    if replies.rules == Rules::default() {
        let rules = Rules { own: vec![wholesale()], ..Rules::default() };
        let set = ReplySettings { rules, ..ReplySettings::default() };
        team.put_to::<ReplySettingsShown>("/v1/replies", &set).map_err(explain)?;
    }
    Ok(())
}

fn wholesale() -> Rule {
    let phrases = ["wholesale", "resale", "bulk order"];
    Rule {
        name: "Wholesale".to_owned(),
        phrases: phrases.map(str::to_owned).to_vec(),
        enabled: true,
    }
}

fn damaged(fields: &[FieldVersion]) -> NewAutomation {
    let delivery = fields.iter().find(|field| field.field.name == "Delivery problems");
    let answers = delivery.map(|field| AnswerFilter {
        field_id: field.id.clone(),
        value: "Damaged on arrival".to_owned(),
    });
    let text = "Check whether a replacement was offered.".to_owned();
    NewAutomation {
        name: "Damaged goods".to_owned(),
        enabled: true,
        on: Trigger::Classified,
        when: AutomationConditions {
            answers: answers.into_iter().collect(),
            ..AutomationConditions::default()
        },
        then: vec![
            AutomationAction::Tag { tag: "damaged".to_owned(), on: AutomationTarget::Conversation },
            AutomationAction::Note { text, on: AutomationTarget::Customer },
        ],
    }
}

/// Does what the file says. What an earlier run has done is not done again.
pub fn work(team: &Client, file: &Path) -> Result<()> {
    let deeds: Vec<Deed> = lines(file)?;
    let explain = |failure: Failure| failure.explain(team.url());
    let all = conversations(team).map_err(explain)?;
    for deed in &deeds {
        let row = all.iter().find(|row| row.platform_conversation_id.as_ref() == Some(&deed.on));
        let row = row.with_context(|| format!("the sample has no conversation {:?}", deed.on))?;
        one(team, deed, row).map_err(explain).with_context(|| format!("{:?}", deed.on))?;
    }
    Ok(())
}

fn conversations(team: &Client) -> Answer<Vec<ConversationSummary>> {
    let mut all = Vec::new();
    let mut path = "/v1/conversations?limit=200".to_owned();
    loop {
        let page: Page<ConversationSummary> = team.get(&path)?;
        all.extend(page.items);
        let Some(next) = page.next else { return Ok(all) };
        path = format!("/v1/conversations?limit=200&cursor={next}");
    }
}

fn one(team: &Client, deed: &Deed, row: &ConversationSummary) -> Answer<()> {
    let conversation = format!("/v1/conversations/{}", row.conversation_id);
    let marks: ConversationMarks = team.get(&format!("{conversation}/marks"))?;
    mark(team, &conversation, &deed.tags, deed.note.as_ref(), !marks.notes.is_empty())?;
    if let Some(feedback) = &deed.feedback {
        team.put_to::<Value>(&format!("{conversation}/feedback"), feedback)?;
    }
    if !deed.answers.is_empty() {
        let found: ReviewedAnswers = team.get(&format!("{conversation}/answers"))?;
        for answer in &found.answers {
            let Some(value) = deed.answers.get(&answer.field_name) else { continue };
            let path = format!("{conversation}/answers/{}", answer.field_id);
            team.put_to::<Value>(&path, &NewReview { answer: value.clone() })?;
        }
    }
    let Some(customer) = &row.customer_id else { return Ok(()) };
    let customer = format!("/v1/customers/{customer}");
    let profile: Value = team.get(&customer)?;
    let noted = profile["notes"].as_array().is_some_and(|notes| {
        notes.iter().any(|note| note["text"].as_str() == deed.customer_note.as_deref())
    });
    mark(team, &customer, &deed.customer_tags, deed.customer_note.as_ref(), noted)
}

fn mark(
    team: &Client,
    path: &str,
    tags: &[String],
    note: Option<&String>,
    noted: bool,
) -> Answer<()> {
    if !tags.is_empty() {
        let change = TagChange { add: tags.to_vec(), remove: Vec::new() };
        team.post_to::<Value>(&format!("{path}/tags"), &change)?;
    }
    if let Some(text) = note.filter(|_| !noted) {
        team.post_to::<Value>(&format!("{path}/notes"), &NewNote { text: text.clone() })?;
    }
    Ok(())
}

/// Removes the customer of a chat for good, unless somebody was removed before.
pub fn forget(team: &Client, state: &State, origin: &str, file: &Path) -> Result<usize> {
    let explain = |failure: Failure| failure.explain(team.url());
    let before: Vec<Value> = team.get("/v1/erasures").map_err(explain)?;
    if !before.is_empty() {
        return Ok(before.len());
    }
    let held: Vec<Held> = live::hold_all(team, state, origin, file)?;
    let customers = held.iter().filter_map(|chat| chat.customer.as_ref());
    let mut gone = 0;
    for customer in customers {
        let path = format!("/v1/customers/{customer}");
        team.delete::<ErasureReceipt>(&path).map_err(explain)?;
        gone += 1;
    }
    Ok(gone)
}
