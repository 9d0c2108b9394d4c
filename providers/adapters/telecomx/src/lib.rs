//! CDR statistics of telecomx (document `telecomx-cdr-statistics`): the calls of a customer's employees, counted.
//! `README.md` beside this crate says how to configure it, and how each word of the document is read.

mod call_stats;
mod config;
mod map;
mod parts;
mod refusal;
mod report;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use provider_core::adapter::Adapter;
use provider_core::call::CallContext;
use provider_core::config::{ConfigFault, CustomerNames};
use provider_core::error::Result;
use provider_core::http::RestClient;
use provider_core::port::CallStatisticsTerms;
use provider_core::provider::{Health, Ports, Provider, ProviderInfo};

pub use config::TelecomxConfig;

/// A telecomx account.
#[derive(Debug)]
pub struct Telecomx {
    info: ProviderInfo,
    client: RestClient,
    customers: CustomerNames,
    zone: TimeZone,
    terms: CallStatisticsTerms,
}

impl Adapter for Telecomx {
    const KIND: &'static str = "telecomx";
    const TITLE: &'static str = "Telecom X";
    type Config = TelecomxConfig;

    fn build(info: ProviderInfo, config: TelecomxConfig) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        let zone = config.zone();
        let client = RestClient::new(config.base_url, config.auth, config.http);
        match (client, zone) {
            (Ok(client), Ok(zone)) => Ok(Arc::new(Self {
                info,
                client,
                customers: config.customers,
                terms: call_stats::terms(zone.clone()),
                zone,
            })),
            (client, zone) => {
                let faults = client.err().into_iter().flatten();
                Err(faults.chain(zone.err()).collect())
            }
        }
    }
}

#[async_trait]
impl Provider for Telecomx {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            call_stats: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, cx: &CallContext) -> Result<Health> {
        Ok(Health::of(Box::pin(self.last_minute(cx))).await)
    }
}
