//! The port `call_centers`.

use std::ops::Bound;

use async_trait::async_trait;
use provider_core::call::{CallContext, Operation};
use provider_core::domain::{
    CallCenterRef, CallCenterStatistics, GroupRef, Page, PageRequest, PageToken, Period, ReportingSettings,
    ReportingUpdate,
};
use provider_core::error::{ErrorKind, ProviderError, Result};
use provider_core::http::{Method, Reply, Request};
use provider_core::outcome::{Outcome, Refusal, RefusalCode};
use provider_core::port::{CallCenterTerms, CallCenters};

use crate::map::{self, RangeFault};
use crate::wire::Complaint;
use crate::{Apio, wire};

const LIST: &str = "call_centers.list";
const REPORTING: Operation = Operation::read("call_centers.reporting");
const UPDATE: Operation = Operation::idempotent("call_centers.update_reporting");
/// What an update begins with: until it has written, nothing can have changed.
const BEFORE_UPDATE: Operation = Operation::read(UPDATE.name);
const STATISTICS: Operation = Operation::read("call_centers.statistics");

/// A call center by APIO's own names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    group: &'a str,
    center: &'a str,
}

#[async_trait]
impl CallCenters for Apio {
    fn terms(&self) -> &CallCenterTerms {
        &self.terms
    }

    async fn list(
        &self,
        _: &CallContext,
        group: &GroupRef,
        page: &PageRequest,
    ) -> Result<Page<CallCenterRef>> {
        let names = self.centers.of(group).ok_or_else(|| {
            let message = format!(
                "nobody has told which call centers the group {:?} has: name them in config.call_centers, or [] \
                 if it has none",
                group.name
            );
            ProviderError::new(ErrorKind::NotFound, LIST, message)
        })?;
        let after = page
            .after
            .as_ref()
            .map_or(Bound::Unbounded, |last| Bound::Excluded(&last.0));
        let mut rest = names.range::<String, _>((after, Bound::Unbounded));
        let items: Vec<CallCenterRef> = rest
            .by_ref()
            .take(page.limit as usize)
            .map(|name| CallCenterRef {
                group: group.clone(),
                name: name.clone(),
            })
            .collect();
        let last = items.last().map(|center| PageToken(center.name.clone()));
        Ok(Page {
            items,
            next: rest.next().and(last),
            total: u64::try_from(names.len()).ok(),
        })
    }

    async fn reporting(&self, cx: &CallContext, center: &CallCenterRef) -> Result<ReportingSettings> {
        let at = self.place(REPORTING, center)?;
        self.read_reporting(REPORTING, cx, at).await
    }

    async fn update_reporting(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<Outcome<ReportingSettings>> {
        let changed = self.change_reporting(cx, center, update).await;
        changed
            .map(Outcome::Done)
            .or_else(|error| refusal(&error).map(Outcome::Refused).ok_or(error))
    }

    async fn statistics(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        range: &Period,
    ) -> Result<CallCenterStatistics> {
        let at = self.place(STATISTICS, center)?;
        let body = map::statistics_request(range).map_err(|fault| fault.error(STATISTICS))?;
        let request = self.request(STATISTICS, Method::GET, at, wire::STATISTICS);
        let reply = accepted(request.json(&body).send(cx).await?, STATISTICS, at)?;
        map::statistics(reply.json()?)
            .map_err(|error| reply.unreadable(format!("the statistics are of no range: {error}")))
    }
}

impl Apio {
    /// How a call center reports.
    pub(crate) async fn read_reporting(
        &self,
        operation: Operation,
        cx: &CallContext,
        at: Place<'_>,
    ) -> Result<ReportingSettings> {
        let request = self.request(operation, Method::GET, at, wire::REPORTING);
        let reply = accepted(request.send(cx).await?, operation, at)?;
        Ok(map::settings(reply.json()?))
    }

    /// Reads all settings and writes all of them, as the document does not say what becomes of one that is left
    /// out. What somebody else changes between the two is lost.
    async fn change_reporting(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<ReportingSettings> {
        let at = self.place(UPDATE, center)?;
        let now = self.read_reporting(BEFORE_UPDATE, cx, at).await?;
        if *update == ReportingUpdate::default() {
            return Ok(now);
        }
        let request = self.request(UPDATE, Method::PUT, at, wire::REPORTING);
        let reply = request.json(&map::change(&now, update)).send(cx).await?;
        Ok(map::settings(accepted(reply, UPDATE, at)?.json()?))
    }

    fn request(&self, operation: Operation, method: Method, at: Place<'_>, resource: &str) -> Request<'_> {
        let request = self.client.request(operation, method);
        let group = ["api", "v1", "tenants", &self.tenant, "groups", at.group];
        request
            .path(group)
            .path(["services", "call_centers", at.center, resource, ""])
    }

    fn place<'a>(&'a self, operation: Operation, center: &'a CallCenterRef) -> Result<Place<'a>> {
        let group = self.groups.upstream_name(&center.group).ok_or_else(|| {
            let message = format!(
                "nobody has told what APIO calls the group {:?}: name it in config.groups, or give it an external id",
                center.group.name
            );
            ProviderError::new(ErrorKind::NotFound, operation.name, message)
        })?;
        Ok(Place {
            group,
            center: &center.name,
        })
    }

    /// The first configured call center, if there is one.
    pub(crate) fn first_center(&self) -> Option<Place<'_>> {
        self.centers.iter().find_map(|(key, names)| {
            Some(Place {
                group: self.groups.of_key(key),
                center: names.first()?,
            })
        })
    }
}

/// An answer that says yes, or what it says instead.
fn accepted(reply: Reply, operation: Operation, at: Place<'_>) -> Result<Reply> {
    if reply.is_success() {
        return Ok(reply);
    }
    let complaint = reply
        .error_body()
        .as_ref()
        .map(Complaint::read)
        .unwrap_or_default();
    let range_fault = RangeFault::of(&complaint).filter(|_| operation == STATISTICS);
    let Place { group, center } = at;
    let error = match (reply.status(), range_fault) {
        (400, Some(fault)) => fault.error(operation),
        (403, _) => {
            let message = format!(
                "APIO shows call centers to nobody below a Group Admin: give our account that right in {group:?}"
            );
            ProviderError::new(ErrorKind::Forbidden, operation.name, message)
        }
        (404, _) => {
            let message = format!(
                "APIO knows no call center {center:?} in the group {group:?}: check both, and config.tenant"
            );
            ProviderError::new(ErrorKind::NotFound, operation.name, message)
        }
        _ => reply.error(),
    };
    Err(error.with_upstream(complaint.add_to(reply.answer())))
}

/// The definite no that an error is, if it is one.
fn refusal(error: &ProviderError) -> Option<Refusal> {
    let code = match error.kind() {
        ErrorKind::NotFound => RefusalCode::NotFound,
        ErrorKind::Forbidden => RefusalCode::Forbidden,
        ErrorKind::InvalidRequest => RefusalCode::InvalidRequest,
        _ => return None,
    };
    Some(Refusal::new(code, error.message()))
}
