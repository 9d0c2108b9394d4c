//! The daily report: made when a day of a call center is over, and mailed to its addresses, each once.
//!
//! A row for each center, day and address is there before anything is sent, and is taken by one process at a time; the
//! unique index on it says so, not the program. A message whose fate is unclear is not sent again: its row says UNCLEAR
//! and why.

mod book;
mod chart;
mod content;
mod page;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use mail::{Address, Attachment, Html, InlineImage, Mailer, Message, Outcome};
use provider_core::domain::{GroupingInterval, Period};
use store::{
    Scope,
    call_centers::{self as centers, CallCenterRecord, ReportRecord, ReportState},
};

use self::content::DailyReport;
use super::{end_of_day, id_of, own_names, zone};
use crate::{CallCenterId, Principal, ServiceError, ServiceResult, Switchboard};

/// Centers and reports of one round.
const ROUND: u32 = 50;
/// Most days that are caught up on, after a time without a running process.
const MOST_DAYS: i64 = 7;
/// Most attempts at a report: with the pauses between them some eight hours.
const ATTEMPTS: u32 = 12;
/// Pause before the second attempt; each one doubles it, up to the longest.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// What making a report may take, besides sending it.
const MAKING_MS: i64 = 60_000;
/// Most reports of a listing.
const LISTED: u32 = 100;

/// What became of a day's report to one address.
pub type SentReport = ReportRecord;

impl Switchboard {
    /// Makes and sends the reports that are due. Nothing happens where no mail server is configured: they stay due.
    ///
    /// # Errors
    /// What the database says; what was done before the failure stays done.
    pub async fn send_reports(&self) -> ServiceResult<()> {
        let Some(mailer) = self.settings().mailer.clone() else {
            return self.look_for_missing_mail().await;
        };
        let database = self.database();
        let over = database.now_ms().await?;
        for center in centers::due_centers(database.reader(), over, ROUND).await? {
            self.begin_days(center).await?;
        }
        // What was made due just now is sent in this round.
        let now = database.now_ms().await?;
        for report in centers::lost_reports(database.reader(), now, ROUND).await? {
            self.give_up_lost(&report, now).await?;
        }
        for report in centers::due_reports(database.reader(), now, ROUND).await? {
            self.send_report(&mailer, report).await?;
        }
        Ok(())
    }

    /// Tells once when a center waits for a mail server.
    async fn look_for_missing_mail(&self) -> ServiceResult<()> {
        if self.was_warned_of_missing_mail() {
            return Ok(());
        }
        let waiting = centers::due_centers(self.database().reader(), i64::MAX, 1).await?;
        if !waiting.is_empty() {
            self.warn_of_missing_mail();
        }
        Ok(())
    }

    /// Makes rows for the days of a center that are over, and sets when the next one is due.
    async fn begin_days(&self, center: CallCenterRecord) -> ServiceResult<()> {
        let written = self.database().write(move |tx| {
            Box::pin(async move {
                let (group, name) = (center.owner.group_id, &center.name);
                let found = centers::lock_call_center(tx, Scope::Platform, group, name).await?;
                let Some(mut center) = found else { return Ok(()) };
                // Another process may have been faster.
                let Some(due) = center.report_due_at.filter(|due| *due <= tx.now()) else {
                    return Ok(());
                };
                let zone = zone(&center.time_zone);
                let reporting = &center.reporting;
                let addresses = [
                    &reporting.reporting_email_address_1,
                    &reporting.reporting_email_address_2,
                ];
                let reports: Vec<(Date, String)> = days_over(due, tx.now(), &zone)
                    .into_iter()
                    .flat_map(|day| {
                        let addresses = addresses.into_iter().flatten();
                        addresses.map(move |address| (day, address.clone()))
                    })
                    .collect();
                centers::insert_reports(tx, center.id, &reports).await?;
                center.report_due_at = end_of_day(tx.now(), &zone);
                centers::save_call_center(tx, &center).await
            })
        });
        Ok(written.await?)
    }

    /// A report that a process was sending which has not come back: whether it went out can't be told.
    async fn give_up_lost(&self, report: &ReportRecord, now: i64) -> ServiceResult<()> {
        if self.take_report(report, now + MAKING_MS).await? {
            let why = "the process that sent it ended before it knew what became of it";
            self.note_outcome(report.id, ReportState::Unclear, Some(why), None)
                .await?;
        }
        Ok(())
    }

    async fn send_report(&self, mailer: &Mailer, report: ReportRecord) -> ServiceResult<()> {
        let now = self.database().now_ms().await?;
        let sending = i64::try_from(mailer.settings().timeout.as_millis()).unwrap_or(MAKING_MS);
        if !self.take_report(&report, now + MAKING_MS + sending).await? {
            return Ok(());
        }
        let message = match self.report_message(&report).await {
            Ok(Some(message)) => message,
            Ok(None) => {
                let why = "the call center or the address is no longer there";
                return self
                    .note_outcome(report.id, ReportState::Refused, Some(why), None)
                    .await;
            }
            Err(ServiceError::Internal(why)) => {
                return self.send_later(&report, now, &why).await;
            }
            Err(other) => return Err(other),
        };
        let (id, owner) = (report.id, self.settings().replica.clone());
        let begun = self
            .database()
            .write(move |tx| Box::pin(async move { centers::begin_report(tx, id, &owner).await }));
        if !begun.await? {
            // Making it took longer than the lease: somebody else has it now.
            return Ok(());
        }
        match mailer.send(&message).await {
            Outcome::Sent => self.note_outcome(id, ReportState::Sent, None, None).await,
            Outcome::Refused(why) => {
                self.note_outcome(id, ReportState::Refused, Some(&why.text), None)
                    .await
            }
            Outcome::Unclear(why) => {
                self.note_outcome(id, ReportState::Unclear, Some(&why.text), None)
                    .await
            }
            Outcome::TryAgain(why) => self.send_later(&report, now, &why.text).await,
        }
    }

    async fn take_report(&self, report: &ReportRecord, lease_until: i64) -> ServiceResult<bool> {
        let (report, owner) = (report.clone(), self.settings().replica.clone());
        let claimed = self.database().write(move |tx| {
            Box::pin(async move { centers::claim_report(tx, &report, &owner, lease_until).await })
        });
        Ok(claimed.await?)
    }

    /// Tries again later, unless that has been done often enough.
    async fn send_later(&self, report: &ReportRecord, now: i64, why: &str) -> ServiceResult<()> {
        let attempt = report.attempts + 1;
        if attempt >= ATTEMPTS {
            return self
                .note_outcome(report.id, ReportState::GivenUp, Some(why), None)
                .await;
        }
        let doubled = PAUSE * 2_i32.saturating_pow(report.attempts.min(10));
        let pause = doubled.min(LONGEST_PAUSE).as_millis();
        let at = now.saturating_add(i64::try_from(pause).unwrap_or(0));
        self.note_outcome(report.id, ReportState::Due, Some(why), Some(at))
            .await
    }

    async fn note_outcome(
        &self,
        id: i64,
        state: ReportState,
        why: Option<&str>,
        again_at: Option<i64>,
    ) -> ServiceResult<()> {
        if let Some(why) = why {
            tracing::warn!(report = id, %state, why, "a daily report was not sent");
        }
        let (owner, why) = (self.settings().replica.clone(), why.map(str::to_owned));
        let written = self.database().write(move |tx| {
            Box::pin(
                async move { centers::finish_report(tx, id, &owner, state, why.as_deref(), again_at).await },
            )
        });
        written.await?;
        Ok(())
    }

    /// The message of a report; nothing when there is nobody to send it to any more.
    async fn report_message(&self, report: &ReportRecord) -> ServiceResult<Option<Message>> {
        let reader = self.database().reader();
        let center = centers::call_center_by_id(reader, Scope::Platform, report.call_center_id).await?;
        let (Some(center), Ok(address)) = (center, report.address.parse::<Address>()) else {
            return Ok(None);
        };
        let Some(made) = DailyReport::of(self.database(), center, report.day).await? else {
            return Ok(None);
        };
        let id = format!("call-center-report-{}", report.id);
        // Drawing takes some milliseconds of a processor.
        let drawn = tokio::task::spawn_blocking(move || compose(&made, id, address));
        let message = drawn
            .await
            .map_err(|error| error.to_string())
            .and_then(|made| made);
        message.map(Some).map_err(ServiceError::Internal)
    }

    /// The last reports of each of these call centers on own data, latest day first; none for one of a carrier. Three
    /// statements, however many there are.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub async fn sent_reports(
        &self,
        who: &Principal,
        ids: &[CallCenterId],
    ) -> ServiceResult<HashMap<CallCenterId, Vec<SentReport>>> {
        who.may_view()?;
        let reader = self.database().reader();
        let centers = centers::call_centers_named(reader, who.scope, &own_names(ids)).await?;
        let rows: Vec<i64> = centers.iter().map(|center| center.id).collect();
        let mut of_row: HashMap<i64, Vec<SentReport>> = HashMap::new();
        for report in centers::reports(reader, &rows, LISTED).await? {
            of_row.entry(report.call_center_id).or_default().push(report);
        }
        let of_center = |center: &CallCenterRecord| {
            let reports = of_row.remove(&center.id).unwrap_or_default();
            (id_of(center), reports)
        };
        Ok(centers.iter().map(of_center).collect())
    }
}

/// The days of a zone that were over at `now`, from the one that ended at `due` on: the last ones where there are many.
fn days_over(due: Timestamp, now: Timestamp, zone: &TimeZone) -> Vec<Date> {
    let date = |instant: Timestamp| instant.to_zoned(zone.clone()).date();
    let before = due.checked_sub(SignedDuration::from_millis(1)).unwrap_or(due);
    let today = date(now);
    let earliest = today.saturating_sub(SignedDuration::from_hours(24 * MOST_DAYS));
    let first = date(before).max(earliest);
    let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
    days.take_while(|day| *day < today).collect()
}

/// A day of a zone, as long as the clock made it.
fn day(date: Date, zone: &TimeZone) -> Option<Period> {
    let noon = date.at(12, 0, 0, 0).to_zoned(zone.clone()).ok()?;
    GroupingInterval::Day.around(noon.timestamp(), zone)
}

fn compose(report: &DailyReport, id: String, to: Address) -> Result<Message, String> {
    let workbook = book::workbook(report).map_err(|error| format!("the workbook can't be made: {error}"))?;
    let chart = chart::png(report).map_err(|error| format!("the chart can't be drawn: {error}"))?;
    let message = Message::new(id, to, page::subject(report), page::text(report));
    let html = Html {
        html: page::html(report),
        images: vec![InlineImage {
            id: page::CHART.to_owned(),
            media_type: "image/png".to_owned(),
            bytes: chart,
        }],
    };
    Ok(message.with_html(html).with_attachment(Attachment {
        file_name: page::file_name(report),
        media_type: exports::media_type(exports::ExportFormat::Excel).to_owned(),
        bytes: workbook,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn days(due: &str, now: &str) -> Vec<String> {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let days = days_over(at(due), at(now), &zone);
        days.into_iter().map(|day| day.to_string()).collect()
    }

    #[test]
    fn the_day_that_ended_is_reported_and_those_that_were_missed_after_it() {
        let due = "2026-03-09T23:00:00Z";
        assert_eq!(days(due, due), ["2026-03-09"]);
        assert_eq!(days(due, "2026-03-10T22:59:59Z"), ["2026-03-09"]);
        assert_eq!(
            days(due, "2026-03-12T23:00:00Z"),
            ["2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12"]
        );
        assert_eq!(days(due, "2026-04-20T10:00:00Z").len(), 7);
        assert_eq!(days(due, "2026-04-20T10:00:00Z").last().unwrap(), "2026-04-19");
    }

    #[test]
    fn days_of_23_and_25_hours_end_when_the_clock_shows_midnight() {
        // Clocks go forward on March 29, and back on October 25.
        assert_eq!(
            days("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ["2026-03-28", "2026-03-29"]
        );
        assert_eq!(
            days("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"),
            ["2026-10-24"]
        );
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let hours = |text: &str| {
            let day = day(text.parse().unwrap(), &zone).unwrap();
            day.end().duration_since(day.start()).as_hours()
        };
        assert_eq!(
            (hours("2026-03-29"), hours("2026-10-25"), hours("2026-10-26")),
            (23, 25, 24)
        );
    }

    #[test]
    fn a_day_that_has_no_midnight_begins_when_the_clock_first_shows_it() {
        // In Beirut clocks went from 0:00 to 1:00 on March 29, 2026.
        let zone = TimeZone::get("Asia/Beirut").unwrap();
        let day = day("2026-03-29".parse().unwrap(), &zone).unwrap();
        assert_eq!(day.start(), at("2026-03-28T22:00:00Z"));
        assert_eq!(day.end().duration_since(day.start()).as_hours(), 23);
    }
}
