//! A request as a handler gets it: its sender is known and may send it.

use crate::fault::{Fault, Outcome};
use crate::{http, rpc};
use askwell::access::{Caller, Principal};
use askwell::api::route::Parameters;
use askwell::{Code, Error, input};
use serde::de::DeserializeOwned;
use worker::{Env, Request, Stub};

/// One request.
#[derive(Debug)]
pub struct Call {
    /// As it came.
    pub request: Request,
    /// The Worker's bindings.
    pub env: Env,
    /// Who sent it.
    pub caller: Caller,
    parameters: Parameters,
    query: String,
    /// The body, where it was read before the handler could.
    body: Option<Vec<u8>>,
}

impl Call {
    /// A request by somebody who may send it.
    ///
    /// # Errors
    /// When the runtime gave an address that is none.
    pub fn new(
        request: Request,
        env: Env,
        caller: Caller,
        parameters: Parameters,
    ) -> Outcome<Self> {
        let query = request.url()?.query().unwrap_or_default().to_owned();
        Ok(Self { request, env, caller, parameters, query, body: None })
    }

    /// Somebody in a workspace.
    ///
    /// # Errors
    /// [`Code::Forbidden`] where the route lets in others as well and it is one of them.
    pub fn principal(&self) -> Outcome<&Principal> {
        match &self.caller {
            Caller::In(principal) => Ok(principal),
            Caller::Anyone | Caller::Operator => {
                Err(Fault::refused(Code::Forbidden, "this needs a key of the workspace"))
            }
        }
    }

    /// The ledger of the sender's workspace.
    ///
    /// # Errors
    /// As [`Self::principal`].
    pub fn ledger(&self) -> Outcome<Stub> {
        rpc::ledger(&self.env, &self.principal()?.workspace)
    }

    /// What stands in the path for a name.
    ///
    /// # Errors
    /// What reading it gives: for ids, [`Code::NotFound`].
    pub fn parameter<T: core::str::FromStr<Err = Error>>(&self, name: &str) -> Outcome<T> {
        Ok(self.parameters.read(name)?)
    }

    /// What stands in the path for a name, as it stands.
    pub fn text(&self, name: &str) -> String {
        self.parameters.get(name).to_owned()
    }

    /// The query as it stands.
    pub fn query_text(&self) -> &str {
        &self.query
    }

    /// The query.
    ///
    /// # Errors
    /// [`Code::UnknownField`] and [`Code::InvalidField`], naming the parameter.
    pub fn query<T: DeserializeOwned>(&self) -> Outcome<T> {
        Ok(http::query(&self.query)?)
    }

    /// Refuses a query where there is nothing to ask.
    ///
    /// # Errors
    /// [`Code::UnknownField`].
    pub fn no_query(&self) -> Outcome<()> {
        self.query::<Nothing>().map(|Nothing {}| ())
    }

    /// Refuses a body where there is nothing to say, but for an object without fields.
    ///
    /// # Errors
    /// As [`askwell::input::object`], and [`Code::BodyTooLarge`].
    pub async fn no_body(&mut self) -> Outcome<()> {
        let body = self.read_body().await?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let Nothing {} = input::object(body)?;
        Ok(())
    }

    /// Reads the body and leaves it to the handler.
    ///
    /// # Errors
    /// [`Code::BodyTooLarge`].
    pub async fn read_body(&mut self) -> Outcome<&[u8]> {
        let body = self.body().await?;
        Ok(self.body.insert(body))
    }

    /// The body, as it came.
    ///
    /// # Errors
    /// [`Code::BodyTooLarge`].
    pub async fn body(&mut self) -> Outcome<Vec<u8>> {
        match self.body.take() {
            Some(body) => Ok(body),
            None => http::body(&mut self.request).await,
        }
    }

    /// The JSON body, an object.
    ///
    /// # Errors
    /// As [`askwell::input::object`], and [`Code::BodyTooLarge`].
    pub async fn json<T: DeserializeOwned>(&mut self) -> Outcome<T> {
        Ok(input::object(&self.body().await?)?)
    }

    /// The JSON body where it may be anything.
    ///
    /// # Errors
    /// As [`askwell::input::value`], and [`Code::BodyTooLarge`].
    pub async fn json_value(&mut self) -> Outcome<serde_json::Value> {
        Ok(input::value(&self.body().await?)?)
    }

    /// A header; none when it is not there.
    ///
    /// # Errors
    /// When the runtime fails.
    pub fn header(&self, name: &str) -> Outcome<Option<String>> {
        Ok(self.request.headers().get(name)?)
    }
}

/// Nothing that anything could be said in.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}
