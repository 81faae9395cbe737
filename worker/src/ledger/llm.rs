//! The workspace's language model. Its key is stored here and leaves the ledger only towards whoever asks
//! the model.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::llm::Endpoint;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{LlmSettings, LlmShown};
use askwell::time::Day;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "llm/1",
        statements: &[
            "CREATE TABLE llm (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL)",
        ],
    }],
    ops: &[Op::read::<Get>(), Op::write::<Put>(), Op::write::<Drop>(), Op::read::<SpentSince>()],
    ..Room::EMPTY
};

/// The model with its key; none where none was chosen. For whoever asks it, never for an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get;

impl Call for Get {
    const NAME: &'static str = "llm.get";
    type Out = Option<Endpoint>;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Option<Endpoint>> {
        find(cx.sql)
    }
}

/// Chooses a model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// They have been checked.
    pub settings: LlmSettings,
}

impl Call for Put {
    const NAME: &'static str = "llm.put";
    type Out = LlmShown;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<LlmShown> {
        let endpoint = Endpoint::of(self.settings, find(cx.sql)?.as_ref());
        cx.sql.run(
            "INSERT INTO llm (one, body) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET body = excluded.body",
            bind![to_json("llm", &endpoint)?],
        )?;
        Ok(endpoint.shown())
    }
}

/// Lets go of the model and of its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Drop;

impl Call for Drop {
    const NAME: &'static str = "llm.drop";
    type Out = ();
}

impl Write for Drop {
    fn run(self, cx: &Cx) -> Outcome<()> {
        cx.sql.run("DELETE FROM llm", bind![])
    }
}

/// What answering the owner's questions has cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpentSince {
    /// From which day on; all of it where there is none.
    pub first: Option<Day>,
}

/// See [`SpentSince`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spent {
    /// Answers that the model was asked for.
    pub asked: u64,
    /// Those of them that it did not give.
    pub failed: u64,
    /// In millionths of the currency unit of its prices.
    pub cost_micros: u64,
}

impl Call for SpentSince {
    const NAME: &'static str = "llm.spent";
    type Out = Spent;
}

impl Read for SpentSince {
    fn run(self, cx: &Cx) -> Outcome<Spent> {
        let first = self.first.map_or(String::new(), |day| day.to_string());
        let spent = cx.sql.first(
            "SELECT coalesce(sum(asked), 0) AS asked, coalesce(sum(failed), 0) AS failed, coalesce(sum(cost_micros), 0) AS cost_micros FROM llm_costs WHERE day >= ?",
            bind![first],
        )?;
        Ok(spent.unwrap_or_default())
    }
}

/// The model; none where none was chosen.
pub fn find(sql: &Sql) -> Outcome<Option<Endpoint>> {
    #[derive(Deserialize)]
    struct Row {
        body: String,
    }
    sql.first::<Row>("SELECT body FROM llm", bind![])?
        .map(|row| from_json("llm", &row.body))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::Ledger;
    use askwell::api::{LlmProvider, LlmUse, SchemaFormat};
    use askwell::classify::review::Prices;

    #[test]
    fn a_model_is_chosen_changed_and_let_go_of() {
        let ledger = Ledger::new();
        assert_eq!(ledger.read(Get), None);
        let settings = LlmSettings {
            provider: LlmProvider::OpenaiCompatible,
            base_url: Some("https://api.example/v1".to_owned()),
            model: "one".to_owned(),
            key: Some("a-key".to_owned()),
            schema_format: SchemaFormat::JsonObject,
            prices: Prices::default(),
            classify: LlmUse::Doubtful,
            embedded_meanwhile: true,
            timeout_s: 60,
        };
        ledger.write(Put { settings: settings.clone() }).unwrap();
        let shown = ledger
            .write(Put { settings: LlmSettings { model: "two".to_owned(), key: None, ..settings } })
            .unwrap();
        assert!(shown.has_key);
        let endpoint = ledger.read(Get).unwrap();
        assert_eq!(endpoint.schema_format, SchemaFormat::JsonObject);
        assert_eq!((endpoint.model.as_str(), endpoint.key.as_deref()), ("two", Some("a-key")));
        ledger.write(Drop).unwrap();
        assert_eq!(ledger.read(Get), None);
    }
}
