//! A reply that is being written, as those see it who listen.

use crate::config;
use askwell::api::ServerFrame;
use askwell::knowledge::Found;
use askwell::reply::grounded::{self, Draft};
use askwell::time::UnixMillis;
use std::cell::Cell;
use worker::Env;

/// How often a draft is shown anew at most: reading is slower.
const EVERY_MS: i64 = 100;

/// Shows the drafts of one message.
pub struct Drafts<'a> {
    env: &'a Env,
    id: String,
    send: Box<dyn Fn(&ServerFrame) + 'a>,
    /// When it was shown last.
    at: Cell<Option<UnixMillis>>,
    over: Cell<bool>,
}

impl<'a> Drafts<'a> {
    /// Of the message that will have this id; `send` tells those who listen.
    pub fn new(env: &'a Env, id: String, send: impl Fn(&ServerFrame) + 'a) -> Self {
        Self { env, id, send: Box::new(send), at: Cell::new(None), over: Cell::new(false) }
    }

    /// So much of a model's reply has come. What cannot be shown to be the articles' is taken back, and
    /// nothing is shown any more.
    pub fn heard(&self, so_far: &str, found: &[Found], question: &str) {
        let now = config::now(self.env);
        let soon = self.at.get().is_some_and(|at| now.0 - at.0 < EVERY_MS);
        if self.over.get() || soon {
            return;
        }
        match grounded::draft(so_far, found, question) {
            Draft::Wait => {}
            Draft::Show(text) => {
                self.at.set(Some(now));
                self.tell(Some(text));
            }
            Draft::Never => {
                self.over.set(true);
                self.take_back();
            }
        }
    }

    /// Nothing will come of what was shown.
    pub fn take_back(&self) {
        if self.at.take().is_some() {
            self.tell(None);
        }
    }

    fn tell(&self, text: Option<String>) {
        (self.send)(&ServerFrame::Draft { id: self.id.clone(), text });
    }
}
