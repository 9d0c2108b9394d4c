//! Holding a number for a short time.

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::SignedDuration;

use super::check::{invalid, same_number};
use crate::call::{CallContext, Operation};
use crate::domain::{HoldReceipt, HoldRequest, UpstreamRef};
use crate::error::Result;
use crate::outcome::Outcome;

/// Claims numbers for a short time, so that a person can decide.
///
/// While a hold lasts, its number is offered to nobody and ordered only by an order that names the hold.
#[async_trait]
pub trait NumberHolds: Debug + Send + Sync {
    /// What can be held, and for how long.
    fn terms(&self) -> &HoldTerms;

    /// Claims one number.
    ///
    /// * `Done`: the number is ours until `expires_at`, by the upstream's clock, and free after it without
    ///   any call. Late is fine, early never.
    /// * `Refused`: `NumberTaken`, `NoStock` (the number is not this provider's to give), `UnknownGroup`,
    ///   `QuotaExceeded`, `InvalidRequest`.
    /// * `Unknown`: there may be a hold; it ends by itself.
    ///
    /// The same token again gives the same hold where the terms say so; with another request it is refused
    /// with `TokenConflict`.
    async fn hold(&self, cx: &CallContext, request: &HoldRequest) -> Result<Outcome<HoldReceipt>>;

    /// Ends a hold early. Idempotent: `Done` also when there is no such hold any more.
    async fn release_hold(&self, cx: &CallContext, hold: &UpstreamRef) -> Result<Outcome<()>>;
}

/// What a [`NumberHolds`] accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldTerms {
    /// The longest hold.
    pub longest: SignedDuration,
    /// Whether the same token twice makes one hold.
    pub idempotent_by_token: bool,
}

pub(crate) const RELEASE_HOLD: Operation = Operation::idempotent("holds.release_hold");
pub(crate) const HOLD: &str = "holds.hold";

impl HoldTerms {
    pub(crate) const fn hold(&self) -> Operation {
        Operation::by_token(HOLD, self.idempotent_by_token)
    }

    /// Refuses a hold outside the terms.
    ///
    /// # Errors
    /// `InvalidRequest`, naming the field.
    pub fn accept(&self, request: &HoldRequest) -> Result<()> {
        if request.duration.is_positive() && request.duration <= self.longest {
            return Ok(());
        }
        let message = format!(
            "a hold lasts more than 0 s and at most {} s",
            self.longest.as_secs()
        );
        Err(invalid(HOLD, "duration", message))
    }
}

/// Checks that an outcome fits its request.
///
/// # Errors
/// `ContractViolated`, with the hold as reference.
pub(crate) fn check_hold(request: &HoldRequest, outcome: &Outcome<HoldReceipt>) -> Result<()> {
    match outcome {
        Outcome::Done(receipt) => same_number(HOLD, &request.number, &receipt.number)
            .map_err(|error| error.with_reference(receipt.hold.clone())),
        Outcome::Pending { .. } | Outcome::Refused(_) | Outcome::Unknown { .. } => Ok(()),
    }
}
