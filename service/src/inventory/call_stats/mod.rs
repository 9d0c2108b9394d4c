//! Statistics of our own calls (document `telecomx-cdr-statistics`).
//!
//! Employees and extensions are called by their rows. A caller who sees less than everything is asked for by
//! [`Switchboard::call_statistics`](crate::Switchboard::call_statistics), which knows the scope; a question without a
//! customer is about all of them.

mod cache;
mod rows;

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use calls::statistics::{Cuts, Stretch};
use provider_core::{
    call::CallContext,
    domain::{CallStatisticsQuery, CallStatisticsReport, ExportFile, ExportFormat, GroupingInterval},
    error::{ErrorKind, ProviderError, Result},
    port::{CallStatistics, CallStatisticsTerms},
};
use store::calls::days::DayRange;
use strum::IntoEnumIterator;

pub(super) use cache::CallCache;

use super::{OwnInventory, failure};
use crate::{exports::call_statistics_file, global_id};

const REPORT: &str = "call_stats.report";

/// Everything that the document can ask for, by any clock.
pub(super) fn terms() -> CallStatisticsTerms {
    CallStatisticsTerms {
        intervals: GroupingInterval::iter().collect(),
        formats: ExportFormat::iter().collect(),
        any_customer: true,
        zone: None,
        ignores_unanswered: true,
        includes_empty: true,
    }
}

#[async_trait]
impl CallStatistics for OwnInventory {
    fn terms(&self) -> &CallStatisticsTerms {
        &self.call_terms
    }

    async fn report(&self, _: &CallContext, query: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        let named = named(query)?;
        let cuts = Cuts::new(query.interval, query.period, &query.zone)
            .map_err(|error| invalid("period", error.to_string()))?;
        let (stretches, staff) = self.calls_of(query, &cuts).await?;
        if let Some(unknown) = named.iter().find(|id| !staff.contains_key(id)) {
            let message = format!("there is no employee {unknown} here");
            let error = ProviderError::new(ErrorKind::NotFound, REPORT, message);
            return Err(error.with_field("employees"));
        }
        let query = query.clone();
        // Counting millions of calls takes milliseconds in which other requests go on.
        let counting =
            tokio::task::spawn_blocking(move || rows::rows(&query, &cuts, &stretches, &staff, &named));
        let rows = counting
            .await
            .map_err(|error| unexpected(&error))?
            .map_err(|error| unexpected(&error))?;
        Ok(CallStatisticsReport {
            rows,
            caveats: Vec::new(),
        })
    }

    async fn export(
        &self,
        cx: &CallContext,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile> {
        let mut report = self.report(cx, query).await?;
        for row in &mut report.rows {
            // A file leaves the program, where nobody knows rows: it has the ids that the API has.
            row.employee_id = row.employee_id.take().map(|row| global_id("Employee", row));
        }
        let query = query.clone();
        // A year of everybody by the hour is a large file: other requests go on while it is written.
        let writing = tokio::task::spawn_blocking(move || call_statistics_file(&report, &query, format));
        let file = writing.await.map_err(|error| unexpected(&error))?;
        file.map_err(|error| unexpected(&error))
    }
}

impl OwnInventory {
    async fn calls_of(
        &self,
        query: &CallStatisticsQuery,
        cuts: &Cuts,
    ) -> Result<(Vec<Arc<Stretch>>, rows::Staff)> {
        let customer_id = query.customer.as_ref().map(|customer| customer.id);
        let days = DayRange::of_seconds(cuts.start(), cuts.last());
        let stretches = self.calls.read(&self.database, customer_id, days);
        let staff = store::calls::staff(self.database.reader(), customer_id);
        let (stretches, staff) = tokio::join!(stretches, staff);
        let failed = |error| failure(REPORT, error);
        Ok((stretches.map_err(failed)?, staff.map_err(failed)?))
    }
}

/// The employees that were asked for, by row.
fn named(query: &CallStatisticsQuery) -> Result<BTreeSet<i64>> {
    let row = |id: &String| {
        let row = id
            .parse()
            .ok()
            .filter(|row: &i64| *row > 0 && row.to_string() == *id);
        row.ok_or_else(|| {
            let shown: String = id.chars().filter(|c| !c.is_control()).take(60).collect();
            invalid("employees", format!("\"{shown}\" is not the id of an employee"))
        })
    };
    query.employees.iter().map(row).collect()
}

fn invalid(field: &str, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, REPORT, message).with_field(field)
}

fn unexpected(error: &impl std::fmt::Display) -> ProviderError {
    ProviderError::new(ErrorKind::Unexpected, REPORT, error.to_string())
}
