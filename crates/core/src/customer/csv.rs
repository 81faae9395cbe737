//! Customers as CSV (RFC 4180, UTF-8, CRLF), row by row.
//!
//! A spreadsheet runs a cell that begins like a formula. In [`Mode::Safe`] such a cell gets a `'`
//! in front, as OWASP's "CSV Injection" page advises; [`Mode::Raw`] writes what is there, for
//! programs. Both read back to the same customers.
//!
//! Where the comma stands in numbers, spreadsheets divide lines at `;`, whatever the file means, and take a quote for
//! one only where a cell begins for them. So a cell begins for somebody behind each `;`, tab and line break as well.

use crate::api::Customer;
use crate::conversation::Platform;
use crate::error::{Code, Error};
use crate::time::UnixMillis;
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::Read;

/// The columns, in the order in which they are written.
pub const COLUMNS: [&str; 8] =
    ["customer_id", "name", "email", "phone", "platforms", "first_at", "last_at", "conversations"];

/// Between the platforms of one customer.
const PLATFORM_SEPARATOR: &str = ";";

/// Whom the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CsvMode"))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// For spreadsheets: no cell can be a formula.
    #[default]
    Safe,
    /// For programs: cells as they are.
    Raw,
}

impl Mode {
    fn write(self, cell: &str) -> Cow<'_, str> {
        let mut written = String::new();
        let mut done = 0;
        for at in starts(cell).filter(|at| self == Self::Safe && needs_guard(&cell[*at..], *at)) {
            written.push_str(&cell[done..at]);
            written.push(GUARD);
            done = at;
        }
        match done {
            0 if written.is_empty() => Cow::Borrowed(cell),
            _ => Cow::Owned(written + &cell[done..]),
        }
    }

    fn read(self, cell: &str) -> Cow<'_, str> {
        let mut read = String::new();
        let mut done = 0;
        for at in starts(cell).filter(|_| self == Self::Safe) {
            let guarded = cell[at..].strip_prefix(GUARD).is_some_and(|rest| needs_guard(rest, at));
            if guarded {
                read.push_str(&cell[done..at]);
                done = at + GUARD.len_utf8();
            }
        }
        match done {
            0 => Cow::Borrowed(cell),
            _ => Cow::Owned(read + &cell[done..]),
        }
    }
}

const GUARD: char = '\'';

/// Where a cell begins, for one reader or another.
fn starts(cell: &str) -> impl Iterator<Item = usize> {
    let inside = cell.match_indices([';', '\t', '\r', '\n']).map(|(at, found)| at + found.len());
    core::iter::once(0).chain(inside)
}

/// Whether what stands from some place of a cell on begins like a formula: OWASP's `=`, `+`, `-`, `@` and their
/// full-width forms, and at the very beginning a tab, carriage return or line feed. Quotes and spaces in front are
/// looked through, for some readers do, and guards, so that a value which bears one of its own reads back with it.
fn needs_guard(rest: &str, at: usize) -> bool {
    let rest = rest.trim_start_matches([GUARD, '"', ' ']);
    rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || (at == 0 && rest.starts_with(['\t', '\r', '\n']))
}

/// What a file begins with: for spreadsheets a byte order mark, without which some take UTF-8 for the machine's own
/// character set.
pub fn begin(mode: Mode) -> &'static str {
    match mode {
        Mode::Safe => "\u{feff}",
        Mode::Raw => "",
    }
}

/// The first line, with what stands before it.
pub fn header(mode: Mode) -> String {
    format!("{}{}", begin(mode), line(COLUMNS))
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

/// A line of any cells.
pub fn row<T: AsRef<str>>(cells: impl IntoIterator<Item = T>, mode: Mode) -> String {
    line(cells.into_iter().map(|cell| mode.write(cell.as_ref()).into_owned()))
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
        let text = |cell: &str| Some(mode.read(cell).into_owned()).filter(|text| !text.is_empty());
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
            // A file says what is known, and proves nothing.
            verified: Vec::new(),
        })
    }
}

fn platform(name: &str) -> Option<Platform> {
    let name: StrDeserializer<'_, ValueError> = name.into_deserializer();
    Platform::deserialize(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CustomerId;

    fn customer(name: &str) -> Customer {
        Customer {
            customer_id: CustomerId::derive(&[name.as_bytes()]),
            name: Some(name.to_owned()),
            email: Some("ana@example.org".to_owned()),
            phone: Some("+351912345678".to_owned()),
            platforms: vec![Platform::WebWidget, Platform::Line],
            first_at: UnixMillis(1_795_000_000_123),
            last_at: UnixMillis(1_795_000_060_000),
            conversations: 2,
            verified: Vec::new(),
        }
    }

    /// Names that a spreadsheet, a CSV reader or the guard itself could stumble over.
    const HARD: [&str; 32] = [
        "Ana",
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "＝1",
        "'",
        "'=1",
        "''=1",
        "'t Hooft",
        "O'Brien, Ana",
        "\"quoted\"",
        "two\r\nlines",
        " leading and trailing ",
        "漢字 😀",
        "#",
        ";",
        "Ana;=cmd|' /C calc'!A0;",
        "Ana\t+1;@SUM(A1);;-2",
        "Ana;'=1;''=1;'Ana",
        "Ana; =1;\"=1\";'\"=1",
        "Ana\r\n=1\n'+1",
        "\t=1",
        "\"=1\"",
        " =1",
        "'\t'=1",
        "a=1;b-2;c@d.example",
        "x;＝1",
        ";'",
    ];

    fn file(customers: &[Customer], mode: Mode) -> String {
        let lines = customers.iter().map(|customer| record(customer, mode));
        [header(mode)].into_iter().chain(lines).collect()
    }

    fn back(text: &str, mode: Mode) -> Vec<Result<Customer, Error>> {
        read(text.as_bytes(), mode).collect()
    }

    #[test]
    fn both_modes_read_back_to_the_same_customers() {
        let mut customers: Vec<_> = HARD.map(customer).to_vec();
        customers.push(Customer {
            name: None,
            email: None,
            phone: None,
            platforms: Vec::new(),
            ..customer("unknown")
        });
        for mode in [Mode::Safe, Mode::Raw] {
            let read = back(&file(&customers, mode), mode);
            let expected: Vec<_> = customers.iter().cloned().map(Ok).collect();
            assert_eq!(read, expected, "{mode:?}");
        }
    }

    #[test]
    fn a_line_is_written_as_rfc_4180_has_it() {
        assert_eq!(
            header(Mode::Raw),
            "customer_id,name,email,phone,platforms,first_at,last_at,conversations\r\n"
        );
        assert!(header(Mode::Safe).starts_with("\u{feff}customer_id,"));
        let customer = customer("O\"Brien, Ana");
        let id = &customer.customer_id;
        assert_eq!(
            record(&customer, Mode::Raw),
            format!(
                "{id},\"O\"\"Brien, Ana\",ana@example.org,+351912345678,web_widget;line,\
                 2026-11-18T11:06:40.123Z,2026-11-18T11:07:40.000Z,2\r\n"
            )
        );
        assert!(record(&customer, Mode::Safe).contains(",'+351912345678,"));
    }

    #[test]
    fn no_cell_of_a_safe_file_begins_like_a_formula_wherever_lines_are_divided() {
        let text = file(&HARD.map(customer), Mode::Safe);
        for separator in [b',', b';', b'\t'] {
            let mut reader = ReaderBuilder::new()
                .delimiter(separator)
                .flexible(true)
                .has_headers(false)
                .from_reader(text.as_bytes());
            for cell in reader
                .records()
                .flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            {
                let begins = cell.trim_start_matches([' ', '"']);
                assert!(!begins.starts_with(['=', '+', '-', '@', '＝']), "{cell:?}");
                assert!(!cell.starts_with(['\t', '\r', '\n']) || separator != b',', "{cell:?}");
            }
        }
        let name = |name: &str| Mode::Safe.write(name).into_owned();
        assert_eq!(name("Ana;=1"), "Ana;'=1");
        assert_eq!(
            name("a=1;b-2;c@d.example"),
            "a=1;b-2;c@d.example",
            "nothing is a formula there"
        );
    }

    #[test]
    fn columns_may_move_and_a_bad_line_hides_no_other() {
        let id = CustomerId::derive(&[b"x"]);
        let text = format!(
            "\u{feff}note,conversations,last_at,first_at,platforms,phone,email,name,customer_id\n\
             n,1,2026-11-20T00:00:00Z,2026-11-19T00:00:00Z,api,,,Ana,{id}\n\
             n,many,2026-11-20T00:00:00Z,2026-11-19T00:00:00Z,api,,,Ana,{id}\n\
             n,1,2026-11-20T00:00:00Z,2026-11-19T00:00:00Z,fax,,,Ana,{id}\n\
             short\n\
             n,1,2026-11-20T00:00:00Z,2026-11-19T00:00:00Z,,,,Bo,{id}\n"
        );
        let read = back(&text, Mode::Safe);
        let names: Vec<_> =
            read.iter().map(|c| c.as_ref().ok().and_then(|c| c.name.as_deref())).collect();
        assert_eq!(names, [Some("Ana"), None, None, None, Some("Bo")]);
        let told = read[1].as_ref().unwrap_err();
        assert_eq!(told.detail, "line 3: conversations cannot be read");
    }

    #[test]
    fn a_file_without_the_columns_is_refused() {
        for text in ["", "name,email\r\nAna,\r\n"] {
            let read = back(text, Mode::Safe);
            assert_eq!(read.len(), 1);
            assert!(read[0].as_ref().is_err_and(|e| e.detail.contains("customer_id")), "{text}");
        }
    }
}
