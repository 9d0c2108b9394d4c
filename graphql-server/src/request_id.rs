//! The id that ties a response to the log.

use std::{fmt, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Name of the header that carries the id both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

const MAX_LENGTH: usize = 64;

/// Id of one HTTP request, or of one WebSocket connection; resolvers find it in their context data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id the client sent if it is short and plain, else a random UUID.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        headers
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|value| is_plain(value))
            .map_or_else(Self::random, |value| Self(value.into()))
    }

    fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string().into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A foreign id goes into logs and headers: nothing that could forge a line of either.
fn is_plain(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(header: &'static str) -> RequestId {
        RequestId::from_headers(&HeaderMap::from_iter([(
            HEADER,
            HeaderValue::from_static(header),
        )]))
    }

    #[test]
    fn a_plain_incoming_id_is_kept() {
        assert_eq!(id_for("order-17.a_b:c").as_str(), "order-17.a_b:c");
    }

    #[test]
    fn an_unsafe_incoming_id_is_replaced() {
        for header in [
            "",
            "a b",
            "a\tb",
            "<script>",
            "0123456789012345678901234567890123456789012345678901234567890123456789",
        ] {
            let id = id_for(header);
            assert_ne!(id.as_str(), header);
            assert!(is_plain(id.as_str()));
        }
    }

    #[test]
    fn two_requests_without_an_id_get_different_ones() {
        assert_ne!(
            RequestId::from_headers(&HeaderMap::new()),
            RequestId::from_headers(&HeaderMap::new())
        );
    }
}
