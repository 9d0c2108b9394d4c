//! "Retrieve queue and agent statistics of a call center".

use jiff::Timestamp;
use provider_testkit::twin::TwinReply;

use crate::Center;
use crate::traffic::{Seconds, Traffic};
use crate::wire::{Agent, AgentFigures, DisplayNames, Queue, Range, Statistics, invalid_parameters};

/// How the document writes dates: `2021-01-01T00:00:00+01:00`.
const DATE: &str = "%Y-%m-%dT%H:%M:%S%:z";

pub(crate) fn answer(center: Center, range: Range) -> TwinReply {
    let instants = (
        Timestamp::strptime(DATE, &range.start),
        Timestamp::strptime(DATE, &range.end),
    );
    let (Ok(start), Ok(end)) = instants else {
        return invalid_parameters("The format of start date or end date is invalid.");
    };
    let now = Timestamp::now();
    if start > now || end > now {
        return invalid_parameters("Start date or end date in the future");
    }
    if end < start {
        return invalid_parameters("End date can not be earlier than start date.");
    }
    let seconds = Seconds {
        start: start.as_second(),
        end: end.as_second(),
    };
    TwinReply::json(200, &statistics(center, range, seconds))
}

fn statistics(center: Center, range: Range, seconds: Seconds) -> Statistics {
    let traffic = Traffic::of(center, seconds);
    let per_second = |total: u64| average(total, seconds.length());
    Statistics {
        statistics_range: range,
        queue_statistics: Queue {
            busy_overflows: traffic.busy_overflows,
            calls_answered: traffic.agents.iter().map(|agent| agent.handled).sum(),
            calls_abandoned: traffic.abandoned,
            calls_transferred: traffic.transferred,
            calls_timedout: traffic.timed_out,
            average_agents_talking: per_second(traffic.agents.iter().map(|agent| agent.talking).sum()),
            average_agents_staffed: per_second(traffic.agents.iter().map(|agent| agent.staffed).sum()),
            average_wait_seconds: whole(
                traffic.waited_for_answer,
                traffic.agents.iter().map(|agent| agent.handled).sum(),
            ),
            average_abandonment_seconds: whole(traffic.waited_in_vain, traffic.abandoned),
        },
        agent_statistics: (1..)
            .zip(&traffic.agents)
            .map(|(number, agent)| Agent {
                agent_user_id: format!("ApioUserTest{number}@sip.netaxis.be"),
                agent_display_names: DisplayNames {
                    last_name: format!("Test{number}"),
                    first_name: format!("Test{number}"),
                },
                available: true,
                statistics: AgentFigures {
                    calls_handled: agent.handled,
                    calls_unanswered: agent.unanswered,
                    average_call_seconds: whole(agent.talked, agent.handled),
                    total_talk_seconds: agent.talked,
                    total_staffed_seconds: agent.staffed,
                },
            })
            .collect(),
    }
}

/// An average over nothing is 0 here, as in the document's answer.
fn average(total: u64, count: u64) -> f64 {
    match count {
        0 => 0.0,
        _ => total as f64 / count as f64,
    }
}

fn whole(total: u64, count: u64) -> u64 {
    (total + count / 2).checked_div(count).unwrap_or(0)
}
