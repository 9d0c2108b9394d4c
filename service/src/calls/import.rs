//! Bringing in call records, a batch at a time.

use std::{collections::HashMap, time::Duration};

use ::calls::{NumberReader, Row, RowFault, merge_legs};
use numbering::CountryCode;
use store::{
    Customer, StoreError, Transaction,
    calls::{CallSource, ImportedCalls, PartialCall},
};

use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode};

/// Attempts at a batch while the database is busy, and the pause before the second.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// The customer whose telephone system wrote records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallCustomer {
    /// Its code.
    Code(String),
    /// Its row.
    Row(i64),
}

/// What an import is of.
#[derive(Debug, Clone)]
pub struct CallImportRequest {
    /// Whose calls they are.
    pub customer: CallCustomer,
    /// Which way they come in.
    pub source: CallSource,
    /// Name of the file, where there is one.
    pub file: Option<String>,
    /// Name of the format, for the report.
    pub format: String,
    /// Country of numbers without a country code.
    pub country: Option<CountryCode>,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallImportReport {
    /// Row of the report.
    pub import_id: i64,
    /// Rows read.
    pub rows: u64,
    /// Those that can't be used.
    pub bad_rows: u64,
    /// Calls that were not there before.
    pub new_calls: u64,
    /// Calls that got legs, or whose parties are known better than before. A call whose legs stand far apart is new
    /// once and changed later.
    pub changed_calls: u64,
    /// Calls that were there as they are.
    pub unchanged_calls: u64,
    /// The first bad rows, at most [`CallImportReport::MOST_FAULTS`].
    pub faults: Vec<RowFault>,
}

impl CallImportReport {
    /// Bad rows that the report shows.
    pub const MOST_FAULTS: usize = 20;

    fn add(&mut self, good: u64, calls: &ImportedCalls, bad: &[RowFault]) {
        let bad_rows = bad.len() as u64;
        self.rows += good + bad_rows;
        self.bad_rows += bad_rows;
        self.new_calls += calls.new;
        self.changed_calls += calls.changed;
        self.unchanged_calls += calls.unchanged;
        let room = Self::MOST_FAULTS.saturating_sub(self.faults.len());
        self.faults.extend(bad.iter().take(room).cloned());
    }
}

/// An import under way. What was added is in the database; what is cut off is made whole by doing it all again.
#[derive(Debug)]
pub struct CallImporter {
    switchboard: Switchboard,
    customer: Customer,
    country: Option<CountryCode>,
    numbers: NumberReader,
    report: CallImportReport,
}

impl Switchboard {
    /// Begins an import of call records.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`] unless `who` may change a whole customer; [`ServiceError::Refused`] for a
    /// customer that isn't visible; what the database says.
    pub async fn begin_call_import(
        &self,
        who: &Principal,
        request: CallImportRequest,
    ) -> ServiceResult<CallImporter> {
        who.may_manage()?;
        if matches!(who.scope, store::Scope::Group { .. }) {
            return Err(ServiceError::Denied(
                "calls belong to a whole customer, and this key is one of a group",
            ));
        }
        let customer = self.customer_of_calls(who, &request.customer).await?;
        let (owner, actor, country) = (customer.clone(), who.actor(), request.country);
        let begun = self.database().write(move |tx| {
            Box::pin(async move {
                let CallImportRequest {
                    source, file, format, ..
                } = &request;
                store::calls::begin_call_import(tx, &owner, &actor, *source, file.as_deref(), format).await
            })
        });
        let import_id = begun.await?;
        Ok(CallImporter {
            switchboard: self.clone(),
            customer,
            country,
            numbers: NumberReader::new(country),
            report: CallImportReport {
                import_id,
                ..CallImportReport::default()
            },
        })
    }
}

impl Switchboard {
    async fn customer_of_calls(&self, who: &Principal, customer: &CallCustomer) -> ServiceResult<Customer> {
        let reader = self.database().reader();
        let (found, what, path) = match customer {
            CallCustomer::Code(code) => {
                let found = store::customer_by_code(reader, who.scope, code).await?;
                (found, "code", "input.customer")
            }
            CallCustomer::Row(id) => {
                let found = store::customer(reader, who.scope, *id).await?;
                (found, "id", "input.customerId")
            }
        };
        found.ok_or_else(|| {
            let message = format!("no customer with this {what} is visible to this key");
            ServiceError::refused(UserErrorCode::NotFound, path, message)
        })
    }
}

impl CallImporter {
    /// Rows that a batch should have: enough that a transaction is worth its while, few enough that it is short.
    pub const BATCH: usize = 2000;

    /// What was done so far.
    #[must_use]
    pub fn report(&self) -> &CallImportReport {
        &self.report
    }

    /// Imports rows in one transaction, again while the database is busy, and keeps those that can't be used. Gives
    /// all that can't: to `bad` come those of calls that have too many legs.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] when the database stays busy; what it says otherwise. Then nothing of the batch was
    /// imported.
    pub async fn add(&mut self, rows: Vec<Row>, bad: Vec<RowFault>) -> ServiceResult<Vec<RowFault>> {
        let mut attempt = 1;
        loop {
            let written = self.write(rows.clone(), bad.clone(), false).await;
            match written.map_err(ServiceError::from) {
                Err(ServiceError::Busy(detail)) if attempt < ATTEMPTS => {
                    tracing::warn!(detail, attempt, "the database is busy; the batch is tried again");
                    tokio::time::sleep(PAUSE * attempt).await;
                    attempt += 1;
                }
                Err(error) => return Err(error),
                Ok(written) => return Ok(written.bad),
            }
        }
    }

    /// `whole`: all rows, or none.
    async fn write(&mut self, rows: Vec<Row>, bad: Vec<RowFault>, whole: bool) -> Result<Written, Failure> {
        let mut numbers = std::mem::replace(&mut self.numbers, NumberReader::new(self.country));
        let (customer, import_id) = (self.customer.clone(), self.report.import_id);
        let written = self.switchboard.database().write(move |tx| {
            Box::pin(async move {
                let written = write(tx, &customer, import_id, &mut numbers, rows, bad).await?;
                if whole && !written.bad.is_empty() {
                    return Err(Failure::Rows(written.bad));
                }
                Ok((written, numbers))
            })
        });
        let (written, numbers) = written.await?;
        self.numbers = numbers;
        self.report.add(written.good, &written.calls, &written.bad);
        Ok(written)
    }

    /// Ends the import.
    ///
    /// # Errors
    /// What the database says.
    pub async fn finish(self) -> ServiceResult<CallImportReport> {
        let import_id = self.report.import_id;
        let ended = self
            .switchboard
            .database()
            .write(move |tx| Box::pin(async move { store::calls::finish_call_import(tx, import_id).await }));
        ended.await?;
        Ok(self.report)
    }
}

/// Why a transaction did nothing.
enum Failure {
    Store(StoreError),
    Rows(Vec<RowFault>),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for ServiceError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error.into(),
            Failure::Rows(faults) => Self::Refused(
                faults
                    .into_iter()
                    .map(|fault| {
                        let path = format!("input.calls.{}", fault.line);
                        UserError::new(UserErrorCode::InvalidInput, &path, fault.reason)
                    })
                    .collect(),
            ),
        }
    }
}

/// What a transaction did.
struct Written {
    good: u64,
    calls: ImportedCalls,
    bad: Vec<RowFault>,
}

async fn write(
    transaction: &Transaction,
    customer: &Customer,
    import_id: i64,
    numbers: &mut NumberReader,
    rows: Vec<Row>,
    mut bad: Vec<RowFault>,
) -> Result<Written, StoreError> {
    let total = rows.len();
    let lines: Vec<(u64, String)> = rows.iter().map(|row| (row.line, row.call_id.clone())).collect();
    let calls = store::calls::import_calls(transaction, customer, numbers, calls_of(rows)).await?;
    let too_long = lines
        .iter()
        .filter(|(_, call_id)| calls.too_long.contains(call_id));
    let before = bad.len();
    bad.extend(too_long.map(|(line, call_id)| {
        let reason = format!(
            "its call has more than {} legs: is the id one of a call?",
            PartialCall::MOST_LEGS
        );
        RowFault::new(*line, reason, call_id.as_bytes())
    }));
    let good = (total - (bad.len() - before)) as u64;
    bad.sort_by_key(|fault| fault.line);
    store::calls::add_to_call_import(transaction, import_id, good, &calls, &bad).await?;
    Ok(Written { good, calls, bad })
}

/// The legs of each call, in the order in which calls come first.
fn calls_of(rows: Vec<Row>) -> Vec<PartialCall> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut calls: Vec<PartialCall> = Vec::new();
    for Row { call_id, leg, .. } in rows {
        let place = *places.entry(call_id).or_insert_with_key(|call_id| {
            calls.push(PartialCall {
                call_id: call_id.clone(),
                legs: Vec::new(),
            });
            calls.len() - 1
        });
        if let Some(call) = calls.get_mut(place) {
            call.legs.push(leg);
        }
    }
    for call in &mut calls {
        merge_legs(&mut call.legs, []);
    }
    calls
}

impl Switchboard {
    /// Imports a few rows, all or none: [`Row::line`] is their position in the input, from 0.
    ///
    /// # Errors
    /// As [`Switchboard::begin_call_import`]; [`ServiceError::Refused`] for rows of a call that has too many legs.
    pub async fn import_calls(
        &self,
        who: &Principal,
        request: CallImportRequest,
        rows: Vec<Row>,
    ) -> ServiceResult<CallImportReport> {
        let mut importer = self.begin_call_import(who, request).await?;
        importer.write(rows, Vec::new(), true).await?;
        importer.finish().await
    }
}
