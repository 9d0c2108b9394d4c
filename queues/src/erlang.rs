//! How many agents a load needs: the delay formula of A. K. Erlang (Erlang C, the queue M/M/n).
//!
//! Calls arrive at random, wait as long as they must, and are answered in order by whoever is free. Erlang's blocking
//! formula is computed by its recursion over the number of agents, which neither overflows nor loses precision:
//! `B(0) = 1`, `B(n) = A B(n-1) / (n + A B(n-1))`, and from it `C(n) = n B(n) / (n - A (1 - B(n)))`.

/// A load, and what is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Calls that arrive in an hour.
    pub calls_per_hour: f64,
    /// How long an agent is busy with a call, after-call work included, in seconds.
    pub average_handle_seconds: f64,
    /// The part of the calls that is to be answered within the threshold: more than 0, less than 1.
    pub service_level: f64,
    /// The threshold, in seconds.
    pub within_seconds: f64,
    /// The largest part of their time that agents may be busy: more than 0, at most 1.
    pub largest_occupancy: f64,
    /// The part of the paid time in which agents don't work on calls (breaks, training, illness): from 0, less than 1.
    pub shrinkage: f64,
}

/// What a load needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Staffing {
    /// The load: agents that would be busy all the time, in erlangs.
    pub traffic_erlangs: f64,
    /// Agents that must be at work.
    pub agents: u32,
    /// Agents that must be on the roster for that, because of shrinkage.
    pub scheduled_agents: u32,
    /// The part of the calls that is answered within the threshold.
    pub service_level: f64,
    /// The part of the calls that has to wait.
    pub probability_of_waiting: f64,
    /// Wait of all calls, in seconds, averaged (average speed of answer).
    pub average_wait_seconds: f64,
    /// The part of their time that agents are busy.
    pub occupancy: f64,
}

/// What is wrong with a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct WrongDemand {
    /// The field of [`Demand`].
    pub field: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// Largest load that is computed, in erlangs.
pub const LARGEST_TRAFFIC: f64 = 20_000.0;

/// The smallest number of agents that meets a demand.
///
/// # Errors
/// [`WrongDemand`].
pub fn staffing(demand: &Demand) -> Result<Staffing, WrongDemand> {
    check(demand)?;
    let traffic = demand.calls_per_hour * demand.average_handle_seconds / 3600.0;
    if traffic > LARGEST_TRAFFIC {
        let reason = "gives more traffic than 20,000 erlangs";
        return Err(WrongDemand {
            field: "calls_per_hour",
            reason,
        });
    }
    let mut blocking = 1.0;
    let mut agents: u32 = 0;
    loop {
        agents += 1;
        let n = f64::from(agents);
        blocking = traffic * blocking / (n + traffic * blocking);
        if n <= traffic {
            continue;
        }
        let waiting = n * blocking / (n - traffic * (1.0 - blocking));
        let service_level =
            1.0 - waiting * (-(n - traffic) * demand.within_seconds / demand.average_handle_seconds).exp();
        let occupancy = traffic / n;
        if service_level >= demand.service_level && occupancy <= demand.largest_occupancy {
            return Ok(Staffing {
                traffic_erlangs: traffic,
                agents,
                scheduled_agents: scheduled(agents, demand.shrinkage),
                service_level,
                probability_of_waiting: waiting,
                average_wait_seconds: waiting * demand.average_handle_seconds / (n - traffic),
                occupancy,
            });
        }
    }
}

/// The part of the calls that has to wait for one of `agents`: Erlang's C. 1 where they can't keep up.
#[must_use]
pub fn probability_of_waiting(traffic_erlangs: f64, agents: u32) -> f64 {
    let n = f64::from(agents);
    if n <= traffic_erlangs {
        return 1.0;
    }
    let blocking = (1..=agents).fold(1.0, |blocking, n| {
        traffic_erlangs * blocking / (f64::from(n) + traffic_erlangs * blocking)
    });
    n * blocking / (n - traffic_erlangs * (1.0 - blocking))
}

fn scheduled(agents: u32, shrinkage: f64) -> u32 {
    let needed = (f64::from(agents) / (1.0 - shrinkage)).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most a million times the bounded number of agents; casts saturate"
    )]
    let needed = needed as u32;
    needed
}

fn check(demand: &Demand) -> Result<(), WrongDemand> {
    let wrong = |field, reason| Err(WrongDemand { field, reason });
    let within = |value: f64, low: f64, high: f64| value.is_finite() && value >= low && value <= high;
    if !within(demand.calls_per_hour, 0.0, 10_000_000.0) {
        return wrong("calls_per_hour", "must be from 0 to 10,000,000");
    }
    if !within(demand.average_handle_seconds, 1.0, 86_400.0) {
        return wrong("average_handle_seconds", "must be from 1 to 86,400");
    }
    if !within(demand.service_level, 0.001, 0.9999) {
        return wrong("service_level", "must be from 0.001 to 0.9999");
    }
    if !within(demand.within_seconds, 0.0, 86_400.0) {
        return wrong("within_seconds", "must be from 0 to 86,400");
    }
    if !within(demand.largest_occupancy, 0.05, 1.0) {
        return wrong("largest_occupancy", "must be from 0.05 to 1");
    }
    if !within(demand.shrinkage, 0.0, 0.95) {
        return wrong("shrinkage", "must be from 0 to 0.95");
    }
    Ok(())
}
