//! What imports of calls did.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use service::{CallImport as Record, CallImportFilter as Filter, KeptFault};

use crate::graphql::{
    access,
    error::Result,
    input, loaders,
    node::{NodeId, NodeKind},
    pagination::{Counted, List, PageArguments, Paged, connect},
    scalars::{DateTime, Long},
    switchboard,
    tenants::Customer,
};

/// Which way calls came in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::CallSource")]
enum CallSource {
    /// `switchboard import calls`, or `switchboard import queue-log`.
    CommandLine,
    /// The upload route `POST /imports/calls`.
    Upload,
    /// The mutation `ingestCalls`.
    Graphql,
}

/// Which imports of calls are listed. All given conditions must hold.
#[derive(InputObject, Default)]
struct CallImportFilter {
    /// Only those of this customer's calls, by global id.
    customer_id: Option<ID>,
    /// True for those with rows that could not be used, false for those without.
    quarantined: Option<bool>,
}

/// An import of calls, or of what a telephone system logged about its queues, under way or done. A file of such a log
/// has one, however often it is imported: it says what the last time did. What it wrote before it was cut off stays, and is made whole by doing it
/// again.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct CallImport {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Who did it: `key:<number>` for an API key, `key:0` for the command line.
    actor: String,
    /// Which way the calls came in.
    source: CallSource,
    /// Name of the file. Null where there was none, or it was not said.
    file: Option<String>,
    /// Name of the format of the rows: `asterisk-csv` say, `graphql` for `ingestCalls`, `queue-log` or
    /// `queue-log-jsonl` for logs of queues.
    format: String,
    /// When it began, by the database's clock.
    started_at: DateTime,
    /// When it came to its end. Null while it is under way, and when it was cut off.
    finished_at: Option<DateTime>,
    /// Rows that were read: legs of calls or events of queues, and what is neither.
    rows: Long,
    /// Rows that could be used.
    accepted_rows: Long,
    /// Rows that could not be used; each is told with its reason in `quarantine`.
    quarantined_rows: Long,
    /// Calls that were not there before.
    new_calls: Long,
    /// Calls that got legs or events, or whose parties are known better than before.
    changed_calls: Long,
    /// Duplicates: calls that were there as they are.
    unchanged_calls: Long,
    #[graphql(skip)]
    row: i64,
    #[graphql(skip)]
    customer_id: i64,
    #[graphql(skip)]
    kept_rows: u64,
}

impl From<Record> for CallImport {
    fn from(record: Record) -> Self {
        Self {
            id: NodeId::new(NodeKind::CallImport, record.id),
            actor: record.actor,
            source: record.source.into(),
            file: record.file,
            format: record.format,
            started_at: record.started_at.into(),
            finished_at: record.finished_at.map(Into::into),
            rows: Long::saturating(record.rows),
            accepted_rows: Long::saturating(record.rows.saturating_sub(record.bad_rows)),
            quarantined_rows: Long::saturating(record.bad_rows),
            new_calls: Long::saturating(record.new_calls),
            changed_calls: Long::saturating(record.changed_calls),
            unchanged_calls: Long::saturating(record.unchanged_calls),
            row: record.id,
            customer_id: record.customer_id,
            kept_rows: record.bad_rows.min(Record::MOST_FAULTS),
        }
    }
}

#[ComplexObject]
impl CallImport {
    /// The customer whose calls they are. Null with an error when it can't be read.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let customer = loaders::customer(ctx, self.customer_id).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
    }

    /// The first 1,000 rows that could not be used, in the order of the file. Null with an error when an argument can't
    /// be used or they can't be read.
    async fn quarantine(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page from its beginning, 0 to 100; 20 when absent.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<QuarantinedCallRow>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Some(quarantine(ctx, self, page).await)
    }
}

async fn quarantine(
    ctx: &Context<'_>,
    import: &CallImport,
    page: PageArguments,
) -> Result<Paged<QuarantinedCallRow>> {
    let list = List::new("quarantine", &import.row);
    let request = page.read(&list)?;
    let found = switchboard(ctx)?
        .call_import_faults(access::viewer(ctx)?, import.row, &request)
        .await?;
    let counted = Counted::Known(i64::try_from(import.kept_rows).ok());
    Ok(connect(found, &list, counted, QuarantinedCallRow::from))
}

/// A row of an import of calls that could not be used.
#[derive(SimpleObject)]
pub(crate) struct QuarantinedCallRow {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Its line in the file; the first is 1.
    line: Long,
    /// Why it could not be used, for people.
    reason: String,
    /// The row as it came: its first 1,000 characters. In place of a call with too many legs, the id of the call.
    content: String,
}

impl From<KeptFault> for QuarantinedCallRow {
    fn from(kept: KeptFault) -> Self {
        Self {
            id: NodeId::part(NodeKind::QuarantinedCallRow, kept.import_id, kept.position),
            line: Long::saturating(kept.fault.line),
            reason: kept.fault.reason,
            content: kept.fault.content,
        }
    }
}

#[derive(Default)]
pub(crate) struct CallImportQueries;

#[Object]
impl CallImportQueries {
    /// The imports of calls, the newest first: who brought in what, and what became of it. Null with an error when an
    /// argument can't be used. Only keys for a whole customer or more read them, since a file is of all its groups.
    async fn call_imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<CallImportFilter>,
        #[graphql(desc = "Size of the page from its beginning, 0 to 100; 20 when absent.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<CallImport>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Some(list(ctx, filter.unwrap_or_default(), page).await)
    }
}

async fn list(ctx: &Context<'_>, filter: CallImportFilter, page: PageArguments) -> Result<Paged<CallImport>> {
    let who = access::principal(ctx)?;
    let customer = filter.customer_id.as_ref();
    let filter = Filter {
        customer_id: input::optional_row(customer, NodeKind::Customer, "filter.customerId")?,
        with_bad_rows: filter.quarantined,
    };
    let list = List::new("callImports", &filter);
    let request = page.read(&list)?;
    let found = switchboard(ctx)?.call_imports(&who, &filter, &request).await?;
    Ok(connect(
        found,
        &list,
        Counted::CallImports(filter),
        CallImport::from,
    ))
}
