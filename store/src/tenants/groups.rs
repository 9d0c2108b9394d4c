use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{
    Backend, Keyset, Owner, Page, PageRequest, Result, Scope, Transaction,
    database::timestamp,
    records::{self, ROWS_PER_INSERT, Record},
    sql::{Columns, Sql},
};

/// A part of a customer that has numbers and pools: the third level of the tenant tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Row id.
    pub id: i64,
    /// Row of the reseller.
    pub reseller_id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// Name, unique in its customer.
    pub name: String,
    /// What upstreams call it, if somebody told.
    pub external_id: Option<String>,
    /// When it was inserted.
    pub created_at: Timestamp,
}

impl Group {
    /// The group as an owner of numbers and pools.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            reseller_id: self.reseller_id,
            customer_id: self.customer_id,
            group_id: self.id,
        }
    }
}

/// A group to insert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewGroup {
    /// Row of the customer's reseller.
    pub reseller_id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// Name, unique in its customer.
    pub name: String,
    /// What upstreams call it, if somebody told.
    pub external_id: Option<String>,
}

/// Which groups a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupFilter {
    /// Only those of this customer.
    pub customer_id: Option<i64>,
    /// The name contains this, in whatever case.
    pub search: Option<String>,
}

impl GroupFilter {
    fn apply(&self, sql: &mut Sql) {
        if let Some(customer_id) = self.customer_id {
            sql.push_bind(" AND g.customer_id = ", customer_id);
        }
        if let Some(search) = &self.search {
            records::contains(sql, &["g.name"], search);
        }
    }
}

impl Record for Group {
    const FROM: &'static str = "groups g";
    const ALIAS: &'static str = "g";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "reseller_id",
        "customer_id",
        "name",
        "external_id",
        "created_at",
    ];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            id,
            reseller_id: columns.get()?,
            customer_id: columns.get()?,
            name: columns.get()?,
            external_id: columns.get()?,
            created_at: timestamp(columns.get()?),
        })
    }

    fn id(&self) -> i64 {
        self.id
    }

    fn restrict(scope: Scope, sql: &mut Sql) {
        match scope {
            Scope::Group { group_id, .. } => {
                sql.push_bind(" AND g.id = ", group_id);
            }
            wider => wider.restrict(sql, Self::ALIAS),
        }
    }
}

/// The columns that [`read_group`] reads, for statements that join `groups` as `alias`.
pub(crate) fn group_columns(alias: &str) -> String {
    records::columns::<Group>(alias)
}

/// Reads [`group_columns`]; nothing where the join found no row.
pub(crate) fn read_group(columns: &mut Columns<'_>) -> Result<Option<Group>> {
    records::read(columns)
}

/// The group with this row id.
///
/// # Errors
/// What the database says.
pub async fn group(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<Group>> {
    records::by_id(connection, scope, id).await
}

/// The group with this row id, which no other transaction can lock until this one ends.
///
/// # Errors
/// What the database says.
pub async fn lock_group(transaction: &Transaction, scope: Scope, id: i64) -> Result<Option<Group>> {
    let mut sql = records::rows::<Group>(scope);
    sql.push_bind(" AND g.id = ", id);
    if transaction.backend() == Backend::Postgres {
        // Rows that refer to the group can still be written.
        sql.push(" FOR NO KEY UPDATE OF g");
    }
    records::first(transaction.connection(), sql).await
}

/// The customer's group with exactly this name.
///
/// # Errors
/// What the database says.
pub async fn group_by_name(
    connection: &impl ConnectionTrait,
    scope: Scope,
    customer_id: i64,
    name: &str,
) -> Result<Option<Group>> {
    let mut sql = records::rows::<Group>(scope);
    sql.push_bind(" AND g.customer_id = ", customer_id)
        .push_bind(" AND g.name = ", name);
    records::first(connection, sql).await
}

/// Groups by row id.
///
/// # Errors
/// What the database says.
pub async fn groups_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, Group>> {
    records::by_ids(connection, scope, ids).await
}

/// A page of groups.
///
/// # Errors
/// What the database says.
pub async fn groups(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &GroupFilter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<Group>> {
    records::page(connection, scope, |sql| filter.apply(sql), keyset, request).await
}

/// How many groups the list has.
///
/// # Errors
/// What the database says.
pub async fn count_groups(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &GroupFilter,
) -> Result<i64> {
    records::count::<Group>(connection, scope, |sql| filter.apply(sql)).await
}

/// Inserts a group and gives its row id.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when the customer has a group of that name.
pub async fn insert_group(transaction: &Transaction, group: &NewGroup) -> Result<i64> {
    let mut sql = insert(transaction, std::slice::from_ref(group));
    sql.push(" RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// Gives the groups with these names, by the row of their customer and their name. Those that aren't there are
/// inserted; those that are stay as they are.
///
/// # Errors
/// What the database says.
pub async fn ensure_groups(
    transaction: &Transaction,
    groups: &[NewGroup],
) -> Result<HashMap<(i64, String), Group>> {
    let mut found = HashMap::with_capacity(groups.len());
    for chunk in groups.chunks(ROWS_PER_INSERT) {
        let mut sql = insert(transaction, chunk);
        sql.push(" ON CONFLICT (customer_id, name) DO NOTHING");
        sql.execute(transaction.connection()).await?;
        let rows = records::all::<Group>(transaction.connection(), select_named(chunk)).await?;
        found.extend(
            rows.into_iter()
                .map(|group| ((group.customer_id, group.name.clone()), group)),
        );
    }
    Ok(found)
}

fn select_named(groups: &[NewGroup]) -> Sql {
    let mut sql = records::rows::<Group>(Scope::Platform);
    let mut separator = " AND (g.customer_id, g.name) IN (VALUES (";
    for group in groups {
        sql.push_bind(separator, group.customer_id)
            .push_bind(", ", group.name.as_str())
            .push(")");
        separator = ", (";
    }
    sql.push(")");
    sql
}

fn insert(transaction: &Transaction, groups: &[NewGroup]) -> Sql {
    let into = "groups (reseller_id, customer_id, name, external_id, created_at)";
    records::insert(into, groups, |sql, group| {
        sql.bind(group.reseller_id)
            .push_bind(", ", group.customer_id)
            .push_bind(", ", group.name.as_str())
            .push_bind(", ", group.external_id.as_deref())
            .push_bind(", ", transaction.now_ms());
    })
}
