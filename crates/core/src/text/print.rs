//! Fingerprints of phrases: what is kept of them, since their letters would weigh four times as
//! much in the module that visitors load.
//!
//! A fingerprint is made word by word, so that all phrases that begin at a word are looked up in one
//! pass. With [`BITS`] bits and all languages, one look-up in some ten thousand finds a phrase that
//! is not there.

/// Bits of a fingerprint.
pub(crate) const BITS: u32 = 26;
/// The least characters of a word that may go on in any way: `order*`.
pub(crate) const STEM_CHARS: usize = 2;

/// The most words of a phrase, or of what follows its gap, whose last word may go on in any way.
pub(crate) const OPEN_WORDS: usize = 4;

const OPEN: u8 = b'*';
const GAP: u8 = b'~';
const END: u8 = b' ';

/// A phrase as far as it has been read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Print(u32);

impl Print {
    /// Nothing yet. Not FNV's own 0x811c9dc5, but the next with which no name and no word of `data/detect` seems to be a phrase of
    /// any language.
    pub const NONE: Self = Self(0x811c_9dcd);

    fn push(self, byte: u8) -> Self {
        // FNV-1a (Fowler, Noll and Vo).
        Self((self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    /// With letters of a word that goes on.
    pub fn letters(self, letters: &str) -> Self {
        letters.bytes().fold(self, Self::push)
    }

    /// With the end of a word.
    pub fn end(self) -> Self {
        self.push(END)
    }

    /// With some words that may be anything.
    pub fn gap(self) -> Self {
        self.push(GAP)
    }

    /// The fingerprint of a phrase that ends here; after [`Print::end`], with a whole word.
    pub fn whole(self) -> u32 {
        // The last steps of MurmurHash3 (Appleby): FNV mixes its upper bits poorly.
        let h = (self.0 ^ (self.0 >> 16)).wrapping_mul(0x85eb_ca6b);
        let h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
        (h ^ (h >> 16)) >> (32 - BITS)
    }

    /// The fingerprint of a phrase whose last word may go on from here.
    pub fn open(self) -> u32 {
        self.push(OPEN).whole()
    }
}

/// Groups of fingerprints as `build.rs` packs them: for each group their number, then, ascending,
/// each as its distance from the one before, Rice-coded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed<'a> {
    bytes: &'a [u8],
    /// The next bit.
    at: usize,
}

impl<'a> Packed<'a> {
    /// Begins at the first group.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next group, whose number has so many bits.
    pub fn group(&mut self, width: u32, take: &mut dyn FnMut(u32)) {
        let count = self.bits(width);
        let mut print = 0;
        for _ in 0..count {
            print += self.rice(rice_bits(count));
            take(print);
        }
    }

    /// The next bits, the most significant first; zeros after the end.
    pub fn bits(&mut self, count: u32) -> u32 {
        (0..count).fold(0, |all, _| {
            let byte = self.bytes.get(self.at / 8).copied().unwrap_or_default();
            let bit = byte >> (7 - self.at % 8) & 1;
            self.at += 1;
            all << 1 | u32::from(bit)
        })
    }

    fn rice(&mut self, low: u32) -> u32 {
        let mut high = 0;
        while self.at < 8 * self.bytes.len() && self.bits(1) == 1 {
            high += 1;
        }
        high << low | self.bits(low)
    }
}

/// The low bits that are written as they are: the distances' mean is as many bits and a half.
pub(crate) fn rice_bits(count: u32) -> u32 {
    BITS - 1 - count.max(1).ilog2()
}
