//! What a request of the API is: its address, who may send it, what goes in and what comes out.
//!
//! The Worker's table of routes is made of these. Matching, the answer 405 with its `Allow`, who is
//! let in, which pages may read the answer, and the OpenAPI document are all derived from it.

use super::shape::Shape;
use crate::access::{Caller, Principal, Scope, Who};
use crate::error::{Code, Error};
use crate::id::ConversationId;

/// HTTP methods that routes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "RFC 9110 §9.3, RFC 5789")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may send a request. Everybody named here is also kept to their own workspace: it is part of
/// who they are, and never of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever runs the server.
    Operator,
    /// Anybody of the team, or who is about to be: the body says who.
    SignIn,
    /// Anybody of the team, whatever they may do.
    Team,
    /// Whoever has this scope.
    Scope(Scope),
    /// A page with a site key, or whoever has this scope.
    PageOr(Scope),
    /// The visitor of the conversation that the address names, or whoever has this scope.
    VisitorOr(Scope),
    /// The visitor of the conversation that the address names, who shows the token in the list of
    /// protocols of a web socket.
    VisitorSocket,
}

/// The path parameter that names a conversation.
pub const CONVERSATION: &str = "conversation_id";

impl Access {
    /// Whether pages of any origin may read the answers. All others are for servers and for pages of
    /// the same origin.
    pub const fn any_page(self) -> bool {
        matches!(self, Self::Public | Self::PageOr(_) | Self::VisitorOr(_))
    }

    /// Lets the caller in.
    ///
    /// # Errors
    /// [`Code::Unauthorized`] for those who said nothing, [`Code::Forbidden`] for those who may not,
    /// and [`Code::NotFound`] where the address names no conversation at all.
    pub fn check(self, caller: &Caller, parameters: &Parameters) -> Result<(), Error> {
        let principal = match caller {
            _ if matches!(self, Self::Public | Self::SignIn) => return Ok(()),
            Caller::Anyone => {
                return Err(Error::new(
                    Code::Unauthorized,
                    "send a valid key or visitor token as `Authorization: Bearer …`",
                ));
            }
            Caller::Operator if self == Self::Operator => return Ok(()),
            Caller::Operator => {
                return Err(Error::new(
                    Code::Forbidden,
                    "the operator's key only makes workspaces; use a key of the workspace",
                ));
            }
            Caller::In(principal) => principal,
        };
        match (self, &principal.who) {
            (Self::PageOr(_), Who::Page(_)) => Ok(()),
            (Self::VisitorOr(_) | Self::VisitorSocket, Who::Visitor { conversation, .. }) => {
                let named: ConversationId = parameters.read(CONVERSATION)?;
                if named == *conversation {
                    Ok(())
                } else {
                    Err(Error::new(Code::Forbidden, "this token is for another conversation"))
                }
            }
            (Self::Team, Who::Key(_) | Who::Member(_)) => Ok(()),
            (Self::Scope(scope) | Self::PageOr(scope) | Self::VisitorOr(scope), _) => {
                within(principal, scope)
            }
            (Self::Operator, _) => {
                Err(Error::new(Code::Forbidden, "only the operator may do this"))
            }
            (Self::VisitorSocket, _) => {
                Err(Error::new(Code::Forbidden, "this needs a visitor token"))
            }
            (Self::Public | Self::SignIn | Self::Team, _) => {
                Err(Error::new(Code::Forbidden, "this is for people and servers of the team"))
            }
        }
    }
}

fn within(principal: &Principal, scope: Scope) -> Result<(), Error> {
    if principal.scopes.has(scope) {
        return Ok(());
    }
    let detail = format!("this needs a secret key, or a role, with the scope {}", scope.as_str());
    Err(Error::new(Code::Forbidden, detail))
}

/// What a request is answered with.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its type, where it has a body.
    pub media: Option<&'static str>,
    /// What is in it, where it is JSON.
    pub shape: Option<Shape>,
    /// When it comes.
    pub when: &'static str,
}

impl Answer {
    /// JSON of the type of `shape`.
    pub const fn json(status: u16, shape: Shape, when: &'static str) -> Self {
        Self { status, media: Some("application/json"), shape: Some(shape), when }
    }

    /// A body that is not described further.
    pub const fn body(status: u16, media: &'static str, when: &'static str) -> Self {
        Self { status, media: Some(media), shape: None, when }
    }

    /// No body.
    pub const fn empty(status: u16, when: &'static str) -> Self {
        Self { status, media: None, shape: None, when }
    }
}

/// A header of a request that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// The same request twice is the same request.
pub const IDEMPOTENCY_KEY: Header = Header {
    name: "Idempotency-Key",
    meaning: "1 to 128 visible ASCII characters; the same key is the same request, sent again.",
};

/// The same for requests that are known by nothing else; see [`Route::is_keyed`].
pub const REPEATABLE: Header = Header {
    name: IDEMPOTENCY_KEY.name,
    meaning: "1 to 128 visible ASCII characters. For 24 hours the same key of the same secret key or member is the same request: it is done once, and answered again as it was. Not read from visitors.",
};

/// Only if nobody has changed it meanwhile.
pub const IF_MATCH: Header = Header {
    name: "If-Match",
    meaning: "The `ETag` of what was read; refused with `precondition_failed` when it has changed since.",
};

/// What a `POST` that is sent again comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It changes something. Under the same idempotency key it is done once, and answered again as it was.
    Answered,
    /// The same, but its answer shows a secret, which is kept nowhere: it is only said that it was done.
    Shown {
        /// The field of the answer that names what the secret is of.
        subject: Option<&'static str>,
    },
    /// It changes nothing, and may be sent as often as anybody likes.
    Looks,
}

/// One request of the API.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// How.
    pub method: Method,
    /// Where; `{name}` stands for one segment.
    pub path: &'static str,
    /// Its name, unique: what it is about, a dot, what is done.
    pub id: &'static str,
    /// What it is for, in one sentence.
    pub summary: &'static str,
    /// Who.
    pub access: Access,
    /// The query, where it may have one. All other queries are refused.
    pub query: Option<Shape>,
    /// Headers that mean something.
    pub headers: &'static [Header],
    /// The JSON body, where it has one.
    pub body: Option<Shape>,
    /// Whether its body is read as it came: lines, or what a platform signs.
    pub raw: bool,
    /// What comes out when it is not refused.
    pub answers: &'static [Answer],
    /// What becomes of it when it is sent again, where it is a `POST`.
    pub again: Again,
}

impl Route {
    /// A request without query, headers and body.
    pub const fn new(
        method: Method,
        path: &'static str,
        id: &'static str,
        access: Access,
        summary: &'static str,
        answers: &'static [Answer],
    ) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            access,
            query: None,
            headers: &[],
            body: None,
            raw: false,
            answers,
            again: Again::Answered,
        }
    }

    /// With a query.
    pub const fn query(mut self, shape: Shape) -> Self {
        self.query = Some(shape);
        self
    }

    /// With headers.
    pub const fn headers(mut self, headers: &'static [Header]) -> Self {
        self.headers = headers;
        self
    }

    /// With a body.
    pub const fn body(mut self, shape: Shape) -> Self {
        self.body = Some(shape);
        self
    }

    /// With a body that is read as it came.
    pub const fn raw(mut self) -> Self {
        self.raw = true;
        self
    }

    /// Whether there is nothing to say in a body: it is empty, or an object without fields.
    pub const fn takes_no_body(&self) -> bool {
        !matches!(self.method, Method::Get) && self.body.is_none() && !self.raw
    }

    /// A `POST` that changes nothing.
    pub const fn looks(mut self) -> Self {
        self.again = Again::Looks;
        self
    }

    /// A `POST` whose answer shows a secret this once; `subject` is the field that names what it is of.
    pub const fn shows_once(mut self, subject: Option<&'static str>) -> Self {
        self.again = Again::Shown { subject };
        self
    }

    /// Whether the team may send it with an idempotency key that is seen to for it. It is a `POST` that changes
    /// something in a workspace, and does not read the key itself.
    pub fn is_keyed(&self) -> bool {
        use Access::{PageOr, Scope, Team, VisitorOr};
        self.method == Method::Post
            && self.again != Again::Looks
            && matches!(self.access, Team | Scope(_) | PageOr(_) | VisitorOr(_))
            && !self.headers.contains(&IDEMPOTENCY_KEY)
    }

    /// The headers that mean something, with the idempotency key where it is seen to.
    pub fn all_headers(&self) -> impl Iterator<Item = &'static Header> {
        self.headers.iter().chain(self.is_keyed().then_some(&REPEATABLE))
    }

    /// The parameters of a path that is this route's; none when it is another's.
    pub fn matches(&self, path: &str) -> Option<Parameters> {
        let mut parameters = Vec::new();
        let mut segments = path.split('/');
        for wanted in self.path.split('/') {
            let segment = segments.next()?;
            match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !segment.is_empty() => parameters.push((name, segment.to_owned())),
                None if wanted == segment => {}
                _ => return None,
            }
        }
        segments.next().is_none().then_some(Parameters(parameters))
    }

    /// The names of the path's parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')))
    }
}

/// What stood in a path for the names in a route's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// One of them, as it stood; empty when the route has none of this name.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// One of them, read.
    ///
    /// # Errors
    /// What reading it gives: for ids, [`Code::NotFound`].
    pub fn read<T: core::str::FromStr<Err = Error>>(&self, name: &str) -> Result<T, Error> {
        self.get(name).parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Scopes};
    use crate::id::{KeyId, VisitorId, WorkspaceId};

    fn id(n: u8) -> ConversationId {
        ConversationId::derive(&[&[n]])
    }

    fn caller(who: Who, scopes: Scopes) -> Caller {
        let workspace: WorkspaceId = "shop".parse().unwrap();
        Caller::In(Principal { workspace, who, scopes })
    }

    fn visitor(n: u8) -> Caller {
        let visitor = VisitorId::derive(&[&[n]]);
        caller(Who::Visitor { visitor, conversation: id(n) }, Scopes::NONE)
    }

    const ROUTE: Route = Route::new(
        Method::Get,
        "/v1/conversations/{conversation_id}/messages",
        "messages.list",
        Access::VisitorOr(Scope::ConversationsRead),
        "",
        &[],
    );

    #[test]
    fn paths_match_segment_by_segment() {
        let path = format!("/v1/conversations/{}/messages", id(1));
        let found = ROUTE.matches(&path).unwrap();
        assert_eq!(found.read::<ConversationId>(CONVERSATION), Ok(id(1)));
        assert_eq!(found.get("other"), "");
        for other in [
            "/v1/conversations/x",
            "/v1/conversations//messages",
            "/v1/conversations/x/messages/",
            "/v1/conversations/x/y/messages",
            "v1/conversations/x/messages",
            "/V1/conversations/x/messages",
            "/",
            "",
        ] {
            assert_eq!(ROUTE.matches(other), None, "{other}");
        }
        assert_eq!(ROUTE.parameters().collect::<Vec<_>>(), [CONVERSATION]);
    }

    #[test]
    fn what_changes_something_for_the_team_takes_a_key() {
        let post = |access| Route::new(Method::Post, "/v1/notes", "notes.add", access, "", &[]);
        let names = |route: Route| route.all_headers().map(|h| h.meaning).collect::<Vec<_>>();
        let scope = Access::Scope(Scope::CustomersWrite);
        for access in [scope, Access::Team, Access::VisitorOr(Scope::ConversationsWrite)] {
            assert!(post(access).is_keyed(), "{access:?}");
            assert_eq!(names(post(access)), [REPEATABLE.meaning]);
        }
        for access in [Access::Public, Access::SignIn, Access::Operator, Access::VisitorSocket] {
            assert!(!post(access).is_keyed(), "{access:?}");
        }
        assert!(post(scope).shows_once(None).is_keyed());
        assert!(!post(scope).looks().is_keyed() && names(post(scope).looks()).is_empty());
        assert!(!Route { method: Method::Put, ..post(scope) }.is_keyed());
        let own = post(scope).headers(&[IDEMPOTENCY_KEY]);
        assert!(!own.is_keyed());
        assert_eq!(names(own), [IDEMPOTENCY_KEY.meaning]);
    }

    #[test]
    fn a_visitor_is_let_into_the_own_conversation_only() {
        let parameters = |name: &str| Parameters(vec![(CONVERSATION, name.to_owned())]);
        let code = |caller: &Caller, name: &str| {
            ROUTE.access.check(caller, &parameters(name)).map_err(|error| error.code)
        };
        assert_eq!(code(&visitor(1), id(1).as_str()), Ok(()));
        assert_eq!(code(&visitor(1), id(2).as_str()), Err(Code::Forbidden));
        assert_eq!(code(&visitor(1), "nonsense"), Err(Code::NotFound));
        assert_eq!(code(&Caller::Anyone, id(1).as_str()), Err(Code::Unauthorized));
        assert_eq!(code(&Caller::Operator, id(1).as_str()), Err(Code::Forbidden));
        let key = |scopes| caller(Who::Key(KeyId::derive(&[])), scopes);
        assert_eq!(code(&key(Role::Viewer.scopes()), id(1).as_str()), Ok(()));
        assert_eq!(code(&key(Scopes::NONE), id(1).as_str()), Err(Code::Forbidden));
    }

    #[test]
    fn a_visitor_and_a_page_are_kept_from_all_that_is_not_named_theirs() {
        let page = caller(Who::Page(KeyId::derive(&[])), Scopes::NONE);
        let none = Parameters::default();
        for scope in Scope::all() {
            for who in [&page, &visitor(1), &Caller::Operator] {
                let refused = Access::Scope(scope).check(who, &none).unwrap_err();
                assert_eq!(refused.code, Code::Forbidden, "{}", scope.as_str());
            }
        }
        for access in [Access::Team, Access::Operator] {
            for who in [&page, &visitor(1)] {
                assert_eq!(access.check(who, &none).unwrap_err().code, Code::Forbidden);
            }
        }
        assert_eq!(Access::PageOr(Scope::ConversationsWrite).check(&page, &none), Ok(()));
    }
}
