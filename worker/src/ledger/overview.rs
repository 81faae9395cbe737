//! What the workspace holds, counted.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::{answers, conversations, customers, data_keys, dead, documents, events, exports};
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::api::{Overview, StorageUse};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { ops: &[Op::read::<Get>(), Op::read::<Storage>()], ..Room::EMPTY };

/// What the workspace holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get;

impl Call for Get {
    const NAME: &'static str = "overview.get";
    type Out = Overview;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Overview> {
        let conversations = conversations::counts(cx.sql)?;
        let customers = customers::counts(cx.sql)?;
        let events = events::counts(cx.sql)?;
        Ok(Overview {
            conversations: conversations.all,
            classified: conversations.classified,
            open: conversations.open,
            customers: customers.all,
            customers_with: customers
                .with
                .into_iter()
                .map(|(kind, n)| (kind.as_str().to_owned(), n))
                .collect(),
            answers: answers::counts(cx.sql)?,
            events: events.names,
            events_undelivered: events.undelivered,
            events_blocked: events.blocked,
            outbox: documents::waiting(cx.sql)? + events.unsent,
            dead_letters: dead::count(cx.sql)?,
            keys_outdated: data_keys::outdated(cx.sql)?,
            exports_failed: exports::problems(cx.sql)?,
            storage: StorageUse::of(cx.sql.size()?),
        })
    }
}

/// How much room it takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Storage;

impl Call for Storage {
    const NAME: &'static str = "overview.storage";
    type Out = StorageUse;
}

impl Read for Storage {
    fn run(self, cx: &Cx) -> Outcome<StorageUse> {
        Ok(StorageUse::of(cx.sql.size()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::{Ledger, closing};

    #[test]
    fn the_room_that_is_taken_grows_with_what_is_kept() {
        let ledger = Ledger::new();
        let before = ledger.read(Storage);
        assert!(before.bytes > 0 && before.bytes.is_multiple_of(512), "{before:?}");
        for n in 0..50 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        let after = ledger.read(Storage);
        assert!(after.bytes > before.bytes + 50 * 1_000, "{before:?} {after:?}");
        assert_eq!(ledger.read(Get).storage, after);
    }
}
