//! What holds for every text, whatever is in it. Shared by the fuzz target and the test that
//! replays its corpus, `crates/core/tests/fuzz_corpus.rs`.

use askwell::crossing::{Cross as _, Port};
use askwell::detect::{Asked, Context, Region, detect, language};
use askwell::session::Session;
use askwell::text::{Lang, Utf16, fold, utf16_to_byte};

/// The first byte chooses what is known besides the text; what stands before a NUL is the agent's.
pub fn check(data: &[u8]) {
    let (known, rest) = data.split_first().unwrap_or((&0, data));
    let words = String::from_utf8_lossy(rest);
    let (agent, text) = match words.split_once('\0') {
        Some((agent, text)) => (Some(agent), text),
        None => (None, words.as_ref()),
    };
    let asked = [Asked::Name, Asked::Email, Asked::Phone, Asked::Other, Asked::Unknown];
    let asked = asked.get(usize::from(known % 8)).map(core::slice::from_ref).unwrap_or_default();
    let region = ["", "US", "AR", "JP", "IT", "IN", "ZZ"][usize::from(known / 8 % 7)];
    let lang = (known / 56 == 1).then_some(Lang::Ja);
    let context = Context { prev_agent: agent, asked, lang, region: Region::new(region) };

    let detection = detect(text, &context);
    assert_eq!(detect(text, &context), detection, "the same text twice");
    let mut last = 0;
    let mut utf16 = Utf16::new(text);
    for f in &detection.found {
        assert!(f.start >= last && f.start < f.end && f.end <= text.len(), "in order and apart");
        assert!(text.is_char_boundary(f.start) && text.is_char_boundary(f.end), "whole characters");
        assert!((0.0..=1.0).contains(&f.confidence) && !f.value.is_empty());
        for byte in [f.start, f.end] {
            assert_eq!(utf16_to_byte(text, utf16.at(byte)), byte, "there and back");
        }
        last = f.end;
    }
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding twice is folding once");
    language(text);
    let (mut port, mut crossed) = (Port::default(), String::new());
    port.say(text);
    crossed.cross(&mut Port::reading(&port.written()));
    assert_eq!(crossed, text, "a text crosses whole");
    Session::blank().cross(&mut Port::reading(text));
}
