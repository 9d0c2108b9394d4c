//! Call centers on what a group's telephone system has logged.

use async_trait::async_trait;
use provider_core::{
    call::CallContext,
    domain::{
        AddressChange, CallCenterRef, CallCenterStatistics, GroupRef, Page, PageRequest, PageToken, Period,
        ReportingSettings, ReportingUpdate,
    },
    error::{ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{CallCenterTerms, CallCenters},
};
use store::{
    Scope,
    call_centers::{self as centers, CallCenterRecord},
};

use super::{OwnInventory, failure};
use crate::own_centers::{self, COLLECTION_PERIODS, ReadError};

const LIST: &str = "call_centers.list";
const REPORTING: &str = "call_centers.reporting";
const UPDATE: &str = "call_centers.update_reporting";
const STATISTICS: &str = "call_centers.statistics";

pub(super) fn terms() -> CallCenterTerms {
    CallCenterTerms {
        largest_page: 100,
        collection_periods: COLLECTION_PERIODS.into(),
    }
}

impl OwnInventory {
    async fn center(&self, operation: &'static str, center: &CallCenterRef) -> Result<CallCenterRecord> {
        let reader = self.database.reader();
        let found = centers::call_center(reader, Scope::Platform, center.group.id, &center.name).await;
        let found = found.map_err(|error| failure(operation, error))?;
        found.ok_or_else(|| gone(operation))
    }
}

#[async_trait]
impl CallCenters for OwnInventory {
    fn terms(&self) -> &CallCenterTerms {
        &self.call_center_terms
    }

    async fn list(
        &self,
        _: &CallContext,
        group: &GroupRef,
        page: &PageRequest,
    ) -> Result<Page<CallCenterRef>> {
        let failed = |error| failure(LIST, error);
        let reader = self.database.reader();
        if store::group(reader, Scope::Platform, group.id)
            .await
            .map_err(failed)?
            .is_none()
        {
            let message = "there is no such group here";
            return Err(ProviderError::new(ErrorKind::NotFound, LIST, message));
        }
        let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let after = page.after.as_ref().map(|token| token.0.as_str());
        let limit = page.limit.saturating_add(1);
        let mut found = centers::call_centers(reader, Scope::Platform, group.id, after, limit)
            .await
            .map_err(failed)?;
        let more = found.len() > wanted;
        found.truncate(wanted);
        let next = found.last().filter(|_| more);
        let next = next.map(|center| PageToken(center.name.clone()));
        let items = found.into_iter().map(|center| CallCenterRef {
            group: group.clone(),
            name: center.name,
        });
        Ok(Page {
            items: items.collect(),
            next,
            total: None,
        })
    }

    async fn reporting(&self, _: &CallContext, center: &CallCenterRef) -> Result<ReportingSettings> {
        Ok(self.center(REPORTING, center).await?.reporting)
    }

    async fn update_reporting(
        &self,
        _: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<Outcome<ReportingSettings>> {
        let (group, name, update) = (center.group.id, center.name.clone(), update.clone());
        let written = self.database.write(move |tx| {
            Box::pin(async move {
                let found = centers::lock_call_center(tx, Scope::Platform, group, &name).await?;
                let Some(mut center) = found else {
                    return Ok(None);
                };
                apply(&mut center.reporting, &update);
                own_centers::schedule(&mut center, tx.now());
                centers::save_call_center(tx, &center).await?;
                Ok(Some(center.reporting))
            })
        });
        let written = written.await.map_err(|error| failure(UPDATE, error))?;
        Ok(match written {
            Some(settings) => Outcome::Done(settings),
            None => {
                let message = "the group has no such call center here";
                Outcome::Refused(Refusal::new(RefusalCode::NotFound, message))
            }
        })
    }

    async fn statistics(
        &self,
        _: &CallContext,
        center: &CallCenterRef,
        range: &Period,
    ) -> Result<CallCenterStatistics> {
        let (group, name, range) = (center.group.id, center.name.clone(), *range);
        let read = self.database.snapshot::<_, ReadError, _>(move |tx| {
            Box::pin(async move {
                let center = centers::call_center(tx.connection(), Scope::Platform, group, &name).await?;
                let center = center.into_iter().collect::<Vec<_>>();
                own_centers::figures(tx, &center, range, u64::MAX).await
            })
        });
        match read.await {
            Ok(mut figures) => figures
                .pop()
                .map(|figures| figures.statistics)
                .ok_or_else(|| gone(STATISTICS)),
            Err(ReadError::Store(error)) => Err(failure(STATISTICS, error)),
            Err(many @ ReadError::TooMany(_)) => Err(ProviderError::new(
                ErrorKind::Unsupported,
                STATISTICS,
                many.text(),
            )),
        }
    }
}

fn gone(operation: &'static str) -> ProviderError {
    let message = "the group has no such call center here";
    ProviderError::new(ErrorKind::NotFound, operation, message)
}

fn apply(settings: &mut ReportingSettings, update: &ReportingUpdate) {
    let address = |address: &mut Option<String>, change: &Option<AddressChange>| match change {
        None => {}
        Some(AddressChange::Delete) => *address = None,
        Some(AddressChange::Set(wanted)) => *address = Some(wanted.clone()),
    };
    if let Some(generate) = update.generate_daily_report {
        settings.generate_daily_report = generate;
    }
    if let Some(minutes) = update.collection_period_minutes {
        settings.collection_period_minutes = minutes;
    }
    address(
        &mut settings.reporting_email_address_1,
        &update.reporting_email_address_1,
    );
    address(
        &mut settings.reporting_email_address_2,
        &update.reporting_email_address_2,
    );
}
