use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use provider_core::domain::{AddressChange, ReportingUpdate};
use service::{CallCenter as Record, OperationState, OrderAnswer, UpdateCallCenterReporting};

use super::{CallCenter, reporting::DailyReportObstacle, with_id};
use crate::graphql::{
    access,
    asked::{self, Reporting},
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    loaders,
    operations::Operation,
    payload::{expected, problems},
    switchboard,
};

/// Changes how a call center reports: the document's "Update configuration" (apio). What is absent or null stays as it
/// is.
#[derive(InputObject)]
struct UpdateCallCenterReportingInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input gives the
    /// same answer.
    client_reference: String,
    /// Global id of the call center.
    call_center_id: ID,
    /// Whether a report is made every day.
    generate_daily_report: Option<bool>,
    /// How long each row of the report covers, in minutes: one of those that the provider knows.
    collection_period_minutes: Option<i32>,
    /// The first e-mail address that the report goes to; the empty text `""` deletes it.
    reporting_email_address1: Option<String>,
    /// The second e-mail address that the report goes to; the empty text `""` deletes it.
    reporting_email_address2: Option<String>,
}

impl UpdateCallCenterReportingInput {
    fn read(self) -> Parsed<UpdateCallCenterReporting> {
        let mut faults = Faults::default();
        let call_center = faults.call_center(&self.call_center_id, "input.callCenterId");
        let minutes = self.collection_period_minutes;
        let minutes = minutes.and_then(|minutes| faults.count(minutes, "input.collectionPeriodMinutes"));
        let request = call_center.map(|call_center| UpdateCallCenterReporting {
            client_reference: self.client_reference,
            call_center,
            update: ReportingUpdate {
                generate_daily_report: self.generate_daily_report,
                collection_period_minutes: minutes,
                reporting_email_address_1: self.reporting_email_address1.map(address),
                reporting_email_address_2: self.reporting_email_address2.map(address),
            },
        });
        faults.give(request)
    }
}

/// The document: "An empty string will delete the value."
fn address(text: String) -> AddressChange {
    match text.trim() {
        "" => AddressChange::Delete,
        address => AddressChange::Set(address.to_owned()),
    }
}

/// What became of an `updateCallCenterReporting`.
#[derive(SimpleObject, Default)]
struct UpdateCallCenterReportingPayload {
    /// The call center, whose `reporting` shows the change. Null when it was refused or is not done yet.
    call_center: Option<CallCenter>,
    /// The durable record of the change. Not finished means to be followed. Null when it was refused before anything
    /// was written.
    operation: Option<Operation>,
    /// What keeps the daily report that a call center on own data is to make from being mailed, although the settings
    /// are changed. Empty while the change is not done.
    warnings: Vec<DailyReportObstacle>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct CallCenterMutations;

#[Object]
impl CallCenterMutations {
    /// Changes how a call center reports, at its provider. Answers within about 2 seconds: finished, or with the
    /// operation to follow. A call center has one change at a time.
    async fn update_call_center_reporting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which call center, and what changes.")] input: UpdateCallCenterReportingInput,
    ) -> Option<Result<UpdateCallCenterReportingPayload>> {
        Some(update(ctx, input).await)
    }
}

async fn update(
    ctx: &Context<'_>,
    input: UpdateCallCenterReportingInput,
) -> Result<UpdateCallCenterReportingPayload> {
    let who = access::principal(ctx)?;
    let request = match input.read() {
        Ok(request) => request,
        Err(refusals) => return Ok(refused(user_errors(refusals))),
    };
    let id = request.call_center.clone();
    let answer = switchboard(ctx)?
        .update_call_center_reporting(&who, request)
        .await;
    // What was read before is of before.
    asked::forget(ctx, &Reporting(id.clone()));
    let OrderAnswer { operation, .. } = match expected(answer)? {
        Ok(answer) => answer,
        Err(refusals) => return Ok(refused(user_errors(refusals))),
    };
    let done = operation.state == OperationState::Succeeded;
    let call_center = if done { with_id(ctx, id).await? } else { None };
    Ok(UpdateCallCenterReportingPayload {
        warnings: match &call_center {
            Some(center) => warnings(ctx, &center.record).await?,
            None => Vec::new(),
        },
        call_center,
        user_errors: problems(&operation),
        operation: Some(operation.into()),
    })
}

async fn warnings(ctx: &Context<'_>, center: &Record) -> Result<Vec<DailyReportObstacle>> {
    if !center.is_own() {
        return Ok(Vec::new());
    }
    match loaders::own_call_center(ctx, center.id()).await? {
        Some(own) => DailyReportObstacle::all(ctx, center, &own.reporting),
        None => Ok(Vec::new()),
    }
}

fn refused(user_errors: Vec<UserError>) -> UpdateCallCenterReportingPayload {
    UpdateCallCenterReportingPayload {
        user_errors,
        ..UpdateCallCenterReportingPayload::default()
    }
}
