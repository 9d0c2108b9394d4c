//! Figures about numbers: counts of the document `callstats-number-kpis`, and how full the stock is.

mod count;
mod stock;

pub use count::*;
pub use stock::*;
