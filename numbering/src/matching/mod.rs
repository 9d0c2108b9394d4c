//! Finding a number: what is asked for, and where to look for it.

mod error;
mod plan;
mod request;
mod tier;

pub use error::MatchError;
pub use plan::{Cell, MatchPlan, PlaceFilter, Step};
pub use request::{GeographicMatch, NumberMatch, Prefix};
pub use tier::Tier;
