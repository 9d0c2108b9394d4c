use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::restrict;
use crate::{
    Result, Scope, StoreError, Transaction,
    database::timestamp,
    sql::{Columns, Sql},
};

/// Where webhooks lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRecord {
    /// Row id.
    pub id: i64,
    /// The reseller that it belongs to; none for the platform.
    pub reseller_id: Option<i64>,
    /// Name, for people.
    pub name: String,
    /// Address.
    pub url: String,
    /// What its signing key is made of, together with the secret of the database.
    pub salt: String,
    /// When it was made.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "w.id, w.reseller_id, w.name, w.url, w.salt, w.created_at";

fn read(row: &QueryResult) -> Result<WebhookRecord> {
    let mut columns = Columns::of(row);
    Ok(WebhookRecord {
        id: columns.get()?,
        reseller_id: columns.get()?,
        name: columns.get()?,
        url: columns.get()?,
        salt: columns.get()?,
        created_at: timestamp(columns.get()?),
    })
}

/// The webhooks inside the scope, oldest first.
///
/// # Errors
/// What the database says.
pub async fn webhooks(connection: &impl ConnectionTrait, scope: Scope) -> Result<Vec<WebhookRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM webhooks w WHERE w.deleted_at IS NULL"
    ));
    restrict(scope, &mut sql, "w");
    sql.push(" ORDER BY w.id");
    sql.all(connection).await?.iter().map(read).collect()
}

/// Webhooks by row id, inside the scope.
///
/// # Errors
/// What the database says.
pub async fn webhooks_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, WebhookRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM webhooks w WHERE w.deleted_at IS NULL AND w.id IN "
    ));
    sql.bind_list(ids.iter().copied());
    restrict(scope, &mut sql, "w");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| read(row).map(|hook| (hook.id, hook)))
        .collect()
}

/// Inserts a webhook and gives its row id.
///
/// # Errors
/// What the database says.
pub async fn insert_webhook(
    transaction: &Transaction,
    reseller_id: Option<i64>,
    name: &str,
    url: &str,
    salt: &str,
) -> Result<i64> {
    let mut sql = Sql::new("INSERT INTO webhooks (reseller_id, name, url, salt, created_at) VALUES (");
    sql.bind(reseller_id)
        .push_bind(", ", name)
        .push_bind(", ", url)
        .push_bind(", ", salt)
        .push_bind(", ", transaction.now_ms())
        .push(") RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// Ends a webhook inside the scope, unless a rule still uses it; says whether it was there.
///
/// # Errors
/// What the database says.
pub async fn delete_webhook(transaction: &Transaction, scope: Scope, id: i64) -> Result<bool> {
    let mut sql = Sql::new("UPDATE webhooks AS w SET deleted_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(" WHERE w.deleted_at IS NULL AND w.id = ", id);
    restrict(scope, &mut sql, "w");
    Ok(sql.execute(transaction.connection()).await? == 1)
}

/// The names of the rules that use a webhook.
///
/// # Errors
/// What the database says.
pub async fn rules_of_webhook(connection: &impl ConnectionTrait, id: i64) -> Result<Vec<String>> {
    let mut sql = Sql::new("SELECT r.name FROM alert_rules r WHERE r.deleted_at IS NULL AND r.webhook_id = ");
    sql.bind(id).push(" ORDER BY r.id LIMIT 10");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(StoreError::from))
        .collect()
}
