use jiff::Timestamp;
use numbering::{E164, Facts};
use provider_core::domain::NumberStatus;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value};

use super::NumberRecord;
use crate::{EventKind, NewEvent, Result, StoreError, Transaction, names::name_key, record_event, sql::Sql};

/// Writes what changed between `before` and `after` together with the event that tells it.
///
/// The row must still be in the status that `before` has; the caller has locked it with
/// [`lock_number`](super::lock_number) or claimed it in this transaction.
///
/// # Errors
/// [`StoreError::Busy`] when the row changed in between, [`StoreError::Duplicate`] of `numbers_name` when
/// another number of the group has the name.
pub async fn save_number(
    transaction: &Transaction,
    before: &NumberRecord,
    after: &NumberRecord,
    event: NewEvent<'_>,
) -> Result<i64> {
    let connection = transaction.connection();
    let owner = after.owner;
    let status: &'static str = after.status.into();
    let previous: &'static str = before.status.into();
    let mut sql = Sql::new("UPDATE numbers SET status = ");
    sql.bind(status)
        .push_bind(", name = ", after.name.clone())
        .push_bind(", name_key = ", after.name.as_deref().map(name_key))
        .push_bind(", reseller_id = ", owner.map(|owner| owner.reseller_id))
        .push_bind(", customer_id = ", owner.map(|owner| owner.customer_id))
        .push_bind(", group_id = ", owner.map(|owner| owner.group_id))
        .push_bind(", dealer_id = ", after.dealer_id)
        .push_bind(", pool_id = ", after.pool_id)
        .push_bind(
            ", termination_number = ",
            after.termination_number.as_ref().map(|n| n.as_str().to_owned()),
        )
        .push_bind(", provider = ", after.provider.clone())
        .push_bind(", external_id = ", after.external_id.clone())
        .push_bind(", order_token = ", after.order_token.clone())
        .push_bind(", hold_until = ", milliseconds(after.hold_until))
        .push_bind(", quarantine_until = ", milliseconds(after.quarantine_until))
        .push_bind(", assigned_at = ", milliseconds(after.assigned_at))
        .push_bind(", suspended_at = ", milliseconds(after.suspended_at))
        .push_bind(", dropped_at = ", milliseconds(after.dropped_at))
        .push_bind(", updated_at = ", transaction.now_ms())
        .push_bind(" WHERE id = ", after.id)
        .push_bind(" AND status = ", previous);
    if sql.execute(connection).await? != 1 {
        return Err(StoreError::Busy(format!(
            "number {} changed in between",
            before.id
        )));
    }
    if before.tags != after.tags {
        replace_tags(connection, after.id, &after.tags).await?;
    }
    let (old, new) = difference(before, after);
    record_event(
        transaction,
        after.id,
        after.owner.or(before.owner),
        event,
        &old,
        &new,
    )
    .await
}

fn milliseconds(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::as_millisecond)
}

async fn replace_tags(connection: &impl ConnectionTrait, number_id: i64, tags: &[String]) -> Result<()> {
    let mut delete = Sql::new("DELETE FROM number_tags WHERE number_id = ");
    delete.bind(number_id);
    delete.execute(connection).await?;
    insert_tags(connection, number_id, tags).await
}

async fn insert_tags(connection: &impl ConnectionTrait, number_id: i64, tags: &[String]) -> Result<()> {
    for tag in tags {
        let mut insert = Sql::new("INSERT INTO number_tags (number_id, tag) VALUES (");
        insert
            .bind(number_id)
            .push_bind(", ", tag.clone())
            .push(") ON CONFLICT DO NOTHING");
        insert.execute(connection).await?;
    }
    Ok(())
}

/// What an event shows of a number.
fn facts(number: &NumberRecord) -> Map<String, Value> {
    let mut facts = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            facts.insert(name.to_owned(), value);
        }
    };
    put("status", Value::from(number.status.to_string()));
    put("name", Value::from(number.name.clone()));
    put(
        "customerId",
        Value::from(number.owner.map(|owner| owner.customer_id)),
    );
    put("groupId", Value::from(number.owner.map(|owner| owner.group_id)));
    put("dealerId", Value::from(number.dealer_id));
    put("poolId", Value::from(number.pool_id));
    put(
        "terminationNumber",
        Value::from(number.termination_number.as_ref().map(|n| n.as_str().to_owned())),
    );
    put("holdUntil", Value::from(number.hold_until.map(|t| t.to_string())));
    put(
        "quarantineUntil",
        Value::from(number.quarantine_until.map(|t| t.to_string())),
    );
    if !number.tags.is_empty() {
        put("tags", Value::from(number.tags.clone()));
    }
    facts
}

/// The facts that differ, as they were and as they are; a fact that is absent on one side is left out there.
pub(super) fn difference(before: &NumberRecord, after: &NumberRecord) -> (Value, Value) {
    let (mut old, mut new) = (facts(before), facts(after));
    let same: Vec<String> = old
        .iter()
        .filter(|(name, value)| new.get(*name) == Some(value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in same {
        old.remove(&name);
        new.remove(&name);
    }
    (Value::Object(old), Value::Object(new))
}

/// A number that the inventory gets.
#[derive(Debug, Clone)]
pub struct NewNumber {
    /// The number.
    pub e164: E164,
    /// What the numbering plan says about it.
    pub facts: Facts,
    /// Row of its place.
    pub place_id: Option<i64>,
    /// Its first status: [`NumberStatus::Available`] for stock.
    pub status: NumberStatus,
    /// Id of the provider.
    pub provider: String,
    /// The provider's id of it.
    pub external_id: Option<String>,
    /// Recurring cost in minor units, with its ISO 4217 code.
    pub monthly_cost: Option<(i64, String)>,
    /// Labels.
    pub tags: Vec<String>,
}

/// Puts a number into the inventory, unless it is there already: then nothing changes and `None` is given.
///
/// # Errors
/// What the database says.
pub async fn insert_number(
    transaction: &Transaction,
    number: &NewNumber,
    event: NewEvent<'_>,
) -> Result<Option<i64>> {
    let connection = transaction.connection();
    let (facts, now) = (&number.facts, transaction.now_ms());
    let number_type: &'static str = facts.number_type.into();
    let status: &'static str = number.status.into();
    let mut sql = Sql::new(
        "INSERT INTO numbers (e164, country, number_type, status, area_code, exchange, region, place_id, \
         rate_center, provider, external_id, monthly_cost_minor, monthly_cost_currency, created_at, updated_at) \
         VALUES (",
    );
    sql.bind(number.e164.as_str())
        .push_bind(", ", facts.country.map(|country| country.as_str().to_owned()))
        .push_bind(", ", number_type)
        .push_bind(", ", status)
        .push_bind(", ", facts.area_code.clone())
        .push_bind(", ", facts.exchange.clone())
        .push_bind(", ", facts.region.clone())
        .push_bind(", ", number.place_id)
        .push_bind(", ", facts.rate_center.clone())
        .push_bind(", ", number.provider.clone())
        .push_bind(", ", number.external_id.clone())
        .push_bind(", ", number.monthly_cost.as_ref().map(|(minor, _)| *minor))
        .push_bind(
            ", ",
            number.monthly_cost.as_ref().map(|(_, currency)| currency.clone()),
        )
        .push_bind(", ", now)
        .push_bind(", ", now)
        .push(") ON CONFLICT (e164) DO NOTHING RETURNING id");
    let Some(row) = sql.one(connection).await? else {
        return Ok(None);
    };
    let id: i64 = row.try_get_by_index(0).map_err(StoreError::from)?;
    insert_tags(connection, id, &number.tags).await?;
    debug_assert!(event.kind == EventKind::Added);
    let after = serde_json::json!({ "status": number.status.to_string() });
    record_event(transaction, id, None, event, &Value::Object(Map::new()), &after).await?;
    Ok(Some(id))
}

/// The number of a group that has a name, pools' numbers and released ones aside.
///
/// # Errors
/// What the database says.
pub async fn number_with_name(
    connection: &impl ConnectionTrait,
    group_id: i64,
    name: &str,
) -> Result<Option<i64>> {
    let mut sql = Sql::new(
        "SELECT id FROM numbers WHERE name_key IS NOT NULL AND pool_id IS NULL AND status <> 'DROPPED' \
         AND group_id = ",
    );
    sql.bind(group_id).push_bind(" AND name_key = ", name_key(name));
    Ok(sql
        .one(connection)
        .await?
        .map(|row| row.try_get_by_index(0))
        .transpose()?)
}
