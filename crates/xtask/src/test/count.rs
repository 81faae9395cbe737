//! Reading how many tests passed from what each runner prints.

use std::fmt;
use std::ops::Add;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub struct Count {
    /// Tests that held.
    pub passed: u64,
    /// Tests that did not, and runs that ended before their tests could.
    pub failed: u64,
}

impl Count {
    /// A run that reports no failure and yet ends without success has failed somewhere.
    pub fn checked(self, success: bool) -> Self {
        if success || self.failed > 0 { self } else { Self { failed: 1, ..self } }
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// `test result: ok. 5 passed; 0 failed; 0 ignored; …`, one line for each binary.
pub fn cargo_test(text: &str) -> Count {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("test result:"))
        .map(|rest| Count { passed: before(rest, "passed"), failed: before(rest, "failed") })
        .fold(Count::default(), Add::add)
}

/// `Summary [ 0.1s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 3 skipped`.
pub fn nextest(text: &str) -> Count {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("Summary ["))
        .map(|rest| Count {
            passed: before(rest, "passed"),
            failed: ["failed", "timed out", "exec failed"].iter().map(|w| before(rest, w)).sum(),
        })
        .fold(Count::default(), Add::add)
}

/// The number right before a word, 0 when it is not said: `…, 2 failed` gives 2.
fn before(text: &str, word: &str) -> u64 {
    text.split([',', ';', '.', ':', '(', ')'])
        .filter_map(|part| part.trim().strip_suffix(word))
        .find_map(|number| number.trim().parse().ok())
        .unwrap_or(0)
}

/// Without the terminal's escape sequences for colour (`ESC [ … m`).
pub fn without_colour(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once("\u{1b}[") {
        out.push_str(plain);
        rest = escaped.split_once('m').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binary_of_cargo_test_counts() {
        let text = "running 2 tests\ntest a ... ok\n\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(cargo_test(text), Count { passed: 15, failed: 2 });
    }

    #[test]
    fn the_summary_of_nextest_counts() {
        let text = "     Summary [   0.112s] 10 tests run: 7 passed (1 slow), 2 failed, 1 timed out, 4 skipped\n";
        assert_eq!(nextest(text), Count { passed: 7, failed: 3 });
        let coloured = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(nextest(&without_colour(coloured)), Count { passed: 2, failed: 0 });
    }

    #[test]
    fn what_the_runner_of_node_tests_writes_counts() {
        let counts: Count = serde_json::from_str(r#"{"passed":5,"failed":3}"#).unwrap();
        assert_eq!(counts, Count { passed: 5, failed: 3 });
    }

    #[test]
    fn a_run_that_ends_badly_never_counts_as_passed() {
        assert_eq!(cargo_test("error: could not compile").checked(false).failed, 1);
        assert_eq!(Count { passed: 3, failed: 0 }.checked(true).failed, 0);
    }

    #[test]
    fn the_line_that_ends_a_run() {
        assert_eq!(Count { passed: 12, failed: 0 }.to_string(), "12 passed, 0 failed");
    }
}
