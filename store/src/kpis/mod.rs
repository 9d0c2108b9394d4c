//! Figures about numbers: counts of the document `callstats-number-kpis` and more, and how full the stock is.
//!
//! Counts come from counters (see `docs/adr/0008-number-counters.md`). Triggers write what changes about a number
//! into `number_changes`, in the transaction of the change; [`fold`] puts that into `kpi_cells` and
//! `kpi_customers`; [`counts`] reads a cell and adds what is not folded yet, so that an answer is exact at every
//! moment.

mod cells;
mod changes;
mod count;
mod counters;
mod days;
mod figures;
mod fold;
mod history;
mod query;
mod recount;
mod stock;
mod stock_word;

pub use count::count_numbers;
pub(crate) use counters::are_ready;
pub use counters::counts;
pub use figures::{Form502Row, QuarantineEnds, assigned_last_90_days, form_502, quarantine_ends};
pub use fold::{Folded, fold, fold_full, rebuild};
pub use history::{HistoryPoint, history, history_of_events};
pub use query::{CountBy, CountKey, CountQuery, CountRow, Within};
pub use recount::{Difference, verify};
pub use stock::{StockKey, StockLevel, Stocked, stock_levels, stocked};
