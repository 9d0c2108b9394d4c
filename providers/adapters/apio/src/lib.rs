//! Call centers of APIO (document `apio-call-center-statistics`): how they report, and the statistics of their
//! queues and agents. `README.md` beside this crate says how to configure it, and how each word of the document
//! is read.

mod call_centers;
mod config;
mod map;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use provider_core::adapter::Adapter;
use provider_core::call::{CallContext, Operation};
use provider_core::config::{ConfigFault, GroupNames, GroupTable};
use provider_core::error::Result;
use provider_core::http::RestClient;
use provider_core::port::CallCenterTerms;
use provider_core::provider::{Health, Ports, Provider, ProviderInfo};

pub use config::ApioConfig;
use config::CenterNames;

/// A tenant of an APIO installation.
#[derive(Debug)]
pub struct Apio {
    info: ProviderInfo,
    client: RestClient,
    tenant: String,
    groups: GroupNames,
    centers: GroupTable<CenterNames>,
    terms: CallCenterTerms,
}

impl Adapter for Apio {
    const KIND: &'static str = "apio";
    const TITLE: &'static str = "APIO";
    type Config = ApioConfig;

    fn build(info: ProviderInfo, config: ApioConfig) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        let mut faults = config.faults();
        let terms = config.terms();
        match RestClient::new(config.base_url, config.auth, config.http) {
            Ok(client) if faults.is_empty() => Ok(Arc::new(Self {
                info,
                client,
                tenant: config.tenant,
                groups: config.groups,
                centers: config.call_centers,
                terms,
            })),
            Ok(_) => Err(faults),
            Err(more) => {
                faults.extend(more);
                Err(faults)
            }
        }
    }
}

#[async_trait]
impl Provider for Apio {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            call_centers: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, cx: &CallContext) -> Result<Health> {
        const HEALTH: Operation = Operation::read("provider.health");
        Ok(match self.first_center() {
            Some(at) => Health::of(Box::pin(self.read_reporting(HEALTH, cx, at))).await,
            // Without a call center there is nothing to read.
            None => Health::of_reach(self.client.reach(cx)).await,
        })
    }
}
