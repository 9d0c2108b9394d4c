use sea_orm::ConnectionTrait;

use crate::{
    Backend, Result, Transaction,
    sql::{Columns, Sql},
};

/// What whoever watches the stock saw when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// What was seen the time before.
    seen: i64,
    /// The newest event of a number.
    newest: i64,
}

/// Whether the stock is to be looked at: numbers or rules have changed since, or the last look was `at_least_every_ms`
/// ago; and nobody does so now, or did less than `at_most_every_ms` ago. Never while there is no rule.
///
/// # Errors
/// What the database says.
pub async fn stock_to_watch(
    connection: &impl ConnectionTrait,
    at_most_every_ms: i64,
    at_least_every_ms: i64,
) -> Result<Option<Watch>> {
    let now = Backend::of(connection).now_ms();
    let sql = Sql::new(format!(
        "SELECT w.seen_event, (SELECT COALESCE(MAX(id), 0) FROM number_events), w.lease_until, w.evaluated_at, {now} \
         FROM alert_watch w WHERE EXISTS (SELECT 1 FROM alert_rules r WHERE r.deleted_at IS NULL AND r.enabled)"
    ));
    let Some(row) = sql.one(connection).await? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    let watch = Watch {
        seen: columns.get()?,
        newest: columns.get()?,
    };
    let (lease_until, evaluated_at, now): (i64, i64, i64) = (columns.get()?, columns.get()?, columns.get()?);
    let patience = if watch.seen == watch.newest {
        at_least_every_ms
    } else {
        at_most_every_ms
    };
    let due = evaluated_at <= now - patience;
    Ok((due && lease_until <= now).then_some(watch))
}

/// Claims the watch for as long as the lease; false when somebody else was faster.
///
/// # Errors
/// What the database says.
pub async fn claim_watch(transaction: &Transaction, lease_ms: i64) -> Result<bool> {
    let now = transaction.now_ms();
    let mut sql = Sql::new("UPDATE alert_watch SET lease_until = ");
    sql.bind(now + lease_ms)
        .push_bind(" WHERE id = 1 AND lease_until <= ", now);
    Ok(sql.execute(transaction.connection()).await? == 1)
}

/// Ends the watch. What changed meanwhile is looked at the next time.
///
/// # Errors
/// What the database says.
pub async fn end_watch(transaction: &Transaction, watch: Watch) -> Result<()> {
    let mut sql = Sql::new("UPDATE alert_watch SET lease_until = 0, evaluated_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(", seen_event = CASE WHEN seen_event = ", watch.seen)
        .push_bind(" THEN ", watch.newest)
        .push(" ELSE seen_event END WHERE id = 1");
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// Has the stock looked at soon, since rules have changed.
pub(super) async fn look_again(transaction: &Transaction) -> Result<()> {
    // Neither of two changes while somebody looks may be taken for what was seen.
    let sql = Sql::new(
        "UPDATE alert_watch SET seen_event = CASE WHEN seen_event < 0 THEN seen_event - 1 ELSE -1 END WHERE id = 1",
    );
    sql.execute(transaction.connection()).await?;
    Ok(())
}
