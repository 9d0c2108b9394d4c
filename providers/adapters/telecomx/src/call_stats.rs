//! The port.

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use provider_core::call::{CallContext, Operation};
use provider_core::domain::{
    CallDirection, CallField, CallStatisticsQuery, CallStatisticsReport, EmployeeCalls, ExportFile,
    ExportFormat, GroupingInterval, Period,
};
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::http::{Method, Reply};
use provider_core::port::{CallStatistics, CallStatisticsTerms};
use strum::IntoEnumIterator;

use crate::parts::{self, MOST_PARTS, Part};
use crate::wire::{Employee, Question};
use crate::{Telecomx, map, refusal, report};

const REPORT: Operation = Operation::read("call_stats.report");
const EXPORT: Operation = Operation::read("call_stats.export");
const HEALTH: Operation = Operation::read("provider.health");

/// How many parts of a report are asked for at once.
const AT_ONCE: usize = 4;

pub(crate) fn terms(zone: TimeZone) -> CallStatisticsTerms {
    CallStatisticsTerms {
        intervals: GroupingInterval::iter().collect(),
        formats: ExportFormat::iter().collect(),
        any_customer: true,
        zone: Some(zone),
        ignores_unanswered: false,
        includes_empty: false,
    }
}

#[async_trait]
impl CallStatistics for Telecomx {
    fn terms(&self) -> &CallStatisticsTerms {
        &self.terms
    }

    async fn report(&self, cx: &CallContext, query: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        let customer = self.customer(query, REPORT)?;
        let parts = parts::of(query.period, query.interval, &self.zone).ok_or_else(|| {
            let message = format!(
                "the upstream would have to be asked more than {MOST_PARTS} times for so long a period by {}: \
                 ask for a shorter one, or for a larger interval",
                query.interval
            );
            refused(ErrorKind::InvalidRequest, REPORT, "period", message)
        })?;
        let fields = map::asked(query);
        let answers = parts.into_iter().map(|part| {
            let question = map::question(query, customer, part.period, &fields, ExportFormat::Json);
            self.part(cx, question, part)
        });
        // The first failure ends the others: a report with a hole is none.
        let answers: Vec<_> = stream::iter(answers).buffered(AT_ONCE).try_collect().await?;
        Ok(report::of(query, answers))
    }

    /// One call, whatever the period: how intervals are named in the file is the upstream's matter.
    async fn export(
        &self,
        cx: &CallContext,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile> {
        let customer = self.customer(query, EXPORT)?;
        let fields = map::wanted(query);
        let question = map::question(query, customer, query.period, &fields, format);
        let reply = self.ask(cx, EXPORT, &question).await?;
        let (media_type, bytes) = reply.file(media_types(format))?;
        if bytes.is_empty() {
            return Err(reply.unreadable("the file is empty"));
        }
        Ok(ExportFile { media_type, bytes })
    }
}

impl Telecomx {
    async fn part(&self, cx: &CallContext, question: Question<'_>, part: Part) -> Result<Vec<EmployeeCalls>> {
        let reply = self.ask(cx, REPORT, &question).await?;
        let rows: Vec<Employee> = reply.json()?;
        let rows: Result<_, _> = rows.into_iter().map(|row| map::employee(row, &part)).collect();
        rows.map_err(|map::UnknownInterval| {
            let message =
                "the answer names an interval that is none of those asked for, as far as can be told";
            reply.unreadable(message)
        })
    }

    /// The cheapest read: who had calls in the last minute.
    pub(crate) async fn last_minute(&self, cx: &CallContext) -> Result<()> {
        let now = Timestamp::now();
        let period = now
            .checked_sub(SignedDuration::from_mins(1))
            .ok()
            .and_then(|start| Period::new(start, now).ok())
            .ok_or_else(|| ProviderError::new(ErrorKind::Unexpected, HEALTH.name, "the clock is wrong"))?;
        let query = CallStatisticsQuery {
            customer: None,
            employees: Vec::new(),
            period,
            zone: self.zone.clone(),
            ignore_below_seconds: 0,
            ignore_unanswered_below_seconds: 0,
            include_empty: false,
            ignore_local: false,
            direction: CallDirection::Both,
            interval: GroupingInterval::Day,
            fields: vec![CallField::EmployeeId],
            sort: None,
        };
        let question = map::question(&query, None, period, &query.fields, ExportFormat::Json);
        self.ask(cx, HEALTH, &question).await?.json::<Vec<Employee>>()?;
        Ok(())
    }

    async fn ask(&self, cx: &CallContext, operation: Operation, question: &Question<'_>) -> Result<Reply> {
        let request = self
            .client
            .request(operation, Method::POST)
            .path(["pbx", "cdrstats"]);
        let reply = request.json(question).send(cx).await?;
        if reply.is_success() {
            Ok(reply)
        } else {
            Err(refusal::error(&reply, operation))
        }
    }

    /// The upstream's own name of the query's customer; absent for the account's own.
    fn customer<'q>(
        &'q self,
        query: &'q CallStatisticsQuery,
        operation: Operation,
    ) -> Result<Option<&'q str>> {
        let Some(customer) = &query.customer else {
            return Ok(None);
        };
        let name = self.customers.upstream_name(customer).ok_or_else(|| {
            let message = format!(
                "nobody has told what telecomx calls the customer {0}: add {0} to config.customers",
                customer.code
            );
            refused(ErrorKind::NotFound, operation, "customer", message)
        })?;
        Ok(Some(name))
    }
}

fn refused(
    kind: ErrorKind,
    operation: Operation,
    field: &'static str,
    message: impl Into<String>,
) -> ProviderError {
    ProviderError::new(kind, operation.name, message)
        .with_field(field)
        .with_effect(Effect::None)
}

/// What a file of a format may call itself; the document does not say.
const fn media_types(format: ExportFormat) -> &'static [&'static str] {
    match format {
        ExportFormat::Json => &["application/json"],
        ExportFormat::Csv => &["text/csv", "application/octet-stream"],
        ExportFormat::Excel => &[
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-excel",
            "application/octet-stream",
        ],
    }
}
