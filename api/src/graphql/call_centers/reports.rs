use async_graphql::{Context, Enum, SimpleObject};
use service::{CallCenter as Record, SentReport};

use crate::graphql::{error::Result, loaders, scalars::DateTime};

/// What became of a day's report to one address.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::ReportState")]
pub(super) enum DailyReportState {
    /// It is to be sent, for the first time or again.
    Due,
    /// It is being sent.
    Sending,
    /// The mail server took it.
    Sent,
    /// Whether the mail server took it can't be told. It is not sent again.
    Unclear,
    /// The mail server refused it for good.
    Refused,
    /// It failed as often as it may.
    GivenUp,
}

/// A day's report to one address.
#[derive(SimpleObject)]
pub(super) struct DailyReport {
    /// The day, in the call center's zone: `2026-03-01`.
    day: String,
    /// Where it goes to.
    address: String,
    /// What became of it.
    state: DailyReportState,
    /// How often it was tried to send it.
    attempts: i32,
    /// When it is tried next. Null once its end was reached.
    next_attempt_at: Option<DateTime>,
    /// Why it was not sent, where something failed.
    problem: Option<String>,
    /// When its end was reached. Null before.
    finished_at: Option<DateTime>,
}

impl From<SentReport> for DailyReport {
    fn from(report: SentReport) -> Self {
        let open = report.finished_at.is_none();
        Self {
            day: report.day.to_string(),
            address: report.address,
            state: report.state.into(),
            attempts: i32::try_from(report.attempts).unwrap_or(i32::MAX),
            next_attempt_at: open.then(|| report.next_attempt_at.into()),
            problem: report.problem,
            finished_at: report.finished_at.map(DateTime::from),
        }
    }
}

pub(super) async fn reports(ctx: &Context<'_>, center: &Record) -> Result<Vec<DailyReport>> {
    if !center.is_own() {
        return Ok(Vec::new());
    }
    let reports = loaders::sent_reports(ctx, center.id()).await?.unwrap_or_default();
    Ok(reports.into_iter().map(DailyReport::from).collect())
}
