//! The adapter's ports of figures.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use provider_core::call::{CallContext, Operation};
use provider_core::domain::*;
use provider_core::error::{ErrorKind, ProviderError, Result};
use provider_core::outcome::Outcome;
use provider_core::port::*;
use strum::IntoEnumIterator;

use super::Lie;
use super::adapter::{Bazaar, Shifting};

pub(crate) struct FigureTerms {
    kpis: Shifting<KpiTerms>,
    call_stats: Shifting<CallStatisticsTerms>,
    call_centers: Shifting<CallCenterTerms>,
}

impl FigureTerms {
    pub(super) fn new() -> Self {
        let kpis = |types: Vec<KpiType>| KpiTerms {
            groupings: KpiGrouping::iter().collect(),
            statuses: KpiStatusFilter::iter().collect(),
            filters_dealers: true,
            number_types: types.into_iter().collect(),
        };
        let categories: Vec<KpiType> = NumberCategory::iter().map(KpiType::Category).collect();
        let types = NumberType::iter().map(KpiType::Type);
        let all = categories.iter().copied().chain(types).collect();
        let call_stats = |intervals: Vec<GroupingInterval>| CallStatisticsTerms {
            intervals: intervals.into_iter().collect(),
            formats: [ExportFormat::Json, ExportFormat::Csv].into(),
            any_customer: false,
            zone: None,
            ignores_unanswered: false,
            includes_empty: false,
        };
        let days = vec![
            GroupingInterval::Day,
            GroupingInterval::Week,
            GroupingInterval::Month,
        ];
        let call_centers = |periods: [u32; 2]| CallCenterTerms {
            largest_page: 2,
            collection_periods: periods.into(),
        };
        Self {
            kpis: Shifting::new(kpis(categories), kpis(all)),
            call_stats: Shifting::new(call_stats(days), call_stats(GroupingInterval::iter().collect())),
            call_centers: Shifting::new(call_centers([15, 30]), call_centers([30, 31])),
        }
    }
}

#[async_trait]
impl NumberKpis for Bazaar {
    fn terms(&self) -> &KpiTerms {
        self.terms(&self.figures.kpis)
    }

    async fn count(&self, cx: &CallContext, query: &KpiQuery) -> Result<KpiAnswer> {
        let mut answer: KpiAnswer = self.read("kpis.count", cx, query).await?;
        if self.lies(Lie::DropsRows) && answer.rows.len() > 1 {
            answer.rows.pop();
        }
        Ok(answer)
    }
}

#[async_trait]
impl CallStatistics for Bazaar {
    fn terms(&self) -> &CallStatisticsTerms {
        self.terms(&self.figures.call_stats)
    }

    async fn report(&self, cx: &CallContext, query: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        let mut query = query.clone();
        if self.lies(Lie::IgnoresEmployees) {
            query.employees.clear();
        }
        self.ask("call_stats.report", cx, &query).await
    }

    async fn export(
        &self,
        cx: &CallContext,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile> {
        let text: String = self.ask("call_stats.export", cx, &(query, format)).await?;
        let unreadable =
            |_| ProviderError::new(ErrorKind::BadResponse, "call_stats.export", "no file of base64");
        Ok(ExportFile {
            media_type: "text/csv".to_owned(),
            bytes: STANDARD.decode(text).map_err(unreadable)?,
        })
    }
}

#[async_trait]
impl CallCenters for Bazaar {
    fn terms(&self) -> &CallCenterTerms {
        self.terms(&self.figures.call_centers)
    }

    async fn list(
        &self,
        cx: &CallContext,
        group: &GroupRef,
        page: &PageRequest,
    ) -> Result<Page<CallCenterRef>> {
        self.read("call_centers.list", cx, &(group, page)).await
    }

    async fn reporting(&self, cx: &CallContext, center: &CallCenterRef) -> Result<ReportingSettings> {
        self.look("call_centers.reporting", cx, &center.name).await
    }

    async fn update_reporting(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<Outcome<ReportingSettings>> {
        let mut update = update.clone();
        if self.lies(Lie::ResetsSettings) {
            update
                .reporting_email_address_2
                .get_or_insert(AddressChange::Delete);
        }
        let operation = Operation::idempotent("call_centers.update_reporting");
        self.change(operation, cx, &(center, update)).await
    }

    async fn statistics(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        range: &Period,
    ) -> Result<CallCenterStatistics> {
        self.read("call_centers.statistics", cx, &(center, range)).await
    }
}
