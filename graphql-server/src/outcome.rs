//! What a client gets to read of a result: coded errors, nothing internal, not too much.

use std::{cell::OnceCell, collections::BTreeMap, collections::HashSet, io, sync::Arc, time::Duration};

use async_graphql::{
    ErrorExtensionValues, Name, Pos, Response, ServerError, Value,
    parser::{
        parse_query,
        types::{Selection, SelectionSet},
    },
};
use axum::http::HeaderMap;
use serde::Serialize;

use crate::{
    cost::Cost,
    error::{FrontError, FrontErrorCode, INTERNAL_MESSAGE, Refusal},
    request_id::RequestId,
};

/// The GraphQL response map.
#[derive(Debug, Serialize)]
pub(crate) struct Body {
    /// Absent if nothing was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) extensions: BTreeMap<String, Value>,
}

/// One result of an operation, ready to be written.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) body: Body,
    /// Why nothing was executed, or nothing of it can be shown.
    pub(crate) refused: Option<FrontErrorCode>,
    pub(crate) retry_after: Option<Duration>,
    /// Headers set by resolvers.
    pub(crate) headers: HeaderMap,
}

impl Outcome {
    pub(crate) fn refused(refusal: impl Into<Refusal>, id: &RequestId) -> Self {
        let refusal = refusal.into();
        Self {
            refused: Some(refusal.code()),
            retry_after: refusal.retry_after(),
            body: Body {
                data: None,
                errors: refusal.into_server_errors(id),
                extensions: BTreeMap::new(),
            },
            headers: HeaderMap::new(),
        }
    }

    pub(crate) fn with_cost(mut self, cost: Cost) -> Self {
        let value = [
            ("requestedNodes", cost.requested_nodes),
            ("maxNodes", cost.max_nodes),
        ]
        .map(|(name, nodes)| (Name::new(name), Value::from(nodes)));
        self.body
            .extensions
            .insert("cost".into(), Value::Object(value.into_iter().collect()));
        self
    }
}

/// The document as the executor got it.
#[derive(Debug, Clone)]
pub(crate) struct Executed {
    pub(crate) text: Arc<str>,
    /// Written anew, so that positions in it mean nothing to the client.
    pub(crate) rewritten: bool,
}

impl Executed {
    /// Makes a response of the executor fit to be shown.
    pub(crate) fn settle(&self, response: Response, id: &RequestId) -> Outcome {
        let Response {
            data,
            extensions,
            mut errors,
            http_headers,
            ..
        } = response;
        let fields = OnceCell::new();
        let mut refused = None;
        let not_executed = data == Value::Null && errors.iter().all(|error| error.path.is_empty());
        for error in &mut errors {
            let added = self.complete(error, &fields, id);
            if not_executed && refused.is_none() {
                refused = Some(added.unwrap_or(FrontErrorCode::GraphqlValidationFailed));
            }
        }
        let data = refused.is_none().then_some(data);
        Outcome {
            body: Body {
                data,
                errors,
                extensions,
            },
            refused,
            retry_after: None,
            headers: http_headers,
        }
    }

    /// Gives an error its request id, and a code if it has none; returns the code if it was added.
    fn complete(
        &self,
        error: &mut ServerError,
        fields: &OnceCell<HashSet<Pos>>,
        id: &RequestId,
    ) -> Option<FrontErrorCode> {
        let has_code = error
            .extensions
            .as_ref()
            .and_then(|all| all.get("code"))
            .is_some_and(is_string);
        let code = (!has_code).then(|| self.classify(error, fields));
        if code == Some(FrontErrorCode::InternalServerError) {
            tracing::error!(request_id = %id, path = ?error.path, error = %error.message, "a resolver failed");
            error.message = INTERNAL_MESSAGE.into();
            error.extensions = None;
        }
        if self.rewritten {
            error.locations.clear();
        }
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        if let Some(code) = code {
            extensions.set("code", code.as_str());
        }
        extensions.set("requestId", id.as_str());
        code
    }

    /// The meaning of an error without a code. A resolver puts a code on whatever it means for the client, so
    /// that one without is a fault, with two exceptions that the library itself raises. Before execution its
    /// errors have no path. An argument it cannot make into the resolver's type is reported at the position of
    /// the argument's value (or at none, for a default) and never has a source, while an error returned by a
    /// resolver is always at the position of its field.
    fn classify(&self, error: &ServerError, fields: &OnceCell<HashSet<Pos>>) -> FrontErrorCode {
        if error.source.is_some() {
            return FrontErrorCode::InternalServerError;
        }
        if error.path.is_empty() {
            return FrontErrorCode::GraphqlValidationFailed;
        }
        let fields = fields.get_or_init(|| field_positions(&self.text));
        match error.locations.as_slice() {
            [position] if !fields.contains(position) => FrontErrorCode::BadUserInput,
            _ => FrontErrorCode::InternalServerError,
        }
    }
}

fn is_string(value: &Value) -> bool {
    matches!(value, Value::String(_))
}

fn field_positions(text: &str) -> HashSet<Pos> {
    fn collect(set: &SelectionSet, positions: &mut HashSet<Pos>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    positions.insert(field.pos);
                    collect(&field.node.selection_set.node, positions);
                }
                Selection::InlineFragment(inline) => collect(&inline.node.selection_set.node, positions),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    let mut positions = HashSet::new();
    if let Ok(document) = parse_query(text) {
        let operations = document
            .operations
            .iter()
            .map(|(_, operation)| &operation.node.selection_set);
        let fragments = document
            .fragments
            .values()
            .map(|fragment| &fragment.node.selection_set);
        for set in operations.chain(fragments) {
            collect(&set.node, &mut positions);
        }
    }
    positions
}

/// JSON of at most `limit` bytes; a longer one is given up while it is written.
pub(crate) fn to_json(value: &impl Serialize, limit: usize) -> Result<String, FrontError> {
    let mut writer = Bounded {
        bytes: Vec::new(),
        limit,
    };
    match serde_json::to_writer(&mut writer, value) {
        Ok(()) => String::from_utf8(writer.bytes).map_err(|_| FrontError::internal()),
        Err(error) if error.is_io() => Err(FrontError::new(
            FrontErrorCode::ResponseTooLarge,
            format!(
                "The response is over the limit of {limit} bytes. Ask for fewer fields or smaller pages."
            ),
        )),
        Err(error) => {
            tracing::error!(%error, "a response cannot be written as JSON");
            Err(FrontError::internal())
        }
    }
}

struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if buffer.len() > self.limit - self.bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
