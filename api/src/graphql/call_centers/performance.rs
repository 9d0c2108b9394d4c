use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};
use queues::{QueueFigures, erlang::Demand};
use service::CenterFigures;

use super::staffing::{Staffing, needed};
use crate::graphql::{
    error::{ApiError, Result},
    scalars::DateTime,
};

/// How abandoned calls count in a service level.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "queues::ServiceLevelVariant")]
pub(super) enum ServiceLevelVariant {
    /// Answered within the threshold / all calls that left the queue: an abandoned call counts as one that waited too
    /// long (Cisco Unified Contact Center Enterprise: "negative impact of abandoned calls").
    AbandonedNegative,
    /// Answered within the threshold / (all calls that left the queue - abandoned within the threshold) ("ignore
    /// abandoned calls").
    AbandonedIgnored,
    /// (Answered within the threshold + abandoned within the threshold) / all calls that left the queue ("positive
    /// impact of abandoned calls").
    AbandonedPositive,
    /// Answered within the threshold / answered.
    AnsweredOnly,
}

/// The figures of a call center on own data.
pub(super) struct CallCenterPerformance(pub(super) Arc<CenterFigures>);

/// More about a call center on own data than the document "Call Center Statistics" (apio) has. An event counts in the
/// range in which it happened. `callsOffered` = answered + abandoned + transferred + timed out + waiting at the end -
/// waiting at the start.
#[Object]
impl CallCenterPerformance {
    /// The first instant.
    async fn start(&self) -> DateTime {
        self.0.figures.range.start().into()
    }

    /// The first instant after.
    async fn end(&self) -> DateTime {
        self.0.figures.range.end().into()
    }

    /// Calls that entered a queue.
    async fn calls_offered(&self) -> Option<Result<i32>> {
        Some(count(self.0.figures.offered))
    }

    /// Calls that waited when the range began.
    async fn calls_waiting_at_start(&self) -> Option<Result<i32>> {
        Some(count(self.0.figures.waiting_at_start))
    }

    /// Calls that waited when the range ended.
    async fn calls_waiting_at_end(&self) -> Option<Result<i32>> {
        Some(count(self.0.figures.waiting_at_end))
    }

    /// The part of the calls that was answered within a threshold, from 0 to 1. Null over no calls.
    async fn service_level(
        &self,
        #[graphql(
            desc = "The threshold in seconds, 0 to 86400; a wait as long as it is within.",
            default = 20.0
        )]
        within_seconds: f64,
        #[graphql(
            desc = "How abandoned calls count.",
            default_with = "ServiceLevelVariant::AbandonedNegative"
        )]
        variant: ServiceLevelVariant,
    ) -> Option<Result<f64>> {
        level(&self.0.figures, within_seconds, variant).transpose()
    }

    /// The wait in seconds that so many of a hundred answered calls did not exceed, by nearest rank. Null over no
    /// calls.
    async fn wait_percentile_seconds(
        &self,
        #[graphql(desc = "More than 0, at most 100.")] percent: f64,
    ) -> Option<Result<f64>> {
        let wait = self.0.figures.wait_percentile_seconds(percent);
        wait.map_err(|fault| ApiError::bad_input("percent", fault.to_string()))
            .transpose()
    }

    /// The longest wait of an answered or abandoned call, in seconds. Null over no calls.
    async fn longest_wait_seconds(&self) -> Option<f64> {
        self.0.figures.longest_wait_seconds()
    }

    /// The part of the calls that left the queue whose callers gave up, from 0 to 1. Null over no calls.
    async fn abandonment_rate(&self) -> Option<f64> {
        self.0.figures.abandonment_rate()
    }

    /// The part of the time in which agents were logged in and not paused that they talked, from 0 to 1. Null where
    /// nobody was logged in, or the log does not tell.
    async fn occupancy(&self) -> Option<f64> {
        self.0.figures.occupancy()
    }

    /// Talk of the calls that agents answered, in seconds, averaged. Null over no calls.
    async fn average_talk_seconds(&self) -> Option<f64> {
        self.0.figures.average_talk_seconds()
    }

    /// How many agents the calls of the range would have needed, had they come evenly over it (Erlang C). Null over no
    /// answered calls, unless the handle time is given.
    async fn staffing(
        &self,
        #[graphql(
            desc = "The part of the calls to be answered within the threshold.",
            default = 0.8
        )]
        service_level: f64,
        #[graphql(desc = "The threshold in seconds.", default = 20.0)] within_seconds: f64,
        #[graphql(
            desc = "The largest part of their time that agents may be busy.",
            default = 1.0
        )]
        largest_occupancy: f64,
        #[graphql(desc = "The part of the paid time not spent on calls.", default = 0.0)] shrinkage: f64,
        #[graphql(desc = "Seconds of a call with its after-call work; averageTalkSeconds when absent.")]
        average_handle_seconds: Option<f64>,
    ) -> Option<Result<Staffing>> {
        let figures = &self.0.figures;
        let average_handle_seconds = average_handle_seconds.or(figures.average_talk_seconds())?;
        let length = figures.range.end().duration_since(figures.range.start());
        #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
        let offered = figures.offered as f64;
        Some(needed(
            "",
            &Demand {
                calls_per_hour: offered * 3600.0 / length.as_secs_f64().max(0.001),
                // Shorter than any call that an agent handles.
                average_handle_seconds: average_handle_seconds.max(1.0),
                service_level,
                within_seconds,
                largest_occupancy,
                shrinkage,
            },
        ))
    }
}

pub(super) fn count(figure: u64) -> Result<i32> {
    i32::try_from(figure).map_err(|_| ApiError::internal("more calls than a count can hold"))
}

pub(super) fn level(
    figures: &QueueFigures,
    within_seconds: f64,
    variant: ServiceLevelVariant,
) -> Result<Option<f64>> {
    if !(0.0..=86_400.0).contains(&within_seconds) {
        let message = "a threshold is from 0 to 86400 seconds";
        return Err(ApiError::bad_input("withinSeconds", message));
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most a day")]
    let threshold = (within_seconds * 1000.0).round() as i64;
    Ok(figures.service_level(threshold, variant.into()))
}

/// What only a call center on own data has.
#[derive(SimpleObject)]
pub(super) struct CallCenterSetup {
    /// IANA name of the zone whose days its reports are of.
    pub(super) time_zone: String,
    /// Names of its queues, as the telephone system logs them.
    pub(super) queues: Vec<String>,
}
