//! The languages of the first rank. Which one a text is in is told in `detect`, whose words tell it.

use crate::crossing::cross_enum;
use serde::{Deserialize, Serialize};

/// A language of the first rank (ISO 639-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each variant is its ISO 639-1 code")]
pub enum Lang {
    En,
    Es,
    Fr,
    De,
    Pt,
    It,
    Nl,
    Pl,
    Ja,
    Zh,
    Th,
    Tr,
    Hi,
    Ar,
    Sv,
}

impl Lang {
    /// All of them, in the order of the enum.
    pub const ALL: [Self; 15] = [
        Self::En,
        Self::Es,
        Self::Fr,
        Self::De,
        Self::Pt,
        Self::It,
        Self::Nl,
        Self::Pl,
        Self::Ja,
        Self::Zh,
        Self::Th,
        Self::Tr,
        Self::Hi,
        Self::Ar,
        Self::Sv,
    ];

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Pt => "pt",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Pl => "pl",
            Self::Ja => "ja",
            Self::Zh => "zh",
            Self::Th => "th",
            Self::Tr => "tr",
            Self::Hi => "hi",
            Self::Ar => "ar",
            Self::Sv => "sv",
        }
    }

    /// Reads a BCP 47 tag by its primary subtag: `pt-BR` is [`Lang::Pt`].
    pub fn from_tag(tag: &str) -> Option<Self> {
        let end = tag.bytes().position(|byte| matches!(byte, b'-' | b'_'));
        let primary = tag.get(..end.unwrap_or(tag.len())).unwrap_or_default();
        Self::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(primary))
    }
}

cross_enum!(Lang, Lang::ALL);
