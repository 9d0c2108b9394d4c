use entity::{api_key, setting};
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{Result, Scope, StoreError, Transaction, database::timestamp, error::word, sql::Sql};

/// What the holder of a key may do inside the key's scope. The names and their meaning are those of the document
/// `telecomx-cdr-statistics` ("Access level"); KPI is of this program.
///
/// Neither is the order of the variants an order of power, nor does a level widen the scope: a key for a
/// customer sees that customer alone, whatever its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessLevel {
    /// Reads what belongs to its customer.
    Viewer,
    /// As VIEWER, and changes numbers and pools: assign, hold, update, release.
    Manage,
    /// As MANAGE; it speaks for the customer itself.
    Owner,
    /// As OWNER, for every customer of its reseller.
    Reseller,
    /// Everything in the installation, stock, providers and keys included.
    Admin,
    /// Reads number KPIs and nothing else.
    Kpi,
}

/// A key as it is stored: without the key itself, which only its holder knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Row id.
    pub id: i64,
    /// Name, for people.
    pub name: String,
    /// First characters of the key, to recognize it by.
    pub prefix: String,
    /// What its holder may do.
    pub level: AccessLevel,
    /// Where.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it is no longer good; absent for never.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked; absent if it wasn't.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKeyRecord {
    /// Whether the key is good at an instant: neither expired nor revoked.
    #[must_use]
    pub fn is_good_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A key to insert.
#[derive(Clone)]
pub struct NewApiKey {
    /// Name, for people.
    pub name: String,
    /// First characters of the key, to recognize it by.
    pub prefix: String,
    /// Keyed hash of the key, in lower-case hexadecimal. Not shown by `Debug`.
    pub hash: String,
    /// What its holder may do.
    pub level: AccessLevel,
    /// Where.
    pub scope: Scope,
    /// From when it is no longer good; absent for never.
    pub expires_at: Option<Timestamp>,
}

impl std::fmt::Debug for NewApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewApiKey")
            .field("name", &self.name)
            .field("prefix", &self.prefix)
            .field("level", &self.level)
            .field("scope", &self.scope)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Inserts a key and gives its row id.
///
/// # Errors
/// [`StoreError::Duplicate`] when the hash is there already.
pub async fn insert_api_key(transaction: &Transaction, key: &NewApiKey) -> Result<i64> {
    let level: &'static str = key.level.into();
    let (reseller_id, customer_id, group_id) = rows_of(key.scope);
    let row = api_key::ActiveModel {
        name: Set(key.name.clone()),
        prefix: Set(key.prefix.clone()),
        hash: Set(key.hash.clone()),
        level: Set(level.to_owned()),
        reseller_id: Set(reseller_id),
        customer_id: Set(customer_id),
        group_id: Set(group_id),
        created_at: Set(transaction.now_ms()),
        expires_at: Set(key.expires_at.map(Timestamp::as_millisecond)),
        ..Default::default()
    };
    Ok(row.insert(transaction.connection()).await?.id)
}

/// The key with this hash, be it good or not: see [`ApiKeyRecord::is_good_at`].
///
/// # Errors
/// What the database says.
pub async fn api_key_by_hash(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<ApiKeyRecord>> {
    let row = api_key::Entity::find()
        .filter(api_key::COLUMN.hash.eq(hash))
        .one(connection)
        .await?;
    row.map(read).transpose()
}

/// The key of this row, be it good or not: see [`ApiKeyRecord::is_good_at`].
///
/// # Errors
/// What the database says.
pub async fn api_key(connection: &impl ConnectionTrait, id: i64) -> Result<Option<ApiKeyRecord>> {
    let row = api_key::Entity::find_by_id(id).one(connection).await?;
    row.map(read).transpose()
}

/// Every key, good or not, oldest first.
///
/// # Errors
/// What the database says.
pub async fn api_keys(connection: &impl ConnectionTrait) -> Result<Vec<ApiKeyRecord>> {
    let rows = api_key::Entity::find()
        .order_by_asc(api_key::COLUMN.id)
        .all(connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// How many keys there are, good or not.
///
/// # Errors
/// What the database says.
pub async fn count_api_keys(connection: &impl ConnectionTrait) -> Result<i64> {
    let count = api_key::Entity::find().count(connection).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Revokes a key that lies inside `scope`, from now on and for good; says whether it was there and not yet
/// revoked.
///
/// # Errors
/// What the database says.
pub async fn revoke_api_key(transaction: &Transaction, scope: Scope, id: i64) -> Result<bool> {
    let mut sql = Sql::new("UPDATE api_keys SET revoked_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(" WHERE revoked_at IS NULL AND id = ", id);
    scope.restrict(&mut sql, "api_keys");
    Ok(sql.execute(transaction.connection()).await? > 0)
}

/// The value of a setting, if it has one.
///
/// # Errors
/// What the database says.
pub async fn setting(connection: &impl ConnectionTrait, name: &str) -> Result<Option<String>> {
    Ok(setting::Entity::find_by_id(name)
        .one(connection)
        .await?
        .map(|setting| setting.value))
}

/// Gives the value of a setting; sets it to `value_if_absent` when it has none. Of several callers at once, all
/// get the value of the one that came first.
///
/// # Errors
/// What the database says.
pub async fn ensure_setting(transaction: &Transaction, name: &str, value_if_absent: &str) -> Result<String> {
    let mut sql = Sql::new("INSERT INTO settings (name, value) VALUES (");
    sql.bind(name).push_bind(", ", value_if_absent);
    // PostgreSQL waits here for another transaction that inserts the same name, and the statement below then
    // sees what it committed.
    sql.push(") ON CONFLICT (name) DO NOTHING");
    sql.execute(transaction.connection()).await?;
    setting(transaction.connection(), name)
        .await?
        .ok_or(StoreError::Aborted)
}

fn rows_of(scope: Scope) -> (Option<i64>, Option<i64>, Option<i64>) {
    match scope {
        Scope::Platform => (None, None, None),
        Scope::Reseller { reseller_id } => (Some(reseller_id), None, None),
        Scope::Customer {
            reseller_id,
            customer_id,
        } => (Some(reseller_id), Some(customer_id), None),
        Scope::Group {
            reseller_id,
            customer_id,
            group_id,
        } => (Some(reseller_id), Some(customer_id), Some(group_id)),
    }
}

fn read(row: api_key::Model) -> Result<ApiKeyRecord> {
    Ok(ApiKeyRecord {
        id: row.id,
        level: word("api_keys", "level", &row.level)?,
        scope: read_scope(&row)?,
        name: row.name,
        prefix: row.prefix,
        created_at: timestamp(row.created_at),
        expires_at: row.expires_at.map(timestamp),
        revoked_at: row.revoked_at.map(timestamp),
    })
}

/// A level that is missing above one that is there would be read as a wider scope: it is an error instead.
fn read_scope(row: &api_key::Model) -> Result<Scope> {
    match (row.reseller_id, row.customer_id, row.group_id) {
        (None, None, None) => Ok(Scope::Platform),
        (Some(reseller_id), None, None) => Ok(Scope::Reseller { reseller_id }),
        (Some(reseller_id), Some(customer_id), None) => Ok(Scope::Customer {
            reseller_id,
            customer_id,
        }),
        (Some(reseller_id), Some(customer_id), Some(group_id)) => Ok(Scope::Group {
            reseller_id,
            customer_id,
            group_id,
        }),
        _ => Err(StoreError::Corrupt {
            table: "api_keys",
            column: "group_id",
            value: format!("key {}", row.id),
        }),
    }
}
