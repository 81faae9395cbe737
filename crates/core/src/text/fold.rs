//! Folding: the form in which words are compared.

use super::letter::lower;

/// The value of a decimal digit of the scripts in which visitors write numbers: ASCII, full-width,
/// Arabic-Indic (both sets), Devanagari, Bengali and Thai.
pub fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.to_digit(10).map(|d| d as u8);
    }
    const ZEROS: [char; 6] = ['\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}'];
    ZEROS.into_iter().find_map(|zero| {
        let distance = (c as u32).wrapping_sub(zero as u32);
        u8::try_from(distance).ok().filter(|d| *d < 10)
    })
}

/// Whether a character only modifies the one before it (accents, Arabic vowel signs, the
/// nukta of Devanagari).
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{93c}' | '\u{640}' | '\u{200c}' | '\u{200d}' | '\u{ad}')
}

/// Appends the folded form of a character: lower case, without diacritics where the script's
/// readers leave them out when they type in haste, full-width forms as ASCII. Apostrophes and
/// [marks](is_mark) vanish, so that `I’m` and `im` are one word.
pub fn fold_into(c: char, out: &mut String) {
    if c.is_ascii() {
        if c != '\'' {
            out.push(c.to_ascii_lowercase());
        }
        return;
    }
    if is_mark(c) || is_apostrophe(c) {
        return;
    }
    if let Some(d) = digit(c) {
        out.push(char::from(b'0' + d));
        return;
    }
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(c as u32 - 0xfee0).unwrap_or(c).to_ascii_lowercase()
        }
        '\u{3000}' => ' ',
        _ => lower(c),
    };
    let place = (c as u32).wrapping_sub(FIRST) as usize;
    if let Some(letter) = LETTERS.get(place).filter(|letter| **letter != 0) {
        out.push(char::from(*letter));
        return;
    }
    match plain(c) {
        "" => out.push(c),
        letters => out.push_str(letters),
    }
}

/// Appends the folded form of plain letters and digits.
pub(super) fn fold_plain(plain: &str, out: &mut String) {
    let from = out.len();
    out.push_str(plain);
    if let Some(new) = out.get_mut(from..) {
        new.make_ascii_lowercase();
    }
}

/// The folded form of a text.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| fold_into(c, &mut out));
    out
}

/// Whether a character is used as an apostrophe inside words.
pub fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{b4}' | '`')
}

/// The first letter of [`LETTERS`].
const FIRST: u32 = 'à' as u32;

/// The unaccented forms of Latin letters up to the end of Latin Extended-A, made when this is compiled: as a
/// `match` in the module that visitors load they would weigh twice as much.
static LETTERS: [u8; 0xa0] = {
    let mut letters = [0; 0xa0];
    let mut n = 0;
    while n < letters.len() {
        if let Some(c) = char::from_u32(FIRST + n as u32) {
            letters[n] = letter(c);
        }
        n += 1;
    }
    letters
};

/// The unaccented form of a lower-case letter, or 0 where it has none or more than one letter.
const fn letter(c: char) -> u8 {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => b'a',
        'ç' | 'ć' | 'ĉ' | 'č' => b'c',
        'ď' | 'đ' | 'ð' => b'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => b'e',
        'ğ' | 'ģ' => b'g',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => b'i',
        'ł' | 'ļ' | 'ľ' => b'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => b'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => b'o',
        'ř' => b'r',
        'ś' | 'ş' | 'š' => b's',
        'ť' | 'ţ' => b't',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => b'u',
        'ý' | 'ÿ' => b'y',
        'ź' | 'ż' | 'ž' => b'z',
        _ => 0,
    }
}

/// What stands for a lower-case letter that is in [`LETTERS`] not as one, or nothing.
fn plain(c: char) -> &'static str {
    match c {
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        'ș' => "s",
        'ț' => "t",
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        // Chandrabindu is typed as anusvara; the nukta is left out (see `is_mark`).
        'ँ' => "ं",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_idempotent_and_unifies_spellings() {
        for (text, folded) in [
            ("I’m JOSÉ", "im jose"),
            ("nazywam się", "nazywam sie"),
            ("ＡＢＣ１２３", "abc123"),
            ("اسمي أَحْمَد", "اسمي احمد"),
            ("STRASSE Straße", "strasse strasse"),
            ("İstanbul", "istanbul"),
            ("٠١٢ ๓๔", "012 34"),
        ] {
            assert_eq!(fold(text), folded);
            assert_eq!(fold(folded), folded);
        }
    }

    #[test]
    fn digits_of_seven_scripts() {
        assert_eq!("0９٣۴५৬๗".chars().filter_map(digit).collect::<Vec<_>>(), [0, 9, 3, 4, 5, 6, 7]);
        assert_eq!(digit('x'), None);
        assert_eq!(digit('²'), None);
    }
}
