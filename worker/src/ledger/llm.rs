//! The workspace's language model. Its key is stored here and leaves the ledger only towards whoever asks
//! the model.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::seen;
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
    migrations: &[
        Migration {
            id: "llm/1",
            statements: &[
                "CREATE TABLE llm (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL)",
            ],
        },
        Migration {
            id: "llm/2",
            statements: &[
                "CREATE TABLE llm_spent (purpose TEXT NOT NULL, day TEXT NOT NULL, asked INTEGER NOT NULL, failed INTEGER NOT NULL, cost_micros INTEGER NOT NULL, PRIMARY KEY (purpose, day)) WITHOUT ROWID",
            ],
        },
    ],
    ops: &[
        Op::read::<Get>(),
        Op::write::<Put>(),
        Op::write::<Drop>(),
        Op::write::<Count>(),
        Op::read::<SpentSince>(),
    ],
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
    /// The mark of what the form showed ([`seen`]); anything may have stood there with none.
    #[serde(default)]
    pub seen: Option<String>,
}

impl Call for Put {
    const NAME: &'static str = "llm.put";
    type Out = LlmShown;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<LlmShown> {
        let before = find(cx.sql)?;
        seen::stands(self.seen.as_deref(), &before.as_ref().map(Endpoint::shown))?;
        let endpoint = Endpoint::of(self.settings, before.as_ref());
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

/// What the model was asked for, apart from the owner's questions, whose costs are kept for each of them
/// (`asks.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A reply to a visitor, or one suggested to somebody of the team.
    Reply,
    /// A draft of a question, or the connection, tried out.
    Trial,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Trial => "trial",
        }
    }
}

/// Adds to what a purpose has cost today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Count {
    /// Which.
    pub purpose: Purpose,
    /// By how much.
    pub spent: Spent,
}

impl Call for Count {
    const NAME: &'static str = "llm.count";
    type Out = ();
}

impl Write for Count {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let Spent { asked, failed, cost_micros } = self.spent;
        cx.sql.run(
            "INSERT INTO llm_spent (purpose, day, asked, failed, cost_micros) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (purpose, day) DO UPDATE SET asked = asked + excluded.asked, failed = failed + excluded.failed, cost_micros = cost_micros + excluded.cost_micros",
            bind![
                self.purpose.as_str(),
                cx.now.day().to_string(),
                whole(asked),
                whole(failed),
                whole(cost_micros)
            ],
        )
    }
}

/// What the model has cost, by what it was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpentSince {
    /// From which day on; all of it where there is none.
    pub first: Option<Day>,
}

/// See [`SpentSince`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Costs {
    /// The owner's questions; what is asked for is an answer to one of them.
    pub questions: Spent,
    /// See [`Purpose::Reply`].
    pub replies: Spent,
    /// See [`Purpose::Trial`].
    pub trials: Spent,
}

impl Costs {
    /// All of it, in millionths of the currency unit of the model's prices.
    pub const fn cost_micros(&self) -> u64 {
        let Self { questions, replies, trials } = self;
        questions.cost_micros.saturating_add(replies.cost_micros).saturating_add(trials.cost_micros)
    }
}

/// What was asked for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spent {
    /// What the model was asked for.
    pub asked: u64,
    /// Those of them that it did not give.
    pub failed: u64,
    /// In millionths of the currency unit of its prices.
    pub cost_micros: u64,
}

impl Call for SpentSince {
    const NAME: &'static str = "llm.spent";
    type Out = Costs;
}

impl Read for SpentSince {
    fn run(self, cx: &Cx) -> Outcome<Costs> {
        const SUMS: &str = "coalesce(sum(asked), 0) AS asked, coalesce(sum(failed), 0) AS failed, coalesce(sum(cost_micros), 0) AS cost_micros";
        let first = self.first.map_or(String::new(), |day| day.to_string());
        let questions = cx.sql.first(
            &format!("SELECT {SUMS} FROM llm_costs WHERE day >= ?"),
            bind![first.as_str()],
        )?;
        let of = |purpose: Purpose| -> Outcome<Spent> {
            let spent = cx.sql.first(
                &format!("SELECT {SUMS} FROM llm_spent WHERE purpose = ? AND day >= ?"),
                bind![purpose.as_str(), first.as_str()],
            )?;
            Ok(spent.unwrap_or_default())
        };
        Ok(Costs {
            questions: questions.unwrap_or_default(),
            replies: of(Purpose::Reply)?,
            trials: of(Purpose::Trial)?,
        })
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
        ledger.write(Put { settings: settings.clone(), seen: None }).unwrap();
        let shown = ledger
            .write(Put {
                settings: LlmSettings { model: "two".to_owned(), key: None, ..settings },
                seen: None,
            })
            .unwrap();
        assert!(shown.has_key);
        let endpoint = ledger.read(Get).unwrap();
        assert_eq!(endpoint.schema_format, SchemaFormat::JsonObject);
        assert_eq!((endpoint.model.as_str(), endpoint.key.as_deref()), ("two", Some("a-key")));
        ledger.write(Drop).unwrap();
        assert_eq!(ledger.read(Get), None);
    }

    #[test]
    fn what_it_cost_is_told_apart_and_from_a_day_on() {
        let ledger = Ledger::new();
        let count = |ledger: &Ledger, purpose, asked, failed, cost_micros| {
            let spent = Spent { asked, failed, cost_micros };
            ledger.write(Count { purpose, spent }).unwrap();
        };
        count(&ledger, Purpose::Reply, 1, 0, 30);
        count(&ledger, Purpose::Reply, 1, 1, 0);
        ledger.wait(24 * 60 * 60 * 1000);
        count(&ledger, Purpose::Reply, 1, 0, 5);
        count(&ledger, Purpose::Trial, 3, 0, 7);
        let today = Some(ledger.at(|cx| cx.now.day()));
        let since = |first| ledger.read(SpentSince { first });
        let spent = |asked, failed, cost_micros| Spent { asked, failed, cost_micros };
        let trials = spent(3, 0, 7);
        let all = Costs { questions: Spent::default(), replies: spent(3, 1, 35), trials };
        assert_eq!((since(None), since(None).cost_micros()), (all, 42));
        assert_eq!(since(today), Costs { replies: spent(1, 0, 5), ..all });
    }
}
