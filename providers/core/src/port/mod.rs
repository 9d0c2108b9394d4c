//! The abilities of providers: one small trait each, with the terms under which it answers and the checks
//! that its answers must pass.
//!
//! Common to all of them:
//! * A port is implemented whole or left out of [`Ports`](crate::provider::Ports); no method answers
//!   "not implemented". What a port accepts of what its trait could express is said by its terms, and
//!   [`Ports::guarded`](crate::provider::Ports::guarded) refuses the rest before any I/O.
//! * An empty answer means that there is nothing. An upstream that could not be asked is an error, never an
//!   empty list.
//! * `None` means that the upstream did not say; zero means zero.
//! * Lists hold each entry once, in an order that is the same for the same request and state.
//! * Every method can be called at once from many tasks, and can be cancelled by dropping its future. A
//!   change whose future was dropped may have been made.
//! * A change answers an [`Outcome`](crate::outcome::Outcome). A definite no is `Refused`; an error is for
//!   calls that gave no readable answer, and says by its effect whether the upstream may have acted.
//! * Any method may fail with the kinds `RateLimited`, `Unavailable`, `Timeout`, `CircuitOpen`,
//!   `Unauthenticated`, `Forbidden`, `QuotaExceeded`, `ConfigInvalid`, `BadResponse`, `ContractViolated` and
//!   `Unexpected`; a method outside the terms fails with `Unsupported`. Further kinds are named where they
//!   are legal.

pub(crate) mod call_centers;
pub(crate) mod call_stats;
pub(crate) mod check;
pub(crate) mod holds;
pub(crate) mod inventory;
pub(crate) mod kpis;
pub(crate) mod orders;
pub(crate) mod pools;
pub(crate) mod search;
pub(crate) mod tracking;

pub use call_centers::{CallCenterTerms, CallCenters};
pub use call_stats::{CallStatistics, CallStatisticsTerms};
pub use check::MatchTerms;
pub use holds::{HoldTerms, NumberHolds};
pub use inventory::{InventoryChange, InventoryTerms, NumberInventory};
pub use kpis::{KpiTerms, NumberKpis};
pub use orders::{NumberOrders, OrderTerms};
pub use pools::{NumberPools, PoolChange, PoolTerms};
pub use search::{NumberSearch, SearchTerms};
pub use tracking::{Tracking, TrackingTerms};

use crate::provider::HEALTH;

/// The names of all operations, as they stand in logs, metrics and settings: `port.method`, and
/// `provider.health`.
pub const OPERATIONS: [&str; 30] = [
    HEALTH.name,
    search::SEARCH.name,
    holds::HOLD,
    holds::RELEASE_HOLD.name,
    orders::PLACE,
    orders::GET.name,
    orders::FIND.name,
    inventory::LIST.name,
    inventory::GET.name,
    InventoryChange::SetRoute.operation().name,
    InventoryChange::Suspend.operation().name,
    InventoryChange::Resume.operation().name,
    InventoryChange::Release.operation().name,
    pools::CREATE,
    pools::GET.name,
    pools::LIST.name,
    pools::FIND.name,
    PoolChange::Update.operation().name,
    PoolChange::Resize.operation().name,
    PoolChange::Retire.operation().name,
    tracking::SWAP.name,
    tracking::ATTRIBUTE.name,
    tracking::SESSIONS.name,
    kpis::COUNT.name,
    call_stats::REPORT.name,
    call_stats::EXPORT.name,
    call_centers::LIST.name,
    call_centers::REPORTING.name,
    call_centers::UPDATE.name,
    call_centers::STATISTICS.name,
];
