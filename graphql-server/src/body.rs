//! Reading a request body: not too much of it, and not for too long.

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::{
    error::{FrontError, FrontErrorCode},
    limits::Limits,
};

/// What is read and thrown away of a body over the limit, as a multiple of the limit: a client reads the
/// answer only after it has sent its request.
const DRAINED: usize = 64;

/// The whole body, whether or not its length is declared.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body, limits: &Limits) -> Result<Bytes, FrontError> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limits.body_bytes.saturating_mul(DRAINED)) {
        return Err(too_large(limits));
    }
    let reading = async {
        match Limited::new(&mut body, limits.body_bytes).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                drain(&mut body, limits).await;
                Err(too_large(limits))
            }
            Err(_) => Err(FrontError::new(
                FrontErrorCode::BadRequest,
                "The body of the request broke off.",
            )),
        }
    };
    tokio::time::timeout(limits.body_read, reading)
        .await
        .unwrap_or_else(|_| {
            let seconds = limits.body_read.as_secs_f32();
            Err(FrontError::new(
                FrontErrorCode::RequestTimeout,
                format!("The body of the request did not arrive in {seconds} s."),
            ))
        })
}

async fn drain(body: &mut Body, limits: &Limits) {
    let mut left = limits.body_bytes.saturating_mul(DRAINED);
    while !body.is_end_stream() {
        let Some(Ok(frame)) = body.frame().await else {
            return;
        };
        let read = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

fn too_large(limits: &Limits) -> FrontError {
    FrontError::new(
        FrontErrorCode::PayloadTooLarge,
        format!(
            "The body of the request is over the limit of {} bytes.",
            limits.body_bytes
        ),
    )
}
