use std::collections::HashMap;

use entity::operation_attempt;
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait, ConnectionTrait, QueryResult, Set};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    Key, Keyset, Owner, Page, PageRequest, Position, Result, Scope, Transaction,
    database::timestamp,
    error, page,
    sql::{Columns, Sql},
};

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
    /// The number it gave.
    pub number_id: Option<i64>,
    /// The pool it gave.
    pub pool_id: Option<i64>,
    /// The provider's reference of a pending order.
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

const COLUMNS: &str = "o.id, o.tenant, o.client_reference, o.kind, o.state, o.input_hash, o.input, o.provider, \
     o.token, o.reseller_id, o.customer_id, o.group_id, o.number_id, o.pool_id, o.upstream_ref, o.attempts, \
     o.sightings, o.problem, o.actor, o.request_id, o.created_at, o.updated_at, o.finished_at";

fn read(row: &QueryResult) -> Result<OperationRecord> {
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

/// An operation to write down.
#[derive(Debug, Clone)]
pub struct NewOperation {
    /// The caller's idempotency key.
    pub client_reference: String,
    /// What it changes.
    pub kind: OperationKind,
    /// SHA-256 of the canonical input.
    pub input_hash: String,
    /// The canonical input, JSON.
    pub input: String,
    /// What identifies the order upstream.
    pub token: String,
    /// The group it is for.
    pub owner: Owner,
    /// The pool that is resized.
    pub pool_id: Option<i64>,
    /// Who asked.
    pub actor: String,
    /// The request that asked.
    pub request_id: Option<String>,
    /// Who works on it first.
    pub lease: Lease,
}

/// The exclusive right to work on an operation for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who has it: one process's name.
    pub owner: String,
    /// For how long, in milliseconds.
    pub milliseconds: i64,
}

/// Writes an operation down, leased to its writer; `None` when the tenant has one with that reference already.
///
/// # Errors
/// What the database says.
pub async fn insert_operation(
    transaction: &Transaction,
    operation: &NewOperation,
) -> Result<Option<OperationRecord>> {
    let now = transaction.now_ms();
    let kind: &'static str = operation.kind.into();
    let mut sql = Sql::new(
        "INSERT INTO operations (tenant, client_reference, kind, state, input_hash, input, token, reseller_id, \
         customer_id, group_id, pool_id, attempts, sightings, actor, request_id, lease_owner, lease_until, \
         created_at, updated_at) VALUES (",
    );
    sql.bind(operation.owner.tenant())
        .push_bind(", ", operation.client_reference.clone())
        .push_bind(", ", kind)
        .push_bind(", 'REQUESTED', ", operation.input_hash.clone())
        .push_bind(", ", operation.input.clone())
        .push_bind(", ", operation.token.clone())
        .push_bind(", ", operation.owner.reseller_id)
        .push_bind(", ", operation.owner.customer_id)
        .push_bind(", ", operation.owner.group_id)
        .push_bind(", ", operation.pool_id)
        .push_bind(", 0, 0, ", operation.actor.clone())
        .push_bind(", ", operation.request_id.clone())
        .push_bind(", ", operation.lease.owner.clone())
        .push_bind(", ", now + operation.lease.milliseconds)
        .push_bind(", ", now)
        .push_bind(", ", now)
        .push(") ON CONFLICT (tenant, client_reference) DO NOTHING RETURNING id");
    let Some(row) = sql.one(transaction.connection()).await? else {
        return Ok(None);
    };
    operation_by_id(transaction.connection(), row.try_get_by_index(0)?).await
}

async fn operation_by_id(connection: &impl ConnectionTrait, id: i64) -> Result<Option<OperationRecord>> {
    operation(connection, Scope::Platform, id).await
}

/// One operation, or nothing where the scope has none.
///
/// # Errors
/// What the database says.
pub async fn operation(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: i64,
) -> Result<Option<OperationRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM operations o WHERE o.id = "));
    sql.bind(id);
    scope.restrict(&mut sql, "o");
    sql.one(connection).await?.map(|row| read(&row)).transpose()
}

/// Operations by row id, inside the scope.
///
/// # Errors
/// What the database says.
pub async fn operations_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, OperationRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM operations o WHERE o.id IN "));
    sql.bind_list(ids.iter().copied());
    scope.restrict(&mut sql, "o");
    sql.all(connection)
        .await?
        .iter()
        .map(|row| read(row).map(|o| (o.id, o)))
        .collect()
}

/// The tenant's operation with this client reference.
///
/// # Errors
/// What the database says.
pub async fn operation_by_reference(
    connection: &impl ConnectionTrait,
    tenant: &str,
    client_reference: &str,
) -> Result<Option<OperationRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM operations o WHERE o.tenant = "));
    sql.bind(tenant)
        .push_bind(" AND o.client_reference = ", client_reference);
    sql.one(connection).await?.map(|row| read(&row)).transpose()
}

/// Which operations to list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct OperationFilter {
    /// In one of these states.
    pub states: Option<Vec<OperationState>>,
    /// Of this kind.
    pub kind: Option<OperationKind>,
    /// For this group.
    pub group_id: Option<i64>,
    /// With this client reference.
    pub client_reference: Option<String>,
}

fn filtered(scope: Scope, filter: &OperationFilter, select: &str) -> Sql {
    let mut sql = Sql::new(format!("SELECT {select} FROM operations o WHERE 1 = 1"));
    scope.restrict(&mut sql, "o");
    if let Some(states) = &filter.states {
        sql.push(" AND o.state IN ")
            .bind_list(states.iter().map(|state| -> &'static str { (*state).into() }));
    }
    if let Some(kind) = filter.kind {
        let kind: &'static str = kind.into();
        sql.push_bind(" AND o.kind = ", kind);
    }
    if let Some(group) = filter.group_id {
        sql.push_bind(" AND o.group_id = ", group);
    }
    if let Some(reference) = &filter.client_reference {
        sql.push_bind(" AND o.client_reference = ", reference.clone());
    }
    sql
}

/// One page of operations, newest first.
///
/// # Errors
/// What the database says.
pub async fn operations(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &OperationFilter,
    request: &PageRequest,
) -> Result<Page<OperationRecord>> {
    let mut sql = filtered(scope, filter, COLUMNS);
    Keyset {
        descending: true,
        ..Keyset::BY_ID
    }
    .restrict(&mut sql, "o", request);
    page::fetch(connection, sql, request, |row| {
        let operation = read(row)?;
        Ok((
            Position {
                key: Key::Int(operation.id),
                id: operation.id,
            },
            operation,
        ))
    })
    .await
}

/// How many operations match.
///
/// # Errors
/// What the database says.
pub async fn count_operations(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &OperationFilter,
) -> Result<i64> {
    filtered(scope, filter, "COUNT(*)").one_i64(connection).await
}

/// What changes about an operation.
#[derive(Debug, Clone, Default)]
pub struct OperationUpdate {
    /// The provider that is called.
    pub provider: Option<String>,
    /// The number it gave.
    pub number_id: Option<i64>,
    /// The pool it gave.
    pub pool_id: Option<i64>,
    /// The provider's reference of a pending order.
    pub upstream_ref: Option<String>,
    /// What went wrong; kept when absent.
    pub problem: Option<Problem>,
    /// How often in a row the provider said that it has no such order.
    pub sightings: Option<i64>,
}

/// Moves an operation from one state to another, by compare-and-set; false when it isn't in `from` any more.
/// A final state ends the lease.
///
/// # Errors
/// What the database says.
pub async fn advance_operation(
    transaction: &Transaction,
    id: i64,
    from: OperationState,
    to: OperationState,
    update: &OperationUpdate,
) -> Result<bool> {
    let now = transaction.now_ms();
    let (from, word): (&'static str, &'static str) = (from.into(), to.into());
    let problem = update
        .problem
        .as_ref()
        .map(|problem| serde_json::json!(problem).to_string());
    let mut sql = Sql::new("UPDATE operations SET state = ");
    sql.bind(word)
        .push_bind(", updated_at = ", now)
        .push_bind(", finished_at = ", to.is_final().then_some(now))
        .push_bind(", provider = COALESCE(", update.provider.clone())
        .push_bind(", provider), number_id = COALESCE(", update.number_id)
        .push_bind(", number_id), pool_id = COALESCE(", update.pool_id)
        .push_bind(
            ", pool_id), upstream_ref = COALESCE(",
            update.upstream_ref.clone(),
        )
        .push_bind(", upstream_ref), problem = COALESCE(", problem)
        .push_bind(", problem), sightings = COALESCE(", update.sightings)
        .push_bind(", sightings) WHERE id = ", id)
        .push_bind(" AND state = ", from);
    Ok(sql.execute(transaction.connection()).await? == 1)
}

/// An operation as the one who works on it saw it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Row id.
    pub id: i64,
    /// Its state.
    pub state: OperationState,
    /// Calls made to providers.
    pub attempts: i64,
}

/// Takes an operation to SUBMITTING under a fresh lease and writes down that a provider is about to be called;
/// gives the number of the call. `None` when the operation isn't as it was seen: somebody else works on it, and
/// the provider must not be called.
///
/// # Errors
/// What the database says.
pub async fn begin_attempt(
    transaction: &Transaction,
    seen: Seen,
    provider: &str,
    lease: &Lease,
) -> Result<Option<i64>> {
    let now = transaction.now_ms();
    let state: &'static str = seen.state.into();
    let mut begin = Sql::new("UPDATE operations SET state = 'SUBMITTING', sightings = 0, updated_at = ");
    begin
        .bind(now)
        .push_bind(", attempts = attempts + 1, provider = ", provider)
        .push_bind(", lease_owner = ", lease.owner.clone())
        .push_bind(", lease_until = ", now + lease.milliseconds)
        .push_bind(" WHERE id = ", seen.id)
        .push_bind(" AND state = ", state)
        .push_bind(" AND attempts = ", seen.attempts);
    if begin.execute(transaction.connection()).await? == 0 {
        return Ok(None);
    }
    let attempt = seen.attempts + 1;
    let row = operation_attempt::ActiveModel {
        operation_id: Set(seen.id),
        attempt: Set(attempt),
        provider: Set(provider.to_owned()),
        started_at: Set(now),
        ..Default::default()
    };
    row.insert(transaction.connection()).await?;
    Ok(Some(attempt))
}

/// Whether the order with this token may still claim and be settled: false once its operation has come to its
/// end. The operation is locked until the transaction ends, so that nothing is claimed for an order that ends at
/// the same time. True as well when there is no such operation: then the order is not one of this database's.
///
/// # Errors
/// What the database says.
pub async fn lock_order(transaction: &Transaction, token: &str) -> Result<bool> {
    let mut sql = Sql::new("SELECT state FROM operations WHERE token = ");
    sql.bind(token);
    if transaction.backend() == crate::Backend::Postgres {
        sql.push(" FOR UPDATE");
    }
    let Some(row) = sql.one(transaction.connection()).await? else {
        return Ok(true);
    };
    let state: String = row.try_get_by_index(0)?;
    let state: OperationState = error::word("operations", "state", &state)?;
    Ok(!state.is_final())
}

/// Writes down how a call ended.
///
/// # Errors
/// What the database says.
pub async fn finish_attempt(
    transaction: &Transaction,
    operation_id: i64,
    attempt: i64,
    outcome: &str,
    detail: Option<&str>,
) -> Result<()> {
    let mut sql = Sql::new("UPDATE operation_attempts SET finished_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(", outcome = ", outcome)
        .push_bind(", detail = ", detail.map(str::to_owned))
        .push_bind(" WHERE operation_id = ", operation_id)
        .push_bind(" AND attempt = ", attempt);
    sql.execute(transaction.connection()).await.map(|_| ())
}

/// Takes the lease of up to `limit` unfinished operations that nobody works on.
///
/// # Errors
/// What the database says.
pub async fn lease_operations(
    transaction: &Transaction,
    lease: &Lease,
    limit: u32,
) -> Result<Vec<OperationRecord>> {
    let now = transaction.now_ms();
    let mut free = Sql::new("SELECT id FROM operations WHERE finished_at IS NULL AND lease_until <= ");
    free.bind(now)
        .push(&format!(" ORDER BY lease_until, id LIMIT {limit}"));
    let skip = if transaction.backend() == crate::Backend::Postgres {
        " FOR UPDATE SKIP LOCKED"
    } else {
        ""
    };
    let mut sql = free.wrap(
        "WITH free AS MATERIALIZED (",
        &format!("{skip}) UPDATE operations SET"),
    );
    sql.push_bind(" lease_owner = ", lease.owner.clone())
        .push_bind(", lease_until = ", now + lease.milliseconds)
        .push(" WHERE id IN (SELECT id FROM free) RETURNING id");
    let rows = sql.all(transaction.connection()).await?;
    let ids = rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<Vec<i64>, _>>()?;
    let mut leased = operations_by_ids(transaction.connection(), Scope::Platform, &ids).await?;
    let mut found: Vec<_> = ids.iter().filter_map(|id| leased.remove(id)).collect();
    found.sort_by_key(|operation| operation.id);
    Ok(found)
}

/// Gives an unfinished operation's lease back, to be taken again no sooner than in `milliseconds`.
///
/// # Errors
/// What the database says.
pub async fn postpone_operation(transaction: &Transaction, id: i64, milliseconds: i64) -> Result<()> {
    let mut sql = Sql::new("UPDATE operations SET lease_owner = NULL, lease_until = ");
    sql.bind(transaction.now_ms() + milliseconds)
        .push_bind(" WHERE finished_at IS NULL AND id = ", id);
    sql.execute(transaction.connection()).await.map(|_| ())
}
