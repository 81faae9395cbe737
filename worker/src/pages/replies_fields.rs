//! The fields of the form of replies.

use super::blank::{Blank, Wrong, choice, tick};
use super::parts;
use super::replies_form::{DAYS, Form};
use askwell::api::ReplySettingsShown;
use maud::{Markup, html};

const FIELDS: &[&str] = &[
    "answerer",
    "url",
    "secret",
    "zone",
    "open-1",
    "open-2",
    "open-3",
    "open-4",
    "open-5",
    "open-6",
    "open-7",
    "closed",
    "misunderstood",
    "protected",
    "own",
];
/// Rules of their own that are offered empty.
const SPARE: usize = 1;

/// The form, sent to `to`.
pub fn form(
    form: &Form,
    set: &ReplySettingsShown,
    model: Option<&str>,
    to: &str,
    wrong: &Wrong,
) -> Markup {
    let llm = match model {
        Some(model) => format!("{model}, from the published articles alone"),
        None => "none is chosen yet".to_owned(),
    };
    html! {
        (wrong.above(FIELDS))
        // A browser would refuse, without a word, what stands in a field that is hidden.
        form.replies method="post" action=(to) novalidate {
            // What the Enter key presses: the first button of a form.
            button.vh tabindex="-1" aria-hidden="true" { "Save" }
            (parts::hidden("seen", &form.seen))
            article {
                header { h2 { "Who answers" } }
                label {
                    "Visitors are answered"
                    select name="enabled" {
                        option value="" selected[form.enabled.is_empty()] { "Once an article is published" }
                        option value="yes" selected[form.enabled == "yes"] { "Always" }
                        option value="no" selected[form.enabled == "no"] { "Never: they wait for a person" }
                    }
                }
                (choice("By", "answerer", &form.answerer, &[
                    ("embedded", "Askwell", "from the published articles; it needs no account"),
                    ("llm", "Your language model", &llm),
                    ("webhook", "Your own bot", "by webhook; where it fails, Askwell answers"),
                ], wrong))
                p.muted.small-text { "Articles are written in the " a href="/app/knowledge" { "knowledge base" } ", and the model is chosen under " a href=(super::model::PATH) { "Language model" } "." }
                div.for-webhook { (bot(form, set, wrong)) }
            }
            article {
                header { h2 { "When the team is there" } }
                p.muted.small-text { "Outside of these hours a visitor who needs a person is asked for their e-mail address, and promised the answer there. Where all are empty, the team is always there." }
                (Blank { label: "Time zone", name: "zone", value: &form.zone, most: 100, placeholder: "UTC", about: "By its name in the IANA database, like Europe/Vienna.", ..Blank::default() }.show(wrong))
                div.fields.apart {
                    @for ((day, name), value) in DAYS.into_iter().zip(form.days()) {
                        div { (Blank { label: day, name, value, most: 200, placeholder: "closed", ..Blank::default() }.show(wrong)) }
                    }
                }
                p.muted.small-text { "As 09:00–17:00, or 09:00–12:00, 13:00–17:00." }
                (Blank { label: "Days on which nobody is there", name: "closed", value: &form.closed, kind: "lines", placeholder: "2026-12-25", about: "One a line, as YYYY-MM-DD.", ..Blank::default() }.show(wrong))
            }
            article {
                header { h2 { "When a person is called" } }
                (tick("When the visitor asks for one", "on_request", !form.on_request.is_empty()))
                (tick("When the visitor is angry, or threatens", "on_anger", !form.on_anger.is_empty()))
                (Blank { label: "After so many messages in a row that were not understood", name: "misunderstood", kind: "number", value: &form.misunderstood, required: true, most: 10, ..Blank::default() }.show(wrong))
                (Blank { label: "Topics that are the team's alone", name: "protected", kind: "lines", value: &form.protected, most: 12_000, placeholder: "data protection", about: "Words and phrases, one a line. In other languages than English list their other forms too.", ..Blank::default() }.show(wrong))
                (own(form, wrong))
            }
            button { "Save" }
        }
    }
}

fn bot(form: &Form, set: &ReplySettingsShown, wrong: &Wrong) -> Markup {
    let there = set.webhook.is_some();
    let about = if there {
        "Never shown. Leave it empty to keep the one that is there; for another address one is made, and shown once."
    } else {
        "Leave it empty, and one is made, and shown once."
    };
    html! {
        (Blank { label: "Address of your bot", name: "url", kind: "url", value: &form.url, placeholder: "https://bot.example/askwell", ..Blank::default() }.show(wrong))
        (Blank { label: "Its secret", name: "secret", kind: "password", placeholder: "whsec_…", most: 200, about, ..Blank::default() }.show(wrong))
        @if there { (tick("Make another secret", "fresh", !form.fresh.is_empty())) }
    }
}

/// The owner's own rules, and an empty one.
fn own(form: &Form, wrong: &Wrong) -> Markup {
    let at = |texts: &[String], place: usize| texts.get(place).cloned().unwrap_or_default();
    let kept: Vec<usize> = (0..form.rule.len())
        .filter(|place| !at(&form.rule, *place).is_empty() || !at(&form.phrases, *place).is_empty())
        .collect();
    let spare = SPARE + usize::from(form.is_unfinished());
    html! {
        h3 { "Your own rules" }
        p.muted.small-text { "Any of a rule's words or phrases calls a person, in whatever case, with or without accents." }
        (wrong.below("own"))
        @for (place, from) in kept.iter().copied().map(Some).chain([None; 2]).take(kept.len() + spare).enumerate() {
            @let (name, phrases) = from.map_or_else(Default::default, |from| (at(&form.rule, from), at(&form.phrases, from)));
            @let off = from.is_some_and(|from| at(&form.force, from) == "no");
            fieldset.step {
                legend { "Rule " (place + 1) }
                div.fields {
                    label { "Name" input name="rule" maxlength="100" value=(name) autocomplete="off" placeholder="Wholesale"; }
                    label {
                        "In force"
                        select name="force" { option value="yes" { "Yes" } option value="no" selected[off] { "No" } }
                    }
                }
                label { "Words and phrases, one a line" textarea name="phrases" rows="2" maxlength="12000" { (phrases) } }
            }
        }
        button.secondary.small name="more" value="rule" formnovalidate { "One more rule" }
    }
}
