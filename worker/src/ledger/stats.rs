//! How each of the owner's questions does, from the counts of [`super::answers`].

use super::cx::Cx;
use super::drafts;
use super::op::{Op, Read, Room};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::api::{FieldStats, FieldStatsList, FieldStatsQuery};
use askwell::classify::review::rest_value;
use askwell::metrics::collected::Counted;
use askwell::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { ops: &[Op::read::<Get>()], ..Room::EMPTY };

/// The numbers of all questions that were not removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Over which days.
    pub query: FieldStatsQuery,
}

impl Call for Get {
    const NAME: &'static str = "stats.get";
    type Out = FieldStatsList;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<FieldStatsList> {
        #[derive(Deserialize)]
        struct Row {
            field_id: String,
            value: String,
            n: u64,
        }
        let first = self.query.first.map_or(String::new(), |day| day.to_string());
        let last = self.query.last.map_or("9999-12-31".to_owned(), |day: Day| day.to_string());
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT field_id, value, sum(n) AS n FROM answer_counts WHERE day BETWEEN ? AND ? GROUP BY 1, 2 HAVING sum(n) > 0",
            bind![first.as_str(), last.as_str()],
        )?;
        let mut counts: BTreeMap<String, Vec<(Counted, u64)>> = BTreeMap::new();
        for row in rows {
            counts.entry(row.field_id).or_default().push((Counted::parse(&row.value), row.n));
        }
        #[derive(Deserialize)]
        struct Cost {
            field_id: String,
            asked: u64,
            failed: u64,
            cost_micros: u64,
        }
        let costs: Vec<Cost> = cx.sql.rows(
            "SELECT field_id, sum(asked) AS asked, sum(failed) AS failed, sum(cost_micros) AS cost_micros FROM llm_costs WHERE day BETWEEN ? AND ? GROUP BY 1",
            bind![first, last],
        )?;
        let mut fields = Vec::new();
        for field_id in drafts::kept(cx.sql)? {
            let history = drafts::load(cx.sql, &field_id)?.history;
            let newest = history.newest().map(|newest| &newest.field).or(history.draft.as_ref());
            let Some(field) = newest else { continue };
            let mut stats = FieldStats { name: field.name.clone(), ..FieldStats::default() };
            for (answer, n) in counts.get(&field_id).into_iter().flatten() {
                stats.count(answer, rest_value(field), *n);
            }
            if let Some(cost) = costs.iter().find(|cost| cost.field_id == field_id) {
                stats.model_asked = cost.asked;
                stats.model_failed = cost.failed;
                stats.cost_micros = cost.cost_micros;
            }
            fields.push(FieldStats { field_id, ..stats });
        }
        Ok(FieldStatsList { fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fields;
    use crate::ledger::tests::{Ledger, closing};
    use askwell::classify::AnswerState;

    #[test]
    fn each_state_is_counted_by_itself() {
        let ledger = Ledger::new();
        let fields = ledger.read(fields::List).list.fields;
        let field = fields.iter().find(|field| rest_value(&field.field).is_some()).unwrap();
        let answers = [
            (AnswerState::Value, rest_value(&field.field)),
            (AnswerState::Value, Some("Price")),
            (AnswerState::Null, None),
            (AnswerState::Error, None),
        ];
        for (n, (state, answer)) in (0..).zip(answers) {
            let mut record = closing(&ledger, n, 1, n, None);
            for given in &mut record.conclusion.answers {
                given.answer.state = state;
                given.answer.answer = answer.map(str::to_owned);
            }
            ledger.write(record).unwrap();
        }
        let counted = ledger.read(Get { query: FieldStatsQuery::default() }).fields;
        assert_eq!(counted.len(), 6);
        let with_other = counted.iter().find(|one| one.field_id == field.id).unwrap();
        assert_eq!((with_other.conversations, with_other.values), (4, 2));
        assert_eq!((with_other.nulls, with_other.errors, with_other.others), (1, 1, 1));
        assert_eq!((with_other.hit_rate, with_other.other_rate), (Some(0.5), Some(0.5)));
        let never = FieldStatsQuery { last: "2020-01-01".parse().ok(), ..Default::default() };
        let none = ledger.read(Get { query: never }).fields.remove(0);
        assert_eq!((none.conversations, none.hit_rate), (0, None));
    }
}
