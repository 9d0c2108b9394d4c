//! Ports of figures: KPIs, call statistics, call centers.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Guarded, fingerprint};
use crate::call::CallContext;
use crate::domain::{
    CallCenterRef, CallCenterStatistics, CallStatisticsQuery, CallStatisticsReport, ExportFile, ExportFormat,
    GroupRef, KpiAnswer, KpiQuery, Page, PageRequest, Period, ReportingSettings, ReportingUpdate,
};
use crate::error::Result;
use crate::outcome::Outcome;
use crate::port::{
    CallCenterTerms, CallCenters, CallStatistics, CallStatisticsTerms, KpiTerms, NumberKpis, call_centers,
    call_stats, kpis,
};

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl NumberKpis for Guarded<dyn NumberKpis> {
    fn terms(&self) -> &KpiTerms {
        self.port.terms()
    }

    async fn count(&self, cx: &CallContext, query: &KpiQuery) -> Result<KpiAnswer> {
        self.stack.refuse(self.terms().accept(query))?;
        let attempt = || async {
            let answer = self.port.count(cx, query).await?;
            kpis::check_counts(query, &answer).map(|()| answer)
        };
        self.stack.run(kpis::COUNT, cx, fingerprint(query), attempt).await
    }
}

/// Figures of a time that is over don't change any more, so their answers may be shared.
fn closed(period: &Period, request: &impl serde::Serialize) -> Option<String> {
    period
        .is_closed(Timestamp::now())
        .then(|| fingerprint(request))
        .flatten()
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CallStatistics for Guarded<dyn CallStatistics> {
    fn terms(&self) -> &CallStatisticsTerms {
        self.port.terms()
    }

    async fn report(&self, cx: &CallContext, query: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        self.stack.refuse(self.terms().accept(query))?;
        let attempt = || async {
            let report = self.port.report(cx, query).await?;
            call_stats::check_report(query, &report).map(|()| report)
        };
        self.stack
            .run(call_stats::REPORT, cx, closed(&query.period, query), attempt)
            .await
    }

    async fn export(
        &self,
        cx: &CallContext,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile> {
        self.stack.refuse(self.terms().accept_export(query, format))?;
        let attempt = || self.port.export(cx, query, format);
        self.stack.run(call_stats::EXPORT, cx, None, attempt).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CallCenters for Guarded<dyn CallCenters> {
    fn terms(&self) -> &CallCenterTerms {
        self.port.terms()
    }

    async fn list(
        &self,
        cx: &CallContext,
        group: &GroupRef,
        page: &PageRequest,
    ) -> Result<Page<CallCenterRef>> {
        self.stack.refuse(self.terms().accept_page(page))?;
        let attempt = || async {
            let listed = self.port.list(cx, group, page).await?;
            call_centers::check_listing(page, &listed).map(|()| listed)
        };
        self.stack.run(call_centers::LIST, cx, None, attempt).await
    }

    async fn reporting(&self, cx: &CallContext, center: &CallCenterRef) -> Result<ReportingSettings> {
        self.stack
            .run(call_centers::REPORTING, cx, None, || {
                self.port.reporting(cx, center)
            })
            .await
    }

    async fn update_reporting(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<Outcome<ReportingSettings>> {
        self.stack.refuse(self.terms().accept_update(update))?;
        let attempt = || async {
            let outcome = self.port.update_reporting(cx, center, update).await?;
            call_centers::check_update(update, &outcome).map(|()| outcome)
        };
        self.stack.run(call_centers::UPDATE, cx, None, attempt).await
    }

    async fn statistics(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        range: &Period,
    ) -> Result<CallCenterStatistics> {
        let attempt = || async {
            let statistics = self.port.statistics(cx, center, range).await?;
            call_centers::check_statistics(range, &statistics).map(|()| statistics)
        };
        self.stack
            .run(
                call_centers::STATISTICS,
                cx,
                closed(range, &(center, range)),
                attempt,
            )
            .await
    }
}
