//! Who is asking, and what they may do.
//!
//! People have a [`Role`], keys have a list of [`Scope`]s; a role is a name for such a list, so that
//! every check asks for one scope. Visitors and pages have none: the few requests that are theirs are
//! named in [`crate::api::route::Access`].

use crate::error::{Code, Error};
use crate::id::{ConversationId, KeyId, MemberId, VisitorId, WorkspaceId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "what each allows stands in the table, where the API document reads it"
)]
pub enum Scope {
    ConversationsRead,
    ConversationsWrite,
    CustomersRead,
    CustomersWrite,
    CustomersExport,
    CustomersErase,
    FieldsRead,
    FieldsWrite,
    ReportsRead,
    EventsRead,
    EventsWrite,
    ExportsRead,
    SettingsRead,
    SettingsWrite,
    KeysManage,
    MembersManage,
    KnowledgeRead,
    KnowledgeWrite,
}

struct Row(Scope, &'static str, &'static str);

/// In the order of the variants; checked below when this is compiled.
const TABLE: [Row; Scope::KnowledgeWrite as usize + 1] = [
    Row(
        Scope::ConversationsRead,
        "conversations:read",
        "List conversations and read what was said in them.",
    ),
    Row(
        Scope::ConversationsWrite,
        "conversations:write",
        "Open conversations, speak in them, close and hand them over.",
    ),
    Row(Scope::CustomersRead, "customers:read", "List and search customers."),
    Row(
        Scope::CustomersWrite,
        "customers:write",
        "Change customers: tags, notes, merging and splitting.",
    ),
    Row(
        Scope::CustomersExport,
        "customers:export",
        "Take customers out: many as CSV, or everything that is kept of one.",
    ),
    Row(Scope::CustomersErase, "customers:erase", "Remove a person for good."),
    Row(
        Scope::FieldsRead,
        "fields:read",
        "Read the questions that are answered about conversations, and try them.",
    ),
    Row(
        Scope::FieldsWrite,
        "fields:write",
        "Change the questions that are answered about conversations.",
    ),
    Row(Scope::ReportsRead, "reports:read", "Read counts and metrics."),
    Row(Scope::EventsRead, "events:read", "Read events and what became of their delivery."),
    Row(Scope::EventsWrite, "events:write", "Hand in events of other parts of the platform."),
    Row(Scope::ExportsRead, "exports:read", "Fetch sealed days."),
    Row(Scope::SettingsRead, "settings:read", "Read the workspace's settings."),
    Row(Scope::SettingsWrite, "settings:write", "Change the workspace's settings."),
    Row(Scope::KeysManage, "keys:manage", "List, make, regenerate and revoke keys."),
    Row(Scope::MembersManage, "members:manage", "Add and remove people, and change their roles."),
    Row(
        Scope::KnowledgeRead,
        "knowledge:read",
        "Read and search articles, drafts too, and the questions that have none.",
    ),
    Row(Scope::KnowledgeWrite, "knowledge:write", "Write, import, publish and remove articles."),
];

const _: () = {
    let mut at = 0;
    while at < TABLE.len() {
        assert!(TABLE[at].0 as usize == at, "the table is in the order of the variants");
        at += 1;
    }
    assert!(TABLE.len() <= u32::BITS as usize, "the set of scopes is one word");
};

impl Scope {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// The scope as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What it allows, for the documentation.
    pub fn meaning(self) -> &'static str {
        TABLE[self as usize].2
    }
}

/// A set of scopes; on the wire the list of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u32);

impl Scopes {
    /// All that there are.
    pub const ALL: Self = Self(u32::MAX >> (u32::BITS as usize - TABLE.len()));
    /// None.
    pub const NONE: Self = Self(0);

    /// These.
    pub const fn of(scopes: &[Scope]) -> Self {
        let mut set = 0;
        let mut at = 0;
        while at < scopes.len() {
            set |= 1 << scopes[at] as u32;
            at += 1;
        }
        Self(set)
    }

    /// Whether this one is among them.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// Whether all of the others are among these.
    pub const fn covers(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Their names, in the order of [`Scope::all`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Scope::all().filter(move |scope| self.has(*scope)).map(Scope::as_str)
    }

    /// The scopes of these names.
    ///
    /// # Errors
    /// [`Code::InvalidField`] when one is not known.
    pub fn parse(names: &[String]) -> Result<Self, Error> {
        let mut scopes = Self::NONE;
        for name in names {
            let scope = Scope::all().find(|scope| scope.as_str() == name).ok_or_else(|| {
                Error::new(Code::InvalidField, "each of `scopes` must be one of the known scopes")
            })?;
            scopes.0 |= Self::of(&[scope]).0;
        }
        Ok(scopes)
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    /// Names that are not known are left out: what was stored by a newer version allows less here.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        let known = Scope::all().filter(|scope| names.iter().any(|name| name == scope.as_str()));
        Ok(known.fold(Self::NONE, |set, scope| Self(set.0 | Self::of(&[scope]).0)))
    }
}

/// What a person of the team may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TeamRole"))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Talks with visitors and looks after customers.
    Agent,
    /// Only looks.
    Viewer,
}

impl Role {
    /// All of them, from the one that may do most.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Agent, Self::Viewer];

    /// The role as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::Viewer => "viewer",
        }
    }

    /// What somebody in this role may do.
    pub const fn scopes(self) -> Scopes {
        match self {
            Self::Admin => Scopes::ALL,
            Self::Agent => Scopes::of(&[
                Scope::ConversationsRead,
                Scope::ConversationsWrite,
                Scope::CustomersRead,
                Scope::CustomersWrite,
                Scope::CustomersExport,
                Scope::FieldsRead,
                Scope::ReportsRead,
                Scope::SettingsRead,
                Scope::KnowledgeRead,
                Scope::KnowledgeWrite,
            ]),
            Self::Viewer => Scopes::of(&[
                Scope::ConversationsRead,
                Scope::CustomersRead,
                Scope::FieldsRead,
                Scope::ReportsRead,
                Scope::KnowledgeRead,
            ]),
        }
    }
}

/// Somebody who was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A server with a secret key.
    Key(KeyId),
    /// A person of the team.
    Member(MemberId),
    /// A page with a site key, from an origin of the workspace.
    Page(KeyId),
    /// A visitor, in the one conversation that the token is for.
    Visitor {
        /// Who it is.
        visitor: VisitorId,
        /// Where they may speak.
        conversation: ConversationId,
    },
    /// Askwell itself: what the clock brings about.
    System,
}

/// Somebody who was recognised in a workspace, and what they may do there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Where.
    pub workspace: WorkspaceId,
    /// Who.
    pub who: Who,
    /// What; none for pages and visitors.
    pub scopes: Scopes,
}

impl Principal {
    /// What the clock brings about in a workspace.
    pub fn system(workspace: WorkspaceId) -> Self {
        Self { workspace, who: Who::System, scopes: Scopes::ALL }
    }

    /// Whether this is the visitor of a conversation and not somebody of the team.
    pub fn is_visitor(&self) -> bool {
        matches!(self.who, Who::Visitor { .. })
    }

    /// How what they did is signed: the id of the member or key, `system`, and none for visitors,
    /// whose conversation it is.
    pub fn signature(&self) -> Option<&str> {
        match &self.who {
            Who::Key(id) | Who::Page(id) => Some(id.as_str()),
            Who::Member(id) => Some(id.as_str()),
            Who::System => Some("system"),
            Who::Visitor { .. } => None,
        }
    }
}

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody said.
    Anyone,
    /// Whoever runs the server: has no part in any workspace.
    Operator,
    /// Somebody in a workspace.
    In(Principal),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_do_what_the_lesser_one_may() {
        let [admin, agent, viewer] = Role::ALL.map(Role::scopes);
        assert_eq!(admin, Scopes::ALL);
        assert!(Scope::all().all(|scope| Scopes::ALL.has(scope)));
        assert!(admin.covers(agent) && agent.covers(viewer));
        assert!(!viewer.covers(agent) && !agent.covers(admin));
        for scope in [Scope::CustomersErase, Scope::KeysManage, Scope::SettingsWrite] {
            assert!(!agent.has(scope), "{}", scope.as_str());
        }
        assert!(viewer.names().all(|name| name.ends_with(":read")));
    }

    #[test]
    fn scopes_are_lists_of_names() {
        let scopes = Scopes::of(&[Scope::EventsWrite, Scope::CustomersRead]);
        let text = serde_json::to_string(&scopes).unwrap();
        assert_eq!(text, r#"["customers:read","events:write"]"#);
        assert_eq!(serde_json::from_str::<Scopes>(&text).unwrap(), scopes);
        let newer = r#"["customers:read","moon:walk","events:write"]"#;
        assert_eq!(serde_json::from_str::<Scopes>(newer).unwrap(), scopes);
        let names = ["customers:read", "moon:walk"].map(str::to_owned);
        assert_eq!(Scopes::parse(&names).unwrap_err().code, Code::InvalidField);
        assert_eq!(Scopes::parse(&names[..1]), Ok(Scopes::of(&[Scope::CustomersRead])));
    }
}
