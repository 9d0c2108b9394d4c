//! Writing a batch: one transaction, without the rows that turn out to be wrong in it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::SignedDuration;
use numbering::{CountryCode, E164, Facts};
use provider_core::domain::NumberStatus;
use store::{Arrival, EventKind, NewNumber, NumberRecord, StoreError, Transaction, name_key};

use super::{
    ImportReport, ImportRow, RowFault, RowOutcome,
    owners::Owners,
    parse::{self, Assigned, Parsed, Reader},
    pools::Pools,
};
use crate::{Principal, ServiceError, ServiceResult, Switchboard};

/// What the history says made an imported number appear.
const CAUSE: &str = "import";

/// Why a batch was rolled back.
enum Failure {
    /// These rows, by index, are wrong; the others may do without them.
    Rows(Vec<(usize, RowFault)>),
    Service(ServiceError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Service(match error {
            // What was looked for before was written in between: when the batch is tried again, it is seen.
            StoreError::Duplicate { index } => {
                ServiceError::Busy(format!("another writer was first: {index}"))
            }
            other => other.into(),
        })
    }
}

/// What a batch wrote: for each row whether the number was new, and the events.
type Written = (Vec<bool>, Vec<i64>);

impl Switchboard {
    /// Puts numbers into the inventory, with the tenants and pools that the rows name: one batch, one
    /// transaction. Some hundred rows a batch are a good measure.
    ///
    /// A number that the inventory has stays as it is. Rows that can't be used are reported and left out; the
    /// others are imported.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`] unless `who` administers the platform; what the database says. Then
    /// nothing of the batch was imported.
    pub async fn import_numbers(&self, who: &Principal, rows: Vec<ImportRow>) -> ServiceResult<ImportReport> {
        who.may_administer()?;
        let providers = self.providers().into_iter().map(|provider| provider.id).collect();
        let reader = Reader {
            places: self.places(),
            providers,
        };
        let mut outcomes: Vec<Option<RowOutcome>> = Vec::with_capacity(rows.len());
        let mut wanted: Vec<(usize, Parsed)> = Vec::new();
        for (index, parsed) in parse::read_all(&reader, &rows).into_iter().enumerate() {
            match parsed {
                Ok(parsed) => {
                    wanted.push((index, parsed));
                    outcomes.push(None);
                }
                Err(faults) => outcomes.push(Some(RowOutcome::Refused(faults))),
            }
        }
        for (index, outcome) in self.import_parsed(who, wanted).await? {
            outcomes[index] = Some(outcome);
        }
        self.keep_counters_up().await;
        Ok(ImportReport {
            outcomes: outcomes.into_iter().flatten().collect(),
        })
    }

    /// Writes rows; as often as some of them are refused, again without those.
    async fn import_parsed(
        &self,
        who: &Principal,
        mut wanted: Vec<(usize, Parsed)>,
    ) -> ServiceResult<Vec<(usize, RowOutcome)>> {
        let mut outcomes = Vec::with_capacity(wanted.len());
        loop {
            let (indexes, rows): (Vec<usize>, Vec<Parsed>) = wanted.into_iter().unzip();
            let rows = Arc::new(rows);
            let writer = Writer {
                actor: who.actor(),
                quarantine: self.quarantine(),
            };
            let batch = rows.clone();
            let written = self
                .database()
                .write(move |tx| Box::pin(async move { writer.write(tx, &batch).await }))
                .await;
            match written {
                Ok((added, events)) => {
                    self.announce(&events).await;
                    let entries = indexes.into_iter().zip(rows.iter().zip(added));
                    outcomes.extend(entries.map(|(index, (row, added))| (index, outcome(row, added))));
                    return Ok(outcomes);
                }
                Err(Failure::Service(error)) => return Err(error),
                Err(Failure::Rows(faults)) => {
                    let mut refused: HashMap<usize, Vec<RowFault>> = HashMap::new();
                    for (index, fault) in faults {
                        refused.entry(index).or_default().push(fault);
                    }
                    wanted = Vec::with_capacity(rows.len());
                    for (at, (index, row)) in indexes.into_iter().zip(rows.iter()).enumerate() {
                        match refused.remove(&at) {
                            Some(faults) => outcomes.push((index, RowOutcome::Refused(faults))),
                            None => wanted.push((index, row.clone())),
                        }
                    }
                }
            }
        }
    }
}

fn outcome(row: &Parsed, added: bool) -> RowOutcome {
    let (line, number) = (row.line, row.number.clone());
    if added {
        RowOutcome::Added { line, number }
    } else {
        RowOutcome::Unchanged { line, number }
    }
}

/// What all rows of a batch are written with.
struct Writer {
    actor: String,
    /// How long a dropped number rests when its row doesn't say.
    quarantine: SignedDuration,
}

impl Writer {
    async fn write(&self, transaction: &Transaction, rows: &[Parsed]) -> Result<Written, Failure> {
        let numbers: Vec<E164> = rows.iter().map(|row| row.number.clone()).collect();
        let known = store::known_numbers(transaction.connection(), &numbers).await?;
        let new: Vec<(usize, &Parsed)> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| !known.contains(&row.number))
            .collect();
        let assigned: Vec<&Assigned> = new.iter().filter_map(|(_, row)| row.assigned.as_ref()).collect();
        let owners = Owners::ensure(transaction, &assigned).await?;
        let (mut places, mut pools) = (Places::default(), Pools::default());
        let (mut arrivals, mut faults) = (Vec::with_capacity(new.len()), Vec::new());
        for (index, row) in &new {
            let number = new_number(row, places.ensure(transaction, &row.facts).await?);
            match self.owned(transaction, &owners, &mut pools, &number, row).await? {
                Ok(owned) => arrivals.push(Arrival { number, owned }),
                Err(fault) => faults.push((*index, fault)),
            }
        }
        if faults.is_empty() {
            faults = conflicts(transaction, &new, &arrivals).await?;
        }
        if !faults.is_empty() {
            return Err(Failure::Rows(faults));
        }
        let events = store::insert_numbers(transaction, &arrivals, &self.actor, Some(CAUSE)).await?;
        Ok((
            rows.iter().map(|row| !known.contains(&row.number)).collect(),
            events,
        ))
    }

    /// What a new number becomes at once by its row, or why it can't; nothing for stock.
    async fn owned(
        &self,
        transaction: &Transaction,
        owners: &Owners,
        pools: &mut Pools,
        number: &NewNumber,
        row: &Parsed,
    ) -> Result<Result<Option<(NumberRecord, EventKind)>, RowFault>, StoreError> {
        let Some(assigned) = &row.assigned else {
            return Ok(Ok(None));
        };
        let (owner, dealer_id) = match owners.of(row.line, assigned) {
            Ok(found) => found,
            Err(fault) => return Ok(Err(fault)),
        };
        let cells = assigned.pool.as_ref();
        let pool_id = match cells.filter(|_| assigned.status != NumberStatus::Dropped) {
            Some(cells) => match pools.ensure(transaction, owner, &row.provider, cells).await? {
                Some(id) => Some(id),
                None => return Ok(Err(unknown_pool(row.line, &cells.name))),
            },
            None => None,
        };
        let now = transaction.now();
        let stock = number.record(now);
        let mut record = NumberRecord {
            status: assigned.status,
            owner: Some(owner),
            dealer_id,
            pool_id,
            name: assigned
                .name
                .clone()
                .or_else(|| cells.map(|cells| cells.name.clone())),
            termination_number: Some(assigned.termination_number.clone()),
            assigned_at: Some(now),
            ..stock
        };
        let kind = match assigned.status {
            NumberStatus::Suspended => {
                record.suspended_at = Some(now);
                EventKind::Suspended
            }
            NumberStatus::Dropped => {
                let rests_until = now.checked_add(self.quarantine).ok();
                record.dropped_at = Some(now);
                record.quarantine_until = assigned.quarantine_until.or(rests_until);
                EventKind::Released
            }
            _ => EventKind::Assigned,
        };
        Ok(Ok(Some((record, kind))))
    }
}

fn new_number(row: &Parsed, place_id: Option<i64>) -> NewNumber {
    NewNumber {
        e164: row.number.clone(),
        facts: row.facts.clone(),
        place_id,
        status: NumberStatus::Available,
        provider: row.provider.clone(),
        external_id: row.external_id.clone(),
        monthly_cost: row.monthly_cost.clone(),
        tags: row.tags.clone(),
    }
}

/// The rows whose name or external id another number has: one of the database, or one of an earlier row. The
/// arrivals are those of the rows.
async fn conflicts(
    transaction: &Transaction,
    rows: &[(usize, &Parsed)],
    arrivals: &[Arrival],
) -> Result<Vec<(usize, RowFault)>, StoreError> {
    let names: HashSet<(i64, String)> = arrivals.iter().filter_map(unique_name).collect();
    let mut names = store::taken_names(transaction.connection(), &names).await?;
    let ids: HashSet<(String, String)> = arrivals.iter().filter_map(external_id).collect();
    let mut ids = store::taken_external_ids(transaction.connection(), &ids).await?;
    let mut faults = Vec::new();
    for ((index, row), arrival) in rows.iter().zip(arrivals) {
        let mut fault = |column, reason: &str| {
            faults.push((
                *index,
                RowFault {
                    line: row.line,
                    column,
                    reason: reason.to_owned(),
                },
            ));
        };
        if unique_name(arrival).is_some_and(|name| !names.insert(name)) {
            fault("name", "another number of the group has this name");
        }
        if external_id(arrival).is_some_and(|id| !ids.insert(id)) {
            fault("external_id", "the provider has another number with this id");
        }
    }
    Ok(faults)
}

/// The name that no other number of the group may have: pools' numbers share theirs, and a released number
/// lets go of its own.
fn unique_name(arrival: &Arrival) -> Option<(i64, String)> {
    let (record, _) = arrival.owned.as_ref()?;
    let counts = record.pool_id.is_none() && record.status != NumberStatus::Dropped;
    let name = record.name.as_deref().filter(|_| counts)?;
    Some((record.owner?.group_id, name_key(name)))
}

fn external_id(arrival: &Arrival) -> Option<(String, String)> {
    let number = &arrival.number;
    Some((number.provider.clone(), number.external_id.clone()?))
}

fn unknown_pool(line: u64, name: &str) -> RowFault {
    let reason = format!("the group has no pool \"{name}\"; with pool_settings it would be made");
    RowFault {
        line,
        column: "pool",
        reason,
    }
}

/// What tells places apart: country, region, name.
type PlaceKey = (Option<CountryCode>, Option<String>, Option<String>);

/// Rows of places; none for numbers whose place isn't known.
#[derive(Debug, Default)]
struct Places(HashMap<PlaceKey, Option<i64>>);

impl Places {
    /// The row of a number's place; asks the database once a place.
    async fn ensure(&mut self, transaction: &Transaction, facts: &Facts) -> store::Result<Option<i64>> {
        let key = (facts.country, facts.region.clone(), facts.locality.clone());
        if let Some(id) = self.0.get(&key) {
            return Ok(*id);
        }
        let id = store::ensure_place(transaction, facts).await?;
        self.0.insert(key, id);
        Ok(id)
    }
}
