//! The demo's call center: the last four weeks of a queue, as a telephone system would have logged them.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use queues::{EventKind, QueueEvent};
use service::{AgentName, CallCenterId, Principal, QueueImport, Switchboard, UpdateCallCenter};

use super::{DemoError, SEED, companies::Company};

const QUEUE: &str = "support";
const NAME: &str = "Support";
const ZONE: &str = "America/Toronto";
const DAYS: i32 = 28;
/// Calls of a working day.
const CALLS: usize = 90;
/// Seconds of the working day, from its opening on.
const OPEN: i64 = 9 * 3600;
/// When it opens, in seconds of the day.
const OPENS: i64 = 8 * 3600 + 1800;
/// Longest wait, in seconds.
const LONGEST_WAIT: i64 = 300;
/// Events of a transaction.
const BATCH: usize = 2_000;

const AGENTS: [(&str, &str, &str); 6] = [
    ("SIP/101", "Ada", "Lindmere"),
    ("SIP/102", "Ben", "Okafor"),
    ("SIP/103", "Chloe", "Tremblay"),
    ("SIP/104", "Dev", "Raman"),
    ("SIP/105", "Elena", "Rossi"),
    ("SIP/106", "Finn", "Gallagher"),
];

/// Imports the events of a group of the first company.
pub(super) async fn load(
    switchboard: &Switchboard,
    who: &Principal,
    company: &Company,
) -> Result<(), DemoError> {
    let wrong = |problem: &str| DemoError::Data(problem.to_owned());
    let zone = TimeZone::get(ZONE).map_err(|error| wrong(&error.to_string()))?;
    let customer = switchboard.customer_by_code(who, &company.code).await?;
    let customer = customer.ok_or_else(|| wrong("the first company has no numbers"))?;
    let group = company.groups.first().copied().unwrap_or_default();
    let group = switchboard.group_by_name(who, customer.id, group).await?;
    let group = group.ok_or_else(|| wrong("the first company's first group has no numbers"))?;
    let import = QueueImport {
        group_id: group.id,
        time_zone: ZONE.to_owned(),
        call_center: Some(NAME.to_owned()),
    };
    let today = Timestamp::now().to_zoned(zone.clone()).date();
    let days = std::iter::successors(today.yesterday().ok(), |day| day.yesterday().ok());
    let days = days.take(usize::try_from(DAYS).unwrap_or(0));
    let events: Vec<QueueEvent> = days.flat_map(|day| working_day(day, &zone)).collect();
    for batch in events.chunks(BATCH) {
        switchboard
            .import_queue_events(who, &import, batch.to_vec())
            .await?;
    }
    let agents = AGENTS.iter().map(|(agent, first, last)| AgentName {
        agent: (*agent).to_owned(),
        first_name: Some((*first).to_owned()),
        last_name: Some((*last).to_owned()),
    });
    let update = UpdateCallCenter {
        call_center: CallCenterId {
            provider: service::INVENTORY_ID
                .parse()
                .map_err(|_| wrong("no own inventory"))?,
            group_id: group.id,
            name: NAME.to_owned(),
        },
        time_zone: None,
        queues: None,
        agents: agents.collect(),
    };
    switchboard.update_call_center(who, update).await?;
    Ok(())
}

/// What happens on a day: nothing on a weekend. The same day is always the same.
fn working_day(date: Date, zone: &TimeZone) -> Vec<QueueEvent> {
    if date.weekday().to_monday_zero_offset() >= 5 {
        return Vec::new();
    }
    let Ok(midnight) = date.to_zoned(zone.clone()) else {
        return Vec::new();
    };
    let number = u64::from(date.year().unsigned_abs()) * 1_000 + u64::from(date.day_of_year().unsigned_abs());
    let mut day = Day {
        opening: midnight.timestamp() + SignedDuration::from_secs(OPENS),
        date,
        random: Rng::with_seed(SEED ^ number),
        events: Vec::new(),
    };
    day.shifts();
    day.calls();
    day.events
}

struct Day {
    opening: Timestamp,
    date: Date,
    random: Rng,
    events: Vec<QueueEvent>,
}

impl Day {
    fn log(&mut self, seconds: i64, kind: EventKind, call: Option<usize>, agent: Option<usize>) {
        let agent = agent.and_then(|agent| AGENTS.get(agent));
        self.events.push(QueueEvent {
            at: self.opening + SignedDuration::from_secs(seconds),
            kind,
            queue: Some(QUEUE.to_owned()),
            call: call.map(|call| format!("demo-{}-{call}", self.date)),
            agent: agent.map(|(agent, ..)| (*agent).to_owned()),
            wait_ms: None,
            lasted_ms: None,
            detail: None,
        });
    }

    /// Everybody comes, takes a break, and goes.
    fn shifts(&mut self) {
        for agent in 0..AGENTS.len() {
            let lunch = 3 * 3600 + 1800 * i64::try_from(agent % 4).unwrap_or(0);
            let (late, leaves) = (self.random.i64(0..600), OPEN + self.random.i64(0..900));
            let agent = Some(agent);
            self.log(late, EventKind::AddMember, None, agent);
            self.log(lunch, EventKind::Pause, None, agent);
            self.log(lunch + 1800, EventKind::Unpause, None, agent);
            self.log(leaves, EventKind::RemoveMember, None, agent);
        }
    }

    /// Callers wait for whoever is free first, and not for ever.
    fn calls(&mut self) {
        let mut arrivals: Vec<i64> = (0..CALLS).map(|_| self.random.i64(600..OPEN - 900)).collect();
        arrivals.sort_unstable();
        let mut free = [600_i64; AGENTS.len()];
        for (call, arrives) in arrivals.into_iter().enumerate() {
            let call = Some(call);
            self.log(arrives, EventKind::EnterQueue, call, None);
            let patience = self.exponential(150.0);
            let rings = self.random.i64(2..9);
            let soonest = free.iter().copied().enumerate().min_by_key(|(_, at)| *at);
            let Some((agent, free_at)) = soonest else { return };
            let answered = arrives.max(free_at) + rings;
            if patience < answered - arrives {
                self.log(arrives + patience, EventKind::Abandon, call, None);
                continue;
            }
            if answered - arrives > LONGEST_WAIT {
                self.log(arrives + LONGEST_WAIT, EventKind::ExitWithTimeout, call, None);
                continue;
            }
            if self.random.u8(0..20) == 0 {
                let other = (agent + 1) % AGENTS.len();
                self.log(answered - 1, EventKind::RingNoAnswer, call, Some(other));
            }
            let ends = answered + 20 + self.exponential(900.0);
            self.log(answered, EventKind::Connect, call, Some(agent));
            let by = match self.random.u8(0..10) {
                0 => EventKind::BlindTransfer,
                1..5 => EventKind::CompleteAgent,
                _ => EventKind::CompleteCaller,
            };
            self.log(ends, by, call, Some(agent));
            if let Some(free) = free.get_mut(agent) {
                *free = ends + 15;
            }
        }
    }

    /// Seconds that are that many on average, and many of them short.
    fn exponential(&mut self, mean: f64) -> i64 {
        let seconds = -mean * (1.0 - self.random.f64()).ln();
        #[expect(clippy::cast_possible_truncation, reason = "a few minutes; casts saturate")]
        let seconds = seconds as i64;
        seconds.clamp(1, 3600)
    }
}
