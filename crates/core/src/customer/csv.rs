//! Customers as CSV (RFC 4180, UTF-8, CRLF), row by row.
//!
//! A spreadsheet runs a cell that begins like a formula. In [`Mode::Safe`] such a cell gets a `'`
//! in front, as OWASP's "CSV Injection" page advises; [`Mode::Raw`] writes what is there, for
//! programs. Both read back to the same customers.

use crate::api::Customer;
use crate::conversation::Platform;
use crate::error::{Code, Error};
use crate::time::UnixMillis;
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use std::borrow::Cow;
use std::io::Read;

/// The columns, in the order in which they are written.
pub const COLUMNS: [&str; 8] =
    ["customer_id", "name", "email", "phone", "platforms", "first_at", "last_at", "conversations"];

/// Between the platforms of one customer.
const PLATFORM_SEPARATOR: &str = ";";

/// Whom the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// For spreadsheets: no cell can be a formula.
    #[default]
    Safe,
    /// For programs: cells as they are.
    Raw,
}

impl Mode {
    fn write(self, cell: &str) -> Cow<'_, str> {
        match self {
            Self::Safe if needs_guard(cell) => Cow::Owned(format!("{GUARD}{cell}")),
            _ => Cow::Borrowed(cell),
        }
    }

    fn read(self, cell: &str) -> &str {
        match (self, cell.strip_prefix(GUARD)) {
            (Self::Safe, Some(rest)) if needs_guard(rest) => rest,
            _ => cell,
        }
    }
}

const GUARD: char = '\'';

/// Whether a cell begins like a formula: OWASP's `=`, `+`, `-`, `@`, tab, carriage return, line
/// feed and the full-width forms. Guards in front of it are looked through, so that a value which
/// bears one of its own reads back with it.
fn needs_guard(cell: &str) -> bool {
    cell.trim_start_matches(GUARD)
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The first line.
pub fn header() -> String {
    line(COLUMNS)
}

/// The line of one customer. What is not known is an empty cell; times are RFC 3339 in UTC.
pub fn record(customer: &Customer, mode: Mode) -> String {
    let platforms: Vec<&str> = customer.platforms.iter().map(|p| p.as_str()).collect();
    let text =
        |value: &Option<String>| mode.write(value.as_deref().unwrap_or_default()).into_owned();
    line([
        customer.customer_id.to_string(),
        text(&customer.name),
        text(&customer.email),
        text(&customer.phone),
        platforms.join(PLATFORM_SEPARATOR),
        customer.first_at.rfc3339(),
        customer.last_at.rfc3339(),
        customer.conversations.to_string(),
    ])
}

fn line<T: AsRef<[u8]>>(cells: impl IntoIterator<Item = T>) -> String {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).buffer_capacity(512).from_writer(vec![]);
    // Writing to a vector does not fail, one record has no other length to agree with, and UTF-8
    // cells give UTF-8.
    let _ = writer.write_record(cells);
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Reads customers from a file with a header; the columns may stand in any order, others are
/// ignored, and a byte order mark in front is too.
///
/// # Errors
/// Each item is an error of its own, so that a bad line does not hide the good ones:
/// [`Code::InvalidField`] with the line and the column, never with the value. A header without one
/// of the [`COLUMNS`] is one error and the end.
pub fn read(from: impl Read, mode: Mode) -> impl Iterator<Item = Result<Customer, Error>> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(from);
    let columns = reader.headers().map_err(|e| unreadable(&e)).and_then(Columns::find);
    let (columns, refusal) = match columns {
        Ok(columns) => (Some(columns), None),
        Err(error) => (None, Some(Err(error))),
    };
    let rows = columns.into_iter().zip([reader]).flat_map(move |(columns, reader)| {
        reader.into_records().map(move |record| match record {
            Ok(record) => columns.customer(&record, mode),
            Err(error) => Err(unreadable(&error)),
        })
    });
    refusal.into_iter().chain(rows)
}

fn unreadable(error: &csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    Error::new(Code::InvalidField, format!("line {line} is no CSV in UTF-8"))
}

/// Where each of [`COLUMNS`] stands in a file.
#[derive(Debug, Clone, Copy)]
struct Columns([usize; COLUMNS.len()]);

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, Error> {
        let mut places = [0; COLUMNS.len()];
        for (place, name) in places.iter_mut().zip(COLUMNS) {
            *place = header.iter().position(|cell| cell == name).ok_or_else(|| {
                Error::new(Code::InvalidField, format!("the header has no column {name}"))
            })?;
        }
        Ok(Self(places))
    }

    fn customer(self, record: &StringRecord, mode: Mode) -> Result<Customer, Error> {
        let [id, name, email, phone, platforms, first_at, last_at, conversations] =
            self.0.map(|place| record.get(place).unwrap_or_default());
        let wrong = |column: &str| {
            let line = record.position().map_or(0, csv::Position::line);
            Error::new(Code::InvalidField, format!("line {line}: {column} cannot be read"))
        };
        let text = |cell: &str| Some(mode.read(cell).to_owned()).filter(|text| !text.is_empty());
        let time = |cell, column| UnixMillis::parse_rfc3339(cell).map_err(|_| wrong(column));
        Ok(Customer {
            customer_id: id.parse().map_err(|_| wrong("customer_id"))?,
            name: text(name),
            email: text(email),
            phone: text(phone),
            platforms: platforms
                .split(PLATFORM_SEPARATOR)
                .filter(|name| !name.is_empty())
                .map(platform)
                .collect::<Option<_>>()
                .ok_or_else(|| wrong("platforms"))?,
            first_at: time(first_at, "first_at")?,
            last_at: time(last_at, "last_at")?,
            conversations: conversations.parse().map_err(|_| wrong("conversations"))?,
        })
    }
}

fn platform(name: &str) -> Option<Platform> {
    let name: StrDeserializer<'_, ValueError> = name.into_deserializer();
    Platform::deserialize(name).ok()
}
