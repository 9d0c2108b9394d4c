//! What each access level may do: one table of the root fields, and the only way to the [`Principal`].

use async_graphql::Context;
use service::{AccessLevel, Principal};

use super::error::{ApiError, Result};

/// The three root types of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RootType {
    /// Reads.
    Query,
    /// Changes.
    Mutation,
    /// Streams.
    Subscription,
}

use AccessLevel::{Kpi, Manage, Reseller, Viewer};
use RootType::{Mutation, Query, Subscription};

/// The lowest level that reaches each root field; a field that is not here is refused to everybody. Field names
/// are unique across the root types.
///
/// A level says what may be done, the key's scope to whom: both must allow it.
pub const RULES: &[(RootType, &str, AccessLevel)] = &[
    (Query, "viewer", Kpi),
    (Query, "node", Viewer),
    (Query, "nodes", Viewer),
    (Query, "number", Viewer),
    (Query, "numbers", Viewer),
    (Query, "availableNumbers", Viewer),
    (Query, "assignmentPreview", Viewer),
    (Query, "pool", Viewer),
    (Query, "pools", Viewer),
    (Query, "group", Viewer),
    (Query, "groups", Viewer),
    (Query, "customer", Viewer),
    (Query, "customers", Viewer),
    (Query, "dealer", Viewer),
    (Query, "dealers", Viewer),
    (Query, "employees", Viewer),
    (Query, "operation", Viewer),
    (Query, "operations", Viewer),
    (Query, "provider", Viewer),
    (Query, "providers", Viewer),
    (Query, "numberKpis", Kpi),
    (Query, "export", Viewer),
    (Query, "callStatistics", Viewer),
    (Query, "calls", Viewer),
    (Query, "callImports", Viewer),
    (Query, "callCenter", Viewer),
    (Query, "callCenters", Viewer),
    (Query, "staffing", Viewer),
    // Rules on the stock are for those who look after it, and never for customers: the use cases ask the scope.
    (Query, "alertRules", Reseller),
    (Query, "alerts", Reseller),
    (Query, "webhooks", Reseller),
    (Query, "dryRunAlertRule", Reseller),
    (Mutation, "assignNumber", Manage),
    (Mutation, "holdNumber", Manage),
    (Mutation, "releaseHold", Manage),
    (Mutation, "updateNumber", Manage),
    (Mutation, "suspendNumber", Manage),
    (Mutation, "resumeNumber", Manage),
    (Mutation, "releaseNumber", Manage),
    (Mutation, "restoreNumber", Manage),
    (Mutation, "createNumberPool", Manage),
    (Mutation, "updateNumberPool", Manage),
    (Mutation, "resizeNumberPool", Manage),
    (Mutation, "retireNumberPool", Manage),
    (Mutation, "updateCallCenterReporting", Manage),
    (Mutation, "createCallCenter", Manage),
    (Mutation, "updateCallCenter", Manage),
    (Mutation, "ingestCalls", Manage),
    (Mutation, "createAlertRule", Reseller),
    (Mutation, "updateAlertRule", Reseller),
    (Mutation, "deleteAlertRule", Reseller),
    (Mutation, "createWebhook", Reseller),
    (Mutation, "deleteWebhook", Reseller),
    // Makes a file of what the key can read anyway.
    (Mutation, "exportCallStatistics", Viewer),
    (Mutation, "exportNumbers", Viewer),
    (Mutation, "exportNumberKpis", Viewer),
    (Subscription, "numberEvents", Viewer),
    (Subscription, "alertEvents", Reseller),
];

/// How much a level may do; a higher one may do all that a lower one may.
fn rank(level: AccessLevel) -> u8 {
    match level {
        AccessLevel::Kpi => 0,
        AccessLevel::Viewer => 1,
        AccessLevel::Manage => 2,
        AccessLevel::Owner => 3,
        AccessLevel::Reseller => 4,
        AccessLevel::Admin => 5,
    }
}

/// Who asks, for the resolver of a root field: refused when the table does not let the key's level in.
pub(crate) fn principal(ctx: &Context<'_>) -> Result<Principal> {
    let who = viewer(ctx)?;
    let field = ctx.field().name();
    let rule = RULES.iter().find(|(_, name, _)| *name == field);
    let Some((_, _, minimum)) = rule else {
        return Err(ApiError::forbidden(format!(
            "access_denied: {field} is open to no access level"
        )));
    };
    if rank(who.level) < rank(*minimum) {
        let message = format!(
            "access_denied: {field} needs the access level {minimum}; the key has {}",
            who.level
        );
        return Err(ApiError::forbidden(message));
    }
    caller(ctx)
}

/// Who asks, with the id of the request, which goes to providers and into operations.
pub(crate) fn caller(ctx: &Context<'_>) -> Result<Principal> {
    let mut who = viewer(ctx)?.clone();
    if let Some(id) = ctx.data_opt::<graphql_server::RequestId>() {
        who.request_id = Some(id.as_str().to_owned());
    }
    Ok(who)
}

/// Who asks, for resolvers below a root field, which has been let in already: they need the scope.
pub(crate) fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Principal> {
    ctx.data_opt::<Principal>().ok_or_else(ApiError::unauthenticated)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_root_field_has_one_rule() {
        let names: HashSet<_> = RULES.iter().map(|(_, name, _)| name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn changes_need_at_least_manage_reads_and_exports_viewer_and_counts_any_key() {
        for (root, field, minimum) in RULES {
            let least = match (root, *field) {
                (_, "viewer" | "numberKpis") => Kpi,
                (Mutation, field) if !field.starts_with("export") => Manage,
                _ => Viewer,
            };
            assert!(rank(*minimum) >= rank(least), "{field}");
        }
    }
}
