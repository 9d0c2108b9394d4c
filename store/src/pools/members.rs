use entity::pool_member;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::{Result, Transaction, sql::Sql};

/// Puts a number into a pool from now on.
///
/// # Errors
/// [`StoreError::Duplicate`] of `pool_members_active` when the number is in a pool.
pub async fn add_member(transaction: &Transaction, pool_id: i64, number_id: i64) -> Result<()> {
    let row = pool_member::ActiveModel {
        pool_id: Set(pool_id),
        number_id: Set(number_id),
        added_at: Set(transaction.now_ms()),
        ..Default::default()
    };
    row.insert(transaction.connection()).await?;
    Ok(())
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
    let rows = pool_member::Entity::find()
        .filter(pool_member::COLUMN.pool_id.eq(pool_id))
        .filter(pool_member::COLUMN.removed_at.is_null())
        .order_by_asc(pool_member::COLUMN.id)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|member| member.number_id).collect())
}
