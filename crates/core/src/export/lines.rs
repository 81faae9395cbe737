//! Reading a day file as it comes in, in pieces of any size, without holding it whole.

use super::Row;
use crate::error::{Code, Error};

/// Takes a day file as [`super::Document`] writes it, one row a line, and gives its rows.
#[derive(Debug, Default)]
pub struct Lines {
    line: Vec<u8>,
}

impl Lines {
    /// Nothing read so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the bytes that follow, and gives the rows that they complete.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for a line that is no row; the rows before it have been given.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(Row)) -> Result<(), Error> {
        let mut parts = bytes.split(|byte| *byte == b'\n');
        self.line.extend_from_slice(parts.next().unwrap_or_default());
        for part in parts {
            if let Some(row) = self.row()? {
                each(row);
            }
            self.line.clear();
            self.line.extend_from_slice(part);
        }
        Ok(())
    }

    /// The row of the line that is complete; none for the brackets around all.
    fn row(&self) -> Result<Option<Row>, Error> {
        let text = core::str::from_utf8(&self.line)
            .map_err(|_| Error::new(Code::InvalidField, "a day file must be UTF-8"))?;
        match text.strip_suffix(',').unwrap_or(text) {
            "[" | "]" | "[]" | "" => Ok(None),
            row => Row::from_line(row).map(Some),
        }
    }
}
