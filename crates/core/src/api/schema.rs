//! Schemas of the types that are written and read by hand.

use crate::access::{Scope, Scopes};
use crate::detect::Region;
use crate::error::Code;
use crate::id::{
    ArticleId, AutomationId, ChannelId, ConversationId, CustomerId, EndpointId, EventId, GapId,
    KeyId, MemberId, VisitorId, WorkspaceId,
};
use crate::metrics::collected::Counted;
use crate::prompt::{Line, MAX_LINE_CHARS, Wording};
use crate::session::Session;
use crate::text::Lang;
use crate::time::{Day, UnixMillis};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// A string of this form, described where it is used.
macro_rules! text {
    ($($name:ident $pattern:expr, $description:literal;)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": $pattern,
                    "description": $description,
                })
            }
        }
    )*};
}

text! {
    ConversationId "^cv_[0-9a-hjkmnp-tv-z]{26}$", "A conversation.";
    ChannelId "^ch_[0-9a-hjkmnp-tv-z]{26}$", "A connected channel.";
    CustomerId "^cu_[0-9a-hjkmnp-tv-z]{26}$", "A customer; carries nothing of the person.";
    VisitorId "^vi_[0-9a-hjkmnp-tv-z]{26}$", "A visitor's browser, or a user of another platform.";
    MemberId "^us_[0-9a-hjkmnp-tv-z]{26}$", "A person of the team.";
    ArticleId "^ka_[0-9a-hjkmnp-tv-z]{26}$", "An article of the knowledge base.";
    AutomationId "^au_[0-9a-hjkmnp-tv-z]{26}$", "An automation.";
    GapId "^kg_[0-9a-hjkmnp-tv-z]{26}$", "A question that no article answered.";
    KeyId "^ky_[0-9a-hjkmnp-tv-z]{26}$", "A key of the workspace.";
    EventId "^ev_[0-9a-hjkmnp-tv-z]{26}$", "An event.";
    EndpointId "^wh_[0-9a-hjkmnp-tv-z]{26}$", "A webhook that takes events.";
    WorkspaceId "^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$", "A workspace.";
    Region "^[A-Za-z]{2}$", "A region (ISO 3166-1 alpha-2).";
    Day "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "A day in UTC.";
}

impl JsonSchema for Counted {
    fn schema_name() -> Cow<'static, str> {
        "CountedAnswer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A value, or `(null)`, `(unresolved)`, `(error)`, `(pending)`.",
        })
    }
}

impl JsonSchema for UnixMillis {
    fn schema_name() -> Cow<'static, str> {
        "UnixMillis".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "format": "int64",
            "description": "Milliseconds since 1970-01-01T00:00:00Z.",
        })
    }
}

impl JsonSchema for Session {
    fn schema_name() -> Cow<'static, str> {
        "Session".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "The engine's memory of a conversation, for the engine in the browser. What is in it is not part of the API.",
        })
    }
}

impl JsonSchema for Wording {
    fn schema_name() -> Cow<'static, str> {
        "Wording".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Sentences by language (ISO 639-1) and line. `{value}` stands for the address in `confirm_slip` and `confirm_on_file`.",
            "propertyNames": { "enum": Lang::ALL.map(Lang::code) },
            "additionalProperties": {
                "type": "object",
                "propertyNames": { "enum": Line::ALL.map(Line::code) },
                "additionalProperties": { "type": "string", "maxLength": MAX_LINE_CHARS },
            },
        })
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let rows: Vec<Schema> = Self::all()
            .map(|code| json_schema!({ "const": code.as_str(), "description": code.meaning() }))
            .collect();
        json_schema!({ "description": "Why a request is refused.", "oneOf": rows })
    }
}

impl JsonSchema for Scopes {
    fn schema_name() -> Cow<'static, str> {
        "Scopes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let rows: Vec<Schema> = Scope::all()
            .map(|scope| json_schema!({ "const": scope.as_str(), "description": scope.meaning() }))
            .collect();
        json_schema!({
            "type": "array",
            "items": { "oneOf": rows },
            "uniqueItems": true,
            "description": "What a key or person may do.",
        })
    }
}
