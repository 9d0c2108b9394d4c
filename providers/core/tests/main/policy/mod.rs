//! Policies, on paused time, around a provider whose answers are written down beforehand.

mod breaker;
mod cache;
mod observe;
mod retry;
mod settings;
mod throttle;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use provider_core::call::{CallContext, TenantRef};
use provider_core::config::PolicySettings;
use provider_core::domain::*;
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::outcome::Outcome;
use provider_core::port::*;
use provider_core::provider::{Health, HealthState, Instance, Ports, Provider, ProviderInfo};
use strum::IntoEnumIterator;
use tokio::time::Instant;

use crate::support::{context, order, query, toll_free};

/// What the provider does with one call.
#[derive(Debug, Clone)]
enum Reply {
    Good,
    Bad(ProviderError),
    Late(Duration, Box<Reply>),
    Never,
}

impl Reply {
    fn after(self, wait: Duration) -> Self {
        Self::Late(wait, Box::new(self))
    }
}

fn bad(kind: ErrorKind, effect: Effect) -> Reply {
    Reply::Bad(failure(kind, effect))
}

fn down() -> Reply {
    bad(ErrorKind::Unavailable, Effect::None)
}

fn failure(kind: ErrorKind, effect: Effect) -> ProviderError {
    ProviderError::new(kind, "orders.place", "it was written down so").with_effect(effect)
}

/// A provider that answers every port from one list, and at last always the same.
#[derive(Debug)]
struct Script {
    info: ProviderInfo,
    orders: OrderTerms,
    search: SearchTerms,
    kpis: KpiTerms,
    calls: CallStatisticsTerms,
    replies: Mutex<VecDeque<Reply>>,
    at_last: Mutex<Reply>,
    health: Mutex<HealthState>,
    asked: Mutex<Vec<Instant>>,
    health_checks: AtomicU32,
    under_way: AtomicU32,
    most_at_once: AtomicU32,
}

impl Script {
    /// Orders can't be repeated.
    fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Self::with(replies, false)
    }

    fn with(replies: impl IntoIterator<Item = Reply>, idempotent: bool) -> Arc<Self> {
        Arc::new(Self {
            info: ProviderInfo {
                id: "script-uk".parse().unwrap(),
                kind: "script",
                title: "Script",
            },
            orders: OrderTerms {
                matches: MatchTerms::everything(),
                idempotent_by_token: idempotent,
                findable_by_token: false,
                honors_holds: false,
            },
            search: SearchTerms {
                matches: MatchTerms::everything(),
                largest_limit: 10,
            },
            kpis: KpiTerms {
                groupings: KpiGrouping::iter().collect(),
                statuses: KpiStatusFilter::iter().collect(),
                filters_dealers: true,
                number_types: [].into(),
            },
            calls: CallStatisticsTerms {
                intervals: [GroupingInterval::Day].into(),
                formats: [].into(),
                any_customer: false,
                zone: None,
                ignores_unanswered: false,
                includes_empty: false,
            },
            replies: Mutex::new(replies.into_iter().collect()),
            at_last: Mutex::new(Reply::Good),
            health: Mutex::new(HealthState::Up),
            asked: Mutex::default(),
            health_checks: AtomicU32::new(0),
            under_way: AtomicU32::new(0),
            most_at_once: AtomicU32::new(0),
        })
    }

    fn always(reply: Reply) -> Arc<Self> {
        let script = Self::new([]);
        script.then_always(reply);
        script
    }

    fn then_always(&self, reply: Reply) {
        *self.at_last.lock().unwrap() = reply;
    }

    fn under(self: &Arc<Self>, settings: PolicySettings) -> Instance {
        Instance::new(self.clone(), &settings, &[].into())
    }

    /// How many calls have reached the provider, health checks not counted.
    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The times between the calls that have reached the provider.
    fn gaps(&self) -> Vec<Duration> {
        let asked = self.asked.lock().unwrap();
        asked.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// The number of this call, from 1.
    async fn answer(&self) -> Result<u64> {
        let (reply, number) = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(Instant::now());
            let next = self.replies.lock().unwrap().pop_front();
            let reply = next.unwrap_or_else(|| self.at_last.lock().unwrap().clone());
            (reply, u64::try_from(asked.len()).unwrap())
        };
        let at_once = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        let _leaves = Leaves(&self.under_way);
        let mut reply = &reply;
        loop {
            match reply {
                Reply::Good => return Ok(number),
                Reply::Bad(error) => return Err(error.clone()),
                Reply::Never => return std::future::pending().await,
                Reply::Late(wait, then) => {
                    tokio::time::sleep(*wait).await;
                    reply = then;
                }
            }
        }
    }
}

struct Leaves<'a>(&'a AtomicU32);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Provider for Script {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            search: Some(self.clone()),
            orders: Some(self.clone()),
            kpis: Some(self.clone()),
            call_stats: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        self.health_checks.fetch_add(1, Ordering::SeqCst);
        Ok(Health {
            state: *self.health.lock().unwrap(),
            latency: None,
            checked_at: Timestamp::UNIX_EPOCH,
            last_error: None,
        })
    }
}

#[async_trait]
impl NumberSearch for Script {
    fn terms(&self) -> &SearchTerms {
        &self.search
    }

    async fn search(&self, _: &CallContext, _: &NumberQuery) -> Result<Vec<StockNumber>> {
        self.answer().await.map(|_| Vec::new())
    }
}

#[async_trait]
impl NumberOrders for Script {
    fn terms(&self) -> &OrderTerms {
        &self.orders
    }

    async fn place(&self, _: &CallContext, _: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        let number = self.answer().await?;
        Ok(Outcome::Pending {
            upstream_ref: UpstreamRef::parse(format!("order-{number}")).unwrap(),
            poll_after: None,
        })
    }

    async fn get(&self, _: &CallContext, _: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        self.answer().await.map(|_| Outcome::Unknown { reference: None })
    }

    async fn find(&self, _: &CallContext, _: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        self.answer().await.map(|_| None)
    }
}

#[async_trait]
impl NumberKpis for Script {
    fn terms(&self) -> &KpiTerms {
        &self.kpis
    }

    /// Counts the calls.
    async fn count(&self, _: &CallContext, _: &KpiQuery) -> Result<KpiAnswer> {
        let row = KpiRow {
            key: KpiKey::All,
            number_count: self.answer().await?,
            customer_count: 0,
        };
        Ok(KpiAnswer {
            as_of: None,
            rows: vec![row],
        })
    }
}

#[async_trait]
impl CallStatistics for Script {
    fn terms(&self) -> &CallStatisticsTerms {
        &self.calls
    }

    async fn report(&self, _: &CallContext, _: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        self.answer().await.map(|_| CallStatisticsReport {
            rows: Vec::new(),
            caveats: Vec::new(),
        })
    }

    async fn export(&self, _: &CallContext, _: &CallStatisticsQuery, _: ExportFormat) -> Result<ExportFile> {
        Err(failure(ErrorKind::Unsupported, Effect::None))
    }
}

fn summary() -> KpiQuery {
    KpiQuery {
        grouping: KpiGrouping::Summary,
        filter: KpiFilter::default(),
    }
}

/// A read that is never shared.
async fn search(instance: &Instance, cx: &CallContext) -> Result<()> {
    let port = instance.ports().search.clone().unwrap();
    port.search(cx, &query(toll_free(), 1)).await.map(drop)
}

/// A change.
async fn place(instance: &Instance, cx: &CallContext) -> Result<()> {
    let port = instance.ports().orders.clone().unwrap();
    port.place(cx, &order("token-01")).await.map(drop)
}

/// A read that may be shared: the number of the call that answered it.
async fn count(instance: &Instance, cx: &CallContext) -> Result<u64> {
    let port = instance.ports().kpis.clone().unwrap();
    port.count(cx, &summary())
        .await
        .map(|answer| answer.rows[0].number_count)
}

fn within(wait: Duration) -> CallContext {
    context().with_deadline(Instant::now() + wait)
}

fn of_tenant(name: &str) -> CallContext {
    CallContext {
        tenant: TenantRef(name.to_owned()),
        ..context()
    }
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}
