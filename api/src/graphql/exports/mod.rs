//! Files of our own data.

mod export;
mod mutation;
mod words;

pub(crate) use export::{Export, ExportQueries};
pub(crate) use mutation::TableExportMutations;
