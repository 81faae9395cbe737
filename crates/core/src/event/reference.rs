//! The catalog written down for others: JSON Schema, TypeScript types, a page of the docs. All three
//! come from the tables of this room; a test compares them with the files in `docs`.

use super::envelope::TYPE_PREFIX;
use super::{Field, Group, Name, SCHEMA_VERSION, UserId, Values};
use crate::id::{ConversationId, CustomerId, EventId, MemberId, VisitorId};
use core::fmt::Write as _;
use serde_json::{Map, Value, json};

/// A JSON Schema (draft 2020-12) of events on the wire.
pub fn json_schema() -> Value {
    let mut definitions = Map::new();
    definitions.insert(
        "slug".into(),
        json!({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$"}),
    );
    definitions.insert("time".into(), json!({"type": "string", "format": "date-time"}));
    for field in Field::ALL {
        let mut schema = match field.values() {
            Values::OneOf(values) => json!({"enum": values}),
            Values::Id(prefix) => id(&[prefix]),
            Values::Millis => json!({"type": "integer", "minimum": 0}),
        };
        schema["description"] = field.meaning().into();
        definitions.insert(field.as_str().to_owned(), schema);
    }
    for group in Group::ALL {
        definitions.insert(format!("data of {group}"), data(*group));
    }
    let groups: Vec<Value> = Group::ALL
        .iter()
        .map(|group| {
            let names = Name::ALL.iter().filter(|name| name.group() == *group);
            let types: Vec<Value> = names
                .map(|name| {
                    json!({"const": format!("{TYPE_PREFIX}{name}"), "description": name.meaning()})
                })
                .collect();
            let data = json!({"$ref": format!("#/$defs/data of {group}").replace(' ', "%20")});
            json!({"description": group.meaning(), "properties": {"type": {"oneOf": types}, "data": data}})
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Askwell event",
        "description": "CloudEvents 1.0 in JSON format.",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": id(&[EventId::PREFIX]),
            "source": {"type": "string", "pattern": "^/workspaces/"},
            "subject": id(&[ConversationId::PREFIX]),
            "time": {"$ref": "#/$defs/time"},
            "datacontenttype": {"const": "application/json"},
        },
        "oneOf": groups,
        "unevaluatedProperties": false,
        "$defs": definitions,
    })
}

fn id(prefixes: &[&str]) -> Value {
    let prefixes: Vec<&str> = prefixes.iter().map(|p| p.trim_end_matches('_')).collect();
    let pattern = format!("^({})_[0-9a-hjkmnp-tv-z]{{26}}$", prefixes.join("|"));
    json!({"type": "string", "pattern": pattern})
}

fn data(group: Group) -> Value {
    let mut properties = Map::new();
    properties.insert("schema_version".into(), json!({"const": SCHEMA_VERSION}));
    properties.insert("org_id".into(), json!({"$ref": "#/$defs/slug"}));
    properties.insert("workspace_id".into(), json!({"$ref": "#/$defs/slug"}));
    let users = id(&[CustomerId::PREFIX, VisitorId::PREFIX, MemberId::PREFIX]);
    properties.insert("user_id".into(), users);
    properties.insert("timestamp".into(), json!({"$ref": "#/$defs/time"}));
    properties.insert("conversation_id".into(), id(&[ConversationId::PREFIX]));
    for field in Field::ALL.iter().filter(|f| f.group().is_none_or(|of| of == group)) {
        let name = field.as_str();
        properties.insert(name.to_owned(), json!({"$ref": format!("#/$defs/{name}")}));
    }
    json!({
        "type": "object",
        "required": ["schema_version", "org_id", "workspace_id", "user_id", "timestamp"],
        "properties": properties,
        "additionalProperties": false,
    })
}

/// TypeScript types of events on the wire.
pub fn typescript() -> String {
    let mut out = String::from(TYPESCRIPT_HEAD);
    let optional = |out: &mut String, field: Field| {
        let written = match field.values() {
            Values::OneOf(values) => {
                values.iter().map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(" | ")
            }
            Values::Id(prefix) => format!("`{prefix}${{string}}`"),
            Values::Millis => "number".to_owned(),
        };
        push(
            out,
            format_args!("  /** {} */\n  {}?: {written};\n", field.meaning(), field.as_str()),
        );
    };
    push(
        &mut out,
        format_args!(
            "\n/** What every event has. */\nexport interface CommonData {{\n  schema_version: {SCHEMA_VERSION};\n  org_id: string;\n  workspace_id: string;\n  user_id: `cu_${{string}}` | `vi_${{string}}` | `us_${{string}}`;\n  /** RFC 3339, UTC, milliseconds. */\n  timestamp: string;\n  conversation_id?: `cv_${{string}}`;\n"
        ),
    );
    for field in Field::ALL.iter().filter(|field| field.group().is_none()) {
        optional(&mut out, *field);
    }
    out.push_str("}\n");
    for group in Group::ALL.iter().filter(|group| **group != Group::Base) {
        push(
            &mut out,
            format_args!(
                "\n/** {} */\nexport interface {} extends CommonData {{\n",
                group.meaning(),
                interface(*group)
            ),
        );
        for field in Field::ALL.iter().filter(|field| field.group() == Some(*group)) {
            optional(&mut out, *field);
        }
        out.push_str("}\n");
    }
    out.push_str(
        "\n/** The data of each event, by its type on the wire. */\nexport interface EventData {\n",
    );
    for name in Name::ALL {
        let data = interface(name.group());
        push(
            &mut out,
            format_args!("  /** {} */\n  \"{TYPE_PREFIX}{name}\": {data};\n", name.meaning()),
        );
    }
    out.push_str("}\n");
    out.push_str(TYPESCRIPT_TAIL);
    out
}

fn interface(group: Group) -> &'static str {
    match group {
        Group::Base => "CommonData",
        Group::CustomerSignal => "CustomerSignalData",
        Group::Ai => "AiData",
        Group::Outcome => "OutcomeData",
        Group::Enrichment => "EnrichmentData",
        Group::Automation => "AutomationData",
    }
}

const TYPESCRIPT_HEAD: &str = "// Written by `askwell events types`.\n";

const TYPESCRIPT_TAIL: &str = r#"
/** CloudEvents 1.0 in JSON format. */
export interface AskwellEvent<Type extends keyof EventData = keyof EventData> {
  specversion: "1.0";
  /** Unique: drop what you know already. */
  id: `ev_${string}`;
  source: `/workspaces/${string}`;
  type: Type;
  subject?: `cv_${string}`;
  /** RFC 3339, UTC, milliseconds. */
  time: string;
  datacontenttype: "application/json";
  data: EventData[Type];
}

/** Any event; `switch (event.type)` narrows `event.data`. */
export type AnyAskwellEvent = { [Type in keyof EventData]: AskwellEvent<Type> }[keyof EventData];
"#;

/// The catalog as a page of the docs, in Markdown.
pub fn page() -> String {
    let mut out = String::from(
        "# The catalog of events\n\nWritten by `askwell events page` from `crates/core/src/event`. How events look on the wire and\nare delivered stands in [events.md](events.md). For programs: [JSON Schema](events.schema.json),\n[TypeScript types](events.d.ts).\n\n## Names\n\n`askwell`: given by Askwell itself, and not to be handed in. `platform`: handed in by the parts of a\nplatform that know. `both`: given for conversations, handed in for comments and reviews.\n\n| name | group | told by | means | given when |\n|---|---|---|---|---|\n",
    );
    for name in Name::ALL {
        let when = name.occasion();
        push(
            &mut out,
            format_args!(
                "| `{name}` | {} | {} | {} | {when} |\n",
                name.group(),
                name.origin(),
                name.meaning().trim_end_matches('.'),
            ),
        );
    }
    out.push_str("\n## Required fields\n\n| field | values |\n|---|---|\n");
    for (field, values) in [
        ("schema_version", format!("{SCHEMA_VERSION}")),
        ("org_id", "2 to 40 characters of a-z, 0-9 and inner -".to_owned()),
        ("workspace_id", "2 to 40 characters of a-z, 0-9 and inner -".to_owned()),
        ("user_id", UserId::FORM.to_owned()),
        ("timestamp", "RFC 3339, UTC, milliseconds".to_owned()),
    ] {
        push(&mut out, format_args!("| `{field}` | {values} |\n"));
    }
    out.push_str(
        "\n## Optional fields\n\n| field | of the events | means | values |\n|---|---|---|---|\n",
    );
    for field in Field::ALL {
        let values = match field.values() {
            Values::OneOf(values) => {
                values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        };
        let group = field.group().map_or("all", Group::as_str);
        push(
            &mut out,
            format_args!(
                "| `{}` | {group} | {} | {values} |\n",
                field.as_str(),
                field.meaning().trim_end_matches('.')
            ),
        );
    }
    out
}

/// Writing to a String does not fail.
fn push(out: &mut String, text: core::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `cargo run -p askwell-cli -- events page > docs/event-catalog.md` and the like mends a failure.
    #[test]
    fn the_files_in_the_docs_are_fresh() {
        assert_eq!(page(), include_str!("../../../../docs/event-catalog.md"));
        assert_eq!(typescript(), include_str!("../../../../docs/events.d.ts"));
        let schema: Value =
            serde_json::from_str(include_str!("../../../../docs/events.schema.json")).unwrap();
        assert_eq!(json_schema(), schema);
    }
}
