//! Metrics → Data Collection: what the owner's questions were answered with, counted. How that looks is
//! `metrics_page.rs`'s.

use super::behind;
use super::blank::Wrong;
use super::customers_filters::day;
use super::figures_file;
use super::metrics_page::page;
use super::parts::{self, platform};
use super::refused::pairs;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::collected;
use crate::ledger::fields::{self, Known};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::AnswerFilter;
use askwell::conversation::Platform;
use askwell::metrics::collected::{CrossTab, Report, Step};
use askwell::metrics::period::Period;
use askwell::time::UnixMillis;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/metrics/data-collection";
/// Days that are shown when nothing else is asked for, today among them.
const DAYS: i64 = 30;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::ReportsRead, |visit| Box::pin(show(visit))),
    Page::get("/app/metrics/data-collection.csv", Scope::ReportsRead, |visit| {
        Box::pin(export(visit))
    }),
    Page::get("/app/metrics/data-collection/conversations", Scope::ConversationsRead, |visit| {
        Box::pin(behind::show(visit))
    }),
];

/// What is asked for, as the address has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Which question.
    pub field: String,
    /// The first day.
    pub first: String,
    /// The last day.
    pub last: String,
    /// Only this channel.
    pub channel: String,
    /// How long a step of the trend is.
    pub step: String,
    /// Against which other question.
    pub by: String,
    /// Only conversations with these answers to other questions: `field=answer`.
    pub with: Vec<String>,
    /// Which value the conversations are shown of.
    pub answer: String,
    /// Which figures are exported: nothing for the values, `channels`, `cross`.
    pub part: String,
    /// Where a page of conversations begins.
    pub cursor: String,
}

impl Asked {
    /// The period, by default the last thirty days.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn period(&self, now: UnixMillis) -> Outcome<Period> {
        let last = day(&self.last)?.unwrap_or_else(|| now.day());
        let begin = last.start().plus(-(DAYS - 1) * 24 * 60 * 60 * 1000).clamped();
        Ok(Period::new(day(&self.first)?.unwrap_or_else(|| begin.day()), last)?)
    }

    /// The channel.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn channel(&self) -> Outcome<Option<Platform>> {
        if self.channel.is_empty() {
            return Ok(None);
        }
        let known = Platform::parse(&self.channel);
        known
            .map(Some)
            .ok_or_else(|| Fault::refused(Code::InvalidField, "there is no such channel"))
    }

    /// The answers to other questions.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn with(&self) -> Outcome<Vec<AnswerFilter>> {
        let read = |text: &String| {
            let (field, value) = text.split_once('=').ok_or_else(|| {
                Fault::refused(Code::InvalidField, "choose one of the answers offered")
            })?;
            Ok(AnswerFilter { field_id: field.to_owned(), value: value.to_owned() })
        };
        self.with.iter().filter(|text| !text.is_empty()).map(read).collect()
    }

    /// Leaves out what another question was asked about and this one cannot be: itself. The choices of the page do not
    /// offer it, and a figure would be of less than it says.
    pub fn about(&mut self, field: &str) {
        self.with.retain(|text| text.split_once('=').is_none_or(|(other, _)| other != field));
        if self.by == field {
            self.by.clear();
        }
    }

    /// As an address has it.
    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }

    /// What an address has beside the days and the channel, none of it empty.
    fn others(&self) -> Vec<(String, String)> {
        let plain = Self {
            first: String::new(),
            last: String::new(),
            channel: String::new(),
            cursor: String::new(),
            ..self.clone()
        };
        let pairs = pairs(&plain.query());
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    fn step(&self) -> Outcome<Step> {
        Ok(if self.step.is_empty() { Step::Day } else { Step::parse(&self.step)? })
    }
}

/// The filters that all pages with figures have: days and channel.
pub fn period_fields(asked: &Asked, period: Period) -> Markup {
    typed_period(&asked.channel, &period.first.to_string(), &period.last.to_string())
}

fn typed_period(channel: &str, first: &str, last: &str) -> Markup {
    let platforms: Vec<_> =
        Platform::ALL.iter().map(|p| (p.as_str().to_owned(), platform(*p).to_owned())).collect();
    html! {
        label { "From" input type="date" name="first" value=(first); }
        label { "To" input type="date" name="last" value=(last); }
        (parts::select("Channel", "channel", "All", &platforms, channel))
    }
}

/// A page of figures whose days, or what else was asked for, are none: what is wrong, and what was typed, to be put right.
///
/// # Errors
/// The fault, where it is no mistake of whoever asked.
pub fn again(
    visit: &Visit,
    (title, path): (&str, &str),
    asked: &Asked,
    fault: Fault,
) -> Outcome<Response> {
    let error = fault.public();
    if !super::is_mistake(error.code) {
        return Err(fault);
    }
    let body = html! {
        h1 { (title) }
        (Wrong::of(&error).above(&[]))
        form method="get" action=(path) {
            @for (name, value) in asked.others() { (parts::hidden(&name, &value)) }
            div.fields { (typed_period(&asked.channel, &asked.first, &asked.last)) button { "Show" } }
        }
    };
    Ok(visit.page(title, body)?.with_status(error.code.status()))
}

/// What was asked for, counted.
pub struct Shown {
    /// All questions that were ever published.
    pub fields: Vec<Known>,
    /// The one that is shown.
    pub field: Known,
    /// Over which days.
    pub period: Period,
    /// Its figures.
    pub report: Report,
    /// The question that it is put against, with their figures.
    pub cross: Option<(Known, CrossTab)>,
}

async fn load(visit: &Visit, asked: &mut Asked) -> Outcome<Option<Shown>> {
    let fields = visit.call(&fields::All).await?;
    let find = |id: &str| fields.iter().find(|field| field.id() == id).cloned();
    let no_such = || Fault::refused(Code::NotFound, "There is no such question.");
    let field = match asked.field.as_str() {
        "" => fields.first().cloned(),
        id => Some(find(id).ok_or_else(no_such)?),
    };
    let Some(field) = field else { return Ok(None) };
    asked.about(field.id());
    let (period, channel) = (asked.period(visit.now())?, asked.channel()?);
    let with = asked.with()?.into_iter().next();
    let get = collected::Get {
        field_id: field.id().to_owned(),
        period,
        step: asked.step()?,
        channel,
        with: with.clone(),
    };
    let report = visit.call(&get).await?;
    let cross = match asked.by.as_str() {
        "" => None,
        id => {
            let other = find(id).ok_or_else(no_such)?;
            let (rows, columns) = (field.id().to_owned(), other.id().to_owned());
            let table =
                visit.call(&collected::Cross { rows, columns, period, channel, with }).await?;
            Some((other, table))
        }
    };
    Ok(Some(Shown { fields, field, period, report, cross }))
}

async fn show(visit: Visit) -> Outcome<Response> {
    let mut asked: Asked = visit.query()?;
    let loaded = match load(&visit, &mut asked).await {
        Ok(loaded) => loaded,
        Err(fault) => return again(&visit, ("Data Collection metrics", PATH), &asked, fault),
    };
    let body = match loaded {
        None => html! {
            h1 { "Data Collection metrics" }
            (parts::empty("No questions yet", html! { "Questions about every conversation are set under Settings, Data Collection." }))
        },
        Some(shown) => page(&asked, &shown),
    };
    visit.page_with("Data Collection metrics", body, &["charts.js"])
}

async fn export(visit: Visit) -> Outcome<Response> {
    let mut asked: Asked = visit.query()?;
    let shown = load(&visit, &mut asked).await?;
    let shown =
        shown.ok_or_else(|| Fault::refused(Code::NotFound, "There is no such question."))?;
    let missing = || Fault::refused(Code::InvalidField, "Choose the question to put it against.");
    let rows = match (asked.part.as_str(), &shown.cross) {
        ("", _) => figures_file::values(&shown.report),
        ("channels", _) => figures_file::channels(&shown.report),
        ("cross", cross) => figures_file::cross(&cross.as_ref().ok_or_else(missing)?.1),
        _ => return Err(Fault::refused(Code::NotFound, "There are no such figures.")),
    };
    figures_file::response("data-collection.csv", &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_not_filtered_by_its_own_answers() {
        let with = vec!["fi_1=Late".to_owned(), "fi_2=Sofa".to_owned()];
        let mut asked = Asked { by: "fi_1".to_owned(), with, ..Asked::default() };
        asked.about("fi_3");
        assert_eq!((asked.with.len(), asked.by.as_str()), (2, "fi_1"));
        asked.about("fi_1");
        assert_eq!((asked.with.as_slice(), asked.by.as_str()), (&["fi_2=Sofa".to_owned()][..], ""));
    }

    #[test]
    fn a_period_is_thirty_days_until_today_unless_said() {
        let now = UnixMillis::parse_rfc3339("2026-11-25T12:00:00Z").unwrap();
        let period = Asked::default().period(now).unwrap();
        assert_eq!(
            (period.first.to_string(), period.last.to_string()),
            ("2026-10-27".to_owned(), "2026-11-25".to_owned())
        );
        let asked = Asked {
            first: "2026-12-01".to_owned(),
            with: vec!["a=b".to_owned()],
            ..Asked::default()
        };
        assert_eq!(asked.others(), [("with".to_owned(), "a=b".to_owned())]);
        assert_eq!(asked.period(now).unwrap_err().public().code, Code::InvalidField);
    }
}
