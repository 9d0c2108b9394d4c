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

/// What a rule measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AlertMetric {
    /// How many numbers are AVAILABLE.
    AvailableNumbers,
    /// How many of a hundred numbers have an owner; 0 where there are no numbers.
    UtilizationPercent,
    /// For how many months the AVAILABLE numbers last, when as many are given out each month as in the last 90 days (a
    /// third of them). Without bound when none was.
    MonthsOfStock,
}

/// Which side of its threshold a rule fires on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AlertComparison {
    /// Fires when the value is less than the threshold.
    Below,
    /// Fires when the value is more than the threshold.
    Above,
}

/// Whether a rule adds up what it watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AlertBreakdown {
    /// All numbers that the rule watches, together.
    Total,
    /// Each number type, country and area code by itself.
    Each,
}

/// A rule as its maker wrote it. Thresholds are in thousandths of the metric's unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRuleSpec {
    /// Name, for people.
    pub name: String,
    /// What is measured.
    pub metric: AlertMetric,
    /// Which side is bad.
    pub comparison: AlertComparison,
    /// Where it fires.
    pub threshold: i64,
    /// Where it clears: the same, or on the good side of it.
    pub clear_threshold: i64,
    /// Together, or each by itself.
    pub breakdown: AlertBreakdown,
    /// Of numbers of this type alone.
    pub number_type: Option<NumberType>,
    /// Of numbers of this country alone.
    pub country: Option<CountryCode>,
    /// Of numbers with this area code alone.
    pub area_code: Option<String>,
    /// Who gets mail.
    pub emails: Vec<String>,
    /// Row of the webhook that is called.
    pub webhook_id: Option<i64>,
    /// Whether it is evaluated.
    pub enabled: bool,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRuleRecord {
    /// Row id.
    pub id: i64,
    /// The reseller that it belongs to; none for the platform.
    pub reseller_id: Option<i64>,
    /// What it says.
    pub spec: AlertRuleSpec,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl AlertRuleRecord {
    /// Whose numbers it watches.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.reseller_id
            .map_or(Scope::Platform, |reseller_id| Scope::Reseller { reseller_id })
    }
}

const COLUMNS: &str = "r.id, r.reseller_id, r.name, r.metric, r.comparison, r.threshold, r.clear_threshold, \
     r.breakdown, r.number_type, r.country, r.area_code, r.emails, r.webhook_id, r.enabled, r.created_at, r.updated_at";

fn read(row: &QueryResult) -> Result<AlertRuleRecord> {
    const TABLE: &str = "alert_rules";
    let mut columns = Columns::of(row);
    let (id, reseller_id, name) = (columns.get()?, columns.get()?, columns.get()?);
    let (metric, comparison): (String, String) = (columns.get()?, columns.get()?);
    let (threshold, clear_threshold) = (columns.get()?, columns.get()?);
    let (breakdown, number_type): (String, Option<String>) = (columns.get()?, columns.get()?);
    let (country, area_code): (Option<String>, _) = (columns.get()?, columns.get()?);
    let emails: String = columns.get()?;
    let spec = AlertRuleSpec {
        name,
        metric: error::word(TABLE, "metric", &metric)?,
        comparison: error::word(TABLE, "comparison", &comparison)?,
        threshold,
        clear_threshold,
        breakdown: error::word(TABLE, "breakdown", &breakdown)?,
        number_type: number_type
            .map(|word| error::word(TABLE, "number_type", &word))
            .transpose()?,
        country: country
            .map(|code| error::word(TABLE, "country", &code))
            .transpose()?,
        area_code,
        emails: error::json(TABLE, "emails", &emails)?,
        webhook_id: columns.get()?,
        enabled: columns.get()?,
    };
    Ok(AlertRuleRecord {
        id,
        reseller_id,
        spec,
        created_at: timestamp(columns.get()?),
        updated_at: timestamp(columns.get()?),
    })
}

/// A page of the rules inside the scope, oldest first.
///
/// # Errors
/// What the database says.
pub async fn alert_rules(
    connection: &impl ConnectionTrait,
    scope: Scope,
    request: &PageRequest,
) -> Result<Page<AlertRuleRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM alert_rules r WHERE r.deleted_at IS NULL"
    ));
    restrict(scope, &mut sql, "r");
    Keyset::BY_ID.restrict(&mut sql, "r", request);
    page::fetch(connection, sql, request, |row| {
        let rule = read(row)?;
        let (key, id) = (Key::Int(rule.id), rule.id);
        Ok((Position { key, id }, rule))
    })
    .await
}

/// How many rules are inside the scope.
///
/// # Errors
/// What the database says.
pub async fn count_alert_rules(connection: &impl ConnectionTrait, scope: Scope) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM alert_rules r WHERE r.deleted_at IS NULL");
    restrict(scope, &mut sql, "r");
    sql.one_i64(connection).await
}

/// Rules by row id, inside the scope, deleted ones too: alerts outlive them.
///
/// # Errors
/// What the database says.
pub async fn alert_rules_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, AlertRuleRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM alert_rules r WHERE r.id IN "));
    sql.bind_list(ids.iter().copied());
    restrict(scope, &mut sql, "r");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| read(row).map(|rule| (rule.id, rule)))
        .collect()
}

/// A rule inside the scope.
///
/// # Errors
/// What the database says.
pub async fn alert_rule(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: i64,
) -> Result<Option<AlertRuleRecord>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM alert_rules r WHERE r.deleted_at IS NULL AND r.id = "
    ));
    sql.bind(id);
    restrict(scope, &mut sql, "r");
    sql.one(connection).await?.as_ref().map(read).transpose()
}

/// Every rule that is evaluated, of the platform and of all resellers.
///
/// # Errors
/// What the database says.
pub async fn enabled_alert_rules(connection: &impl ConnectionTrait) -> Result<Vec<AlertRuleRecord>> {
    let sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM alert_rules r WHERE r.deleted_at IS NULL AND r.enabled ORDER BY r.id"
    ));
    sql.all(connection).await?.iter().map(read).collect()
}

/// Inserts a rule, gives its row id, and has the stock looked at soon.
///
/// # Errors
/// What the database says.
pub async fn insert_alert_rule(
    transaction: &Transaction,
    reseller_id: Option<i64>,
    spec: &AlertRuleSpec,
) -> Result<i64> {
    let (metric, comparison, breakdown) = words(spec);
    let number_type: Option<&'static str> = spec.number_type.map(Into::into);
    let mut sql = Sql::new(
        "INSERT INTO alert_rules (reseller_id, name, metric, comparison, threshold, clear_threshold, breakdown, \
         number_type, country, area_code, emails, webhook_id, enabled, created_at, updated_at) VALUES (",
    );
    sql.bind(reseller_id)
        .push_bind(", ", spec.name.clone())
        .push_bind(", ", metric)
        .push_bind(", ", comparison)
        .push_bind(", ", spec.threshold)
        .push_bind(", ", spec.clear_threshold)
        .push_bind(", ", breakdown)
        .push_bind(", ", number_type)
        .push_bind(", ", spec.country.map(|country| country.as_str().to_owned()))
        .push_bind(", ", spec.area_code.clone())
        .push_bind(", ", serde_json::json!(spec.emails).to_string())
        .push_bind(", ", spec.webhook_id)
        .push_bind(", ", spec.enabled)
        .push_bind(", ", transaction.now_ms())
        .push_bind(", ", transaction.now_ms())
        .push(") RETURNING id");
    let id = sql.one_i64(transaction.connection()).await?;
    super::look_again(transaction).await?;
    Ok(id)
}

/// Replaces what a rule inside the scope says, and has the stock looked at soon; says whether it was there. `close`
/// closes its alerts, where they are about something that it does not watch any more.
///
/// # Errors
/// What the database says.
pub async fn update_alert_rule(
    transaction: &Transaction,
    scope: Scope,
    id: i64,
    spec: &AlertRuleSpec,
    close: bool,
) -> Result<bool> {
    let (metric, comparison, breakdown) = words(spec);
    let number_type: Option<&'static str> = spec.number_type.map(Into::into);
    let mut sql = Sql::new("UPDATE alert_rules AS r SET name = ");
    sql.bind(spec.name.clone())
        .push_bind(", metric = ", metric)
        .push_bind(", comparison = ", comparison)
        .push_bind(", threshold = ", spec.threshold)
        .push_bind(", clear_threshold = ", spec.clear_threshold)
        .push_bind(", breakdown = ", breakdown)
        .push_bind(", number_type = ", number_type)
        .push_bind(
            ", country = ",
            spec.country.map(|country| country.as_str().to_owned()),
        )
        .push_bind(", area_code = ", spec.area_code.clone())
        .push_bind(", emails = ", serde_json::json!(spec.emails).to_string())
        .push_bind(", webhook_id = ", spec.webhook_id)
        .push_bind(", enabled = ", spec.enabled)
        .push_bind(", updated_at = ", transaction.now_ms())
        .push_bind(" WHERE r.deleted_at IS NULL AND r.id = ", id);
    restrict(scope, &mut sql, "r");
    let there = sql.execute(transaction.connection()).await? == 1;
    if there && close {
        super::close_alerts(transaction, id).await?;
    }
    super::look_again(transaction).await?;
    Ok(there)
}

/// Ends a rule inside the scope and closes its alerts; says whether it was there.
///
/// # Errors
/// What the database says.
pub async fn delete_alert_rule(transaction: &Transaction, scope: Scope, id: i64) -> Result<bool> {
    let mut sql = Sql::new("UPDATE alert_rules AS r SET deleted_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(" WHERE r.deleted_at IS NULL AND r.id = ", id);
    restrict(scope, &mut sql, "r");
    let there = sql.execute(transaction.connection()).await? == 1;
    if there {
        super::close_alerts(transaction, id).await?;
    }
    Ok(there)
}

fn words(spec: &AlertRuleSpec) -> (&'static str, &'static str, &'static str) {
    (spec.metric.into(), spec.comparison.into(), spec.breakdown.into())
}
