//! Resellers, dealers, customers and groups.

use super::{
    Size, names,
    rows::{Batch, CUSTOMERS, DEALERS, GROUPS, RESELLERS, row},
    skewed,
};
use crate::Result;

/// Resellers besides the one that the schema begins with.
const RESELLERS_MORE: i64 = 9;

/// A group with the levels above it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tenant {
    pub(super) reseller: i64,
    pub(super) dealer: Option<i64>,
    pub(super) customer: i64,
    pub(super) group: i64,
}

#[derive(Debug)]
struct Customer {
    reseller: i64,
    dealer: Option<i64>,
    first_group: i64,
    groups: i64,
}

#[derive(Debug)]
pub(super) struct Tenants {
    dealers: Vec<i64>,
    customers: Vec<Customer>,
}

impl Tenants {
    pub(super) fn choose(size: &Size) -> Self {
        let dealers: Vec<i64> = (0..size.dealers)
            .map(|index| reseller(&mut size.random("dealers", index)))
            .collect();
        let mut next_group = 1;
        let customers = (0..size.customers)
            .map(|index| {
                let mut random = size.random("customers", index);
                let dealer = (random.u32(..10) > 0).then(|| skewed(&mut random, size.dealers));
                let groups = 1 + skewed(&mut random, 6) as i64;
                next_group += groups;
                Customer {
                    reseller: dealer.map_or_else(|| reseller(&mut random), |dealer| dealers[dealer as usize]),
                    dealer: dealer.map(|dealer| dealer as i64 + 1),
                    first_group: next_group - groups,
                    groups,
                }
            })
            .collect();
        Self { dealers, customers }
    }

    /// A group of some customer: large customers often.
    pub(super) fn pick(&self, random: &mut fastrand::Rng) -> Tenant {
        let index = skewed(random, self.customers.len() as u64);
        let Customer {
            reseller,
            dealer,
            first_group,
            groups,
        } = self.customers[index as usize];
        let group = first_group + skewed(random, groups as u64) as i64;
        Tenant {
            reseller,
            dealer,
            customer: index as i64 + 1,
            group,
        }
    }

    pub(super) fn write(&self, size: &Size, sink: &mut impl FnMut(Batch) -> Result<()>) -> Result<()> {
        let created = |random: &mut fastrand::Rng| size.days_ago(1100.0 + 700.0 * random.f64());
        let resellers = (0..RESELLERS_MORE).map(|index| {
            let mut random = size.random("resellers", index as u64);
            row![
                index + 2,
                format!("RES{index:02}"),
                names::company(&mut random),
                created(&mut random)
            ]
        });
        sink(Batch {
            table: &RESELLERS,
            rows: resellers.collect(),
        })?;
        let dealers = self.dealers.iter().enumerate().map(|(index, reseller)| {
            let mut random = size.random("dealer names", index as u64);
            let id = index as i64 + 1;
            row![
                id,
                *reseller,
                format!("DLR{id:04}"),
                names::company(&mut random),
                created(&mut random)
            ]
        });
        sink(Batch {
            table: &DEALERS,
            rows: dealers.collect(),
        })?;
        self.write_customers(size, sink)
    }

    fn write_customers(&self, size: &Size, sink: &mut impl FnMut(Batch) -> Result<()>) -> Result<()> {
        for (chunk, customers) in self.customers.chunks(5000).enumerate() {
            let (mut rows, mut groups) = (Vec::new(), Vec::new());
            for (index, customer) in customers.iter().enumerate() {
                let index = chunk * 5000 + index;
                let mut random = size.random("customer names", index as u64);
                let (id, created) = (index as i64 + 1, size.days_ago(1100.0 + 700.0 * random.f64()));
                let (code, name) = (format!("CUST{id:06}"), names::company(&mut random));
                rows.push(row![id, customer.reseller, customer.dealer, code, name, created]);
                groups.extend((0..customer.groups).map(|offset| {
                    row![
                        customer.first_group + offset,
                        customer.reseller,
                        id,
                        names::group(offset as u64),
                        created
                    ]
                }));
            }
            sink(Batch {
                table: &CUSTOMERS,
                rows,
            })?;
            sink(Batch {
                table: &GROUPS,
                rows: groups,
            })?;
        }
        Ok(())
    }
}

/// Half of the trade is the platform's own.
fn reseller(random: &mut fastrand::Rng) -> i64 {
    if random.bool() {
        1
    } else {
        2 + random.i64(0..RESELLERS_MORE)
    }
}
