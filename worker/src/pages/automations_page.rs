//! How automations look: what each does and when, and the log of what it has run for.

use super::automation_fields;
use super::automation_form::{self, Form, Offered};
use super::automations::{NEW, PATH, at};
use super::parts::{self, number, platform};
use super::visit::form_urlencode;
use askwell::api::{
    Automation, AutomationAction, AutomationRun, AutomationTarget, Page as Rows, Trigger,
};
use maud::{Markup, html};

/// A trigger, as people say it.
pub const fn after(on: Trigger) -> &'static str {
    match on {
        Trigger::Closed => "a conversation has ended",
        Trigger::Resolved => "the team has marked a conversation resolved",
        Trigger::HandedOff => "a conversation was handed off",
        Trigger::Classified => "a conversation was read, and its questions answered",
    }
}

/// The list.
pub fn page(all: &[Automation], offered: &Offered, may_write: bool) -> Markup {
    html! {
        div.row.spread {
            h1 { "Automations" }
            @if may_write { a role="button" href=(NEW) { "New automation" } }
        }
        p.muted { "What is done by itself after a conversation: a tag, a note, a word to a webhook. Each runs once for a conversation, in the order in which they stand here." }
        @if all.is_empty() {
            (parts::empty("No automations yet", html! {
                @if may_write { a href=(NEW) { "Make one" } ", as one that tags every conversation about damaged goods." }
                @else { "Whoever may change settings can make one." }
            }))
        }
        @for one in all { (card(one, offered, may_write)) }
    }
}

fn card(one: &Automation, offered: &Offered, may_write: bool) -> Markup {
    let here = at(&one.automation_id);
    html! {
        article aria-label=(one.name) {
            header {
                div.row.spread {
                    h2.wrap { a href=(here) { (one.name) } }
                    @if one.enabled { span.badge.good { "on" } } @else { span.badge { "off" } }
                }
            }
            (facts(one, offered))
            @if may_write {
                div.row {
                    form method="post" action={ (here) "/switch" } {
                        (parts::hidden("on", if one.enabled { "false" } else { "true" }))
                        button.secondary.small role="switch" aria-checked=(one.enabled) aria-label=(one.name) { @if one.enabled { "Turn off" } @else { "Turn on" } }
                    }
                    a role="button" .secondary.small href=(here) { "Change" span.vh { " " (one.name) } }
                }
            }
        }
    }
}

/// What one does, in words.
fn facts(one: &Automation, offered: &Offered) -> Markup {
    html! {
        dl.facts {
            dt { "After" } dd { (after(one.on)) }
            dt { "Only" } dd { (only(one, offered)) }
            dt { "Then" }
            dd {
                @match one.then.as_slice() {
                    [action] => { (done(action, offered)) }
                    several => { ol.steps { @for action in several { li { (done(action, offered)) } } } }
                }
            }
            dt { "Has run" }
            dd { (ran(one)) @if let Some(last) = one.last_run_at { ", last " (parts::time(last)) } }
        }
    }
}

fn ran(one: &Automation) -> String {
    match one.runs {
        0 => "not yet".to_owned(),
        1 => "once".to_owned(),
        n => format!("{} times", number(n)),
    }
}

fn only(one: &Automation, offered: &Offered) -> Markup {
    let when = &one.when;
    let mut parts: Vec<String> = Vec::new();
    if !when.platforms.is_empty() {
        let names: Vec<_> = when.platforms.iter().map(|p| platform(*p)).collect();
        parts.push(format!("over {}", names.join(" or ")));
    }
    if let Some(direction) = when.direction {
        parts.push(automation_form::begun(direction).to_lowercase());
    }
    if !when.sentiments.is_empty() {
        let names: Vec<_> = when.sentiments.iter().map(|tone| tone.as_str()).collect();
        parts.push(format!("of the tone {}", names.join(" or ")));
    }
    for answer in &when.answers {
        parts.push(format!("{}: {}", offered.field(&answer.field_id), answer.value));
    }
    html! {
        @if parts.is_empty() { "all conversations" }
        @else { (parts.join("; ")) }
    }
}

/// What a step does, in words.
fn done(action: &AutomationAction, offered: &Offered) -> Markup {
    let whose = |on: AutomationTarget| match on {
        AutomationTarget::Conversation => "the conversation",
        AutomationTarget::Customer => "the customer",
    };
    html! {
        @match action {
            AutomationAction::Tag { tag, on } => { "tags " (whose(*on)) " " span.badge { (tag) } }
            AutomationAction::Note { text, on } => { "notes about " (whose(*on)) ": “" (text) "”" }
            AutomationAction::Webhook { endpoint_id } => { "tells " (offered.endpoint(endpoint_id)) }
        }
    }
}

/// A page for a new one.
pub fn new_page(form: &Form, offered: &Offered, wrong: Option<&str>) -> Markup {
    html! {
        p { a href=(PATH) { "← Automations" } }
        h1 { "New automation" }
        @if let Some(wrong) = wrong { p.flash.bad role="alert" { (wrong) } }
        (automation_fields::form(form, offered, NEW, "Add"))
    }
}

/// What an automation has run for.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    /// A page of its log.
    pub runs: &'a Rows<AutomationRun>,
    /// What the customer of each is called; none for whoever may not look at conversations.
    pub names: Option<&'a Vec<Option<String>>>,
}

/// One, to be changed or only looked at, and its log.
pub fn one_page(
    one: &Automation,
    form: &Form,
    offered: &Offered,
    ran: &Ran<'_>,
    wrong: Option<&str>,
    may_write: bool,
) -> Markup {
    let here = at(&one.automation_id);
    html! {
        p { a href=(PATH) { "← Automations" } }
        h1.wrap { (one.name) }
        @if let Some(wrong) = wrong { p.flash.bad role="alert" { (wrong) } }
        @if may_write { (automation_fields::form(form, offered, &here, "Save")) }
        @else { article { (facts(one, offered)) } }
        (log(one, ran, &here))
        @if may_write {
            details {
                summary { "Remove" }
                form method="post" action={ (here) "/remove" } {
                    p.small-text { "It runs no more, and its log goes. The tags and notes that it has made stay." }
                    button.danger.small { "Remove this automation" }
                }
            }
        }
    }
}

fn log(one: &Automation, ran: &Ran<'_>, here: &str) -> Markup {
    let runs = ran.runs;
    html! {
        article {
            header { h2 { "What it has run for" } }
            @if runs.items.is_empty() {
                p.muted.flat { "Nothing yet. It runs for conversations that are closed while it is on, and that fit." }
            } @else {
                (parts::table("What it has run for", html! {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Conversation of" } th scope="col" { "After" } th scope="col" { "Done" } } }
                    tbody {
                        @for (place, run) in runs.items.iter().enumerate() {
                            tr {
                                td { (parts::time(run.at)) }
                                td.wrap {
                                    @match ran.names {
                                        None => { code { (run.conversation_id) } }
                                        Some(names) => {
                                            a href={ "/app/conversations/" (run.conversation_id) } {
                                                (names.get(place).and_then(Option::as_deref).unwrap_or("Nameless visitor"))
                                            }
                                        }
                                    }
                                }
                                td.wrap { (after(run.on)) }
                                td.wrap { (undone(one, run)) }
                            }
                        }
                    }
                }))
                @if let Some(next) = &runs.next {
                    p.flat { a role="button" .secondary.small href={ (here) "?cursor=" (form_urlencode(next)) } { "Older" } }
                }
            }
        }
    }
}

/// Whether all of a run was done, by the numbers of its steps.
fn undone(one: &Automation, run: &AutomationRun) -> Markup {
    let steps: Vec<String> = run.undone.iter().map(|place| (place + 1).to_string()).collect();
    html! {
        @if steps.is_empty() { span.badge.good { "all" } }
        @else {
            span.badge.bad title="The webhook was gone or off, or there were too many tags or notes" {
                @if one.then.len() == 1 { "could not be done" }
                @else { "not: step " (steps.join(", ")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::api::{AnswerFilter, AutomationConditions};
    use askwell::conversation::{Direction, Platform, Sentiment};
    use askwell::id::{AutomationId, ConversationId, EndpointId};
    use askwell::time::UnixMillis;

    fn one() -> Automation {
        let answers = vec![AnswerFilter { field_id: "gone".into(), value: HOSTILE.into() }];
        let tag = AutomationAction::Tag { tag: HOSTILE.into(), on: AutomationTarget::Customer };
        let tell = AutomationAction::Webhook { endpoint_id: EndpointId::derive(&[b"1"]) };
        Automation {
            automation_id: AutomationId::derive(&[b"1"]),
            name: HOSTILE.to_owned(),
            enabled: true,
            on: Trigger::HandedOff,
            when: AutomationConditions {
                platforms: vec![Platform::Line, Platform::Email],
                direction: Some(Direction::Outbound),
                sentiments: vec![Sentiment::Negative],
                answers,
            },
            then: vec![tag, tell],
            created_at: UnixMillis(0),
            runs: 1_234,
            last_run_at: Some(UnixMillis(0)),
        }
    }

    #[test]
    fn it_is_said_in_words_and_what_people_wrote_stays_words() {
        let offered = Offered { endpoints: Some(Vec::new()), ..Offered::default() };
        let text = page(&[one()], &offered, true).into_string();
        for said in [
            "a conversation was handed off",
            "over LINE or E-mail; begun by the team; of the tone negative",
            "1\u{202f}234 times, last",
            "a webhook that is gone",
            "Turn off",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("<script>alert"));
        let looking = page(&[one()], &Offered::default(), false).into_string();
        assert!(looking.contains("tells a webhook<"), "where it is, is not theirs to see");
        assert!(!looking.contains("<form") && !looking.contains("New automation"));
        assert!(page(&[], &offered, true).into_string().contains("No automations yet"));
    }

    #[test]
    fn its_log_says_what_could_not_be_done_and_names_nobody_to_whom_it_may_not() {
        let run = |n: &[u8], undone: Vec<u32>| AutomationRun {
            conversation_id: ConversationId::derive(&[n]),
            on: Trigger::HandedOff,
            revision: 1,
            at: UnixMillis(0),
            undone,
        };
        let runs = Rows { items: vec![run(b"1", Vec::new()), run(b"2", vec![1])], next: None };
        let names = vec![Some(HOSTILE.to_owned()), None];
        let (one, offered) = (one(), Offered::default());
        let draw = |names, may_write| {
            let ran = Ran { runs: &runs, names };
            one_page(&one, &Form::of(&one), &offered, &ran, None, may_write).into_string()
        };
        let text = draw(Some(&names), true);
        assert!(text.contains("not: step 2") && text.contains("Nameless visitor"));
        assert!(text.contains("Remove this automation") && !text.contains("<script>alert"));
        let looking = draw(None, false);
        assert!(!looking.contains("<form") && !looking.contains("/app/conversations/"));
    }
}
