//! How often each of many may ask.
//!
//! The buckets live in the memory of the workspace's object: whoever shows a key is looked up there
//! with every request, so the count is exact, over all isolates, and costs no call of its own. The
//! platform's own rate limiting counts in each of its locations by itself and tells nothing of what
//! is left.

use askwell::limit::{Bucket, Rule, Standing};
use askwell::time::UnixMillis;
use std::cell::RefCell;
use std::collections::HashMap;

/// Most buckets that are kept, at about 100 bytes each. Beyond it the full ones go, which changes
/// nothing, and if that frees none all do.
const MOST: usize = 10_000;

/// What is left to whom.
#[derive(Debug, Default)]
pub struct Limits(RefCell<HashMap<String, (Bucket, Rule)>>);

impl Limits {
    /// Takes a request from what is left to somebody.
    pub fn take(&self, who: String, rule: Rule, now: UnixMillis) -> Standing {
        let mut buckets = self.0.borrow_mut();
        if buckets.len() >= MOST && !buckets.contains_key(&who) {
            buckets.retain(|_, (bucket, rule)| !bucket.is_full(*rule, now));
            if buckets.len() >= MOST {
                buckets.clear();
            }
        }
        let (bucket, known) = buckets.entry(who).or_insert_with(|| (Bucket::full(rule, now), rule));
        *known = rule;
        bucket.take(rule, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_an_own_bucket_and_there_is_an_end_to_them() {
        let (rule, now) = (Rule { requests: 1, seconds: 60 }, UnixMillis(0));
        let limits = Limits::default();
        assert!(limits.take("a".to_owned(), rule, now).allowed);
        assert!(limits.take("b".to_owned(), rule, now).allowed);
        assert!(!limits.take("a".to_owned(), rule, now).allowed);
        for n in 0..MOST * 2 {
            limits.take(n.to_string(), rule, now);
            assert!(limits.0.borrow().len() <= MOST);
        }
    }
}
