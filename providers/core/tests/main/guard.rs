//! Guarded ports: terms, policies, checks of answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use provider_core::call::CallContext;
use provider_core::config::PolicySettings;
use provider_core::domain::*;
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::policy::{Answer, Call, Next, Policy, Stack, Timeout};
use provider_core::port::{CallStatistics, CallStatisticsTerms, KpiTerms, NumberKpis};
use provider_core::provider::{Capability, Health, HealthState, Instance, Ports, Provider, ProviderInfo};
use strum::IntoEnumIterator;
use tokio::time::Instant;

use crate::support::{Lie, Shelf, context, number, order, pool_order, toll_free};

/// A provider without ports.
#[derive(Debug)]
pub(crate) struct Empty(ProviderInfo);

impl Default for Empty {
    fn default() -> Self {
        Self(ProviderInfo {
            id: "empty".parse().unwrap(),
            kind: "empty",
            title: "Empty",
        })
    }
}

#[async_trait]
impl Provider for Empty {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports::default()
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        let checked_at = jiff::Timestamp::UNIX_EPOCH;
        Ok(Health {
            state: HealthState::Degraded,
            latency: None,
            checked_at,
            last_error: None,
        })
    }
}

fn instance(shelf: &Arc<Shelf>) -> Instance {
    Instance::new(shelf.clone(), &PolicySettings::default(), &[].into())
}

fn query(matching: NumberMatch, limit: u32) -> NumberQuery {
    NumberQuery {
        matching,
        widen: false,
        limit,
    }
}

#[test]
fn capabilities_are_derived_from_the_ports() {
    use Capability::{Holds, Inventory, Orders, Pools, Search};
    let shelf = Shelf::new(None);
    assert_eq!(
        shelf.ports().capabilities(),
        [Search, Holds, Orders, Inventory, Pools].into()
    );
    assert!(Arc::new(Empty::default()).ports().capabilities().is_empty());
}

#[test]
fn a_denied_port_is_gone_and_the_others_stay() {
    for denied in Capability::iter() {
        let before = Shelf::new(None).ports().capabilities();
        let after = Shelf::new(None).ports().without(&[denied].into()).capabilities();
        assert!(!after.contains(&denied));
        assert_eq!(
            after.len() + usize::from(before.contains(&denied)),
            before.len(),
            "{denied}"
        );
    }
}

#[tokio::test]
async fn requests_outside_the_terms_are_refused_without_reaching_the_provider() {
    let shelf = Shelf::new(None);
    let instance = instance(&shelf);
    let ports = instance.ports();
    let cx = context();
    let search = ports.search.as_ref().unwrap();
    let orders = ports.orders.as_ref().unwrap();
    let pools = ports.pools.as_ref().unwrap();
    let american = NumberMatch::TollFree {
        country: CountryCode::US,
        prefix: None,
    };
    let filtered = NumberMatch::TollFree {
        country: CountryCode::GB,
        prefix: "833".parse().ok(),
    };
    let national = NumberMatch::National {
        country: CountryCode::GB,
    };
    let page = PageRequest::first(11);
    let unlisted = PageRequest::first(1);
    let resize = PoolResize {
        token: "token-01".parse().unwrap(),
        pool: UpstreamRef::parse("x").unwrap(),
        quantity: 2,
        leftover: Leftover::Keep,
        allow_partial: false,
    };
    let hold = UpstreamRef::parse("h").ok();
    let errors: Vec<(ErrorKind, ProviderError)> = vec![
        (
            ErrorKind::Unsupported,
            search.search(&cx, &query(national.clone(), 1)).await.unwrap_err(),
        ),
        (
            ErrorKind::Unsupported,
            search.search(&cx, &query(american, 1)).await.unwrap_err(),
        ),
        (
            ErrorKind::Unsupported,
            search.search(&cx, &query(filtered, 1)).await.unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            search.search(&cx, &query(toll_free(), 0)).await.unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            search.search(&cx, &query(toll_free(), 11)).await.unwrap_err(),
        ),
        (ErrorKind::Unsupported, {
            let order = NumberOrder {
                matching: national,
                ..order("token-01")
            };
            orders.place(&cx, &order).await.unwrap_err()
        }),
        (ErrorKind::Unsupported, {
            orders
                .place(
                    &cx,
                    &NumberOrder {
                        hold,
                        ..order("token-01")
                    },
                )
                .await
                .unwrap_err()
        }),
        (ErrorKind::InvalidRequest, {
            orders
                .place(
                    &cx,
                    &NumberOrder {
                        name: " ".to_owned(),
                        ..order("token-01")
                    },
                )
                .await
                .unwrap_err()
        }),
        (
            ErrorKind::InvalidRequest,
            ports
                .inventory
                .as_ref()
                .unwrap()
                .list(&cx, &page)
                .await
                .unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            pools.create(&cx, &pool_order("token-01", 0)).await.unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            pools.create(&cx, &pool_order("token-01", 11)).await.unwrap_err(),
        ),
        (ErrorKind::InvalidRequest, {
            let order = PoolOrder {
                match_period_minutes: 61,
                ..pool_order("token-01", 1)
            };
            pools.create(&cx, &order).await.unwrap_err()
        }),
        (
            ErrorKind::Unsupported,
            pools.list(&cx, &unlisted).await.unwrap_err(),
        ),
        (
            ErrorKind::Unsupported,
            pools.resize(&cx, &resize).await.unwrap_err(),
        ),
    ];
    for (kind, error) in &errors {
        assert_eq!(error.kind(), *kind, "{error}");
        assert_eq!(error.effect(), Effect::None, "{error}");
        assert_eq!(error.provider().map(ProviderId::as_str), Some("shelf"), "{error}");
        assert!(error.field().is_some(), "{error}");
    }
    assert_eq!(shelf.hits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_request_is_a_violation() {
    for lie in [Lie::WrongNumber, Lie::Twice, Lie::TooMany] {
        let search = instance(&Shelf::new(Some(lie))).ports().search.clone().unwrap();
        let error = search
            .search(&context(), &query(toll_free(), 2))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContractViolated, "{lie:?}");
    }
}

#[tokio::test]
async fn a_wrong_number_that_was_bought_is_not_forgotten() {
    let orders = instance(&Shelf::new(Some(Lie::WrongNumber)))
        .ports()
        .orders
        .clone()
        .unwrap();
    let error = orders.place(&context(), &order("token-01")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::ContractViolated, Effect::Unknown)
    );
    assert_eq!(error.reference().map(UpstreamRef::as_str), Some("+441174090162"));
}

#[tokio::test]
async fn a_change_that_is_not_shown_is_a_violation() {
    let shelf = Shelf::new(Some(Lie::WrongRoute));
    let instance = instance(&shelf);
    let placed = shelf
        .clone()
        .ports()
        .orders
        .unwrap()
        .place(&context(), &order("token-01"))
        .await
        .unwrap();
    let receipt = placed.done().unwrap();
    let number = NumberRef {
        number: receipt.number,
        external_id: None,
    };
    let inventory = instance.ports().inventory.clone().unwrap();
    let error = inventory
        .set_route(&context(), &number, &crate::support::route())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContractViolated);
}

#[tokio::test]
async fn numbers_of_a_plan_are_told_apart_by_the_guard() {
    let search = instance(&Shelf::new(None)).ports().search.clone().unwrap();
    let exact = query(NumberMatch::Exact(number("+448000885643")), 1);
    assert_eq!(search.search(&context(), &exact).await.unwrap().len(), 1);
    let found = search.search(&context(), &query(toll_free(), 10)).await.unwrap();
    assert_eq!(found.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_costs_at_most_the_timeout() {
    let shelf = Shelf::new(Some(Lie::Hangs));
    let ports = instance(&shelf).ports().clone();
    let begun = Instant::now();
    let error = ports
        .search
        .unwrap()
        .search(&context(), &query(toll_free(), 1))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    assert_eq!(begun.elapsed().as_secs(), 10);
    let error = ports
        .orders
        .unwrap()
        .place(&context(), &order("token-01"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Timeout, Effect::Unknown)
    );
}

#[tokio::test(start_paused = true)]
async fn the_deadline_wins_over_a_longer_timeout() {
    let shelf = Shelf::new(Some(Lie::Hangs));
    let begun = Instant::now();
    let cx = context().with_deadline(begun + Duration::from_millis(300));
    let error = instance(&shelf).health(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed().as_millis(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_call_after_its_deadline_is_not_begun() {
    let shelf = Shelf::new(None);
    let cx = context().with_deadline(Instant::now());
    let orders = instance(&shelf).ports().orders.clone().unwrap();
    let error = orders.place(&cx, &order("token-01")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    assert_eq!(shelf.hits.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_two_deadlines_counts() {
    let now = Instant::now();
    let (early, late) = (now + Duration::from_secs(1), now + Duration::from_secs(2));
    assert_eq!(
        context().with_deadline(early).with_deadline(late).remaining(),
        Some(Duration::from_secs(1))
    );
    assert_eq!(context().remaining(), None);
}

/// Tries once more after a failure that may be tried again, and counts.
#[derive(Debug, Default)]
struct Again(AtomicU32);

#[async_trait]
impl Policy for Again {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match next.run(call).await {
            Err(error) if error.may_retry(call.operation.safety) => next.run(call).await,
            answer => answer,
        }
    }
}

/// Remembers answers by fingerprint.
#[derive(Debug, Default)]
struct Memory(std::sync::Mutex<std::collections::HashMap<String, Answer>>);

#[async_trait]
impl Policy for Memory {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        let Some(key) = &call.fingerprint else {
            return next.run(call).await;
        };
        if let Some(known) = self.0.lock().unwrap().get(key) {
            return Ok(known.clone());
        }
        let answer = next.run(call).await?;
        self.0.lock().unwrap().insert(key.clone(), answer.clone());
        Ok(answer)
    }
}

/// A source of figures that counts how often it is asked.
#[derive(Debug)]
struct Figures {
    hits: AtomicU32,
    kpis: KpiTerms,
    calls: CallStatisticsTerms,
    rows: Vec<KpiRow>,
}

impl Figures {
    fn new(rows: Vec<KpiRow>) -> Arc<Self> {
        Arc::new(Self {
            hits: AtomicU32::new(0),
            kpis: KpiTerms {
                groupings: KpiGrouping::iter().collect(),
                statuses: KpiStatusFilter::iter().collect(),
                filters_dealers: false,
                number_types: [KpiType::Category(NumberCategory::Mobile)].into(),
            },
            calls: CallStatisticsTerms {
                intervals: [GroupingInterval::Week].into(),
                formats: [].into(),
                any_customer: false,
            },
            rows,
        })
    }

    fn guarded(self: &Arc<Self>, policies: Vec<Arc<dyn Policy>>) -> Ports {
        let ports = Ports {
            kpis: Some(self.clone()),
            call_stats: Some(self.clone()),
            ..Ports::default()
        };
        ports.guarded(&Stack::new(Empty::default().0, policies))
    }
}

#[async_trait]
impl NumberKpis for Figures {
    fn terms(&self) -> &KpiTerms {
        &self.kpis
    }

    async fn count(&self, _: &CallContext, _: &KpiQuery) -> Result<KpiAnswer> {
        self.hits.fetch_add(1, Ordering::SeqCst);
        Ok(KpiAnswer {
            as_of: None,
            rows: self.rows.clone(),
        })
    }
}

#[async_trait]
impl CallStatistics for Figures {
    fn terms(&self) -> &CallStatisticsTerms {
        &self.calls
    }

    async fn report(&self, _: &CallContext, _: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        self.hits.fetch_add(1, Ordering::SeqCst);
        Ok(CallStatisticsReport {
            rows: Vec::new(),
            caveats: Vec::new(),
        })
    }

    async fn export(&self, _: &CallContext, _: &CallStatisticsQuery, _: ExportFormat) -> Result<ExportFile> {
        Err(ProviderError::new(
            ErrorKind::Unavailable,
            "call_stats.export",
            "down",
        ))
    }
}

fn row(key: KpiKey, number_count: u64, customer_count: u64) -> KpiRow {
    KpiRow {
        key,
        number_count,
        customer_count,
    }
}

fn kpis(grouping: KpiGrouping, status: KpiStatusFilter) -> KpiQuery {
    KpiQuery {
        grouping,
        filter: KpiFilter {
            status,
            ..KpiFilter::default()
        },
    }
}

#[tokio::test]
async fn a_policy_can_try_again_only_what_is_safe() {
    #[derive(Debug)]
    struct Fails(AtomicU32);
    #[async_trait]
    impl Policy for Fails {
        async fn around(&self, call: &Call<'_>, _: Next<'_>) -> Result<Answer> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Err(ProviderError::new(
                ErrorKind::Unavailable,
                call.operation.name,
                "reset",
            ))
        }
    }
    let attempts = |safety_by_token: bool| async move {
        let fails = Arc::new(Fails(AtomicU32::new(0)));
        let shelf = Shelf::new(None);
        let stack = Stack::new(
            shelf.info().clone(),
            vec![Arc::new(Again::default()) as _, fails.clone() as _],
        );
        let ports = shelf.ports().guarded(&stack);
        let failed = if safety_by_token {
            ports
                .orders
                .unwrap()
                .place(&context(), &order("token-01"))
                .await
                .is_err()
        } else {
            let resized = ports
                .search
                .unwrap()
                .search(&context(), &query(toll_free(), 1))
                .await;
            resized.is_err()
        };
        assert!(failed);
        fails.0.load(Ordering::SeqCst)
    };
    assert_eq!(
        attempts(true).await,
        2,
        "the shelf honors tokens, so an order may be placed again"
    );
    assert_eq!(attempts(false).await, 2);
}

#[tokio::test]
async fn answers_of_figures_can_be_shared_and_others_cannot() {
    let figures = Figures::new(vec![row(KpiKey::All, 5847, 2150)]);
    let ports = figures.guarded(vec![Arc::new(Memory::default())]);
    let source = ports.kpis.unwrap();
    let summary = kpis(KpiGrouping::Summary, KpiStatusFilter::All);
    let first = source.count(&context(), &summary).await.unwrap();
    assert_eq!(source.count(&context(), &summary).await.unwrap(), first);
    assert_eq!(figures.hits.load(Ordering::SeqCst), 1);

    let shelf = Shelf::new(None);
    let stack = Stack::new(shelf.info().clone(), vec![Arc::new(Memory::default())]);
    let search = shelf.clone().ports().guarded(&stack).search.unwrap();
    for _ in 0..2 {
        search.search(&context(), &query(toll_free(), 1)).await.unwrap();
    }
    assert_eq!(shelf.hits.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn only_statistics_of_a_time_that_is_over_are_shared() {
    let report = |end: &str| CallStatisticsQuery {
        customer: None,
        employees: Vec::new(),
        period: Period::new("2020-11-30T00:00:00Z".parse().unwrap(), end.parse().unwrap()).unwrap(),
        zone: jiff::tz::TimeZone::UTC,
        ignore_below_seconds: 10,
        ignore_local: true,
        direction: CallDirection::Both,
        interval: GroupingInterval::Week,
        fields: Vec::new(),
        sort: None,
    };
    let figures = Figures::new(Vec::new());
    let source = figures
        .guarded(vec![Arc::new(Memory::default())])
        .call_stats
        .unwrap();
    for (end, calls) in [("2020-12-21T00:00:00Z", 1), ("9990-01-01T00:00:00Z", 2)] {
        figures.hits.store(0, Ordering::SeqCst);
        source.report(&context(), &report(end)).await.unwrap();
        source.report(&context(), &report(end)).await.unwrap();
        assert_eq!(figures.hits.load(Ordering::SeqCst), calls, "{end}");
    }
    let by_day = CallStatisticsQuery {
        interval: GroupingInterval::Day,
        ..report("2020-12-21T00:00:00Z")
    };
    let error = source.report(&context(), &by_day).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn figures_that_contradict_the_question_are_a_violation() {
    let dropped = KpiKey::Status(NumberStatus::Dropped);
    for (rows, query) in [
        (vec![], kpis(KpiGrouping::Summary, KpiStatusFilter::All)),
        (
            vec![row(KpiKey::All, 1, 2)],
            kpis(KpiGrouping::Summary, KpiStatusFilter::All),
        ),
        (
            vec![row(KpiKey::All, 1, 1)],
            kpis(KpiGrouping::Status, KpiStatusFilter::All),
        ),
        (
            vec![row(dropped.clone(), 1, 0)],
            kpis(KpiGrouping::Status, KpiStatusFilter::NotDropped),
        ),
        (
            vec![row(dropped.clone(), 1, 0), row(dropped, 1, 0)],
            kpis(KpiGrouping::Status, KpiStatusFilter::All),
        ),
    ] {
        let source = Figures::new(rows.clone()).guarded(Vec::new()).kpis.unwrap();
        let error = source.count(&context(), &query).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContractViolated, "{rows:?}");
    }
}

#[tokio::test]
async fn a_stack_without_time_for_an_answer_still_names_the_provider() {
    let stack = Stack::new(Empty::default().0, vec![Arc::new(Timeout::new(Duration::ZERO))]);
    let ports = Shelf::new(Some(Lie::Hangs)).ports().guarded(&stack);
    let error = ports
        .search
        .unwrap()
        .search(&context(), &query(toll_free(), 1))
        .await
        .unwrap_err();
    assert_eq!(error.provider().map(ProviderId::as_str), Some("empty"));
}
