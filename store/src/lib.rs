//! The database behind Switchboard: queries that take a connection and a [`Scope`] and give domain values.
//!
//! Nothing outside this crate writes SQL or sees an entity. Statements that must be fast or atomic are written
//! by hand in [`sql::Sql`], the rest uses SeaORM. Services are the only callers.

mod alerts;
mod api_keys;
pub mod call_centers;
pub mod calls;
mod database;
mod error;
mod events;
mod exports;
mod holds;
pub mod kpis;
mod names;
mod numbers;
mod operations;
mod page;
mod places;
mod pools;
mod records;
mod scope;
pub mod sql;
mod stock;
mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
mod upstream;

pub use alerts::*;
pub use api_keys::*;
pub use database::{Backend, Database, DatabaseOptions, Transaction, Work};
pub use error::{Result, StoreError};
pub use events::*;
pub use exports::*;
pub use holds::*;
pub use names::name_key;
pub use numbers::*;
pub use operations::*;
pub use page::{Key, Keyset, Page, PageRequest, Position};
pub use places::*;
pub use pools::*;
pub use scope::{Owner, Scope};
pub use stock::*;
pub use tenants::*;
pub use upstream::*;
