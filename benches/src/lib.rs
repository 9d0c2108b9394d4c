//! How fast Switchboard is, and on what: an inventory of any size to measure on, a load generator, a look at the
//! plans of the statements, and a hand-written server to compare with. `scripts/bench-inventory` runs it all.
//!
//! Nothing here is part of the service.

pub mod bulk;
pub mod calls;
pub mod drive;
pub mod inventory;
pub mod load;
pub mod plans;
pub mod process;
pub mod report;

/// What went wrong, for the person at the terminal.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
