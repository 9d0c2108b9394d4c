use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use provider_core::domain::ReportingSettings;
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    Backend, Owner, Result, Scope, StoreError, Transaction,
    database::timestamp,
    records::{self},
    sql::{Columns, Sql},
};

/// An own call center.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCenterRecord {
    /// Row id.
    pub id: i64,
    /// The group that has it.
    pub owner: Owner,
    /// Name, unique in its group.
    pub name: String,
    /// IANA name of the zone whose days its reports are of.
    pub time_zone: String,
    /// How it reports.
    pub reporting: ReportingSettings,
    /// When the next daily report is due, if one is.
    pub report_due_at: Option<Timestamp>,
    /// Names of its queues, in order.
    pub queues: Vec<String>,
}

/// A call center to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCallCenter {
    /// The group that has it.
    pub owner: Owner,
    /// Name, unique in its group.
    pub name: String,
    /// IANA name of the zone whose days its reports are of.
    pub time_zone: String,
    /// How long each row of a report covers, in minutes.
    pub collection_period_minutes: u32,
}

const COLUMNS: &str = "c.id, c.reseller_id, c.customer_id, c.group_id, c.name, c.time_zone, \
     c.generate_daily_report, c.collection_period_minutes, c.reporting_email_1, c.reporting_email_2, \
     c.report_due_at";

/// Where the statistics of own call centers come from.
const SOURCE: &str = "Switchboard";

fn select(scope: Scope) -> Sql {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM call_centers c WHERE 1 = 1"));
    scope.restrict(&mut sql, "c");
    sql
}

fn read(row: &QueryResult) -> Result<CallCenterRecord> {
    let mut columns = Columns::of(row);
    let id = columns.get()?;
    let owner = Owner {
        reseller_id: columns.get()?,
        customer_id: columns.get()?,
        group_id: columns.get()?,
    };
    let (name, time_zone) = (columns.get()?, columns.get()?);
    let generate_daily_report = columns.get()?;
    let minutes: i64 = columns.get()?;
    Ok(CallCenterRecord {
        id,
        owner,
        name,
        time_zone,
        reporting: ReportingSettings {
            generate_daily_report,
            collection_period_minutes: u32::try_from(minutes).map_err(|_| StoreError::Corrupt {
                table: "call_centers",
                column: "collection_period_minutes",
                value: minutes.to_string(),
            })?,
            reporting_email_address_1: columns.get()?,
            reporting_email_address_2: columns.get()?,
            statistics_source: Some(SOURCE.to_owned()),
        },
        report_due_at: columns.get::<Option<i64>>()?.map(timestamp),
        queues: Vec::new(),
    })
}

/// Reads centers and their queues: two statements.
async fn fetch(connection: &impl ConnectionTrait, sql: Sql) -> Result<Vec<CallCenterRecord>> {
    let rows = sql.all(connection).await?;
    let mut centers = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    if centers.is_empty() {
        return Ok(centers);
    }
    let mut sql = Sql::new("SELECT call_center_id, queue FROM call_center_queues WHERE call_center_id IN ");
    sql.bind_list(centers.iter().map(|center| center.id))
        .push(" ORDER BY queue");
    let mut queues: HashMap<i64, Vec<String>> = HashMap::new();
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        queues.entry(columns.get()?).or_default().push(columns.get()?);
    }
    for center in &mut centers {
        center.queues = queues.remove(&center.id).unwrap_or_default();
    }
    Ok(centers)
}

/// The group's call center of this name.
///
/// # Errors
/// What the database says.
pub async fn call_center(
    connection: &impl ConnectionTrait,
    scope: Scope,
    group_id: i64,
    name: &str,
) -> Result<Option<CallCenterRecord>> {
    let mut sql = select(scope);
    sql.push_bind(" AND c.group_id = ", group_id)
        .push_bind(" AND c.name = ", name);
    Ok(fetch(connection, sql).await?.pop())
}

/// The call centers of these groups and names, those that are there.
///
/// # Errors
/// What the database says.
pub async fn call_centers_named(
    connection: &impl ConnectionTrait,
    scope: Scope,
    names: &[(i64, &str)],
) -> Result<Vec<CallCenterRecord>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select(scope);
    sql.push(" AND c.group_id IN ")
        .bind_list(
            names
                .iter()
                .map(|(group_id, _)| *group_id)
                .collect::<HashSet<_>>(),
        )
        .push(" AND c.name IN ")
        .bind_list(names.iter().map(|(_, name)| *name));
    let mut centers = fetch(connection, sql).await?;
    // Each name stands for one group, and the statement lets it stand for all of them.
    let wanted: HashSet<&(i64, &str)> = names.iter().collect();
    centers.retain(|center| wanted.contains(&(center.owner.group_id, center.name.as_str())));
    Ok(centers)
}

/// The call center with this row id.
///
/// # Errors
/// What the database says.
pub async fn call_center_by_id(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: i64,
) -> Result<Option<CallCenterRecord>> {
    let mut sql = select(scope);
    sql.push_bind(" AND c.id = ", id);
    Ok(fetch(connection, sql).await?.pop())
}

/// The group's call center of this name, which no other transaction can lock until this one ends.
///
/// # Errors
/// What the database says.
pub async fn lock_call_center(
    transaction: &Transaction,
    scope: Scope,
    group_id: i64,
    name: &str,
) -> Result<Option<CallCenterRecord>> {
    let mut sql = select(scope);
    sql.push_bind(" AND c.group_id = ", group_id)
        .push_bind(" AND c.name = ", name);
    if transaction.backend() == Backend::Postgres {
        sql.push(" FOR NO KEY UPDATE OF c");
    }
    Ok(fetch(transaction.connection(), sql).await?.pop())
}

/// A group's call centers by name, behind the one of this name.
///
/// # Errors
/// What the database says.
pub async fn call_centers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    group_id: i64,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<CallCenterRecord>> {
    let mut sql = select(scope);
    sql.push_bind(" AND c.group_id = ", group_id);
    if let Some(after) = after {
        sql.push_bind(" AND c.name > ", after);
    }
    sql.push(&format!(" ORDER BY c.name LIMIT {limit}"));
    fetch(connection, sql).await
}

/// Call centers whose report is due at an instant, longest due first.
///
/// # Errors
/// What the database says.
pub async fn due_centers(
    connection: &impl ConnectionTrait,
    now_ms: i64,
    limit: u32,
) -> Result<Vec<CallCenterRecord>> {
    let mut sql = select(Scope::Platform);
    sql.push_bind(" AND c.report_due_at <= ", now_ms)
        .push(&format!(" ORDER BY c.report_due_at LIMIT {limit}"));
    fetch(connection, sql).await
}

/// Inserts a call center without queues; gives its row id, or nothing when the group has one of that name.
///
/// # Errors
/// What the database says.
pub async fn insert_call_center(transaction: &Transaction, center: &NewCallCenter) -> Result<Option<i64>> {
    let into = "call_centers (reseller_id, customer_id, group_id, name, time_zone, generate_daily_report, \
                collection_period_minutes, created_at, updated_at)";
    let mut sql = records::insert(into, std::slice::from_ref(center), |sql, center| {
        sql.bind(center.owner.reseller_id)
            .push_bind(", ", center.owner.customer_id)
            .push_bind(", ", center.owner.group_id)
            .push_bind(", ", center.name.as_str())
            .push_bind(", ", center.time_zone.as_str())
            .push_bind(", ", false)
            .push_bind(", ", i64::from(center.collection_period_minutes))
            .push_bind(", ", transaction.now_ms())
            .push_bind(", ", transaction.now_ms());
    });
    sql.push(" ON CONFLICT (group_id, name) DO NOTHING RETURNING id");
    match sql.one(transaction.connection()).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}

/// Writes a call center's zone, settings and next report.
///
/// # Errors
/// What the database says.
pub async fn save_call_center(transaction: &Transaction, center: &CallCenterRecord) -> Result<()> {
    let settings = &center.reporting;
    let mut sql = Sql::new("UPDATE call_centers SET time_zone = ");
    sql.bind(center.time_zone.as_str())
        .push_bind(", generate_daily_report = ", settings.generate_daily_report)
        .push_bind(
            ", collection_period_minutes = ",
            i64::from(settings.collection_period_minutes),
        )
        .push_bind(
            ", reporting_email_1 = ",
            settings.reporting_email_address_1.as_deref(),
        )
        .push_bind(
            ", reporting_email_2 = ",
            settings.reporting_email_address_2.as_deref(),
        )
        .push_bind(
            ", report_due_at = ",
            center.report_due_at.map(Timestamp::as_millisecond),
        )
        .push_bind(", updated_at = ", transaction.now_ms())
        .push_bind(" WHERE id = ", center.id);
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// Those of a group's queues that have a call center, of all or of these names.
///
/// # Errors
/// What the database says.
pub async fn queues_with_center(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
) -> Result<HashSet<String>> {
    let mut sql = Sql::new("SELECT queue FROM call_center_queues WHERE group_id = ");
    sql.bind(group_id)
        .push(" AND queue IN ")
        .bind_list(queues.iter().map(String::as_str));
    let rows = sql.all(connection).await?;
    rows.iter().map(|row| Columns::of(row).get()).collect()
}

/// Gives a call center queues. Those that it has and are not among `queues` become nobody's, unless they are to be
/// `kept`.
///
/// # Errors
/// [`StoreError::Duplicate`] when another call center has one of them.
pub async fn set_queues(
    transaction: &Transaction,
    center: (i64, i64),
    queues: &[String],
    kept: bool,
) -> Result<()> {
    let (group_id, center_id) = center;
    if !kept {
        let mut sql = Sql::new("DELETE FROM call_center_queues WHERE call_center_id = ");
        sql.bind(center_id);
        sql.execute(transaction.connection()).await?;
    }
    let into = "call_center_queues (group_id, queue, call_center_id)";
    records::insert_all(transaction, into, queues, |sql, queue| {
        sql.bind(group_id)
            .push_bind(", ", queue.as_str())
            .push_bind(", ", center_id);
    })
    .await
}
