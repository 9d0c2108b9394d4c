//! Made-up calls of a few customers over a year. The same seed gives the same calls.

pub mod direct;
pub mod questions;

use jiff::Timestamp;

/// Extensions of the first employee of each customer; the others' follow.
pub const FIRST_EXTENSION: u64 = 1000;
/// Days that calls are spread over.
pub const DAYS: u64 = 365;
/// Of a thousand calls, how many are between two employees, and how many come in; the rest goes out.
const LOCAL: u64 = 150;
const INBOUND: u64 = 500;

/// How many calls there are, and of whom.
#[derive(Debug, Clone)]
pub struct Calls {
    /// Calls of all customers.
    pub count: u64,
    /// Customers; each has as many calls as the others, in turns.
    pub customers: u64,
    /// Employees of each customer.
    pub employees: u64,
    /// The beginning of the first day, UTC.
    pub from: Timestamp,
    /// Another seed gives other calls.
    pub seed: u64,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With this many seconds of talk.
    Answered(u32),
    /// Not answered.
    Unanswered,
    /// Busy.
    Busy,
    /// Wrong number.
    Failed,
}

/// Who is at one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// An employee, from 0.
    Employee(u64),
    /// Somebody outside, by the last digits of a number.
    Outside(u64),
}

/// A call of one leg.
#[derive(Debug, Clone)]
pub struct MadeUp {
    /// Its place among all calls.
    pub index: u64,
    /// Customer, from 0.
    pub customer: u64,
    /// When it starts, in seconds since the epoch.
    pub start: i64,
    /// Seconds that it rings.
    pub ring: u32,
    /// How it ends.
    pub ended: Ended,
    /// Who calls.
    pub caller: End,
    /// Who is called.
    pub callee: End,
}

impl Calls {
    /// The calls of all customers, in the order in which they start.
    pub fn all(&self) -> impl Iterator<Item = MadeUp> + '_ {
        (0..self.count).map(|index| self.one(index))
    }

    /// The calls of one customer, in the order in which they start.
    pub fn of(&self, customer: u64) -> impl Iterator<Item = MadeUp> + '_ {
        (customer..self.count)
            .step_by(usize::try_from(self.customers.max(1)).unwrap_or(1))
            .map(|index| self.one(index))
    }

    fn one(&self, index: u64) -> MadeUp {
        let mut random = fastrand::Rng::with_seed(self.seed ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let customers = self.customers.max(1);
        let employees = self.employees.max(2);
        let customer = index % customers;
        let day = index * DAYS / self.count.max(1);
        // Two humps a day: before and after noon.
        let hour = *random
            .choice(&[
                8, 9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 14, 14, 15, 15, 16, 16, 17, 19,
            ])
            .unwrap_or(&9);
        let start = self.from.as_second()
            + i64::try_from(day).unwrap_or(0) * 86_400
            + hour * 3600
            + random.i64(0..3600);
        let employee = random.u64(..employees);
        let outside = End::Outside(random.u64(..1_000_000));
        let (caller, callee) = match random.u64(..1000) {
            kind if kind < LOCAL => {
                let other = (employee + random.u64(1..employees)) % employees;
                (End::Employee(employee), End::Employee(other))
            }
            kind if kind < LOCAL + INBOUND => (outside, End::Employee(employee)),
            _ => (End::Employee(employee), outside),
        };
        let ended = match random.u32(..100) {
            // Most calls are short, some are long.
            0..70 => Ended::Answered((random.f64().powi(3) * 1800.0) as u32),
            70..90 => Ended::Unanswered,
            90..96 => Ended::Busy,
            _ => Ended::Failed,
        };
        MadeUp {
            index,
            customer,
            start,
            ring: random.u32(1..40),
            ended,
            caller,
            callee,
        }
    }
}

impl End {
    fn text(self) -> String {
        match self {
            Self::Employee(index) => (FIRST_EXTENSION + index).to_string(),
            Self::Outside(digits) => format!("+44117{digits:07}"),
        }
    }
}

impl MadeUp {
    /// The call as a line of JSON, with its end.
    #[must_use]
    pub fn line(&self) -> String {
        let start = Timestamp::from_second(self.start).unwrap_or(Timestamp::MAX);
        let (disposition, talk) = match self.ended {
            Ended::Answered(talk) => ("ANSWERED", talk),
            Ended::Unanswered => ("UNANSWERED", 0),
            Ended::Busy => ("BUSY", 0),
            Ended::Failed => ("FAILED", 0),
        };
        format!(
            "{{\"callId\":\"m{}\",\"start\":\"{start}\",\"ringSeconds\":{},\"talkSeconds\":{talk},\"disposition\":\"{disposition}\",\
             \"caller\":\"{}\",\"callee\":\"{}\"}}\n",
            self.index,
            self.ring,
            self.caller.text(),
            self.callee.text()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_of_the_customers_are_all_calls_and_the_same_each_time() {
        let calls = Calls {
            count: 1003,
            customers: 10,
            employees: 50,
            from: Timestamp::UNIX_EPOCH,
            seed: 1,
        };
        let mut each: Vec<String> = (0..10)
            .flat_map(|customer| calls.of(customer))
            .map(|call| call.line())
            .collect();
        let mut all: Vec<String> = calls.all().map(|call| call.line()).collect();
        each.sort_unstable();
        all.sort_unstable();
        assert_eq!(each, all);
        assert!(calls.all().all(|call| call.caller != call.callee));
        let year = 0..i64::try_from(DAYS).unwrap_or_default() * 86_400;
        assert!(calls.all().all(|call| year.contains(&call.start)));
    }
}
