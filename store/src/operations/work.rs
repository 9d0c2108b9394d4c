use entity::operation_attempt;
use sea_orm::{ActiveModelTrait, ConnectionTrait, Set};

use super::{Lease, OperationRecord, OperationState, Problem, operations_by_ids};
use crate::{Result, Scope, Transaction, error, sql::Sql};

/// What changes about an operation.
#[derive(Debug, Clone, Default)]
pub struct OperationUpdate {
    /// The provider that is called.
    pub provider: Option<String>,
    /// The number it gave.
    pub number_id: Option<i64>,
    /// The pool it gave.
    pub pool_id: Option<i64>,
    /// The provider's reference of a pending order, or of what it gave and nobody could keep.
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

/// Whether an operation, open or ended, has this token.
///
/// # Errors
/// What the database says.
pub async fn has_operation(connection: &impl ConnectionTrait, token: &str) -> Result<bool> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM operations WHERE token = ");
    sql.bind(token);
    Ok(sql.one_i64(connection).await? > 0)
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
