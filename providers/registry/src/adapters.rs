//! The list of adapters. Written by `scripts/adapters`.

use crate::Adapters;

/// Every adapter of this program.
#[must_use]
pub fn all() -> Adapters {
    Adapters::default()
        // One line for each folder of providers/adapters.
        .with::<provider_apio::Apio>()
        .with::<provider_callstats::Callstats>()
        .with::<provider_telecomx::Telecomx>()
        .with::<provider_telmetrics::Telmetrics>()
}
