//! What a page with the widget must keep to, with the processor made four times slower. The sizes have budgets of their own.

use super::{Row, score};
use anyhow::{Context, Result};

/// The row of our own widget; the others are there to compare with.
const OWN: &str = "askwell";
/// From the tag to a button that can be clicked, milliseconds; the median of the visits.
const READY_MS: f64 = 300.0;
/// No task of the main thread takes longer, in no visit, milliseconds of the thread's own time.
const TASK_MS: f64 = 50.0;
/// Lighthouse's, of 100.
const SCORE: u8 = 100;

/// The goals that are missed, one sentence each.
///
/// # Errors
/// Where something was not measured that has a goal: what is not known is not met.
pub fn missed(rows: &[Row]) -> Result<Vec<String>> {
    let row = rows.iter().find(|row| row.name == OWN).context("the widget was not measured")?;
    let known =
        |value: Option<f64>, what| value.with_context(|| format!("{what} was not measured"));
    let ready = known(row.ready_ms, "the time to ready")?;
    let in_use = known(row.longest_in_use_ms, "the longest task in use")?;
    let pasting = known(row.longest_pasting_ms, "the longest task of a long text")?;
    let score = score::score(&row.timings());
    let goals = [
        (ready > READY_MS, format!("ready after {ready:.0} ms, goal {READY_MS}")),
        (
            row.longest_ms > TASK_MS,
            format!("a task of {:.0} ms while it loads, goal {TASK_MS}", row.longest_ms),
        ),
        (in_use > TASK_MS, format!("a task of {in_use:.0} ms in use, goal {TASK_MS}")),
        (
            pasting > TASK_MS,
            format!("a task of {pasting:.0} ms with 8 KiB pasted and sent, goal {TASK_MS}"),
        ),
        (score < SCORE, format!("score {score}, goal {SCORE}")),
    ];
    Ok(goals.into_iter().filter(|(missed, _)| *missed).map(|(_, what)| what).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            name: OWN.to_owned(),
            version: "0.1.0".to_owned(),
            bytes: 0,
            gzip: 0,
            ready_ms: Some(READY_MS),
            fcp_ms: 100.0,
            lcp_ms: 100.0,
            cls: 0.0,
            tbt_ms: 0.0,
            longest_ms: TASK_MS,
            heap_bytes: 0.0,
            requests: 3.0,
            longest_in_use_ms: Some(TASK_MS),
            heap_in_use_bytes: Some(0.0),
            longest_pasting_ms: Some(TASK_MS),
            requests_in_use: Some(9.0),
        }
    }

    #[test]
    fn a_goal_is_met_at_its_figure_and_missed_above() {
        assert_eq!(missed(&[row()]).unwrap(), Vec::<String>::new());
        let over = [
            Row { ready_ms: Some(301.0), ..row() },
            Row { longest_ms: 51.0, ..row() },
            Row { longest_in_use_ms: Some(51.0), ..row() },
            Row { longest_pasting_ms: Some(51.0), ..row() },
            Row { tbt_ms: 300.0, ..row() },
        ];
        for (row, what) in over.into_iter().zip(["ready", "loads", "in use", "pasted", "score"]) {
            let missed = missed(&[row]).unwrap();
            assert!(missed.len() == 1 && missed[0].contains(what), "{missed:?}");
        }
    }

    #[test]
    fn others_have_no_goals_and_what_was_not_measured_is_not_met() {
        let other = Row { name: "other".to_owned(), longest_ms: 900.0, ..row() };
        assert!(missed(&[other, row()]).unwrap().is_empty());
        assert!(missed(&[Row { ready_ms: None, ..row() }]).is_err());
        assert!(missed(&[Row { longest_pasting_ms: None, ..row() }]).is_err());
        assert!(missed(&[]).is_err());
    }
}
