//! The form of replies: who answers, opening hours as people write them, and rules for calling a person.

use super::blank::Wrong;
use crate::ledger::replies::as_set;
use crate::ledger::seen;
use askwell::Error;
use askwell::api::{Answerer, ReplySettings, ReplySettingsShown, WebhookChange, WebhookShown};
use askwell::reply::{Hours, Open, Rule, Rules};
use serde::Deserialize;

/// The days of a week, Monday first, each by the name of its field.
pub const DAYS: [(&str, &str); 7] = [
    ("Monday", "open-1"),
    ("Tuesday", "open-2"),
    ("Wednesday", "open-3"),
    ("Thursday", "open-4"),
    ("Friday", "open-5"),
    ("Saturday", "open-6"),
    ("Sunday", "open-7"),
];

/// What the form sends. Each rule of the owner has an entry in `rule`, `phrases` and `force`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Form {
    pub(super) enabled: String,
    pub(super) answerer: String,
    pub(super) url: String,
    /// Never shown.
    secret: String,
    pub(super) fresh: String,
    pub(super) zone: String,
    #[serde(rename = "open-1")]
    monday: String,
    #[serde(rename = "open-2")]
    tuesday: String,
    #[serde(rename = "open-3")]
    wednesday: String,
    #[serde(rename = "open-4")]
    thursday: String,
    #[serde(rename = "open-5")]
    friday: String,
    #[serde(rename = "open-6")]
    saturday: String,
    #[serde(rename = "open-7")]
    sunday: String,
    pub(super) closed: String,
    pub(super) on_request: String,
    pub(super) on_anger: String,
    pub(super) misunderstood: String,
    pub(super) protected: String,
    pub(super) rule: Vec<String>,
    pub(super) phrases: Vec<String>,
    pub(super) force: Vec<String>,
    /// What was pressed instead of saving: one more rule.
    more: String,
    /// The mark of what the form showed when it was opened; see [`seen`](crate::ledger::seen).
    pub(super) seen: String,
}

impl Form {
    /// How replies are set, in the form.
    pub fn of(set: &ReplySettingsShown) -> Self {
        let ticked = |on: bool| if on { "yes" } else { "" }.to_owned();
        let day = |day: u8| {
            let of = set.hours.open.iter().filter(|open| open.day == day);
            of.map(|open| format!("{}–{}", open.from, open.to)).collect::<Vec<_>>().join(", ")
        };
        let answerer = match set.answerer {
            Answerer::Embedded => "embedded",
            Answerer::Llm => "llm",
            Answerer::Webhook => "webhook",
        };
        let own = &set.rules.own;
        Self {
            enabled: match set.enabled {
                None => "",
                Some(true) => "yes",
                Some(false) => "no",
            }
            .to_owned(),
            answerer: answerer.to_owned(),
            url: set.webhook.as_ref().map_or_else(String::new, |webhook| webhook.url.clone()),
            secret: String::new(),
            fresh: String::new(),
            zone: set.hours.zone.clone(),
            monday: day(1),
            tuesday: day(2),
            wednesday: day(3),
            thursday: day(4),
            friday: day(5),
            saturday: day(6),
            sunday: day(7),
            closed: set.hours.closed.join("\n"),
            on_request: ticked(set.rules.on_request),
            on_anger: ticked(set.rules.on_anger),
            misunderstood: set.rules.misunderstood.to_string(),
            protected: set.rules.protected.join("\n"),
            rule: own.iter().map(|rule| rule.name.clone()).collect(),
            phrases: own.iter().map(|rule| rule.phrases.join("\n")).collect(),
            force: own
                .iter()
                .map(|rule| if rule.enabled { "yes" } else { "no" }.to_owned())
                .collect(),
            more: String::new(),
            seen: seen::mark(&as_set(set)),
        }
    }

    /// Whether one more line was asked for, and nothing is to be saved yet.
    pub fn is_unfinished(&self) -> bool {
        !self.more.is_empty()
    }

    /// What was refused, where it was typed.
    pub fn wrong(error: &Error) -> Wrong {
        let wrong = Wrong::of(error);
        if wrong.beside("webhook").is_some() {
            return Wrong::at("url", "Say where your bot is.");
        }
        if error.detail.starts_with("no language model") {
            return Wrong::at("answerer", "Choose a language model first, under Language model.");
        }
        wrong
    }

    pub(super) fn days(&self) -> [&str; 7] {
        [
            &self.monday,
            &self.tuesday,
            &self.wednesday,
            &self.thursday,
            &self.friday,
            &self.saturday,
            &self.sunday,
        ]
    }

    /// The settings. `made` is the secret of a bot that is new, or is to have another one.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(&self, before: Option<&WebhookShown>, made: &str) -> Result<ReplySettings, Wrong> {
        let answerer = match self.answerer.as_str() {
            "embedded" => Answerer::Embedded,
            "llm" => Answerer::Llm,
            "webhook" => Answerer::Webhook,
            _ => return Err(Wrong::at("answerer", "Choose one of those offered.")),
        };
        let url = self.url.trim();
        let known = before.is_some_and(|webhook| webhook.url == url);
        let secret = match self.secret.trim() {
            "" if known && self.fresh.is_empty() => None,
            "" => Some(made.to_owned()),
            typed => Some(typed.to_owned()),
        };
        let webhook = (!url.is_empty()).then(|| WebhookChange { url: url.to_owned(), secret });
        if answerer == Answerer::Webhook && webhook.is_none() {
            return Err(Wrong::at("url", "Say where your bot is."));
        }
        let misunderstood = self.misunderstood.trim().parse();
        Ok(ReplySettings {
            enabled: match self.enabled.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            answerer,
            webhook,
            hours: self.hours()?,
            rules: Rules {
                on_request: !self.on_request.is_empty(),
                on_anger: !self.on_anger.is_empty(),
                misunderstood: misunderstood
                    .map_err(|_| Wrong::at("misunderstood", "Must be 1 to 10."))?,
                protected: lines(&self.protected),
                own: self.own()?,
            },
        })
    }

    fn hours(&self) -> Result<Hours, Wrong> {
        let mut hours = Hours { zone: self.zone.trim().to_owned(), ..Hours::default() };
        for ((number, text), (_, name)) in (1..=7).zip(self.days()).zip(DAYS) {
            for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                let open = opening(number, part).ok_or_else(|| {
                    Wrong::at(name, "Write times as 09:00–12:00, 13:00–17:00, each from before to.")
                })?;
                hours.open.push(open);
            }
        }
        hours.closed = lines(&self.closed);
        Ok(hours)
    }

    fn own(&self) -> Result<Vec<Rule>, Wrong> {
        let at = |texts: &[String], place: usize| texts.get(place).cloned().unwrap_or_default();
        let mut own = Vec::new();
        for place in 0..self.rule.len() {
            let (name, phrases) = (at(&self.rule, place), lines(&at(&self.phrases, place)));
            let name = name.trim().to_owned();
            match (name.is_empty(), phrases.is_empty()) {
                (true, true) => continue,
                (false, false) => {}
                _ => {
                    return Err(Wrong::at(
                        "own",
                        "Each rule needs a name and one phrase at least.",
                    ));
                }
            }
            own.push(Rule { name, phrases, enabled: at(&self.force, place) != "no" });
        }
        Ok(own)
    }
}

/// The lines of a text that say something.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// An opening as people write it: `9:00-12:00`, with any dash.
fn opening(day: u8, text: &str) -> Option<Open> {
    let (from, to) = text.split_once(['-', '–', '—'])?;
    let padded = |text: &str| format!("{:0>5}", text.trim());
    let open = Open { day, from: padded(from), to: padded(to) };
    Hours { open: vec![open.clone()], ..Hours::default() }.check().ok()?;
    Some(open)
}

#[cfg(test)]
mod tests {
    use super::super::replies_fields;
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::Code;

    fn sent(text: &str) -> Form {
        serde_html_form::from_str(text).unwrap()
    }

    const WHOLE: &str = "enabled=yes&answerer=webhook&url=+https://bot.example/a+&secret=&zone=Europe/Vienna&open-1=9:00-12:00,+13:00%E2%80%9317:00&open-5=08:00-24:00&closed=2026-12-25%0D%0A%0D%0A2026-12-26&on_anger=yes&misunderstood=3&protected=law%0D%0A+tax+&rule=Wholesale&phrases=resale%0D%0Abulk&force=no&rule=&phrases=&force=yes";

    #[test]
    fn a_form_is_read_as_it_was_written() {
        let settings = sent(WHOLE).read(None, "made").unwrap();
        let bot = settings.webhook.clone().unwrap();
        assert_eq!(
            (bot.url.as_str(), bot.secret.as_deref()),
            ("https://bot.example/a", Some("made"))
        );
        let open: Vec<_> = settings
            .hours
            .open
            .iter()
            .map(|open| (open.day, open.from.as_str(), open.to.as_str()))
            .collect();
        assert_eq!(open, [(1, "09:00", "12:00"), (1, "13:00", "17:00"), (5, "08:00", "24:00")]);
        assert_eq!(settings.hours.closed, ["2026-12-25", "2026-12-26"]);
        let rules = &settings.rules;
        assert_eq!((rules.on_request, rules.on_anger, rules.misunderstood), (false, true, 3));
        assert_eq!(rules.protected, ["law", "tax"]);
        assert_eq!(rules.own.len(), 1);
        assert_eq!((rules.own[0].enabled, rules.own[0].phrases.len()), (false, 2));
        settings.hours.check().unwrap();
        settings.rules.check().unwrap();
        // What is shown of it is read as the same.
        let shown = ReplySettingsShown {
            enabled: settings.enabled,
            active: true,
            answerer: settings.answerer,
            webhook: Some(WebhookShown { url: bot.url.clone() }),
            hours: settings.hours.clone(),
            rules: settings.rules.clone(),
        };
        let again = Form::of(&shown).read(shown.webhook.as_ref(), "made").unwrap();
        let kept = WebhookChange { secret: None, ..bot };
        assert_eq!(again, ReplySettings { webhook: Some(kept), ..settings });
    }

    #[test]
    fn a_secret_is_kept_typed_or_made() {
        let before = WebhookShown { url: "https://bot.example/a".to_owned() };
        let secret =
            |text: &str| sent(text).read(Some(&before), "made").unwrap().webhook.unwrap().secret;
        assert_eq!(secret(WHOLE), None);
        assert_eq!(secret(&format!("{WHOLE}&fresh=yes")).as_deref(), Some("made"));
        assert_eq!(secret(&WHOLE.replace("secret=", "secret=own")).as_deref(), Some("own"));
        assert_eq!(secret(&WHOLE.replace("/a", "/b")).as_deref(), Some("made"));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_was_typed() {
        for (text, field) in [
            (WHOLE.replace("9:00-12:00", "9 to 5"), "open-1"),
            (WHOLE.replace("08:00-24:00", "12:00-08:00"), "open-5"),
            (WHOLE.replace("=3", "=some"), "misunderstood"),
            (WHOLE.replace("=webhook", "=moon"), "answerer"),
            (WHOLE.replace("+https://bot.example/a+", ""), "url"),
            (WHOLE.replace("=Wholesale", "="), "own"),
        ] {
            let wrong = sent(&text).read(None, "made").unwrap_err();
            assert!(wrong.beside(field).is_some(), "{text}: {wrong:?}");
        }
        let of = |detail: &str| Form::wrong(&Error::new(Code::InvalidField, detail.to_owned()));
        assert!(of("the field `webhook` is missing; it says where").beside("url").is_some());
        assert!(of("the field `hours.zone` must be a time zone").beside("zone").is_some());
        assert!(of("no language model is set; choose one").beside("answerer").is_some());
    }

    #[test]
    fn what_was_typed_stays_but_for_the_secret() {
        let hostile = super::super::visit::form_urlencode(HOSTILE);
        let typed = sent(&format!(
            "answerer=webhook&url=x&secret=hush&zone={hostile}&open-1={hostile}&closed={hostile}&protected={hostile}&rule={hostile}&phrases={hostile}&more=rule"
        ));
        assert!(typed.is_unfinished());
        let set = ReplySettingsShown {
            enabled: None,
            active: false,
            answerer: Answerer::Embedded,
            webhook: None,
            hours: Hours::default(),
            rules: Rules::default(),
        };
        let text = replies_fields::form(&typed, &set, None, "/x", &Wrong::default()).into_string();
        assert!(!text.contains("<script") && !text.contains("hush"));
        assert_eq!(text.matches("&lt;script&gt;alert(1)").count(), 6);
        assert_eq!(text.matches("<legend>Rule ").count(), 3, "one more than there would be");
    }
}
