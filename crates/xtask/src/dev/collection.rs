//! What a team makes of its questions, done to the sample: one that was published late and was put to what had
//! ended before, one that is being written, one that is being changed, and one that is off.

use crate::replay::{self, Answer, Client, Failure};
use anyhow::{Context, Result, bail};
use askwell::api::{
    Backfill, BackfillList, BackfillState, FieldDetail, FieldDetails, FieldSwitch, NewBackfill,
};
use askwell::classify::{Field, Value, templates};
use std::time::{Duration, Instant};

/// Published once the conversations had ended.
const LATE: &str = "Payment issues";
/// Being written.
const UNFINISHED: &str = "Refund threat tracking";
/// Being changed.
const CHANGED: &str = "Delivery problems";
/// Off: each conversation has its language anyway.
const OFF: &str = "Language";

/// What the changed question gets for another value, and the sentence that it comes in before.
const NEW_VALUE: (&str, &str, &str) = (
    "Wrong address",
    "'Wrong address' if it went to an address that the customer did not give. ",
    "If no delivery problem is reported",
);

/// Does it. What an earlier run has done is not done again.
pub fn work(team: &Client) -> Result<()> {
    let explain = |failure: Failure| failure.explain(team.url());
    let late = begun(team, LATE).map_err(explain)?;
    if late.live.is_none() {
        let path = format!("/v1/fields/{}/publish", late.id);
        team.post_to::<FieldDetail>(&path, &serde_json::json!({})).map_err(explain)?;
    }
    begun(team, UNFINISHED).map_err(explain)?;
    change(team).map_err(explain)?;
    backfill(team, &late.id)?;
    if let Some(off) = named(team, OFF).map_err(explain)?.filter(|field| field.enabled) {
        let path = format!("/v1/fields/{}", off.id);
        team.patch_to::<FieldDetail>(&path, &FieldSwitch { enabled: false }).map_err(explain)?;
    }
    Ok(())
}

fn named(team: &Client, name: &str) -> Answer<Option<FieldDetail>> {
    let all: FieldDetails = team.get("/v1/fields/details")?;
    let is = |field: &FieldDetail| {
        let live = field.live.as_ref().map(|live| &live.field);
        live.or(field.draft.as_ref().map(|draft| &draft.field)).is_some_and(|it| it.name == name)
    };
    Ok(all.fields.into_iter().find(is))
}

/// The question of a template, begun with a draft where it is not there yet.
fn begun(team: &Client, name: &str) -> Answer<FieldDetail> {
    if let Some(there) = named(team, name)? {
        return Ok(there);
    }
    let template = templates().into_iter().find(|template| template.field.name == name);
    let template =
        template.ok_or_else(|| Failure::Unanswered(format!("there is no template {name:?}")))?;
    team.post_to("/v1/fields", &Field::from(template.field))
}

/// Leaves a draft on a question that is put.
fn change(team: &Client) -> Answer<()> {
    let Some(FieldDetail { id, live: Some(live), draft: None, .. }) = named(team, CHANGED)? else {
        return Ok(());
    };
    let (value, sentence, before) = NEW_VALUE;
    let mut field = live.field;
    field.possible_values.push(Value::Name(value.to_owned()));
    field.prompt = field.prompt.replace(before, &format!("{sentence}{before}"));
    team.put_to::<FieldDetail>(&format!("/v1/fields/{id}/draft"), &field).map(drop)
}

/// Puts a question to all that ended before, and waits until that is done.
fn backfill(team: &Client, field_id: &str) -> Result<()> {
    let explain = |failure: Failure| failure.explain(team.url());
    let there: BackfillList = team.get("/v1/backfills").map_err(explain)?;
    let same = |one: &Backfill| one.wanted.field_ids.iter().any(|id| id == field_id);
    let mut backfill = match there.backfills.into_iter().find(same) {
        Some(backfill) => backfill,
        None => {
            let field_ids = vec![field_id.to_owned()];
            let wanted = NewBackfill { field_ids, first: None, last: None, model: false };
            team.post_to("/v1/backfills", &wanted).map_err(explain)?
        }
    };
    let deadline = Instant::now() + Duration::from_secs(replay::DEFAULT_PATIENCE_S);
    while backfill.state == BackfillState::Running {
        if Instant::now() > deadline {
            bail!("the backfill {} was not finished in time", backfill.id);
        }
        std::thread::sleep(Duration::from_millis(500));
        let path = format!("/v1/backfills/{}", backfill.id);
        backfill = team.get(&path).map_err(explain).context("the backfill cannot be read")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::classify::{starter_fields, validate};

    #[test]
    fn the_questions_are_there_and_the_changed_one_is_a_good_one() {
        let starters = starter_fields();
        let starts = |name: &str| starters.iter().find(|field| field.name == name).cloned();
        assert!(starts(OFF).is_some());
        for name in [LATE, UNFINISHED] {
            let is_template = templates().iter().any(|template| template.field.name == name);
            assert!(is_template && starts(name).is_none(), "{name}");
        }
        let mut changed = starts(CHANGED).unwrap();
        assert!(changed.prompt.contains(NEW_VALUE.2), "the sentence has its place");
        changed.possible_values.push(Value::Name(NEW_VALUE.0.to_owned()));
        validate(&changed).unwrap();
    }
}
