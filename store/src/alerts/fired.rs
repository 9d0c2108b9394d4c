use std::collections::HashMap;

use jiff::Timestamp;
use numbering::{CountryCode, NumberType};
use sea_orm::{ConnectionTrait, QueryResult};
use strum::{Display, EnumString, IntoStaticStr};

use super::restrict;
use crate::{
    Key, Keyset, Page, PageRequest, Position, Result, Scope, Transaction,
    database::timestamp,
    error, page,
    sql::{Columns, Sql},
};

/// Which numbers an alert is about: those that a rule watches, or one kind of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertSubject {
    /// Their type; all where it is absent.
    pub number_type: Option<NumberType>,
    /// Their country.
    pub country: Option<CountryCode>,
    /// Their area code.
    pub area_code: Option<String>,
}

impl AlertSubject {
    /// What tells the subjects of one rule apart.
    #[must_use]
    pub fn key(&self) -> String {
        format!(
            "{}/{}/{}",
            self.number_type.map(<&'static str>::from).unwrap_or_default(),
            self.country
                .map(|country| country.to_string())
                .unwrap_or_default(),
            self.area_code.as_deref().unwrap_or_default()
        )
    }
}

/// A firing of a rule. Values are in thousandths of the metric's unit; an absent one is without bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRecord {
    /// Row id.
    pub id: i64,
    /// Row of the rule.
    pub rule_id: i64,
    /// The reseller that it belongs to; none for the platform.
    pub reseller_id: Option<i64>,
    /// Which numbers it is about.
    pub subject: AlertSubject,
    /// When it fired.
    pub fired_at: Timestamp,
    /// The value that fired it.
    pub fired_value: Option<i64>,
    /// The threshold at that time.
    pub threshold: i64,
    /// When it cleared; none while it lasts.
    pub cleared_at: Option<Timestamp>,
    /// The value that cleared it.
    pub cleared_value: Option<i64>,
}

/// Which alerts are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Of this rule.
    pub rule_id: Option<i64>,
    /// Those that last, or those that have cleared.
    pub open: Option<bool>,
}

const COLUMNS: &str = "a.id, a.rule_id, a.reseller_id, a.number_type, a.country, a.area_code, a.fired_at, \
     a.fired_value, a.threshold, a.cleared_at, a.cleared_value";

fn read(row: &QueryResult) -> Result<AlertRecord> {
    let mut columns = Columns::of(row);
    read_columns(&mut columns)
}

fn read_columns(columns: &mut Columns<'_>) -> Result<AlertRecord> {
    let (id, rule_id, reseller_id) = (columns.get()?, columns.get()?, columns.get()?);
    let (number_type, country): (Option<String>, Option<String>) = (columns.get()?, columns.get()?);
    let subject = AlertSubject {
        number_type: number_type
            .map(|word| error::word("alerts", "number_type", &word))
            .transpose()?,
        country: country
            .map(|code| error::word("alerts", "country", &code))
            .transpose()?,
        area_code: columns.get()?,
    };
    Ok(AlertRecord {
        id,
        rule_id,
        reseller_id,
        subject,
        fired_at: timestamp(columns.get()?),
        fired_value: columns.get()?,
        threshold: columns.get()?,
        cleared_at: columns.get::<Option<i64>>()?.map(timestamp),
        cleared_value: columns.get()?,
    })
}

fn filtered(head: &str, scope: Scope, filter: &AlertFilter) -> Sql {
    let mut sql = Sql::new(format!("{head} FROM alerts a WHERE 1 = 1"));
    restrict(scope, &mut sql, "a");
    if let Some(rule_id) = filter.rule_id {
        sql.push_bind(" AND a.rule_id = ", rule_id);
    }
    match filter.open {
        Some(true) => {
            sql.push(" AND a.cleared_at IS NULL");
        }
        Some(false) => {
            sql.push(" AND a.cleared_at IS NOT NULL");
        }
        None => {}
    }
    sql
}

/// A page of the alerts inside the scope, newest first.
///
/// # Errors
/// What the database says.
pub async fn alerts(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &AlertFilter,
    request: &PageRequest,
) -> Result<Page<AlertRecord>> {
    let mut sql = filtered(&format!("SELECT {COLUMNS}"), scope, filter);
    let order = Keyset {
        descending: true,
        ..Keyset::BY_ID
    };
    order.restrict(&mut sql, "a", request);
    page::fetch(connection, sql, request, |row| {
        let alert = read(row)?;
        let (key, id) = (Key::Int(alert.id), alert.id);
        Ok((Position { key, id }, alert))
    })
    .await
}

/// How many alerts are inside the scope.
///
/// # Errors
/// What the database says.
pub async fn count_alerts(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &AlertFilter,
) -> Result<i64> {
    filtered("SELECT COUNT(*)", scope, filter)
        .one_i64(connection)
        .await
}

/// An alert inside the scope.
///
/// # Errors
/// What the database says.
pub async fn alert(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<AlertRecord>> {
    let mut sql = filtered(&format!("SELECT {COLUMNS}"), scope, &AlertFilter::default());
    sql.push_bind(" AND a.id = ", id);
    sql.one(connection).await?.as_ref().map(read).transpose()
}

/// The alerts that last, by rule and subject.
///
/// # Errors
/// What the database says.
pub async fn open_alerts(connection: &impl ConnectionTrait) -> Result<HashMap<(i64, String), AlertRecord>> {
    let filter = AlertFilter {
        open: Some(true),
        ..AlertFilter::default()
    };
    let sql = filtered(&format!("SELECT {COLUMNS}"), Scope::Platform, &filter);
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| read(row).map(|alert| ((alert.rule_id, alert.subject.key()), alert)))
        .collect()
}

/// Opens an alert of a rule that is still evaluated, unless there is one of the same subject; gives what it opened.
///
/// # Errors
/// What the database says.
pub async fn fire_alert(
    transaction: &Transaction,
    rule: &super::AlertRuleRecord,
    subject: &AlertSubject,
    value: Option<i64>,
) -> Result<Option<AlertRecord>> {
    let number_type: Option<&'static str> = subject.number_type.map(Into::into);
    let mut sql = Sql::new(
        "INSERT INTO alerts AS a (rule_id, reseller_id, subject, number_type, country, area_code, fired_at, \
         fired_value, threshold) SELECT r.id, r.reseller_id, ",
    );
    sql.push("CAST(").bind(subject.key());
    sql.push_bind(" AS TEXT), CAST(", number_type)
        .push_bind(
            " AS TEXT), CAST(",
            subject.country.map(|country| country.as_str().to_owned()),
        )
        .push_bind(" AS TEXT), CAST(", subject.area_code.clone())
        .push_bind(" AS TEXT), CAST(", transaction.now_ms())
        .push_bind(" AS BIGINT), CAST(", value)
        .push(" AS BIGINT), r.threshold FROM alert_rules r WHERE r.deleted_at IS NULL AND r.enabled AND ")
        .push_bind("r.id = ", rule.id)
        .push(&format!(
            " ON CONFLICT (rule_id, subject) WHERE cleared_at IS NULL DO NOTHING RETURNING {}",
            COLUMNS.replace("a.", "")
        ));
    let row = sql.one(transaction.connection()).await?;
    row.as_ref().map(read).transpose()
}

/// Closes an alert with the value that cleared it, if it is still open.
///
/// # Errors
/// What the database says.
pub async fn clear_alert(
    transaction: &Transaction,
    id: i64,
    value: Option<i64>,
) -> Result<Option<AlertRecord>> {
    let mut sql = Sql::new("UPDATE alerts SET cleared_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(", cleared_value = ", value)
        .push_bind(" WHERE cleared_at IS NULL AND id = ", id)
        .push(&format!(" RETURNING {}", COLUMNS.replace("a.", "")));
    let row = sql.one(transaction.connection()).await?;
    row.as_ref().map(read).transpose()
}

/// Closes the alerts of a rule that ends, and tells nobody.
pub(super) async fn close_alerts(transaction: &Transaction, rule_id: i64) -> Result<()> {
    let mut sql = Sql::new("UPDATE alerts SET cleared_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(" WHERE cleared_at IS NULL AND rule_id = ", rule_id);
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// What is told of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AlertEventKind {
    /// It fired.
    Fired,
    /// It cleared.
    Cleared,
}

/// Something that is told of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertEventRecord {
    /// Row id.
    pub id: i64,
    /// What happened.
    pub kind: AlertEventKind,
    /// The alert as it is.
    pub alert: AlertRecord,
}

/// Writes down what is told of an alert; gives the row id.
///
/// # Errors
/// What the database says.
pub async fn record_alert_event(
    transaction: &Transaction,
    alert_id: i64,
    kind: AlertEventKind,
    message_id: &str,
    payload: &str,
) -> Result<i64> {
    let kind: &'static str = kind.into();
    let mut sql = Sql::new("INSERT INTO alert_events (alert_id, kind, message_id, payload, at) VALUES (");
    sql.bind(alert_id)
        .push_bind(", ", kind)
        .push_bind(", ", message_id)
        .push_bind(", ", payload)
        .push_bind(", ", transaction.now_ms())
        .push(") RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// The newest event; 0 when there is none.
///
/// # Errors
/// What the database says.
pub async fn last_alert_event(connection: &impl ConnectionTrait) -> Result<i64> {
    Sql::new("SELECT COALESCE(MAX(id), 0) FROM alert_events")
        .one_i64(connection)
        .await
}

/// Events after one, oldest first, at most 500.
///
/// # Errors
/// What the database says.
pub async fn alert_events_after(
    connection: &impl ConnectionTrait,
    after: i64,
) -> Result<Vec<AlertEventRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT e.id, e.kind, {COLUMNS} FROM alert_events e JOIN alerts a ON a.id = e.alert_id WHERE e.id > "
    ));
    sql.bind(after).push(" ORDER BY e.id LIMIT 500");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let id = columns.get()?;
            let kind: String = columns.get()?;
            Ok(AlertEventRecord {
                id,
                kind: error::word("alert_events", "kind", &kind)?,
                alert: read_columns(&mut columns)?,
            })
        })
        .collect()
}
