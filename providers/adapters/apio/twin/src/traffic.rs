//! Calls that were never made. What happens in an hour follows from the hour and the call center alone, so the same
//! range always has the same figures, and ranges that follow each other add up.

use fastrand::Rng;

use crate::Center;

/// From `start` up to and without `end`, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seconds {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// 2021-03-01T00:00:00+01:00: before, there were no calls and no agents.
const OPENED: i64 = 1_614_553_200;
const HOUR: i64 = 3600;
/// Agents work from 7 to 17 o'clock, UTC, every day.
const SHIFT: std::ops::Range<i64> = 7..17;
/// Each third of an hour is one call's, from its arrival to its end.
const SLOT: i64 = 1200;

impl Seconds {
    pub(crate) fn length(self) -> u64 {
        u64::try_from(self.end - self.start).unwrap_or(0)
    }

    fn holds(self, instant: i64) -> bool {
        (self.start..self.end).contains(&instant)
    }

    /// How much of a stretch lies inside.
    fn share(self, start: i64, end: i64) -> u64 {
        u64::try_from(self.end.min(end) - self.start.max(start)).unwrap_or(0)
    }
}

/// What happened in a range. A call counts where it arrived; seconds of talking and of being there count where they
/// passed.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) busy_overflows: u64,
    pub(crate) abandoned: u64,
    pub(crate) transferred: u64,
    pub(crate) timed_out: u64,
    /// Seconds that answered calls waited.
    pub(crate) waited_for_answer: u64,
    /// Seconds that abandoned calls waited.
    pub(crate) waited_in_vain: u64,
    pub(crate) agents: Vec<AgentTraffic>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct AgentTraffic {
    pub(crate) handled: u64,
    pub(crate) unanswered: u64,
    /// Seconds of the handled calls.
    pub(crate) talked: u64,
    /// Seconds of talking inside the range, whenever the call arrived.
    pub(crate) talking: u64,
    pub(crate) staffed: u64,
}

impl Traffic {
    pub(crate) fn of(center: Center, range: Seconds) -> Self {
        let mut traffic = Self {
            agents: vec![AgentTraffic::default(); center.agents as usize],
            ..Self::default()
        };
        let start = range.start.max(OPENED);
        let hours = start.div_euclid(HOUR)..=range.end.max(start).div_euclid(HOUR);
        for hour in hours.filter(|hour| SHIFT.contains(&hour.rem_euclid(24))) {
            traffic.add_hour(center, range, hour * HOUR);
        }
        traffic
    }

    fn add_hour(&mut self, center: Center, range: Seconds, begin: i64) {
        let mut chance = Rng::with_seed(seed(center, begin));
        let overflows = chance.u64(0..2);
        if range.holds(begin) {
            self.busy_overflows += overflows;
        }
        for agent in 0..self.agents.len() {
            self.agents[agent].staffed += range.share(begin, begin + HOUR);
            for slot in 0..HOUR / SLOT {
                let arrival = begin + slot * SLOT + chance.i64(0..600);
                self.add_call(&mut chance, range, agent, arrival);
            }
        }
    }

    fn add_call(&mut self, chance: &mut Rng, range: Seconds, agent: usize, arrival: i64) {
        let (wait, talk) = (chance.i64(5..90), chance.i64(30..480));
        let (fate, counts) = (chance.u8(0..16), range.holds(arrival));
        let agent = &mut self.agents[agent];
        if fate < 11 {
            agent.talking += range.share(arrival + wait, arrival + wait + talk);
        }
        match fate {
            _ if !counts => {}
            0..11 => {
                agent.handled += 1;
                agent.talked += talk.unsigned_abs();
                self.waited_for_answer += wait.unsigned_abs();
            }
            11..13 => {
                agent.unanswered += 1;
                self.abandoned += 1;
                self.waited_in_vain += wait.unsigned_abs();
            }
            13 => {
                agent.unanswered += 1;
                self.timed_out += 1;
            }
            14 => self.transferred += 1,
            _ => {}
        }
    }
}

/// FNV-1a over the center's name, and the hour.
fn seed(center: Center, begin: i64) -> u64 {
    let name = center
        .name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    name ^ begin.unsigned_abs()
}
