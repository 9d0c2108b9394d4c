use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use secrecy::ExposeSecret;
use service::{AlertRuleRecord, NewWebhook, ServiceError, UserErrorCode};

use super::{AlertRule, Webhook, rule::AlertRuleInput};
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    node::{NodeId, NodeKind},
    payload::expected,
    switchboard,
};

/// Makes an alert rule.
#[derive(InputObject)]
struct CreateAlertRuleInput {
    /// What it says.
    rule: AlertRuleInput,
}

/// Replaces what an alert rule says.
#[derive(InputObject)]
struct UpdateAlertRuleInput {
    /// Global id of the AlertRule.
    alert_rule_id: ID,
    /// What it says from now on, all of it: what is left out gets its default.
    rule: AlertRuleInput,
}

/// Deletes an alert rule.
#[derive(InputObject)]
struct DeleteAlertRuleInput {
    /// Global id of the AlertRule.
    alert_rule_id: ID,
}

/// Makes a webhook.
#[derive(InputObject)]
struct CreateWebhookInput {
    /// Name, for people: 1 to 200 characters.
    name: String,
    /// Where it leads: an https address in the public internet, such as `https://example.com/hooks/numbers`.
    url: String,
}

/// Deletes a webhook.
#[derive(InputObject)]
struct DeleteWebhookInput {
    /// Global id of the Webhook.
    webhook_id: ID,
}

/// What became of an alert rule.
#[derive(SimpleObject, Default)]
struct AlertRulePayload {
    /// The rule as it is now. Null when it was refused.
    alert_rule: Option<AlertRule>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

impl From<Parsed<AlertRuleRecord>> for AlertRulePayload {
    fn from(answer: Parsed<AlertRuleRecord>) -> Self {
        match answer {
            Ok(rule) => Self {
                alert_rule: Some(rule.into()),
                user_errors: Vec::new(),
            },
            Err(refusals) => Self {
                alert_rule: None,
                user_errors: user_errors(refusals),
            },
        }
    }
}

/// What became of a webhook that was to be made.
#[derive(SimpleObject, Default)]
struct CreateWebhookPayload {
    /// The webhook. Null when it was refused.
    webhook: Option<Webhook>,
    /// `whsec_...`: what its receiver checks signatures with. It is shown this once. Null when it was refused.
    secret: Option<String>,
    /// Why there is none.
    user_errors: Vec<UserError>,
}

/// What became of a thing that was to be deleted.
#[derive(SimpleObject, Default)]
struct DeletePayload {
    /// Its global id, which nothing has any more. Null when it was refused.
    deleted_id: Option<NodeId>,
    /// Why it is still there.
    user_errors: Vec<UserError>,
}

impl DeletePayload {
    fn new(kind: NodeKind, answer: Parsed<i64>) -> Self {
        match answer {
            Ok(row) => Self {
                deleted_id: Some(NodeId::new(kind, row)),
                user_errors: Vec::new(),
            },
            Err(refusals) => Self {
                deleted_id: None,
                user_errors: user_errors(refusals),
            },
        }
    }
}

#[derive(Default)]
pub(crate) struct AlertMutations;

#[Object]
impl AlertMutations {
    /// Makes an alert rule, which is evaluated within seconds, and whenever numbers change.
    async fn create_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: CreateAlertRuleInput,
    ) -> Option<Result<AlertRulePayload>> {
        Some(create_rule(ctx, input).await)
    }

    /// Replaces what an alert rule says. Where it then watches something else, its open alerts are closed without
    /// telling anybody.
    async fn update_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule, and what it says from now on.")] input: UpdateAlertRuleInput,
    ) -> Option<Result<AlertRulePayload>> {
        Some(update_rule(ctx, input).await)
    }

    /// Deletes an alert rule and closes its alerts, without telling anybody. What it fired stays on record.
    async fn delete_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule.")] input: DeleteAlertRuleInput,
    ) -> Option<Result<DeletePayload>> {
        Some(delete_rule(ctx, input).await)
    }

    /// Makes a webhook, and shows its secret.
    async fn create_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its name, and where it leads.")] input: CreateWebhookInput,
    ) -> Option<Result<CreateWebhookPayload>> {
        Some(create_webhook(ctx, input).await)
    }

    /// Deletes a webhook that no alert rule uses any more.
    async fn delete_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: DeleteWebhookInput,
    ) -> Option<Result<DeletePayload>> {
        Some(delete_webhook(ctx, input).await)
    }
}

async fn create_rule(ctx: &Context<'_>, input: CreateAlertRuleInput) -> Result<AlertRulePayload> {
    let who = access::principal(ctx)?;
    let mut faults = Faults::default();
    let rule = input.rule.read(&mut faults);
    match faults.give(Some(rule)) {
        Ok(rule) => expected(switchboard(ctx)?.create_alert_rule(&who, rule).await).map(Into::into),
        Err(refusals) => Ok(Err(refusals).into()),
    }
}

async fn update_rule(ctx: &Context<'_>, input: UpdateAlertRuleInput) -> Result<AlertRulePayload> {
    let who = access::principal(ctx)?;
    let mut faults = Faults::default();
    let id = faults.row(&input.alert_rule_id, NodeKind::AlertRule, "input.alertRuleId");
    let rule = input.rule.read(&mut faults);
    match faults.give(id.map(|id| (id, rule))) {
        Ok((id, rule)) => expected(switchboard(ctx)?.update_alert_rule(&who, id, rule).await).map(Into::into),
        Err(refusals) => Ok(Err(refusals).into()),
    }
}

async fn delete_rule(ctx: &Context<'_>, input: DeleteAlertRuleInput) -> Result<DeletePayload> {
    let who = access::principal(ctx)?;
    let mut faults = Faults::default();
    let id = faults.row(&input.alert_rule_id, NodeKind::AlertRule, "input.alertRuleId");
    let answer = match faults.give(id) {
        Ok(id) => expected(switchboard(ctx)?.delete_alert_rule(&who, id).await.map(|()| id))?,
        Err(refusals) => Err(refusals),
    };
    Ok(DeletePayload::new(NodeKind::AlertRule, answer))
}

async fn create_webhook(ctx: &Context<'_>, input: CreateWebhookInput) -> Result<CreateWebhookPayload> {
    let who = access::principal(ctx)?;
    let made = switchboard(ctx)?
        .create_webhook(&who, &input.name, &input.url)
        .await;
    Ok(match expected(made)? {
        Ok(NewWebhook { webhook, secret }) => CreateWebhookPayload {
            webhook: Some(webhook.into()),
            secret: Some(secret.expose_secret().to_owned()),
            user_errors: Vec::new(),
        },
        Err(refusals) => CreateWebhookPayload {
            user_errors: user_errors(refusals),
            ..CreateWebhookPayload::default()
        },
    })
}

async fn delete_webhook(ctx: &Context<'_>, input: DeleteWebhookInput) -> Result<DeletePayload> {
    let who = access::principal(ctx)?;
    let mut faults = Faults::default();
    let id = faults.row(&input.webhook_id, NodeKind::Webhook, "input.webhookId");
    let answer = match faults.give(id) {
        Ok(id) => {
            let deleted = match switchboard(ctx)?.delete_webhook(&who, id).await {
                Ok(true) => Ok(id),
                Ok(false) => Err(ServiceError::refused(
                    UserErrorCode::NotFound,
                    "input.webhookId",
                    "no webhook with this id is visible to this key",
                )),
                Err(error) => Err(error),
            };
            expected(deleted)?
        }
        Err(refusals) => Err(refusals),
    };
    Ok(DeletePayload::new(NodeKind::Webhook, answer))
}
