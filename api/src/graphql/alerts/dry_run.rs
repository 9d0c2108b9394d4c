use async_graphql::{Context, InputObject, SimpleObject};
use service::{DryRun, UserErrorCode, WouldFire};

use super::{rule::AlertRuleInput, unit};
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    numbers::NumberType,
    payload::expected,
    scalars::{Country, DateTime},
    switchboard,
};

/// Asks what an alert rule would have fired.
#[derive(InputObject)]
pub(super) struct DryRunAlertRuleInput {
    /// The rule. Nobody is mailed or called.
    rule: AlertRuleInput,
    /// From when on.
    from: DateTime,
    /// Until when: at most 366 days after `from`.
    to: DateTime,
}

/// What an alert rule would have fired.
#[derive(SimpleObject, Default)]
pub(super) struct DryRunAlertRulePayload {
    /// Each firing, in the order of time; at most 1000.
    fired: Vec<WouldHaveFired>,
    /// There were more than 1000.
    cut: bool,
    /// Why nothing could be told.
    user_errors: Vec<UserError>,
}

/// A firing that did not happen.
#[derive(SimpleObject)]
struct WouldHaveFired {
    /// It is about numbers of this type. Null for all that the rule watches.
    number_type: Option<NumberType>,
    /// It is about numbers of this country. Null for all that the rule watches.
    country: Option<Country>,
    /// It is about numbers with this area code. Null for all that the rule watches.
    area_code: Option<String>,
    /// When it would have fired. What was past its threshold at the beginning fires there.
    fired_at: DateTime,
    /// The value then. Null for stock without end.
    fired_value: Option<f64>,
    /// When it would have cleared. Null when it lasted to the end.
    cleared_at: Option<DateTime>,
    /// The value then. Null when it lasted to the end, and for stock without end.
    cleared_value: Option<f64>,
}

impl From<WouldFire> for WouldHaveFired {
    fn from(fired: WouldFire) -> Self {
        Self {
            number_type: fired.subject.number_type.map(Into::into),
            country: fired.subject.country.map(Into::into),
            area_code: fired.subject.area_code,
            fired_at: fired.fired_at.into(),
            fired_value: fired.fired_value.map(unit),
            cleared_at: fired.cleared_at.map(Into::into),
            cleared_value: fired.cleared_value.map(unit),
        }
    }
}

impl From<Parsed<DryRun>> for DryRunAlertRulePayload {
    fn from(answer: Parsed<DryRun>) -> Self {
        match answer {
            Ok(run) => Self {
                fired: run.fired.into_iter().map(WouldHaveFired::from).collect(),
                cut: run.cut,
                user_errors: Vec::new(),
            },
            Err(refusals) => Self {
                user_errors: user_errors(refusals),
                ..Self::default()
            },
        }
    }
}

pub(super) async fn dry_run(
    ctx: &Context<'_>,
    input: DryRunAlertRuleInput,
) -> Result<DryRunAlertRulePayload> {
    let who = access::principal(ctx)?;
    let mut faults = Faults::default();
    let rule = input.rule.read(&mut faults);
    let from = input
        .from
        .field(&mut faults, UserErrorCode::InvalidInput, "input.from");
    let to = input
        .to
        .field(&mut faults, UserErrorCode::InvalidInput, "input.to");
    let (rule, from, to) = match faults.give(from.zip(to).map(|(from, to)| (rule, from, to))) {
        Ok(read) => read,
        Err(refusals) => return Ok(Err(refusals).into()),
    };
    let run = switchboard(ctx)?.dry_run_alert_rule(&who, rule, from, to).await;
    expected(run).map(DryRunAlertRulePayload::from)
}
