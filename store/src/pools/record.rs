use std::collections::HashMap;

use jiff::Timestamp;
use provider_core::domain::{E164, PoolMatch, PoolStatus};
use sea_orm::ConnectionTrait;

use crate::{
    Backend, Keyset, Owner, Page, PageRequest, Result, Scope, StoreError, Transaction,
    database::timestamp,
    error::{e164, json, word},
    name_key,
    records::{self, Record},
    sql::{Columns, Sql},
};

/// A pool of numbers that stand in for a page's own, one visitor each (document `telmetrics-number-pools`).
#[derive(Debug, Clone, PartialEq)]
pub struct PoolRecord {
    /// Row id.
    pub id: i64,
    /// The group that has it, with the levels above.
    pub owner: Owner,
    /// Name, unique among the group's pools that aren't retired; see [`name_key`].
    pub name: String,
    /// Where it is in its life.
    pub status: PoolStatus,
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
    /// Every number of a page is replaced, not only those that the configuration names.
    pub replace_all_numbers: bool,
    /// Where its calls go.
    pub termination_number: E164,
    /// When it was inserted.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was retired; absent if it wasn't.
    pub retired_at: Option<Timestamp>,
}

/// Which pools a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolFilter {
    /// Only those in this status.
    pub status: Option<PoolStatus>,
    /// Only those of this group.
    pub group_id: Option<i64>,
    /// Only those of this customer.
    pub customer_id: Option<i64>,
    /// Only those at this configured provider.
    pub provider: Option<String>,
    /// The name contains this, as [`name_key`] compares names.
    pub search: Option<String>,
}

impl PoolFilter {
    fn apply(&self, sql: &mut Sql) {
        if let Some(status) = self.status {
            let status: &'static str = status.into();
            sql.push_bind(" AND p.status = ", status);
        }
        if let Some(group_id) = self.group_id {
            sql.push_bind(" AND p.group_id = ", group_id);
        }
        if let Some(customer_id) = self.customer_id {
            sql.push_bind(" AND p.customer_id = ", customer_id);
        }
        if let Some(provider) = &self.provider {
            sql.push_bind(" AND p.provider = ", provider.as_str());
        }
        if let Some(search) = &self.search {
            let pattern = records::like_pattern(&name_key(search));
            sql.push_bind(" AND p.name_key LIKE ", pattern)
                .push(" ESCAPE '\\'");
        }
    }
}

impl Record for PoolRecord {
    const FROM: &'static str = "pools p";
    const ALIAS: &'static str = "p";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "reseller_id",
        "customer_id",
        "group_id",
        "name",
        "status",
        "provider",
        "external_id",
        "matching",
        "match_period_minutes",
        "quantity",
        "replace_all_numbers",
        "termination_number",
        "created_at",
        "updated_at",
        "retired_at",
    ];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        let owner = Owner {
            reseller_id: columns.get()?,
            customer_id: columns.get()?,
            group_id: columns.get()?,
        };
        Ok(Self {
            id,
            owner,
            name: columns.get()?,
            status: word("pools", "status", &columns.get::<String>()?)?,
            provider: columns.get()?,
            external_id: columns.get()?,
            matching: json("pools", "matching", &columns.get::<String>()?)?,
            match_period_minutes: count("match_period_minutes", columns.get()?)?,
            quantity: count("quantity", columns.get()?)?,
            replace_all_numbers: columns.get()?,
            termination_number: e164("pools", "termination_number", &columns.get::<String>()?)?,
            created_at: timestamp(columns.get()?),
            updated_at: timestamp(columns.get()?),
            retired_at: columns.get::<Option<i64>>()?.map(timestamp),
        })
    }

    fn id(&self) -> i64 {
        self.id
    }
}

fn count(column: &'static str, value: i64) -> Result<u32> {
    u32::try_from(value).map_err(|_| StoreError::Corrupt {
        table: "pools",
        column,
        value: value.to_string(),
    })
}

/// The columns that [`read_pool`] reads, for statements that join `pools` as `alias`.
pub(crate) fn pool_columns(alias: &str) -> String {
    records::columns::<PoolRecord>(alias)
}

/// Reads [`pool_columns`]; nothing where the join found no row.
pub(crate) fn read_pool(columns: &mut Columns<'_>) -> Result<Option<PoolRecord>> {
    records::read(columns)
}

/// The pool with this row id.
///
/// # Errors
/// What the database says.
pub async fn pool(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<PoolRecord>> {
    records::by_id(connection, scope, id).await
}

/// Reads a pool for changing it: no other transaction can change it until this one ends.
///
/// # Errors
/// What the database says.
pub async fn lock_pool(transaction: &Transaction, scope: Scope, id: i64) -> Result<Option<PoolRecord>> {
    let mut sql = records::rows::<PoolRecord>(scope);
    sql.push_bind(" AND p.id = ", id);
    if transaction.backend() == Backend::Postgres {
        sql.push(" FOR UPDATE");
    }
    records::first(transaction.connection(), sql).await
}

/// The pool that a provider calls by this id.
///
/// # Errors
/// What the database says.
pub async fn pool_by_external_id(
    connection: &impl ConnectionTrait,
    provider: &str,
    external_id: &str,
) -> Result<Option<PoolRecord>> {
    let mut sql = records::rows::<PoolRecord>(Scope::Platform);
    sql.push_bind(" AND p.provider = ", provider)
        .push_bind(" AND p.external_id = ", external_id);
    records::first(connection, sql).await
}

/// The row of a group's pool that has a name, retired ones aside.
///
/// # Errors
/// What the database says.
pub async fn pool_with_name(
    connection: &impl ConnectionTrait,
    group_id: i64,
    name: &str,
) -> Result<Option<i64>> {
    let mut sql = Sql::new("SELECT id FROM pools WHERE status <> 'RETIRED' AND group_id = ");
    sql.bind(group_id).push_bind(" AND name_key = ", name_key(name));
    Ok(sql
        .one(connection)
        .await?
        .map(|row| row.try_get_by_index(0))
        .transpose()?)
}

/// Pools by row id.
///
/// # Errors
/// What the database says.
pub async fn pools_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, PoolRecord>> {
    records::by_ids(connection, scope, ids).await
}

/// A page of pools.
///
/// # Errors
/// What the database says.
pub async fn pools(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &PoolFilter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<PoolRecord>> {
    records::page(connection, scope, |sql| filter.apply(sql), keyset, request).await
}

/// How many pools the list has.
///
/// # Errors
/// What the database says.
pub async fn count_pools(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &PoolFilter,
) -> Result<i64> {
    records::count::<PoolRecord>(connection, scope, |sql| filter.apply(sql)).await
}
