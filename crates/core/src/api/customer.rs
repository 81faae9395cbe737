//! Customers.

use super::ConversationDetail;
use crate::conversation::Platform;
use crate::customer::Proof;
use crate::customer::csv::Mode;
use crate::detect::Kind;
use crate::id::{ConversationId, CustomerId, VisitorId};
use crate::time::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

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
    /// Which of name, e-mail and phone are verified as they stand; the others are claims.
    #[serde(default)]
    pub verified: Vec<Kind>,
}

/// `POST /v1/customers/search`: which customers. An empty object means all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CustomerSearch {
    /// Exactly this e-mail, however it is written.
    pub email: Option<String>,
    /// Words that the name, the addresses, the number, the tags or the notes hold: each is the
    /// beginning of a word, or four digits or more in a row of the number.
    pub text: Option<String>,
    /// Has written from there.
    pub platform: Option<Platform>,
    /// Bears this tag.
    pub tag: Option<String>,
    /// Was last seen at this instant or later.
    pub from: Option<UnixMillis>,
    /// Was last seen before this instant.
    pub until: Option<UnixMillis>,
    /// What is not known of them; all of it.
    pub missing: Vec<Kind>,
    /// Whether only those are wanted of whom name, e-mail or phone is not known.
    pub incomplete: bool,
    /// Answers that some conversation of theirs has; one conversation may have one, another the other.
    pub answers: Vec<AnswerFilter>,
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

/// A conversation has this answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerFilter {
    /// The question's id.
    pub field_id: String,
    /// The answer that stands, exactly; what is no value stands in brackets, as in the overview.
    pub value: String,
}

/// One customer with all that the team keeps of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerProfile {
    /// As in the list.
    #[serde(flatten)]
    pub customer: Customer,
    /// In alphabetical order.
    pub tags: Vec<String>,
    /// The latest first.
    pub notes: Vec<Note>,
    /// All that was ever said or set, the latest first; `standing` marks what is shown.
    pub values: Vec<FieldValue>,
    /// All e-mail addresses that lead to this profile.
    pub emails: Vec<String>,
    /// Browsers and users of other platforms who are this customer.
    pub visitors: Vec<VisitorId>,
    /// The site's own names for this customer, as its tokens said.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Profiles that were merged into this one, and stand under their own ids inside it.
    pub merged: Vec<CustomerId>,
}

/// A name, address or number, and where it is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldValue {
    /// Of what.
    pub kind: Kind,
    /// None where it was taken away by hand.
    pub value: Option<String>,
    /// When it was said or set.
    pub at: UnixMillis,
    /// Whether it is what the profile shows.
    pub standing: bool,
    /// Where it is from.
    pub source: Source,
}

/// Where a value is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "from", rename_all = "lowercase")]
pub enum Source {
    /// The visitor said it: a claim, which nobody has verified.
    Conversation {
        /// Where.
        conversation_id: ConversationId,
        /// The place of the message.
        seq: u32,
        /// The version of the detector that read it; 0 for a value that the visitor put right by hand.
        detector: u32,
    },
    /// It was verified in a conversation: by a token of the site, or by a mailed code.
    Verified {
        /// Where.
        conversation_id: ConversationId,
        /// How.
        proof: Proof,
    },
    /// Somebody of the team set it.
    Team {
        /// The member's or key's id.
        by: String,
    },
}

/// What somebody of the team wrote about a customer or a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Note {
    /// Which.
    pub id: String,
    /// The words.
    pub text: String,
    /// When it was written.
    pub at: UnixMillis,
    /// The member's or key's id.
    pub by: String,
}

/// A note to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// 1 to 8,000 characters.
    pub text: String,
}

/// `PATCH /v1/customers/{id}`: what is absent stays, `null` takes away. What is set by hand stands
/// over what visitors say later; what is taken away comes back when it is said again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CustomerPatch {
    /// The name.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// The e-mail address. One that another profile has is refused: merge the two.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    /// The phone number.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub phone: Option<Option<String>>,
}

fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Tags to put on and to take off; what is there already, or not there, is no error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TagChange {
    /// 1 to 60 characters each, 50 at most.
    pub add: Vec<String>,
    /// 50 at most.
    pub remove: Vec<String>,
}

/// The same for many customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkTags {
    /// Whom; 500 at most. All or none are changed.
    pub customer_ids: Vec<CustomerId>,
    /// To put on.
    #[serde(default)]
    pub add: Vec<String>,
    /// To take off.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// What hangs on a customer or a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tags {
    /// In alphabetical order.
    pub tags: Vec<String>,
}

/// `POST /v1/customers/{id}/merge`: the other one becomes part of this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MergeCustomer {
    /// The other one.
    pub customer_id: CustomerId,
}

/// `POST /v1/customers/{id}/split`: these conversations are somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SplitCustomer {
    /// Some of the profile's, not all; none that names an address of the rest.
    pub conversation_ids: Vec<ConversationId>,
}

/// A merge or a split, as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerLink {
    /// Which.
    pub link_id: u64,
    /// What was done.
    pub kind: LinkKind,
    /// The profile that stayed.
    pub customer_id: CustomerId,
    /// The one that was merged into it, or split off.
    pub other: CustomerId,
    /// When.
    pub at: UnixMillis,
    /// The member's or key's id.
    pub by: String,
    /// When it was undone, if it stands no more.
    pub undone_at: Option<UnixMillis>,
    /// By whom.
    pub undone_by: Option<String>,
}

/// What was done to two profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// Two became one.
    Merge,
    /// One became two.
    Split,
}

/// All that is kept of one person, for a request under article 15 or 20 of the GDPR.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DataPackage {
    /// The profile.
    pub profile: CustomerProfile,
    /// Every conversation whole, the oldest first.
    pub conversations: Vec<ConversationDetail>,
    /// What the team wrote about single conversations.
    pub conversation_notes: Vec<Note>,
    /// All else that is kept under the ids of the profile, its visitors and conversations, as it stands: rows by
    /// their table. Tags, feedback, who looked at it, contacts at other platforms, questions without an answer,
    /// what was concluded at each closing, and so on.
    pub records: BTreeMap<String, Vec<Record>>,
}

/// A row: a value by each column.
pub type Record = BTreeMap<String, serde_json::Value>;

/// What was removed of a person, for good. It holds nothing of them but pseudonyms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Erasure {
    /// Which.
    pub erasure_id: String,
    /// When.
    pub at: UnixMillis,
    /// The member's or key's id.
    pub by: String,
    /// The profiles.
    pub customer_ids: Vec<CustomerId>,
    /// The conversations: words, answers and list entries.
    pub conversation_ids: Vec<ConversationId>,
    /// The browsers and users of other platforms.
    pub visitor_ids: Vec<VisitorId>,
    /// Rows that were removed, by table.
    pub removed: BTreeMap<String, u64>,
}

/// What an erasure is answered with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErasureReceipt {
    /// What was removed.
    pub erasure: Erasure,
    /// Copies and conversation objects that are still to be emptied; 0 within seconds.
    pub pending: u64,
    /// The erasure as a JSON Web Signature (RFC 7515, HS256, compact), signed by this server.
    pub receipt: String,
}

/// Somebody of the team has looked at a customer, or has taken a file of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccessEntry {
    /// Counts them.
    pub seq: u64,
    /// When.
    pub at: UnixMillis,
    /// The member's or key's id.
    pub by: String,
    /// What they read: `profile`, `package`, `conversation`, or `export`.
    pub what: String,
    /// Of whom, as it is known now; none of an export, and where the visitor took back what they had said of
    /// themselves.
    pub customer_id: Option<CustomerId>,
    /// Which conversation, where they read one, or the profile of somebody of whom that was the last one.
    pub conversation_id: Option<ConversationId>,
    /// By what an export was filtered: `platform=line`, `missing=email`, and so on; of `text`, `email`, `tag` and
    /// `answers` only that they were. Empty where it had everybody.
    pub filters: Vec<String>,
    /// Customers in an export; none where it was not read to its end.
    pub rows: Option<u64>,
}
