use async_graphql::{ComplexObject, Context, ID, InputObject, SimpleObject};
use service::{AlertRuleInput as Wanted, AlertRuleRecord, UserErrorCode};

use super::{
    Webhook, unit,
    words::{AlertBreakdown, AlertComparison, AlertMetric},
};
use crate::graphql::{
    error::Result,
    input::Faults,
    loaders,
    node::{NodeId, NodeKind},
    numbers::NumberType,
    scalars::{Country, DateTime},
};

/// A rule that watches the stock. It fires once when its value passes the threshold, and again only after it has passed
/// the clear threshold on the other side.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct AlertRule {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Name, for people.
    name: String,
    /// What it measures.
    metric: AlertMetric,
    /// Which side of the threshold is bad.
    comparison: AlertComparison,
    /// Where it fires, in the metric's unit: numbers, percent or months.
    threshold: f64,
    /// Where it clears.
    clear_threshold: f64,
    /// All numbers together, or each type, country and area code by itself.
    breakdown: AlertBreakdown,
    /// It watches numbers of this type alone. Null for all types.
    number_type: Option<NumberType>,
    /// It watches numbers of this country alone. Null for all countries.
    country: Option<Country>,
    /// It watches numbers with this area code alone. Null for all area codes.
    area_code: Option<String>,
    /// Who gets mail.
    emails: Vec<String>,
    /// Whether it is evaluated.
    enabled: bool,
    /// When it was made.
    created_at: DateTime,
    /// When it was changed last.
    updated_at: DateTime,
    #[graphql(skip)]
    webhook_id: Option<i64>,
}

impl From<AlertRuleRecord> for AlertRule {
    fn from(
        AlertRuleRecord {
            id,
            spec,
            created_at,
            updated_at,
            ..
        }: AlertRuleRecord,
    ) -> Self {
        Self {
            id: NodeId::new(NodeKind::AlertRule, id),
            name: spec.name,
            metric: spec.metric.into(),
            comparison: spec.comparison.into(),
            threshold: unit(spec.threshold),
            clear_threshold: unit(spec.clear_threshold),
            breakdown: spec.breakdown.into(),
            number_type: spec.number_type.map(Into::into),
            country: spec.country.map(Into::into),
            area_code: spec.area_code,
            emails: spec.emails,
            enabled: spec.enabled,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
            webhook_id: spec.webhook_id,
        }
    }
}

#[ComplexObject]
impl AlertRule {
    /// The webhook that is called. Null when there is none.
    async fn webhook(&self, ctx: &Context<'_>) -> Option<Result<Webhook>> {
        let webhook = loaders::webhook(ctx, self.webhook_id?).await;
        webhook.transpose().map(|webhook| webhook.map(Webhook::from))
    }
}

/// What an alert rule says.
#[derive(InputObject)]
pub(super) struct AlertRuleInput {
    /// Name, for people: 1 to 100 characters.
    name: String,
    /// What is measured. A reseller's rule can measure UTILIZATION_PERCENT: stock is the platform's.
    metric: AlertMetric,
    /// Which side of the threshold is bad.
    comparison: AlertComparison,
    /// Where it fires, in the metric's unit: numbers, percent or months; at most three digits after the point.
    threshold: f64,
    /// Where it clears: not less than `threshold` when it fires below, not more when it fires above. The same as
    /// `threshold` when absent.
    clear_threshold: Option<f64>,
    /// All numbers together (the default), or each type, country and area code by itself.
    breakdown: Option<AlertBreakdown>,
    /// Numbers of this type alone.
    number_type: Option<NumberType>,
    /// Numbers of this country alone.
    country: Option<Country>,
    /// Numbers with this area code alone, without trunk prefix; needs `country`.
    area_code: Option<String>,
    /// Who gets mail: at most 20 addresses. Needs a mail server in the configuration.
    emails: Option<Vec<String>>,
    /// Global id of the Webhook that is called.
    webhook_id: Option<ID>,
    /// Whether it is evaluated; true when absent.
    enabled: Option<bool>,
}

impl AlertRuleInput {
    /// The rule as the use case takes it.
    pub(super) fn read(self, faults: &mut Faults) -> Wanted {
        let webhook = self.webhook_id;
        Wanted {
            name: self.name,
            metric: self.metric.into(),
            comparison: self.comparison.into(),
            threshold: self.threshold,
            clear_threshold: self.clear_threshold,
            breakdown: self.breakdown.unwrap_or(AlertBreakdown::Total).into(),
            number_type: self.number_type.map(Into::into),
            country: self
                .country
                .and_then(|country| country.field(faults, UserErrorCode::InvalidInput, "input.rule.country")),
            area_code: self.area_code,
            emails: self.emails.unwrap_or_default(),
            webhook_id: webhook.and_then(|id| faults.row(&id, NodeKind::Webhook, "input.rule.webhookId")),
            enabled: self.enabled.unwrap_or(true),
        }
    }
}
