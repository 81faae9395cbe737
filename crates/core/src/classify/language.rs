//! Which language the customer writes in: by script where that decides, else by frequent words, by
//! letters that only one of the candidates has, and by letter trigrams.

use super::lexicon::{Map, Numbers};
use super::words::Words;
use std::sync::OnceLock;

const TABLE: &str = include_str!("../../data/classify/languages.txt");

const TRIGRAMS: &str = include_str!("../../data/classify/trigrams.txt");
/// Weight of a trigram beside a word. Small, because every word has several, and because only the
/// languages of the first rank have trigrams: a few frequent words outweigh them.
const TRIGRAM: f32 = 0.012;

/// The scripts that tell languages apart. Of two with as many letters in a text the first one here is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Arabic,
    Bengali,
    Cyrillic,
    Devanagari,
    Greek,
    Han,
    Hangul,
    Hebrew,
    Kana,
    Latin,
    Tamil,
    Telugu,
    Thai,
}

/// One language of the table.
#[derive(Debug)]
pub(crate) struct Language {
    /// ISO 639-1.
    pub code: &'static str,
    /// Its names, folded, one string of words each.
    names: Vec<String>,
    script: Option<Script>,
    letters: &'static str,
}

#[derive(Debug, Default)]
struct Table {
    languages: Vec<Language>,
    /// Languages that have a word among their frequent ones.
    words: Map<Box<str>, Vec<usize>>,
    /// Languages that a trigram speaks for, with its weight.
    trigrams: Numbers<Vec<(usize, f32)>>,
    /// Swedish, and Danish and Norwegian.
    swedish: usize,
    neighbours: Vec<usize>,
}

/// Three letters as one number: a letter takes 21 bits.
fn trigram(letters: [char; 3]) -> u64 {
    letters.iter().fold(0, |key, c| key << 21 | u64::from(*c))
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut table = Table::default();
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let mut parts = line.split('|').map(str::trim);
            let mut part = || parts.next().unwrap_or_default();
            let (code, names, script, letters, frequent) = (part(), part(), part(), part(), part());
            let index = table.languages.len();
            for word in Words::new(frequent).iter() {
                let of = table.words.entry(word.into()).or_default();
                if !of.contains(&index) {
                    of.push(index);
                }
            }
            let names = names.split(',').map(folded).collect();
            table.languages.push(Language { code, names, script: Script::named(script), letters });
        }
        let place = |code: &str| table.languages.iter().position(|l| l.code == code);
        let swedish = place("sv").unwrap_or(usize::MAX);
        let neighbours = ["da", "no"].into_iter().filter_map(place).collect();
        (table.swedish, table.neighbours) = (swedish, neighbours);
        for (code, items) in TRIGRAMS.lines().filter_map(|l| l.split_once(" | ")) {
            let Some(index) = table.languages.iter().position(|l| l.code == code) else { continue };
            for item in items.split(' ') {
                let mut chars = item.chars().map(|c| if c == '_' { ' ' } else { c });
                let (Some(a), Some(b), Some(c)) = (chars.next(), chars.next(), chars.next()) else {
                    continue;
                };
                let tenths = chars.collect::<String>().parse::<f32>().unwrap_or(0.0);
                table.trigrams.entry(trigram([a, b, c])).or_default().push((index, tenths));
            }
        }
        table
    })
}

/// Whether a folded word is among the frequent ones of a language.
pub(crate) fn is_frequent(word: &str) -> bool {
    table().words.contains_key(word)
}

fn folded(text: &str) -> String {
    Words::new(text).iter().collect::<Vec<_>>().join(" ")
}

/// The language that a value names: "German", "Deutsch", "de", "Spanish (Latin America)".
pub(crate) fn named(value: &str) -> Option<&'static Language> {
    let head = value.split(['(', '/', ',', '-']).next().unwrap_or(value);
    let name = folded(head);
    let code = value.trim();
    table()
        .languages
        .iter()
        .find(|l| l.names.contains(&name) || (l.code.eq_ignore_ascii_case(code)))
}

/// Characters that are written in two ways, simplified and traditional, among the commonest.
const SIMPLIFIED: &str = "们这个说时对会来为么没还过问题订单钱货发请谢应开关见现东买卖给让从动电话网账号码运费价换样实产务无与该间边尽觉认识预达帮长";
const TRADITIONAL: &str = "們這個說時對會來為麼沒還過問題訂單錢貨發請謝應開關見現東買賣給讓從動電話網帳號碼運費價換樣實產務無與該間邊盡覺認識預達幫長";

/// How Chinese is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chinese {
    /// As on the mainland.
    Simplified,
    /// As in Taiwan and Hong Kong.
    Traditional,
}

impl Chinese {
    /// How a text writes it; none where it has characters of neither way, or as many of both.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let count = |of: &str| text.chars().filter(|c| of.contains(*c)).count();
        match count(SIMPLIFIED).cmp(&count(TRADITIONAL)) {
            core::cmp::Ordering::Greater => Some(Self::Simplified),
            core::cmp::Ordering::Less => Some(Self::Traditional),
            core::cmp::Ordering::Equal => None,
        }
    }

    /// The way that a value names: "Chinese (Traditional)", "zh-Hans", "繁體中文".
    pub(crate) fn named(value: &str) -> Option<Self> {
        let lower = value.to_lowercase();
        let has = |of: &[&str]| of.iter().any(|w| lower.contains(w));
        match (
            has(&["simplified", "hans", "简", "簡體", "-cn", "mainland"]),
            has(&["traditional", "hant", "繁", "-tw", "-hk", "taiwan", "hong kong"]),
        ) {
            (true, false) => Some(Self::Simplified),
            (false, true) => Some(Self::Traditional),
            _ => None,
        }
    }
}

/// How much a text speaks for each language: (index in the table, share of all evidence),
/// strongest first.
fn evidence(text: &str) -> Vec<(usize, f32)> {
    let table = table();
    let mut score = vec![0f32; table.languages.len()];
    let mut counts = [0u32; Script::ALL.len()];
    for script in text.chars().filter_map(Script::of) {
        if let Some(count) = counts.get_mut(script as usize) {
            *count += 1;
        }
    }
    let of = |script: Script| counts.get(script as usize).copied().unwrap_or_default();
    // Japanese is written with Han characters too; kana decides.
    let letters = |script: Script| match script {
        Script::Han if of(Script::Kana) > 0 => 0,
        Script::Kana if of(Script::Kana) > 0 => of(Script::Kana) + of(Script::Han),
        other => of(other),
    };
    let by_letters = Script::ALL.into_iter().rev().max_by_key(|script| letters(*script));
    let Some(script) = by_letters.filter(|script| letters(*script) > 0) else {
        return Vec::new();
    };
    let letters = letters(script) as f32;
    let alone = table.languages.iter().filter(|l| l.script == Some(script)).count() == 1;
    for (language, score) in table.languages.iter().zip(&mut score) {
        if language.script == Some(script) {
            *score += if alone { letters } else { 0.01 };
        }
    }
    if matches!(script, Script::Arabic | Script::Cyrillic) {
        // The bearer of the script unless letters or words speak for a neighbour.
        let bearer = if script == Script::Arabic { "ar" } else { "ru" };
        for (language, score) in table.languages.iter().zip(&mut score) {
            if language.code == bearer {
                *score += 0.5;
            }
        }
    }
    let beyond_ascii = text.chars().filter(|c| !c.is_ascii());
    for c in beyond_ascii.flat_map(char::to_lowercase) {
        for (language, score) in table.languages.iter().zip(&mut score) {
            if language.script == Some(script) && language.letters.contains(c) {
                *score += 1.0;
            }
        }
    }
    for word in Words::new(text).iter() {
        let Some(of) = table.words.get(word) else { continue };
        let of: Vec<usize> = of
            .iter()
            .copied()
            .filter(|i| table.languages.get(*i).is_some_and(|l| l.script == Some(script)))
            .collect();
        // Longer words that fewer languages share say more.
        let weight = (word.chars().count() as f32).sqrt() / (of.len().max(1) as f32);
        for index in of {
            if let Some(score) = score.get_mut(index) {
                *score += weight;
            }
        }
    }
    // Of the neighbours of Swedish there are no trigrams. What Swedish shares with them, which is all without its own two
    // letters, tells none of the three from the others, and is counted once among all evidence.
    let mut shared = 0f32;
    if script == Script::Latin {
        let mut last = [' '; 3];
        for c in text.chars().flat_map(char::to_lowercase).chain([' ']) {
            let c = if c.is_alphabetic() { c } else { ' ' };
            last = [last[1], last[2], c];
            for (index, weight) in table.trigrams.get(&trigram(last)).into_iter().flatten() {
                if let Some(score) = score.get_mut(*index) {
                    *score += TRIGRAM * weight;
                }
                if *index == table.swedish && !last.contains(&'ä') && !last.contains(&'ö') {
                    shared += TRIGRAM * weight;
                }
            }
        }
        for index in &table.neighbours {
            if let Some(score) = score.get_mut(*index) {
                *score += shared;
            }
        }
    }
    let twice = shared * table.neighbours.len() as f32;
    let total = (score.iter().sum::<f32>() - twice).max(f32::MIN_POSITIVE);
    let mut ranked: Vec<(usize, f32)> = score
        .into_iter()
        .enumerate()
        .filter(|(_, s)| *s > 0.0)
        .map(|(i, s)| (i, s / total))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked
}

/// Languages of a text with their share of the evidence, strongest first.
pub(crate) fn ranked(text: &str) -> Vec<(&'static Language, f32)> {
    let languages = &table().languages;
    evidence(text).into_iter().filter_map(|(i, s)| Some((languages.get(i)?, s))).collect()
}

impl Script {
    const ALL: [Self; 13] = [
        Self::Arabic,
        Self::Bengali,
        Self::Cyrillic,
        Self::Devanagari,
        Self::Greek,
        Self::Han,
        Self::Hangul,
        Self::Hebrew,
        Self::Kana,
        Self::Latin,
        Self::Tamil,
        Self::Telugu,
        Self::Thai,
    ];

    /// The script that the table calls so.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "arabic" => Self::Arabic,
            "bengali" => Self::Bengali,
            "cyrillic" => Self::Cyrillic,
            "devanagari" => Self::Devanagari,
            "greek" => Self::Greek,
            "han" => Self::Han,
            "hangul" => Self::Hangul,
            "hebrew" => Self::Hebrew,
            "kana" => Self::Kana,
            "latin" => Self::Latin,
            "tamil" => Self::Tamil,
            "telugu" => Self::Telugu,
            "thai" => Self::Thai,
            _ => return None,
        })
    }

    /// The script of a letter.
    fn of(c: char) -> Option<Self> {
        Some(match c {
            'a'..='z' | 'A'..='Z' | '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' => {
                Self::Latin
            }
            '\u{0370}'..='\u{03FF}' => Self::Greek,
            '\u{0400}'..='\u{04FF}' => Self::Cyrillic,
            '\u{0590}'..='\u{05FF}' => Self::Hebrew,
            '\u{0600}'..='\u{06FF}' => Self::Arabic,
            '\u{0900}'..='\u{097F}' => Self::Devanagari,
            '\u{0980}'..='\u{09FF}' => Self::Bengali,
            '\u{0B80}'..='\u{0BFF}' => Self::Tamil,
            '\u{0C00}'..='\u{0C7F}' => Self::Telugu,
            '\u{0E00}'..='\u{0E7F}' => Self::Thai,
            '\u{3040}'..='\u{30FF}' => Self::Kana,
            '\u{AC00}'..='\u{D7AF}' => Self::Hangul,
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' => Self::Han,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(text: &str) -> Option<&'static str> {
        ranked(text).first().map(|(l, _)| l.code)
    }

    #[test]
    fn short_messages_of_each_first_rank_language_are_told() {
        for (code, text) in [
            ("en", "where is my order? it has been two weeks"),
            ("es", "¿Dónde está mi pedido? Llevo dos semanas esperando"),
            ("fr", "Où est ma commande ? J'attends depuis deux semaines"),
            ("de", "Wo ist meine Bestellung? Ich warte seit zwei Wochen"),
            ("pt", "Onde está o meu pedido? Estou esperando há duas semanas"),
            ("it", "Dov'è il mio ordine? Aspetto da due settimane"),
            ("nl", "Waar is mijn bestelling? Ik wacht al twee weken"),
            ("pl", "Gdzie jest moje zamówienie? Czekam już dwa tygodnie"),
            ("sv", "Var är min beställning? Jag har väntat i två veckor"),
            ("tr", "Siparişim nerede? İki haftadır bekliyorum"),
            ("ja", "注文した商品はどこですか"),
            ("zh", "我的订单在哪里"),
            ("th", "สินค้าของฉันอยู่ที่ไหน"),
            ("hi", "मेरा ऑर्डर कहाँ है"),
            ("ar", "أين طلبي؟"),
            ("da", "Hej, hvornår kommer min pakke?"),
            ("da", "Jeg vil gerne bytte skoene, for de er for små"),
            ("da", "Kan I sende mig en kvittering for købet?"),
            ("no", "Hei, når kommer pakken min?"),
            ("no", "Jeg vil gjerne bytte skoene, for de er for små"),
            ("no", "Kan dere sende meg en kvittering for kjøpet?"),
            ("sv", "Jag vill gärna byta skorna, för de är för små"),
            ("hi", "mera parcel abhi tak nahi aaya hai"),
            ("hi", "mujhe paise wapas chahiye, kya karna hoga"),
            ("ko", "제 주문은 어디에 있나요"),
            ("ru", "Где мой заказ?"),
        ] {
            assert_eq!(top(text), Some(code), "{text}");
        }
        assert_eq!(top("12345 !!"), None);
    }

    #[test]
    fn the_two_ways_to_write_chinese_are_told_apart() {
        assert_eq!(Chinese::of("请问我的订单什么时候会到"), Some(Chinese::Simplified));
        assert_eq!(Chinese::of("請問我的訂單什麼時候會到"), Some(Chinese::Traditional));
        assert_eq!(Chinese::of("你好"), None);
        assert_eq!(Chinese::named("Chinese (Simplified)"), Some(Chinese::Simplified));
        assert_eq!(Chinese::named("繁體中文"), Some(Chinese::Traditional));
        assert_eq!(Chinese::named("Chinese"), None);
        assert_eq!(SIMPLIFIED.chars().count(), TRADITIONAL.chars().count());
        assert!(SIMPLIFIED.chars().all(|c| !TRADITIONAL.contains(c)));
    }

    #[test]
    fn values_name_languages_in_several_ways() {
        for (value, code) in [
            ("German", "de"),
            ("Deutsch", "de"),
            ("pt", "pt"),
            ("Chinese (Simplified)", "zh"),
            ("Français", "fr"),
        ] {
            assert_eq!(named(value).map(|l| l.code), Some(code), "{value}");
        }
        assert!(named("Refund").is_none());
    }
}
