//! Which language a text is in, by the script and by the words that detection looks up.

use super::lang::{ALL_LANGS, Langs, Lexicon, NAMES, only, single};
use crate::text::{Lang, Tokens, is_letter};

/// By how much the likeliest language must lead, in twelfths of a word.
const LEAD: u32 = 6;

/// Letters and marks that one language alone has, and which has each.
const LETTERS: &str = "ñ¿¡ßłąężśğışåãõ";
const LETTERS_OF: [Lang; 15] = {
    use Lang::*;
    [Es, Es, Es, De, Pl, Pl, Pl, Pl, Pl, Tr, Tr, Tr, Sv, Pt, Pt]
};

/// The language a text is most likely in, or none where it is too short or too plain to tell.
///
/// The script decides where it can; among languages in Latin letters, how many of a language's own
/// little words there are, each counting less the more languages share it.
pub fn language(text: &str) -> Option<Lang> {
    single(likely(&Tokens::new(text)))
}

/// The languages that a text may be in, none where nothing tells.
pub(super) fn likely(tokens: &Tokens<'_>) -> Langs {
    if let Some(lang) = by_script(tokens.text) {
        return only(lang);
    }
    let score = by_words(tokens);
    let top = score.iter().copied().max().unwrap_or_default();
    if top < 12 {
        return 0;
    }
    let near = (0..score.len()).filter(|l| score.get(*l).is_some_and(|s| s + LEAD > top));
    near.fold(0, |all, l| all | 1 << l) & ALL_LANGS
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
            _ if is_letter(c) => 5,
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

/// How much speaks for each language, by its little words and its letters: in twelfths of a word, so
/// that one shared by two, three or four languages counts in whole numbers.
fn by_words(tokens: &Tokens<'_>) -> [u32; Lang::ALL.len()] {
    let lexicon = Lexicon::get();
    let mut score = [0u32; Lang::ALL.len()];
    // Addresses are in no language.
    let joins = |i: usize| matches!(tokens.mark(i), Some('.' | '@'));
    let close = |i: usize| tokens.get(i).is_some_and(|t| !t.spaced);
    for i in 0..tokens.len() {
        let word = tokens.folded(i);
        let langs = lexicon.speakers(word);
        if langs == 0 {
            continue;
        }
        let address =
            joins(i + 1) && close(i + 1) && close(i + 2) || i > 0 && joins(i - 1) && close(i);
        if address {
            continue;
        }
        // "Ali" is "there" in Portuguese.
        let share = 12 / langs.count_ones().min(12) / if NAMES.has(word) { 2 } else { 1 };
        for (l, s) in score.iter_mut().enumerate() {
            if langs & (1 << l) != 0 {
                *s += share;
            }
        }
    }
    if tokens.text.is_ascii() {
        return score;
    }
    for c in tokens.text.chars() {
        let Some(at) = LETTERS.chars().position(|letter| letter == c) else { continue };
        let Some(lang) = LETTERS_OF.get(at) else { continue };
        score[*lang as usize] += 12;
    }
    score
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
            assert_eq!(language(text), lang, "{text}");
        }
    }
}
