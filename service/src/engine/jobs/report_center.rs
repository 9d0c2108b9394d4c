use async_trait::async_trait;
use provider_core::{
    domain::{AddressChange, CallCenterRef, OrderToken, ReportingSettings},
    error::ErrorKind,
    outcome::Outcome,
    provider::Ports,
};
use store::{OperationKind, OperationState, Scope, Transaction};

use crate::{
    CallCenterId, ServiceResult, UpdateCallCenterReporting, UserError, UserErrorCode,
    call_centers::no_such_center,
    engine::{
        job::{Answer, Call, Job, Receipt, Target, WhenLost, read, unsupported},
        settle::{CommitError, Settled, Settling, mismatch},
        under_way,
    },
};

/// Changes how a call center reports.
///
/// Nothing of it is kept here: the provider has the settings, and is asked for them.
#[derive(Debug, Clone)]
pub(crate) struct ReportCenter(UpdateCallCenterReporting);

impl ReportCenter {
    pub(crate) fn new(request: UpdateCallCenterReporting) -> Self {
        Self(request)
    }

    pub(crate) fn read(input: &str) -> ServiceResult<Self> {
        read(input).map(Self)
    }

    /// The call center that it is about.
    pub(crate) fn center(&self) -> &CallCenterId {
        &self.0.call_center
    }

    /// The same as its provider is told of it.
    fn upstream(&self, call: Call<'_>) -> CallCenterRef {
        CallCenterRef {
            group: call.order.group.clone(),
            name: self.0.call_center.name.clone(),
        }
    }

    /// Whether everything that was to change is so.
    fn is_shown_by(&self, settings: &ReportingSettings) -> bool {
        let update = &self.0.update;
        let shown = |change: Option<&AddressChange>, address: Option<&String>| match change {
            None => true,
            Some(AddressChange::Delete) => address.is_none(),
            Some(AddressChange::Set(wanted)) => address == Some(wanted),
        };
        let (generate, minutes) = (update.generate_daily_report, update.collection_period_minutes);
        generate.is_none_or(|wanted| wanted == settings.generate_daily_report)
            && minutes.is_none_or(|wanted| wanted == settings.collection_period_minutes)
            && shown(
                update.reporting_email_address_1.as_ref(),
                settings.reporting_email_address_1.as_ref(),
            )
            && shown(
                update.reporting_email_address_2.as_ref(),
                settings.reporting_email_address_2.as_ref(),
            )
    }
}

#[async_trait]
impl Job for ReportCenter {
    fn target(&self) -> Target {
        Target {
            elsewhere: true,
            ..Target::default()
        }
    }

    fn provider(&self) -> Option<&str> {
        Some(self.0.call_center.provider.as_str())
    }

    fn can_use(&self, ports: &Ports) -> bool {
        ports.call_centers.is_some()
    }

    fn is_accepted(&self, ports: &Ports, _: &OrderToken) -> Answer<()> {
        let port = ports.call_centers.as_ref().ok_or_else(unsupported)?;
        port.terms().accept_update(&self.0.update)
    }

    /// One change of a call center at a time: a lost one is made again, and must not undo a later one.
    async fn admit(&self, tx: &Transaction, scope: Scope) -> ServiceResult<()> {
        let group_id = self.0.call_center.group_id;
        store::lock_group(tx, scope, group_id)
            .await?
            .ok_or_else(no_such_center)?;
        let open = store::open_operations(tx, group_id, OperationKind::UpdateCallCenterReporting).await?;
        for other in open {
            if Self::read(&other.input)?.center() == self.center() {
                return Err(under_way(&other, "input.callCenterId"));
            }
        }
        Ok(())
    }

    fn when_lost(&self, _: &Ports) -> WhenLost {
        WhenLost::PlaceAgain
    }

    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>> {
        let port = call.ports.call_centers.as_ref().ok_or_else(unsupported)?;
        let outcome = port
            .update_reporting(call.cx, &self.upstream(call), &self.0.update)
            .await?;
        Ok(outcome.map(|_| Receipt::Reporting))
    }

    async fn look(&self, call: Call<'_>) -> Answer<Option<Receipt>> {
        let port = call.ports.call_centers.as_ref().ok_or_else(unsupported)?;
        match port.reporting(call.cx, &self.upstream(call)).await {
            Ok(settings) => Ok(self.is_shown_by(&settings).then_some(Receipt::Reporting)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn settle(
        &self,
        _: &Transaction,
        _: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError> {
        match receipt {
            Receipt::Reporting => Ok(Settled {
                state: OperationState::Succeeded,
                number_id: None,
                pool_id: None,
                events: Vec::new(),
            }),
            Receipt::Number(_) | Receipt::Released(_) | Receipt::Pool(_) | Receipt::Retired(_) => {
                Err(mismatch())
            }
        }
    }

    fn explain(&self, error: UserError) -> UserError {
        // Which provider and which call center is said by the id.
        let about_the_center = match error.path.as_slice() {
            [] => error.code == UserErrorCode::NotFound,
            [_, field] => field == "provider",
            _ => false,
        };
        if about_the_center {
            return UserError {
                path: vec!["input".to_owned(), "callCenterId".to_owned()],
                ..error
            };
        }
        error
    }
}
