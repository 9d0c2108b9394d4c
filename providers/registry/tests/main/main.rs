//! What the registry builds, and that everything which is written from the adapters' folders is up to date.

// Clippy's leave for tests covers #[test] functions, not their helpers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod building;
mod generated;
