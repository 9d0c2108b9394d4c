//! Numbers that the inventory gets by the hundred, each table in one statement.

use std::collections::{HashMap, HashSet};

use entity::{assignment, number, number_event, number_tag, pool_member};
use jiff::Timestamp;
use numbering::E164;
use provider_core::domain::NumberStatus;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::{NewNumber, NumberRecord, change::difference};
use crate::{EventKind, Result, StoreError, Transaction, error::e164, names::name_key, sql::Sql};

/// Numbers of one statement: the columns of so many rows stay below what a statement may bind (SQLite 32,766).
const ROWS: usize = 500;

/// A number that the inventory gets, as stock or with an owner from the beginning.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The number as stock.
    pub number: NewNumber,
    /// What it becomes at once, made of [`NewNumber::record`], and the event that tells it.
    pub owned: Option<(NumberRecord, EventKind)>,
}

impl NewNumber {
    /// The row that it will be, still without an id.
    #[must_use]
    pub fn record(&self, now: Timestamp) -> NumberRecord {
        NumberRecord {
            id: 0,
            e164: self.e164.clone(),
            number_type: self.facts.number_type,
            status: self.status,
            country: self.facts.country,
            area_code: self.facts.area_code.clone(),
            exchange: self.facts.exchange.clone(),
            region: self.facts.region.clone(),
            locality: self.facts.locality.clone(),
            rate_center: self.facts.rate_center.clone(),
            provider: self.provider.clone(),
            external_id: self.external_id.clone(),
            name: None,
            owner: None,
            dealer_id: None,
            pool_id: None,
            termination_number: None,
            monthly_cost: self.monthly_cost.clone(),
            order_token: None,
            hold_until: None,
            quarantine_until: None,
            assigned_at: None,
            suspended_at: None,
            dropped_at: None,
            created_at: now,
            updated_at: now,
            tags: self.tags.clone(),
            group: None,
            customer: None,
            dealer: None,
            pool: None,
        }
    }
}

/// Those of the numbers that the inventory has.
///
/// # Errors
/// What the database says.
pub async fn known_numbers(connection: &impl ConnectionTrait, numbers: &[E164]) -> Result<HashSet<E164>> {
    let mut known = HashSet::new();
    for chunk in numbers.chunks(ROWS) {
        let mut sql = Sql::new("SELECT e164 FROM numbers WHERE e164 IN ");
        sql.bind_list(chunk.iter().map(E164::as_str));
        for row in sql.all(connection).await? {
            let text: String = row.try_get_by_index(0)?;
            known.insert(e164("numbers", "e164", &text)?);
        }
    }
    Ok(known)
}

/// Those of the names, as (group, [`name_key`]), that a number of the group has: not a pool's, not a released one.
///
/// # Errors
/// What the database says.
pub async fn taken_names(
    connection: &impl ConnectionTrait,
    names: &HashSet<(i64, String)>,
) -> Result<HashSet<(i64, String)>> {
    let groups: HashSet<i64> = names.iter().map(|(group_id, _)| *group_id).collect();
    let mut sql = Sql::new(
        "SELECT group_id, name_key FROM numbers WHERE name_key IS NOT NULL AND pool_id IS NULL \
         AND status <> 'DROPPED' AND group_id IN ",
    );
    sql.bind_list(groups)
        .push(" AND name_key IN ")
        .bind_list(names.iter().map(|(_, key)| key.as_str()));
    let mut taken = HashSet::new();
    for row in sql.all(connection).await? {
        let name = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if names.contains(&name) {
            taken.insert(name);
        }
    }
    Ok(taken)
}

/// Those of the external ids, as (provider, id), that a number has.
///
/// # Errors
/// What the database says.
pub async fn taken_external_ids(
    connection: &impl ConnectionTrait,
    ids: &HashSet<(String, String)>,
) -> Result<HashSet<(String, String)>> {
    let mut sql =
        Sql::new("SELECT provider, external_id FROM numbers WHERE external_id IS NOT NULL AND provider IN ");
    sql.bind_list(
        ids.iter()
            .map(|(provider, _)| provider.as_str())
            .collect::<HashSet<_>>(),
    )
    .push(" AND external_id IN ")
    .bind_list(ids.iter().map(|(_, id)| id.as_str()));
    let mut taken = HashSet::new();
    for row in sql.all(connection).await? {
        let id = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if ids.contains(&id) {
            taken.insert(id);
        }
    }
    Ok(taken)
}

/// Inserts numbers with their labels, owners and histories; gives the row ids of the events.
///
/// # Errors
/// [`StoreError::Duplicate`] when the inventory has one of the numbers or external ids, or a group one of the
/// names; nothing more can be done in the transaction then.
pub async fn insert_numbers(
    transaction: &Transaction,
    arrivals: &[Arrival],
    actor: &str,
    cause: Option<&str>,
) -> Result<Vec<i64>> {
    let mut events = Vec::with_capacity(arrivals.len());
    for chunk in arrivals.chunks(ROWS) {
        let ids = insert_rows(transaction, chunk).await?;
        insert_all(transaction, tags(&ids, chunk)).await?;
        insert_all(transaction, assignments(transaction, &ids, chunk)).await?;
        insert_all(transaction, members(transaction, &ids, chunk)).await?;
        let histories = histories(transaction, &ids, chunk, actor, cause);
        for batch in histories.chunks(ROWS) {
            let inserted = number_event::Entity::insert_many(batch.iter().cloned())
                .exec_with_returning(transaction.connection())
                .await?;
            events.extend(inserted.into_iter().map(|event| event.id));
        }
    }
    events.sort_unstable();
    Ok(events)
}

/// Inserts the rows of numbers and gives their ids, in the order of the arrivals.
async fn insert_rows(transaction: &Transaction, arrivals: &[Arrival]) -> Result<Vec<i64>> {
    let now = transaction.now();
    let rows = arrivals.iter().map(|arrival| {
        let stock = || arrival.number.record(now);
        let record = arrival
            .owned
            .as_ref()
            .map_or_else(stock, |(record, _)| record.clone());
        row(record, arrival.number.place_id, transaction.now_ms())
    });
    let inserted = number::Entity::insert_many(rows)
        .exec_with_returning(transaction.connection())
        .await?;
    let ids: HashMap<&str, i64> = inserted
        .iter()
        .map(|number| (number.e164.as_str(), number.id))
        .collect();
    let id = |arrival: &Arrival| {
        ids.get(arrival.number.e164.as_str())
            .copied()
            .ok_or(StoreError::Aborted)
    };
    arrivals.iter().map(id).collect()
}

async fn insert_all<A>(transaction: &Transaction, rows: Vec<A>) -> Result<()>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    if !rows.is_empty() {
        A::Entity::insert_many(rows)
            .exec_without_returning(transaction.connection())
            .await?;
    }
    Ok(())
}

fn row(record: NumberRecord, place_id: Option<i64>, now: i64) -> number::ActiveModel {
    let milliseconds = |instant: Option<Timestamp>| instant.map(Timestamp::as_millisecond);
    let (cost, currency) = record.monthly_cost.unzip();
    number::ActiveModel {
        e164: Set(record.e164.as_str().to_owned()),
        country: Set(record.country.map(|country| country.as_str().to_owned())),
        number_type: Set(record.number_type.to_string()),
        status: Set(record.status.to_string()),
        area_code: Set(record.area_code),
        exchange: Set(record.exchange),
        region: Set(record.region),
        place_id: Set(place_id),
        rate_center: Set(record.rate_center),
        provider: Set(record.provider),
        external_id: Set(record.external_id),
        name_key: Set(record.name.as_deref().map(name_key)),
        name: Set(record.name),
        reseller_id: Set(record.owner.map(|owner| owner.reseller_id)),
        dealer_id: Set(record.dealer_id),
        customer_id: Set(record.owner.map(|owner| owner.customer_id)),
        group_id: Set(record.owner.map(|owner| owner.group_id)),
        pool_id: Set(record.pool_id),
        termination_number: Set(record.termination_number.map(|number| number.as_str().to_owned())),
        monthly_cost_minor: Set(cost),
        monthly_cost_currency: Set(currency),
        quarantine_until: Set(milliseconds(record.quarantine_until)),
        assigned_at: Set(milliseconds(record.assigned_at)),
        suspended_at: Set(milliseconds(record.suspended_at)),
        dropped_at: Set(milliseconds(record.dropped_at)),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    }
}

fn tags(ids: &[i64], arrivals: &[Arrival]) -> Vec<number_tag::ActiveModel> {
    let tagged = ids.iter().zip(arrivals).flat_map(|(id, arrival)| {
        arrival.number.tags.iter().map(|tag| number_tag::ActiveModel {
            number_id: Set(*id),
            tag: Set(tag.clone()),
        })
    });
    tagged.collect()
}

/// One assignment a number with an owner; that of a released number is over.
fn assignments(transaction: &Transaction, ids: &[i64], arrivals: &[Arrival]) -> Vec<assignment::ActiveModel> {
    let assigned = ids.iter().zip(arrivals).filter_map(|(id, arrival)| {
        let (record, _) = arrival.owned.as_ref()?;
        let owner = record.owner?;
        let released = record.status == NumberStatus::Dropped;
        Some(assignment::ActiveModel {
            number_id: Set(*id),
            reseller_id: Set(owner.reseller_id),
            customer_id: Set(owner.customer_id),
            group_id: Set(owner.group_id),
            pool_id: Set(record.pool_id),
            name: Set(record.name.clone().unwrap_or_default()),
            assigned_at: Set(transaction.now_ms()),
            released_at: Set(released.then(|| transaction.now_ms())),
            ..Default::default()
        })
    });
    assigned.collect()
}

fn members(transaction: &Transaction, ids: &[i64], arrivals: &[Arrival]) -> Vec<pool_member::ActiveModel> {
    let joined = ids.iter().zip(arrivals).filter_map(|(id, arrival)| {
        let (record, _) = arrival.owned.as_ref()?;
        Some(pool_member::ActiveModel {
            pool_id: Set(record.pool_id?),
            number_id: Set(*id),
            added_at: Set(transaction.now_ms()),
            ..Default::default()
        })
    });
    joined.collect()
}

/// What the history says: the inventory got the number, and then somebody got it.
fn histories(
    transaction: &Transaction,
    ids: &[i64],
    arrivals: &[Arrival],
    actor: &str,
    cause: Option<&str>,
) -> Vec<number_event::ActiveModel> {
    let event =
        |number_id: i64, kind: EventKind, (before, after): (Value, Value)| number_event::ActiveModel {
            number_id: Set(number_id),
            kind: Set(kind.to_string()),
            at: Set(transaction.now_ms()),
            actor: Set(actor.to_owned()),
            cause: Set(cause.map(str::to_owned)),
            before: Set(before.to_string()),
            after: Set(after.to_string()),
            ..Default::default()
        };
    let mut events = Vec::with_capacity(2 * arrivals.len());
    for (id, arrival) in ids.iter().zip(arrivals) {
        let status = json!({ "status": arrival.number.status.to_string() });
        events.push(event(*id, EventKind::Added, (json!({}), status)));
        if let Some((record, kind)) = &arrival.owned {
            let stock = arrival.number.record(transaction.now());
            events.push(number_event::ActiveModel {
                reseller_id: Set(record.owner.map(|owner| owner.reseller_id)),
                customer_id: Set(record.owner.map(|owner| owner.customer_id)),
                group_id: Set(record.owner.map(|owner| owner.group_id)),
                ..event(*id, *kind, difference(&stock, record))
            });
        }
    }
    events
}
