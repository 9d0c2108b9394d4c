use std::collections::BTreeMap;

use calls::{
    CallFact, Subject,
    packed::{Day, Word, day_of},
};

use super::{DayRange, SubjectKind, corrupt, key, unpack};
use crate::{
    Result, Transaction, error, records,
    sql::{Columns, Sql},
};

/// Days read by one statement: four bound values each, far below what a statement may have.
const DAYS_PER_READ: usize = 500;

/// A row of a customer: kind, subject, extension, day.
pub(super) type Key = (SubjectKind, i64, i64, i64);

/// What is done to a day.
#[derive(Debug, Default)]
struct Change {
    added: Vec<Word>,
    removed: Vec<Word>,
}

/// Takes facts out of the statistics of a customer and puts others in, in the transaction that writes their calls.
/// A fact that is to be taken out was put in before.
///
/// # Errors
/// [`StoreError::Corrupt`](crate::StoreError::Corrupt) when a fact to be taken out is not there, else what the
/// database says.
pub async fn merge(
    transaction: &Transaction,
    customer_id: i64,
    added: &[(Subject, CallFact)],
    removed: &[(Subject, CallFact)],
) -> Result<()> {
    let changes = by_day(added, removed);
    let days = || changes.keys().map(|(_, _, _, day)| *day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Ok(());
    };
    // First: its row is locked until the end, so that what others change of this customer comes after.
    let version = next_version(transaction, customer_id, DayRange { first, last }).await?;
    let changes: Vec<(Key, Change)> = changes.into_iter().collect();
    for changes in changes.chunks(DAYS_PER_READ) {
        change(transaction, customer_id, version, changes).await?;
    }
    Ok(())
}

fn by_day(added: &[(Subject, CallFact)], removed: &[(Subject, CallFact)]) -> BTreeMap<Key, Change> {
    let mut changes: BTreeMap<Key, Change> = BTreeMap::new();
    let mut put = |(subject, fact): &(Subject, CallFact), list: fn(&mut Change) -> &mut Vec<Word>| {
        let (kind, subject, extension) = key(*subject);
        let change = changes.entry((kind, subject, extension, day_of(fact.start)));
        list(change.or_default()).push(Word::of(fact));
    };
    added
        .iter()
        .for_each(|fact| put(fact, |change| &mut change.added));
    removed
        .iter()
        .for_each(|fact| put(fact, |change| &mut change.removed));
    changes
}

/// Moves the version of a customer, and the days that have calls; gives the new version. Its row is locked until the
/// end of the transaction.
pub(super) async fn next_version(transaction: &Transaction, customer_id: i64, days: DayRange) -> Result<i64> {
    let mut sql = Sql::new("INSERT INTO call_versions (customer_id, version, first_day, last_day) VALUES (");
    sql.bind(customer_id)
        .push_bind(", 1, ", days.first)
        .push_bind(", ", days.last)
        .push(
            ") ON CONFLICT (customer_id) DO UPDATE SET version = call_versions.version + 1, \
             first_day = CASE WHEN excluded.first_day < call_versions.first_day \
             THEN excluded.first_day ELSE call_versions.first_day END, \
             last_day = CASE WHEN excluded.last_day > call_versions.last_day \
             THEN excluded.last_day ELSE call_versions.last_day END RETURNING version",
        );
    sql.one_i64(transaction.connection()).await
}

async fn change(
    transaction: &Transaction,
    customer_id: i64,
    version: i64,
    changes: &[(Key, Change)],
) -> Result<()> {
    let mut known = days(transaction, customer_id, changes).await?;
    let mut changed = Vec::with_capacity(changes.len());
    for (key, change) in changes {
        let mut day = known.remove(key).unwrap_or_default();
        day.change(&change.added, &change.removed)
            .map_err(|error| corrupt(key.3, error))?;
        changed.push((*key, day));
    }
    write(transaction, customer_id, version, &changed).await
}

/// Writes days, whether they are there already or not.
pub(super) async fn write(
    transaction: &Transaction,
    customer_id: i64,
    version: i64,
    days: &[(Key, Day)],
) -> Result<()> {
    for days in days.chunks(DAYS_PER_READ) {
        write_some(transaction, customer_id, version, days).await?;
    }
    Ok(())
}

async fn write_some(
    transaction: &Transaction,
    customer_id: i64,
    version: i64,
    days: &[(Key, Day)],
) -> Result<()> {
    let into = "call_days (customer_id, kind, subject_id, extension_id, day, words, version)";
    let mut sql = records::insert(into, days, |sql, ((kind, subject, extension, day), calls)| {
        sql.bind(customer_id)
            .push_bind(", ", kind.to_string())
            .push_bind(", ", *subject)
            .push_bind(", ", *extension)
            .push_bind(", ", *day)
            .push_bind(", ", calls.encode())
            .push_bind(", ", version);
    });
    sql.push(
        " ON CONFLICT (customer_id, kind, day, subject_id, extension_id) \
         DO UPDATE SET words = excluded.words, version = excluded.version",
    );
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// The days as they are.
async fn days(
    transaction: &Transaction,
    customer_id: i64,
    changes: &[(Key, Change)],
) -> Result<BTreeMap<Key, Day>> {
    let mut sql =
        Sql::new("SELECT kind, subject_id, extension_id, day, words FROM call_days WHERE customer_id = ");
    sql.bind(customer_id)
        .push(" AND (kind, subject_id, extension_id, day) IN (VALUES ");
    let mut separator = "(";
    for ((kind, subject, extension, day), _) in changes {
        sql.push_bind(separator, kind.to_string())
            .push_bind(", ", *subject)
            .push_bind(", ", *extension)
            .push_bind(", ", *day)
            .push(")");
        separator = ", (";
    }
    sql.push(")");
    let rows = sql.all(transaction.connection()).await?;
    let mut days = BTreeMap::new();
    for row in &rows {
        let mut columns = Columns::of(row);
        let kind: String = columns.get()?;
        let kind = error::word("call_days", "kind", &kind)?;
        let (subject, extension, day) = (columns.get()?, columns.get()?, columns.get()?);
        let words: Vec<u8> = columns.get()?;
        days.insert((kind, subject, extension, day), unpack(day, &words)?);
    }
    Ok(days)
}
