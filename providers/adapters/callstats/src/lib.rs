//! Number KPIs of callstats (document `callstats-number-kpis`): how many numbers a platform has, and how many
//! customers hold them. `README.md` beside this crate says how to configure it, and how each word of the
//! document is read.

mod config;
mod kpis;
mod map;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use provider_core::adapter::Adapter;
use provider_core::call::CallContext;
use provider_core::config::ConfigFault;
use provider_core::domain::{KpiFilter, KpiGrouping, KpiQuery};
use provider_core::error::Result;
use provider_core::http::RestClient;
use provider_core::port::{KpiTerms, NumberKpis};
use provider_core::provider::{Health, Ports, Provider, ProviderInfo};

pub use config::CallstatsConfig;

/// A platform whose numbers callstats counts.
#[derive(Debug)]
pub struct Callstats {
    info: ProviderInfo,
    client: RestClient,
    terms: KpiTerms,
}

impl Adapter for Callstats {
    const KIND: &'static str = "callstats";
    const TITLE: &'static str = "Callstats";
    type Config = CallstatsConfig;

    fn build(info: ProviderInfo, config: CallstatsConfig) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        let client = RestClient::new(config.base_url, config.auth, config.http)?;
        let terms = kpis::terms();
        Ok(Arc::new(Self { info, client, terms }))
    }
}

#[async_trait]
impl Provider for Callstats {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            kpis: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, cx: &CallContext) -> Result<Health> {
        let summary = KpiQuery {
            grouping: KpiGrouping::Summary,
            filter: KpiFilter::default(),
        };
        Ok(Health::of(self.count(cx, &summary)).await)
    }
}
