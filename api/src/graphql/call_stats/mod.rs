//! Statistics of the calls of employees (document `telecomx-cdr-statistics`).

mod call;
mod export;
mod filter;
mod imports;
mod ingest;
mod prepared;
mod report;
mod subject;
mod words;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use service::{CallStatistics, EmployeeCallsId, PlannedStatistics, ServiceError};

#[cfg(test)]
pub(crate) use self::prepared::fields;
pub(crate) use self::{
    call::{Call, CallQueries},
    export::ExportMutations,
    imports::{CallImport, CallImportQueries, QuarantinedCallRow},
    ingest::IngestMutations,
    prepared::{Plain, PlainObject, Prepared},
    report::EmployeeCallStatistics,
    subject::{CallIntervalsFilter, CallStatistics as SubjectCallStatistics, calls_of},
    words::{ExportFormat, GroupingInterval},
};
use self::{filter::CallStatisticsFilter, report::ReportFacts, words::CallStatisticsOrder};
use super::{
    access,
    asked::{self, Calls},
    error::{ApiError, Result},
    input::{self, Faults},
    pagination::{Counted, List, PageArguments, Paged, connect_with, cut},
    switchboard,
};

type Connection = Paged<EmployeeCallStatistics, ReportFacts>;

#[derive(Default)]
pub(crate) struct CallStatisticsQueries;

#[Object]
impl CallStatisticsQueries {
    /// The calls of employees, counted as the document "CDR Statistics" (telecomx) defines it: one row for each
    /// employee and extension. Null with an error when an argument can't be used or the source fails.
    ///
    /// Only keys for a whole customer or more read them, since the statistics of a customer are of all its groups.
    #[allow(clippy::too_many_arguments, reason = "they are the field's in the schema")]
    async fn call_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose calls, when, and which of them.")] filter: CallStatisticsFilter,
        #[graphql(
            desc = "In what order, by the source's way of sorting; in the source's own order when absent."
        )]
        order_by: Option<CallStatisticsOrder>,
        #[graphql(desc = "Global id of the Provider that is asked; our own records when absent.")]
        source: Option<ID>,
        #[graphql(desc = "Size of the page from its beginning, 0 to 100; 20 when absent.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Some(statistics(ctx, filter, order_by, source.as_ref(), page).await)
    }
}

async fn statistics(
    ctx: &Context<'_>,
    filter: CallStatisticsFilter,
    order_by: Option<CallStatisticsOrder>,
    source: Option<&ID>,
    page: PageArguments,
) -> Result<Connection> {
    let who = access::principal(ctx)?;
    let source = input::optional_provider(source, "source")?;
    let mut faults = Faults::default();
    let request = filter.read(&mut faults);
    let mut request = faults.give(request)?;
    request.sort = order_by.map(Into::into);
    let planned = switchboard(ctx)?
        .plan_call_statistics(&who, source.as_ref(), request)
        .await?;
    let list = List::new("callStatistics", &planned).by_text(true);
    let request = page.read(&list)?;
    let statistics = ask(ctx, planned).await?;
    let facts = ReportFacts::of(ctx, &statistics)?;
    let page = cut(statistics.rows().to_vec(), &request, CallStatistics::row_key);
    let all = i64::try_from(statistics.rows().len()).ok();
    let rows = page.items.into_iter();
    let items = rows
        .map(|(position, row)| Ok((position, EmployeeCallStatistics::of(&statistics, row)?)))
        .collect::<Result<_>>()?;
    let page = service::Page {
        items,
        has_previous: page.has_previous,
        has_next: page.has_next,
    };
    Ok(connect_with(page, &list, Counted::Known(all), |row| row, facts))
}

/// A row of statistics by its id. None when the source no longer has it, or the key may not see it.
pub(crate) async fn with_id(
    ctx: &Context<'_>,
    id: EmployeeCallsId,
) -> Result<Option<EmployeeCallStatistics>> {
    let who = access::principal(ctx)?;
    let (source, request) = id.question();
    let planned = switchboard(ctx)?
        .plan_call_statistics(&who, Some(&source), request)
        .await;
    let planned = match planned {
        // What may not be asked, or can't be, names nothing.
        Err(ServiceError::Refused(_) | ServiceError::Denied(_)) => return Ok(None),
        planned => planned?,
    };
    let statistics = ask(ctx, planned).await?;
    let row = statistics.rows().iter().find(|row| id.is_of(row)).cloned();
    row.map(|row| EmployeeCallStatistics::of(&statistics, row))
        .transpose()
}

async fn ask(ctx: &Context<'_>, planned: PlannedStatistics) -> Result<Arc<CallStatistics>> {
    let question = serde_json::to_string(&planned).map_err(|error| ApiError::internal(&error.to_string()))?;
    asked::once(ctx, Calls(question), |switchboard, who| async move {
        switchboard.call_statistics(&who, &planned).await.map(Arc::new)
    })
    .await
}
