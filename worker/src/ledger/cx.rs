//! What an operation of the ledger is given to work with.

use crate::sql::Sql;
use askwell::id::WorkspaceId;
use askwell::time::UnixMillis;

/// One call: the database, in whose ledger, and when.
pub struct Cx<'a> {
    /// In a [`super::op::Write`], inside the call's transaction.
    pub sql: &'a Sql,
    /// Whose ledger this is.
    pub workspace: &'a WorkspaceId,
    /// When the call began.
    pub now: UnixMillis,
}
