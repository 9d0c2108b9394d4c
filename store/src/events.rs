use std::collections::HashMap;

use entity::{assignment, number_event};
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait, ConnectionTrait, QueryResult, Set};
use serde_json::Value;
use strum::{Display, EnumString, IntoStaticStr};

use crate::{
    Key, Keyset, Owner, Page, PageRequest, Position, Result, Scope, StoreError, Transaction,
    database::timestamp,
    error, page,
    sql::{Columns, Sql},
};

/// What happened to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum EventKind {
    /// The inventory got it.
    Added,
    /// An order claimed it.
    Claimed,
    /// A claim was given back because its order failed.
    Unclaimed,
    /// It was set aside for a short time.
    Held,
    /// A hold was given back.
    HoldReleased,
    /// A hold ended by itself.
    HoldExpired,
    /// A group got it.
    Assigned,
    /// Its name, route, labels or owner changed.
    Updated,
    /// It was taken out of service.
    Suspended,
    /// It was put back into service.
    Resumed,
    /// Its owner gave it up; our own rests in quarantine, a carrier's went back to the carrier.
    Released,
    /// A release was undone inside quarantine.
    Restored,
    /// Quarantine ended; our own is stock again, a carrier's stays dropped.
    QuarantineEnded,
}

/// Who did something to a number, and why.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// What happened.
    pub kind: EventKind,
    /// Who did it: `key:<id>` or `worker`.
    pub actor: &'a str,
    /// What made it happen, for people.
    pub cause: Option<&'a str>,
    /// The operation that it was part of.
    pub operation_id: Option<i64>,
}

/// One entry of a number's history.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRecord {
    /// Row id; events are numbered in the order they were written.
    pub id: i64,
    /// Row of the number.
    pub number_id: i64,
    /// What happened.
    pub kind: EventKind,
    /// When, by the database's clock.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What made it happen.
    pub cause: Option<String>,
    /// The operation that it was part of.
    pub operation_id: Option<i64>,
    /// Whose number it was.
    pub owner: Option<Owner>,
    /// The facts that changed, as they were.
    pub before: Value,
    /// The facts that changed, as they are.
    pub after: Value,
}

const COLUMNS: &str = "h.id, h.number_id, h.kind, h.at, h.actor, h.cause, h.operation_id, h.reseller_id, \
     h.customer_id, h.group_id, h.before, h.after";

/// Appends an event to a number's history; gives its row id. [`save_number`](crate::save_number) does so itself:
/// this is for statements that change several numbers at once.
///
/// # Errors
/// What the database says.
pub async fn record_event(
    transaction: &Transaction,
    number_id: i64,
    owner: Option<Owner>,
    event: NewEvent<'_>,
    before: &Value,
    after: &Value,
) -> Result<i64> {
    let kind: &'static str = event.kind.into();
    let row = number_event::ActiveModel {
        number_id: Set(number_id),
        kind: Set(kind.to_owned()),
        at: Set(transaction.now_ms()),
        actor: Set(event.actor.to_owned()),
        cause: Set(event.cause.map(str::to_owned)),
        operation_id: Set(event.operation_id),
        reseller_id: Set(owner.map(|owner| owner.reseller_id)),
        customer_id: Set(owner.map(|owner| owner.customer_id)),
        group_id: Set(owner.map(|owner| owner.group_id)),
        before: Set(before.to_string()),
        after: Set(after.to_string()),
        ..Default::default()
    };
    Ok(row.insert(transaction.connection()).await?.id)
}

/// A page of a number's history. Entries of times when the number was another tenant's are left out.
///
/// # Errors
/// What the database says.
pub async fn number_history(
    connection: &impl ConnectionTrait,
    scope: Scope,
    number_id: i64,
    newest_first: bool,
    request: &PageRequest,
) -> Result<Page<EventRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM number_events h WHERE h.number_id = "
    ));
    sql.bind(number_id);
    scope.restrict(&mut sql, "h");
    Keyset {
        descending: newest_first,
        ..Keyset::BY_ID
    }
    .restrict(&mut sql, "h", request);
    page::fetch(connection, sql, request, |row| {
        let event = read(row)?;
        Ok((
            Position {
                key: Key::Int(event.id),
                id: event.id,
            },
            event,
        ))
    })
    .await
}

/// How many entries a number's history has, inside the scope.
///
/// # Errors
/// What the database says.
pub async fn count_number_history(
    connection: &impl ConnectionTrait,
    scope: Scope,
    number_id: i64,
) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM number_events h WHERE h.number_id = ");
    sql.bind(number_id);
    scope.restrict(&mut sql, "h");
    sql.one_i64(connection).await
}

/// Events by row id, inside the scope.
///
/// # Errors
/// What the database says.
pub async fn events_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, EventRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM number_events h WHERE h.id IN "));
    sql.bind_list(ids.iter().copied());
    scope.restrict(&mut sql, "h");
    sql.all(connection)
        .await?
        .iter()
        .map(|row| read(row).map(|event| (event.id, event)))
        .collect()
}

fn read(row: &QueryResult) -> Result<EventRecord> {
    let mut columns = Columns::of(row);
    let (id, number_id) = (columns.get()?, columns.get()?);
    let kind: String = columns.get()?;
    let at = timestamp(columns.get()?);
    let (actor, cause, operation_id) = (columns.get()?, columns.get()?, columns.get()?);
    let (reseller, customer, group): (Option<i64>, Option<i64>, Option<i64>) =
        (columns.get()?, columns.get()?, columns.get()?);
    let owner = match (reseller, customer, group) {
        (Some(reseller_id), Some(customer_id), Some(group_id)) => Some(Owner {
            reseller_id,
            customer_id,
            group_id,
        }),
        _ => None,
    };
    let (before, after): (String, String) = (columns.get()?, columns.get()?);
    Ok(EventRecord {
        id,
        number_id,
        kind: error::word("number_events", "kind", &kind)?,
        at,
        actor,
        cause,
        operation_id,
        owner,
        before: error::json("number_events", "before", &before)?,
        after: error::json("number_events", "after", &after)?,
    })
}

/// Who had a number, from when until when.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignmentRecord {
    /// Row id.
    pub id: i64,
    /// Row of the number.
    pub number_id: i64,
    /// Who had it.
    pub owner: Owner,
    /// The pool it worked in.
    pub pool_id: Option<i64>,
    /// The name it was assigned with.
    pub name: String,
    /// From when.
    pub assigned_at: Timestamp,
    /// Until when; absent while it lasts.
    pub released_at: Option<Timestamp>,
}

/// Who had the number at an instant, if the scope may know.
///
/// # Errors
/// What the database says.
pub async fn assignment_at(
    connection: &impl ConnectionTrait,
    scope: Scope,
    number_id: i64,
    at: Timestamp,
) -> Result<Option<AssignmentRecord>> {
    let at = at.as_millisecond();
    let mut sql = Sql::new(
        "SELECT a.id, a.number_id, a.reseller_id, a.customer_id, a.group_id, a.pool_id, a.name, a.assigned_at, \
         a.released_at FROM assignments a WHERE a.number_id = ",
    );
    sql.bind(number_id).push_bind(" AND a.assigned_at <= ", at);
    sql.push_bind(" AND (a.released_at IS NULL OR a.released_at > ", at)
        .push(")");
    scope.restrict(&mut sql, "a");
    sql.push(" ORDER BY a.assigned_at DESC LIMIT 1");
    let Some(row) = sql.one(connection).await? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    Ok(Some(AssignmentRecord {
        id: columns.get()?,
        number_id: columns.get()?,
        owner: Owner {
            reseller_id: columns.get()?,
            customer_id: columns.get()?,
            group_id: columns.get()?,
        },
        pool_id: columns.get()?,
        name: columns.get()?,
        assigned_at: timestamp(columns.get()?),
        released_at: columns.get::<Option<i64>>()?.map(timestamp),
    }))
}

/// Notes that a group has a number from now on.
///
/// # Errors
/// [`StoreError::Duplicate`] of `assignments_active` when somebody has it already.
pub async fn insert_assignment(
    transaction: &Transaction,
    number_id: i64,
    owner: Owner,
    name: &str,
    pool_id: Option<i64>,
    operation_id: Option<i64>,
) -> Result<()> {
    let row = assignment::ActiveModel {
        number_id: Set(number_id),
        reseller_id: Set(owner.reseller_id),
        customer_id: Set(owner.customer_id),
        group_id: Set(owner.group_id),
        pool_id: Set(pool_id),
        operation_id: Set(operation_id),
        name: Set(name.to_owned()),
        assigned_at: Set(transaction.now_ms()),
        ..Default::default()
    };
    row.insert(transaction.connection()).await?;
    Ok(())
}

/// Notes that whoever has a number has it no longer; says whether somebody had it.
///
/// # Errors
/// What the database says.
pub async fn end_assignment(transaction: &Transaction, number_id: i64) -> Result<bool> {
    let mut sql = Sql::new("UPDATE assignments SET released_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(" WHERE released_at IS NULL AND number_id = ", number_id);
    Ok(sql.execute(transaction.connection()).await? > 0)
}

/// The numbers that have more than one owner: always empty, or an invariant is broken.
///
/// # Errors
/// What the database says.
pub async fn numbers_with_two_owners(connection: &impl ConnectionTrait) -> Result<Vec<i64>> {
    let sql = Sql::new(
        "SELECT number_id FROM assignments WHERE released_at IS NULL GROUP BY number_id HAVING COUNT(*) > 1",
    );
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(StoreError::from))
        .collect()
}
