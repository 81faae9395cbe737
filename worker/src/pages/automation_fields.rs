//! The fields of an automation's form: after what, of which conversations, what is done.

use super::automation_form::{Form, Offered, at, begun};
use super::automations_page::after;
use super::parts::{self, platform};
use askwell::api::Trigger;
use askwell::conversation::{Direction, Platform, Sentiment};
use maud::{Markup, html};

/// Steps of a new automation, and answers that are asked for: the empty ones count for nothing.
const SPARE: usize = 1;
/// What the ledger takes.
const MOST: usize = 10;

/// The form, sent to `to` by a button called `save`.
pub fn form(form: &Form, offered: &Offered, to: &str, save: &str) -> Markup {
    let spare = |more: &str| SPARE + usize::from(form.more == more);
    let filled = form.answer.iter().filter(|text| !text.is_empty()).count();
    let answers = (filled + spare("answer")).min(MOST);
    let kept = form.what.iter().filter(|what| !what.is_empty()).count();
    let steps = (form.what.len().max(1) + usize::from(form.more == "step")).min(MOST);
    html! {
        form method="post" action=(to) {
            // What the Enter key presses: the first button of a form.
            button.vh tabindex="-1" aria-hidden="true" { (save) }
            @if !form.seen.is_empty() { (parts::hidden("seen", &form.seen)) }
            article {
                header { h2 { "When" } }
                label { "Name" input name="name" required maxlength="100" value=(form.name) autocomplete="off" placeholder="Damaged goods"; }
                label {
                    "After"
                    select name="on" {
                        @for on in Trigger::ALL { option value=(on.as_str()) selected[form.on == on.as_str()] { (after(on)) } }
                    }
                }
                p.muted.small-text { "Of all such conversations, or only of those of which all of this holds:" }
                (ticks("Channel", "platform", "any, where none is ticked", Platform::ALL.into_iter().map(|p| (p.as_str(), platform(p))), &form.platform))
                (ticks("Tone", "sentiment", "any, where none is ticked", Sentiment::ALL.into_iter().map(|s| (s.as_str(), s.as_str())), &form.sentiment))
                label {
                    "Begun by"
                    select name="direction" {
                        option value="" { "Anybody" }
                        @for direction in Direction::ALL {
                            option value=(direction.as_str()) selected[form.direction == direction.as_str()] { (begun(direction)) }
                        }
                    }
                }
                @for place in 0..answers {
                    (answer(place, form.answer.iter().filter(|text| !text.is_empty()).nth(place).map_or("", String::as_str), offered))
                }
                @if answers < MOST && !offered.fields.is_empty() {
                    button.secondary.small name="more" value="answer" formnovalidate { "One more answer" }
                }
            }
            article {
                header { h2 { "What is done" } }
                @for place in 0..steps { (step(place, form, offered)) }
                @if steps < MOST { button.secondary.small name="more" value="step" formnovalidate { "One more step" } }
                @if kept > 1 { p.muted.small-text { "In this order. A step that nothing is chosen for is left out." } }
            }
            label { input type="checkbox" name="enabled" value="yes" checked[!form.enabled.is_empty()]; "It is on" }
            button { (save) }
        }
    }
}

fn ticks<'a>(
    label: &str,
    name: &str,
    none: &str,
    all: impl Iterator<Item = (&'a str, &'a str)>,
    chosen: &[String],
) -> Markup {
    html! {
        fieldset {
            legend { (label) " " span.muted.small-text { "(" (none) ")" } }
            div.row {
                @for (value, shown) in all {
                    label { input type="checkbox" name=(name) value=(value) checked[chosen.iter().any(|one| one == value)]; (shown) }
                }
            }
        }
    }
}

fn answer(place: usize, chosen: &str, offered: &Offered) -> Markup {
    let listed = |value: &str| {
        offered.fields.iter().any(|field| {
            field
                .field
                .possible_values
                .iter()
                .any(|v| format!("{}={}", field.id, v.name()) == value)
        })
    };
    html! {
        @if !offered.fields.is_empty() || !chosen.is_empty() {
            label {
                "With the answer" @if place > 0 { ", too" }
                select name="answer" {
                    option value="" { "Any" }
                    @if !chosen.is_empty() && !listed(chosen) {
                        @let (field, value) = chosen.split_once('=').unwrap_or((chosen, ""));
                        option value=(chosen) selected { (offered.field(field)) ": " (value) }
                    }
                    @for field in &offered.fields {
                        optgroup label=(field.field.name) {
                            @for value in &field.field.possible_values {
                                @let one = format!("{}={}", field.id, value.name());
                                option value=(one) selected[one == chosen] { (field.field.name) ": " (value.name()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A step: only what it needs is shown, by the style sheet.
fn step(place: usize, form: &Form, offered: &Offered) -> Markup {
    let what = at(&form.what, place);
    let (on, told) = (at(&form.target, place), at(&form.endpoint, place));
    let n = place + 1;
    html! {
        fieldset.step {
            legend { "Step " (n) }
            div.fields {
                label {
                    "What"
                    select.what name="what" {
                        option value="" { "Nothing" }
                        option value="tag" selected[what == "tag"] { "Put a tag on" }
                        option value="note" selected[what == "note"] { "Write a note" }
                        option value="webhook" selected[what == "webhook"] { "Tell a webhook" }
                    }
                }
                label.for-tag { "Tag" input name="tag" maxlength="60" value=(at(&form.tag, place)) autocomplete="off"; }
                label.for-tag.for-note {
                    "On"
                    select name="target" {
                        option value="conversation" { "the conversation" }
                        option value="customer" selected[on == "customer"] { "its customer" }
                    }
                }
                label.for-webhook {
                    "Webhook"
                    select name="endpoint" {
                        option value="" { @if offered.webhooks().is_empty() { "There is none yet" } @else { "Choose one" } }
                        @for endpoint in offered.webhooks() {
                            option value=(endpoint.endpoint_id) selected[told == endpoint.endpoint_id.to_string()] { (endpoint.url) }
                        }
                        @if !told.is_empty() && !offered.webhooks().iter().any(|e| told == e.endpoint_id.to_string()) {
                            option value=(told) selected { (told.parse().map_or("a webhook that is gone", |id| offered.endpoint(&id))) }
                        }
                    }
                }
            }
            label.for-note { "Note" textarea name="note" rows="2" maxlength="8000" { (at(&form.note, place)) } }
        }
    }
}
