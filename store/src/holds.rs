use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    Owner, Result, Scope, Transaction,
    database::timestamp,
    sql::{Columns, Sql},
};

/// A short exclusive claim on a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRecord {
    /// Row id.
    pub id: i64,
    /// Row of the number.
    pub number_id: i64,
    /// The group it is held for.
    pub owner: Owner,
    /// The caller's idempotency key.
    pub client_reference: String,
    /// Who asked: `key:<id>`.
    pub actor: String,
    /// When it ends by itself.
    pub held_until: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended: RELEASED, EXPIRED or ASSIGNED.
    pub end_reason: Option<String>,
}

const COLUMNS: &str = "h.id, h.number_id, h.reseller_id, h.customer_id, h.group_id, h.client_reference, h.actor, \
     h.held_until, h.created_at, h.ended_at, h.end_reason";

fn read(row: &QueryResult) -> Result<HoldRecord> {
    let mut columns = Columns::of(row);
    Ok(HoldRecord {
        id: columns.get()?,
        number_id: columns.get()?,
        owner: Owner {
            reseller_id: columns.get()?,
            customer_id: columns.get()?,
            group_id: columns.get()?,
        },
        client_reference: columns.get()?,
        actor: columns.get()?,
        held_until: timestamp(columns.get()?),
        created_at: timestamp(columns.get()?),
        ended_at: columns.get::<Option<i64>>()?.map(timestamp),
        end_reason: columns.get()?,
    })
}

/// One hold, or nothing where the scope has none.
///
/// # Errors
/// What the database says.
pub async fn hold(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<HoldRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM holds h WHERE h.id = "));
    sql.bind(id);
    scope.restrict(&mut sql, "h");
    sql.one(connection).await?.map(|row| read(&row)).transpose()
}

/// The tenant's hold with this client reference.
///
/// # Errors
/// What the database says.
pub async fn hold_by_reference(
    connection: &impl ConnectionTrait,
    tenant: &str,
    client_reference: &str,
) -> Result<Option<HoldRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM holds h WHERE h.tenant = "));
    sql.bind(tenant)
        .push_bind(" AND h.client_reference = ", client_reference);
    sql.one(connection).await?.map(|row| read(&row)).transpose()
}

/// The hold that a number is under.
///
/// # Errors
/// What the database says.
pub async fn active_hold(connection: &impl ConnectionTrait, number_id: i64) -> Result<Option<HoldRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM holds h WHERE h.ended_at IS NULL AND h.number_id = "
    ));
    sql.bind(number_id);
    sql.one(connection).await?.map(|row| read(&row)).transpose()
}

/// Writes a hold down; `None` when the tenant has one with that reference already.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) of `holds_active` when the number is held.
pub async fn insert_hold(
    transaction: &Transaction,
    number_id: i64,
    owner: Owner,
    client_reference: &str,
    actor: &str,
    held_until: Timestamp,
) -> Result<Option<HoldRecord>> {
    let mut sql = Sql::new(
        "INSERT INTO holds (number_id, reseller_id, customer_id, group_id, tenant, client_reference, actor, \
         held_until, created_at) VALUES (",
    );
    sql.bind(number_id)
        .push_bind(", ", owner.reseller_id)
        .push_bind(", ", owner.customer_id)
        .push_bind(", ", owner.group_id)
        .push_bind(", ", owner.tenant())
        .push_bind(", ", client_reference)
        .push_bind(", ", actor)
        .push_bind(", ", held_until.as_millisecond())
        .push_bind(", ", transaction.now_ms())
        .push(") ON CONFLICT (tenant, client_reference) DO NOTHING RETURNING id");
    let Some(row) = sql.one(transaction.connection()).await? else {
        return Ok(None);
    };
    hold(
        transaction.connection(),
        Scope::Platform,
        row.try_get_by_index(0)?,
    )
    .await
}

/// Ends the hold that a number is under; false when there is none.
///
/// # Errors
/// What the database says.
pub async fn end_hold(transaction: &Transaction, number_id: i64, reason: &str) -> Result<bool> {
    let mut sql = Sql::new("UPDATE holds SET ended_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(", end_reason = ", reason)
        .push_bind(" WHERE ended_at IS NULL AND number_id = ", number_id);
    Ok(sql.execute(transaction.connection()).await? > 0)
}

/// What the passing of time does to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Its hold has ended.
    HoldExpiry,
    /// Its quarantine has ended.
    QuarantineEnd,
}

/// Rows of up to `limit` numbers whose hold or quarantine has ended by the database's clock, locked for this
/// transaction; those that another worker has locked are passed over.
///
/// # Errors
/// What the database says.
pub async fn due_numbers(transaction: &Transaction, due: Due, limit: u32) -> Result<Vec<i64>> {
    let (status, column) = match due {
        Due::HoldExpiry => ("HELD", "hold_until"),
        Due::QuarantineEnd => ("DROPPED", "quarantine_until"),
    };
    let mut sql = Sql::new(format!(
        "SELECT n.id FROM numbers n WHERE n.status = '{status}' AND n.{column} <= "
    ));
    sql.bind(transaction.now_ms())
        .push(&format!(" ORDER BY n.{column} LIMIT {limit}"));
    if transaction.backend() == crate::Backend::Postgres {
        sql.push(" FOR UPDATE SKIP LOCKED");
    }
    let rows = sql.all(transaction.connection()).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
