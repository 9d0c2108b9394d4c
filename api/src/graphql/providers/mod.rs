//! The systems that numbers come from.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use provider_core::{domain::ProviderId, provider::Health};
use service::Switchboard;

use super::{
    access,
    asked::{self, HealthOf},
    error::{ApiError, ErrorCode, Result},
    input,
    kpis::{self, NumberKpiFilter, NumberKpis},
    node::NodeId,
    scalars::DateTime,
};

/// What a provider can do.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::provider::Capability")]
enum Capability {
    /// Says which numbers could be had now.
    Search,
    /// Sets numbers aside for a short time.
    Holds,
    /// Takes orders for numbers.
    Orders,
    /// Lists, routes, suspends and releases the numbers it has for us.
    Inventory,
    /// Takes orders for pools of numbers.
    Pools,
    /// Shows each visitor of a page a number of their own.
    Tracking,
    /// Counts numbers.
    Kpis,
    /// Counts the calls of employees.
    CallStats,
    /// Reports on call centers.
    CallCenters,
}

/// How a provider is, in a word.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::provider::HealthState")]
enum HealthState {
    /// It answers.
    Up,
    /// It answers, and not everything or not always.
    Degraded,
    /// It does not answer, or does not know us.
    Down,
    /// It can be reached. Whether it answers and knows us can't be asked without changing something there.
    Unknown,
}

/// How a provider is: asked now, or some seconds ago as `checkedAt` says (its setting `health_cache_seconds`).
#[derive(SimpleObject)]
struct ProviderHealth {
    /// In a word.
    state: HealthState,
    /// How long the check took, in milliseconds; null when it was not measured.
    latency_ms: Option<i32>,
    /// When it was checked.
    checked_at: DateTime,
    /// What went wrong last; null when nothing did.
    last_error: Option<String>,
}

impl From<Health> for ProviderHealth {
    fn from(health: Health) -> Self {
        Self {
            state: health.state.into(),
            latency_ms: health
                .latency
                .map(|latency| latency.as_millis().try_into().unwrap_or(i32::MAX)),
            checked_at: health.checked_at.into(),
            last_error: health.last_error,
        }
    }
}

/// A system that numbers come from: a configured carrier, or the own inventory.
#[derive(SimpleObject, Debug)]
#[graphql(complex)]
pub(crate) struct Provider {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Its name in the configuration, unique in this installation: `telmetrics-uk`.
    name: String,
    /// Which adapter speaks with it: `telmetrics`.
    kind: &'static str,
    /// The adapter's name for people: `Telmetrics`.
    title: &'static str,
    /// What it can do.
    capabilities: Vec<Capability>,
    #[graphql(skip)]
    provider: ProviderId,
}

impl Provider {
    /// Its name, as the rest of the program knows it.
    pub(crate) fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// Whether it has the port.
    pub(crate) fn counts_numbers(&self) -> bool {
        self.capabilities.contains(&Capability::Kpis)
    }
}

#[ComplexObject]
impl Provider {
    /// How it is, asked once in a request however often it is met. Null with an error when that can't be told.
    async fn health(&self, ctx: &Context<'_>) -> Option<Result<ProviderHealth>> {
        health(ctx, &self.name).await.transpose()
    }

    /// Its counts of numbers: `numberKpis` with this source. Null without an error when it counts none (it has not
    /// the capability KPIS); null with an error when the filter can't be used, or the key may not read them.
    async fn number_kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which numbers; all when absent.")] filter: Option<NumberKpiFilter>,
    ) -> Option<Result<NumberKpis>> {
        match find(ctx, &self.name).transpose()? {
            Ok(provider) => kpis::of_provider(ctx, &provider, filter),
            Err(error) => Some(Err(error)),
        }
    }
}

async fn health(ctx: &Context<'_>, name: &str) -> Result<Option<ProviderHealth>> {
    let asked_for = name.to_owned();
    let health = asked::once(ctx, HealthOf(asked_for.clone()), |switchboard, who| async move {
        switchboard.provider_health(&who, &asked_for).await
    });
    Ok(health.await?.map(ProviderHealth::from))
}

/// A provider that could not answer: its numbers are missing from what stands beside this.
#[derive(SimpleObject)]
pub(crate) struct ProviderFailure {
    /// Which one. Null when it is no longer configured.
    provider: Option<Arc<Provider>>,
    /// What went wrong, for programs.
    code: ErrorCode,
    /// What went wrong, for people.
    message: String,
    /// Whether the same request may succeed later.
    retryable: bool,
    /// How long to wait before asking again, in seconds; null when the provider does not say.
    retry_after: Option<u32>,
}

impl ProviderFailure {
    pub(crate) fn new(provider: Option<Arc<Provider>>, error: &provider_core::error::ProviderError) -> Self {
        let code = ErrorCode::of_provider(error);
        let message = if code == ErrorCode::InternalServerError {
            ApiError::internal(&error.to_string());
            "Something went wrong in the server.".to_owned()
        } else {
            error.message().to_owned()
        };
        Self {
            provider,
            code,
            message,
            retryable: error.kind().facts().retryable,
            retry_after: error.retry_after().map(service::whole_seconds),
        }
    }
}

/// The providers of this installation: they don't change while it runs.
#[derive(Debug, Default)]
pub(crate) struct Directory(Vec<Arc<Provider>>);

impl Directory {
    pub(crate) fn of(switchboard: &Switchboard) -> Self {
        let views = switchboard.providers().into_iter();
        Self(
            views
                .map(|view| {
                    Arc::new(Provider {
                        name: view.id.as_str().to_owned(),
                        provider: view.id.clone(),
                        id: NodeId::provider(view.id),
                        kind: view.kind,
                        title: view.title,
                        capabilities: view.capabilities.into_iter().map(Capability::from).collect(),
                    })
                })
                .collect(),
        )
    }
}

fn all<'a>(ctx: &Context<'a>) -> Result<&'a [Arc<Provider>]> {
    let directory = ctx.data_opt::<Directory>();
    directory
        .map(|directory| &*directory.0)
        .ok_or_else(|| ApiError::internal("the schema has no providers"))
}

/// The provider with this name in the configuration.
pub(crate) fn find(ctx: &Context<'_>, name: &str) -> Result<Option<Arc<Provider>>> {
    Ok(all(ctx)?.iter().find(|provider| provider.name == name).cloned())
}

#[derive(Default)]
pub(crate) struct ProviderQueries;

#[Object]
impl ProviderQueries {
    /// Every provider, the own inventory first, then in the order in which orders try them.
    async fn providers(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Provider>>> {
        access::principal(ctx)?;
        all(ctx).map(<[_]>::to_vec)
    }

    /// One provider. Null when there is none with this id.
    async fn provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a Provider.")] id: ID,
    ) -> Option<Result<Arc<Provider>>> {
        by_id(ctx, &id).transpose()
    }
}

fn by_id(ctx: &Context<'_>, id: &ID) -> Result<Option<Arc<Provider>>> {
    access::principal(ctx)?;
    find(ctx, input::provider(id, "id")?.as_str())
}
