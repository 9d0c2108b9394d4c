//! What callers ask for, and what they get. Everything here is parsed; what needs the database to be judged is
//! judged by the use case.

use provider_core::{
    domain::{
        CallRoute, MatchReason, NumberMatch, PoolMatch, ProviderId, ReplacementConfiguration,
        ReplacementInput, StockNumber,
    },
    error::ProviderError,
};
use serde::{Deserialize, Deserializer, Serialize};
use store::{HoldRecord, NumberRecord, OperationRecord, PoolRecord};

/// Asks for a number for a group (document: telmetrics-number-assignment).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssignNumber {
    /// Idempotency key, 16 to 255 characters.
    pub client_reference: String,
    /// Row of the group.
    pub group_id: i64,
    /// Name, unique in its group, for reporting.
    pub name: String,
    /// What number is wanted.
    pub matching: NumberMatch,
    /// Whether a number of the same state is better than none.
    pub widen: bool,
    /// The provider to order from; otherwise every capable one in the configured order.
    pub provider: Option<ProviderId>,
    /// Where calls go.
    pub route: CallRoute,
    /// A hold of the same group on the exact number.
    pub hold_id: Option<i64>,
    /// Labels.
    pub tags: Vec<String>,
}

/// Asks for a pool of numbers for a group (document: telmetrics-number-pools).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateNumberPool {
    /// Idempotency key, 16 to 255 characters.
    pub client_reference: String,
    /// Row of the group.
    pub group_id: i64,
    /// Name, unique in its group, for reporting.
    pub name: String,
    /// Minutes to hold a session open to await a phone call.
    pub match_period_minutes: u32,
    /// How many numbers.
    pub quantity: u32,
    /// What numbers are wanted.
    pub matching: PoolMatch,
    /// Which numbers of a page are replaced, and for which visitors.
    pub replacement: ReplacementConfiguration,
    /// Where calls go.
    pub route: CallRoute,
    /// Fewer numbers than asked for are better than none.
    pub allow_partial: bool,
    /// The provider to order from; otherwise every capable one in the configured order.
    pub provider: Option<ProviderId>,
}

/// Changes a pool. Absent fields stay.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct UpdateNumberPool {
    /// Idempotency key, 16 to 255 characters. Without one a repetition is a new change, which does no harm.
    pub client_reference: Option<String>,
    /// Row of the pool.
    pub pool_id: i64,
    /// New name.
    pub name: Option<String>,
    /// New match period, minutes.
    pub match_period_minutes: Option<u32>,
    /// New replacement configuration, whole; unchecked: the use case checks it and names each fault.
    pub replacement: Option<ReplacementInput>,
    /// New route, for the pool and all its numbers.
    pub route: Option<CallRoute>,
}

/// Makes a pool larger or smaller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResizeNumberPool {
    /// Idempotency key, 16 to 255 characters.
    pub client_reference: String,
    /// Row of the pool.
    pub pool_id: i64,
    /// How many numbers it shall have.
    pub quantity: u32,
    /// Fewer new numbers than asked for are better than none.
    pub allow_partial: bool,
    /// Numbers that leave the pool stay with the group instead of being released.
    pub keep_numbers: bool,
}

/// Ends a pool.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RetireNumberPool {
    /// Idempotency key, 16 to 255 characters. Without one a repetition is a new change, which does no harm.
    pub client_reference: Option<String>,
    /// Row of the pool.
    pub pool_id: i64,
    /// Its numbers stay with the group instead of being released.
    pub keep_numbers: bool,
    /// The carrier isn't asked: the pool was ended there by other means. Without meaning for pools of our own.
    pub only_here: bool,
}

/// Sets a number aside for a group.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldNumber {
    /// Idempotency key, 16 to 255 characters.
    pub client_reference: String,
    /// Row of the group.
    pub group_id: i64,
    /// The number.
    pub number: provider_core::domain::E164,
    /// For how long, 1 minute to 24 hours.
    pub minutes: u32,
}

/// Changes a number. Absent fields stay.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct UpdateNumber {
    /// Idempotency key, 16 to 255 characters. Without one a repetition is a new change, which does no harm.
    pub client_reference: Option<String>,
    /// Row of the number.
    pub number_id: i64,
    /// New name.
    pub name: Option<String>,
    /// New labels, all of them.
    pub tags: Option<Vec<String>>,
    /// New route.
    pub route: Option<CallRoute>,
    /// Row of the group that has it from now on.
    pub group_id: Option<i64>,
    /// Row of the dealer; `Some(None)`: no dealer.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "given_or_null"
    )]
    pub dealer_id: Option<Option<i64>>,
}

/// A field that is there, be it null: an absent one is the default.
fn given_or_null<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(input).map(Some)
}

/// Takes a number out of service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SuspendNumber {
    /// Idempotency key, 16 to 255 characters. Without one a repetition is a new change, which does no harm.
    pub client_reference: Option<String>,
    /// Row of the number.
    pub number_id: i64,
    /// Why, for the history.
    pub reason: Option<String>,
}

/// Puts a suspended number back into service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResumeNumber {
    /// Idempotency key, 16 to 255 characters. Without one a repetition is a new change, which does no harm.
    pub client_reference: Option<String>,
    /// Row of the number.
    pub number_id: i64,
}

/// Gives a number up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReleaseNumber {
    /// Idempotency key, 16 to 255 characters. Without one a repetition is a new change, which does no harm.
    pub client_reference: Option<String>,
    /// Row of the number.
    pub number_id: i64,
    /// Why, for the history.
    pub reason: Option<String>,
    /// The carrier isn't asked: the number was ended there by other means. Without meaning for our own numbers.
    pub only_here: bool,
}

/// Where an order stands. Finished, or to be followed by its operation.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderAnswer {
    /// The durable record.
    pub operation: OperationRecord,
    /// The number that was given.
    pub number: Option<NumberRecord>,
    /// Why this number was given, where that can be told.
    pub matched: Option<MatchReason>,
    /// The pool that was given or changed.
    pub pool: Option<PoolRecord>,
}

/// What became of a change of a number or pool.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChangeAnswer {
    /// The durable record: of a change that a carrier makes, or that came with a client reference. Not finished
    /// means to be followed.
    pub operation: Option<OperationRecord>,
    /// The number after the change; nothing while it goes on, and when it came to nothing.
    pub number: Option<NumberRecord>,
    /// The pool after the change; nothing while it goes on, and when it came to nothing.
    pub pool: Option<PoolRecord>,
}

impl From<OrderAnswer> for ChangeAnswer {
    fn from(answer: OrderAnswer) -> Self {
        Self {
            operation: Some(answer.operation),
            number: answer.number,
            pool: answer.pool,
        }
    }
}

/// A hold and its number.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldAnswer {
    /// The hold.
    pub hold: HoldRecord,
    /// The number.
    pub number: NumberRecord,
}

/// What could be had, and who could not say.
#[derive(Debug, Clone)]
pub struct AvailableNumbers {
    /// Numbers in stock, each with its provider: provider by provider in the configured order, best match first.
    pub numbers: Vec<(ProviderId, StockNumber)>,
    /// Providers that did not answer.
    pub failures: Vec<(ProviderId, ProviderError)>,
}
