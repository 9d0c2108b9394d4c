//! What callstats sends, as its document writes it: every answer is a list of rows. Its words are taken as
//! references, which are printable and not without end, since people will see those that we don't know.

use provider_core::domain::UpstreamRef;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A row: what its numbers have in common, and their counts.
#[derive(Debug, Deserialize)]
pub(crate) struct Row<K> {
    #[serde(flatten)]
    pub(crate) key: K,
    pub(crate) number_customer_count: u64,
    pub(crate) number_count: u64,
}

/// "Number Summary": nothing.
#[derive(Debug, Deserialize)]
pub(crate) struct All {}

/// "Numbers by Status".
#[derive(Debug, Deserialize)]
pub(crate) struct ByStatus {
    pub(crate) number_status: UpstreamRef,
}

/// "Numbers by Dealer": null or empty where there is none, but not missing.
#[derive(Debug, Deserialize)]
pub(crate) struct ByDealer {
    #[serde(deserialize_with = "dealer")]
    pub(crate) number_dealer: Option<UpstreamRef>,
}

/// "Numbers by Type".
#[derive(Debug, Deserialize)]
pub(crate) struct ByType {
    pub(crate) number_type: UpstreamRef,
}

fn dealer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UpstreamRef>, D::Error> {
    let code = Option::<String>::deserialize(deserializer)?.filter(|code| !code.is_empty());
    code.map(UpstreamRef::parse).transpose().map_err(D::Error::custom)
}
