//! An upstream, and the port that asks it.

use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use provider_core::adapter::make;
use provider_core::call::{ActorRef, CallContext, TenantRef};
use provider_core::domain::*;
use provider_core::error::Result;
use provider_core::policy::Stack;
use provider_core::port::CallStatistics;
use provider_core::provider::Provider;
use provider_telecomx::Telecomx;
use provider_telecomx_twin::TelecomxTwin;
use provider_testkit::twin::{Body, Fault, RunningTwin};
use serde_json::Value;
use toml::Table;

/// The employees of the document's answer.
pub(crate) const BO: &str = "5450f1834b75ff21032563a1";
pub(crate) const BENNY: &str = "53da4c7552b2dbf05521c09b";
pub(crate) const HANS: &str = "534bf567221eb20000136767";

/// The document's answer.
pub(crate) const WEEKS: &str = include_str!("../fixtures/weeks.json");

pub(crate) struct Scene {
    pub(crate) twin: RunningTwin,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) port: Arc<dyn CallStatistics>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let twin = RunningTwin::start(Arc::new(TelecomxTwin::new())).await.unwrap();
        let config: Table = twin.provider_table("telecomx")["config"]
            .clone()
            .try_into()
            .unwrap();
        let provider = make::<Telecomx>("telecomx".parse().unwrap(), config).unwrap();
        let stack = Stack::new(provider.info().clone(), Vec::new());
        let port = Arc::clone(&provider).ports().guarded(&stack).call_stats.unwrap();
        Self { twin, provider, port }
    }

    pub(crate) async fn report(&self, query: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        self.port.report(&context(), query).await
    }

    pub(crate) async fn export(
        &self,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile> {
        self.port.export(&context(), query, format).await
    }

    /// What a body of the upstream is read as.
    pub(crate) async fn read(&self, query: &CallStatisticsQuery, body: &str) -> Result<CallStatisticsReport> {
        self.twin.faults().next(Fault::Body(Body::json_text(body)));
        self.report(query).await
    }

    /// What was asked so far.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        let exchanges = self.twin.exchanges();
        let body = |body: &[u8]| serde_json::from_slice(body).unwrap();
        exchanges.iter().map(|exchange| body(&exchange.body)).collect()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.twin.unexpected(), [""; 0]);
        }
    }
}

pub(crate) fn context() -> CallContext {
    let tenant = TenantRef("tenant".to_owned());
    CallContext::new("request-1", tenant, ActorRef("test".to_owned()))
}

pub(crate) fn danish() -> TimeZone {
    TimeZone::get("Europe/Copenhagen").unwrap()
}

/// A period by the Danish clock.
pub(crate) fn period(start: &str, end: &str) -> Period {
    let at = |text: &str| {
        let wall: DateTime = text.parse().unwrap();
        wall.to_zoned(danish()).unwrap().timestamp()
    };
    Period::new(at(start), at(end)).unwrap()
}

/// All calls of everybody.
pub(crate) fn all(interval: GroupingInterval, period: Period) -> CallStatisticsQuery {
    CallStatisticsQuery {
        customer: None,
        employees: Vec::new(),
        period,
        zone: danish(),
        ignore_below_seconds: 0,
        ignore_unanswered_below_seconds: 0,
        include_empty: false,
        ignore_local: false,
        direction: CallDirection::Both,
        interval,
        fields: Vec::new(),
        sort: None,
    }
}

/// The question that the document's answer answers.
pub(crate) fn weeks() -> CallStatisticsQuery {
    all(GroupingInterval::Week, period("2020-11-30", "2020-12-21"))
}

pub(crate) fn customer(code: &str) -> CustomerRef {
    CustomerRef {
        id: 7,
        code: code.to_owned(),
    }
}
