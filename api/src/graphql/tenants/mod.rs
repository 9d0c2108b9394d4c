//! Who has numbers: customers and their groups, the dealers that brought them, their people.

mod customer;
mod dealer;
mod employee;
mod group;
mod query;

pub(crate) use customer::Customer;
pub(crate) use dealer::Dealer;
pub(crate) use employee::Employee;
pub(crate) use group::Group;
pub(crate) use query::TenantQueries;
