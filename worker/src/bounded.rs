//! Work on many things at once, within limits of number and of memory.

use crate::fault::Outcome;
use futures_util::stream::{FuturesUnordered, StreamExt};

/// What may be under way at the same time.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Things.
    pub items: usize,
    /// The sum of their sizes. A larger thing is worked on alone.
    pub bytes: u64,
}

/// Works on all things, begun in their order. The first failure ends it; what was under way is let
/// go of.
pub async fn for_each<'a, T>(
    things: &'a [T],
    limits: Limits,
    size: impl Fn(&T) -> Outcome<u64>,
    work: impl AsyncFn(&'a T) -> Outcome<()>,
) -> Outcome<()> {
    let mut waiting = things.iter();
    let sized = |thing: Option<&'a T>| -> Outcome<Option<(&'a T, u64)>> {
        thing.map(|thing| Ok((thing, size(thing)?))).transpose()
    };
    let mut next = sized(waiting.next())?;
    let mut under_way = FuturesUnordered::new();
    let mut bytes = 0u64;
    loop {
        while let Some((thing, its)) = next {
            let fits = under_way.len() < limits.items && bytes.saturating_add(its) <= limits.bytes;
            if !fits && !under_way.is_empty() {
                break;
            }
            bytes = bytes.saturating_add(its);
            let done = work(thing);
            under_way.push(async move { (its, done.await) });
            next = sized(waiting.next())?;
        }
        let Some((its, done)) = under_way.next().await else { return Ok(()) };
        done?;
        bytes = bytes.saturating_sub(its);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// Runs a future whose parts wake themselves.
    fn run<T>(future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
        }
    }

    /// Lets the others go on once.
    async fn pause() {
        let mut paused = false;
        poll_fn(|context| {
            if std::mem::replace(&mut paused, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// The most that was under way at once, as number and sum, and all that was done.
    fn most(sizes: &[u64], limits: Limits) -> (usize, u64, Vec<u64>) {
        let now: RefCell<Vec<u64>> = RefCell::default();
        let most = RefCell::new((0, 0));
        let all = RefCell::new(Vec::new());
        let work = async |size: &u64| {
            now.borrow_mut().push(*size);
            let (items, bytes) = *most.borrow();
            *most.borrow_mut() =
                (now.borrow().len().max(items), now.borrow().iter().sum::<u64>().max(bytes));
            pause().await;
            let mut now = now.borrow_mut();
            let place = now.iter().position(|other| other == size);
            now.remove(place.unwrap_or_default());
            all.borrow_mut().push(*size);
            Ok(())
        };
        run(for_each(sizes, limits, |size| Ok(*size), work)).unwrap();
        let mut all = all.into_inner();
        all.sort_unstable();
        let (items, bytes) = most.into_inner();
        (items, bytes, all)
    }

    #[test]
    fn number_and_sum_stay_within_their_limits() {
        let limits = Limits { items: 3, bytes: 10 };
        assert_eq!(most(&[1, 2, 3, 1, 2], limits), (3, 6, vec![1, 1, 2, 2, 3]));
        let (items, bytes, all) = most(&[6, 6, 4, 5, 5, 5], limits);
        assert_eq!((items, bytes, all), (2, 10, vec![4, 5, 5, 5, 6, 6]));
    }

    #[test]
    fn what_is_too_large_goes_alone() {
        let limits = Limits { items: 3, bytes: 10 };
        assert_eq!(most(&[1, 25, 1], limits), (1, 25, vec![1, 1, 25]));
    }

    #[test]
    fn a_failure_ends_it() {
        let begun = RefCell::new(0);
        let work = async |_: &u64| {
            *begun.borrow_mut() += 1;
            Err(askwell::Error::new(askwell::Code::Internal, "no").into())
        };
        let limits = Limits { items: 1, bytes: 10 };
        assert!(run(for_each(&[1, 1, 1], limits, |_| Ok(1), work)).is_err());
        assert_eq!(begun.into_inner(), 1);
    }
}
