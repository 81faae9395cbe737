//! Compiles the language files into one vocabulary a language (`src/vocabulary`), and the word lists
//! of detection into two filters.

use std::error::Error;
use std::{env, fs, path::Path};

#[path = "build/bits.rs"]
mod bits;

#[allow(dead_code, reason = "shared with the library")]
#[path = "src/detect/lang/cues.rs"]
mod cues;
#[allow(dead_code, reason = "shared with the library")]
#[path = "src/detect/filter.rs"]
mod filter;
#[path = "build/prompt.rs"]
mod prompt;
#[path = "build/vocabulary.rs"]
mod vocabulary;
#[allow(dead_code, unused_imports, reason = "shared with the library")]
#[path = "src/text"]
mod text {
    mod fold;
    mod letter;
    pub mod print;
    mod token;
    pub use fold::fold;
    pub use token::{Class, Tokens};
}

/// In the order of `text::Lang::ALL`.
const LANGS: [&str; 15] =
    ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "ja", "zh", "th", "tr", "hi", "ar", "sv"];

fn main() -> Result<(), Box<dyn Error>> {
    for path in ["build", "src/detect", "src/prompt", "src/text", "src/vocabulary", "data/detect"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = env::var("OUT_DIR")?;
    let vocabularies = Path::new(&out).join("vocabulary");
    fs::create_dir_all(&vocabularies)?;
    // Names in Arabic letters are of use to nobody who does not load Arabic.
    let (names, arabic): (Vec<_>, Vec<_>) =
        listed("names", Vec::new())?.into_iter().partition(|name| name.is_ascii());
    let mut known = vocabulary::Known::default();
    for (place, lang) in LANGS.iter().enumerate() {
        let names = if *lang == "ar" { arabic.as_slice() } else { &[] };
        fs::write(
            vocabularies.join(format!("{lang}.bin")),
            vocabulary::pack(place, lang, names, &mut known)?,
        )?;
    }
    let words = words()?;
    // A known name that seems to be a phrase of some language is not found in any.
    let mistaken: Vec<&str> =
        names.iter().chain(&words).filter(|w| known.mistakes(w)).map(String::as_str).collect();
    if !mistaken.is_empty() {
        println!(
            "cargo::warning=seem to be phrases: {}; choose the next `NONE` of src/text/print.rs",
            mistaken.join(" ")
        );
    }
    let phrases: Vec<String> =
        known.words().filter(|w| words.binary_search(w).is_err()).cloned().collect();
    // A word that is taken for a name and not listed as an impostor is read wrong, as is a name that is taken for a word.
    let harm = |table: &Vec<u8>| {
        let listed = mistaken_in(table, filter::ROUGH, &names, &words).len();
        listed + 4 * mistaken_in(table, filter::ROUGH, &names, &phrases).len()
    };
    let table = ribbons(&names, filter::ROUGH)?.into_iter().min_by_key(harm).unwrap_or_default();
    let impostors = mistaken_in(&table, filter::ROUGH, &names, &words);
    let never: Vec<String> = vocabulary::never()?.into_iter().collect();
    let apart = |table: &Vec<u8>| mistaken_in(table, filter::FINE, &never, &names).is_empty();
    let never = ribbons(&never, filter::FINE)?.into_iter().find(apart);
    let hidden = |table: &Vec<u8>| mistaken_in(table, filter::ROUGH, &words, &names).len();
    let words = ribbons(&words, filter::ROUGH)?.into_iter().min_by_key(hidden);
    fs::write(Path::new(&out).join("impostors.txt"), impostors.join(" "))?;
    fs::write(Path::new(&out).join("names.bin"), &table)?;
    fs::write(Path::new(&out).join("never.bin"), never.ok_or("a name seems to be none")?)?;
    fs::write(Path::new(&out).join("words.bin"), words.unwrap_or_default())?;
    fs::write(Path::new(&out).join("phones.txt"), phones()?)?;
    Ok(())
}

/// The plans of all regions as `src/detect/region.rs` reads them: what most have left out, a length as a letter, and
/// column by column, which packs better.
fn phones() -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string("data/detect/phones.txt")?;
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines.sort_unstable();
    let mut columns: [String; 6] = Default::default();
    let mut last = "";
    for line in lines {
        let mut given = line.split(' ');
        let mut next = || given.next().ok_or_else(|| format!("phones.txt: {line}"));
        let (region, code) = (next()?, next()?);
        let usual = |column, usual| if column == usual { "" } else { column };
        let (abroad, trunks) = (usual(next()?, "00"), usual(next()?, "0"));
        let completion = match usual(next()?, "-").split_once(':') {
            Some((area, local)) => format!("{area}:{}", lettered(&[local])?),
            None => String::new(),
        };
        let lengths = lettered(&given.collect::<Vec<_>>())?;
        let initial = region.get(..1).ok_or("phones.txt: no region")?;
        let region = if initial == last { region.trim_start_matches(initial) } else { region };
        // "AA" would be nothing.
        let region = if region.is_empty() { initial } else { region };
        last = initial;
        let row = [region, code, abroad, trunks, &completion, &lengths];
        for (column, value) in columns.iter_mut().zip(row) {
            column.push_str(value);
            column.push('\n');
        }
    }
    Ok(columns.join("|") + "|")
}

/// `a` for one digit, `b` for two, and behind the lengths that have them in common the digits that numbers may begin with.
fn lettered(lengths: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut all = String::new();
    let mut last = "";
    for length in lengths {
        let (length, firsts) =
            length.split_once(':').ok_or_else(|| format!("phones.txt: {length}"))?;
        if firsts == last {
            all.truncate(all.len() - last.len());
        }
        all.push(char::from(b'`' + length.parse::<u8>()?));
        all.push_str(firsts);
        last = firsts;
    }
    Ok(all)
}

/// The words of a list and some more, in their order, each once.
fn listed(list: &str, mut words: Vec<String>) -> Result<Vec<String>, Box<dyn Error>> {
    let text = fs::read_to_string(format!("data/detect/{list}.txt"))?;
    words.extend(text.lines().map(str::to_owned));
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// Those of the words that the filter of a sorted set takes for its own, and that are not.
fn mistaken_in<'a>(
    table: &[u8],
    print: usize,
    set: &[String],
    words: &'a [String],
) -> Vec<&'a str> {
    let filter = filter::Filter { bytes: Vec::leak(table.to_vec()), print };
    let mistaken = |word: &&String| filter.has(word) && set.binary_search(word).is_err();
    words.iter().filter(mistaken).map(String::as_str).collect()
}

/// Words that are seldom names: those of the list and those that English has under `common`, without
/// those that English has under `not`, which are looked for there, except where others are formed from them.
fn words() -> Result<Vec<String>, Box<dyn Error>> {
    let file = fs::read_to_string("src/detect/lang/en.txt")?;
    let under = |key: &str| {
        let lines = file.lines().filter_map(|l| l.split_once(" = ")).filter(|(k, _)| *k == key);
        lines.flat_map(|(_, items)| items.split_ascii_whitespace()).map(form).collect::<Vec<_>>()
    };
    let never = under("not");
    let mut words = listed("words", under("common"))?;
    let formed = |from: &str, word: &String| {
        let stem = from.strip_suffix('e').unwrap_or(from);
        word.strip_prefix(stem).is_some_and(|end| ["s", "es", "ed", "ing"].contains(&end))
    };
    words.retain(|w| !never.contains(w) || never.iter().any(|other| formed(w, other)));
    Ok(words)
}

/// An item as it is looked up: its folded tokens with a space between, or, for scripts without
/// spaces, itself.
fn form(item: &str) -> String {
    let spaced = item.replace('_', " ");
    let tokens = text::Tokens::new(&spaced);
    if tokens.class(0) == Some(text::Class::Run) {
        return text::fold(&spaced);
    }
    (0..tokens.len()).map(|i| tokens.folded(i)).collect::<Vec<_>>().join(" ")
}

/// The tables of a set (see `src/detect/filter.rs`): of the fewest slots in which any seed places all words, one for each seed
/// that does.
fn ribbons(words: &[String], print: usize) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    for percent in 101..200 {
        let slots = (words.len() * percent / 100 + filter::BAND).next_multiple_of(8);
        let table = |seed: u8| {
            let table = solve(words, slots, print, seed)?;
            Some([vec![seed], planes(&table, print)].concat())
        };
        let tables: Vec<_> = (0..=u8::MAX).filter_map(table).collect();
        if !tables.is_empty() {
            return Ok(tables);
        }
    }
    Err("no seed places all words".into())
}

/// The bits of all slots, plane by plane.
fn planes(slots: &[u16], print: usize) -> Vec<u8> {
    let plane = |bit: usize| {
        let byte = move |eight: &[u16]| {
            eight.iter().rev().fold(0, |byte, slot| byte << 1 | (slot >> bit & 1) as u8)
        };
        slots.chunks(8).map(byte).chain([0])
    };
    (0..print).flat_map(plane).collect()
}

/// What all slots hold: what solves one equation a word, by elimination. Each has its first slot at
/// another place.
fn solve(words: &[String], slots: usize, print: usize, seed: u8) -> Option<Vec<u16>> {
    let mut rows: Vec<Option<(u64, u16)>> = vec![None; slots];
    for word in words {
        let (mut first, mut taken, mut print) = filter::row(filter::hash(word, seed), slots, print);
        while let Some((other, sum)) = rows[first] {
            (taken, print) = (taken ^ other, print ^ sum);
            if taken == 0 {
                // Says the same as those before it, or the opposite.
                break;
            }
            let skipped = taken.trailing_zeros();
            (first, taken) = (first + skipped as usize, taken >> skipped);
        }
        match (taken, print) {
            (0, 0) => {}
            (0, _) => return None,
            _ => rows[first] = Some((taken, print)),
        }
    }
    let mut table = vec![0_u16; slots];
    for (first, row) in rows.iter().enumerate().rev() {
        if let Some((taken, print)) = row {
            let band = (1..filter::BAND).filter(|n| taken >> n & 1 == 1);
            table[first] = band.fold(*print, |all, n| all ^ table[first + n]);
        }
    }
    Some(table)
}
