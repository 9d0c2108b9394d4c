//! Listings at an upstream, page by page.

use serde::{Deserialize, Serialize};

/// Where the next page begins. Opaque; only the provider that gave it can read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PageToken(pub String);

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PageRequest {
    /// At most this many; from 1 to the port's `largest_page`.
    pub limit: u32,
    /// The [`Page::next`] of the page before; absent for the first.
    pub after: Option<PageToken>,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }
}

/// What a page holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The entries, in the upstream's own stable order.
    pub items: Vec<T>,
    /// Where to go on. Absent means that the listing is complete: an upstream that stopped early is an error.
    pub next: Option<PageToken>,
    /// How many there are in all, if the upstream says.
    pub total: Option<u64>,
}
