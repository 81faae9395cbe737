//! Reading recorded conversations.

use anyhow::{Context, Result, bail};
use askwell::conversation::{Platform, Turn};
use askwell::detect::Region;
use serde::Deserialize;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// One line of the file. Fields that are not named here are ignored.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// Where it stands in the file, from 1.
    #[serde(skip)]
    pub line: usize,
    /// Unique in the file.
    pub id: String,
    /// Everything said and marked, in order.
    pub conversation: Vec<Turn>,
    /// Who came, so that somebody who came twice can be told; by default the id.
    #[serde(default)]
    pub visitor: Option<String>,
    /// From where; by default `api`.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// The language of the page, a BCP 47 tag.
    #[serde(default)]
    pub locale: Option<String>,
    /// Where phone numbers without a country code belong; by default the locale's region.
    #[serde(default)]
    pub region: Option<Region>,
}

/// The first `limit` records of a file; empty lines are skipped.
pub fn read(file: &Path, limit: Option<usize>) -> Result<Vec<Record>> {
    let open = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    parse(BufReader::new(open), limit).with_context(|| file.display().to_string())
}

fn parse(lines: impl BufRead, limit: Option<usize>) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut ids = HashSet::new();
    for (index, line) in lines.lines().enumerate() {
        if limit.is_some_and(|limit| records.len() >= limit) {
            break;
        }
        let line = line.with_context(|| format!("line {}", index + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let mut record: Record =
            serde_json::from_str(&line).with_context(|| format!("line {}", index + 1))?;
        if !ids.insert(record.id.clone()) {
            bail!("line {}: the id {:?} stood on an earlier line", index + 1, record.id);
        }
        record.line = index + 1;
        records.push(record);
    }
    if records.is_empty() {
        bail!("there is no conversation in it");
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_up_to_the_limit_and_others_not_looked_at() {
        let text = "{\"id\":\"a\",\"conversation\":[],\"source\":\"x\"}\n\n{\"id\":\"b\",\"conversation\":[]}\nnot json\n";
        assert_eq!(parse(text.as_bytes(), Some(2)).unwrap().len(), 2);
        let error = parse(text.as_bytes(), None).unwrap_err();
        assert_eq!(error.to_string(), "line 4");
    }

    #[test]
    fn the_same_id_twice_and_an_empty_file_are_refused() {
        let twice = "{\"id\":\"a\",\"conversation\":[]}\n{\"id\":\"a\",\"conversation\":[]}\n";
        assert!(parse(twice.as_bytes(), None).unwrap_err().to_string().contains("line 2"));
        assert!(parse("\n".as_bytes(), None).is_err());
    }
}
