//! Rows of calls and their parties.

use std::collections::HashMap;

use calls::{CallNumber, CallRecord, Leg, Party};
use sea_orm::ConnectionTrait;

use super::bind_texts;
use crate::{
    Customer, Result, StoreError, Transaction,
    database::timestamp,
    error::{json, word},
    records::{self, ROWS_PER_INSERT},
    sql::{Columns, Sql},
};

pub(super) const TABLE: &str = "calls";
pub(super) const PARTIES: &str = "call_parties";

/// A call as it stands in the database, without its parties.
pub(super) struct StoredCall {
    pub(super) id: i64,
    pub(super) fingerprint: String,
    pub(super) legs: Vec<Leg>,
    pub(super) record: CallRecord,
}

/// A call to write.
pub(super) struct CallRow {
    pub(super) call_id: String,
    /// JSON of the legs.
    pub(super) legs: String,
    pub(super) fingerprint: String,
    pub(super) record: CallRecord,
}

/// The calls of a customer with these ids of its source, by that id.
pub(super) async fn stored<'t>(
    connection: &impl ConnectionTrait,
    customer_id: i64,
    call_ids: impl Iterator<Item = &'t str>,
) -> Result<HashMap<String, StoredCall>> {
    let mut sql = Sql::new(
        "SELECT call_id, id, fingerprint, legs, started_at, answered_at, ended_at, ring_seconds, talk_seconds, \
         disposition, caller, callee, direction, local, number_id, pool_id, group_id FROM calls WHERE customer_id = ",
    );
    sql.bind(customer_id).push(" AND call_id IN ");
    bind_texts(&mut sql, connection, call_ids)?;
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let call_id = columns.get()?;
            let call = StoredCall {
                id: columns.get()?,
                fingerprint: columns.get()?,
                legs: json(TABLE, "legs", &columns.get::<String>()?)?,
                record: record(&mut columns)?,
            };
            Ok((call_id, call))
        })
        .collect()
}

fn record(columns: &mut Columns<'_>) -> Result<CallRecord> {
    Ok(CallRecord {
        started_at: timestamp(columns.get()?),
        answered_at: columns.get::<Option<i64>>()?.map(timestamp),
        ended_at: timestamp(columns.get()?),
        ring_seconds: seconds(TABLE, "ring_seconds", columns.get()?)?,
        talk_seconds: seconds(TABLE, "talk_seconds", columns.get()?)?,
        disposition: word(TABLE, "disposition", &columns.get::<String>()?)?,
        caller: columns.get()?,
        callee: columns.get()?,
        direction: word(TABLE, "direction", &columns.get::<String>()?)?,
        local: columns.get()?,
        number: number(columns.get()?, columns.get()?, columns.get()?),
        parties: Vec::new(),
    })
}

fn number(number_id: Option<i64>, pool_id: Option<i64>, group_id: Option<i64>) -> Option<CallNumber> {
    Some(CallNumber {
        number_id: number_id?,
        group_id: group_id?,
        pool_id,
    })
}

pub(super) fn seconds(table: &'static str, column: &'static str, value: i64) -> Result<u32> {
    u32::try_from(value).map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: value.to_string(),
    })
}

/// A place in the calls of a customer, in the order in which they began.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Milliseconds since the Unix epoch.
    pub(super) started_at: i64,
    /// Row of the call.
    pub(super) id: i64,
}

impl Place {
    /// The place before all calls from an instant on (milliseconds since the Unix epoch).
    pub(super) fn before(started_at: i64) -> Self {
        Self { started_at, id: 0 }
    }
}

/// The next calls of a customer behind `after` and before `until` (milliseconds since the Unix epoch), without their
/// parties, by row.
pub(super) async fn between(
    connection: &impl ConnectionTrait,
    customer_id: i64,
    after: Place,
    until: i64,
    limit: u64,
) -> Result<Vec<(i64, CallRecord)>> {
    let mut sql = Sql::new(
        "SELECT id, started_at, answered_at, ended_at, ring_seconds, talk_seconds, disposition, caller, callee, \
         direction, local, number_id, pool_id, group_id FROM calls WHERE customer_id = ",
    );
    sql.bind(customer_id)
        .push_bind(" AND (started_at, id) > (", after.started_at)
        .push_bind(", ", after.id)
        .push_bind(") AND started_at < ", until)
        .push(&format!(" ORDER BY started_at, id LIMIT {limit}"));
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.get()?, record(&mut columns)?))
        })
        .collect()
}

/// The calls, by row, with their parties.
pub(super) async fn with_parties(
    connection: &impl ConnectionTrait,
    calls: Vec<(i64, CallRecord)>,
) -> Result<Vec<CallRecord>> {
    let mut parties: HashMap<i64, Vec<Party>> = HashMap::new();
    for chunk in calls.chunks(ROWS_PER_INSERT) {
        let mut sql = Sql::new(
            "SELECT call_id, employee_id, extension_id, side, disposition, seconds FROM call_parties WHERE call_id IN ",
        );
        sql.bind_list(chunk.iter().map(|(id, _)| *id))
            .push(" ORDER BY call_id, position");
        for row in sql.all(connection).await? {
            let mut columns = Columns::of(&row);
            let call = parties.entry(columns.get()?).or_default();
            call.push(Party {
                employee_id: columns.get()?,
                extension_id: columns.get()?,
                side: word(PARTIES, "side", &columns.get::<String>()?)?,
                disposition: word(PARTIES, "disposition", &columns.get::<String>()?)?,
                seconds: seconds(PARTIES, "seconds", columns.get()?)?,
            });
        }
    }
    let whole = calls.into_iter().map(|(id, call)| CallRecord {
        parties: parties.remove(&id).unwrap_or_default(),
        ..call
    });
    Ok(whole.collect())
}

/// Inserts calls with their parties.
pub(super) async fn insert(transaction: &Transaction, customer: &Customer, calls: &[CallRow]) -> Result<()> {
    let into = "calls (reseller_id, customer_id, call_id, legs, fingerprint, started_at, answered_at, ended_at, \
                ring_seconds, talk_seconds, disposition, caller, callee, direction, local, number_id, pool_id, group_id)";
    for chunk in calls.chunks(ROWS_PER_INSERT) {
        let mut sql = records::insert(into, chunk, |sql, call| {
            sql.bind(customer.reseller_id)
                .push_bind(", ", customer.id)
                .push_bind(", ", call.call_id.as_str())
                .push_bind(", ", call.legs.as_str())
                .push_bind(", ", call.fingerprint.as_str());
            for (_, value) in assignments(&call.record) {
                sql.push_bind(", ", value);
            }
        });
        sql.push(" RETURNING call_id, id");
        let mut ids = HashMap::with_capacity(chunk.len());
        for row in sql.all(transaction.connection()).await? {
            let mut columns = Columns::of(&row);
            ids.insert(columns.get::<String>()?, columns.get::<i64>()?);
        }
        let rows = chunk
            .iter()
            .filter_map(|call| Some((*ids.get(&call.call_id)?, &call.record)));
        insert_parties(transaction, customer.id, rows).await?;
    }
    Ok(())
}

/// The columns of a record, in the order of [`insert`].
fn assignments(record: &CallRecord) -> [(&'static str, sea_orm::Value); 13] {
    let word = |word: &'static str| sea_orm::Value::from(word);
    let number = record.number.as_ref();
    [
        ("started_at", record.started_at.as_millisecond().into()),
        (
            "answered_at",
            record.answered_at.map(|at| at.as_millisecond()).into(),
        ),
        ("ended_at", record.ended_at.as_millisecond().into()),
        ("ring_seconds", i64::from(record.ring_seconds).into()),
        ("talk_seconds", i64::from(record.talk_seconds).into()),
        ("disposition", word(record.disposition.into())),
        ("caller", record.caller.clone().into()),
        ("callee", record.callee.clone().into()),
        ("direction", word(record.direction.into())),
        ("local", record.local.into()),
        ("number_id", number.map(|number| number.number_id).into()),
        ("pool_id", number.and_then(|number| number.pool_id).into()),
        ("group_id", number.map(|number| number.group_id).into()),
    ]
}

async fn insert_parties(
    transaction: &Transaction,
    customer_id: i64,
    calls: impl Iterator<Item = (i64, &CallRecord)>,
) -> Result<()> {
    let mut rows: Vec<(i64, i64, &CallRecord, &Party)> = Vec::new();
    for (id, record) in calls {
        rows.extend(
            (0_i64..)
                .zip(&record.parties)
                .map(|(position, party)| (id, position, record, party)),
        );
    }
    let into = "call_parties (call_id, position, customer_id, employee_id, extension_id, side, disposition, \
                seconds, local, started_at)";
    records::insert_all(transaction, into, &rows, |sql, (id, position, record, party)| {
        let (side, disposition): (&'static str, &'static str) = (party.side.into(), party.disposition.into());
        sql.bind(*id)
            .push_bind(", ", *position)
            .push_bind(", ", customer_id)
            .push_bind(", ", party.employee_id)
            .push_bind(", ", party.extension_id)
            .push_bind(", ", side)
            .push_bind(", ", disposition)
            .push_bind(", ", i64::from(party.seconds))
            .push_bind(", ", record.local)
            .push_bind(", ", record.started_at.as_millisecond());
    })
    .await
}

/// Writes a call that is there anew, with its parties.
pub(super) async fn replace(
    transaction: &Transaction,
    customer_id: i64,
    id: i64,
    call: &CallRow,
) -> Result<()> {
    let mut sql = Sql::new("UPDATE calls SET legs = ");
    sql.bind(call.legs.as_str())
        .push_bind(", fingerprint = ", call.fingerprint.as_str());
    for (column, value) in assignments(&call.record) {
        sql.push_bind(&format!(", {column} = "), value);
    }
    sql.push_bind(" WHERE id = ", id);
    sql.execute(transaction.connection()).await?;
    let mut sql = Sql::new("DELETE FROM call_parties WHERE call_id = ");
    sql.bind(id);
    sql.execute(transaction.connection()).await?;
    insert_parties(transaction, customer_id, std::iter::once((id, &call.record))).await
}
