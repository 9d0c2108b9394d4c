//! The settings.

use provider_core::http::{Auth, BaseUrl, HttpSettings};
use serde::Deserialize;

/// The settings of a [`Callstats`](crate::Callstats).
#[derive(Debug, Deserialize)]
pub struct CallstatsConfig {
    /// The platform's own host, `https://companyname.callstats.net`, without the `/backend` of the document.
    pub base_url: BaseUrl,
    /// The KPI key: `{ bearer = "${CALLSTATS_KPI_KEY}" }`.
    pub auth: Auth,
    /// How calls travel.
    #[serde(default)]
    pub http: HttpSettings,
}
