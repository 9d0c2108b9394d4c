//! The list of twins. Written by `scripts/adapters`.

use crate::TwinKind;

/// The twin of every adapter of this program, by kind.
#[must_use]
pub fn twins() -> Vec<TwinKind> {
    vec![
        // One line for each folder of providers/adapters.
        TwinKind::of::<provider_apio_twin::ApioTwin>("apio"),
        TwinKind::of::<provider_callstats_twin::CallstatsTwin>("callstats"),
        TwinKind::of::<provider_telecomx_twin::TelecomxTwin>("telecomx"),
        TwinKind::of::<provider_telmetrics_twin::TelmetricsTwin>("telmetrics"),
    ]
}
