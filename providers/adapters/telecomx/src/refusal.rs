//! "Errors" of the document.

use provider_core::call::Operation;
use provider_core::error::{Effect, ErrorKind, ProviderError};
use provider_core::http::Reply;

use crate::wire::Refusal;

/// What an answer that is not 2xx means. `access_denied` and `internal_error` say no more than their statuses.
pub(crate) fn error(reply: &Reply, operation: Operation) -> ProviderError {
    let Some(refusal) = reply.error_body::<Refusal>() else {
        return reply.error();
    };
    let answer = reply.answer().code(refusal.message());
    let (field, message) = match (reply.status(), refusal.message()) {
        (422, "format") => ("format", "the upstream does not make this format"),
        (422, "from") => ("period", "the upstream does not accept this period"),
        (422, "groupingInterval") => ("interval", "the upstream does not group calls by this interval"),
        _ => return reply.error().with_upstream(answer),
    };
    ProviderError::new(ErrorKind::InvalidRequest, operation.name, message)
        .with_field(field)
        .with_effect(Effect::None)
        .with_upstream(answer)
}
