//! Text as the classifier compares it: folded words with the bytes that they came from.
//!
//! Folding is lower case without diacritics. Scripts written without spaces (Han, Kana, Thai, Lao,
//! Khmer) give one word per character, so that a phrase of them is found by the same search.

/// Folded words of one text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    folded: String,
    spans: Vec<Span>,
}

/// Where a word stands: `from..to` in the folded text, `start..end` in the source.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
    start: u32,
    end: u32,
}

impl Words {
    /// Folds a text. Texts past 4 GiB, which nothing here can hold, are read up to there.
    pub(crate) fn new(text: &str) -> Self {
        let mut words = Self::default();
        let mut chars = text.char_indices().peekable();
        let mut open = false;
        while let Some((at, c)) = chars.next() {
            let (Ok(start), Ok(end)) = (u32::try_from(at), u32::try_from(at + c.len_utf8())) else {
                break;
            };
            // Most text: a letter or digit that is folded by its case alone.
            if c.is_ascii_alphanumeric() {
                let from = words.folded.len() as u32;
                words.folded.push(c.to_ascii_lowercase());
                match words.spans.last_mut() {
                    Some(span) if open => (span.to, span.end) = (from + 1, end),
                    _ => words.spans.push(Span { from, to: from + 1, start, end }),
                }
                open = true;
                continue;
            }
            if is_apostrophe(c) {
                let next_is_letter = chars.peek().is_some_and(|(_, n)| n.is_alphabetic());
                open &= next_is_letter && !words.last().is_some_and(is_elision);
                continue;
            }
            if is_ignored(c) {
                continue;
            }
            if !is_word_char(c) && !is_pictograph(c) {
                open = false;
                continue;
            }
            let alone = is_unspaced(c) || is_pictograph(c);
            if alone || !open {
                let from = words.folded.len() as u32;
                words.spans.push(Span { from, to: from, start, end });
            }
            fold(c, &mut words.folded);
            if let Some(span) = words.spans.last_mut() {
                span.to = words.folded.len() as u32;
                span.end = end;
            }
            open = !alone;
        }
        words.spans.retain(|s| s.from < s.to);
        words
    }

    /// Folds a text but for some of its bytes, given in order.
    pub(crate) fn without(text: &str, left_out: &[core::ops::Range<usize>]) -> Self {
        let mut words = Self::new(text);
        let inside = |s: &Span| left_out.iter().any(|r| r.contains(&(s.start as usize)));
        if !left_out.is_empty() {
            words.spans.retain(|s| !inside(s));
        }
        words
    }

    /// Number of words.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The i-th word, folded; empty where there is none.
    pub(crate) fn get(&self, i: usize) -> &str {
        self.spans
            .get(i)
            .and_then(|s| self.folded.get(s.from as usize..s.to as usize))
            .unwrap_or_default()
    }

    /// All words in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }

    /// Bytes of the source from the first to the last of these words.
    pub(crate) fn source(&self, words: core::ops::Range<usize>) -> core::ops::Range<usize> {
        let (first, last) = (self.spans.get(words.start), self.spans.get(words.end.max(1) - 1));
        match (first, last) {
            (Some(first), Some(last)) => first.start as usize..last.end as usize,
            _ => 0..0,
        }
    }

    fn last(&self) -> Option<&str> {
        let span = self.spans.last()?;
        self.folded.get(span.from as usize..span.to as usize)
    }
}

/// Articles and pronouns that Romance languages join to the next word.
fn is_elision(word: &str) -> bool {
    matches!(
        word,
        "l" | "d" | "j" | "n" | "s" | "t" | "m" | "c" | "qu" | "dell" | "nell" | "all" | "un"
    )
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '`' | '\u{00B4}')
}

/// Marks that change nothing about which word it is.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{064B}'..='\u{065F}' | '\u{0640}' | '\u{200B}'..='\u{200F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{00AD}' | '\u{2060}')
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{0900}'..='\u{0963}' | '\u{0966}'..='\u{0DFF}' | '\u{0E30}'..='\u{0E4E}')
}

/// Scripts that put no space between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}')
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1F300}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}')
}

/// Appends the folded form of one character.
pub(crate) fn fold(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    // Full-width Latin letters and digits stand at a fixed distance from ASCII.
    if let '\u{FF01}'..='\u{FF5E}' = c {
        if let Some(half) = char::from_u32(c as u32 - 0xFEE0) {
            out.push(half.to_ascii_lowercase());
        }
        return;
    }
    for lower in c.to_lowercase() {
        match plain(lower) {
            Some(text) => out.push_str(text),
            None if is_ignored(lower) => {}
            None => out.push(lower),
        }
    }
}

/// The plain form of a letter with a diacritic, and one spelling for Arabic letters that are
/// commonly mixed up.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ĝ' | 'ġ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ł' | 'ĺ' | 'ļ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' | 'ŝ' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' | 'ŭ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ى' => "ي",
        'ة' => "ه",
        'ё' => "е",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        Words::new(text).iter().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_folded_and_elisions_split() {
        assert_eq!(folded("Don't WORRY, Müller!"), ["dont", "worry", "muller"]);
        assert_eq!(folded("l’article n'est pas"), ["l", "article", "n", "est", "pas"]);
        assert_eq!(folded("order-number 12a"), ["order", "number", "12a"]);
        assert_eq!(folded("ＡＢ１ e\u{301}te\u{301}"), ["ab1", "ete"]);
    }

    #[test]
    fn unspaced_scripts_and_emoji_give_single_characters() {
        assert_eq!(folded("返品したい"), ["返", "品", "し", "た", "い"]);
        assert_eq!(folded("ok👍🏽👍"), ["ok", "👍", "👍"]);
        assert_eq!(folded("धन्यवाद जी"), ["धन्यवाद", "जी"]);
    }

    #[test]
    fn the_source_of_words_is_verbatim() {
        let text = "Ich möchte — bitte — kündigen.";
        let words = Words::new(text);
        assert_eq!(&text[words.source(1..4)], "möchte — bitte — kündigen");
        assert_eq!(Words::new("").source(0..0), 0..0);
    }
}
