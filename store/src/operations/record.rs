use jiff::Timestamp;
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{Owner, Result, database::timestamp, error, sql::Columns};

/// What an operation changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationKind {
    /// Gives a group a number.
    AssignNumber,
    /// Gives a group a pool of numbers.
    CreateNumberPool,
    /// Makes a pool larger or smaller.
    ResizeNumberPool,
    /// Changes a number's route, and what else was asked for with it.
    UpdateNumber,
    /// Takes a number out of service.
    SuspendNumber,
    /// Puts a suspended number back into service.
    ResumeNumber,
    /// Gives a number back.
    ReleaseNumber,
    /// Changes what a pool is called, replaces, waits for and is routed to.
    UpdateNumberPool,
    /// Ends a pool.
    RetireNumberPool,
    /// Changes how a call center reports.
    UpdateCallCenterReporting,
}

/// Where an operation is on its way.
///
/// `REQUESTED -> SUBMITTING -> SUCCEEDED | PARTIAL | REFUSED`, through `SUBMITTED` when the provider answers
/// later and through `UNCONFIRMED` when nobody knows whether the provider acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationState {
    /// Written down; no provider has been called.
    Requested,
    /// A provider is being called, or the process died while it was.
    Submitting,
    /// The provider took the order and will answer later.
    Submitted,
    /// Whether the provider acted is not known; it is being found out.
    Unconfirmed,
    /// Done.
    Succeeded,
    /// Done in part, which the caller allowed.
    Partial,
    /// Not done, and nothing was bought.
    Refused,
    /// A person must look: it could not be found out whether the provider acted.
    NeedsReview,
}

impl OperationState {
    /// No further change will come by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Partial | Self::Refused | Self::NeedsReview
        )
    }
}

/// Why an operation was refused or waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code.
    pub code: String,
    /// What went wrong and what to do, for people.
    pub message: String,
    /// Path of the input field that caused it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// How many seconds to wait before asking again, where a provider said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// A durable record of a change that a provider must make.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationRecord {
    /// Row id.
    pub id: i64,
    /// The tenant that the client reference is unique in.
    pub tenant: String,
    /// The caller's idempotency key.
    pub client_reference: String,
    /// What it changes.
    pub kind: OperationKind,
    /// Where it is.
    pub state: OperationState,
    /// SHA-256 of the canonical input.
    pub input_hash: String,
    /// The canonical input, JSON.
    pub input: String,
    /// Id of the provider that was called last.
    pub provider: Option<String>,
    /// What identifies the order upstream; the same across attempts.
    pub token: String,
    /// The group it is for.
    pub owner: Owner,
    /// The number it gave or changes.
    pub number_id: Option<i64>,
    /// The pool it gave or changes.
    pub pool_id: Option<i64>,
    /// The provider's reference of a pending order, or of what it gave and nobody could keep.
    pub upstream_ref: Option<String>,
    /// Calls made to providers.
    pub attempts: i64,
    /// How often in a row the provider said that it has no such order.
    pub sightings: i64,
    /// What went wrong.
    pub problem: Option<Problem>,
    /// Who asked: `key:<id>`.
    pub actor: String,
    /// The request that asked.
    pub request_id: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
}

pub(super) const COLUMNS: &str = "o.id, o.tenant, o.client_reference, o.kind, o.state, o.input_hash, o.input, o.provider, \
     o.token, o.reseller_id, o.customer_id, o.group_id, o.number_id, o.pool_id, o.upstream_ref, o.attempts, \
     o.sightings, o.problem, o.actor, o.request_id, o.created_at, o.updated_at, o.finished_at";

pub(super) fn read(row: &QueryResult) -> Result<OperationRecord> {
    let mut columns = Columns::of(row);
    let (id, tenant, client_reference) = (columns.get()?, columns.get()?, columns.get()?);
    let (kind, state): (String, String) = (columns.get()?, columns.get()?);
    Ok(OperationRecord {
        id,
        tenant,
        client_reference,
        kind: error::word("operations", "kind", &kind)?,
        state: error::word("operations", "state", &state)?,
        input_hash: columns.get()?,
        input: columns.get()?,
        provider: columns.get()?,
        token: columns.get()?,
        owner: Owner {
            reseller_id: columns.get()?,
            customer_id: columns.get()?,
            group_id: columns.get()?,
        },
        number_id: columns.get()?,
        pool_id: columns.get()?,
        upstream_ref: columns.get()?,
        attempts: columns.get()?,
        sightings: columns.get()?,
        problem: columns
            .get::<Option<String>>()?
            .map(|problem| error::json("operations", "problem", &problem))
            .transpose()?,
        actor: columns.get()?,
        request_id: columns.get()?,
        created_at: timestamp(columns.get()?),
        updated_at: timestamp(columns.get()?),
        finished_at: columns.get::<Option<i64>>()?.map(timestamp),
    })
}
