//! Customers.

use crate::conversation::Platform;
use crate::id::CustomerId;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// One customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Who, by a pseudonym.
    pub customer_id: CustomerId,
    /// As written.
    pub name: Option<String>,
    /// Unique in the workspace.
    pub email: Option<String>,
    /// E.164 or digits.
    pub phone: Option<String>,
    /// Where they wrote from.
    pub platforms: Vec<Platform>,
    /// First interaction.
    pub first_at: UnixMillis,
    /// Last interaction.
    pub last_at: UnixMillis,
    /// How many conversations.
    pub conversations: u32,
}
