use super::read::operation_by_id;
use super::record::{COLUMNS, read};
use super::{OperationKind, OperationRecord};
use crate::{Owner, Result, Transaction, sql::Sql};

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
    /// The number that is changed. One open operation at a time has it.
    pub number_id: Option<i64>,
    /// The pool that is changed.
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
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) of `operations_number_open` when another change of the
/// number is under way.
pub async fn insert_operation(
    transaction: &Transaction,
    operation: &NewOperation,
) -> Result<Option<OperationRecord>> {
    let now = transaction.now_ms();
    let kind: &'static str = operation.kind.into();
    let mut sql = Sql::new(
        "INSERT INTO operations (tenant, client_reference, kind, state, input_hash, input, token, reseller_id, \
         customer_id, group_id, number_id, pool_id, attempts, sightings, actor, request_id, lease_owner, lease_until, \
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
        .push_bind(", ", operation.number_id)
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

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A number, and the pool that it works in.
    Number {
        /// Row of the number.
        id: i64,
        /// Row of its pool.
        pool_id: Option<i64>,
    },
    /// A pool, with all its numbers.
    Pool {
        /// Row of the pool.
        id: i64,
    },
}

/// The operation that is changing this at the moment, of the number itself, its pool, or a number of the pool.
/// Lock the number or pool first, so that no other change begins meanwhile.
///
/// # Errors
/// What the database says.
pub async fn change_under_way(transaction: &Transaction, of: Subject) -> Result<Option<OperationRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM operations o WHERE o.finished_at IS NULL AND ("
    ));
    match of {
        Subject::Number { id, pool_id } => {
            sql.push_bind("o.number_id = ", id);
            if let Some(pool_id) = pool_id {
                sql.push_bind(" OR o.pool_id = ", pool_id);
            }
        }
        Subject::Pool { id } => {
            sql.push_bind("o.pool_id = ", id)
                .push_bind(
                    " OR o.number_id IN (SELECT n.id FROM numbers n WHERE n.pool_id = ",
                    id,
                )
                .push(")");
        }
    }
    sql.push(") ORDER BY o.id LIMIT 1");
    sql.one(transaction.connection())
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The operations of one kind for a group that have not come to their end, oldest first. Lock the group first, so
/// that no other begins meanwhile.
///
/// # Errors
/// What the database says.
pub async fn open_operations(
    transaction: &Transaction,
    group_id: i64,
    kind: OperationKind,
) -> Result<Vec<OperationRecord>> {
    let kind: &'static str = kind.into();
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM operations o WHERE o.finished_at IS NULL"
    ));
    sql.push_bind(" AND o.group_id = ", group_id)
        .push_bind(" AND o.kind = ", kind)
        .push(" ORDER BY o.id");
    let rows = sql.all(transaction.connection()).await?;
    rows.iter().map(read).collect()
}
