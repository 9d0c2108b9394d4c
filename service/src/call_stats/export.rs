//! Files of statistics, behind links that work for a few minutes.
//!
//! A link holds the question itself, signed with a secret of the database: any replica can answer it, and nothing
//! is kept. Whoever has the link has the file, as a browser must; it ends with its time or with the key that made
//! it, whichever is first.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use provider_core::domain::ExportFormat;
use serde::{Deserialize, Serialize};

use super::PlannedStatistics;
use crate::{Principal, ServiceError, ServiceResult, Switchboard, exports::is_of};

/// What the signature of a link is about, so that no other text that the same secret signs can be one.
const PURPOSE: &str = "call-statistics-export/1";

/// A link to a file that is made when the link is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLink {
    /// What to ask for the file with. As good as the file itself: not for logs.
    pub token: String,
    /// From when it is no longer good.
    pub expires_at: Timestamp,
    /// What the file will be called.
    pub file_name: String,
}

/// A file as its source made it.
#[derive(Clone, PartialEq, Eq)]
pub struct ExportedFile {
    /// What to call it.
    pub file_name: String,
    /// Its media type: as the source says, if that is one of the format's.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for ExportedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExportedFile({}, {} bytes)", self.file_name, self.bytes.len())
    }
}

/// What a link is good for.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    expires_at: Timestamp,
    key_id: i64,
    format: ExportFormat,
    planned: PlannedStatistics,
}

impl Switchboard {
    /// A link to the statistics as a file. Nothing is asked yet.
    ///
    /// # Errors
    /// `Unsupported` where the source makes no such file.
    pub async fn link_call_statistics(
        &self,
        who: &Principal,
        planned: PlannedStatistics,
        format: ExportFormat,
    ) -> ServiceResult<ExportLink> {
        let (source, port) = self.call_statistics_port(Some(planned.source()))?;
        port.terms()
            .accept_export(planned.query(), format)
            .map_err(|error| error.with_provider(source.clone()))?;
        self.tenant_of(who, planned.query().customer.as_ref()).await?;
        let ticket = Ticket {
            expires_at: Timestamp::now() + self.settings().links_last,
            key_id: who.key_id,
            format,
            planned,
        };
        Ok(ExportLink {
            token: self.token(&ticket).await?,
            expires_at: ticket.expires_at,
            file_name: file_name(&ticket.planned, format),
        })
    }

    /// The file behind a link, asked of its source now; `None` when the link is not ours, its time is over, its key is
    /// no longer good, or another key follows it. Whoever shows no key, as browsers do, is let through.
    ///
    /// # Errors
    /// [`ServiceError::Provider`] when the source fails.
    pub async fn exported_call_statistics(
        &self,
        token: &str,
        shown: Option<&Principal>,
    ) -> ServiceResult<Option<ExportedFile>> {
        let ticket = self.ticket(token, Timestamp::now()).await?;
        let Some(ticket) = ticket.filter(|ticket| is_of(ticket.key_id, shown)) else {
            return Ok(None);
        };
        let Some(mut who) = self.principal_of_key(ticket.key_id).await? else {
            return Ok(None);
        };
        who.request_id = shown.and_then(|shown| shown.request_id.clone());
        let query = ticket.planned.query();
        let (_, port) = self.call_statistics_port(Some(ticket.planned.source()))?;
        let tenant = self.tenant_of(&who, query.customer.as_ref()).await?;
        let cx = self.call_context(&who, &tenant);
        let file = port.export(&cx, query, ticket.format).await?;
        Ok(Some(ExportedFile {
            file_name: file_name(&ticket.planned, ticket.format),
            media_type: media_type(ticket.format, &file.media_type),
            bytes: file.bytes,
        }))
    }

    async fn token(&self, ticket: &Ticket) -> ServiceResult<String> {
        let text =
            serde_json::to_string(ticket).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let signature = self.sign(PURPOSE, &text).await?;
        Ok(format!("{}.{signature}", URL_SAFE_NO_PAD.encode(text)))
    }

    /// Reads a link's token, if it was signed here and its time is not over.
    async fn ticket(&self, token: &str, now: Timestamp) -> ServiceResult<Option<Ticket>> {
        let Some((payload, signature)) = token.split_once('.') else {
            return Ok(None);
        };
        let text = URL_SAFE_NO_PAD.decode(payload).ok().map(String::from_utf8);
        let Some(Ok(text)) = text else {
            return Ok(None);
        };
        if !self.is_signed(PURPOSE, &text, signature).await? {
            return Ok(None);
        }
        let ticket: Option<Ticket> = serde_json::from_str(&text).ok();
        Ok(ticket.filter(|ticket| now < ticket.expires_at))
    }
}

/// `call-statistics-2020-12-01-to-2020-12-21.csv`: the days by the clock of the report.
fn file_name(planned: &PlannedStatistics, format: ExportFormat) -> String {
    let query = planned.query();
    let date = |instant: Timestamp| instant.to_zoned(query.zone.clone()).date();
    let last = query.period.end() - SignedDuration::from_secs(1);
    let extension = match format {
        ExportFormat::Json => "json",
        ExportFormat::Csv => "csv",
        ExportFormat::Excel => "xlsx",
    };
    format!(
        "call-statistics-{}-to-{}.{extension}",
        date(query.period.start()),
        date(last)
    )
}

/// The media types that a file of a format can have, the usual one first.
const fn media_types(format: ExportFormat) -> &'static [&'static str] {
    match format {
        ExportFormat::Json => &["application/json"],
        ExportFormat::Csv => &["text/csv"],
        ExportFormat::Excel => &[
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-excel",
        ],
    }
}

/// What an upstream says is put into a header, and tells a browser what to do with the file: only what the format
/// allows gets through, with its parameters.
fn media_type(format: ExportFormat, said: &str) -> String {
    let allowed = media_types(format);
    let essence = said.split(';').next().unwrap_or_default().trim();
    let printable = said.len() <= 100 && said.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if printable && allowed.iter().any(|name| name.eq_ignore_ascii_case(essence)) {
        said.to_owned()
    } else {
        allowed
            .first()
            .copied()
            .unwrap_or("application/octet-stream")
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use provider_core::domain::{CallDirection, CallStatisticsQuery, GroupingInterval, Period};

    use super::*;
    use crate::Settings;

    fn planned() -> PlannedStatistics {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        PlannedStatistics {
            source: "calls".parse().unwrap(),
            query: CallStatisticsQuery {
                customer: None,
                employees: vec!["5450f1834b75ff21032563a1".to_owned()],
                period: Period::new(at("2020-11-30T23:00:00Z"), at("2020-12-21T23:00:00Z")).unwrap(),
                zone: TimeZone::get("Europe/Copenhagen").unwrap(),
                ignore_below_seconds: 10,
                ignore_unanswered_below_seconds: 0,
                include_empty: false,
                ignore_local: true,
                direction: CallDirection::Both,
                interval: GroupingInterval::Week,
                fields: Vec::new(),
                sort: None,
            },
        }
    }

    #[tokio::test]
    async fn a_link_holds_its_question_until_its_time_is_over() {
        let database = store::testing::sqlite().await;
        let switchboard = Switchboard::over(database.database(), Settings::new(database.url())).unwrap();
        let expires_at = Timestamp::now() + SignedDuration::from_mins(5);
        let ticket = Ticket {
            expires_at,
            key_id: 7,
            format: ExportFormat::Csv,
            planned: planned(),
        };
        let token = switchboard.token(&ticket).await.unwrap();
        let second = SignedDuration::from_secs(1);
        let read = switchboard.ticket(&token, expires_at - second).await.unwrap();
        assert_eq!(read.map(|ticket| ticket.planned), Some(planned()));
        assert!(switchboard.ticket(&token, expires_at).await.unwrap().is_none());
    }

    #[test]
    fn a_file_is_called_after_the_days_that_it_is_about() {
        let name = file_name(&planned(), ExportFormat::Csv);
        assert_eq!(name, "call-statistics-2020-12-01-to-2020-12-21.csv");
    }

    #[test]
    fn an_upstream_does_not_choose_what_a_browser_does_with_the_file() {
        for (said, given) in [
            ("text/csv; charset=iso-8859-1", "text/csv; charset=iso-8859-1"),
            ("TEXT/CSV", "TEXT/CSV"),
            ("text/html", "text/csv"),
            ("text/csv\r\nset-cookie: a=b", "text/csv"),
            ("", "text/csv"),
        ] {
            assert_eq!(media_type(ExportFormat::Csv, said), given, "{said:?}");
        }
        let old = "application/vnd.ms-excel";
        assert_eq!(media_type(ExportFormat::Excel, old), old);
    }
}
