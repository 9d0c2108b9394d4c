//! Legs that came in, put to the calls that are there.

use std::collections::HashSet;

use calls::{
    Call, CallFact, CallNumbers, CallRecord, Leg, NumberReader, Subject, extension_names, merge_legs,
};
use sha2::{Digest, Sha256};

use super::{
    days, directory,
    rows::{self, CallRow, StoredCall},
};
use crate::{Backend, Customer, Result, StoreError, Transaction, sql::Sql};

/// Some legs of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialCall {
    /// What the source calls the whole call.
    pub call_id: String,
    /// The legs, sorted by [`merge_legs`].
    pub legs: Vec<Leg>,
}

impl PartialCall {
    /// Most legs of a call: what has more is not one call, but an id that the source uses again and again.
    pub const MOST_LEGS: usize = 500;
}

/// What became of calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedCalls {
    /// Calls that were not there before.
    pub new: u64,
    /// Calls that got legs, or whose parties are known better than before.
    pub changed: u64,
    /// Calls that were there as they are.
    pub unchanged: u64,
    /// Ids of calls that would have more than [`PartialCall::MOST_LEGS`] legs; they stay as they were.
    pub too_long: HashSet<String>,
}

/// A call with all the legs that are known of it.
struct Whole {
    call_id: String,
    legs: Vec<Leg>,
    stored: Option<StoredCall>,
}

/// Puts legs to a customer's calls, in one transaction: calls that aren't there are inserted, those that are get the
/// legs that are new, and statistics get what they see of both. Doing the same again changes nothing, in whatever
/// order and portions legs come. Ids must be there once.
///
/// # Errors
/// What the database says; then nothing was changed.
pub async fn import_calls(
    transaction: &Transaction,
    customer: &Customer,
    numbers: &mut NumberReader,
    calls: Vec<PartialCall>,
) -> Result<ImportedCalls> {
    take_turns(transaction, customer.id).await?;
    let mut imported = ImportedCalls::default();
    let whole = wholes(transaction, customer.id, calls, &mut imported).await?;
    let records = resolve(transaction, customer.id, numbers, &whole).await?;
    let (mut inserted, mut stored, mut replacing) = (Vec::new(), Vec::new(), Vec::new());
    for (whole, record) in whole.into_iter().zip(records) {
        let row = call_row(whole.call_id, &whole.legs, record)?;
        match whole.stored {
            None => inserted.push(row),
            Some(before) if before.fingerprint == row.fingerprint => imported.unchanged += 1,
            Some(before) => {
                stored.push(before);
                replacing.push(row);
            }
        }
    }
    imported.new = inserted.len() as u64;
    imported.changed = replacing.len() as u64;
    rows::insert(transaction, customer, &inserted).await?;
    let ids: Vec<i64> = stored.iter().map(|stored| stored.id).collect();
    let stored = stored.into_iter().map(|stored| (stored.id, stored.record));
    let before = rows::with_parties(transaction.connection(), stored.collect()).await?;
    for (id, row) in ids.iter().zip(&replacing) {
        rows::replace(transaction, customer.id, *id, row).await?;
    }
    let added = facts(inserted.iter().chain(&replacing).map(|row| &row.record));
    let removed = facts(before.iter());
    days::merge(transaction, customer.id, &added, &removed).await?;
    Ok(imported)
}

fn facts<'r>(records: impl Iterator<Item = &'r CallRecord>) -> Vec<(Subject, CallFact)> {
    records.flat_map(CallRecord::facts).collect()
}

/// Lets one import of a customer after the other write, so that two of them can't insert one call, or change one day
/// of statistics. SQLite has one writer anyhow.
pub(super) async fn take_turns(transaction: &Transaction, customer_id: i64) -> Result<()> {
    if transaction.backend() == Backend::Postgres {
        let mut sql = Sql::new("SELECT id FROM customers WHERE id = ");
        // Foreign keys to the customer may be checked meanwhile.
        sql.bind(customer_id).push(" FOR NO KEY UPDATE");
        sql.one(transaction.connection()).await?;
    }
    Ok(())
}

/// The calls with the legs that are there already.
async fn wholes(
    transaction: &Transaction,
    customer_id: i64,
    calls: Vec<PartialCall>,
    imported: &mut ImportedCalls,
) -> Result<Vec<Whole>> {
    let ids = calls.iter().map(|call| call.call_id.as_str());
    let mut stored = rows::stored(transaction.connection(), customer_id, ids).await?;
    let mut wholes = Vec::with_capacity(calls.len());
    for PartialCall { call_id, mut legs } in calls {
        let stored = stored.remove(&call_id);
        merge_legs(
            &mut legs,
            stored.iter().flat_map(|stored| stored.legs.iter().cloned()),
        );
        if legs.len() > PartialCall::MOST_LEGS {
            imported.too_long.insert(call_id);
            continue;
        }
        wholes.push(Whole {
            call_id,
            legs,
            stored,
        });
    }
    Ok(wholes)
}

/// The record of each call.
async fn resolve(
    transaction: &Transaction,
    customer_id: i64,
    reader: &mut NumberReader,
    wholes: &[Whole],
) -> Result<Vec<CallRecord>> {
    let mut calls = Vec::with_capacity(wholes.len());
    for whole in wholes {
        // There is no call without a leg.
        let call = Call::of(&whole.legs).ok_or(StoreError::Aborted)?;
        let numbers = CallNumbers::of(&call, reader);
        calls.push((call, numbers));
    }
    let names: HashSet<&str> = calls.iter().flat_map(|(call, _)| extension_names(call)).collect();
    let both = calls
        .iter()
        .flat_map(|(_, numbers)| numbers.caller.iter().chain(&numbers.dialed));
    let numbers: HashSet<_> = both.collect();
    let connection = transaction.connection();
    let directory = directory::find(connection, customer_id, names.into_iter(), numbers.into_iter()).await?;
    Ok(calls
        .iter()
        .map(|(call, numbers)| directory.resolve(call, numbers))
        .collect())
}

fn call_row(call_id: String, legs: &[Leg], record: CallRecord) -> Result<CallRow> {
    let text = |written: serde_json::Result<String>| written.map_err(|_| StoreError::Aborted);
    let legs = text(serde_json::to_string(legs))?;
    let mut hash = Sha256::new();
    hash.update(&legs);
    hash.update(text(serde_json::to_string(&record))?);
    let hash = hash.finalize();
    // 128 bits are enough to see a difference.
    let fingerprint = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(CallRow {
        call_id,
        legs,
        fingerprint,
        record,
    })
}
