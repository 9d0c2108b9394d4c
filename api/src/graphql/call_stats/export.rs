use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::{CallStatisticsRequest, ExportLink, ServiceResult};

use super::{
    filter::CallStatisticsFilter,
    words::{CallStatisticsField, CallStatisticsOrder, ExportFormat},
};
use crate::{
    graphql::{
        access,
        error::{Result, UserError, user_errors},
        input::{Faults, Parsed},
        payload::expected,
        scalars::DateTime,
        switchboard,
    },
    http::EXPORTS_PATH,
};

/// Asks for call statistics as a file.
#[derive(InputObject)]
struct ExportCallStatisticsInput {
    /// Whose calls, when, and which of them.
    filter: CallStatisticsFilter,
    /// In what order (`sort`). The field must be among `fields`, if those are given.
    order_by: Option<CallStatisticsOrder>,
    /// The fields that the file has (`fields`); all when absent.
    fields: Option<Vec<CallStatisticsField>>,
    /// Global id of the Provider that is asked; our own records when absent.
    source: Option<ID>,
    /// What kind of file.
    format: ExportFormat,
}

/// A link to a file.
#[derive(SimpleObject, Default)]
struct ExportPayload {
    /// Where the file is: a path on this server, `/exports/...`, that a browser can open without a key until
    /// `expiresAt`. Whoever has the link has the file, so don't pass it on. The file is made when the link is
    /// followed. Null when it was refused.
    url: Option<String>,
    /// What the file will be called. Null when it was refused.
    file_name: Option<String>,
    /// From when the link no longer works; it ends with the key that made it, too. Null when it was refused.
    expires_at: Option<DateTime>,
    /// Why there is no link.
    user_errors: Vec<UserError>,
}

impl From<Parsed<ExportLink>> for ExportPayload {
    fn from(answer: Parsed<ExportLink>) -> Self {
        match answer {
            Ok(link) => Self {
                url: Some(format!("{EXPORTS_PATH}/{}", link.token)),
                file_name: Some(link.file_name),
                expires_at: Some(link.expires_at.into()),
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
pub(crate) struct ExportMutations;

#[Object]
impl ExportMutations {
    /// Makes a link, good for five minutes unless configured otherwise, to `callStatistics` as a file that the source makes. Changes nothing.
    async fn export_call_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the file has in it, and its format.")] input: ExportCallStatisticsInput,
    ) -> Option<Result<ExportPayload>> {
        Some(export(ctx, input).await)
    }
}

async fn export(ctx: &Context<'_>, input: ExportCallStatisticsInput) -> Result<ExportPayload> {
    access::principal(ctx)?;
    let mut faults = Faults::default();
    let source = input.source.and_then(|id| faults.provider(&id, "input.source"));
    let request = input.filter.read(&mut faults);
    let request = match faults.give(request) {
        Ok(request) => CallStatisticsRequest {
            sort: input.order_by.map(Into::into),
            fields: input
                .fields
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            ..request
        },
        Err(refusals) => return Ok(Err(refusals).into()),
    };
    let link = link(ctx, source.as_ref(), request, input.format).await?;
    expected(link).map(ExportPayload::from)
}

async fn link(
    ctx: &Context<'_>,
    source: Option<&provider_core::domain::ProviderId>,
    request: CallStatisticsRequest,
    format: ExportFormat,
) -> Result<ServiceResult<ExportLink>> {
    let (switchboard, who) = (switchboard(ctx)?, access::caller(ctx)?);
    let planned = match switchboard.plan_call_statistics(&who, source, request).await {
        Ok(planned) => planned,
        Err(error) => return Ok(Err(error)),
    };
    Ok(switchboard
        .link_call_statistics(&who, planned, format.into())
        .await)
}
