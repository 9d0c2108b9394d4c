//! What keeps daily reports from being mailed.

use provider_core::domain::ReportingSettings;

use crate::Switchboard;

/// Why a daily report that is to be made is not mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportObstacle {
    /// No mail server is configured.
    MailNotConfigured,
    /// The call center has no address that it could go to.
    NoAddress,
}

impl ReportObstacle {
    /// What is wrong and what to do about it, for people.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::MailNotConfigured => {
                "no mail server is configured: daily reports wait until the configuration has [mail] host and from"
            }
            Self::NoAddress => "there is nobody to send the daily report to: set reportingEmailAddress1 or 2",
        }
    }
}

impl Switchboard {
    /// What keeps a call center on own data with these settings from mailing its daily report; nothing where it is to
    /// make none.
    #[must_use]
    pub fn report_obstacles(&self, reporting: &ReportingSettings) -> Vec<ReportObstacle> {
        if !reporting.generate_daily_report {
            return Vec::new();
        }
        let no_mail = self.settings().mailer.is_none();
        let nobody =
            reporting.reporting_email_address_1.is_none() && reporting.reporting_email_address_2.is_none();
        let obstacles = [
            no_mail.then_some(ReportObstacle::MailNotConfigured),
            nobody.then_some(ReportObstacle::NoAddress),
        ];
        obstacles.into_iter().flatten().collect()
    }

    /// Says in the log, once in the life of the process, that daily reports are to be mailed and can't be.
    pub(crate) fn warn_of_missing_mail(&self) {
        self.inner.missing_mail.call_once(|| {
            tracing::warn!("{}", ReportObstacle::MailNotConfigured.message());
        });
    }

    /// Whether [`Switchboard::warn_of_missing_mail`] has spoken.
    pub(crate) fn was_warned_of_missing_mail(&self) -> bool {
        self.inner.missing_mail.is_completed()
    }
}
