//! Number pools: what they are, what they replace on a page, which numbers they have.

mod change;
mod members;
mod record;
mod replacement;

pub use change::*;
pub use members::*;
pub use record::*;
pub use replacement::replacements;
