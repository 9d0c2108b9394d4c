//! The parameters of a GraphQL request, however they arrive.

use apollo_compiler::response::JsonMap;
use serde_json::{Map, Value};

use crate::{
    error::{FrontError, FrontErrorCode},
    limits::Limits,
    persisted::Sha256Hash,
};

#[derive(Debug)]
pub(crate) struct Params {
    pub(crate) query: Option<String>,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: JsonMap,
    pub(crate) persisted: Option<Sha256Hash>,
}

impl Params {
    /// From the body of a POST.
    pub(crate) fn from_json(body: &[u8], limits: &Limits) -> Result<Self, FrontError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Self::from_object(object, limits),
            Ok(Value::Array(_)) => Err(bad(
                "Batches of requests are not supported: send one JSON object.",
            )),
            Ok(_) => Err(bad("The body must be a JSON object.")),
            Err(error) => Err(bad(format!("The body is not JSON: {error}."))),
        }
    }

    /// From the query part of a URL.
    pub(crate) fn from_query(query: &str, limits: &Limits) -> Result<Self, FrontError> {
        let mut object = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = match &*name {
                "query" | "operationName" => Value::String(value.into_owned()),
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => serde_json::from_str(&value)
                    .map_err(|error| bad(format!("\"{name}\" is not JSON: {error}.")))?,
                _ => continue,
            };
            object.insert(name.into_owned(), value);
        }
        Self::from_object(object, limits)
    }

    /// From a JSON object, such as the payload of a WebSocket message.
    pub(crate) fn from_object(mut object: Map<String, Value>, limits: &Limits) -> Result<Self, FrontError> {
        let query = string(&mut object, "query")?;
        let operation_name = string(&mut object, "operationName")?.filter(|name| !name.is_empty());
        let variables = map(&mut object, "variables", limits)?;
        let extensions = map(&mut object, "extensions", limits)?;
        let persisted = extensions.get("persistedQuery").map(persisted_hash).transpose()?;
        // An empty text next to a hash means no text, as clients over GET send it.
        let query = query.filter(|query| !(query.is_empty() && persisted.is_some()));
        let variables = serde_json::from_value(Value::Object(variables))
            .map_err(|error| bad(format!("\"variables\" cannot be read: {error}.")))?;
        Ok(Self {
            query,
            operation_name,
            variables,
            persisted,
        })
    }
}

fn string(object: &mut Map<String, Value>, name: &str) -> Result<Option<String>, FrontError> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(format!("\"{name}\" must be a string."))),
    }
}

fn map(
    object: &mut Map<String, Value>,
    name: &str,
    limits: &Limits,
) -> Result<Map<String, Value>, FrontError> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map))
            if map
                .values()
                .all(|value| is_within(value, limits.variable_nesting)) =>
        {
            Ok(map)
        }
        Some(Value::Object(_)) => Err(bad(format!(
            "\"{name}\" is nested deeper than {} levels.",
            limits.variable_nesting
        ))),
        Some(_) => Err(bad(format!("\"{name}\" must be an object."))),
    }
}

/// The JSON parser has bounded the recursion already, if more widely.
fn is_within(value: &Value, levels: usize) -> bool {
    let below = |value| is_within(value, levels.saturating_sub(1));
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(below),
        Value::Object(entries) => levels > 0 && entries.values().all(below),
        _ => true,
    }
}

fn persisted_hash(extension: &Value) -> Result<Sha256Hash, FrontError> {
    if extension.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(bad("\"extensions.persistedQuery.version\" must be 1."));
    }
    extension
        .get("sha256Hash")
        .and_then(Value::as_str)
        .and_then(Sha256Hash::parse)
        .ok_or_else(|| bad("\"extensions.persistedQuery.sha256Hash\" must be 64 hexadecimal digits."))
}

fn bad(message: impl Into<String>) -> FrontError {
    FrontError::new(FrontErrorCode::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Params, FrontError> {
        Params::from_json(body.as_bytes(), &Limits::default())
    }

    #[test]
    fn malformed_parameters_are_refused() {
        for body in [
            "",
            "{",
            "[]",
            "[{\"query\":\"{a}\"}]",
            "1",
            "\"{a}\"",
            r#"{"query": 1}"#,
            r#"{"query": {}}"#,
            r#"{"query": "{a}", "operationName": []}"#,
            r#"{"query": "{a}", "variables": []}"#,
            r#"{"query": "{a}", "variables": "{}"}"#,
            r#"{"query": "{a}", "extensions": 0}"#,
            r#"{"extensions": {"persistedQuery": {}}}"#,
            r#"{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}}"#,
            r#"{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}"#,
        ] {
            assert_eq!(
                read(body).map_err(|error| error.code).err(),
                Some(FrontErrorCode::BadRequest),
                "{body}"
            );
        }
    }

    #[test]
    fn null_counts_as_absent() {
        let params =
            read(r#"{"query": "{a}", "operationName": null, "variables": null, "extensions": null}"#);
        let params = params.expect("all of these may be null");
        assert_eq!(params.query.as_deref(), Some("{a}"));
        assert!(params.operation_name.is_none() && params.variables.is_empty() && params.persisted.is_none());
    }

    #[test]
    fn variables_nest_up_to_the_limit_and_no_further() {
        let nested = |levels: usize| {
            read(&format!(
                r#"{{"query":"{{a}}","variables":{{"v":{}{}}}}}"#,
                "[".repeat(levels),
                "]".repeat(levels)
            ))
        };
        assert!(nested(32).is_ok());
        assert!(nested(33).is_err());
        assert!(nested(100_000).is_err());
    }

    #[test]
    fn a_url_carries_the_same_parameters() {
        let query = "query=%7Ba%7D&operationName=Q&variables=%7B%22v%22%3A1%7D&other=1";
        let params = Params::from_query(query, &Limits::default()).expect("well-formed");
        assert_eq!(params.query.as_deref(), Some("{a}"));
        assert_eq!(params.operation_name.as_deref(), Some("Q"));
        assert_eq!(
            params.variables.get("v").and_then(|value| value.as_i64()),
            Some(1)
        );
        assert!(Params::from_query("query=%7Ba%7D&variables=%7B", &Limits::default()).is_err());
    }
}
