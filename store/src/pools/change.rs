use provider_core::domain::{E164, PoolMatch, PoolStatus, ReplacementConfiguration};
use sea_orm::{ActiveModelTrait, Set};

use super::replacement::{delete_replacement, insert_replacement, replaces_all};
use crate::{Owner, Result, StoreError, Transaction, name_key, sql::Sql};

/// A pool to insert.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPool {
    /// The group that gets it, with the levels above.
    pub owner: Owner,
    /// Name, unique among the group's pools that aren't retired; see [`name_key`].
    pub name: String,
    /// Id of the configured provider.
    pub provider: String,
    /// What the provider calls it, if it has a name for it.
    pub external_id: Option<String>,
    /// What it was ordered by.
    pub matching: PoolMatch,
    /// How long a session is held open to wait for a call, in minutes.
    pub match_period_minutes: u32,
    /// How many numbers it should have.
    pub quantity: u32,
    /// What it replaces, and for which visitors.
    pub replacement: ReplacementConfiguration,
    /// Where its calls go.
    pub termination_number: E164,
}

/// What to change of a pool. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PoolChange {
    /// Another name.
    pub name: Option<String>,
    /// Another match period, in minutes.
    pub match_period_minutes: Option<u32>,
    /// Another number that its calls go to.
    pub termination_number: Option<E164>,
    /// Another configuration, in place of the whole one before.
    pub replacement: Option<ReplacementConfiguration>,
}

/// Inserts a pool that is in service, without numbers yet, and gives its row id.
///
/// # Errors
/// [`StoreError::Duplicate`] when the group has a pool of that name ([`is_pool_name_taken`]) or the provider one
/// of that external id.
pub async fn insert_pool(transaction: &Transaction, pool: &NewPool) -> Result<i64> {
    let (status, now) = (<&'static str>::from(PoolStatus::Active), transaction.now_ms());
    let row = entity::pool::ActiveModel {
        reseller_id: Set(pool.owner.reseller_id),
        customer_id: Set(pool.owner.customer_id),
        group_id: Set(pool.owner.group_id),
        name: Set(pool.name.clone()),
        name_key: Set(name_key(&pool.name)),
        status: Set(status.to_owned()),
        provider: Set(pool.provider.clone()),
        external_id: Set(pool.external_id.clone()),
        matching: Set(matching_text(&pool.matching)?),
        match_period_minutes: Set(i64::from(pool.match_period_minutes)),
        quantity: Set(i64::from(pool.quantity)),
        replace_all_numbers: Set(replaces_all(&pool.replacement)),
        termination_number: Set(pool.termination_number.as_str().to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let id = row.insert(transaction.connection()).await?.id;
    insert_replacement(transaction, id, &pool.replacement).await?;
    Ok(id)
}

fn matching_text(matching: &PoolMatch) -> Result<String> {
    serde_json::to_string(matching).map_err(|error| StoreError::Corrupt {
        table: "pools",
        column: "matching",
        value: error.to_string(),
    })
}

/// Whether a pool was refused because its group has one of that name that isn't retired.
#[must_use]
pub fn is_pool_name_taken(error: &StoreError) -> bool {
    error.is_duplicate_of("pools_name", "pools.group_id, pools.name_key")
}

/// Changes a pool; says whether it was there and not retired.
///
/// # Errors
/// [`StoreError::Duplicate`] when the group has another pool of that name ([`is_pool_name_taken`]).
pub async fn update_pool(transaction: &Transaction, id: i64, change: &PoolChange) -> Result<bool> {
    let mut sql = update(transaction);
    if let Some(name) = &change.name {
        sql.push_bind(", name = ", name.as_str())
            .push_bind(", name_key = ", name_key(name));
    }
    if let Some(minutes) = change.match_period_minutes {
        sql.push_bind(", match_period_minutes = ", i64::from(minutes));
    }
    if let Some(number) = &change.termination_number {
        sql.push_bind(", termination_number = ", number.as_str());
    }
    if let Some(replacement) = &change.replacement {
        sql.push_bind(", replace_all_numbers = ", replaces_all(replacement));
    }
    if !run(transaction, sql, id).await? {
        return Ok(false);
    }
    if let Some(replacement) = &change.replacement {
        delete_replacement(transaction, id).await?;
        insert_replacement(transaction, id, replacement).await?;
    }
    Ok(true)
}

/// Notes how many numbers a pool should have; says whether it was there and not retired.
///
/// # Errors
/// What the database says.
pub async fn set_pool_quantity(transaction: &Transaction, id: i64, quantity: u32) -> Result<bool> {
    let mut sql = update(transaction);
    sql.push_bind(", quantity = ", i64::from(quantity));
    run(transaction, sql, id).await
}

/// Takes a pool out of service for good; says whether it was there and not retired. Its numbers are not touched:
/// the caller removes them from it and gives them back or keeps them.
///
/// # Errors
/// What the database says.
pub async fn retire_pool(transaction: &Transaction, id: i64) -> Result<bool> {
    let status: &'static str = PoolStatus::Retired.into();
    let mut sql = update(transaction);
    sql.push_bind(", status = ", status)
        .push_bind(", retired_at = ", transaction.now_ms());
    run(transaction, sql, id).await
}

fn update(transaction: &Transaction) -> Sql {
    let mut sql = Sql::new("UPDATE pools SET updated_at = ");
    sql.bind(transaction.now_ms());
    sql
}

async fn run(transaction: &Transaction, mut sql: Sql, id: i64) -> Result<bool> {
    sql.push_bind(" WHERE status <> 'RETIRED' AND id = ", id);
    Ok(sql.execute(transaction.connection()).await? > 0)
}
