//! The tenants that a batch names.

use std::collections::{HashMap, HashSet};

use store::{Customer, Dealer, Group, NewCustomer, NewDealer, NewGroup, NewReseller, Owner, Reseller, Transaction};

use super::{
    RowFault,
    parse::{Assigned, Tenant},
};

/// Code of the reseller that an empty cell means; every database has it.
const DIRECT: &str = "DIRECT";

/// The tenants of a batch, by what rows call them.
#[derive(Debug)]
pub(super) struct Owners {
    resellers: HashMap<String, Reseller>,
    dealers: HashMap<String, Dealer>,
    customers: HashMap<String, Customer>,
    groups: HashMap<(i64, String), Group>,
}

impl Owners {
    /// Finds the tenants, and makes those that aren't there.
    pub(super) async fn ensure(transaction: &Transaction, rows: &[&Assigned]) -> store::Result<Self> {
        let direct = Tenant { code: DIRECT.to_owned(), name: "Direct".to_owned() };
        let mut resellers: Vec<NewReseller> = Vec::new();
        each_once(rows, |row| Some(row.reseller.as_ref().unwrap_or(&direct).code.clone()), |row| {
            let reseller = row.reseller.as_ref().unwrap_or(&direct);
            resellers.push(NewReseller { code: reseller.code.clone(), name: reseller.name.clone() });
        });
        let resellers = store::ensure_resellers(transaction, &resellers).await?;
        let reseller_of = |row: &Assigned| {
            let code = row.reseller.as_ref().map_or(DIRECT, |reseller| &reseller.code);
            resellers.get(code).map(|reseller| reseller.id)
        };

        let mut dealers: Vec<NewDealer> = Vec::new();
        each_once(rows, |row| row.dealer.as_ref().map(|dealer| dealer.code.clone()), |row| {
            if let (Some(dealer), Some(reseller_id)) = (&row.dealer, reseller_of(row)) {
                dealers.push(NewDealer { reseller_id, code: dealer.code.clone(), name: dealer.name.clone() });
            }
        });
        let dealers = store::ensure_dealers(transaction, &dealers).await?;

        let mut customers: Vec<NewCustomer> = Vec::new();
        each_once(rows, |row| Some(row.customer.code.clone()), |row| {
            if let Some(reseller_id) = reseller_of(row) {
                let dealer = row.dealer.as_ref().and_then(|dealer| dealers.get(&dealer.code));
                customers.push(NewCustomer {
                    reseller_id,
                    dealer_id: dealer.map(|dealer| dealer.id),
                    code: row.customer.code.clone(),
                    name: row.customer.name.clone(),
                });
            }
        });
        let customers = store::ensure_customers(transaction, &customers).await?;

        let mut groups: Vec<NewGroup> = Vec::new();
        each_once(rows, |row| Some((row.customer.code.clone(), row.group.clone())), |row| {
            if let Some(customer) = customers.get(&row.customer.code) {
                groups.push(NewGroup {
                    reseller_id: customer.reseller_id,
                    customer_id: customer.id,
                    name: row.group.clone(),
                    external_id: None,
                });
            }
        });
        let groups = store::ensure_groups(transaction, &groups).await?;
        Ok(Self { resellers, dealers, customers, groups })
    }

    /// The group of a row with the levels above it, and the row of its dealer.
    pub(super) fn of(&self, line: u64, row: &Assigned) -> Result<(Owner, Option<i64>), RowFault> {
        let fault = |column, reason: String| RowFault { line, column, reason };
        let missing = |column| fault(column, "went away in between: import the row again".to_owned());
        let customer = self.customers.get(&row.customer.code).ok_or_else(|| missing("customer"))?;
        let reseller = row.reseller.as_ref().map_or(DIRECT, |reseller| &reseller.code);
        if self.resellers.get(reseller).is_none_or(|known| known.id != customer.reseller_id) {
            let reason = format!("customer {} belongs to another reseller than {reseller}", customer.code);
            return Err(fault("reseller", reason));
        }
        let dealer = row.dealer.as_ref().and_then(|dealer| self.dealers.get(&dealer.code));
        if let Some(dealer) = dealer.filter(|dealer| dealer.reseller_id != customer.reseller_id) {
            let reason = format!("dealer {} belongs to another reseller than the customer", dealer.code);
            return Err(fault("dealer", reason));
        }
        let group = self.groups.get(&(customer.id, row.group.clone())).ok_or_else(|| missing("group"))?;
        Ok((group.owner(), dealer.map(|dealer| dealer.id)))
    }
}

/// Calls `make` for the first row of each key.
fn each_once<K: Eq + std::hash::Hash>(
    rows: &[&Assigned],
    key: impl Fn(&Assigned) -> Option<K>,
    mut make: impl FnMut(&Assigned),
) {
    let mut seen = HashSet::new();
    for row in rows {
        if let Some(key) = key(row)
            && seen.insert(key)
        {
            make(row);
        }
    }
}
