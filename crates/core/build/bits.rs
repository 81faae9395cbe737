//! Bits in bytes, as `src/text/print.rs` reads them.

use crate::text::print::rice_bits;
use std::collections::BTreeSet;
use std::error::Error;

/// Bits, the most significant first.
#[derive(Default)]
pub struct Bits {
    /// Whole bytes, the last one filled with zeros.
    pub bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for n in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> n & 1) as u8) << (7 - self.used % 8);
            }
            self.used += 1;
        }
    }

    /// A number of so many bits; fails where it has more.
    pub fn number(&mut self, value: usize, width: u32) -> Result<(), Box<dyn Error>> {
        let value = u32::try_from(value)?;
        if value >> width > 0 {
            return Err(format!("{value} does not fit into {width} bits").into());
        }
        self.put(value, width);
        Ok(())
    }

    /// Adds a group; see `text::print::Packed`.
    pub fn group(&mut self, prints: &BTreeSet<u32>, width: u32) -> Result<(), Box<dyn Error>> {
        self.number(prints.len(), width)?;
        let low = rice_bits(u32::try_from(prints.len())?);
        let mut last = 0;
        for print in prints {
            let distance = print - last;
            (0..distance >> low).for_each(|_| self.put(1, 1));
            self.put(0, 1);
            self.put(distance & ((1 << low) - 1), low);
            last = *print;
        }
        Ok(())
    }
}
