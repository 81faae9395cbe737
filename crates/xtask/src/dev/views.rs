//! Views that a team has saved of its lists. They are kept by the dashboard's own forms, so they are sent as a
//! browser sends a form: by somebody who is signed in, from a page of the same origin.

use super::state::State;
use crate::replay::Client;
use anyhow::{Context, Result, bail};
use askwell::closing::FieldVersion;
use serde::Deserialize;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Response;

const REQUEST_LIMIT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Fields {
    fields: Vec<FieldVersion>,
}

/// Saves them; one that is there already is only saved again.
pub fn save(team: &Client, state: &State) -> Result<()> {
    let fields: Fields = team.get("/v1/fields").map_err(|failure| failure.explain(team.url()))?;
    let delivery = fields.fields.iter().find(|field| field.field.name == "Delivery problems");
    let delivery = delivery.context("the sample's workspace asks for delivery problems")?;
    let desk = Desk::sign_in(team.url(), &state.keys.secret_key)?;
    desk.send(
        "/app/customers/views",
        &[("name", "Loyal, without a phone"), ("tag", "loyal"), ("missing", "phone")],
    )?;
    let answer = format!("f.{}", delivery.id);
    let damaged = [("name", "Damaged on arrival"), (answer.as_str(), "Damaged on arrival")];
    desk.send("/app/conversations/views", &damaged)?;
    desk.send(
        "/app/conversations/views",
        &[("name", "Unhappy on LINE"), ("platform", "line"), ("sentiment", "negative")],
    )
}

/// Somebody who is signed in.
struct Desk {
    agent: Agent,
    url: String,
    cookie: String,
}

impl Desk {
    fn sign_in(url: &str, key: &str) -> Result<Self> {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(REQUEST_LIMIT))
            .build()
            .new_agent();
        let desk = Self { agent, url: url.to_owned(), cookie: String::new() };
        let answer = desk.post("/app/sign-in", &[("key", key)])?;
        let set = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = set.and_then(|set| set.split(';').next());
        let cookie = cookie.with_context(|| format!("{url} does not sign in by the demo's key"))?;
        Ok(Self { cookie: cookie.to_owned(), ..desk })
    }

    /// Sends a form that is answered with the page that follows.
    fn send(&self, path: &str, form: &[(&str, &str)]) -> Result<()> {
        let status = self.post(path, form)?.status().as_u16();
        if status != 303 {
            bail!("{}{path} answered {status} to a form", self.url);
        }
        Ok(())
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Response<ureq::Body>> {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &self.cookie);
        Ok(request.send_form(form.iter().copied())?)
    }
}
