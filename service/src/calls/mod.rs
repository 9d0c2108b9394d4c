//! Calls of customers' own telephone systems.

mod feed;
mod import;
mod reports;
mod verify;

pub use feed::{CallImportError, CallImportStep};
pub use import::{CallCustomer, CallImportReport, CallImportRequest, CallImporter};
