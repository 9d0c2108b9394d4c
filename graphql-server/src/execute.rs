//! Running an operation: in time, and without letting a fault of one take down others.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{Executor, Request, Response};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream, stream::BoxStream};

use crate::{
    error::{FrontError, FrontErrorCode},
    outcome::Outcome,
    prepare::Operation,
    request_id::RequestId,
    server::Shared,
};

/// An [`Executor`] as a trait object.
pub(crate) trait Execute: Send + Sync {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response>;
    fn subscribe(&self, request: Request) -> BoxStream<'static, Response>;
}

impl<E: Executor> Execute for E {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response> {
        Executor::execute(self, request).boxed()
    }

    fn subscribe(&self, request: Request) -> BoxStream<'static, Response> {
        self.execute_stream(request, None)
    }
}

/// Runs any operation; a query or mutation has one outcome.
pub(crate) fn run(shared: Arc<Shared>, operation: Operation, id: RequestId) -> BoxStream<'static, Outcome> {
    if operation.is_subscription {
        subscribe(&shared, operation, id)
    } else {
        stream::once(async move { run_once(&shared, operation, &id).await }).boxed()
    }
}

/// Runs a query or a mutation. At the deadline the execution is dropped; a write that must not be cut off has
/// to run in a task of its own.
pub(crate) async fn run_once(shared: &Shared, operation: Operation, id: &RequestId) -> Outcome {
    let Operation {
        request,
        executed,
        cost,
        ..
    } = operation;
    let execution = AssertUnwindSafe(shared.executor.execute(request)).catch_unwind();
    let outcome = match tokio::time::timeout(shared.limits.execution, execution).await {
        Ok(Ok(response)) => executed.settle(response, id),
        Ok(Err(panic)) => panicked(&*panic, id),
        Err(_) => {
            let limit = shared.limits.execution.as_secs_f32();
            tracing::warn!(request_id = %id, "an operation was not done in time");
            let message = format!(
                "The operation was not done in {limit} s. Ask for less at once; a change may still be completed."
            );
            Outcome::refused(FrontError::new(FrontErrorCode::DeadlineExceeded, message), id)
        }
    };
    outcome.with_cost(cost)
}

fn subscribe(shared: &Shared, operation: Operation, id: RequestId) -> BoxStream<'static, Outcome> {
    let Operation {
        request, executed, ..
    } = operation;
    AssertUnwindSafe(shared.executor.subscribe(request))
        .catch_unwind()
        .map(move |event| match event {
            Ok(response) => executed.settle(response, &id),
            Err(panic) => panicked(&*panic, &id),
        })
        .boxed()
}

fn panicked(panic: &(dyn Any + Send), id: &RequestId) -> Outcome {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(request_id = %id, panic = text.unwrap_or("of unknown kind"), "a resolver panicked");
    Outcome::refused(FrontError::internal(), id)
}
