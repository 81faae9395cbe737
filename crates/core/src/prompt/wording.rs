//! The words of a question: the owner's where given, else the language's own.

use super::reason::Moment;
use crate::detect::Kind;
use crate::text::{Lang, chars, concat, cut, cut_last};
use crate::vocabulary::Vocabulary;
use crate::{Code, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// One of the sentences that the policy can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PromptLine"))]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Asks for the e-mail address to send something to.
    EmailSend,
    /// Asks for the e-mail address to confirm a booking to.
    EmailBook,
    /// Asks for the e-mail address so that a person's answer can reach it.
    EmailHandoff,
    /// Asks for the e-mail address to find what is on file.
    EmailReturning,
    /// Asks for the name of a booking.
    NameBook,
    /// Asks whom to call.
    NameCall,
    /// Asks for the name to look into a matter.
    NameMatter,
    /// Asks for the phone number that belongs to a booking.
    PhoneBook,
    /// Asks for the number to call.
    PhoneCall,
    /// Asks whether the e-mail address on file still holds. `{value}` becomes nothing, or the masked
    /// address in brackets with a space before it ([`Wording::on_file`]).
    ConfirmOnFile,
    /// Asks whether a likelier spelling was meant; `{value}` is filled in.
    ConfirmSlip,
}

impl Line {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::EmailSend,
        Self::EmailBook,
        Self::EmailHandoff,
        Self::EmailReturning,
        Self::NameBook,
        Self::NameCall,
        Self::NameMatter,
        Self::PhoneBook,
        Self::PhoneCall,
        Self::ConfirmOnFile,
        Self::ConfirmSlip,
    ];

    /// The line as it stands on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::EmailSend => "email_send",
            Self::EmailBook => "email_book",
            Self::EmailHandoff => "email_handoff",
            Self::EmailReturning => "email_returning",
            Self::NameBook => "name_book",
            Self::NameCall => "name_call",
            Self::NameMatter => "name_matter",
            Self::PhoneBook => "phone_book",
            Self::PhoneCall => "phone_call",
            Self::ConfirmOnFile => "confirm_on_file",
            Self::ConfirmSlip => "confirm_slip",
        }
    }

    /// What is wrong with a sentence for this line; blank ones are said in the built-in words.
    fn wrong(self, text: &str) -> Option<&'static str> {
        if text.trim().is_empty() {
            return None;
        }
        if chars(text.trim()) > MAX_LINE_CHARS {
            return Some("at most 300 characters");
        }
        let values = text.matches(VALUE).count();
        if text.matches(['{', '}']).count() != 2 * values {
            return Some("braces other than {value}");
        }
        match (self, values) {
            (Self::ConfirmSlip, 1) | (Self::ConfirmOnFile, 0 | 1) => None,
            (Self::ConfirmSlip, _) => Some("{value} must stand in it once"),
            (Self::ConfirmOnFile, _) => Some("{value} may stand in it once"),
            (_, 0) => None,
            _ => Some("there is no {value} here"),
        }
    }

    /// The sentence that asks for a field at a moment.
    pub fn of(field: Kind, moment: Moment) -> Self {
        match (field, moment) {
            (Kind::Email, Moment::Book) => Self::EmailBook,
            (Kind::Email, Moment::Handoff) => Self::EmailHandoff,
            (Kind::Email, Moment::Returning) => Self::EmailReturning,
            (Kind::Email, _) => Self::EmailSend,
            (Kind::Name, Moment::Book) => Self::NameBook,
            (Kind::Name, Moment::Call) => Self::NameCall,
            (Kind::Name, _) => Self::NameMatter,
            (Kind::Phone, Moment::Book) => Self::PhoneBook,
            (Kind::Phone, _) => Self::PhoneCall,
        }
    }
}

/// The owner's own sentences, per language. What is absent or blank is said in the built-in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording(Vec<(Lang, Line, String)>);

/// Characters of a sentence at most: what a phone shows without scrolling.
pub const MAX_LINE_CHARS: usize = 300;

/// What a value is put in place of.
const VALUE: &str = "{value}";

impl Wording {
    /// Whether all of it can be said.
    ///
    /// # Errors
    /// [`Code::InvalidField`] with the language and the line, where a sentence is too long, lacks
    /// `{value}` or holds it where there is none, or has other braces, which would be said as they
    /// are. Languages and lines that there are not never come so far: reading refuses them.
    pub fn check(&self) -> Result<(), Error> {
        for (lang, line, text) in self.iter() {
            if let Some(wrong) = line.wrong(text) {
                let place = format!("wording.{}.{}", lang.code(), line.code());
                return Err(Error::new(Code::InvalidField, format!("{place}: {wrong}")));
            }
        }
        Ok(())
    }

    /// Puts a sentence in, in place of one that is there.
    pub fn set(&mut self, lang: Lang, line: Line, text: String) {
        match self.0.binary_search_by_key(&(lang, line), |(lang, line, _)| (*lang, *line)) {
            Ok(at) => {
                if let Some(known) = self.0.get_mut(at) {
                    known.2 = text;
                }
            }
            Err(at) => self.0.insert(at, (lang, line, text)),
        }
    }

    /// Takes a sentence out.
    pub(super) fn take(&mut self, lang: Lang, line: Line) -> Option<String> {
        let at = self.iter().position(|(l, n, _)| (l, n) == (lang, line))?;
        Some(self.0.remove(at).2)
    }

    /// All sentences, by language, in the order of the lines.
    pub fn iter(&self) -> impl Iterator<Item = (Lang, Line, &str)> {
        self.0.iter().map(|(lang, line, text)| (*lang, *line, text.as_str()))
    }

    /// The sentence as it is said, before any `{…}` is filled in.
    pub fn line(&self, lang: Lang, line: Line) -> &str {
        self.iter()
            .find(|(l, n, _)| (*l, *n) == (lang, line))
            .map(|(_, _, text)| text.trim())
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| default_line(lang, line))
    }

    /// The question whether the e-mail address on file still holds; with an address, it is shown
    /// masked. For visitors of whom it is proven that it is theirs.
    pub fn on_file(&self, lang: Lang, email: Option<&str>) -> String {
        let value = email.map(|e| concat(&[" (", &mask(e), ")"])).unwrap_or_default();
        fill(self.line(lang, Line::ConfirmOnFile), &value)
    }
}

/// As a map of maps.
impl Serialize for Wording {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut languages: BTreeMap<Lang, BTreeMap<Line, &str>> = BTreeMap::new();
        for (lang, line, text) in self.iter() {
            languages.entry(lang).or_default().insert(line, text);
        }
        languages.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Wording {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let languages = BTreeMap::<Lang, BTreeMap<Line, String>>::deserialize(d)?;
        let mut wording = Self::default();
        for (lang, lines) in languages {
            for (line, text) in lines {
                wording.set(lang, line, text);
            }
        }
        Ok(wording)
    }
}

/// A sentence with its value put in its places.
pub(super) fn fill(sentence: &str, value: &str) -> String {
    let mut filled = String::new();
    let mut rest = sentence;
    // By its braces: nothing else in a sentence has them.
    while let Some((before, after)) = cut(rest, b'{') {
        filled.push_str(before);
        rest = match after.strip_prefix("value}") {
            Some(after) => {
                filled.push_str(value);
                after
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

/// An e-mail address with all but the first character of each part hidden: `a•••@e•••.com`.
pub fn mask(email: &str) -> String {
    let hide = |part: &str| {
        let first = part.chars().next().map_or(0, char::len_utf8);
        concat(&[part.get(..first).unwrap_or_default(), "•••"])
    };
    match cut_last(email, b'@') {
        Some((local, domain)) => match cut_last(domain, b'.') {
            Some((name, top)) => concat(&[&hide(local), "@", &hide(name), ".", top]),
            None => concat(&[&hide(local), "@", &hide(domain)]),
        },
        None => hide(email),
    }
}

/// The built-in sentence, for the owner to start from; in English where the language is not there.
pub fn default_line(lang: Lang, line: Line) -> &'static str {
    Vocabulary::get().line(lang, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owners_words_come_first_unless_blank() {
        let json = r#"{"de": {"email_send": " Wohin damit? ", "name_call": "  "}}"#;
        let wording: Wording = serde_json::from_str(json).unwrap();
        assert_eq!(wording.line(Lang::De, Line::EmailSend), "Wohin damit?");
        assert_eq!(wording.line(Lang::De, Line::NameCall), default_line(Lang::De, Line::NameCall));
        assert_eq!(
            wording.line(Lang::Fr, Line::EmailSend),
            default_line(Lang::Fr, Line::EmailSend)
        );
        assert!(serde_json::from_str::<Wording>(r#"{"de": {"email_sent": "x"}}"#).is_err());
    }

    #[test]
    fn what_could_not_be_said_is_refused() {
        let check = |line: &str, text: &str| {
            let json = serde_json::json!({"fr": {line: text}});
            serde_json::from_value::<Wording>(json).unwrap().check()
        };
        for (line, text) in [
            ("email_send", "Où l'envoyer ?"),
            ("email_send", ""),
            ("confirm_slip", "Vouliez-vous dire {value} ?"),
            ("confirm_on_file", "Toujours la même adresse{value} ?"),
            ("confirm_on_file", "Toujours la même adresse ?"),
            ("name_call", &"é".repeat(MAX_LINE_CHARS)),
        ] {
            assert_eq!(check(line, text), Ok(()), "{line} {text}");
        }
        for (line, text) in [
            ("email_send", "À {value} ?"),
            ("confirm_slip", "C'est juste ?"),
            ("confirm_slip", "{value} ou {value} ?"),
            ("confirm_slip", "{value} ou {name} ?"),
            ("name_call", "{"),
            ("name_call", &"é".repeat(MAX_LINE_CHARS + 1)),
        ] {
            let error = check(line, text).unwrap_err();
            assert_eq!(error.code, Code::InvalidField);
            assert!(error.detail.starts_with(&format!("wording.fr.{line}: ")), "{}", error.detail);
            assert!(text.len() < 2 || !error.detail.contains(text));
        }
        for unknown in [r#"{"xx": {}}"#, r#"{"fr": {"email": "x"}}"#, r#"{"fr": {"name_call": 1}}"#]
        {
            assert!(serde_json::from_str::<Wording>(unknown).is_err(), "{unknown}");
        }
    }

    #[test]
    fn lines_are_called_as_they_are_written() {
        for line in Line::ALL {
            assert_eq!(serde_json::to_value(line).unwrap(), line.code());
            for lang in Lang::ALL {
                assert_eq!(line.wrong(default_line(lang, line)), None, "{lang:?} {line:?}");
            }
        }
    }

    #[test]
    fn a_masked_address_gives_nothing_away() {
        assert_eq!(mask("ana.lopez@example.com"), "a•••@e•••.com");
        assert_eq!(mask("x"), "x•••");
        assert_eq!(mask("ñandú@correo"), "ñ•••@c•••");
        assert_eq!(mask(""), "•••");
        let shown = Wording::default().on_file(Lang::En, Some("ana@example.com"));
        assert!(shown.contains("(a•••@e•••.com)") && !shown.contains("ana@"));
        assert!(!Wording::default().on_file(Lang::En, None).contains('('));
    }
}
