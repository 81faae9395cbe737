//! Fingerprints with what they mean, looked up by their upper bits.

use crate::text::print::BITS;

/// Bits of a fingerprint that choose the place where it is looked for: about one phrase in each.
const PLACE_BITS: u32 = 12;

/// A phrase: its fingerprint, the languages that have it (bit by place in `Lang::ALL`), and what it
/// means to whoever looks it up.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Entry {
    pub print: u32,
    pub langs: u16,
    pub meaning: u16,
}

/// All phrases of one kind.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Where the fingerprints of each place begin in `entries`.
    starts: Vec<u16>,
    pub entries: Vec<Entry>,
}

fn place(print: u32) -> usize {
    (print >> (BITS - PLACE_BITS)) as usize
}

impl Table {
    /// Counted into their places: a sort would weigh more in the module.
    pub(super) fn new(all: &[Entry]) -> Self {
        let mut starts = vec![0_u16; (1 << PLACE_BITS) + 1];
        for entry in all {
            starts[place(entry.print)] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut entries = all.to_vec();
        for entry in all {
            let start = &mut starts[place(entry.print)];
            *start -= 1;
            entries[usize::from(*start)] = *entry;
        }
        Self { starts, entries }
    }

    /// Every phrase with this fingerprint.
    pub(crate) fn find(&self, print: u32) -> Found<'_> {
        let start = |place: usize| self.starts.get(place).map_or(0, |n| usize::from(*n));
        let all = self.entries.get(start(place(print))..start(place(print) + 1));
        Found { rest: all.unwrap_or_default(), print }
    }
}

/// What [`Table::find`] gives. Adapters of the standard library would be compiled anew for each use.
#[derive(Debug, Clone)]
pub(crate) struct Found<'a> {
    rest: &'a [Entry],
    print: u32,
}

impl<'a> Iterator for Found<'a> {
    type Item = &'a Entry;

    fn next(&mut self) -> Option<&'a Entry> {
        while let Some((entry, rest)) = self.rest.split_first() {
            self.rest = rest;
            if entry.print == self.print {
                return Some(entry);
            }
        }
        None
    }
}
