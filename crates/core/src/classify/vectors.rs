//! Static word-piece vectors: a text's vector is the sum of its pieces', so that texts that mean
//! the same lie close together also without a word in common. English only.
//!
//! The blob, all little-endian: `AWV2`; u16 dimensions, u16 weights per scale, u32 pieces; the least scale
//! and the ratio of one step as f32; the background's centre and main axis as f32; one length byte per piece;
//! the pieces' bytes, continuations with `##`; the scales in steps, a byte each, row by row; the weights,
//! two's complement in 4 bits, the even one in the low half. `training/classify` makes it.

use super::lexicon::Map;
use super::words::fold;
use std::sync::OnceLock;

static BLOB: &[u8] = include_bytes!("../../data/classify/vectors.bin");

/// Pieces of one text that are summed; what follows changes the sum little.
const MAX_PIECES: usize = 512;
/// Longest word that is cut into pieces, in bytes.
const MAX_WORD: usize = 40;

/// A text's place among meanings; empty for a text without known pieces.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Vector(Vec<f32>);

impl Vector {
    /// Whether it is near to nothing: a text without known pieces.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Cosine of the angle between two texts, −1 to 1; 0 where one has no vector.
    pub(crate) fn cosine(&self, other: &Self) -> f32 {
        // Eight sums side by side do not wait for each other.
        let mut sums = [0f32; 8];
        for (a, b) in self.0.chunks_exact(8).zip(other.0.chunks_exact(8)) {
            sums.iter_mut().zip(a.iter().zip(b)).for_each(|(s, (a, b))| *s += a * b);
        }
        sums.iter().sum()
    }

    /// The direction of a weighted sum.
    pub(crate) fn sum<'a>(parts: impl IntoIterator<Item = (f32, &'a Self)>) -> Self {
        let mut total = Vec::new();
        for (weight, part) in parts {
            if total.is_empty() {
                total = vec![0.0; part.0.len()];
            }
            total.iter_mut().zip(&part.0).for_each(|(t, p)| *t += weight * p);
        }
        Self(unit(total))
    }
}

fn unit(mut v: Vec<f32>) -> Vec<f32> {
    let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    if norm < 1e-6 {
        return Vec::new();
    }
    v.iter_mut().for_each(|x| *x /= norm);
    v
}

/// The blob, its weights where they lie.
#[derive(Debug, Default)]
struct Table {
    dim: usize,
    group: usize,
    centre: Vec<f32>,
    axis: Vec<f32>,
    /// The row of each piece.
    rows: Map<&'static [u8], u32>,
    /// What each of the 256 steps of a scale stands for.
    steps: Vec<f32>,
    scales: &'static [u8],
    codes: &'static [u8],
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    // A blob that does not parse gives an empty table, and with it empty vectors; a test proves
    // that the one in the crate does.
    PARSED.get_or_init(|| Table::parse(BLOB).unwrap_or_default())
}

impl Table {
    fn parse(blob: &'static [u8]) -> Option<Self> {
        let rest = blob.strip_prefix(b"AWV2")?;
        let (head, rest) = rest.split_at_checked(8)?;
        let dim = usize::from(u16::from_le_bytes([*head.first()?, *head.get(1)?]));
        let group = usize::from(u16::from_le_bytes([*head.get(2)?, *head.get(3)?]));
        let pieces = u32::from_le_bytes(head.get(4..8)?.try_into().ok()?) as usize;
        if dim == 0 || group == 0 || dim % group != 0 || group % 2 != 0 || dim % 8 != 0 {
            return None;
        }
        let (least, rest) = rest.split_at_checked(4)?;
        let (ratio, rest) = rest.split_at_checked(4)?;
        let (least, ratio) = (*floats(least).first()?, *floats(ratio).first()?);
        // Multiplied up and not raised to a power, which is not the same to the last bit everywhere.
        let steps = core::iter::successors(Some(least), |s| Some(s * ratio)).take(256).collect();
        let (centre, rest) = rest.split_at_checked(dim * 4)?;
        let (axis, rest) = rest.split_at_checked(dim * 4)?;
        let (lengths, rest) = rest.split_at_checked(pieces)?;
        let total: usize = lengths.iter().map(|l| usize::from(*l)).sum();
        let (mut names, rest) = rest.split_at_checked(total)?;
        let mut rows = Map::with_capacity_and_hasher(pieces, Default::default());
        for (row, length) in (0u32..).zip(lengths) {
            let (name, after) = names.split_at_checked(usize::from(*length))?;
            rows.insert(name, row);
            names = after;
        }
        let (scales, codes) = rest.split_at_checked(pieces * (dim / group))?;
        (codes.len() == pieces * dim / 2).then(|| Self {
            dim,
            group,
            centre: floats(centre),
            axis: floats(axis),
            rows,
            steps,
            scales,
            codes,
        })
    }

    fn add(&self, row: usize, sum: &mut [f32]) {
        let groups = self.dim / self.group;
        let scales = self.scales.get(row * groups..(row + 1) * groups).unwrap_or_default();
        let bytes = self.dim / 2;
        let codes = self.codes.get(row * bytes..(row + 1) * bytes).unwrap_or_default();
        let parts = sum.chunks_exact_mut(self.group).zip(codes.chunks_exact(self.group / 2));
        for ((part, codes), step) in parts.zip(scales) {
            let scale = self.steps.get(usize::from(*step)).copied().unwrap_or_default();
            for (pair, code) in part.chunks_exact_mut(2).zip(codes) {
                if let [even, odd] = pair {
                    *even += scale * f32::from(((code << 4) as i8) >> 4);
                    *odd += scale * f32::from((*code as i8) >> 4);
                }
            }
        }
    }

    /// Sums a word's pieces, longest first; a word that cannot be cut adds nothing.
    fn add_word(&self, word: &str, sum: &mut [f32], used: &mut usize) {
        if word.len() > MAX_WORD {
            return;
        }
        let mut rows = Vec::new();
        let mut piece: Vec<u8> = Vec::with_capacity(MAX_WORD + 2);
        let mut from = 0;
        while from < word.len() {
            let found = (from + 1..=word.len()).rev().find_map(|to| {
                piece.clear();
                if from > 0 {
                    piece.extend(b"##");
                }
                piece.extend(word.get(from..to)?.as_bytes());
                Some((*self.rows.get(piece.as_slice())? as usize, to))
            });
            let Some((row, to)) = found else { return };
            rows.push(row);
            from = to;
        }
        *used += rows.len();
        rows.into_iter().for_each(|row| self.add(row, sum));
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(4)
        .map(|b| b.try_into().map(f32::from_le_bytes).unwrap_or_default())
        .collect()
}

/// How much a word means: the length of its vector, which is short for words that say little ("the" 0.2)
/// and long for those that settle what a text is about ("coat" 1.6). A word that is not known is between.
pub(crate) fn weight(word: &str) -> f32 {
    const UNKNOWN: f32 = 0.5;
    let table = table();
    let mut sum = vec![0f32; table.dim];
    let mut used = 0;
    table.add_word(word, &mut sum, &mut used);
    if used == 0 { UNKNOWN } else { sum.iter().map(|x| x * x).sum::<f32>().sqrt() }
}

/// The vector of a text.
pub(crate) fn embed(text: &str) -> Vector {
    let table = table();
    let mut sum = vec![0f32; table.dim];
    let mut used = 0;
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() {
            fold(c, &mut word);
            continue;
        }
        if !word.is_empty() {
            table.add_word(&word, &mut sum, &mut used);
            word.clear();
        }
        if c.is_ascii_punctuation() {
            table.add_word(c.encode_utf8(&mut [0; 4]), &mut sum, &mut used);
        }
        if used >= MAX_PIECES {
            break;
        }
    }
    if used == 0 {
        return Vector::default();
    }
    // What all texts have in common tells none from another.
    let mut v = unit(sum);
    v.iter_mut().zip(&table.centre).for_each(|(x, c)| *x -= c);
    let along: f32 = v.iter().zip(&table.axis).map(|(x, a)| x * a).sum();
    v.iter_mut().zip(&table.axis).for_each(|(x, a)| *x -= along * a);
    Vector(unit(v))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blob_parses_and_a_cut_one_does_not() {
        let table = Table::parse(BLOB).unwrap();
        assert!(table.rows.len() > 1_000);
        assert!(
            ["the", "order", "##ing", "?"].iter().all(|p| table.rows.contains_key(p.as_bytes()))
        );
        assert!(Table::parse(&BLOB[..BLOB.len() - 1]).is_none());
        assert!(Table::parse(b"AWV2").is_none());
    }

    #[test]
    fn scales_are_steps_of_one_ratio() {
        // One piece of eight dimensions: all weights 1, the second group a step higher than the first.
        let mut blob = b"AWV2".to_vec();
        blob.extend([8, 0, 4, 0, 1, 0, 0, 0]);
        blob.extend(0.5f32.to_le_bytes().iter().chain(&1.5f32.to_le_bytes()));
        blob.extend([0; 64]);
        blob.extend(b"\x01a\x00\x01\x11\x11\x11\x11");
        let table = Table::parse(blob.leak()).unwrap();
        let mut sum = vec![0.0; 8];
        table.add(0, &mut sum);
        assert_eq!(sum, [0.5, 0.5, 0.5, 0.5, 0.75, 0.75, 0.75, 0.75]);
    }

    #[test]
    fn texts_that_mean_the_same_lie_closer() {
        let near = |a: &str, b: &str| embed(a).cosine(&embed(b));
        let order = "where is my package";
        assert!(near(order, "track the shipment") > near(order, "play some jazz music"));
        assert!(
            near("my screen is broken", "Report a broken phone")
                > near("my screen is broken", "Check claim status")
        );
        assert_eq!(embed("…"), Vector::default());
        assert_eq!(embed("注文").cosine(&embed("order")), 0.0);
    }
}
