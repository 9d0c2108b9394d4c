//! Numbers: reading one or a page of them with what they belong to, and changing one with its history.

mod bulk;
mod change;
mod filter;
mod read;
mod record;

pub use bulk::*;
pub use change::*;
pub use filter::*;
pub use read::*;
pub use record::*;
