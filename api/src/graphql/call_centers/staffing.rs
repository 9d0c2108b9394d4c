use async_graphql::{InputObject, SimpleObject};
use queues::erlang::{self, Demand};

use crate::graphql::error::{ApiError, Result};

/// A load, and what is wanted.
#[derive(InputObject)]
pub(super) struct StaffingDemand {
    /// Calls that arrive in an hour, 0 to 10,000,000.
    calls_per_hour: f64,
    /// How long an agent is busy with a call, after-call work included, in seconds, 1 to 86,400.
    average_handle_seconds: f64,
    /// The part of the calls that is to be answered within the threshold, 0.001 to 0.9999.
    #[graphql(default = 0.8)]
    service_level: f64,
    /// The threshold in seconds, 0 to 86,400.
    #[graphql(default = 20.0)]
    within_seconds: f64,
    /// The largest part of their time that agents may be busy, 0.05 to 1.
    #[graphql(default = 1.0)]
    largest_occupancy: f64,
    /// The part of the paid time in which agents don't work on calls (breaks, training, illness), 0 to 0.95.
    #[graphql(default = 0.0)]
    shrinkage: f64,
}

impl StaffingDemand {
    pub(super) fn answer(&self) -> Result<Staffing> {
        let demand = Demand {
            calls_per_hour: self.calls_per_hour,
            average_handle_seconds: self.average_handle_seconds,
            service_level: self.service_level,
            within_seconds: self.within_seconds,
            largest_occupancy: self.largest_occupancy,
            shrinkage: self.shrinkage,
        };
        needed("demand.", &demand)
    }
}

/// What a load needs, by Erlang's delay formula (Erlang C): calls come at random and wait as long as they must.
#[derive(SimpleObject)]
pub(super) struct Staffing {
    /// The load: agents that would be busy all the time, in erlangs.
    traffic_erlangs: f64,
    /// Agents that must be at work.
    agents: i32,
    /// Agents that must be on the roster for that, because of shrinkage.
    scheduled_agents: i32,
    /// The part of the calls that is answered within the threshold.
    service_level: f64,
    /// The part of the calls that has to wait.
    probability_of_waiting: f64,
    /// Wait of all calls in seconds, averaged (average speed of answer).
    average_wait_seconds: f64,
    /// The part of their time that agents are busy.
    occupancy: f64,
}

/// The smallest number of agents that meets a demand; `place` stands before the names of its fields.
pub(super) fn needed(place: &str, demand: &Demand) -> Result<Staffing> {
    let staffing = erlang::staffing(demand).map_err(|fault| {
        let field = match fault.field {
            "calls_per_hour" => "callsPerHour",
            "average_handle_seconds" => "averageHandleSeconds",
            "service_level" => "serviceLevel",
            "within_seconds" => "withinSeconds",
            "largest_occupancy" => "largestOccupancy",
            other => other,
        };
        ApiError::bad_input(&format!("{place}{field}"), fault.reason)
    })?;
    let count = |agents: u32| {
        i32::try_from(agents).map_err(|_| ApiError::internal("more agents than a count can hold"))
    };
    Ok(Staffing {
        traffic_erlangs: staffing.traffic_erlangs,
        agents: count(staffing.agents)?,
        scheduled_agents: count(staffing.scheduled_agents)?,
        service_level: staffing.service_level,
        probability_of_waiting: staffing.probability_of_waiting,
        average_wait_seconds: staffing.average_wait_seconds,
        occupancy: staffing.occupancy,
    })
}
