use sea_orm::ConnectionTrait;

use crate::{Result, StoreError, Transaction, sql::Sql};

/// Puts a number into a pool from now on.
///
/// # Errors
/// [`StoreError::Duplicate`] of `pool_members_active` when the number is in a pool.
pub async fn add_member(transaction: &Transaction, pool_id: i64, number_id: i64) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO pool_members (pool_id, number_id, added_at) VALUES (");
    sql.bind(pool_id)
        .push_bind(", ", number_id)
        .push_bind(", ", transaction.now_ms())
        .push(")");
    sql.execute(transaction.connection()).await.map(|_| ())
}

/// Takes a number out of a pool; says whether it was in it.
///
/// # Errors
/// What the database says.
pub async fn remove_member(transaction: &Transaction, pool_id: i64, number_id: i64) -> Result<bool> {
    let mut sql = Sql::new("UPDATE pool_members SET removed_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(" WHERE removed_at IS NULL AND pool_id = ", pool_id)
        .push_bind(" AND number_id = ", number_id);
    Ok(sql.execute(transaction.connection()).await? > 0)
}

/// Rows of the numbers that a pool has now, in the order they came. Give the id of a pool that was read inside
/// the caller's scope.
///
/// # Errors
/// What the database says.
pub async fn members(connection: &impl ConnectionTrait, pool_id: i64) -> Result<Vec<i64>> {
    let mut sql = Sql::new("SELECT number_id FROM pool_members WHERE pool_id = ");
    sql.bind(pool_id).push(" AND removed_at IS NULL ORDER BY id");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(StoreError::from))
        .collect()
}
