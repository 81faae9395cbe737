//! Reading recorded conversations.

use anyhow::{Context, Result, bail};
use askwell::conversation::{Platform, Turn};
use askwell::detect::Region;
use askwell::time::{Day, UnixMillis};
use serde::Deserialize;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

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

/// How far clocks may differ: a day, for times of a zone that were taken for UTC.
const AHEAD_SECS: i64 = 24 * 60 * 60;

/// Refuses times that no conversation can have had: one wrong line would stand at the head of every list for ever.
fn check_times(record: &Record, latest: i64) -> Result<()> {
    for (index, at) in record.conversation.iter().enumerate().filter_map(|(n, t)| Some((n, t.at?)))
    {
        if !(0..=latest).contains(&at) {
            // 2000 begins at this second.
            let millis = (946_684_800..=latest).contains(&(at / 1000));
            let hint = if millis { ": is it in milliseconds?" } else { "" };
            bail!("turn {index}: `at` is Unix seconds from 1970 until now, and {at} is none{hint}");
        }
    }
    Ok(())
}

/// The first `limit` records of a file; empty lines are skipped.
pub fn read(file: &Path, limit: Option<usize>) -> Result<Vec<Record>> {
    let open = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let latest = i64::try_from(now)?.saturating_add(AHEAD_SECS);
    parse(BufReader::new(open), limit, latest).with_context(|| file.display().to_string())
}

/// Moves all of them by the same number of days, so that the newest ends on this one: what is played for
/// somebody to look at has figures for the days that are looked at first.
pub fn move_to(records: &mut [Record], last: Day) {
    let times = records.iter().flat_map(|r| r.conversation.iter().filter_map(|turn| turn.at));
    let Some(newest) = times.max() else { return };
    let seconds = last.start().secs() - UnixMillis::from_secs(newest).day().start().secs();
    for turn in records.iter_mut().flat_map(|record| &mut record.conversation) {
        turn.at = turn.at.map(|at| at + seconds);
    }
}

fn parse(lines: impl BufRead, limit: Option<usize>, latest: i64) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut ids = HashSet::new();
    for (index, line) in lines.lines().enumerate() {
        if limit.is_some_and(|limit| records.len() >= limit) {
            break;
        }
        let line = line.with_context(|| format!("line {}", index + 1))?;
        // Some editors begin a file with a byte order mark.
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        if line.trim().is_empty() {
            continue;
        }
        let mut record: Record =
            serde_json::from_str(line).with_context(|| format!("line {}", index + 1))?;
        if !ids.insert(record.id.clone()) {
            bail!("line {}: the id {:?} stood on an earlier line", index + 1, record.id);
        }
        check_times(&record, latest).with_context(|| format!("line {}", index + 1))?;
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

    const LATEST: i64 = 1_800_000_000;

    #[test]
    fn lines_are_read_up_to_the_limit_and_others_not_looked_at() {
        let text = "\u{feff}{\"id\":\"a\",\"conversation\":[],\"source\":\"x\"}\n\n{\"id\":\"b\",\"conversation\":[]}\nnot json\n";
        assert_eq!(parse(text.as_bytes(), Some(2), LATEST).unwrap().len(), 2);
        let error = parse(text.as_bytes(), None, LATEST).unwrap_err();
        assert_eq!(error.to_string(), "line 4");
    }

    #[test]
    fn times_that_cannot_have_been_are_refused_with_their_line_and_turn() {
        let line = |at: &str| {
            format!(
                "{{\"id\":\"a\",\"conversation\":[{{\"role\":\"customer\",\"text\":\"x\",\"at\":{at}}}]}}\n"
            )
        };
        for at in ["0", "1794296910"] {
            parse(line(at).as_bytes(), None, LATEST).unwrap();
        }
        for (at, hint) in [
            ("1794296910000", true),
            ("9223372036854775807", false),
            ("-1", false),
            ("1900000000", false),
        ] {
            let error = format!("{:#}", parse(line(at).as_bytes(), None, LATEST).unwrap_err());
            assert!(error.starts_with("line 1: turn 0: `at` is Unix seconds"), "{error}");
            assert_eq!(error.contains("milliseconds"), hint, "{error}");
        }
    }

    #[test]
    fn all_move_by_the_same_days_and_keep_their_hours() {
        let text = "{\"id\":\"a\",\"conversation\":[{\"role\":\"customer\",\"text\":\"x\",\"at\":1794296910}]}\n{\"id\":\"b\",\"conversation\":[{\"role\":\"customer\",\"text\":\"x\",\"at\":1794469711},{\"role\":\"bot\",\"text\":\"y\"}]}\n";
        let mut records = parse(text.as_bytes(), None, LATEST).unwrap();
        move_to(&mut records, "2027-01-31".parse().unwrap());
        let days: Vec<_> = records
            .iter()
            .flat_map(|r| {
                r.conversation.iter().map(|t| t.at.map(|at| UnixMillis::from_secs(at).rfc3339()))
            })
            .collect();
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(days, [at("2027-01-29T07:48:30.000Z"), at("2027-01-31T07:48:31.000Z"), None]);
        move_to(&mut [], "2027-01-31".parse().unwrap());
    }

    #[test]
    fn the_same_id_twice_and_an_empty_file_are_refused() {
        let twice = "{\"id\":\"a\",\"conversation\":[]}\n{\"id\":\"a\",\"conversation\":[]}\n";
        assert!(parse(twice.as_bytes(), None, LATEST).unwrap_err().to_string().contains("line 2"));
        assert!(parse("\n".as_bytes(), None, LATEST).is_err());
    }
}
