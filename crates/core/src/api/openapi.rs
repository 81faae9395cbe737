//! The OpenAPI 3.1 document of a table of routes.
//!
//! Requests are described as they are read and answers as they are written: a field with a default
//! may be left out of the one and always stands in the other. Where a type is both and differs, its
//! request has the name with `Input` behind it.

use super::Problem;
use super::route::{Access, Answer, Route};
use super::shape::Shape;
use crate::access::Scope;
use schemars::SchemaGenerator;
use schemars::generate::{Contract, SchemaSettings};
use serde_json::{Map, Value, json};

const SCHEMAS: &str = "#/components/schemas/";
/// Where the types of requests stand until it is known which of them are those of answers as well.
const READS: &str = "#/components/inputs/";

struct Document {
    reads: SchemaGenerator,
    writes: SchemaGenerator,
}

/// The document. Its order is that of the routes; the same routes give the same bytes.
pub fn document(routes: &[&Route]) -> Value {
    let generator = |path: &str, contract: Contract| {
        SchemaSettings::draft2020_12()
            .with(|settings| {
                settings.definitions_path =
                    path.trim_start_matches('#').trim_end_matches('/').to_owned().into();
                settings.meta_schema = None;
                settings.contract = contract;
            })
            .into_generator()
    };
    let mut document = Document {
        reads: generator(READS, Contract::Deserialize),
        writes: generator(SCHEMAS, Contract::Serialize),
    };
    let problem = document.writes.subschema_for::<Problem>();
    let mut paths = Map::new();
    for route in routes {
        let operation = document.operation(route);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_lowercase(), operation);
        }
    }
    let (schemas, renamed) = document.schemas();
    let mut paths = Value::Object(paths);
    point(&mut paths, &renamed);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Askwell",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "description": "Conversations, customers, answers, events and exports of a workspace. Every refusal is a problem (RFC 9457) with a stable `code`.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "The request is refused.",
                    "content": { "application/problem+json": { "schema": problem } },
                },
            },
            "securitySchemes": {
                "operator": { "type": "http", "scheme": "bearer", "description": "`ADMIN_KEY`, of whoever runs the server." },
                "key": { "type": "http", "scheme": "bearer", "description": "A secret key, `sk_…`, with the scope." },
                "site": { "type": "http", "scheme": "bearer", "description": "A site key, `pk_…`, from an origin of the workspace." },
                "visitor": { "type": "http", "scheme": "bearer", "description": "A visitor's token, `vt_…`, in its own conversation." },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-askwell", "description": "A person of the team who has signed in." },
            },
        },
    })
}

impl Document {
    fn operation(&mut self, route: &Route) -> Value {
        let mut operation = Map::new();
        let (tag, _) = route.id.split_once('.').unwrap_or((route.id, ""));
        operation.insert("operationId".to_owned(), json!(route.id));
        operation.insert("tags".to_owned(), json!([tag]));
        operation.insert("summary".to_owned(), json!(route.summary));
        operation.insert("security".to_owned(), security(route.access));
        let parameters = self.parameters(route);
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), json!(parameters));
        }
        if let Some(shape) = route.body {
            let schema = (shape.schema)(&mut self.reads);
            operation.insert(
                "requestBody".to_owned(),
                json!({ "required": true, "content": { "application/json": { "schema": schema } } }),
            );
        }
        let mut answers: Map<String, Value> =
            route.answers.iter().map(|a| (a.status.to_string(), self.answer(a))).collect();
        answers.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
        operation.insert("responses".to_owned(), Value::Object(answers));
        Value::Object(operation)
    }

    fn answer(&mut self, answer: &Answer) -> Value {
        let mut described = json!({ "description": answer.when });
        if let Some(media) = answer.media {
            let schema = match answer.shape {
                Some(Shape { schema }) => json!({ "schema": schema(&mut self.writes) }),
                None => json!({}),
            };
            described["content"] = json!({ media: schema });
        }
        described
    }

    fn parameters(&mut self, route: &Route) -> Vec<Value> {
        let path = route.parameters().map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        });
        let headers = route.all_headers().map(|header| {
            json!({ "name": header.name, "in": "header", "description": header.meaning, "schema": { "type": "string" } })
        });
        let mut parameters: Vec<Value> = path.chain(headers).collect();
        let Some(Shape { schema }) = route.query else { return parameters };
        // A query is an object whose fields are the parameters.
        let reference = Value::from(schema(&mut self.reads));
        let name = reference["$ref"].as_str().and_then(|r| r.strip_prefix(READS));
        let Some(object) = name.and_then(|name| self.reads.definitions_mut().remove(name)) else {
            return parameters;
        };
        let required = object["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in object["properties"].as_object().into_iter().flatten() {
            let mut schema = schema.clone();
            let description = schema.as_object_mut().and_then(|s| s.remove("description"));
            parameters.push(json!({
                "name": name,
                "in": "query",
                "required": required.contains(&json!(name)),
                "description": description,
                "schema": schema,
            }));
        }
        parameters
    }

    /// The definitions of both, and the names of requests that had to give way to answers'.
    fn schemas(mut self) -> (Map<String, Value>, Vec<String>) {
        let mut schemas = self.writes.take_definitions(true);
        let reads = self.reads.take_definitions(true);
        let mut renamed: Vec<String> = Vec::new();
        // Whatever refers to one that is renamed differs as well, so this goes on until none does.
        loop {
            let differs = |(name, schema): &(&String, &Value)| {
                let mut schema = (*schema).clone();
                point(&mut schema, &renamed);
                schemas.get(*name).is_some_and(|other| *other != schema)
            };
            let found: Vec<String> =
                reads.iter().filter(differs).map(|(name, _)| name.clone()).collect();
            if found.len() == renamed.len() {
                break;
            }
            renamed = found;
        }
        for (name, mut schema) in reads {
            point(&mut schema, &renamed);
            schemas.entry(input(&name, &renamed)).or_insert(schema);
        }
        schemas.sort_keys();
        (schemas, renamed)
    }
}

/// Under which name a request's type stands.
fn input(name: &str, renamed: &[String]) -> String {
    if renamed.iter().any(|other| other == name) { format!("{name}Input") } else { name.to_owned() }
}

/// Points all references to requests' types to where they stand in the end.
fn point(value: &mut Value, renamed: &[String]) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if key == "$ref" => {
                        if let Some(name) = text.strip_prefix(READS) {
                            *text = format!("{SCHEMAS}{}", input(name, renamed));
                        }
                    }
                    value => point(value, renamed),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| point(item, renamed)),
        _ => {}
    }
}

/// What of this is enough. Which scope it takes stands in an extension: bearer tokens have none.
fn security(access: Access) -> Value {
    match access {
        Access::Public | Access::SignIn => json!([]),
        Access::Operator => json!([{ "operator": [] }]),
        Access::Team => json!([{ "key": [] }, { "session": [] }]),
        Access::Scope(scope) => team(scope),
        Access::PageOr(scope) => with("site", team(scope)),
        Access::VisitorOr(scope) => with("visitor", team(scope)),
        Access::VisitorSocket => json!([{ "visitor": [] }]),
    }
}

fn team(scope: Scope) -> Value {
    json!([{ "key": [scope.as_str()] }, { "session": [scope.as_str()] }])
}

fn with(scheme: &str, mut others: Value) -> Value {
    if let Some(list) = others.as_array_mut() {
        list.insert(0, json!({ scheme: [] }));
    }
    others
}
