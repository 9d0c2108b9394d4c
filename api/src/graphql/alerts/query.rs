use async_graphql::{Context, ID, InputObject, Object};
use service::AlertFilter as Filter;

use super::{
    Alert, AlertRule, Webhook,
    dry_run::{DryRunAlertRuleInput, DryRunAlertRulePayload, dry_run},
};
use crate::graphql::{
    access,
    error::Result,
    input,
    node::NodeKind,
    pagination::{Counted, List, PageArguments, Paged, connect},
    switchboard,
};

/// Which alerts are listed. All given conditions must hold.
#[derive(InputObject, Default)]
struct AlertFilter {
    /// Of this AlertRule, by global id.
    alert_rule_id: Option<ID>,
    /// True for those that last, false for those that have cleared.
    open: Option<bool>,
}

#[derive(Default)]
pub(crate) struct AlertQueries;

#[Object]
impl AlertQueries {
    /// The alert rules that this key may see, the oldest first: a reseller's are its own, the platform's are all.
    async fn alert_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<AlertRule>> {
        let who = access::principal(ctx)?;
        let list = List::new("alertRules", &());
        let request = page(first, after, last, before).read(&list)?;
        let found = switchboard(ctx)?.alert_rules(&who, &request).await?;
        Ok(connect(found, &list, Counted::AlertRules, AlertRule::from))
    }

    /// What alert rules have fired, the newest first.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<AlertFilter>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Alert>> {
        let who = access::principal(ctx)?;
        let filter = filter.unwrap_or_default();
        let rule = filter.alert_rule_id.as_ref();
        let filter = Filter {
            rule_id: input::optional_row(rule, NodeKind::AlertRule, "filter.alertRuleId")?,
            open: filter.open,
        };
        let list = List::new("alerts", &filter);
        let request = page(first, after, last, before).read(&list)?;
        let found = switchboard(ctx)?.alerts(&who, &filter, &request).await?;
        Ok(connect(found, &list, Counted::Alerts(filter), Alert::from))
    }

    /// The webhooks that this key may see, the oldest first.
    async fn webhooks(&self, ctx: &Context<'_>) -> Option<Result<Vec<Webhook>>> {
        Some(webhooks(ctx).await)
    }

    /// What an alert rule would have fired, by what the histories of the numbers say. Changes nothing and tells nobody.
    /// Needs a key of the platform.
    async fn dry_run_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule, and the time that is looked at.")] input: DryRunAlertRuleInput,
    ) -> Option<Result<DryRunAlertRulePayload>> {
        Some(dry_run(ctx, input).await)
    }
}

async fn webhooks(ctx: &Context<'_>) -> Result<Vec<Webhook>> {
    let who = access::principal(ctx)?;
    let found = switchboard(ctx)?.webhooks(&who).await?;
    Ok(found.into_iter().map(Webhook::from).collect())
}

fn page(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> PageArguments {
    PageArguments {
        first,
        after,
        last,
        before,
    }
}
