use std::collections::HashMap;

use provider_core::domain::{
    ReplacementConfiguration, ReplacementFaults, ReplacementInput, ReplacementRule, TrackingSource,
    TrackingSourceInput, TriggerValue, UrlTrigger,
};
use sea_orm::ConnectionTrait;

use crate::{
    Result, StoreError, Transaction, records,
    sql::{Columns, Sql},
};

/// What pools replace, by row id of the pool: three statements, however many pools. Give ids of pools that were
/// read inside the caller's scope.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for a configuration that breaks the rules of the document.
pub async fn replacements(
    connection: &impl ConnectionTrait,
    pool_ids: &[i64],
) -> Result<HashMap<i64, ReplacementConfiguration>> {
    if pool_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut inputs: HashMap<i64, ReplacementInput> = HashMap::with_capacity(pool_ids.len());
    read_sources(connection, pool_ids, &mut inputs).await?;
    read_triggers(connection, pool_ids, &mut inputs).await?;
    read_numbers(connection, pool_ids, &mut inputs).await?;
    let checked = inputs.into_iter().map(|(pool_id, input)| {
        let configuration = ReplacementConfiguration::new(&input);
        configuration
            .map(|configuration| (pool_id, configuration))
            .map_err(|faults| corrupt(pool_id, &faults))
    });
    checked.collect()
}

fn corrupt(pool_id: i64, faults: &ReplacementFaults) -> StoreError {
    StoreError::Corrupt {
        table: "pools",
        column: "id",
        value: format!("{pool_id}: {faults}"),
    }
}

type Inputs = HashMap<i64, ReplacementInput>;

async fn read_sources(
    connection: &impl ConnectionTrait,
    pool_ids: &[i64],
    inputs: &mut Inputs,
) -> Result<()> {
    let mut sql = Sql::new(
        "SELECT p.id, p.replace_all_numbers, s.referrer_domain, s.track_organic FROM pools p \
         LEFT JOIN pool_tracking_sources s ON s.pool_id = p.id WHERE p.id IN ",
    );
    sql.bind_list(pool_ids.iter().copied())
        .push(" ORDER BY p.id, s.position");
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let input = inputs.entry(columns.get()?).or_default();
        input.replace_all_numbers = columns.get()?;
        let (referrer_domain, track_organic): (Option<String>, Option<bool>) =
            (columns.get()?, columns.get()?);
        if let (Some(referrer_domain), Some(track_organic)) = (referrer_domain, track_organic) {
            let url_triggers = Vec::new();
            input.tracking_sources.push(TrackingSourceInput {
                referrer_domain,
                url_triggers,
                track_organic,
            });
        }
    }
    Ok(())
}

async fn read_triggers(
    connection: &impl ConnectionTrait,
    pool_ids: &[i64],
    inputs: &mut Inputs,
) -> Result<()> {
    let mut sql = Sql::new(
        "SELECT pool_id, source_position, parameter, value FROM pool_url_triggers WHERE pool_id IN ",
    );
    sql.bind_list(pool_ids.iter().copied())
        .push(" ORDER BY pool_id, source_position, position");
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let (pool_id, source): (i64, i64) = (columns.get()?, columns.get()?);
        let (parameter, value): (String, Option<String>) = (columns.get()?, columns.get()?);
        let value = value.map_or(TriggerValue::Any, TriggerValue::Exact);
        let source = usize::try_from(source)
            .ok()
            .and_then(|source| inputs.get_mut(&pool_id)?.tracking_sources.get_mut(source))
            .ok_or_else(|| StoreError::Corrupt {
                table: "pool_url_triggers",
                column: "source_position",
                value: source.to_string(),
            })?;
        source
            .url_triggers
            .push(UrlTrigger { parameter, value }.to_string());
    }
    Ok(())
}

async fn read_numbers(
    connection: &impl ConnectionTrait,
    pool_ids: &[i64],
    inputs: &mut Inputs,
) -> Result<()> {
    let mut sql = Sql::new("SELECT pool_id, text FROM pool_replaced_numbers WHERE pool_id IN ");
    sql.bind_list(pool_ids.iter().copied())
        .push(" ORDER BY pool_id, position");
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        inputs
            .entry(columns.get()?)
            .or_default()
            .numbers_to_replace
            .push(columns.get()?);
    }
    Ok(())
}

/// Whether the configuration replaces every number: the column `pools.replace_all_numbers`.
pub(super) fn replaces_all(configuration: &ReplacementConfiguration) -> bool {
    matches!(configuration.rule(), ReplacementRule::All)
}

/// Writes the rows of a configuration for a pool that has none.
pub(super) async fn insert_replacement(
    transaction: &Transaction,
    pool_id: i64,
    configuration: &ReplacementConfiguration,
) -> Result<()> {
    insert_numbers(transaction, pool_id, configuration.rule()).await?;
    insert_sources(transaction, pool_id, configuration.sources()).await?;
    insert_triggers(transaction, pool_id, configuration.sources()).await
}

/// Removes the rows of a pool's configuration.
pub(super) async fn delete_replacement(transaction: &Transaction, pool_id: i64) -> Result<()> {
    for table in [
        "pool_url_triggers",
        "pool_tracking_sources",
        "pool_replaced_numbers",
    ] {
        let mut sql = Sql::new(format!("DELETE FROM {table} WHERE pool_id = "));
        sql.bind(pool_id);
        sql.execute(transaction.connection()).await?;
    }
    Ok(())
}

async fn insert_numbers(transaction: &Transaction, pool_id: i64, rule: &ReplacementRule) -> Result<()> {
    let ReplacementRule::Numbers(numbers) = rule else {
        return Ok(());
    };
    let rows: Vec<_> = (0_i64..).zip(numbers).collect();
    let into = "pool_replaced_numbers (pool_id, position, text, digits)";
    records::insert_all(transaction, into, &rows, |sql, (position, number)| {
        sql.bind(pool_id)
            .push_bind(", ", *position)
            .push_bind(", ", number.as_str())
            .push_bind(", ", number.digits());
    })
    .await
}

async fn insert_sources(transaction: &Transaction, pool_id: i64, sources: &[TrackingSource]) -> Result<()> {
    let rows: Vec<_> = (0_i64..).zip(sources).collect();
    let into = "pool_tracking_sources (pool_id, position, referrer_domain, track_organic)";
    records::insert_all(transaction, into, &rows, |sql, (position, source)| {
        sql.bind(pool_id)
            .push_bind(", ", *position)
            .push_bind(", ", source.referrer.to_string())
            .push_bind(", ", source.track_organic);
    })
    .await
}

async fn insert_triggers(transaction: &Transaction, pool_id: i64, sources: &[TrackingSource]) -> Result<()> {
    let rows: Vec<_> = (0_i64..)
        .zip(sources)
        .flat_map(|(source, TrackingSource { url_triggers, .. })| {
            (0_i64..)
                .zip(url_triggers)
                .map(move |(position, trigger)| (source, position, trigger))
        })
        .collect();
    let into = "pool_url_triggers (pool_id, source_position, position, parameter, value)";
    records::insert_all(transaction, into, &rows, |sql, (source, position, trigger)| {
        let value = match &trigger.value {
            TriggerValue::Any => None,
            TriggerValue::Exact(value) => Some(value.as_str()),
        };
        sql.bind(pool_id)
            .push_bind(", ", *source)
            .push_bind(", ", *position)
            .push_bind(", ", trigger.parameter.as_str())
            .push_bind(", ", value);
    })
    .await
}
