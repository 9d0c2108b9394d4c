use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, QueryResult};
use strum::{Display, EnumIter, EnumString};

use crate::{
    Result, StoreError, Transaction,
    database::timestamp,
    records::{self, ROWS_PER_INSERT},
    sql::{Columns, Sql},
};

/// What became of a day's report to one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportState {
    /// It is to be sent: for the first time, or again after a failure that passes.
    Due,
    /// A process is sending it.
    Sending,
    /// The mail server took it.
    Sent,
    /// Whether the mail server took it can't be told: the connection broke behind the message, or the process ended.
    Unclear,
    /// The mail server refused it for good.
    Refused,
    /// It failed as often as it may.
    GivenUp,
}

/// A day's report to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRecord {
    /// Row id.
    pub id: i64,
    /// The call center.
    pub call_center_id: i64,
    /// The day, in the call center's zone.
    pub day: Date,
    /// Where it goes to.
    pub address: String,
    /// What became of it.
    pub state: ReportState,
    /// How often it was tried to send it.
    pub attempts: u32,
    /// When it is tried next, or, while it is being sent, when whoever sends it must have ended.
    pub next_attempt_at: Timestamp,
    /// Why it was not sent, where something failed.
    pub problem: Option<String>,
    /// When its end was reached.
    pub finished_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, call_center_id, day, address, state, attempts, next_attempt_at, problem, finished_at";

fn corrupt(column: &'static str, value: String) -> StoreError {
    StoreError::Corrupt {
        table: "call_center_reports",
        column,
        value,
    }
}

fn read(row: &QueryResult) -> Result<ReportRecord> {
    let mut columns = Columns::of(row);
    let (id, call_center_id) = (columns.get()?, columns.get()?);
    let day: String = columns.get()?;
    let address = columns.get()?;
    let state: String = columns.get()?;
    Ok(ReportRecord {
        id,
        call_center_id,
        day: day.parse().map_err(|_| corrupt("day", day))?,
        address,
        state: state.parse().map_err(|_| corrupt("state", state))?,
        attempts: u32::try_from(columns.get::<i64>()?).unwrap_or(u32::MAX),
        next_attempt_at: timestamp(columns.get()?),
        problem: columns.get()?,
        finished_at: columns.get::<Option<i64>>()?.map(timestamp),
    })
}

/// Makes rows of reports that are to be sent; those that are there stay as they are.
///
/// # Errors
/// What the database says.
pub async fn insert_reports(
    transaction: &Transaction,
    call_center_id: i64,
    reports: &[(Date, String)],
) -> Result<()> {
    for chunk in reports.chunks(ROWS_PER_INSERT) {
        let into = "call_center_reports (call_center_id, day, address, state, attempts, next_attempt_at, \
                    created_at)";
        let mut sql = records::insert(into, chunk, |sql, (day, address)| {
            sql.bind(call_center_id)
                .push_bind(", ", day.to_string())
                .push_bind(", ", address.as_str())
                .push(", 'DUE', 0")
                .push_bind(", ", transaction.now_ms())
                .push_bind(", ", transaction.now_ms());
        });
        sql.push(" ON CONFLICT (call_center_id, day, address) DO NOTHING");
        sql.execute(transaction.connection()).await?;
    }
    Ok(())
}

async fn open(
    connection: &impl ConnectionTrait,
    state: ReportState,
    now_ms: i64,
    limit: u32,
) -> Result<Vec<ReportRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM call_center_reports WHERE finished_at IS NULL AND next_attempt_at <= "
    ));
    sql.bind(now_ms)
        .push_bind(" AND state = ", state.to_string())
        .push(&format!(" ORDER BY next_attempt_at, id LIMIT {limit}"));
    sql.all(connection).await?.iter().map(read).collect()
}

/// Reports whose time to be sent has come, longest due first.
///
/// # Errors
/// What the database says.
pub async fn due_reports(
    connection: &impl ConnectionTrait,
    now_ms: i64,
    limit: u32,
) -> Result<Vec<ReportRecord>> {
    open(connection, ReportState::Due, now_ms, limit).await
}

/// Reports that somebody was sending who has not come back.
///
/// # Errors
/// What the database says.
pub async fn lost_reports(
    connection: &impl ConnectionTrait,
    now_ms: i64,
    limit: u32,
) -> Result<Vec<ReportRecord>> {
    open(connection, ReportState::Sending, now_ms, limit).await
}

/// Takes a report for making it, until `lease_until`: nobody else takes it before. Says whether it was there to be
/// taken as it is in `report`.
///
/// # Errors
/// What the database says.
pub async fn claim_report(
    transaction: &Transaction,
    report: &ReportRecord,
    owner: &str,
    lease_until: i64,
) -> Result<bool> {
    let mut sql = Sql::new("UPDATE call_center_reports SET next_attempt_at = ");
    sql.bind(lease_until)
        .push_bind(", lease_owner = ", owner)
        .push_bind(" WHERE id = ", report.id)
        .push_bind(" AND state = ", report.state.to_string())
        .push_bind(" AND next_attempt_at = ", report.next_attempt_at.as_millisecond());
    Ok(sql.execute(transaction.connection()).await? == 1)
}

/// Notes that a report which `owner` has taken is being sent from now on. Says whether it still was the owner's.
///
/// # Errors
/// What the database says.
pub async fn begin_report(transaction: &Transaction, id: i64, owner: &str) -> Result<bool> {
    let mut sql =
        Sql::new("UPDATE call_center_reports SET state = 'SENDING', attempts = attempts + 1 WHERE id = ");
    sql.bind(id)
        .push_bind(" AND lease_owner = ", owner)
        .push_bind(" AND state = 'DUE' AND next_attempt_at > ", transaction.now_ms());
    Ok(sql.execute(transaction.connection()).await? == 1)
}

/// Notes what became of a report that `owner` has taken: a state with the reason, and when to try again if it is due
/// again.
///
/// # Errors
/// What the database says.
pub async fn finish_report(
    transaction: &Transaction,
    id: i64,
    owner: &str,
    state: ReportState,
    problem: Option<&str>,
    again_at: Option<i64>,
) -> Result<bool> {
    let finished = again_at.is_none().then(|| transaction.now_ms());
    let mut sql = Sql::new("UPDATE call_center_reports SET state = ");
    sql.bind(state.to_string())
        .push_bind(", problem = ", problem)
        .push_bind(", finished_at = ", finished)
        .push_bind(", next_attempt_at = ", again_at.unwrap_or(transaction.now_ms()))
        .push_bind(", lease_owner = NULL WHERE id = ", id)
        .push_bind(" AND lease_owner = ", owner);
    Ok(sql.execute(transaction.connection()).await? == 1)
}

/// The last reports of each of these call centers, latest day first: at most so many of each.
///
/// # Errors
/// What the database says.
pub async fn reports(
    connection: &impl ConnectionTrait,
    call_centers: &[i64],
    limit: u32,
) -> Result<Vec<ReportRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER (PARTITION BY call_center_id \
         ORDER BY day DESC, address) AS place FROM call_center_reports WHERE call_center_id IN "
    ));
    sql.bind_list(call_centers.iter().copied()).push(&format!(
        ") AS placed WHERE place <= {limit} ORDER BY call_center_id, place"
    ));
    sql.all(connection).await?.iter().map(read).collect()
}
