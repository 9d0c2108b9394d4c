//! Files of our own data, behind links that work for a few minutes.
//!
//! A link names a row that says what is in the file; the file is made when the link is followed, page by page, and
//! never held: whoever has the row's key sees how far it is. A link is all that is needed, as for a browser, and it ends
//! with its time or with the key that made it, whichever is first.

mod calls;
mod kpis;
mod numbers;
mod stream;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
pub(crate) use calls::call_statistics_file;
use jiff::{Timestamp, tz::TimeZone};
use provider_core::domain::{ExportFormat, KpiFilter, KpiGrouping, ProviderId};
use serde::{Deserialize, Serialize};
use store::{ExportRecord, NewExport, NumberFilter, StoreError, kpis::Within};
pub use stream::{Download, DownloadBody};

use crate::{Principal, ServiceError, ServiceResult, Switchboard};

/// What the signature of a link is about, so that no other text that the same secret signs can be one.
const PURPOSE: &str = "export/1";

/// What is in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Subject {
    Numbers {
        filter: NumberFilter,
        zone: String,
    },
    NumberKpis {
        grouping: KpiGrouping,
        filter: KpiFilter,
        within: Within,
        source: Option<ProviderId>,
    },
}

/// A file that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What is known of it.
    pub record: ExportRecord,
    /// What to ask for it with. As good as the file itself: not for logs.
    pub token: String,
}

/// What a link is good for.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    export: i64,
    key: i64,
    until: Timestamp,
}

impl Switchboard {
    /// A file of the numbers that the caller sees and `filter` lets through, with instants by the clock of `zone`.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; what the database says.
    pub async fn export_of_numbers(
        &self,
        who: &Principal,
        filter: NumberFilter,
        zone: &TimeZone,
        format: ExportFormat,
    ) -> ServiceResult<Export> {
        who.may_view()?;
        let total = self.count_numbers(who, &filter).await?;
        let zone = zone.iana_name().unwrap_or("UTC").to_owned();
        self.note(
            who,
            "numbers",
            &Subject::Numbers { filter, zone },
            Some(total),
            format,
        )
        .await
    }

    /// A file of counts of numbers, in the shape of the document "Number KPIs" (callstats).
    ///
    /// # Errors
    /// As [`Switchboard::kpi_source`].
    pub async fn export_of_number_kpis(
        &self,
        who: &Principal,
        source: Option<ProviderId>,
        grouping: KpiGrouping,
        (filter, within): (KpiFilter, Within),
        format: ExportFormat,
    ) -> ServiceResult<Export> {
        self.kpi_source(who, source.as_ref())?;
        let name = match grouping {
            KpiGrouping::Summary => "number-kpis",
            KpiGrouping::Status => "number-kpis-by-status",
            KpiGrouping::Dealer => "number-kpis-by-dealer",
            KpiGrouping::Type => "number-kpis-by-type",
        };
        let subject = Subject::NumberKpis {
            grouping,
            filter,
            within,
            source,
        };
        self.note(who, name, &subject, None, format).await
    }

    /// How far a file is that the caller's key asked for.
    ///
    /// # Errors
    /// What the database says.
    pub async fn export(&self, who: &Principal, id: i64) -> ServiceResult<Option<ExportRecord>> {
        Ok(store::export(self.database().reader(), who.key_id, id).await?)
    }

    /// The file behind a link; `None` when the link is not ours, its time is over, its key is no longer good, or
    /// another key follows it. Whoever shows no key, as browsers do, is let through.
    ///
    /// # Errors
    /// What the database says; [`ServiceError::Provider`] when a source fails.
    pub async fn download(&self, token: &str, shown: Option<&Principal>) -> ServiceResult<Option<Download>> {
        let ticket = self.export_ticket(token).await?;
        let Some(ticket) = ticket.filter(|ticket| is_of(ticket.key, shown)) else {
            return Ok(None);
        };
        let Some(mut who) = self.principal_of_key(ticket.key).await? else {
            return Ok(None);
        };
        who.request_id = shown.and_then(|shown| shown.request_id.clone());
        let Some(record) = self.export(&who, ticket.export).await? else {
            return Ok(None);
        };
        self.open_export(who, record).await.map(Some)
    }

    async fn note(
        &self,
        who: &Principal,
        name: &str,
        subject: &Subject,
        total_rows: Option<i64>,
        format: ExportFormat,
    ) -> ServiceResult<Export> {
        let now = Timestamp::now();
        let extension = ::exports::extension(format);
        let subject =
            serde_json::to_string(subject).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let new = NewExport {
            key_id: who.key_id,
            subject,
            format: word(format),
            file_name: format!("{name}-{}.{extension}", now.to_zoned(TimeZone::UTC).date()),
            total_rows,
            good_for_ms: i64::try_from(self.settings().links_last.as_millis()).unwrap_or(i64::MAX),
        };
        let id = self
            .database()
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { store::insert_export(tx, &new).await })
            })
            .await?;
        let record = self.export(who, id).await?;
        let record = record.ok_or_else(|| ServiceError::Internal("a new export is gone".to_owned()))?;
        let ticket = Ticket {
            export: id,
            key: who.key_id,
            until: record.expires_at,
        };
        let text =
            serde_json::to_string(&ticket).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let signature = self.sign(PURPOSE, &text).await?;
        Ok(Export {
            record,
            token: format!("{}.{signature}", URL_SAFE_NO_PAD.encode(text)),
        })
    }

    async fn export_ticket(&self, token: &str) -> ServiceResult<Option<Ticket>> {
        let Some((payload, signature)) = token.split_once('.') else {
            return Ok(None);
        };
        let Some(Ok(text)) = URL_SAFE_NO_PAD.decode(payload).ok().map(String::from_utf8) else {
            return Ok(None);
        };
        if !self.is_signed(PURPOSE, &text, signature).await? {
            return Ok(None);
        }
        let ticket: Option<Ticket> = serde_json::from_str(&text).ok();
        Ok(ticket.filter(|ticket| Timestamp::now() < ticket.until))
    }
}

/// Whether the key that made a link may be the one that follows it.
pub(crate) fn is_of(key_id: i64, shown: Option<&Principal>) -> bool {
    shown.is_none_or(|shown| shown.key_id == key_id)
}

const fn word(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Json => "JSON",
        ExportFormat::Csv => "CSV",
        ExportFormat::Excel => "EXCEL",
    }
}

fn format_of(word: &str) -> ServiceResult<ExportFormat> {
    match word {
        "JSON" => Ok(ExportFormat::Json),
        "CSV" => Ok(ExportFormat::Csv),
        "EXCEL" => Ok(ExportFormat::Excel),
        other => Err(ServiceError::Internal(format!("no format is called {other}"))),
    }
}
