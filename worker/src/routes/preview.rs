//! Trying the engine on one line of the command-line protocol: `askwell::line` over HTTP.

use super::team;
use crate::fault::{Fault, Outcome};
use crate::http;
use askwell::Code;
use askwell::detect::{Kind, Region};
use askwell::line;
use askwell::text::Lang;
use worker::{Env, Request, Response};

/// `POST /v1/preview/{detect|prompt|classify|sentiment}`: nothing is stored.
pub async fn run(kind: &str, request: &mut Request, env: &Env) -> Outcome<Response> {
    team(request, env).await?;
    let query = http::query(request)?;
    let body = http::body(request).await?;
    match kind {
        "detect" => {
            let options = line::detect::Options {
                region: query.get("region").map(|code| region(code)).transpose()?,
                lang: query.get("lang").and_then(|tag| Lang::from_tag(tag)),
                all: query.get("all").is_some_and(|all| all == "true"),
            };
            http::reply(200, &line::detect::run(&http::parse(&body)?, options))
        }
        "prompt" => {
            let fields = match query.get("fields") {
                Some(list) => fields(list)?,
                None => Kind::ALL.to_vec(),
            };
            http::reply(200, &line::prompt::run(&http::parse(&body)?, &fields))
        }
        "classify" => http::reply(200, &line::classify::run(&http::parse(&body)?)),
        "sentiment" => http::reply(200, &line::classify::run_sentiment(&http::parse(&body)?)),
        _ => Err(Fault::refused(
            Code::NotFound,
            "there are previews of detect, prompt, classify and sentiment",
        )),
    }
}

fn region(code: &str) -> Outcome<Region> {
    Region::new(code).ok_or_else(|| {
        Fault::refused(
            Code::InvalidField,
            "the parameter `region` must be two letters (ISO 3166-1)",
        )
    })
}

fn fields(list: &str) -> Outcome<Vec<Kind>> {
    list.split(',')
        .map(|name| {
            Kind::ALL.into_iter().find(|kind| kind.as_str() == name.trim()).ok_or_else(|| {
                Fault::refused(
                    Code::InvalidField,
                    "the parameter `fields` must be a list of name, email and phone",
                )
            })
        })
        .collect()
}
