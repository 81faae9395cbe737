//! The owners' questions as this isolate has read them.

use askwell::classify::{Field, Question};
use askwell::closing::{Asked, FieldVersion};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Questions that are kept, at some ten kilobytes each.
const MOST: usize = 256;

thread_local! {
    static READ: RefCell<HashMap<Field, Arc<Question>>> = RefCell::default();
}

/// A question, read once as long as this isolate lives and not too many others come between.
pub fn asked(version: &FieldVersion) -> Asked {
    let question = READ.with_borrow_mut(|read| {
        if let Some(known) = read.get(&version.field) {
            return Arc::clone(known);
        }
        if read.len() >= MOST {
            read.clear();
        }
        let question = Arc::new(Question::new(version.field.clone()));
        read.insert(version.field.clone(), Arc::clone(&question));
        question
    });
    Asked { id: version.id.clone(), version: version.version, question }
}
