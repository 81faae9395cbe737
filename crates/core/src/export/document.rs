//! The day's file, written row by row, and the manifest that seals it.

use super::Instant;
use crate::time::{Day, UnixMillis};
use core::fmt::Write as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is known of a sealed day file, kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The UTC day on which its conversations ended.
    pub day: Day,
    /// Conversations in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// When it was sealed.
    pub sealed_at: Instant,
}

/// How a day's rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExportForm"))]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A JSON array with one row a line, `[]` for an empty day.
    #[default]
    Json,
    /// One row a line and nothing else (NDJSON), as data warehouses load them.
    Ndjson,
}

impl Form {
    /// How a file's name ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// Its media type.
    pub fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Writes a day's file in pieces, so that a day of any size fits a small memory.
///
/// The same rows in the same order give the same bytes.
#[derive(Debug, Clone, Default)]
pub struct Document {
    form: Form,
    rows: u64,
    bytes: u64,
    hasher: Sha256,
}

impl Document {
    /// A file without rows so far.
    pub fn new(form: Form) -> Self {
        Self { form, ..Self::default() }
    }

    /// The piece that adds a row, given as it was stored ([`super::Row::to_line`]).
    pub fn row(&mut self, row: &str) -> String {
        let piece = match (self.form, self.rows) {
            (Form::Json, 0) => format!("[\n{row}"),
            (Form::Json, _) => format!(",\n{row}"),
            (Form::Ndjson, _) => format!("{row}\n"),
        };
        self.rows += 1;
        self.count(&piece);
        piece
    }

    /// The last piece, which may be empty, and the manifest of the whole.
    pub fn seal(mut self, day: Day, sealed_at: UnixMillis) -> (String, Manifest) {
        let piece = match (self.form, self.rows) {
            (Form::Json, 0) => "[]\n",
            (Form::Json, _) => "\n]\n",
            (Form::Ndjson, _) => "",
        };
        self.count(piece);
        let manifest = Manifest {
            day,
            rows: self.rows,
            bytes: self.bytes,
            sha256: hex(&self.hasher.finalize()),
            sealed_at: Instant(sealed_at.clamped()),
        };
        (piece.to_owned(), manifest)
    }

    fn count(&mut self, piece: &str) {
        self.bytes += piece.len() as u64;
        self.hasher.update(piece);
    }
}

/// The day's document: rows as they were stored, in the given order.
pub fn document<'a>(rows: impl IntoIterator<Item = &'a str>) -> String {
    let mut document = Document::new(Form::Json);
    let mut out = String::new();
    for row in rows {
        out.push_str(&document.row(row));
    }
    out.push_str(if out.is_empty() { "[]\n" } else { "\n]\n" });
    out
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(hash: &[u8]) -> String {
    hash.iter().fold(String::with_capacity(64), |mut out, byte| {
        // Writing to a String does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
