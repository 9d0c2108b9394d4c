//! Reading the input of mutations: every fault is gathered with the path of its field.

use async_graphql::ID;
use provider_core::domain::ProviderId;
use service::{CallCenterId, Refusals, UserErrorCode};

use super::{
    error::{ApiError, Result},
    node::{NodeId, NodeKind},
};

/// The longest text that a filter or a reason may have, in characters.
const LONGEST_TEXT: usize = 255;

/// What is wrong with an input.
#[derive(Debug, Default)]
pub(crate) struct Faults(Refusals);

impl Faults {
    /// Gathers a fault of the field at `path`: `input.match.tollFree.prefix`.
    pub(crate) fn add(&mut self, code: UserErrorCode, path: &str, message: impl Into<String>) {
        self.0.push(service::UserError::new(code, path, message));
    }

    /// The row that a global id stands for. An id of another type, or none at all, names nothing.
    pub(crate) fn row(&mut self, id: &ID, kind: NodeKind, path: &str) -> Option<i64> {
        let row = NodeId::parse(id).and_then(|id| id.row_of(kind));
        if row.is_none() {
            let code = if kind == NodeKind::Group {
                UserErrorCode::UnknownGroup
            } else {
                UserErrorCode::NotFound
            };
            self.add(code, path, NodeId::wrong(id, kind));
        }
        row
    }

    /// The provider that a global id stands for.
    pub(crate) fn provider(&mut self, id: &ID, path: &str) -> Option<ProviderId> {
        let provider = NodeId::parse(id).and_then(NodeId::into_provider);
        if provider.is_none() {
            self.add(
                UserErrorCode::UnknownProvider,
                path,
                NodeId::wrong(id, NodeKind::Provider),
            );
        }
        provider
    }

    /// The call center that a global id stands for.
    pub(crate) fn call_center(&mut self, id: &ID, path: &str) -> Option<CallCenterId> {
        let center = NodeId::parse(id).and_then(NodeId::into_call_center);
        if center.is_none() {
            let message = NodeId::wrong(id, NodeKind::CallCenter);
            self.add(UserErrorCode::NotFound, path, message);
        }
        center
    }

    /// A count that GraphQL lets be negative.
    pub(crate) fn count(&mut self, value: i32, path: &str) -> Option<u32> {
        let count = u32::try_from(value).ok().filter(|count| *count > 0);
        if count.is_none() {
            let field = path.rsplit('.').next().unwrap_or(path);
            self.add(
                UserErrorCode::InvalidInput,
                path,
                format!("{field} must be at least 1; it is {value}"),
            );
        }
        count
    }

    /// A free text of one line, or none.
    pub(crate) fn text(&mut self, text: Option<String>, path: &str) -> Option<String> {
        let text = text?;
        match check(&text) {
            Ok(()) => Some(text),
            Err(fault) => {
                self.add(UserErrorCode::InvalidInput, path, fault);
                None
            }
        }
    }

    /// The faults, if there are any.
    pub(crate) fn into_refusals(self) -> Option<Refusals> {
        (!self.0.is_empty()).then_some(self.0)
    }

    /// The value that was read, or every fault. Without a fault there is a value.
    pub(crate) fn give<T>(self, value: Option<T>) -> Parsed<T> {
        match (self.into_refusals(), value) {
            (None, Some(value)) => Ok(value),
            (Some(refusals), _) => Err(refusals),
            (None, None) => {
                let missing =
                    service::UserError::new(UserErrorCode::InvalidInput, "input", "the input is incomplete");
                Err(vec![missing])
            }
        }
    }
}

/// An input that was read, or why it can't be.
pub(crate) type Parsed<T> = std::result::Result<T, Refusals>;

/// A text argument of a query: one line, not too long.
pub(crate) fn text(text: Option<String>, argument: &str) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    check(&text).map_err(|fault| ApiError::bad_input(argument, fault))?;
    Ok(Some(text))
}

fn check(text: &str) -> std::result::Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err("control characters are not allowed".to_owned());
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(format!("at most {LONGEST_TEXT} characters are allowed"));
    }
    Ok(())
}

/// The row of a query's argument that must be a global id of one type.
pub(crate) fn row(id: &ID, kind: NodeKind, argument: &str) -> Result<i64> {
    NodeId::parse(id)
        .and_then(|id| id.row_of(kind))
        .ok_or_else(|| ApiError::bad_input(argument, NodeId::wrong(id, kind)))
}

/// [`row`] of an argument that may be absent.
pub(crate) fn optional_row(id: Option<&ID>, kind: NodeKind, argument: &str) -> Result<Option<i64>> {
    id.map(|id| row(id, kind, argument)).transpose()
}

/// The provider of a query's argument.
pub(crate) fn provider(id: &ID, argument: &str) -> Result<ProviderId> {
    NodeId::parse(id)
        .and_then(NodeId::into_provider)
        .ok_or_else(|| ApiError::bad_input(argument, NodeId::wrong(id, NodeKind::Provider)))
}

/// [`provider`] of an argument that may be absent.
pub(crate) fn optional_provider(id: Option<&ID>, argument: &str) -> Result<Option<ProviderId>> {
    id.map(|id| provider(id, argument)).transpose()
}
