//! Telling people once that the Worker is away, and once that it is back.

use super::progress::say;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A single request that has to be sent again is nothing to speak of.
const UNSPOKEN: Duration = Duration::from_secs(2);

/// The present absence of the Worker, for all requests of a client together.
#[derive(Default)]
pub struct Outage(Mutex<Option<Since>>);

struct Since {
    began: Instant,
    told: bool,
}

impl Outage {
    /// A request was not answered, and will be sent again for up to `patience`.
    pub fn goes_on(&self, url: &str, why: &str, patience: Duration) {
        let mut outage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = outage.get_or_insert_with(|| Since { began: Instant::now(), told: false });
        if !since.told && since.began.elapsed() >= UNSPOKEN {
            since.told = true;
            say(&format!(
                "{url} does not answer ({why}); waiting up to {} s for it to come back",
                patience.as_secs()
            ));
        }
    }

    /// A request was answered.
    pub fn over(&self, url: &str) {
        let outage = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(since) = outage.filter(|since| since.told) {
            say(&format!("{url} is back after {:.0} s", since.began.elapsed().as_secs_f64()));
        }
    }
}
