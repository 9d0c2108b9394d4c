//! Writing a batch: one transaction, without the rows that turn out to be wrong in it.

use std::{collections::HashMap, sync::Arc};

use jiff::SignedDuration;
use numbering::Facts;
use provider_core::domain::NumberStatus;
use store::{EventKind, NewEvent, NewNumber, NumberRecord, NumberRelations, Scope, StoreError, Transaction};

use super::{
    ImportReport, ImportRow, RowFault, RowOutcome,
    owners::Owners,
    parse::{self, Assigned, Parsed, Reader},
    pools::Pools,
};
use crate::{Principal, ServiceError, ServiceResult, Switchboard, numbers::is_name_taken};

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
        Self::Service(error.into())
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
    fn event(&self, kind: EventKind) -> NewEvent<'_> {
        NewEvent {
            kind,
            actor: &self.actor,
            cause: Some(CAUSE),
            operation_id: None,
        }
    }

    async fn write(&self, transaction: &Transaction, rows: &[Parsed]) -> Result<Written, Failure> {
        let ids = self.insert(transaction, rows).await?;
        let new: Vec<(usize, i64, &Parsed, &Assigned)> = rows
            .iter()
            .enumerate()
            .filter_map(|(index, row)| Some((index, ids[index]?, row, row.assigned.as_ref()?)))
            .collect();
        let assigned: Vec<&Assigned> = new.iter().map(|(_, _, _, assigned)| *assigned).collect();
        let owners = Owners::ensure(transaction, &assigned).await?;
        let inserted: Vec<i64> = new.iter().map(|(_, id, _, _)| *id).collect();
        let mut records = store::numbers_by_ids(
            transaction.connection(),
            Scope::Platform,
            &inserted,
            NumberRelations::OWN,
        )
        .await?;
        let (mut pools, mut events, mut faults) = (Pools::default(), Vec::new(), Vec::new());
        for (index, id, row, assigned) in new {
            let record = records.remove(&id).ok_or(StoreError::Aborted)?;
            match self
                .assign(transaction, &owners, &mut pools, record, row, assigned)
                .await
            {
                Ok(event) => events.push(event),
                Err(Refused::Row(fault)) => faults.push((index, fault)),
                Err(Refused::Store(error)) => {
                    // PostgreSQL runs nothing more in this transaction, so the rows behind stay unjudged for now.
                    faults.push((index, duplicate_name(row.line, error)?));
                    break;
                }
            }
        }
        if faults.is_empty() {
            Ok((ids.iter().map(Option::is_some).collect(), events))
        } else {
            Err(Failure::Rows(faults))
        }
    }

    /// Inserts every number that isn't there, as stock, and gives the rows of those that were not.
    async fn insert(&self, transaction: &Transaction, rows: &[Parsed]) -> Result<Vec<Option<i64>>, Failure> {
        let mut places = HashMap::new();
        let mut ids = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let number = NewNumber {
                e164: row.number.clone(),
                facts: row.facts.clone(),
                place_id: place(transaction, &mut places, &row.facts).await?,
                status: NumberStatus::Available,
                provider: row.provider.clone(),
                external_id: row.external_id.clone(),
                monthly_cost: row.monthly_cost.clone(),
                tags: row.tags.clone(),
            };
            match store::insert_number(transaction, &number, self.event(EventKind::Added)).await {
                Ok(id) => ids.push(id),
                Err(error)
                    if error.is_duplicate_of("numbers_external", "numbers.provider, numbers.external_id") =>
                {
                    let reason = "the provider has another number with this id".to_owned();
                    let fault = RowFault {
                        line: row.line,
                        column: "external_id",
                        reason,
                    };
                    return Err(Failure::Rows(vec![(index, fault)]));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(ids)
    }

    /// Gives a number that was just inserted to the group of its row.
    async fn assign(
        &self,
        transaction: &Transaction,
        owners: &Owners,
        pools: &mut Pools,
        before: NumberRecord,
        row: &Parsed,
        assigned: &Assigned,
    ) -> Result<i64, Refused> {
        let (owner, dealer_id) = owners.of(row.line, assigned).map_err(Refused::Row)?;
        let pool_id = match &assigned.pool {
            Some(cells) if assigned.status != NumberStatus::Dropped => {
                let found = pools.ensure(transaction, owner, &row.provider, cells).await?;
                Some(found.ok_or_else(|| Refused::Row(unknown_pool(row.line, &cells.name)))?)
            }
            _ => None,
        };
        let pool_name = assigned.pool.as_ref().map(|pool| pool.name.clone());
        let name = assigned.name.clone().or(pool_name).unwrap_or_default();
        let now = transaction.now();
        let mut after = NumberRecord {
            status: assigned.status,
            owner: Some(owner),
            dealer_id,
            pool_id,
            name: Some(name.clone()),
            termination_number: Some(assigned.termination_number.clone()),
            assigned_at: Some(now),
            ..before.clone()
        };
        store::insert_assignment(transaction, before.id, owner, &name, pool_id, None).await?;
        if let Some(pool_id) = pool_id {
            store::add_member(transaction, pool_id, before.id).await?;
        }
        let kind = match assigned.status {
            NumberStatus::Suspended => {
                after.suspended_at = Some(now);
                EventKind::Suspended
            }
            NumberStatus::Dropped => {
                after.dropped_at = Some(now);
                after.quarantine_until = assigned
                    .quarantine_until
                    .or_else(|| now.checked_add(self.quarantine).ok());
                store::end_assignment(transaction, before.id).await?;
                EventKind::Released
            }
            _ => EventKind::Assigned,
        };
        Ok(store::save_number(transaction, &before, &after, self.event(kind)).await?)
    }
}

/// Why a row could not be assigned.
enum Refused {
    Row(RowFault),
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn unknown_pool(line: u64, name: &str) -> RowFault {
    let reason = format!("the group has no pool \"{name}\"; with pool_settings it would be made");
    RowFault {
        line,
        column: "pool",
        reason,
    }
}

fn duplicate_name(line: u64, error: StoreError) -> Result<RowFault, StoreError> {
    if is_name_taken(&error) {
        let reason = "another number of the group has this name".to_owned();
        return Ok(RowFault {
            line,
            column: "name",
            reason,
        });
    }
    Err(error)
}

/// The row of a number's place; asks the database once a place.
async fn place(
    transaction: &Transaction,
    known: &mut HashMap<Facts, Option<i64>>,
    facts: &Facts,
) -> store::Result<Option<i64>> {
    // Only what a place is told apart by.
    let key = Facts {
        number_type: facts.number_type,
        country: facts.country,
        area_code: None,
        exchange: None,
        locality: facts.locality.clone(),
        region: facts.region.clone(),
        rate_center: None,
    };
    if let Some(id) = known.get(&key) {
        return Ok(*id);
    }
    let id = store::ensure_place(transaction, facts).await?;
    known.insert(key, id);
    Ok(id)
}
