use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use jiff::tz;
use service::UserErrorCode;

use super::{Export, words::NumberKpiExportKind};
use crate::{
    graphql::{
        access,
        call_stats::ExportFormat,
        error::{Result, UserError, user_errors},
        input::{Faults, Parsed},
        kpis::NumberKpiFilter,
        numbers::NumberFilter,
        payload::expected,
        scalars::TimeZone,
        switchboard,
    },
    http::EXPORTS_PATH,
};

/// Asks for numbers as a file.
#[derive(InputObject)]
struct ExportNumbersInput {
    /// Which numbers; all that the key sees when absent.
    filter: Option<NumberFilter>,
    /// By whose clock instants are shown; UTC when absent.
    time_zone: Option<TimeZone>,
    /// What kind of file. JSON is a list of objects, with the columns' names as keys.
    format: ExportFormat,
}

/// Asks for counts of numbers as a file.
#[derive(InputObject)]
struct ExportNumberKpisInput {
    /// By what is counted.
    by: NumberKpiExportKind,
    /// Which numbers are counted; all when absent.
    filter: Option<NumberKpiFilter>,
    /// Global id of the Provider that is asked; the own inventory when absent.
    source: Option<ID>,
    /// What kind of file. JSON is what the document's requests answer: `[{"number_status": "Active",
    /// "number_customer_count": 2050, "number_count": 5234}]`.
    format: ExportFormat,
}

/// A link to a file of our own data.
#[derive(SimpleObject, Default)]
struct TableExportPayload {
    /// Where the file is: a path on this server, `/exports/...`, that a browser can open without a key for five
    /// minutes. Whoever has the link has the file, so don't pass it on. It ends with the key that made it, too. The file
    /// is made when the link is followed. Null when it was refused.
    url: Option<String>,
    /// How far the file is. Null when it was refused.
    export: Option<Export>,
    /// Why there is no link.
    user_errors: Vec<UserError>,
}

impl From<Parsed<service::Export>> for TableExportPayload {
    fn from(answer: Parsed<service::Export>) -> Self {
        match answer {
            Ok(export) => Self {
                url: Some(format!("{EXPORTS_PATH}/{}", export.token)),
                export: Some(export.record.into()),
                user_errors: Vec::new(),
            },
            Err(refusals) => Self {
                user_errors: user_errors(refusals),
                ..Self::default()
            },
        }
    }
}

#[derive(Default)]
pub(crate) struct TableExportMutations;

#[Object]
impl TableExportMutations {
    /// Makes a link, good for five minutes unless configured otherwise, to the numbers that this key sees as a file: of any number of rows, the
    /// oldest first. Changes nothing.
    async fn export_numbers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which numbers, and what kind of file.")] input: ExportNumbersInput,
    ) -> Option<Result<TableExportPayload>> {
        Some(numbers(ctx, input).await)
    }

    /// Makes a link, good for five minutes unless configured otherwise, to `numberKpis` as a file. Changes nothing.
    async fn export_number_kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is counted, and what kind of file.")] input: ExportNumberKpisInput,
    ) -> Option<Result<TableExportPayload>> {
        Some(kpis(ctx, input).await)
    }
}

async fn numbers(ctx: &Context<'_>, input: ExportNumbersInput) -> Result<TableExportPayload> {
    let who = access::principal(ctx)?;
    let filter = input.filter.unwrap_or_default().read()?;
    let mut faults = Faults::default();
    let zone = match input.time_zone {
        Some(zone) => zone.field(&mut faults, UserErrorCode::InvalidInput, "input.timeZone"),
        None => Some(tz::TimeZone::UTC),
    };
    match faults.give(zone) {
        Ok(zone) => {
            let format = input.format.into();
            let export = switchboard(ctx)?
                .export_of_numbers(&who, filter, &zone, format)
                .await;
            expected(export).map(Into::into)
        }
        Err(refusals) => Ok(Err(refusals).into()),
    }
}

async fn kpis(ctx: &Context<'_>, input: ExportNumberKpisInput) -> Result<TableExportPayload> {
    let who = access::principal(ctx)?;
    let filter = input.filter.unwrap_or_default().read()?;
    let mut faults = Faults::default();
    let source = match input.source {
        Some(id) => faults.provider(&id, "input.source").map(Some),
        None => Some(None),
    };
    match faults.give(source) {
        Ok(source) => {
            let (by, format) = (input.by.into(), input.format.into());
            let export = switchboard(ctx)?
                .export_of_number_kpis(&who, source, by, filter, format)
                .await;
            expected(export).map(Into::into)
        }
        Err(refusals) => Ok(Err(refusals).into()),
    }
}
