//! People of customers, in bulk.

use std::collections::HashMap;

use store::{Customer, NewEmployee, NewGroup, Scope, StoreError, Transaction};

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
    /// The extension that the person has from now on.
    pub extension: Option<String>,
}

enum Failure {
    UnknownCustomer(String),
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
        }
    }
}

impl Switchboard {
    /// Inserts people with their extensions: all of them in one transaction. An extension that somebody of the
    /// customer has passes to the new person.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`] unless `who` administers the platform; [`ServiceError::Refused`] for a
    /// customer that isn't there; what the database says. Then nothing was inserted.
    pub async fn import_employees(&self, who: &Principal, rows: Vec<EmployeeRow>) -> ServiceResult<()> {
        who.may_administer()?;
        let written = self.database().write(move |tx| {
            Box::pin(async move {
                let mut customers = HashMap::new();
                for row in &rows {
                    insert(tx, &mut customers, row).await?;
                }
                Ok::<(), Failure>(())
            })
        });
        Ok(written.await?)
    }
}

async fn insert(
    transaction: &Transaction,
    customers: &mut HashMap<String, Customer>,
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
    let employee_id = store::insert_employee(transaction, &employee).await?;
    if let Some(number) = &row.extension {
        let extension_id = store::ensure_extension(transaction, customer.id, number).await?;
        store::release_extension(transaction, extension_id).await?;
        store::assign_extension(transaction, extension_id, employee_id).await?;
    }
    Ok(())
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
