//! How often somebody may ask: a bucket of tokens that fills steadily and holds a burst.

use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// So many requests in such a window, at once or spread over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Requests; 1 or more.
    pub requests: u32,
    /// Seconds; 1 or more.
    pub seconds: u32,
}

/// What is left to somebody. A new one is full.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    tokens: f64,
    at: UnixMillis,
}

/// How a request stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The rule.
    pub rule: Rule,
    /// Whether it was within it.
    pub allowed: bool,
    /// Requests that may follow at once.
    pub left: u32,
    /// Whole seconds, rounded up, until one more may follow; 0 when one may now.
    pub wait_s: u32,
}

impl Bucket {
    /// A full one.
    pub fn full(rule: Rule, now: UnixMillis) -> Self {
        Self { tokens: f64::from(rule.requests.max(1)), at: now }
    }

    /// Takes one token if there is one. A clock that goes back fills nothing.
    pub fn take(&mut self, rule: Rule, now: UnixMillis) -> Standing {
        let per_ms = rule.rate();
        let passed = now.0.saturating_sub(self.at.0).max(0);
        self.at = self.at.max(now);
        let most = f64::from(rule.requests.max(1));
        // Exact: no window is so long that milliseconds would leave a double's 53 bits.
        self.tokens = (self.tokens + passed as f64 * per_ms).min(most);
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        let missing = (1.0 - self.tokens).max(0.0);
        Standing {
            rule,
            allowed,
            left: self.tokens as u32,
            wait_s: (missing / per_ms / 1000.0).ceil() as u32,
        }
    }

    /// Whether it has filled up again, so that forgetting it changes nothing.
    pub fn is_full(&self, rule: Rule, now: UnixMillis) -> bool {
        let passed = now.0.saturating_sub(self.at.0).max(0) as f64;
        self.tokens + passed * rule.rate() >= f64::from(rule.requests)
    }
}

impl Rule {
    /// Tokens per millisecond.
    fn rate(self) -> f64 {
        f64::from(self.requests.max(1)) / (f64::from(self.seconds.max(1)) * 1000.0)
    }
}

impl Standing {
    /// `RateLimit-Policy`, `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10) and, for a refusal,
    /// `Retry-After` (RFC 9110 §10.2.3).
    pub fn headers(&self, name: &str) -> Vec<(&'static str, String)> {
        let Rule { requests, seconds } = self.rule;
        let mut headers = vec![
            ("ratelimit-policy", format!("\"{name}\";q={requests};w={seconds}")),
            ("ratelimit", format!("\"{name}\";r={};t={}", self.left, self.wait_s)),
        ];
        if !self.allowed {
            headers.push(("retry-after", self.wait_s.max(1).to_string()));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { requests: 3, seconds: 60 };

    fn at(seconds: i64) -> UnixMillis {
        UnixMillis::from_secs(1_000 + seconds)
    }

    #[test]
    fn a_burst_passes_and_then_one_in_every_share_of_the_window() {
        let mut bucket = Bucket::full(RULE, at(0));
        let left: Vec<u32> = (0..3).map(|_| bucket.take(RULE, at(0)).left).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = bucket.take(RULE, at(0));
        assert!(!refused.allowed);
        assert_eq!(refused.wait_s, 20);
        assert_eq!(refused.headers("key").last(), Some(&("retry-after", "20".to_owned())));
        assert!(!bucket.take(RULE, at(19)).allowed);
        assert!(bucket.take(RULE, at(20)).allowed);
        assert!(!bucket.take(RULE, at(21)).allowed);
    }

    #[test]
    fn a_bucket_holds_no_more_than_the_burst_and_a_clock_that_goes_back_gives_nothing() {
        let mut bucket = Bucket::full(RULE, at(0));
        assert!(bucket.is_full(RULE, at(0)));
        for _ in 0..3 {
            assert!(bucket.take(RULE, at(100_000)).allowed);
        }
        assert!(!bucket.take(RULE, at(0)).allowed);
        assert!(!bucket.is_full(RULE, at(100_059)));
        assert!(bucket.is_full(RULE, at(100_060)));
        let headers = bucket.take(RULE, at(100_060)).headers("visitor");
        assert_eq!(headers[0].1, "\"visitor\";q=3;w=60");
        assert_eq!(headers[1].1, "\"visitor\";r=2;t=0");
        assert_eq!(headers.len(), 2);
    }
}
