//! A provider, its ports, and what follows from them.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};
use tokio::time::Instant;

use crate::call::{CallContext, Operation};
use crate::config::PolicySettings;
use crate::domain::ProviderId;
use crate::error::{ErrorKind, ProviderError, Result};
use crate::policy::Stack;
use crate::port::{
    CallCenters, CallStatistics, NumberHolds, NumberInventory, NumberKpis, NumberOrders, NumberPools,
    NumberSearch, Tracking,
};

/// What a provider is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderInfo {
    /// The name of this instance.
    pub id: ProviderId,
    /// Which adapter it is an instance of: `telmetrics`.
    pub kind: &'static str,
    /// The adapter's name for people: `Telmetrics`.
    pub title: &'static str,
}

/// A configured instance of an adapter, or the own inventory.
///
/// Building one needs no upstream alive.
///
/// ```
/// use std::sync::Arc;
/// use async_trait::async_trait;
/// use provider_core::call::CallContext;
/// use provider_core::domain::{NumberQuery, StockNumber};
/// use provider_core::error::Result;
/// use provider_core::port::{MatchTerms, NumberSearch, SearchTerms};
/// use provider_core::provider::{Capability, Health, HealthState, Ports, Provider, ProviderInfo};
///
/// /// A carrier that has nothing left.
/// #[derive(Debug)]
/// struct SoldOut { info: ProviderInfo, terms: SearchTerms }
///
/// #[async_trait]
/// impl NumberSearch for SoldOut {
///     fn terms(&self) -> &SearchTerms { &self.terms }
///     async fn search(&self, _: &CallContext, _: &NumberQuery) -> Result<Vec<StockNumber>> {
///         Ok(Vec::new())
///     }
/// }
///
/// #[async_trait]
/// impl Provider for SoldOut {
///     fn info(&self) -> &ProviderInfo { &self.info }
///     fn ports(self: Arc<Self>) -> Ports { Ports { search: Some(self), ..Ports::default() } }
///     async fn health(&self, _: &CallContext) -> Result<Health> {
///         let checked_at = jiff::Timestamp::now();
///         Ok(Health { state: HealthState::Up, latency: None, checked_at, last_error: None })
///     }
/// }
///
/// let provider = Arc::new(SoldOut {
///     info: ProviderInfo { id: "sold-out".parse()?, kind: "sold-out", title: "Sold out" },
///     terms: SearchTerms { matches: MatchTerms::everything(), largest_limit: 50 },
/// });
/// assert_eq!(provider.ports().capabilities(), [Capability::Search].into());
/// # Ok::<(), provider_core::domain::IdError>(())
/// ```
#[async_trait]
pub trait Provider: Debug + Send + Sync + 'static {
    /// What it is.
    fn info(&self) -> &ProviderInfo;

    /// Its abilities. `Some(self)` compiles only where the port is implemented, so this can't claim too much.
    fn ports(self: Arc<Self>) -> Ports;

    /// How the upstream is, by the cheapest read that proves that it answers and knows us.
    ///
    /// # Errors
    /// Only when the health can't be told. An upstream that is down is an answer: [`HealthState::Down`].
    async fn health(&self, cx: &CallContext) -> Result<Health>;
}

/// The abilities of a provider.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // each is its trait
pub struct Ports {
    pub search: Option<Arc<dyn NumberSearch>>,
    pub holds: Option<Arc<dyn NumberHolds>>,
    pub orders: Option<Arc<dyn NumberOrders>>,
    pub inventory: Option<Arc<dyn NumberInventory>>,
    pub pools: Option<Arc<dyn NumberPools>>,
    pub tracking: Option<Arc<dyn Tracking>>,
    pub kpis: Option<Arc<dyn NumberKpis>>,
    pub call_stats: Option<Arc<dyn CallStatistics>>,
    pub call_centers: Option<Arc<dyn CallCenters>>,
}

/// The name of a port, in configuration and in the API.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// [`NumberSearch`].
    Search,
    /// [`NumberHolds`].
    Holds,
    /// [`NumberOrders`].
    Orders,
    /// [`NumberInventory`].
    Inventory,
    /// [`NumberPools`].
    Pools,
    /// [`Tracking`].
    Tracking,
    /// [`NumberKpis`].
    Kpis,
    /// [`CallStatistics`].
    CallStats,
    /// [`CallCenters`].
    CallCenters,
}

impl Ports {
    /// What the provider can do: derived, never declared.
    #[must_use]
    pub fn capabilities(&self) -> BTreeSet<Capability> {
        [
            (Capability::Search, self.search.is_some()),
            (Capability::Holds, self.holds.is_some()),
            (Capability::Orders, self.orders.is_some()),
            (Capability::Inventory, self.inventory.is_some()),
            (Capability::Pools, self.pools.is_some()),
            (Capability::Tracking, self.tracking.is_some()),
            (Capability::Kpis, self.kpis.is_some()),
            (Capability::CallStats, self.call_stats.is_some()),
            (Capability::CallCenters, self.call_centers.is_some()),
        ]
        .into_iter()
        .filter_map(|(capability, present)| present.then_some(capability))
        .collect()
    }

    /// The same without the denied ones.
    #[must_use]
    pub fn without(mut self, denied: &BTreeSet<Capability>) -> Self {
        for capability in denied {
            match capability {
                Capability::Search => self.search = None,
                Capability::Holds => self.holds = None,
                Capability::Orders => self.orders = None,
                Capability::Inventory => self.inventory = None,
                Capability::Pools => self.pools = None,
                Capability::Tracking => self.tracking = None,
                Capability::Kpis => self.kpis = None,
                Capability::CallStats => self.call_stats = None,
                Capability::CallCenters => self.call_centers = None,
            }
        }
        self
    }
}

/// [`Provider::health`], as policies see it.
pub(crate) const HEALTH: Operation = Operation::read("provider.health");

/// How an upstream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// In a word.
    pub state: HealthState,
    /// How long the last check took.
    pub latency: Option<Duration>,
    /// When it was checked.
    pub checked_at: Timestamp,
    /// What went wrong last; nothing secret.
    pub last_error: Option<String>,
}

impl Health {
    /// How an upstream is, told by a read of it: up if that gives an answer, degraded if the upstream puts us
    /// off, else down.
    pub async fn of<T>(read: impl Future<Output = Result<T>>) -> Self {
        let begun = Instant::now();
        let error = read.await.err();
        let state = match error.as_ref().map(ProviderError::kind) {
            None => HealthState::Up,
            Some(ErrorKind::RateLimited | ErrorKind::QuotaExceeded) => HealthState::Degraded,
            Some(_) => HealthState::Down,
        };
        Self {
            state,
            latency: Some(begun.elapsed()),
            checked_at: Timestamp::now(),
            last_error: error.map(|error| error.to_string()),
        }
    }

    /// How an upstream is whose document has nothing that can be read without a change, told by
    /// [`RestClient::reach`](crate::http::RestClient::reach): unknown if it can be reached, else down.
    pub async fn of_reach(reach: impl Future<Output = Result<Duration>>) -> Self {
        let health = Self::of(reach).await;
        match health.state {
            HealthState::Up => Self {
                state: HealthState::Unknown,
                ..health
            },
            _ => health,
        }
    }
}

/// How an upstream is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum HealthState {
    /// It answers.
    Up,
    /// It answers, and not everything or not always.
    Degraded,
    /// It does not answer, or does not know us.
    Down,
    /// It can be reached. Whether it answers and knows us can't be asked without changing something there.
    Unknown,
}

/// A provider as the rest of the program uses it: its ports guarded, without the denied ones.
#[derive(Debug, Clone)]
pub struct Instance {
    provider: Arc<dyn Provider>,
    ports: Ports,
    stack: Stack,
}

impl Instance {
    /// Puts a provider into the policies of its settings.
    #[must_use]
    pub fn new(
        provider: Arc<dyn Provider>,
        settings: &PolicySettings,
        denied: &BTreeSet<Capability>,
    ) -> Self {
        let stack = settings.stack(provider.info().clone());
        let ports = Arc::clone(&provider).ports().without(denied).guarded(&stack);
        Self {
            provider,
            ports,
            stack,
        }
    }

    /// What it is.
    #[must_use]
    pub fn info(&self) -> &ProviderInfo {
        self.provider.info()
    }

    /// What it can do.
    #[must_use]
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// How its upstream is: what a check finds, or found a moment ago, together with what became of the calls that
    /// were made. An upstream that answers the check is degraded while its circuit is open, while it asks for a
    /// pause, and for some minutes after it failed the last call.
    ///
    /// # Errors
    /// As [`Provider::health`], and `Timeout`.
    pub async fn health(&self, cx: &CallContext) -> Result<Health> {
        // Checks of one tenant don't differ.
        let fingerprint = Some(String::new());
        let checked = self
            .stack
            .run(HEALTH, cx, fingerprint, || self.provider.health(cx))
            .await;
        let mut health = match checked {
            // It lives, and has had enough of us for now.
            Err(error) if error.kind() == ErrorKind::RateLimited => Health {
                state: HealthState::Degraded,
                latency: None,
                checked_at: Timestamp::now(),
                last_error: Some(error.message().to_owned()),
            },
            checked => checked?,
        };
        if matches!(health.state, HealthState::Up | HealthState::Unknown)
            && let Some(concern) = self.stack.concern()
        {
            health.state = HealthState::Degraded;
            health.last_error.get_or_insert(concern);
        }
        Ok(health)
    }
}
