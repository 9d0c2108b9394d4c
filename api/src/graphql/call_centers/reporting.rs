use async_graphql::{Context, Enum, SimpleObject};
use provider_core::domain::ReportingSettings;
use service::{CallCenter as Record, ReportObstacle};

use crate::graphql::{error::Result, switchboard};

/// How a call center reports: the document's `instance_statistics_reporting`.
#[derive(SimpleObject)]
pub(super) struct CallCenterReporting {
    /// Whether a report is made every day.
    generate_daily_report: bool,
    /// How long each row of the report covers, in minutes.
    collection_period_minutes: Option<i32>,
    /// The first address that the report goes to. Null when there is none.
    reporting_email_address1: Option<String>,
    /// The second address that the report goes to. Null when there is none.
    reporting_email_address2: Option<String>,
    /// Where the statistics come from, in the provider's words. Null where it does not say.
    statistics_source: Option<String>,
    /// What keeps the daily report of a call center on own data from being mailed. Empty where none is to be made, and
    /// for one of a carrier, which mails its own.
    obstacles: Vec<DailyReportObstacle>,
}

impl CallCenterReporting {
    pub(super) fn of(ctx: &Context<'_>, center: &Record, settings: ReportingSettings) -> Result<Self> {
        Ok(Self {
            obstacles: DailyReportObstacle::all(ctx, center, &settings)?,
            generate_daily_report: settings.generate_daily_report,
            collection_period_minutes: settings.collection_period_minutes.try_into().ok(),
            reporting_email_address1: settings.reporting_email_address_1,
            reporting_email_address2: settings.reporting_email_address_2,
            statistics_source: settings.statistics_source,
        })
    }
}

/// Kinds of obstacles to daily reports.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::ReportObstacle")]
enum DailyReportObstacleCode {
    /// No mail server is configured.
    MailNotConfigured,
    /// The call center has no address that it could go to.
    NoAddress,
}

/// Why a daily report that is to be made is not mailed.
#[derive(SimpleObject)]
pub(super) struct DailyReportObstacle {
    /// Which obstacle.
    code: DailyReportObstacleCode,
    /// What is wrong and what to do about it, for people.
    message: String,
}

impl DailyReportObstacle {
    pub(super) fn all(ctx: &Context<'_>, center: &Record, settings: &ReportingSettings) -> Result<Vec<Self>> {
        if !center.is_own() {
            return Ok(Vec::new());
        }
        let obstacles = switchboard(ctx)?.report_obstacles(settings).into_iter();
        Ok(obstacles.map(Self::from).collect())
    }
}

impl From<ReportObstacle> for DailyReportObstacle {
    fn from(obstacle: ReportObstacle) -> Self {
        Self {
            code: obstacle.into(),
            message: obstacle.message().to_owned(),
        }
    }
}
