use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use strum::{Display, EnumString, IntoStaticStr};

use super::AlertEventKind;
use crate::{
    Backend, Result, Transaction,
    database::timestamp,
    error,
    sql::{Columns, Sql},
};

/// Which way an alert is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryChannel {
    /// By mail.
    Email,
    /// By a webhook.
    Webhook,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryState {
    /// It was not tried yet, or is tried again.
    Pending,
    /// The receiver has it.
    Delivered,
    /// The receiver will never take it.
    Refused,
    /// It was tried for days.
    GivenUp,
}

/// A delivery, for those who ask what became of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// What is told.
    pub event: AlertEventKind,
    /// Which way.
    pub channel: DeliveryChannel,
    /// An address, or the row of a webhook.
    pub target: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it is tried next, while it is pending.
    pub next_attempt_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A delivery that this process has claimed, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// Row id.
    pub id: i64,
    /// Which way.
    pub channel: DeliveryChannel,
    /// An address, or the row of a webhook.
    pub target: String,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// What stays the same when it is told again.
    pub message_id: String,
    /// The body of webhooks.
    pub payload: String,
}

/// Writes down that somebody is to be told; a second time changes nothing.
///
/// # Errors
/// What the database says.
pub async fn insert_delivery(
    transaction: &Transaction,
    event_id: i64,
    channel: DeliveryChannel,
    target: &str,
) -> Result<()> {
    let channel: &'static str = channel.into();
    let mut sql = Sql::new(
        "INSERT INTO alert_deliveries (event_id, channel, target, state, attempts, next_attempt_at) VALUES (",
    );
    sql.bind(event_id)
        .push_bind(", ", channel)
        .push_bind(", ", target)
        .push_bind(", 'PENDING', 0, ", transaction.now_ms())
        .push(") ON CONFLICT (event_id, channel, target) DO NOTHING");
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// Whether a delivery is due, by the database's clock: asked before a transaction is begun for nothing.
///
/// # Errors
/// What the database says.
pub async fn has_due_deliveries(connection: &impl ConnectionTrait) -> Result<bool> {
    let now = Backend::of(connection).now_ms();
    let sql = Sql::new(format!(
        "SELECT id FROM alert_deliveries WHERE state = 'PENDING' AND next_attempt_at <= {now} LIMIT 1"
    ));
    Ok(sql.one(connection).await?.is_some())
}

/// Claims deliveries that are due: nobody else gets them for as long as the lease, and the attempt is counted before
/// it is made.
///
/// # Errors
/// What the database says.
pub async fn claim_deliveries(
    transaction: &Transaction,
    lease_ms: i64,
    limit: u32,
) -> Result<Vec<ClaimedDelivery>> {
    let now = transaction.now_ms();
    let lock = match transaction.backend() {
        Backend::Postgres => " FOR UPDATE SKIP LOCKED",
        Backend::Sqlite => "",
    };
    let due = format!("ORDER BY next_attempt_at, id LIMIT {limit}{lock}");
    let mut sql = Sql::new(match transaction.backend() {
        Backend::Postgres => "WITH due AS MATERIALIZED (",
        Backend::Sqlite => "WITH due AS (",
    });
    sql.push("SELECT id FROM alert_deliveries WHERE state = 'PENDING' AND next_attempt_at <= ")
        .bind(now)
        .push(&format!(
            " {due}) UPDATE alert_deliveries SET attempts = attempts + 1, next_attempt_at = "
        ))
        .bind(now + lease_ms)
        .push(
            " WHERE id IN (SELECT id FROM due) RETURNING id, channel, target, attempts, \
             (SELECT e.message_id FROM alert_events e WHERE e.id = event_id), \
             (SELECT e.payload FROM alert_events e WHERE e.id = event_id)",
        );
    let rows = sql.all(transaction.connection()).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let id = columns.get()?;
            let channel: String = columns.get()?;
            Ok(ClaimedDelivery {
                id,
                channel: error::word("alert_deliveries", "channel", &channel)?,
                target: columns.get()?,
                attempt: columns.get()?,
                message_id: columns.get()?,
                payload: columns.get()?,
            })
        })
        .collect()
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// How far the delivery is now.
    pub state: DeliveryState,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// How long to wait before the next attempt, in milliseconds.
    pub wait_ms: i64,
}

/// Writes down what became of an attempt, unless another one was begun meanwhile; says whether it was written.
///
/// # Errors
/// What the database says.
pub async fn finish_delivery(
    transaction: &Transaction,
    claimed: &ClaimedDelivery,
    outcome: &Attempted,
) -> Result<bool> {
    let now = transaction.now_ms();
    let state: &'static str = outcome.state.into();
    let finished = (outcome.state != DeliveryState::Pending).then_some(now);
    let mut sql = Sql::new("UPDATE alert_deliveries SET state = ");
    sql.bind(state)
        .push_bind(", last_error = ", outcome.error.clone())
        .push_bind(", next_attempt_at = ", now.saturating_add(outcome.wait_ms))
        .push_bind(", finished_at = ", finished)
        .push_bind(" WHERE state = 'PENDING' AND id = ", claimed.id)
        .push_bind(" AND attempts = ", claimed.attempt);
    Ok(sql.execute(transaction.connection()).await? == 1)
}

/// The deliveries of alerts, in the order in which they were begun, by alert.
///
/// # Errors
/// What the database says.
pub async fn deliveries_of_alerts(
    connection: &impl ConnectionTrait,
    alert_ids: &[i64],
) -> Result<HashMap<i64, Vec<DeliveryRecord>>> {
    let mut sql = Sql::new(
        "SELECT e.alert_id, e.kind, d.channel, d.target, d.state, d.attempts, d.last_error, d.next_attempt_at, \
         d.finished_at FROM alert_deliveries d JOIN alert_events e ON e.id = d.event_id WHERE e.alert_id IN ",
    );
    sql.bind_list(alert_ids.iter().copied()).push(" ORDER BY d.id");
    let mut found: HashMap<i64, Vec<DeliveryRecord>> = HashMap::new();
    for row in sql.all(connection).await? {
        let (alert_id, delivery) = read(&row)?;
        found.entry(alert_id).or_default().push(delivery);
    }
    Ok(found)
}

fn read(row: &QueryResult) -> Result<(i64, DeliveryRecord)> {
    let mut columns = Columns::of(row);
    let alert_id = columns.get()?;
    let (kind, channel): (String, String) = (columns.get()?, columns.get()?);
    let target = columns.get()?;
    let state: String = columns.get()?;
    let delivery = DeliveryRecord {
        event: error::word("alert_events", "kind", &kind)?,
        channel: error::word("alert_deliveries", "channel", &channel)?,
        target,
        state: error::word("alert_deliveries", "state", &state)?,
        attempts: columns.get()?,
        last_error: columns.get()?,
        next_attempt_at: timestamp(columns.get()?),
        finished_at: columns.get::<Option<i64>>()?.map(timestamp),
    };
    Ok((alert_id, delivery))
}
