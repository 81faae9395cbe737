//! A request as a page gets it: who looks is known, and may.

use super::desk::{self, Desk};
use super::refused::{Forms, Refused};
use super::shell::{self, Shell};
use super::{html, signature};
use crate::auth::session;
use crate::fault::{Fault, Outcome};
use crate::rpc::Call;
use crate::{config, http, rpc};
use askwell::access::{Principal, Scope};
use askwell::api::route::Parameters;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use maud::Markup;
use serde::de::DeserializeOwned;
use std::cell::OnceCell;
use std::rc::Rc;
use worker::{Env, Request, Response, ResponseBuilder, Stub, Url};

const FLASH: &str = "__Host-askwell-flash";

/// One request.
#[derive(Debug)]
pub struct Visit {
    /// As it came.
    pub request: Request,
    /// The Worker's bindings.
    pub env: Env,
    /// Who looks.
    pub principal: Principal,
    /// What every page shows around itself.
    pub desk: Desk,
    parameters: Parameters,
    url: Url,
    ledger: Stub,
    flash: Option<Flash>,
    sent: Rc<OnceCell<String>>,
    refused: Option<Refused>,
}

impl Visit {
    /// A request by somebody who is signed in.
    ///
    /// # Errors
    /// When the ledger cannot be reached.
    pub async fn new(
        request: Request,
        env: Env,
        principal: Principal,
        parameters: Parameters,
    ) -> Outcome<Self> {
        let url = request.url()?;
        let ledger = rpc::ledger(&env, &principal.workspace)?;
        let shown = desk::Get { who: principal.who.clone() };
        let names = rpc::call(&ledger, &shown).await?;
        let others = session::others(&request, &principal.workspace)?;
        let desk = Desk {
            workspace: principal.workspace.clone(),
            names,
            scopes: principal.scopes,
            path: url.path().to_owned(),
            others,
        };
        // What a page fetches of itself while it stands open takes away no word that is for the next page.
        let flash = match request.headers().get("hx-request")? {
            Some(_) => None,
            None => request.headers().get("cookie")?.as_deref().and_then(Flash::find),
        };
        let sent = Rc::default();
        let refused = None;
        Ok(Self { request, env, principal, desk, parameters, url, ledger, flash, sent, refused })
    }

    /// What is to be kept of a request with a form, in case the form is refused; none of any other.
    ///
    /// # Errors
    /// When the request cannot be read.
    pub fn kept(&self) -> Outcome<Option<Kept>> {
        if matches!(self.request.method(), worker::Method::Get | worker::Method::Head) {
            return Ok(None);
        }
        Ok(Some(Kept {
            env: self.env.clone(),
            principal: self.principal.clone(),
            desk: self.desk.clone(),
            url: self.url.clone(),
            from: self.from(),
            sent: Rc::clone(&self.sent),
        }))
    }

    fn from(&self) -> Option<Url> {
        from(&self.request, &self.url)
    }

    /// The forms of the page, one of which may have been refused.
    pub fn forms(&self) -> Forms<'_> {
        Forms::of(self.refused.as_ref())
    }

    /// Whether whoever looks has a scope: what they may not do is not offered to them. That it is
    /// refused as well is seen to elsewhere.
    pub fn may(&self, scope: Scope) -> bool {
        self.principal.scopes.has(scope)
    }

    /// How whoever looks signs what they do.
    pub fn by(&self) -> String {
        signature(&self.principal.who)
    }

    /// Now.
    pub fn now(&self) -> UnixMillis {
        config::now(&self.env)
    }

    /// Asks the ledger.
    ///
    /// # Errors
    /// What the call gives.
    pub async fn call<C: Call>(&self, call: &C) -> Outcome<C::Out> {
        rpc::call(&self.ledger, call).await
    }

    /// The ledger, for what is streamed.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn ledger(&self) -> Outcome<Stub> {
        rpc::ledger(&self.env, &self.principal.workspace)
    }

    /// What stands in the path for a name.
    ///
    /// # Errors
    /// What reading it gives: for ids, [`Code::NotFound`].
    pub fn parameter<T: core::str::FromStr<Err = Error>>(&self, name: &str) -> Outcome<T> {
        Ok(self.parameters.read(name)?)
    }

    /// The address' origin.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The query as it stands.
    pub fn raw_query(&self) -> &str {
        self.url.query().unwrap_or_default()
    }

    /// The query.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn query<T: DeserializeOwned>(&self) -> Outcome<T> {
        Ok(http::query(self.raw_query())?)
    }

    /// What a form sends.
    ///
    /// # Errors
    /// [`Code::InvalidField`], and [`Code::BodyTooLarge`].
    pub async fn form<T: DeserializeOwned>(&mut self) -> Outcome<T> {
        Ok(http::query(&self.form_text().await?)?)
    }

    /// What a form sends, as it came: for forms that are read in two parts.
    ///
    /// # Errors
    /// As [`Self::form`].
    pub async fn form_text(&mut self) -> Outcome<String> {
        let text = text(&mut self.request).await?;
        // It is read once: the body of a request comes only once.
        let _ = self.sent.set(text.clone());
        Ok(text)
    }

    /// A page, with the shell around it.
    ///
    /// # Errors
    /// When the response cannot be built.
    pub fn page(&self, title: &str, body: Markup) -> Outcome<Response> {
        self.page_with(title, body, &[])
    }

    /// A page that needs scripts of its own.
    ///
    /// # Errors
    /// When the response cannot be built.
    pub fn page_with(&self, title: &str, body: Markup, scripts: &[&str]) -> Outcome<Response> {
        // What no form of the page has taken up is said above all of it.
        let above = self.refused.as_ref().and_then(Refused::left_over);
        let flash = above.as_ref().or(self.flash.as_ref());
        let shell = Shell { title, desk: &self.desk, flash, scripts };
        let status = self.refused.as_ref().map_or(200, Refused::status);
        let mut response = html(status, shell::page(&shell, body))?;
        if self.flash.is_some() {
            response.headers_mut().append("set-cookie", &cookie("", 0))?;
        }
        Ok(response)
    }

    /// Puts a word about what was done above the page that follows at once.
    pub fn say(&mut self, word: &str) {
        self.flash = Some(Flash::good(word));
    }

    /// Lets the page that follows at once show the form that was sent as it was filled in, and why it was refused.
    pub fn refuse(&mut self, error: &Error) {
        let sent = self.sent.get().map_or("", String::as_str);
        self.refused = Some(Refused::new(self.url.path(), sent, error));
    }

    /// To another page, with a word about what was done.
    ///
    /// # Errors
    /// When the response cannot be built.
    pub fn done(&self, path: &str, word: &str) -> Outcome<Response> {
        back_to(path, &Flash::good(word))
    }
}

/// What is kept of a request with a form, by which a page is shown again where the form is refused.
#[derive(Debug)]
pub struct Kept {
    env: Env,
    principal: Principal,
    /// What every page shows around itself.
    pub desk: Desk,
    url: Url,
    from: Option<Url>,
    sent: Rc<OnceCell<String>>,
}

impl Kept {
    /// The addresses where the form may have stood, likeliest first: the page that the browser names, then
    /// those above the address that the form was sent to.
    pub fn places(&self) -> Vec<Url> {
        let above = super::above(self.url.path()).map(|path| {
            let mut url = self.url.clone();
            url.set_path(path);
            url.set_query(None);
            url
        });
        self.from.iter().cloned().chain(above).collect()
    }

    /// Whether whoever sent the form has a scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.principal.scopes.has(scope)
    }

    /// Looking at a page on which a form was refused.
    ///
    /// # Errors
    /// When the ledger cannot be reached.
    pub fn visit(&self, url: Url, parameters: Parameters, error: &Error) -> Outcome<Visit> {
        let text = self.sent.get().map_or("", String::as_str);
        Ok(Visit {
            request: Request::new(url.as_str(), worker::Method::Get)?,
            env: self.env.clone(),
            principal: self.principal.clone(),
            desk: Desk { path: url.path().to_owned(), ..self.desk.clone() },
            parameters,
            url,
            ledger: rpc::ledger(&self.env, &self.principal.workspace)?,
            flash: None,
            sent: Rc::default(),
            refused: Some(Refused::new(self.url.path(), text, error)),
        })
    }

    /// What was written into the form, for a page that cannot show the form itself.
    pub fn words(&self) -> Option<String> {
        super::refused::words(self.sent.get()?)
    }
}

/// The page that the browser says a request came from, where it is one of ours.
pub fn from(request: &Request, url: &Url) -> Option<Url> {
    let from = Url::parse(&request.headers().get("referer").ok()??).ok()?;
    (from.origin() == url.origin() && super::are_at(from.path())).then_some(from)
}

/// Reads what a form sends.
///
/// # Errors
/// [`Code::InvalidField`], and [`Code::BodyTooLarge`].
pub async fn form<T: DeserializeOwned>(request: &mut Request) -> Outcome<T> {
    Ok(http::query(&text(request).await?)?)
}

/// What a form sends, as it came.
///
/// # Errors
/// [`Code::InvalidField`], and [`Code::BodyTooLarge`].
pub async fn text(request: &mut Request) -> Outcome<String> {
    String::from_utf8(http::body(request).await?)
        .map_err(|_| Fault::refused(Code::InvalidField, "a form must be sent as UTF-8"))
}

/// To another page of ours.
///
/// # Errors
/// When the response cannot be built.
pub fn to(path: &str) -> Outcome<Response> {
    Ok(ResponseBuilder::new()
        .with_status(303)
        .with_header("location", path)?
        .with_header("cache-control", "no-store")?
        .empty())
}

/// To another page of ours, which shows a word.
///
/// # Errors
/// When the response cannot be built.
pub fn back_to(path: &str, flash: &Flash) -> Outcome<Response> {
    let mut response = to(path)?;
    response.headers_mut().append("set-cookie", &cookie(&flash.write(), 60))?;
    Ok(response)
}

fn cookie(value: &str, seconds: u32) -> String {
    format!("{FLASH}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}")
}

/// A word about what was done, on the page that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// Whether it was done.
    pub good: bool,
    /// For people.
    pub text: String,
}

impl Flash {
    /// It was done.
    pub fn good(text: &str) -> Self {
        Self { good: true, text: text.to_owned() }
    }

    /// It was not.
    pub fn bad(text: &str) -> Self {
        Self { good: false, text: text.to_owned() }
    }

    fn write(&self) -> String {
        let kind = if self.good { '+' } else { '-' };
        let text: String = self.text.chars().take(500).collect();
        format!("{kind}{}", form_urlencode(&text))
    }

    fn find(cookies: &str) -> Option<Self> {
        let (_, value) = cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, value)| *name == FLASH && !value.is_empty())?;
        let (good, text) = match value.strip_prefix('+') {
            Some(text) => (true, text),
            None => (false, value.strip_prefix('-')?),
        };
        let pairs: Vec<(String, String)> = serde_html_form::from_str(&format!("t={text}")).ok()?;
        Some(Self { good, text: pairs.into_iter().next()?.1 })
    }
}

/// A text as a value of a query or a cookie.
pub fn form_urlencode(text: &str) -> String {
    let pair = serde_html_form::to_string([("", text)]).unwrap_or_default();
    pair.trim_start_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_through_a_cookie_as_it_was() {
        for flash in
            [Flash::good("Tagged 3 customers: “a; b=c”, 50 % & more\n<b>"), Flash::bad("no")]
        {
            let header = format!("a=b; {FLASH}={}; c=d", flash.write());
            assert!(!flash.write().contains([';', ' ', ',', '"', '\n', '<']));
            assert_eq!(Flash::find(&header), Some(flash));
        }
        assert_eq!(Flash::find("a=b"), None);
        assert_eq!(Flash::find(&format!("{FLASH}=")), None);
        assert_eq!(Flash::find(&format!("{FLASH}=x")), None);
    }
}
