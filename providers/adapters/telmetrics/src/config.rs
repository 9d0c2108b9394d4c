//! The settings of a Telmetrics account.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use provider_core::config::GroupNames;
use provider_core::http::{Auth, BaseUrl, HttpSettings};
use provider_core::outcome::RefusalCode;
use serde::Deserialize;

/// The settings of an instance, its table `config`.
///
/// ```toml
/// base_url = "https://api.telmetrics.com/v3/api"
/// auth = { bearer = "${TELMETRICS_KEY}" }
/// groups = { "Sales" = "11623282" }
/// ```
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the API is; the documents say `https://api.telmetrics.com/v3/api`.
    pub base_url: BaseUrl,
    /// How we prove who we are. The documents don't say how.
    pub auth: Auth,
    /// How calls travel.
    #[serde(default)]
    pub http: HttpSettings,
    /// What Telmetrics calls our groups, by their names; ids, such as `11623282`.
    #[serde(default)]
    pub groups: GroupNames,
    /// Which of the two paths that the document writes for numbers is used.
    #[serde(default)]
    pub path_style: PathStyle,
    /// Whether the order's token is added to the name: `ABC Company [dGhpcyBpcyBhIHRva2Vu]`. It shows in
    /// Telmetrics' reports, and tells whoever looks there which of them an order without an answer has bought.
    #[serde(default)]
    pub mark_names: bool,
    /// The largest pool that may be ordered: 500 unless said. The document knows no limit.
    #[serde(default = "largest_pool")]
    pub largest_pool: NonZeroU32,
    /// What the `code` in the body of a 4xx answer means: `{ "no_stock" = "NO_STOCK" }` unless said. An
    /// assumption: the documents show no refusals.
    #[serde(default = "refusals")]
    pub refusals: BTreeMap<String, RefusalCode>,
}

/// The path of numbers. Pools have but one: `/groups/{group_id}/numberpools`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathStyle {
    /// `/groups/{group_id}/numbers`, as section 1 of the document names the endpoint.
    #[default]
    Groups,
    /// `/{group_id}/numbers`, as its examples write it.
    Bare,
}

fn largest_pool() -> NonZeroU32 {
    const FIVE_HUNDRED: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);
    FIVE_HUNDRED
}

fn refusals() -> BTreeMap<String, RefusalCode> {
    BTreeMap::from([("no_stock".to_owned(), RefusalCode::NoStock)])
}
