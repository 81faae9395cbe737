//! Sets of words kept as fingerprints: seven and a quarter bits a word, or eleven and a half, whatever its length.
//!
//! A ribbon filter (Dillinger and Walzer, "Ribbon filter: practically smaller than Bloom and Xor", 2021).
//! A word of the set is always found; another one in 128, or 2,048, seems to be in it. The filters are made by
//! `build.rs`, which shares this file.

/// A set of words. The first byte is the seed. A plane for each bit of a fingerprint follows, with that bit
/// of every slot, the first slot in the lowest bit, and a byte more, so that bands can be read past the end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter {
    pub bytes: &'static [u8],
    /// Bits of a fingerprint.
    pub print: usize,
}

/// Bits of a fingerprint where one word in 128 may seem to be in the set.
pub(crate) const ROUGH: usize = 7;
/// And where one in 2,048 may.
pub(crate) const FINE: usize = 11;
/// How many slots in a row one word may be spread over.
pub(crate) const BAND: usize = u64::BITS as usize;

/// FNV-1a, mixed once more so that every bit depends on every letter.
pub(crate) fn hash(word: &str, seed: u8) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325 ^ u64::from(seed);
    for byte in word.bytes() {
        h = (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    h = (h ^ (h >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    h ^ (h >> 32)
}

/// The first slot of a hash among so many, which of the [`BAND`] slots from there on are combined (the first
/// one always is), and the bits that they combine to.
pub(crate) fn row(h: u64, slots: usize, print: usize) -> (usize, u64, u16) {
    let places = slots.saturating_sub(BAND - 1) as u64;
    let first = ((h & 0xffff_ffff) * places) >> 32;
    // The last steps of SplitMix64 (Steele, Lea and Flood).
    let taken = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (first as usize, taken ^ (taken >> 27) | 1, (h >> (64 - print)) as u16)
}

impl Filter {
    /// Whether a folded word is in the set. Words in other letters than Latin ones are in none.
    pub(crate) fn has(&self, word: &str) -> bool {
        let Some((seed, planes)) = self.bytes.split_first().filter(|_| word.is_ascii()) else {
            return false;
        };
        let bytes = planes.len() / self.print;
        let (first, taken, print) = row(hash(word, *seed), bytes.saturating_sub(1) * 8, self.print);
        let mut all = 0;
        for bit in 0..self.print {
            let from = bit * bytes + first / 8;
            let Some((band, [more, ..])) = planes.get(from..).and_then(<[u8]>::split_first_chunk)
            else {
                return false;
            };
            let past = first % 8;
            let band = u64::from_le_bytes(*band) >> past | u64::from(*more) << 1 << (63 - past);
            all |= ((band & taken).count_ones() as u16 & 1) << bit;
        }
        all == print
    }
}

/// Whether the set has an English word or what it is formed from: "looking" is formed from "look".
/// The same rules as `stems` of `data/detect/lists.py`.
pub(crate) fn has_form(set: Filter, word: &str) -> bool {
    const ENDINGS: [(&str, &[&str]); 6] = [
        ("s", &[""]),
        ("ed", &["", "e"]),
        ("ing", &["", "e"]),
        ("ly", &[""]),
        ("ies", &["y"]),
        ("ied", &["y"]),
    ];
    set.has(word)
        || ENDINGS.iter().any(|(ending, puts)| {
            word.strip_suffix(ending).filter(|stem| stem.len() >= 3).is_some_and(|stem| {
                puts.iter().any(|put| {
                    let mut whole = stem.to_owned();
                    whole.push_str(put);
                    set.has(&whole)
                })
            })
        })
}
