//! The settings.

use jiff::tz::TimeZone;
use provider_core::config::{ConfigFault, CustomerNames};
use provider_core::http::{Auth, BaseUrl, HttpSettings};
use serde::Deserialize;

/// The settings of a [`Telecomx`](crate::Telecomx).
#[derive(Debug, Deserialize)]
pub struct TelecomxConfig {
    /// `https://api.telecomx.dk`, without the `/pbx/cdrstats` of the document.
    pub base_url: BaseUrl,
    /// How we are known there, as a user with the access level that the document demands: `VIEWER` for the
    /// user's own customer, `RESELLER` or `ADMIN` for others.
    pub auth: Auth,
    /// How calls travel.
    #[serde(default)]
    pub http: HttpSettings,
    /// What telecomx calls our customers: `customer` of the document.
    #[serde(default)]
    pub customers: CustomerNames,
    /// The zone by whose clock telecomx cuts hours, days, weeks and months, by its IANA name. The document
    /// does not say; the service is Danish.
    #[serde(default = "danish_time")]
    pub time_zone: String,
}

fn danish_time() -> String {
    "Europe/Copenhagen".to_owned()
}

impl TelecomxConfig {
    pub(crate) fn zone(&self) -> Result<TimeZone, ConfigFault> {
        TimeZone::get(&self.time_zone).map_err(|_| {
            let message = "no such time zone: write an IANA name such as Europe/Copenhagen";
            ConfigFault::new("config.time_zone", message)
        })
    }
}
