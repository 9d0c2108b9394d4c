//! The tenants that a batch names.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use store::{
    Customer, Dealer, Group, NewCustomer, NewDealer, NewGroup, NewReseller, Owner, Reseller, Scope,
    Transaction,
};

use super::{
    RowFault,
    parse::{Assigned, Tenant},
};

/// Code of the reseller of new customers whose rows name none; every database has it.
const DIRECT: &str = "DIRECT";

/// The tenants of a batch, by what rows call them.
#[derive(Debug, Default)]
pub(super) struct Owners {
    resellers: HashMap<String, Reseller>,
    dealers: HashMap<String, Dealer>,
    customers: HashMap<String, Customer>,
    groups: HashMap<(i64, String), Group>,
}

impl Owners {
    /// Finds the tenants, and makes those that aren't there.
    pub(super) async fn ensure(transaction: &Transaction, rows: &[&Assigned]) -> store::Result<Self> {
        let mut owners = Self::default();
        owners.resellers = store::ensure_resellers(transaction, &resellers(rows)).await?;
        owners.customers = known_customers(transaction, rows).await?;
        owners.dealers = store::ensure_dealers(transaction, &owners.new_dealers(rows)).await?;
        owners.customers = store::ensure_customers(transaction, &owners.new_customers(rows)).await?;
        owners.groups = store::ensure_groups(transaction, &owners.new_groups(rows)).await?;
        Ok(owners)
    }

    /// The reseller that a row means: the one that it names, else the one that its customer belongs to.
    fn reseller_of(&self, row: &Assigned) -> Option<i64> {
        let customer = || {
            self.customers
                .get(&row.customer.code)
                .map(|customer| customer.reseller_id)
        };
        let named = |code: &str| self.resellers.get(code).map(|reseller| reseller.id);
        match &row.reseller {
            Some(reseller) => named(&reseller.code),
            None => customer().or_else(|| named(DIRECT)),
        }
    }

    fn dealer_of(&self, row: &Assigned) -> Option<&Dealer> {
        self.dealers.get(&row.dealer.as_ref()?.code)
    }

    fn new_dealers(&self, rows: &[&Assigned]) -> Vec<NewDealer> {
        first_of_each(rows, |row| {
            let Tenant { code, name } = row.dealer.clone()?;
            Some((
                code.clone(),
                NewDealer {
                    reseller_id: self.reseller_of(row)?,
                    code,
                    name,
                },
            ))
        })
    }

    /// A customer that the file brings belongs to the dealer of its first row.
    fn new_customers(&self, rows: &[&Assigned]) -> Vec<NewCustomer> {
        first_of_each(rows, |row| {
            let Tenant { code, name } = row.customer.clone();
            let dealer_id = self.dealer_of(row).map(|dealer| dealer.id);
            Some((
                code.clone(),
                NewCustomer {
                    reseller_id: self.reseller_of(row)?,
                    dealer_id,
                    code,
                    name,
                },
            ))
        })
    }

    fn new_groups(&self, rows: &[&Assigned]) -> Vec<NewGroup> {
        first_of_each(rows, |row| {
            let customer = self.customers.get(&row.customer.code)?;
            let group = NewGroup {
                reseller_id: customer.reseller_id,
                customer_id: customer.id,
                name: row.group.clone(),
                external_id: None,
            };
            Some(((customer.id, row.group.clone()), group))
        })
    }

    /// The group of a row with the levels above it, and the row of its dealer.
    pub(super) fn of(&self, line: u64, row: &Assigned) -> Result<(Owner, Option<i64>), RowFault> {
        let fault = |column, reason: String| RowFault { line, column, reason };
        let missing = |column| fault(column, "went away in between: import the row again".to_owned());
        let customer = self
            .customers
            .get(&row.customer.code)
            .ok_or_else(|| missing("customer"))?;
        if self.reseller_of(row) != Some(customer.reseller_id) {
            let reason = format!("customer {} belongs to another reseller", customer.code);
            return Err(fault("reseller", reason));
        }
        let dealer = self.dealer_of(row);
        if let Some(dealer) = dealer.filter(|dealer| dealer.reseller_id != customer.reseller_id) {
            let reason = format!(
                "dealer {} belongs to another reseller than the customer",
                dealer.code
            );
            return Err(fault("dealer", reason));
        }
        let group = self
            .groups
            .get(&(customer.id, row.group.clone()))
            .ok_or_else(|| missing("group"))?;
        Ok((group.owner(), dealer.map(|dealer| dealer.id)))
    }
}

/// The resellers that rows name, and the one for rows that name none.
fn resellers(rows: &[&Assigned]) -> Vec<NewReseller> {
    first_of_each(rows, |row| {
        let direct = || Tenant {
            code: DIRECT.to_owned(),
            name: "Direct".to_owned(),
        };
        let Tenant { code, name } = row.reseller.clone().unwrap_or_else(direct);
        Some((code.clone(), NewReseller { code, name }))
    })
}

/// The customers that are there, of the rows that leave it to them which reseller they have.
async fn known_customers(
    transaction: &Transaction,
    rows: &[&Assigned],
) -> store::Result<HashMap<String, Customer>> {
    let codes = first_of_each(rows, |row| {
        let code = &row.customer.code;
        row.reseller.is_none().then(|| (code, code.clone()))
    });
    let mut known = HashMap::with_capacity(codes.len());
    for code in codes {
        if let Some(customer) =
            store::customer_by_code(transaction.connection(), Scope::Platform, &code).await?
        {
            known.insert(code, customer);
        }
    }
    Ok(known)
}

/// What the first row of each key makes; rows that make nothing are left out.
fn first_of_each<'r, K: Eq + Hash, T>(
    rows: &[&'r Assigned],
    make: impl Fn(&'r Assigned) -> Option<(K, T)>,
) -> Vec<T> {
    let mut seen = HashSet::new();
    let made = rows.iter().filter_map(|row| make(row));
    made.filter_map(|(key, value)| seen.insert(key).then_some(value))
        .collect()
}
