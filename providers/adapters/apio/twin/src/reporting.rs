//! "Instance Statistics Reporting": how a call center reports.

use provider_testkit::twin::{TwinReply, Unexpected};
use serde::{Deserialize, Serialize};

use crate::wire::invalid_parameters;

/// How a call center reports. What is not set is not shown.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reporting {
    generate_daily_report: bool,
    collection_period_minutes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reporting_email_address1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reporting_email_address2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics_source: Option<&'static str>,
}

/// The request of "Update configuration".
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    generate_daily_report: bool,
    collection_period_minutes: u32,
    reporting_email_address1: Option<String>,
    reporting_email_address2: Option<String>,
}

impl Reporting {
    /// What nobody has changed yet: the basic one is the document's example.
    pub(crate) fn at_first(center: &str) -> Self {
        let example = Self {
            generate_daily_report: false,
            collection_period_minutes: 30,
            reporting_email_address1: None,
            reporting_email_address2: None,
            statistics_source: None,
        };
        if center.starts_with("APIOTestCCBasic") {
            return example;
        }
        Self {
            generate_daily_report: true,
            collection_period_minutes: 15,
            reporting_email_address1: Some("supervisor@example.com".to_owned()),
            statistics_source: Some("Enhanced Reporting"),
            ..example
        }
    }

    /// Changes it, and shows it as it is then.
    ///
    /// The document does not say what becomes of an address that is set and left out of the request, so no request
    /// may rest on it.
    pub(crate) fn update(&mut self, change: Change) -> Result<TwinReply, Unexpected> {
        let next = Self {
            generate_daily_report: change.generate_daily_report,
            collection_period_minutes: change.collection_period_minutes,
            reporting_email_address1: address(
                self.reporting_email_address1.as_ref(),
                change.reporting_email_address1,
            )?,
            reporting_email_address2: address(
                self.reporting_email_address2.as_ref(),
                change.reporting_email_address2,
            )?,
            statistics_source: self.statistics_source,
        };
        if let Some(fault) = next.fault() {
            return Ok(invalid_parameters(fault));
        }
        *self = next;
        Ok(TwinReply::json(200, self))
    }

    fn fault(&self) -> Option<&'static str> {
        if ![15, 30, 60].contains(&self.collection_period_minutes) {
            return Some("The collection period is not 15, 30 or 60 minutes.");
        }
        let addresses = [&self.reporting_email_address1, &self.reporting_email_address2];
        let sound = |address: &&Option<String>| address.as_ref().is_none_or(|text| text.contains('@'));
        (!addresses.iter().all(sound)).then_some("An e-mail address is invalid.")
    }
}

fn address(now: Option<&String>, change: Option<String>) -> Result<Option<String>, Unexpected> {
    match (now, change) {
        (_, Some(address)) => Ok(Some(address).filter(|address| !address.is_empty())),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Unexpected::new(
            "PUT instance_statistics_reporting: an address that is set is left out, and the document does not say \
             what becomes of it",
        )),
    }
}
