//! People of customers, in bulk.

use std::collections::HashMap;

use jiff::Timestamp;
use store::{Customer, ExtensionHolder, NewEmployee, NewGroup, Scope, StoreError, Transaction};

use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode};

/// A person of a customer that is there already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmployeeRow {
    /// Code of the customer.
    pub customer: String,
    /// Name of the group, made if it isn't there.
    pub group: Option<String>,
    /// The person's name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// The extension that the person has.
    pub extension: Option<String>,
    /// Since when; from now on when absent. Calls of before are told apart by it.
    pub extension_since: Option<Timestamp>,
}

/// What became of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EmployeeImport {
    /// People who were not there before.
    pub added: u64,
    /// People who were there, by customer, name and e-mail address.
    pub known: u64,
    /// Extensions that passed to somebody, or that somebody had earlier than was known.
    pub extensions: u64,
}

enum Failure {
    UnknownCustomer(String),
    /// Which row, and why.
    Extension(usize, String),
    Store(StoreError),
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
            Failure::UnknownCustomer(code) => {
                let message = format!("there is no customer with the code {code}");
                Self::refused(UserErrorCode::NotFound, "customer", message)
            }
            Failure::Extension(row, reason) => {
                let message = format!("row {}: {reason}", row + 1);
                Self::refused(UserErrorCode::InvalidInput, "extensionSince", message)
            }
        }
    }
}

impl Switchboard {
    /// Brings in people with their extensions: all of them in one transaction. Who is there already, by customer, name
    /// and e-mail address, is not made again. An extension that somebody else of the customer has passes to the person
    /// of the row; one that the person has is theirs since the row's time, if that is earlier.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`] unless `who` administers the platform; [`ServiceError::Refused`] for a customer
    /// that isn't there, and for a time at which somebody else is known to have had the extension; what the database
    /// says. Then nothing was changed.
    pub async fn import_employees(
        &self,
        who: &Principal,
        rows: Vec<EmployeeRow>,
    ) -> ServiceResult<EmployeeImport> {
        who.may_administer()?;
        let written = self.database().write(move |tx| {
            Box::pin(async move {
                let (mut customers, mut import) = (HashMap::new(), EmployeeImport::default());
                for (index, row) in rows.iter().enumerate() {
                    bring(tx, &mut customers, &mut import, index, row).await?;
                }
                Ok::<_, Failure>(import)
            })
        });
        Ok(written.await?)
    }
}

async fn bring(
    transaction: &Transaction,
    customers: &mut HashMap<String, Customer>,
    import: &mut EmployeeImport,
    index: usize,
    row: &EmployeeRow,
) -> Result<(), Failure> {
    let customer = match customers.get(&row.customer) {
        Some(customer) => customer,
        None => {
            let found =
                store::customer_by_code(transaction.connection(), Scope::Platform, &row.customer).await?;
            let customer = found.ok_or_else(|| Failure::UnknownCustomer(row.customer.clone()))?;
            customers.entry(row.customer.clone()).or_insert(customer)
        }
    };
    let known = store::employee_named(transaction, customer.id, &row.name, row.email.as_deref()).await?;
    let employee_id = match known {
        Some(id) => {
            import.known += 1;
            id
        }
        None => {
            import.added += 1;
            insert(transaction, customer, row).await?
        }
    };
    if let Some(number) = &row.extension {
        let extension_id = store::ensure_extension(transaction, customer.id, number).await?;
        let passed = pass(transaction, extension_id, employee_id, row.extension_since).await?;
        let changed = passed.map_err(|reason| Failure::Extension(index, reason))?;
        import.extensions += u64::from(changed);
    }
    Ok(())
}

async fn insert(
    transaction: &Transaction,
    customer: &Customer,
    row: &EmployeeRow,
) -> Result<i64, StoreError> {
    let group_id = match &row.group {
        Some(name) => ensure_group(transaction, customer, name).await?,
        None => None,
    };
    let employee = NewEmployee {
        reseller_id: customer.reseller_id,
        customer_id: customer.id,
        group_id,
        name: row.name.clone(),
        email: row.email.clone(),
    };
    store::insert_employee(transaction, &employee).await
}

/// Gives an extension to somebody; says whether that changed anything, or why it can't be.
async fn pass(
    transaction: &Transaction,
    extension_id: i64,
    employee_id: i64,
    since: Option<Timestamp>,
) -> Result<Result<bool, String>, StoreError> {
    let holders = store::extension_holders(transaction, extension_id).await?;
    let now = transaction.now();
    if since.is_some_and(|since| since > now) {
        return Ok(Err("extensionSince is in the future".to_owned()));
    }
    let current = holders.iter().find(|holder| holder.released_at.is_none());
    let others = |other: &&ExtensionHolder| current.is_none_or(|current| current.id != other.id);
    let last_release = holders
        .iter()
        .filter(others)
        .filter_map(|holder| holder.released_at)
        .max();
    if since.zip(last_release).is_some_and(|(since, last)| since < last) {
        return Ok(Err(
            "somebody else had the extension after extensionSince".to_owned()
        ));
    }
    match current {
        Some(holder) if holder.employee_id == employee_id => {
            let earlier = since.filter(|since| *since < holder.assigned_at);
            if let Some(since) = earlier {
                store::move_extension_start(transaction, holder.id, since).await?;
            }
            Ok(Ok(earlier.is_some()))
        }
        Some(holder) if since.is_some_and(|since| since < holder.assigned_at) => Ok(Err(
            "somebody else has had the extension since a later time than extensionSince".to_owned(),
        )),
        _ => {
            let since = since.unwrap_or(now);
            store::release_extension_at(transaction, extension_id, since).await?;
            store::assign_extension_since(transaction, extension_id, employee_id, since).await?;
            Ok(Ok(true))
        }
    }
}

async fn ensure_group(
    transaction: &Transaction,
    customer: &Customer,
    name: &str,
) -> store::Result<Option<i64>> {
    let group = NewGroup {
        reseller_id: customer.reseller_id,
        customer_id: customer.id,
        name: name.to_owned(),
        external_id: None,
    };
    let groups = store::ensure_groups(transaction, std::slice::from_ref(&group)).await?;
    Ok(groups.into_values().next().map(|group| group.id))
}
