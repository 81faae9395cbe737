//! Finds the visitor's own name, e-mail address and phone number in one chat message.
//!
//! Trigger → scanner → range, linear in the text, without a regex engine. Whose it is, and whether
//! it stands, is decided from the words around it and from the question just asked.

mod asked;
mod crossing;
mod email;
mod filter;
mod lang;
pub(crate) use lang::cues;
mod language;
mod mention;
mod message;
mod name;
mod phone;
mod region;
mod subject;
mod unspaced;

pub use language::language;
pub(crate) use mention::{asked_for, mentions};

use crate::prompt::Hint;
use crate::text::{Lang, Tokens};
use asked::Question;
use core::fmt;
use lang::Langs;
use message::Message;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Changes whenever the same text could be read differently; stored as provenance of each fact.
///
/// 8: fewer seldom names are known; "0044 20 …" is one number; "UK" is the region GB.
/// 7: "+44 (0)20 …" is written without its 0; words that end in "nr" or "nummer" make a number none for calling; who called or
/// wrote, or was called or written to, is another; "… is the old one, use …" and "from … to …" leave the second; extensions
/// as "x27", "#27" and after characters; an address that is spelled with brackets around its signs is read whole, and one
/// after a word that may belong to it not at all.
/// 6: "on", "far", "man" in an English message are no other person; "plus 44 …" is written with its sign; "… is my number",
/// "Tel.: …" and more ways to say "call me" make a number one for calling; what follows "Mr" is a name.
/// 5: an address stands only where all of it is read: letters spelled one by one, words beside each other, full-width
/// signs, a sentence that begins right after it; words of withdrawal and denial are read with what they are said of.
/// 4: a word after "I am", "this is" or "my name", or in place of an answer, is less often a name; dates with a time and
/// account numbers are no phone numbers; addresses in which a dot or the at-sign is spelled are read as mixed as
/// people write them, and asked about where it is missing; what is said after a value denies it; "take my number
/// off your list" withdraws it. 3: what the releases before read.
pub const VERSION: u32 = 8;

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A person's name, as written.
    Name,
    /// An e-mail address, lower-cased; as written where it is none as it stands ([`Found::is_whole`]).
    Email,
    /// A phone number: E.164 where the region is known, else its digits.
    Phone,
}

impl Kind {
    /// All kinds, in the order in which they are asked for.
    pub const ALL: [Self; 3] = [Self::Name, Self::Email, Self::Phone];

    /// The kind as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

/// What had been asked, where the words are not known or were the policy's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AskedKind"))]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// For the name.
    Name,
    /// For the e-mail address.
    Email,
    /// For the phone number.
    Phone,
    /// For something else.
    Other,
    /// Not known.
    Unknown,
}

impl Asked {
    /// All of them, in the order of the enum.
    pub const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Phone, Self::Other, Self::Unknown];
}

impl From<Kind> for Asked {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Name => Self::Name,
            Kind::Email => Self::Email,
            Kind::Phone => Self::Phone,
        }
    }
}

/// Whose it is, and whether it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FoundSubject"))]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The visitor's own, and it stands.
    #[default]
    Visitor,
    /// Another person's.
    Other,
    /// The brand's, the shop's or the agent's.
    Agent,
    /// Quoted from elsewhere.
    Quoted,
    /// Said not to be used, or not to be so.
    Negated,
    /// Taken back or corrected in the same message.
    Retracted,
}

/// A region (ISO 3166-1 alpha-2), upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region([u8; 2]);

impl Region {
    /// Reads two ASCII letters of either case. "UK", which ISO 3166-1 reserves for the United Kingdom, is GB.
    pub fn new(code: &str) -> Option<Self> {
        match code.as_bytes() {
            b"UK" | b"uk" => Some(Self(*b"GB")),
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// Reads a BCP 47 tag by its region subtag: `en-GB` and `zh-Hans-CN` have one, `de` and the
    /// continent in `es-419` (UN M.49) are none.
    pub fn from_tag(tag: &str) -> Option<Self> {
        // A single letter begins an extension, whose subtags are something else.
        tag.split(['-', '_']).skip(1).take_while(|subtag| subtag.len() > 1).find_map(Self::new)
    }

    /// The two upper-case letters.
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::new(&text).ok_or_else(|| D::Error::custom("a region is two letters (ISO 3166-1)"))
    }
}

/// What is known besides the text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// What was said to the visitor just before.
    pub prev_agent: Option<&'a str>,
    /// What that asked for, where it is known better than from the words.
    pub asked: &'a [Asked],
    /// The language, where it is known.
    pub lang: Option<Lang>,
    /// Where phone numbers without a country code belong.
    pub region: Option<Region>,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// First byte, on a character boundary.
    pub start: usize,
    /// Byte after the last, on a character boundary.
    pub end: usize,
    /// Normalised: see [`Kind`].
    pub value: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Whose it is, and whether it stands.
    pub subject: Subject,
    /// A likelier spelling to ask about (`gmial.com`): the whole corrected value.
    pub suggestion: Option<String>,
}

/// All that one message says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detection {
    /// In the order of the text, not overlapping; other people's and taken-back ones included.
    pub found: Vec<Found>,
    /// Kinds that the visitor wants forgotten ("forget my number"), whenever they were said.
    pub withdrawn: Vec<Kind>,
}

impl Detection {
    /// What is the visitor's own and stands.
    pub fn own(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|f| f.subject == Subject::Visitor)
    }
}

/// Something found, before it is settled with what else was found.
type Candidate = Found;

impl Found {
    fn new(kind: Kind, start: usize, end: usize, value: String, confidence: f32) -> Self {
        let subject = Subject::Visitor;
        Self { kind, start, end, value, confidence, subject, suggestion: None }
    }

    /// Whether the value can be used as it stands: an address like "ana@gmail,com" cannot, and waits until
    /// the visitor agrees to what is suggested.
    pub fn is_whole(&self) -> bool {
        self.confidence > email::BROKEN
    }
}

/// Finds names, e-mail addresses and phone numbers in one message.
pub fn detect(text: &str, context: &Context<'_>) -> Detection {
    let tokens = Tokens::new(text);
    let words = context.prev_agent.map(Tokens::new);
    let likely = language::likely(&tokens);
    let agent = words.as_ref().map_or(0, language::likely);
    let langs = languages(likely, agent, context.lang);
    let hint = Hint { known: context.lang, earlier: lang::single(agent) };
    let question = Question { hint, ..Question::new(context.asked, words, langs) };
    let message = Message::new(tokens, langs, likely);
    let mut found = Vec::new();
    email::scan(&message, question, &mut found);
    phone::scan(&message, question, context.region, &mut found);
    unspaced::scan(&message, question, &mut found);
    name::scan(&message, question, &mut found);
    in_order(&mut found, &|a, b| a.start < b.start);
    subject::settle(&message, &mut found);
    let withdrawn = subject::withdrawn(&message, &found);
    Detection { found, withdrawn }
}

/// Sorts a short list, keeping equal ones in place. The sorts of the standard library weigh 5 kB each.
fn in_order(list: &mut [Candidate], before: &dyn Fn(&Candidate, &Candidate) -> bool) {
    for i in 1..list.len() {
        let mut j = i;
        while j > 0 && list.get(j).zip(list.get(j - 1)).is_some_and(|(a, b)| before(a, b)) {
            list.swap(j - 1, j);
            j -= 1;
        }
    }
}

/// The languages whose words are looked for: what the text, the page and the agent's words are in,
/// and English, which is mixed into all of them; every language where none of these is known. Where
/// the text may be in several, the page's is the one: "mein" is "my" in German and "I am" in Hindi.
fn languages(likely: Langs, agent: Langs, page: Option<Lang>) -> Langs {
    let page = page.map_or(0, lang::only);
    let own = if likely & page == 0 { likely | page } else { page };
    let known = own | agent;
    if known == 0 { lang::ALL_LANGS } else { known | lang::only(Lang::En) }
}
