//! What holds for every text: spans are on character boundaries, in order and apart; values are
//! stable; nothing panics. That the time is linear is shown by `cargo xtask bench detect`.

use askwell::detect::{Asked, Context, Detection, Region, detect};
use askwell::text::{Utf16, fold, utf16_to_byte};

/// Pieces that texts are made of: cues, names, digits, marks, scripts, broken and odd characters.
const PIECES: [&str; 48] = [
    "my name is ",
    "I am ",
    "call me ",
    "not ",
    "sorry, ",
    "forget my number ",
    "his ",
    "under ",
    "Ana",
    "O’Brien",
    "van der ",
    "de la ",
    "J. ",
    "ben",
    "@",
    "a@b.co",
    "gmail.com",
    " at ",
    " dot ",
    "+",
    "(",
    ")",
    "00",
    "0",
    "1234",
    "555-0132",
    ".",
    ",",
    "\n",
    " ",
    "-",
    ":",
    "ﬁ",
    "名前は",
    "田中",
    "です",
    "我叫",
    "李",
    "ชื่อ",
    "สมชาย",
    "ครับ",
    "मेरा नाम ",
    "اسمي ",
    "é",
    "e\u{301}",
    "😀",
    "\u{200d}",
    "１２３",
];

/// A fixed sequence of numbers (Knuth's MMIX generator), so that failures repeat.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn text(&mut self, pieces: usize) -> String {
        (0..pieces).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

fn check(text: &str, detection: &Detection) {
    let mut last = 0;
    let mut utf16 = Utf16::new(text);
    for f in &detection.found {
        assert!(f.start >= last && f.start < f.end && f.end <= text.len(), "{text:?} {f:?}");
        assert!(text.is_char_boundary(f.start) && text.is_char_boundary(f.end), "{text:?} {f:?}");
        assert!((0.0..=1.0).contains(&f.confidence) && !f.value.is_empty(), "{text:?} {f:?}");
        for byte in [f.start, f.end] {
            assert_eq!(utf16_to_byte(text, utf16.at(byte)), byte, "{text:?}");
        }
        last = f.end;
    }
}

#[test]
fn spans_are_valid_on_any_text() {
    let mut numbers = Numbers(7);
    let regions =
        [None, Region::new("US"), Region::new("AR"), Region::new("JP"), Region::new("ZZ")];
    for round in 0..4_000 {
        let pieces = 1 + numbers.below(24);
        let text = numbers.text(pieces);
        let agent = numbers.text(6);
        let asked = [Asked::Name, Asked::Email, Asked::Phone, Asked::Other, Asked::Unknown];
        let context = Context {
            prev_agent: (round % 3 == 0).then_some(agent.as_str()),
            asked: &asked[..numbers.below(2)],
            lang: None,
            region: regions[round % regions.len()],
        };
        check(&text, &detect(&text, &context));
        assert_eq!(detect(&text, &context), detect(&text, &context), "{text:?}");
        assert_eq!(fold(&fold(&text)), fold(&text), "{text:?}");
    }
}

#[test]
fn a_value_read_again_is_the_same() {
    for (text, region) in [
        ("Ana.Lopez@Example.ORG", None),
        ("juan arroba hotmail punto com", None),
        ("my number is (415) 555-0132", Region::new("US")),
        ("my number is 011 15-2345-6789", Region::new("AR")),
        ("+44 (0)20 7946 0018", None),
    ] {
        let context = Context { region, ..Context::default() };
        let first = detect(text, &context);
        let value = &first.found.first().unwrap_or_else(|| panic!("{text}")).value;
        let again = detect(value, &context);
        assert_eq!(again.found.first().map(|f| &f.value), Some(value), "{text}");
    }
}
