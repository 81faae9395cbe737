//! The languages of the first rank, and a guess which one a text is in.

use super::Tokens;
use serde::{Deserialize, Serialize};

/// A language of the first rank (ISO 639-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(primary))
    }
}

/// The language a text is most likely in, or none where it is too short or too plain to tell.
///
/// The script decides where it can; among languages in Latin letters, how many of a language's own
/// little words there are, each counting less the more languages share it.
pub fn guess(text: &str) -> Option<Lang> {
    guess_tokens(&Tokens::new(text))
}

/// As [`guess`], for a text that has been cut already.
pub fn guess_tokens(tokens: &Tokens<'_>) -> Option<Lang> {
    by_script(tokens.text).or_else(|| crate::detect::by_words(tokens))
}

fn by_script(text: &str) -> Option<Lang> {
    if text.is_ascii() {
        return None;
    }
    let mut counts = [0u32; 6];
    for c in text.chars() {
        let slot = match c {
            '\u{3041}'..='\u{30ff}' => 0,
            '\u{4e00}'..='\u{9fff}' => 1,
            '\u{e01}'..='\u{e4e}' => 2,
            '\u{900}'..='\u{97f}' => 3,
            '\u{600}'..='\u{6ff}' => 4,
            _ if super::is_letter(c) => 5,
            _ => continue,
        };
        counts[slot] += 1;
    }
    let [kana, han, thai, devanagari, arabic, other] = counts;
    let most = |n: u32| n > 0 && 2 * n >= other;
    match () {
        () if most(kana + han) && 8 * kana >= han && kana > 0 => Some(Lang::Ja),
        () if most(han) => Some(Lang::Zh),
        () if most(thai) => Some(Lang::Th),
        () if most(devanagari) => Some(Lang::Hi),
        () if most(arabic) => Some(Lang::Ar),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_languages_by_script_and_by_little_words() {
        for (text, lang) in [
            ("I would like to know where my order is", Some(Lang::En)),
            ("hola, ¿dónde está mi pedido?", Some(Lang::Es)),
            ("je voudrais savoir où est ma commande", Some(Lang::Fr)),
            ("wo ist denn meine Bestellung, bitte?", Some(Lang::De)),
            ("olá, onde está o meu pedido?", Some(Lang::Pt)),
            ("vorrei sapere dove si trova il mio ordine", Some(Lang::It)),
            ("waar is mijn bestelling gebleven?", Some(Lang::Nl)),
            ("gdzie jest moje zamówienie?", Some(Lang::Pl)),
            ("注文はどこですか", Some(Lang::Ja)),
            ("我的订单在哪里", Some(Lang::Zh)),
            ("สินค้าของฉันอยู่ที่ไหน", Some(Lang::Th)),
            ("siparişim nerede, lütfen bakar mısınız", Some(Lang::Tr)),
            ("मेरा ऑर्डर कहाँ है", Some(Lang::Hi)),
            ("mera order kahan hai bhai", Some(Lang::Hi)),
            ("أين طلبي من فضلك", Some(Lang::Ar)),
            ("var är min beställning?", Some(Lang::Sv)),
            ("lucy", None),
            ("", None),
            ("555 1234", None),
        ] {
            assert_eq!(guess(text), lang, "{text}");
        }
    }
}
