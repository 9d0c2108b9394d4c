//! Figures through guarded ports: which are shared, and which contradict themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use provider_core::call::CallContext;
use provider_core::domain::*;
use provider_core::error::{ErrorKind, ProviderError, Result};
use provider_core::policy::{Answer, Call, Next, Policy, Stack};
use provider_core::port::{CallStatistics, CallStatisticsTerms, KpiTerms, NumberKpis};
use provider_core::provider::{Ports, Provider};
use strum::IntoEnumIterator;

use crate::support::{Empty, Shelf, context, query, toll_free};

/// Remembers answers by fingerprint.
#[derive(Debug, Default)]
struct Memory(Mutex<HashMap<String, Answer>>);

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
    employees: Vec<EmployeeCalls>,
}

impl Figures {
    fn new(rows: Vec<KpiRow>) -> Arc<Self> {
        Arc::new(Self::unshared(rows))
    }

    fn unshared(rows: Vec<KpiRow>) -> Self {
        Self {
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
                zone: None,
                ignores_unanswered: false,
                includes_empty: false,
            },
            rows,
            employees: Vec::new(),
        }
    }

    fn guarded(self: &Arc<Self>, policies: Vec<Arc<dyn Policy>>) -> Ports {
        let ports = Ports {
            kpis: Some(self.clone()),
            call_stats: Some(self.clone()),
            ..Ports::default()
        };
        ports.guarded(&Stack::new(Empty::default().info().clone(), policies))
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
            rows: self.employees.clone(),
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

fn report(end: &str) -> CallStatisticsQuery {
    CallStatisticsQuery {
        customer: None,
        employees: Vec::new(),
        period: Period::new("2020-11-30T00:00:00Z".parse().unwrap(), end.parse().unwrap()).unwrap(),
        zone: TimeZone::UTC,
        ignore_below_seconds: 10,
        ignore_unanswered_below_seconds: 0,
        include_empty: false,
        ignore_local: true,
        direction: CallDirection::Both,
        interval: GroupingInterval::Week,
        fields: Vec::new(),
        sort: None,
    }
}

#[tokio::test]
async fn only_statistics_of_a_time_that_is_over_are_shared() {
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
async fn a_source_that_cuts_by_one_clock_is_asked_for_no_other() {
    let mut figures = Figures::unshared(Vec::new());
    figures.calls.zone = TimeZone::get("Europe/Copenhagen").ok();
    let figures = Arc::new(figures);
    let source = figures.guarded(Vec::new()).call_stats.unwrap();
    let utc = report("2020-12-21T00:00:00Z");
    let error = source.report(&context(), &utc).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::Unsupported, Some("zone"))
    );
    assert_eq!(figures.hits.load(Ordering::SeqCst), 0);
    let danish = CallStatisticsQuery {
        zone: TimeZone::get("Europe/Copenhagen").unwrap(),
        ..utc
    };
    assert!(source.report(&context(), &danish).await.is_ok());
}

fn employee(id: &str, start: &str, end: &str) -> EmployeeCalls {
    let interval = CallInterval {
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
        counts: CallCounts::default(),
    };
    EmployeeCalls {
        employee_id: Some(id.to_owned()),
        employee_name: None,
        extension_id: None,
        extension_number: None,
        intervals: vec![interval],
    }
}

#[tokio::test]
async fn a_report_is_about_those_asked_for_and_by_whole_intervals() {
    let (monday, next) = ("2020-11-30T00:00:00Z", "2020-12-07T00:00:00Z");
    for (row, fits) in [
        (employee("bo", monday, next), true),
        (employee("benny", monday, next), false),
        (employee("bo", monday, "2020-12-01T00:00:00Z"), false),
        (employee("bo", "2020-12-01T00:00:00Z", next), false),
        (employee("bo", "2020-11-23T00:00:00Z", monday), false),
    ] {
        let mut figures = Figures::unshared(Vec::new());
        figures.employees = vec![row.clone()];
        let source = Arc::new(figures).guarded(Vec::new()).call_stats.unwrap();
        let query = CallStatisticsQuery {
            employees: vec!["bo".to_owned()],
            ..report("2020-12-21T00:00:00Z")
        };
        let answer = source.report(&context(), &query).await.map(|_| ());
        let refusal = answer.map_err(|error| error.kind());
        let expected = if fits {
            Ok(())
        } else {
            Err(ErrorKind::ContractViolated)
        };
        assert_eq!(refusal, expected, "{row:?}");
    }
}

#[test]
fn every_count_has_its_field() {
    let mut counts = CallCounts::default();
    let figures = CallField::iter().filter_map(|field| {
        let figure = counts.get_mut(field)?;
        assert_eq!(figure.replace(1), None, "{field} is the count of another field");
        Some(field)
    });
    assert_eq!(figures.count(), CallField::iter().count() - 4);
}
