//! The GraphQL API: thin views over what `service` gives. A resolver reads its input, makes one call, and wraps
//! the answer.
//!
//! Each slice has a folder. The root types are put together from them here; who may use which root field stands
//! in [`access::RULES`]. Every nullable field that can fail returns `Option<Result<T>>`: with this version of
//! async-graphql a failing `Result<Option<T>>` would null everything around it too.

pub mod access;
mod alerts;
mod asked;
mod call_centers;
mod call_stats;
pub mod error;
mod exports;
mod input;
mod kpis;
mod loaders;
mod node;
mod numbers;
mod operations;
mod pagination;
mod payload;
mod pools;
mod providers;
mod scalars;
mod tenants;
mod viewer;

use async_graphql::{Context, MergedObject, MergedSubscription, Request, SDLExportOptions, ValidationMode};
use service::{Principal, Switchboard};

use error::{ApiError, Result};

/// Reads. Lists are connections with keyset cursors; other tenants' objects look as if they weren't there.
#[derive(MergedObject, Default)]
pub struct Query(
    viewer::ViewerQuery,
    node::NodeQuery,
    numbers::NumberQueries,
    numbers::StockQueries,
    pools::PoolQueries,
    tenants::TenantQueries,
    operations::OperationQueries,
    providers::ProviderQueries,
    kpis::KpiQueries,
    call_stats::CallStatisticsQueries,
    call_stats::CallQueries,
    call_stats::CallImportQueries,
    call_centers::CallCenterQueries,
    alerts::AlertQueries,
    exports::ExportQueries,
);

/// Changes. Each takes one `input`; what a client can expect to be refused stands in `userErrors` of the payload,
/// and then nothing was changed. A payload is null, with an error, when the change could not be tried.
#[derive(MergedObject, Default)]
pub struct Mutation(
    numbers::AssignmentMutations,
    numbers::NumberMutations,
    pools::PoolMutations,
    call_stats::ExportMutations,
    call_stats::IngestMutations,
    call_centers::CallCenterMutations,
    call_centers::OwnCallCenterMutations,
    alerts::AlertMutations,
    exports::TableExportMutations,
);

/// Streams, over WebSocket (graphql-transport-ws) or server-sent events.
#[derive(MergedSubscription, Default)]
pub struct Subscription(numbers::NumberSubscriptions, alerts::AlertSubscriptions);

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema over a switchboard. Documents must have been validated before they get here (see `graphql-server`).
#[must_use]
pub fn schema(switchboard: Switchboard) -> Schema {
    let directory = providers::Directory::of(&switchboard);
    builder()
        .validation_mode(ValidationMode::Fast)
        .data(directory)
        .data(switchboard)
        .finish()
}

/// The schema definition: `schema.graphql`. Needs no database.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .use_space_ident()
        .prefer_single_line_descriptions();
    let sdl = builder().finish().sdl_with_options(options);
    let lines: Vec<&str> = sdl.trim().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
}

/// Adds to a request whose it is, its loaders and what it asks providers. Requests without it are refused field by
/// field.
pub fn authenticated(principal: Principal) -> impl Fn(Request) -> Request + Send + Sync + 'static {
    move |request| {
        request
            .data(principal.clone())
            .data(loaders::Loaders::default())
            .data(asked::Asked::default())
    }
}

fn switchboard<'a>(ctx: &Context<'a>) -> Result<&'a Switchboard> {
    ctx.data_opt()
        .ok_or_else(|| ApiError::internal("the schema was built without a switchboard"))
}
