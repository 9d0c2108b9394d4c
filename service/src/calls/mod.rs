//! Calls of customers' own telephone systems.

mod import;

pub use import::{CallImportReport, CallImportRequest, CallImporter};
