//! What both ports do with an answer.

use provider_core::call::Operation;
use provider_core::domain::UpstreamRef;
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::http::Reply;
use provider_core::outcome::{Outcome, Refusal, RefusalCode};
use serde::de::DeserializeOwned;

use crate::{Telmetrics, map, wire};

impl Telmetrics {
    /// A no: the refusal that its code stands for in our settings, or else what the status says.
    ///
    /// # Errors
    /// Every no that the settings have no word for. The documents show none at all.
    pub(crate) fn declined<T>(&self, reply: &Reply) -> Result<Outcome<T>> {
        let error = reply.error();
        let Some(problem) = reply.error_body::<wire::Problem>() else {
            return Err(error);
        };
        let code = problem.code.as_deref().and_then(|code| self.refusals.get(code));
        match code {
            // After a failure, or when it did not wait for us to finish, what it says is not the end of it.
            Some(code) if error.effect() == Effect::None && reply.status() != 429 => {
                Ok(Outcome::Refused(refusal(*code)))
            }
            _ => Err(with_words(error, reply, &problem)),
        }
    }
}

fn refusal(code: RefusalCode) -> Refusal {
    match code {
        RefusalCode::NoStock => {
            let message = "Telmetrics has no number left that matches; ask for one elsewhere or later";
            Refusal::new(code, message).at("matching")
        }
        _ => Refusal::new(
            code,
            format!("Telmetrics refused the order ({code}): nothing was bought"),
        ),
    }
}

fn with_words(error: ProviderError, reply: &Reply, problem: &wire::Problem) -> ProviderError {
    let mut answer = reply.answer();
    if let Some(code) = &problem.code {
        answer = answer.code(code);
    }
    if let Some(message) = &problem.message {
        answer = answer.message(message);
    }
    error.with_upstream(answer)
}

/// Reads an answer. One that can't be read may still say what was bought: that is kept.
///
/// # Errors
/// `BadResponse`.
pub(crate) fn read<T: DeserializeOwned>(reply: &Reply) -> Result<T> {
    reply.json().map_err(|error| {
        let named = reply.json::<wire::Named>().ok();
        match named.and_then(|named| map::reference(named.id).ok()) {
            Some(reference) => error.with_reference(reference),
            None => error,
        }
    })
}

/// Makes a receipt of an answer to a request about a group.
///
/// # Errors
/// `BadResponse` if that can't be done, `ContractViolated` if it is about another group; with the reference.
pub(crate) fn receipt<A, R>(
    reply: &Reply,
    operation: Operation,
    answer: A,
    (asked, given): (u64, Option<u64>),
    reference: &UpstreamRef,
    map: fn(A) -> Result<R, String>,
) -> Result<R> {
    if given.is_some_and(|given| given != asked) {
        let message = "what was bought belongs to another group than was asked for: look for it there";
        let error = ProviderError::new(ErrorKind::ContractViolated, operation.name, message);
        return Err(error
            .with_upstream(reply.answer())
            .with_reference(reference.clone()));
    }
    map(answer).map_err(|why| {
        let message = format!("the answer can't be used: {why}");
        reply.unreadable(message).with_reference(reference.clone())
    })
}

/// Answers a method that no document describes.
pub(crate) fn undocumented<T>(operation: &'static str, message: &'static str) -> Result<T> {
    Err(ProviderError::new(ErrorKind::Unsupported, operation, message))
}
