//! The list of adapters: one line for each folder of `providers/adapters`.

use crate::Adapters;

/// Every adapter of this program. There is no folder yet: the own inventory is built by the API itself.
#[must_use]
pub fn all() -> Adapters {
    Adapters::default()
}
