//! What a visitor says that is about no matter: thanks and goodbyes, wanting a person, wondering who answers.
//!
//! The policy's lexicon knows some of it as well ([`crate::prompt`]). It travels to every visitor, so it stays
//! small; this list is read at the edge alone.

use crate::prompt::Words;
use crate::text::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What a message says beside any matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Remark {
    /// It is nothing but thanks, praise, being done or a goodbye.
    pub rests: bool,
    /// It wants a person.
    pub person: bool,
    /// It asks whether a machine answers, and nothing else.
    pub machine: bool,
    /// It says that the visitor is not angry.
    pub calm: bool,
}

impl Remark {
    /// Reads a message in its visitor's language and in English, or in any where that is not known.
    pub fn of(text: &str, lang: Option<Lang>) -> Self {
        let words = Words::new(text);
        let words: Vec<&str> = (0..words.len()).map(|n| words.word(n)).collect();
        let asks = text.contains(['?', '？', '؟']);
        let known = |own: &Lang| lang.is_none_or(|lang| *own == lang || *own == Lang::En);
        let lists = LISTS.iter().filter(|(own, _)| known(own)).map(|(_, list)| list);
        let said = lists.fold(Self::default(), |all, list| {
            let made = |of: &[&Phrases]| covered(&words, of);
            let rests = !asks && made(&[&list.rest]);
            Self {
                rests: all.rests || rests,
                person: all.person
                    || list.person.within(&words)
                    || (!rests
                        && list.only.within(&words)
                        && made(&[&list.rest, &list.only, &list.fill])),
                machine: all.machine || (list.bot.within(&words) && made(&[&list.rest, &list.bot])),
                calm: all.calm || list.calm.within(&words),
            }
        });
        // "Are you a real person?" wants to know.
        Self { person: said.person && !said.machine, ..said }
    }
}

/// Phrases, each as its words with a space between.
#[derive(Debug, Default)]
struct Phrases {
    all: BTreeSet<String>,
    /// Words of the longest.
    longest: usize,
}

impl Phrases {
    fn add(&mut self, phrase: &str) {
        let words = Words::new(phrase);
        let words: Vec<&str> = (0..words.len()).map(|n| words.word(n)).collect();
        self.longest = self.longest.max(words.len());
        self.all.insert(words.join(" "));
    }

    /// The ends of those that begin at a place.
    fn from<'a>(&'a self, words: &'a [&str], at: usize) -> impl Iterator<Item = usize> + 'a {
        let mut said = String::new();
        (at + 1..).zip(words.iter().skip(at).take(self.longest)).filter_map(move |(end, word)| {
            if !said.is_empty() {
                said.push(' ');
            }
            said.push_str(word);
            self.all.contains(&said).then_some(end)
        })
    }

    /// Whether any stands in the words.
    fn within(&self, words: &[&str]) -> bool {
        (0..words.len()).any(|at| self.from(words, at).next().is_some())
    }
}

/// Whether words are made of phrases of these lists, from the first to the last.
fn covered(words: &[&str], lists: &[&Phrases]) -> bool {
    // Whether all before a place is.
    let mut reached = vec![false; words.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = !words.is_empty();
    }
    for at in 0..words.len() {
        if reached.get(at) != Some(&true) {
            continue;
        }
        for end in lists.iter().flat_map(|list| list.from(words, at)) {
            if let Some(place) = reached.get_mut(end) {
                *place = true;
            }
        }
    }
    reached.last() == Some(&true)
}

/// What one language has.
#[derive(Debug, Default)]
struct List {
    rest: Phrases,
    person: Phrases,
    only: Phrases,
    fill: Phrases,
    bot: Phrases,
    calm: Phrases,
}

const FILE: &str = include_str!("remarks.txt");

static LISTS: LazyLock<BTreeMap<Lang, List>> = LazyLock::new(|| {
    let mut lists: BTreeMap<Lang, List> = BTreeMap::new();
    for (lang, key, phrase) in entries() {
        let list = lists.entry(lang).or_default();
        match key {
            "rest" => list.rest.add(phrase),
            "person" => list.person.add(phrase),
            "only" => list.only.add(phrase),
            "fill" => list.fill.add(phrase),
            "bot" => list.bot.add(phrase),
            "calm" => list.calm.add(phrase),
            // A test reads the file.
            _ => {}
        }
    }
    lists
});

/// Every phrase of the file, with its language and key.
fn entries() -> impl Iterator<Item = (Lang, &'static str, &'static str)> {
    FILE.lines().filter(|line| !line.starts_with('#')).flat_map(|line| {
        let (head, phrases) = line.split_once(" = ").unwrap_or_default();
        let (lang, key) = head.split_once(' ').unwrap_or_default();
        let lang = Lang::ALL.into_iter().find(|known| known.code() == lang);
        phrases.split(", ").filter_map(move |phrase| Some((lang?, key, phrase)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_every_key_in_every_language() {
        let mut keys: BTreeMap<Lang, BTreeSet<&str>> = BTreeMap::new();
        for (lang, key, phrase) in entries() {
            assert!(!phrase.trim().is_empty(), "{lang:?} {key}");
            keys.entry(lang).or_default().insert(key);
        }
        let lines = FILE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        assert!(lines.clone().all(|line| line.contains(" = ")));
        let wanted: BTreeSet<&str> = ["rest", "person", "only", "fill", "bot", "calm"].into();
        for lang in Lang::ALL {
            assert_eq!(keys.get(&lang), Some(&wanted), "{lang:?}");
        }
    }

    #[test]
    fn a_word_of_another_language_is_no_remark() {
        assert!(
            Remark::of("bra", Some(Lang::Sv)).rests && !Remark::of("bra", Some(Lang::En)).rests
        );
        assert!(Remark::of("thanks", Some(Lang::Sv)).rests, "English is said everywhere");
    }

    #[test]
    fn remarks_are_told_from_matters() {
        for text in [
            "cheers!",
            "ok great, that helps",
            "No, that's all. Thanks!",
            "Danke dir!",
            "vielen lieben Dank",
            "muchas gracias por tu ayuda",
            "nada más, gracias",
            "C'est tout, merci beaucoup.",
            "È tutto, grazie!",
            "ありがとうございました！",
            "好的，谢谢",
            "ขอบคุณมากค่ะ",
            "çok teşekkürler, iyi günler",
            "ठीक है, धन्यवाद",
            "شكرا جزيلا!",
            "Det var allt, tack!",
        ] {
            assert_eq!(
                Remark::of(text, None),
                Remark { rests: true, ..Remark::default() },
                "{text}"
            );
        }
        for text in [
            "agent",
            "Agent please!",
            "real person pls",
            "get me a human",
            "Mitarbeiter bitte",
            "¿Hay alguna persona ahí?",
            "I don't want to talk to a bot",
            "can someone call me back?",
            "un conseiller s'il vous plaît",
            "operatore, per favore",
            "转人工",
            "担当者をお願いします",
            "ขอคุยกับเจ้าหน้าที่",
            "نريد التحدث مع موظف",
            "kan jag få prata med någon?",
        ] {
            assert!(Remark::of(text, None).person, "{text}");
        }
        for text in [
            "are you a bot?",
            "Hi, am I talking to a robot?",
            "Bist du ein Bot?",
            "¿Eres un bot?",
            "你是机器人吗？",
            "ボットですか？",
        ] {
            let remark = Remark::of(text, None);
            assert!(remark.machine && !remark.person, "{text}: {remark:?}");
        }
        assert!(Remark::of("I'm not angry, just asking when you are open", None).calm);
        for text in [
            "",
            "?",
            "when are you open?",
            "thanks, but when are you open?",
            "my agent number is 12",
            "the person at the desk was rude",
            "is the bike good?",
            "no bike came",
            "wann habt ihr auf?",
            "une personne est tombée",
            "necesito una bici",
            "do you rent to a person without a licence?",
            "营业时间是什么？",
            "Ich brauche ein Rad",
            "I want a",
            "ich will eine Rechnung",
            "Não entendi",
            "Nie rozumiem",
            "不明白",
            "Non compris",
            "ठीक नहीं",
            "no good",
            "sorry?",
            "hello?",
            "Breakfast for one person please, how much?",
            "Was kostet ein Zimmer mit einer Person?",
            "Ist jemand da, wenn wir um 20 Uhr ankommen?",
            "C'è qualcuno alla reception di sera?",
            "前台晚上有人吗？",
        ] {
            assert_eq!(Remark::of(text, None), Remark::default(), "{text}");
        }
    }
}
