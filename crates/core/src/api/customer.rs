//! Customers.

use crate::conversation::Platform;
use crate::customer::csv::Mode;
use crate::id::CustomerId;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// One customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// `POST /v1/customers/search`: which customers. An empty object means all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CustomerSearch {
    /// Exactly this e-mail, however it is written.
    pub email: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
}

/// The query of `GET /v1/customers.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CsvQuery {
    /// `safe` by default: for spreadsheets.
    pub format: Option<Mode>,
}
