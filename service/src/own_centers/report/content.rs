use jiff::{Timestamp, civil::Date, tz::TimeZone};
use queues::QueueFigures;
use store::{Database, StoreError, call_centers::CallCenterRecord};

use super::day;
use crate::own_centers::{
    Agents, ReadError,
    history::periods,
    read::{Answer, Question, answers},
    zone,
};

/// What a day's report says.
pub(super) struct DailyReport {
    pub(super) center: String,
    pub(super) day: Date,
    pub(super) zone: TimeZone,
    /// Figures of each collection period, in order.
    pub(super) rows: Vec<QueueFigures>,
    /// Figures of the whole day.
    pub(super) total: QueueFigures,
    pub(super) agents: Agents,
}

impl DailyReport {
    /// The report of a day; nothing for a day that no calendar has.
    pub(super) async fn of(
        database: &Database,
        center: CallCenterRecord,
        date: Date,
    ) -> Result<Option<Self>, ReadError> {
        let zone = zone(&center.time_zone);
        let Some(range) = day(date, &zone) else {
            return Ok(None);
        };
        let periods = periods(range, center.reporting.collection_period_minutes).collect();
        let read = database.snapshot::<_, ReadError, _>(move |tx| {
            Box::pin(async move {
                let question = |ranges, by_agent| Question {
                    center: &center,
                    ranges,
                    by_agent,
                };
                let questions = [question(periods, false), question(vec![range], true)];
                let answers = answers(tx, &questions, u64::MAX).await?;
                let [rows, day] = <[Answer; 2]>::try_from(answers).map_err(|_| StoreError::Aborted)?;
                Ok((center.name.clone(), rows.figures, day))
            })
        });
        let (center, rows, Answer { mut figures, agents }) = read.await?;
        let Some(total) = figures.pop() else {
            return Ok(None);
        };
        Ok(Some(Self {
            center,
            day: date,
            zone,
            rows,
            total,
            agents,
        }))
    }

    /// How the clock stands at an instant: `08:30`.
    pub(super) fn clock(&self, instant: Timestamp) -> String {
        instant.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }
}
