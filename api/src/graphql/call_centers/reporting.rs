use async_graphql::SimpleObject;
use provider_core::domain::ReportingSettings;

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
}

impl From<ReportingSettings> for CallCenterReporting {
    fn from(settings: ReportingSettings) -> Self {
        Self {
            generate_daily_report: settings.generate_daily_report,
            collection_period_minutes: settings.collection_period_minutes.try_into().ok(),
            reporting_email_address1: settings.reporting_email_address_1,
            reporting_email_address2: settings.reporting_email_address_2,
            statistics_source: settings.statistics_source,
        }
    }
}
