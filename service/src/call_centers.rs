//! Call centers (document `apio-call-center-statistics`), from providers that have them: how they report, and the
//! statistics of their queues and agents.
//!
//! A call center is a group's. Every question is about a [`CallCenter`], and the only way to one goes through the
//! caller's scope.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use email_address::{EmailAddress, Options};
use jiff::Timestamp;
use provider_core::{
    call::CallContext,
    domain::{
        AddressChange, CallCenterRef, CallCenterStatistics, CustomerRef, GroupRef, PageRequest, Period,
        ProviderId, ReportingSettings, ReportingUpdate,
    },
    error::{ErrorKind, ProviderError},
    port::CallCenters,
    provider::Ports,
};
use serde::{Deserialize, Serialize};
use store::{Group, OperationKind, OperationRecord, Scope};

use crate::{
    OrderAnswer, Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode,
    engine::{Asked, jobs::ReportCenter},
    inventory::own_id,
    validate::Faults,
};

const READS: (&str, &str) = ("call_centers.reporting", "has call centers");

/// The document's words for a range that can't be asked for.
const IN_THE_FUTURE: &str = "Start date or end date in the future";
const END_BEFORE_START: &str = "End date can not be earlier than start date.";

/// Which call center.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallCenterId {
    /// The provider that has it.
    pub provider: ProviderId,
    /// Row of its group.
    pub group_id: i64,
    /// Its name, unique in its group: `APIOTestCCBasic@sip.netaxis.be`.
    pub name: String,
}

/// Most call centers of a group. There are a few; a listing without end is not waited for.
const MOST_CENTERS: usize = 1_000;
/// Longest name of a call center, in characters.
const LONGEST_NAME: usize = 255;

impl CallCenterId {
    /// Whether the name can be one: 1 to 255 characters without control characters.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (1..=LONGEST_NAME).contains(&self.name.chars().count()) && !self.name.chars().any(char::is_control)
    }
}

/// Changes how a call center reports (document `apio-call-center-statistics`, "Update configuration").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateCallCenterReporting {
    /// Idempotency key, 16 to 255 characters.
    pub client_reference: String,
    /// Which call center.
    pub call_center: CallCenterId,
    /// What changes. Absent settings stay.
    pub update: ReportingUpdate,
}

/// A call center of a group that the caller sees. Whether its provider knows it is found out by asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCenter {
    provider: ProviderId,
    group: Group,
    center: CallCenterRef,
}

impl CallCenter {
    /// Which one it is.
    #[must_use]
    pub fn id(&self) -> CallCenterId {
        CallCenterId {
            provider: self.provider.clone(),
            group_id: self.group.id,
            name: self.center.name.clone(),
        }
    }

    /// The provider that has it.
    #[must_use]
    pub fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// The group whose it is.
    #[must_use]
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// Whether it is one on own data, and not a carrier's.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.provider == own_id()
    }

    /// Refuses what only a call center on own data has.
    ///
    /// # Errors
    /// [`ServiceError::Provider`]: `Unsupported` for one of a carrier.
    pub fn must_be_own(&self) -> ServiceResult<()> {
        if self.is_own() {
            return Ok(());
        }
        let message = "a carrier gives its own statistics, and no others";
        Err(self.failed(ErrorKind::Unsupported, message))
    }

    /// Its provider does not know it any more.
    #[must_use]
    pub fn is_gone(&self) -> ServiceError {
        self.failed(ErrorKind::NotFound, "the group has no such call center here")
    }

    fn failed(&self, kind: ErrorKind, message: &str) -> ServiceError {
        let error = ProviderError::new(kind, "call_centers.statistics", message);
        error.with_provider(self.provider.clone()).into()
    }
}

impl Switchboard {
    /// Call centers of groups that the caller sees, at providers that have call centers. Two statements, however
    /// many there are; no provider is asked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_centers_by_ids(
        &self,
        who: &Principal,
        ids: &[CallCenterId],
    ) -> ServiceResult<HashMap<CallCenterId, CallCenter>> {
        who.may_view()?;
        let groups: BTreeSet<i64> = ids.iter().map(|id| id.group_id).collect();
        let groups = self.group_refs(who, groups.into_iter().collect()).await?;
        let mut found = HashMap::new();
        for id in ids {
            let able = self.call_centers_port(Some(&id.provider), "id").is_ok();
            if let Some((group, center_group)) = groups.get(&id.group_id).filter(|_| able) {
                let center = CallCenter {
                    provider: id.provider.clone(),
                    group: group.clone(),
                    center: CallCenterRef {
                        group: center_group.clone(),
                        name: id.name.clone(),
                    },
                };
                found.insert(id.clone(), center);
            }
        }
        Ok(found)
    }

    /// The provider whose call centers are meant: the wanted one, or the own inventory. `path` names the field that
    /// says which.
    ///
    /// # Errors
    /// A refusal at `path`; `Unsupported` where it has none.
    pub fn call_center_provider(&self, wanted: Option<&ProviderId>, path: &str) -> ServiceResult<ProviderId> {
        self.call_centers_port(wanted, path).map(|(id, _)| id.clone())
    }

    /// All of a group's call centers, in the provider's order.
    ///
    /// # Errors
    /// A refusal at `input.filter`; [`ServiceError::Provider`], with `Unsupported` where call centers can't be
    /// listed, or where there are more of them than a group can have.
    pub async fn call_centers(
        &self,
        who: &Principal,
        provider: Option<&ProviderId>,
        group_id: i64,
    ) -> ServiceResult<Vec<CallCenter>> {
        who.may_view()?;
        let (provider, port) = self.call_centers_port(provider, "input.filter.provider")?;
        let mut groups = self.group_refs(who, vec![group_id]).await?;
        let Some((group, group_ref)) = groups.remove(&group_id) else {
            return Err(ServiceError::refused(
                UserErrorCode::UnknownGroup,
                "input.filter.groupId",
                "no group with this id is visible to this key",
            ));
        };
        let cx = self.call_context(who, &group.owner().tenant());
        let centers = list_all(port.as_ref(), &cx, &group_ref)
            .await
            .map_err(|error| error.with_provider(provider.clone()))?;
        let centers = centers.into_iter().map(|center| CallCenter {
            provider: provider.clone(),
            group: group.clone(),
            center,
        });
        Ok(centers.collect())
    }

    /// How a call center reports.
    ///
    /// # Errors
    /// [`ServiceError::Provider`], with `NotFound` where the provider does not know it.
    pub async fn call_center_reporting(
        &self,
        who: &Principal,
        center: &CallCenter,
    ) -> ServiceResult<ReportingSettings> {
        who.may_view()?;
        let (_, port) = self.call_centers_port(Some(&center.provider), "id")?;
        let cx = self.call_context(who, &center.group.owner().tenant());
        Ok(port.reporting(&cx, &center.center).await?)
    }

    /// What happened in a call center.
    ///
    /// # Errors
    /// [`ServiceError::Provider`], with `NotFound` where the provider does not know it.
    pub async fn call_center_statistics(
        &self,
        who: &Principal,
        center: &CallCenter,
        range: &Period,
    ) -> ServiceResult<CallCenterStatistics> {
        who.may_view()?;
        let (_, port) = self.call_centers_port(Some(&center.provider), "id")?;
        let cx = self.call_context(who, &center.group.owner().tenant());
        Ok(port.statistics(&cx, &center.center, range).await?)
    }

    /// Changes how a call center reports, at its provider. Answers within the time that orders have, finished or
    /// with the operation to follow.
    ///
    /// # Errors
    /// Refusals at the fields of `input`; [`ServiceError::AccessDenied`].
    pub async fn update_call_center_reporting(
        &self,
        who: &Principal,
        request: UpdateCallCenterReporting,
    ) -> ServiceResult<OrderAnswer> {
        who.may_manage()?;
        check_update(&request)?;
        let id = request.call_center.clone();
        let mut found = self.call_centers_by_ids(who, std::slice::from_ref(&id)).await?;
        let center = found.remove(&id).ok_or_else(no_such_center)?;
        let asked = Asked::of(
            OperationKind::UpdateCallCenterReporting,
            &request.client_reference,
            &request,
        )?;
        if let Some(known) = self.known_order(who, center.group.owner(), &asked).await? {
            return Ok(known);
        }
        if center.is_own()
            && request.update.generate_daily_report == Some(true)
            && self.settings().mailer.is_none()
        {
            self.warn_of_missing_mail();
        }
        let job = Arc::new(ReportCenter::new(request));
        self.order(who, &center.group, asked, job).await
    }

    fn call_centers_port(
        &self,
        wanted: Option<&ProviderId>,
        path: &str,
    ) -> ServiceResult<(&ProviderId, &Arc<dyn CallCenters>)> {
        self.source_of(wanted, path, READS, |ports: &Ports| ports.call_centers.as_ref())
    }

    /// Groups that the caller sees, and what providers are told of them.
    async fn group_refs(
        &self,
        who: &Principal,
        ids: Vec<i64>,
    ) -> ServiceResult<HashMap<i64, (Group, GroupRef)>> {
        let reader = self.database().reader();
        let groups = store::groups_by_ids(reader, who.scope, &ids).await?;
        let customers: BTreeSet<i64> = groups.values().map(|group| group.customer_id).collect();
        let customers: Vec<i64> = customers.into_iter().collect();
        // The customer of a visible group is told to its provider, whatever the caller may know of it.
        let customers = store::customers_by_ids(reader, Scope::Platform, &customers).await?;
        let with_customer = groups.into_iter().filter_map(|(id, group)| {
            let customer = customers.get(&group.customer_id)?;
            let told = GroupRef {
                id,
                external_id: group.external_id.clone(),
                name: group.name.clone(),
                customer: CustomerRef {
                    id: customer.id,
                    code: customer.code.clone(),
                },
            };
            Some((id, (group, told)))
        });
        Ok(with_customer.collect())
    }
}

/// The call center that an operation changes.
#[must_use]
pub fn call_center_of(operation: &OperationRecord) -> Option<CallCenterId> {
    if operation.kind != OperationKind::UpdateCallCenterReporting {
        return None;
    }
    let job = ReportCenter::read(&operation.input).ok()?;
    Some(job.center().clone())
}

/// Reads a provider's listing page by page.
async fn list_all(
    port: &dyn CallCenters,
    cx: &CallContext,
    group: &GroupRef,
) -> Result<Vec<CallCenterRef>, ProviderError> {
    // Where nothing can be listed the terms say so, whatever the limit.
    let limit = port.terms().largest_page.max(1);
    let (mut centers, mut after) = (Vec::new(), None);
    loop {
        let page = port.list(cx, group, &PageRequest { limit, after }).await?;
        centers.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(centers);
        }
        if centers.len() >= MOST_CENTERS {
            let message =
                format!("the group has more than {MOST_CENTERS} call centers: name the one you want");
            return Err(ProviderError::new(ErrorKind::Unsupported, READS.0, message));
        }
    }
}

/// No group that the caller sees has it, or no configured provider.
pub(crate) fn no_such_center() -> ServiceError {
    let message = "no call center with this id is visible to this key";
    ServiceError::refused(UserErrorCode::NotFound, "input.callCenterId", message)
}

fn check_update(request: &UpdateCallCenterReporting) -> ServiceResult<()> {
    let (mut faults, update) = (Faults::default(), &request.update);
    faults.client_reference(&request.client_reference);
    if *update == ReportingUpdate::default() {
        let message = "give at least one setting to change";
        faults.add(UserErrorCode::InvalidInput, "input", message);
    }
    for (field, change) in [
        ("reportingEmailAddress1", &update.reporting_email_address_1),
        ("reportingEmailAddress2", &update.reporting_email_address_2),
    ] {
        if let Some(AddressChange::Set(address)) = change
            && !is_address(address)
        {
            let message = format!(
                "{field} must be an e-mail address such as reports@example.com, or empty to delete it"
            );
            faults.add(UserErrorCode::InvalidInput, &format!("input.{field}"), message);
        }
    }
    faults.into_result()
}

/// A plain address with a domain of at least two parts: no name beside it, no IP address.
fn is_address(text: &str) -> bool {
    let options = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    EmailAddress::parse_with_options(text, options).is_ok()
}

/// The range of statistics from `start` up to and without `end`, which must lie in the past.
///
/// # Errors
/// The document's own, at `input.range.start` or `input.range.end`.
pub fn statistics_range(start: Timestamp, end: Timestamp) -> ServiceResult<Period> {
    range_until(start, end, Timestamp::now())
}

fn range_until(start: Timestamp, end: Timestamp, now: Timestamp) -> ServiceResult<Period> {
    let wrong = |field: &str, message: String| {
        let path = format!("input.range.{field}");
        Err(ServiceError::refused(UserErrorCode::InvalidInput, &path, message))
    };
    if start > now {
        return wrong("start", format!("{IN_THE_FUTURE}: {start}"));
    }
    if end > now {
        return wrong("end", format!("{IN_THE_FUTURE}: {end}"));
    }
    match Period::new(start, end) {
        Ok(range) => Ok(range),
        Err(_) if start == end => wrong("end", "the end must be later than the start".to_owned()),
        Err(_) => wrong("end", END_BEFORE_START.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(start: &str, end: &str) -> Option<(String, String)> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        match range_until(at(start), at(end), at("2021-03-01T00:00:00Z")) {
            Ok(_) => None,
            Err(ServiceError::Refused(refusals)) => {
                let refusal = &refusals[0];
                Some((refusal.path.join("."), refusal.message.clone()))
            }
            Err(other) => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn an_address_is_one_that_mail_can_be_sent_to() {
        for good in ["apio_test_1@netaxis.be", "o'hara+reports@mail.example.co.uk"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "reports",
            "reports@",
            "@example.com",
            "reports@localhost",
            "Reports <reports@example.com>",
            "reports@[192.0.2.1]",
            "a@example.com,b@example.com",
            "a@example.com\r\nBcc: b@example.com",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_range_lies_in_the_past_and_its_end_behind_its_start() {
        let (new_year, now, later) = (
            "2021-01-01T00:00:00Z",
            "2021-03-01T00:00:00Z",
            "2021-03-01T00:00:01Z",
        );
        assert_eq!(fault(new_year, now), None);
        for (start, end, field, message) in [
            (later, later, "start", IN_THE_FUTURE),
            (later, new_year, "start", IN_THE_FUTURE),
            (new_year, later, "end", IN_THE_FUTURE),
            (now, new_year, "end", END_BEFORE_START),
            (now, now, "end", "the end must be later"),
        ] {
            let (path, said) = fault(start, end).unwrap();
            assert_eq!(path, format!("input.range.{field}"));
            assert!(said.starts_with(message), "{said}");
        }
    }
}
