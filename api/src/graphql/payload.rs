//! Payloads of mutations: what a client can expect to be refused is data, the rest is an error.

use service::{OperationRecord, OperationState, ServiceError, ServiceResult};

use super::{
    error::{Result, UserError},
    input::Parsed,
};

/// Tells expected refusals from failures.
pub(crate) fn expected<T>(answer: ServiceResult<T>) -> Result<Parsed<T>> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(ServiceError::Refused(refusals)) => Ok(Err(refusals)),
        Err(failure) => Err(failure.into()),
    }
}

/// Why an operation came to nothing. One that goes on, or waits for a person, has its problem on itself.
pub(crate) fn problems(operation: &OperationRecord) -> Vec<UserError> {
    let refused = operation.state == OperationState::Refused;
    let problem = operation.problem.as_ref().filter(|_| refused);
    problem
        .map(|problem| service::UserError::from(problem).into())
        .into_iter()
        .collect()
}
