//! Counting packed calls as the document `telecomx-cdr-statistics` does.
//!
//! A call counts once, whole, in the interval in which it began:
//!
//! - Outbound calls are those that the party made, inbound those that it got. A call between two extensions is
//!   outbound for one of them and inbound for the other.
//! - Answered calls are those that ended answered by the party, were it after 0 seconds of talk. All others are
//!   unanswered; those that failed, that met a busy party, or that another member of a ring group answered, are some
//!   of the unanswered.
//! - Seconds are the talk seconds of answered calls.

mod counter;
mod cuts;
mod order;
mod rules;
mod stretch;

pub use counter::{Counter, together, total};
pub use cuts::{Cuts, NoCalendar};
pub use order::{NameOrder, NameOrderError, extension_order};
pub use rules::Rules;
pub use stretch::{DAYS_PER_STRETCH, Party, Stretch, stretch_of};
