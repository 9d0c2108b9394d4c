//! Tracking numbers and number pools of Telmetrics (documents `telmetrics-number-assignment` and
//! `telmetrics-number-pools`).
//!
//! It orders single North American numbers and pools in any country. The documents describe these two requests and
//! nothing to read: what was ordered can't be listed, looked for or changed here, and an order whose answer was lost
//! is for a person to find out about. `README.md` says where each word of the documents went.

mod answer;
mod config;
mod map;
mod orders;
mod pools;
mod wire;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use provider_core::adapter::Adapter;
use provider_core::call::{CallContext, Operation};
use provider_core::config::{ConfigFault, GroupNames};
use provider_core::domain::{GroupRef, OrderToken};
use provider_core::error::Result;
use provider_core::http::{Method, Request, RestClient};
use provider_core::outcome::{Refusal, RefusalCode};
use provider_core::port::{OrderTerms, PoolTerms};
use provider_core::provider::{Health, Ports, Provider, ProviderInfo};

pub use config::{Config, PathStyle};

/// A Telmetrics account.
#[derive(Debug)]
pub struct Telmetrics {
    info: ProviderInfo,
    client: RestClient,
    groups: GroupNames,
    path_style: PathStyle,
    mark_names: bool,
    refusals: BTreeMap<String, RefusalCode>,
    order_terms: OrderTerms,
    pool_terms: PoolTerms,
}

impl Adapter for Telmetrics {
    const KIND: &'static str = "telmetrics";
    const TITLE: &'static str = "Telmetrics";
    type Config = Config;

    fn build(info: ProviderInfo, config: Config) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        Ok(Arc::new(Self {
            info,
            client: RestClient::new(config.base_url, config.auth, config.http)?,
            groups: config.groups,
            path_style: config.path_style,
            mark_names: config.mark_names,
            refusals: config.refusals,
            order_terms: orders::terms(),
            pool_terms: pools::terms(config.largest_pool.get()),
        }))
    }
}

#[async_trait]
impl Provider for Telmetrics {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            orders: Some(self.clone()),
            pools: Some(self),
            ..Ports::default()
        }
    }

    /// Whether it can be reached, and no more: the documents have nothing that can be read without ordering.
    async fn health(&self, cx: &CallContext) -> Result<Health> {
        Ok(Health::of_reach(self.client.reach(cx)).await)
    }
}

impl Telmetrics {
    /// The id that Telmetrics has given a group.
    fn group(&self, group: &GroupRef) -> Result<u64, Refusal> {
        let unknown = |why: &str| {
            let message = format!(
                "{why}: write the id that Telmetrics has for \"{}\" into config.groups, or make it the group's \
                 external id",
                group.name
            );
            Refusal::new(RefusalCode::UnknownGroup, message).at("groupId")
        };
        let name = self.groups.upstream_name(group);
        let name = name.ok_or_else(|| unknown("nobody has said which of Telmetrics' groups this is"))?;
        name.parse()
            .map_err(|_| unknown("groups of Telmetrics have numbers for ids, and this has not"))
    }

    /// A request that carries the order's token where an upstream that honors one would look for it. The documents
    /// describe no such header, so nothing rests on it; it is there for whoever reads Telmetrics' logs.
    fn post(&self, operation: Operation, token: &OrderToken) -> Request<'_> {
        self.client
            .request(operation, Method::POST)
            .header("Idempotency-Key", token.as_str())
    }

    /// What a thing shall be called there.
    fn name<'a>(&self, name: &'a str, token: &OrderToken) -> Cow<'a, str> {
        if self.mark_names {
            Cow::Owned(format!("{name} [{token}]"))
        } else {
            Cow::Borrowed(name)
        }
    }
}
