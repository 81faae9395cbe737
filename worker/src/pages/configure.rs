//! How customer enrichment is set: what is asked for, how often, in which words; and its review, without
//! which nothing is activated.

use super::actions::{self, fields};
use super::parts;
use super::refused::Typed;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::http;
use crate::ledger::actions::{Activate, Change, Found, Get};
use askwell::access::Scope;
use askwell::detect::Kind;
use askwell::enrichment::{
    self, ActionPatch, ActionShown, ActionState, Activation, EnrichmentConfig, Review,
};
use askwell::prompt::{Line, MAX_LINE_CHARS, default_line};
use askwell::text::Lang;
use askwell::{Code, Error};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/actions/customer-enrichment";
/// Where the form is sent for the words of another language, with all that stands in it.
const SHOW: &str = "/app/actions/customer-enrichment/show";
const REVIEW: &str = "/app/actions/customer-enrichment/review";
const ACTIVATE: &str = "/app/actions/customer-enrichment/activate";
/// From the review back to the form.
const BACK: &str = "/app/actions/customer-enrichment/back";
const WORDS: &str = "words.";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::SettingsRead, |visit| Box::pin(show(visit))),
    Page::post(REVIEW, Scope::SettingsWrite, |visit| Box::pin(review(visit))),
    Page::post(BACK, Scope::SettingsWrite, |visit| Box::pin(back(visit))),
    Page::post(SHOW, Scope::SettingsWrite, |visit| Box::pin(turn(visit))),
    Page::post(ACTIVATE, Scope::SettingsWrite, |visit| Box::pin(activate(visit))),
];

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    lang: Option<String>,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let Asked { lang } = visit.query()?;
    let mut found = visit.call(&Get).await?;
    // What was reviewed, and was refused since.
    let reviewed = visit.forms().at(ACTIVATE);
    if reviewed.is_refused()
        && let Ok(config) = askwell::input::object(reviewed.value("config", "").as_bytes())
    {
        found.action.config = config;
    }
    let [review, turn] = [REVIEW, SHOW].map(|action| visit.forms().at(action));
    let typed = if review.is_refused() { review } else { turn };
    if let Ok(config) = askwell::input::object(typed.value("unsaved", "").as_bytes()) {
        found.action.config = config;
    }
    let lang =
        Some(typed.value("words_in", "")).filter(|lang| !lang.is_empty()).or(lang.as_deref());
    let lang = lang.and_then(Lang::from_tag).unwrap_or(Lang::En);
    let form = if reviewed.is_refused() { reviewed } else { typed };
    shown(&visit, &found, lang, form)
}

fn shown(visit: &Visit, found: &Found, lang: Lang, typed: Typed) -> Outcome<Response> {
    let unsaved = crate::fault::to_json("config", &found.action.config)?;
    let drawn = Drawn { found, lang, unsaved: &unsaved, typed };
    visit.page("Customer Enrichment", page(&drawn, visit.may(Scope::SettingsWrite)))
}

/// The words of another language: nothing that was typed is lost by it, and nothing is changed yet.
async fn turn(mut visit: Visit) -> Outcome<Response> {
    let form = Form::read(&visit.form_text().await?)?;
    let mut found: Found = visit.call(&Get).await?;
    found.action.config = form.put_into(form.unsaved.clone().unwrap_or(found.action.config));
    found.revision = form.revision;
    shown(&visit, &found, form.turn_to.unwrap_or(form.words_in), Typed::default())
}

async fn review(mut visit: Visit) -> Outcome<Response> {
    let form = visit.form_text().await?;
    let found: Found = visit.call(&Get).await?;
    let form = Form::read(&form)?;
    let before = form.unsaved.clone().unwrap_or_else(|| found.action.config.clone());
    let config =
        form.put_into(before).checked().map_err(|error| in_place(&error, form.words_in))?;
    let reviewed = Reviewed {
        review: &enrichment::review(&config),
        action: &found.action,
        lang: form.words_in,
        config: crate::fault::to_json("config", &config)?,
        revision: form.revision,
    };
    visit.page("Review", review_page(&reviewed))
}

#[derive(Deserialize)]
struct BackForm {
    config: String,
    words_in: String,
    revision: u64,
}

/// The form as it was when the review was asked for.
async fn back(mut visit: Visit) -> Outcome<Response> {
    let BackForm { config, words_in, revision } = visit.form().await?;
    let mut found: Found = visit.call(&Get).await?;
    found.action.config = askwell::input::object(config.as_bytes())?;
    found.revision = revision;
    shown(&visit, &found, Lang::from_tag(&words_in).unwrap_or(Lang::En), Typed::default())
}

/// What is wrong with words, at their field where that is on the page.
fn in_place(error: &Error, shown: Lang) -> Fault {
    let place = error.detail.strip_prefix("wording.").and_then(|rest| rest.split_once(": "));
    let Some(((lang, line), why)) =
        place.and_then(|(place, why)| Some((place.split_once('.')?, why)))
    else {
        return error.clone().into();
    };
    let detail = match Lang::from_tag(lang) {
        Some(lang) if lang != shown => {
            format!("Something is wrong with the words in {}: {why}", parts::language(lang))
        }
        _ => format!("the field `{line}` {why}"),
    };
    Fault::refused(error.code, detail)
}

#[derive(Deserialize)]
struct ActivateForm {
    config: String,
    review: String,
    revision: u64,
}

async fn activate(mut visit: Visit) -> Outcome<Response> {
    let ActivateForm { config, review, revision } = visit.form().await?;
    let config: EnrichmentConfig = askwell::input::object(config.as_bytes())?;
    let found = visit.call(&Get).await?;
    if found.revision != revision {
        return Err(Fault::refused(
            Code::PreconditionFailed,
            "Somebody else has changed the action since you opened it. Below is what you typed: reviewed and saved once more, it takes the place of theirs.",
        ));
    }
    if found.action.state == ActionState::Available {
        visit.call(&Activate { activation: Activation { config, review } }).await?;
        return visit.done(
            actions::PATH,
            "Customer Enrichment is active for conversations that begin from now on.",
        );
    }
    let patch = ActionPatch { enabled: None, config: Some(config) };
    visit.call(&Change { patch, revision: Some(revision) }).await?;
    visit.done(actions::PATH, "Saved, for conversations that begin from now on.")
}

/// What the form sends.
#[derive(Debug, Clone)]
pub struct Form {
    fields: Vec<Kind>,
    max_asks: u8,
    cool_down_turns: u8,
    lang: Option<Lang>,
    hold_out_percent: u8,
    words_in: Lang,
    words: Vec<(Line, String)>,
    unsaved: Option<EnrichmentConfig>,
    turn_to: Option<Lang>,
    revision: u64,
}

impl Form {
    /// Reads it.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn read(text: &str) -> Outcome<Self> {
        let pairs: Vec<(String, String)> = http::query(text)?;
        let get = |name: &str| {
            pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
        };
        let number = |name: &str, range: &str| {
            let detail = format!("the field `{name}` must be a whole number of {range}");
            get(name).parse::<u8>().map_err(|_| Fault::refused(Code::InvalidField, detail))
        };
        let asked = |kind: &Kind| {
            pairs.iter().any(|(key, value)| key == "fields" && value == kind.as_str())
        };
        let words = Line::ALL.into_iter().filter_map(|line| {
            let name = format!("{WORDS}{}", line.code());
            pairs.iter().find(|(key, _)| *key == name).map(|(_, text)| (line, text.clone()))
        });
        Ok(Self {
            fields: Kind::ALL.into_iter().filter(asked).collect(),
            max_asks: number("max_asks", "1 to 3")?,
            cool_down_turns: number("cool_down_turns", "0 to 20")?,
            lang: Lang::from_tag(get("lang")),
            hold_out_percent: number("hold_out_percent", "0 to 100")?,
            words_in: Lang::from_tag(get("words_in")).unwrap_or(Lang::En),
            words: words.collect(),
            unsaved: askwell::input::object(get("unsaved").as_bytes()).ok(),
            turn_to: Lang::from_tag(get("turn_to")),
            revision: get("revision").parse().unwrap_or_default(),
        })
    }

    /// The configuration with what the form says; the words of other languages stay.
    pub fn put_into(&self, config: EnrichmentConfig) -> EnrichmentConfig {
        let mut wording = config.wording;
        for (line, text) in &self.words {
            wording.set(self.words_in, *line, text.replace("\r\n", "\n"));
        }
        EnrichmentConfig {
            fields: self.fields.clone(),
            max_asks: self.max_asks,
            cool_down_turns: self.cool_down_turns,
            lang: self.lang,
            hold_out_percent: self.hold_out_percent,
            wording,
        }
    }
}

const fn said_when(line: Line) -> &'static str {
    match line {
        Line::EmailSend => "E-mail, to send something there",
        Line::EmailBook => "E-mail, to confirm a booking",
        Line::EmailHandoff => "E-mail, so that a person's answer arrives",
        Line::EmailReturning => "E-mail, to find what is on file",
        Line::NameBook => "Name, for a booking",
        Line::NameCall => "Name, for a call",
        Line::NameMatter => "Name, to look into a matter",
        Line::PhoneBook => "Phone, for a booking",
        Line::PhoneCall => "Phone, to call there",
        Line::ConfirmOnFile => "Does the e-mail on file still hold? ({value} may stand in it)",
        Line::ConfirmSlip => "Was a likelier spelling meant? ({value} must stand in it)",
    }
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Drawn<'a> {
    /// The action, and how it would be set.
    pub found: &'a Found,
    /// Whose words are shown.
    pub lang: Lang,
    /// How it would be set, for the form: the words of all languages stand in it.
    pub unsaved: &'a str,
    /// What was typed, where that was refused.
    pub typed: Typed<'a>,
}

fn count(drawn: &Drawn, label: &str, name: &str, least: u8, most: u8, kept: u8) -> Markup {
    let wrong = drawn.typed.wrong();
    let invalid = wrong.beside(name).map(|_| "true");
    let described = invalid.map(|_| format!("{name}-wrong"));
    html! {
        label {
            (label)
            input type="number" name=(name) min=(least) max=(most) required value=(drawn.typed.value(name, &kept.to_string())) aria-invalid=[invalid] aria-describedby=[described] autofocus[invalid.is_some()];
            (wrong.below(name))
        }
    }
}

/// The configuration, to be changed or only looked at.
pub fn page(drawn: &Drawn, may_write: bool) -> Markup {
    let Drawn { found, lang, unsaved, typed } = *drawn;
    let wrong = typed.wrong();
    let mut names = vec!["fields", "max_asks", "cool_down_turns", "hold_out_percent"];
    names.extend(Line::ALL.iter().map(|line| line.code()));
    let action = &found.action;
    let config = &action.config;
    let languages: Vec<(String, String)> =
        Lang::ALL.iter().map(|l| (l.code().to_owned(), parts::language(*l).to_owned())).collect();
    html! {
        p { a href=(actions::PATH) { "← Actions" } }
        h1 { "Configure Customer Enrichment" }
        p.muted { (action.description) }
        @if !may_write { (behaviour(&enrichment::review(config))) }
        @else {
            (wrong.above(&names))
            form method="post" action=(REVIEW) {
                // The first button of a form is the one that the Enter key presses.
                button.vh tabindex="-1" aria-hidden="true" { "Review" }
                (parts::hidden("revision", &found.revision.to_string()))
                (parts::hidden("unsaved", unsaved))
                article {
                    header { h2 { "Words in" } }
                    div.row {
                        select name="turn_to" aria-label="Language of the words" data-go="turn" {
                            @for (code, name) in &languages { option value=(code) selected[code == lang.code()] { (name) } }
                        }
                        button #turn .secondary.small formaction=(SHOW) formnovalidate { "Show" }
                        span.muted.small-text { "Visitors are asked in the language that they write in. What you have typed stays." }
                    }
                }
                (parts::hidden("words_in", lang.code()))
                article {
                    header { h2 { "What is asked for, and how often" } }
                    fieldset {
                        legend { "Fields" }
                        @for kind in Kind::ALL {
                            label { input type="checkbox" name="fields" value=(kind.as_str()) checked[typed.has("fields", kind.as_str(), config.fields.contains(&kind))]; (parts::kind(kind)) }
                        }
                        (wrong.below("fields"))
                    }
                    p.muted.small-text { "The platform is noted by itself, and never asked for." }
                    div.fields {
                        (count(drawn, "Most questions in a conversation", "max_asks", 1, 3, config.max_asks))
                        (count(drawn, "Messages to let pass after one that was passed over", "cool_down_turns", 0, 20, config.cool_down_turns))
                        (count(drawn, "Visitors who are never asked, in %", "hold_out_percent", 0, 100, config.hold_out_percent))
                        (parts::select("Language where nothing tells it", "lang", "English", &languages, typed.value("lang", config.lang.map_or("", |l| l.code()))))
                    }
                    p.muted.small-text { "Visitors who are never asked show what asking costs and brings: see What it brings." }
                }
                article {
                    header { h2 { "Words in " (parts::language(lang)) } }
                    p.muted.small-text { "Leave a field empty for the built-in words, which stand in it in grey. " (MAX_LINE_CHARS) " characters at most." }
                    @for line in Line::ALL {
                        @let own = config.wording.iter().find(|(l, n, _)| (*l, *n) == (lang, line)).map_or("", |found| found.2);
                        @let name = format!("{WORDS}{}", line.code());
                        @let invalid = wrong.beside(line.code()).map(|_| "true");
                        label {
                            (said_when(line))
                            textarea name=(name) rows="2" maxlength=(MAX_LINE_CHARS) lang=(lang.code()) dir="auto" placeholder=(default_line(lang, line)) aria-invalid=[invalid] aria-describedby=[invalid.map(|_| format!("{}-wrong", line.code()))] autofocus[invalid.is_some()] { (typed.value(&name, own)) }
                            (wrong.below(line.code()))
                        }
                    }
                }
                button { "Review" }
            }
        }
    }
}

fn behaviour(review: &Review) -> Markup {
    html! { ul { @for sentence in &review.behaviour { li { (sentence) } } } }
}

/// What is reviewed.
#[derive(Debug, Clone)]
pub struct Reviewed<'a> {
    /// The configuration in words.
    pub review: &'a Review,
    /// The action as it stands.
    pub action: &'a ActionShown,
    /// In which language its questions are shown.
    pub lang: Lang,
    /// The configuration, as it is sent on.
    pub config: String,
    /// Counts the changes of what it was made from.
    pub revision: u64,
}

/// The review: nothing is changed before it is confirmed.
pub fn review_page(reviewed: &Reviewed) -> Markup {
    let Reviewed { review, action, lang, config, revision } = reviewed;
    let fresh = action.state == ActionState::Available;
    html! {
        h1 { "Review" }
        p { "Nothing has been changed yet. This is what visitors would meet:" }
        article {
            header { h2 { "How it behaves" } }
            (behaviour(review))
            p.muted.flat { "Collected: " (fields(&review.config.fields)) ", and the platform." }
        }
        article {
            header { h2 { "The questions, in " (parts::language(*lang)) } }
            (parts::table("Questions", html! {
                thead { tr { th scope="col" { "When" } th scope="col" { "Asks for" } th scope="col" { "Words" } } }
                tbody {
                    @for question in &review.questions {
                        tr {
                            td.wrap { (question.when) }
                            td.nobr { (parts::kind(question.field)) }
                            td.wrap {
                                @if let Some(said) = question.words.get(lang) {
                                    span lang=(lang.code()) dir="auto" { (said.text) }
                                    @if said.own { " " span.badge { "yours" } }
                                }
                            }
                        }
                    }
                }
            }))
        }
        div.row {
            form method="post" action={ (PATH) "/activate" } {
                (parts::hidden("config", config))
                (parts::hidden("review", &review.review))
                (parts::hidden("revision", &revision.to_string()))
                button { @if fresh { "Activate" } @else { "Save" } }
            }
            form method="post" action=(BACK) {
                (parts::hidden("config", config))
                (parts::hidden("words_in", lang.code()))
                (parts::hidden("revision", &revision.to_string()))
                button.secondary { "Back" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_changes_the_words_of_its_language_alone() {
        let text = "fields=email&fields=name&max_asks=2&cool_down_turns=0&hold_out_percent=10&lang=&words_in=de&words.email_send=Wohin%3F&words.name_book=&revision=4";
        let form = Form::read(text).unwrap();
        let mut before = EnrichmentConfig::default();
        before.wording.set(Lang::En, Line::EmailSend, "Where to?".to_owned());
        before.wording.set(Lang::De, Line::NameBook, "Name?".to_owned());
        let after = form.put_into(before).checked().unwrap();
        assert_eq!(after.fields, [Kind::Name, Kind::Email]);
        assert_eq!((after.max_asks, after.cool_down_turns, after.hold_out_percent), (2, 0, 10));
        assert_eq!((after.lang, form.revision), (None, 4));
        let words: Vec<_> = after.wording.iter().collect();
        assert_eq!(
            words,
            [(Lang::En, Line::EmailSend, "Where to?"), (Lang::De, Line::EmailSend, "Wohin?")]
        );
        let wrong = Form::read("max_asks=many&cool_down_turns=0&hold_out_percent=0");
        assert_eq!(wrong.unwrap_err().public().code, Code::InvalidField);
        let none = Form::read("max_asks=1&cool_down_turns=0&hold_out_percent=0").unwrap();
        assert!(none.put_into(EnrichmentConfig::default()).checked().is_err(), "no field ticked");
    }
}
