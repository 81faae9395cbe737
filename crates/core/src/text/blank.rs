//! Text in which nothing is to be seen.

/// Whether a text has nothing but white space and characters that show nothing: those that Unicode calls default
/// ignorable (UAX #44, `Default_Ignorable_Code_Point`) and the braille blank.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || shows_nothing(c))
}

fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_blank() {
        for text in ["", " \n\t", "\u{200B}", "\u{FEFF} \u{2060}\u{3164}", "\u{E0020}", "\u{A0}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", "\u{200B}.", "👍", "👨‍👩‍👧", "\u{0301}", "\u{0}", "ไม่"]
        {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
