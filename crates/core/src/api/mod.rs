//! Wire types of the HTTP API, shared by the Worker and everything that talks to it.

mod conversation;
mod customer;
mod event;
mod export;
mod field;
mod found;
mod frame;
mod message;
mod page;
mod presence;
mod problem;
mod workspace;

pub use conversation::{
    ConversationDetail, ConversationOpened, ConversationState, ConversationSummary, NewAction,
    NewConversation,
};
pub use customer::Customer;
pub use event::StoredEvent;
pub use export::ExportDay;
pub use field::FieldList;
pub use found::FoundOnWire;
pub use frame::{ClientFrame, ServerFrame};
pub use message::{Asked, MessageAccepted, MessagePage, NewMessage};
pub use page::Page;
pub use presence::{FactsAmended, NewFact, NewPresence, ReadMarks};
pub use problem::{Problem, reason};
pub use workspace::{NewWorkspace, Overview, Webhook, WorkspaceCreated, WorkspaceSettings};

/// Longest request body in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
