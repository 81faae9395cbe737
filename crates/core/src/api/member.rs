//! People of the team, and how they sign in.

use crate::access::{Role, Scopes};
use crate::id::{KeyId, MemberId, WorkspaceId};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `POST /v1/members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// As colleagues know them. 1 to 200 bytes.
    pub name: String,
    /// Unique in the workspace, however it is written.
    pub email: String,
    /// What they may do.
    pub role: Role,
}

/// `PATCH /v1/members/{member_id}`: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MemberPatch {
    /// As colleagues know them.
    pub name: Option<String>,
    /// What they may do, from the next request on.
    pub role: Option<Role>,
}

/// A person of the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// Who, wherever they did something.
    pub member_id: MemberId,
    /// As colleagues know them.
    pub name: String,
    /// Unique in the workspace.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub created_at: UnixMillis,
    /// When they last did something, to a minute.
    pub last_seen_at: Option<UnixMillis>,
}

/// What `GET /v1/members` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberList {
    /// All of them, the longest there first.
    pub items: Vec<Member>,
}

/// What adding a member, or giving one a new key, answers. The key is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberMade {
    /// The member.
    #[serde(flatten)]
    pub member: Member,
    /// What they sign in with.
    pub sign_in_key: String,
}

/// `POST /v1/session`: signs a person in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// A member's sign-in key, or a secret key of the workspace.
    pub key: String,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionShown {
    /// Where.
    pub workspace_id: WorkspaceId,
    /// The member, where it is one.
    pub member: Option<Member>,
    /// The key, where it is one.
    pub key_id: Option<KeyId>,
    /// What they may do.
    pub scopes: Scopes,
}
