//! Finding a number: what is asked for, and where to look for it.

mod anchor;
mod error;
mod filter;
mod plan;
mod planner;
mod request;
mod resolve;
mod tier;
mod tiers;

pub use error::MatchError;
pub use plan::{Cell, MatchPlan, PlaceFilter, Step};
pub use request::{GeographicMatch, NumberMatch, Prefix};
pub use tier::Tier;
