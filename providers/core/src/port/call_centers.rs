//! Call centers: settings of their reports, and statistics of queues and agents.

use std::collections::BTreeSet;
use std::fmt::Debug;

use async_trait::async_trait;

use super::check::{accept_page, check_page, distinct, invalid, unsupported, violated};
use crate::call::{CallContext, Operation};
use crate::domain::{
    AddressChange, CallCenterRef, CallCenterStatistics, GroupRef, Page, PageRequest, Period,
    ReportingSettings, ReportingUpdate,
};
use crate::error::Result;
use crate::outcome::Outcome;

/// Reads the statistics of call centers and sets how they report (document
/// `apio-call-center-statistics`).
#[async_trait]
pub trait CallCenters: Debug + Send + Sync {
    /// What can be asked for.
    fn terms(&self) -> &CallCenterTerms;

    /// One page of a group's call centers, in a stable order. Only where the terms give a page size.
    ///
    /// # Errors
    /// `NotFound` when the group is not known there.
    async fn list(
        &self,
        cx: &CallContext,
        group: &GroupRef,
        page: &PageRequest,
    ) -> Result<Page<CallCenterRef>>;

    /// How a call center reports.
    ///
    /// # Errors
    /// `NotFound` when the call center is not known there.
    async fn reporting(&self, cx: &CallContext, center: &CallCenterRef) -> Result<ReportingSettings>;

    /// Changes how a call center reports, and gives all settings as they are then. Idempotent.
    ///
    /// What the update leaves out stays as it is, also where the upstream takes only whole settings.
    /// `Refused` may be `NotFound`, `InvalidRequest` with the field, `Forbidden`.
    async fn update_reporting(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<Outcome<ReportingSettings>>;

    /// What happened in a call center. The caller makes sure that the range lies in the past.
    ///
    /// Averages are the source's own; they are never computed again from averages.
    ///
    /// # Errors
    /// `NotFound` when the call center is not known there; `InvalidRequest` when the source thinks that the
    /// range lies in the future; `Forbidden` when our account may not see it.
    async fn statistics(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        range: &Period,
    ) -> Result<CallCenterStatistics>;
}

/// What a [`CallCenters`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCenterTerms {
    /// The largest page of a listing; 0 if call centers can't be listed.
    pub largest_page: u32,
    /// The collection periods, in minutes.
    pub collection_periods: BTreeSet<u32>,
}

pub(crate) const LIST: Operation = Operation::read("call_centers.list");
pub(crate) const REPORTING: Operation = Operation::read("call_centers.reporting");
pub(crate) const UPDATE: Operation = Operation::idempotent("call_centers.update_reporting");
pub(crate) const STATISTICS: Operation = Operation::read("call_centers.statistics");

impl CallCenterTerms {
    /// Refuses a page outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept_page(&self, page: &PageRequest) -> Result<()> {
        if self.largest_page == 0 {
            return Err(unsupported(
                LIST.name,
                "callCenters",
                "call centers can't be listed here",
            ));
        }
        accept_page(LIST.name, page, self.largest_page)
    }

    /// Refuses an update outside the terms.
    ///
    /// # Errors
    /// `InvalidRequest`, naming the field.
    pub fn accept_update(&self, update: &ReportingUpdate) -> Result<()> {
        if let Some(minutes) = update.collection_period_minutes
            && !self.collection_periods.contains(&minutes)
        {
            let known: Vec<String> = self.collection_periods.iter().map(u32::to_string).collect();
            let message = format!("a collection period is one of {} minutes", known.join(", "));
            return Err(invalid(UPDATE.name, "collectionPeriodMinutes", message));
        }
        accept_address(
            "reportingEmailAddress1",
            update.reporting_email_address_1.as_ref(),
        )?;
        accept_address(
            "reportingEmailAddress2",
            update.reporting_email_address_2.as_ref(),
        )
    }
}

/// An empty text would delete the address upstream, which has its own word here.
fn accept_address(field: &'static str, change: Option<&AddressChange>) -> Result<()> {
    match change {
        Some(AddressChange::Set(address)) if address.trim().is_empty() => {
            Err(invalid(UPDATE.name, field, "an address is not empty"))
        }
        _ => Ok(()),
    }
}

/// Checks that a page fits its request.
pub(crate) fn check_listing(request: &PageRequest, page: &Page<CallCenterRef>) -> Result<()> {
    check_page(LIST.name, request, page, |center| center.name.clone())
}

/// Checks that settings show the update.
pub(crate) fn check_update(update: &ReportingUpdate, outcome: &Outcome<ReportingSettings>) -> Result<()> {
    let Outcome::Done(now) = outcome else {
        return Ok(());
    };
    let address = |change: Option<&AddressChange>, now: Option<&str>| match change {
        None => true,
        Some(AddressChange::Delete) => now.is_none(),
        Some(AddressChange::Set(wanted)) => now == Some(wanted),
    };
    let shown = update
        .generate_daily_report
        .is_none_or(|wanted| wanted == now.generate_daily_report)
        && update
            .collection_period_minutes
            .is_none_or(|wanted| wanted == now.collection_period_minutes)
        && address(
            update.reporting_email_address_1.as_ref(),
            now.reporting_email_address_1.as_deref(),
        )
        && address(
            update.reporting_email_address_2.as_ref(),
            now.reporting_email_address_2.as_deref(),
        );
    if shown {
        Ok(())
    } else {
        Err(violated(UPDATE.name, "the settings don't show the change"))
    }
}

/// Checks that statistics are of the range that was meant, with sound averages.
pub(crate) fn check_statistics(range: &Period, statistics: &CallCenterStatistics) -> Result<()> {
    if statistics.range != *range {
        return Err(violated(STATISTICS.name, "the statistics are of another range"));
    }
    let queue = &statistics.queue;
    let averages = [
        queue.average_agents_talking,
        queue.average_agents_staffed,
        queue.average_wait_seconds,
        queue.average_abandonment_seconds,
    ]
    .into_iter()
    .chain(statistics.agents.iter().map(|agent| agent.average_call_seconds));
    if averages
        .flatten()
        .any(|average| !average.is_finite() || average < 0.0)
    {
        return Err(violated(
            STATISTICS.name,
            "an average is negative or not a number",
        ));
    }
    distinct(
        STATISTICS.name,
        statistics.agents.iter().map(|agent| &agent.agent_user_id),
    )
}
