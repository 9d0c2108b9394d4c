//! Questions about calls, as the service is asked them and as SQL over the parties of calls.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use provider_core::domain::{CallCounts, GroupingInterval};
use service::{CallStatisticsRequest, Principal, Switchboard};
use store::{Database, sql::Sql};

use crate::Result;

const DAY_MS: i64 = 86_400_000;
/// From 1970-01-01, a Thursday, back to its Monday.
const TO_MONDAY_MS: i64 = 3 * DAY_MS;
/// Answered calls below so many seconds are left out.
const IGNORE_BELOW: u32 = 10;

/// A question for the calls of employees in UTC, without local calls and without short ones.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// For people.
    pub title: &'static str,
    /// Whether one customer is asked for, or all.
    pub one_customer: bool,
    /// From the first day on.
    pub days: i64,
    /// By what the calls are grouped.
    pub interval: GroupingInterval,
}

/// What the goals are set for, the document's own filters in use.
pub const QUESTIONS: [Question; 5] = [
    question("one customer, 31 days by DAY", true, 31, GroupingInterval::Day),
    question(
        "one customer, 365 days by WEEK",
        true,
        365,
        GroupingInterval::Week,
    ),
    question("all employees, 31 days by DAY", false, 31, GroupingInterval::Day),
    question(
        "all employees, 365 days by WEEK",
        false,
        365,
        GroupingInterval::Week,
    ),
    question(
        "all employees, 365 days by DAY",
        false,
        365,
        GroupingInterval::Day,
    ),
];

const fn question(
    title: &'static str,
    one_customer: bool,
    days: i64,
    interval: GroupingInterval,
) -> Question {
    Question {
        title,
        one_customer,
        days,
        interval,
    }
}

/// What two ways of counting must agree on: outbound calls, outbound seconds, outbound answered, inbound calls,
/// inbound seconds, inbound answered, inbound busy, and how many counts of an interval were not zero.
pub type Sums = [u64; 8];

impl Question {
    /// The last second of the time asked for.
    ///
    /// # Errors
    /// A first day at the end of time.
    pub fn last(&self, from: Timestamp) -> Result<Timestamp> {
        Ok(from
            .checked_add((self.days * 24).hours())?
            .checked_sub(1.second())?)
    }

    /// The question as the service takes it.
    ///
    /// # Errors
    /// A first day at the end of time.
    pub fn request(&self, customer_id: i64, from: Timestamp) -> Result<CallStatisticsRequest> {
        Ok(CallStatisticsRequest {
            customer_id: self.one_customer.then_some(customer_id),
            from: Some(from),
            to: Some(self.last(from)?),
            zone: Some(TimeZone::UTC),
            interval: Some(self.interval),
            ignore_below_seconds: IGNORE_BELOW,
            ignore_local: true,
            ..CallStatisticsRequest::default()
        })
    }

    /// Asks the service.
    ///
    /// # Errors
    /// What it refuses.
    pub async fn ask(&self, switchboard: &Switchboard, customer_id: i64, from: Timestamp) -> Result<Sums> {
        let who = Principal::command_line();
        let request = self.request(customer_id, from)?;
        let planned = switchboard.plan_call_statistics(&who, None, request).await?;
        let answer = switchboard.call_statistics(&who, &planned).await?;
        let mut sums = sums_of(&answer.total_of_all());
        let intervals = answer.rows().iter().flat_map(|row| &row.intervals);
        let filled = intervals.filter(|interval| sums_of(&interval.counts)[..7].iter().any(|sum| *sum > 0));
        sums[7] = u64::try_from(filled.count())?;
        Ok(sums)
    }

    /// Asks the database for every group, as somebody would who has nothing but the rows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ask_rows(&self, database: &Database, customer_id: i64, from: Timestamp) -> Result<Sums> {
        let mut sums = Sums::default();
        for row in self.sql(customer_id, from)?.all(database.reader()).await? {
            for (sum, index) in sums.iter_mut().zip(2..9) {
                let more: i64 = row.try_get_by_index(index)?;
                *sum += u64::try_from(more)?;
            }
            sums[7] += 1;
        }
        Ok(sums)
    }

    fn sql(&self, customer_id: i64, from: Timestamp) -> Result<Sql> {
        let bucket = match self.interval {
            GroupingInterval::Week => format!("(p.started_at + {TO_MONDAY_MS}) / {}", 7 * DAY_MS),
            _ => format!("p.started_at / {DAY_MS}"),
        };
        let mut sql = Sql::new(format!(
            "SELECT p.employee_id, {bucket}, COUNT(CASE WHEN p.side = 'OUT' THEN 1 END), \
             CAST(COALESCE(SUM(CASE WHEN p.side = 'OUT' AND p.disposition = 'ANSWERED' THEN p.seconds END), 0) AS BIGINT), \
             COUNT(CASE WHEN p.side = 'OUT' AND p.disposition = 'ANSWERED' THEN 1 END), \
             COUNT(CASE WHEN p.side = 'IN' THEN 1 END), \
             CAST(COALESCE(SUM(CASE WHEN p.side = 'IN' AND p.disposition = 'ANSWERED' THEN p.seconds END), 0) AS BIGINT), \
             COUNT(CASE WHEN p.side = 'IN' AND p.disposition = 'ANSWERED' THEN 1 END), \
             COUNT(CASE WHEN p.side = 'IN' AND p.disposition = 'BUSY' THEN 1 END) \
             FROM call_parties p WHERE p.started_at >= "
        ));
        sql.bind(from.as_millisecond())
            .push_bind(" AND p.started_at <= ", self.last(from)?.as_millisecond())
            .push(&format!(
                " AND NOT p.local AND (p.disposition <> 'ANSWERED' OR p.seconds >= {IGNORE_BELOW})"
            ));
        if self.one_customer {
            // By the index of employees and times: the best that the rows have.
            sql.push_bind(
                " AND p.employee_id IN (SELECT e.id FROM employees e WHERE e.customer_id = ",
                customer_id,
            )
            .push(")");
        }
        sql.push(&format!(" GROUP BY p.employee_id, {bucket}"));
        Ok(sql)
    }
}

fn sums_of(counts: &CallCounts) -> Sums {
    [
        counts.outbound_calls,
        counts.outbound_seconds,
        counts.outbound_answered,
        counts.inbound_calls,
        counts.inbound_seconds,
        counts.inbound_answered,
        counts.inbound_busy,
        None,
    ]
    .map(Option::unwrap_or_default)
}
