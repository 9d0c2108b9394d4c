//! Statistics of the calls of employees (document `telecomx-cdr-statistics`), from providers that count calls.
//!
//! A question is planned first: whose calls, when, by whose clock. What comes of it can be asked, or kept in a link
//! to a file; both check again that the caller may see the customer.

mod export;
mod list;
mod period;
mod report;
mod row;
mod subject;

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use provider_core::{
    domain::{
        CallDirection, CallField, CallStatisticsQuery, CustomerRef, EmployeeSort, GroupingInterval,
        ProviderId,
    },
    port::CallStatistics as Port,
    provider::Ports,
};
use serde::{Deserialize, Serialize};
use store::Scope;

pub use export::{ExportLink, ExportedFile};
pub use report::{CallStatistics, IntervalName};
pub use row::EmployeeCallsId;

use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode, validate::Faults};

const REPORT: (&str, &str) = ("call_stats.report", "counts calls");
/// Whom a question about our account's own customer is asked for.
const WHOLE_ACCOUNT: &str = "platform";
/// Why a key of a group gets none.
const WHOLE_CUSTOMERS: &str = "call statistics are of whole customers, and the key is bound to a group";
/// Most employees that one question can name.
const MOST_EMPLOYEES: usize = 100;
/// Longest name that a source can have for an employee, in characters.
const LONGEST_EMPLOYEE: usize = 255;

/// Asks for statistics of calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallStatisticsRequest {
    /// Row of the customer whose employees' calls are counted; absent for the caller's own, for a caller without
    /// one for the customer that our account with the source belongs to.
    pub customer_id: Option<i64>,
    /// What the source calls the employees; empty for all.
    pub employees: Vec<String>,
    /// From when; absent for the beginning of today.
    pub from: Option<Timestamp>,
    /// Until when, to the second and with it; absent for the end of today.
    pub to: Option<Timestamp>,
    /// By whose clock; absent for the source's own, else UTC.
    #[serde(with = "jiff::fmt::serde::tz::optional")]
    pub zone: Option<TimeZone>,
    /// How the counts are grouped in time; absent for days.
    pub interval: Option<GroupingInterval>,
    /// Which calls count.
    pub direction: CallDirection,
    /// Answered calls with less talk than this many seconds are left out.
    pub ignore_below_seconds: u32,
    /// Unanswered calls that rang for less than this many seconds are left out.
    pub ignore_unanswered_below_seconds: u32,
    /// Whether calls between extensions are left out.
    pub ignore_local: bool,
    /// Whether employees without calls are in the answer, where none is named.
    pub include_empty: bool,
    /// How the employees are ordered; absent for the source's own order.
    pub sort: Option<EmployeeSort>,
    /// The fields wanted; empty for all.
    pub fields: Vec<CallField>,
}

/// A question that the source can be asked on the caller's behalf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStatistics {
    source: ProviderId,
    query: CallStatisticsQuery,
}

impl PlannedStatistics {
    /// Who is asked.
    #[must_use]
    pub fn source(&self) -> &ProviderId {
        &self.source
    }

    /// What is asked.
    #[must_use]
    pub fn query(&self) -> &CallStatisticsQuery {
        &self.query
    }
}

impl Switchboard {
    /// Makes a question of a request, without asking it.
    ///
    /// # Errors
    /// Refusals at `input.source` and below `input.filter`; `Unsupported` where the source has no such
    /// statistics; [`ServiceError::Denied`] for keys of a group, whose customer's calls are not theirs to see.
    pub async fn plan_call_statistics(
        &self,
        who: &Principal,
        source: Option<&ProviderId>,
        request: CallStatisticsRequest,
    ) -> ServiceResult<PlannedStatistics> {
        who.may_view()?;
        let (source, port) = self.call_statistics_port(source)?;
        let terms = port.terms();
        check_employees(&request.employees)?;
        check_order(&request)?;
        let customer = self.whose_calls(who, request.customer_id).await?;
        let zone = request
            .zone
            .or_else(|| terms.zone.clone())
            .unwrap_or(TimeZone::UTC);
        let interval = request.interval.unwrap_or(GroupingInterval::Day);
        let period = period::of(request.from, request.to, &zone, Timestamp::now())?;
        period::check_length(period, interval, &zone)?;
        let query = CallStatisticsQuery {
            customer,
            employees: request.employees,
            period,
            zone,
            ignore_below_seconds: request.ignore_below_seconds,
            ignore_unanswered_below_seconds: request.ignore_unanswered_below_seconds,
            include_empty: request.include_empty,
            ignore_local: request.ignore_local,
            direction: request.direction,
            interval,
            fields: request.fields,
            sort: request.sort,
        };
        Ok(PlannedStatistics {
            source: source.clone(),
            query,
        })
    }

    /// Asks a question.
    ///
    /// # Errors
    /// As [`plan_call_statistics`](Self::plan_call_statistics) where the caller may not see the customer (any
    /// more); [`ServiceError::Provider`] when the source fails.
    pub async fn call_statistics(
        &self,
        who: &Principal,
        planned: &PlannedStatistics,
    ) -> ServiceResult<CallStatistics> {
        let (_, port) = self.call_statistics_port(Some(&planned.source))?;
        let tenant = self.tenant_of(who, planned.query.customer.as_ref()).await?;
        let report = port
            .report(&self.call_context(who, &tenant), &planned.query)
            .await?;
        Ok(CallStatistics::new(planned.clone(), report))
    }

    fn call_statistics_port(
        &self,
        wanted: Option<&ProviderId>,
    ) -> ServiceResult<(&ProviderId, &Arc<dyn Port>)> {
        self.source_of(wanted, "input.source", REPORT, |ports: &Ports| {
            ports.call_stats.as_ref()
        })
    }

    /// The customer whose calls a caller may ask about; absent for the one that our account belongs to.
    async fn whose_calls(&self, who: &Principal, wanted: Option<i64>) -> ServiceResult<Option<CustomerRef>> {
        let customer_id = match (who.scope, wanted) {
            (Scope::Group { .. }, _) => {
                return Err(ServiceError::Denied(WHOLE_CUSTOMERS));
            }
            (Scope::Platform, None) => return Ok(None),
            (Scope::Reseller { .. }, None) => {
                return Err(no_customer("the key is a reseller's: say which of its customers"));
            }
            (Scope::Customer { customer_id, .. }, None) => customer_id,
            (_, Some(wanted)) => wanted,
        };
        let customer = store::customer(self.database().reader(), who.scope, customer_id).await?;
        let Some(customer) = customer else {
            return Err(no_customer("no customer with this id is visible to this key"));
        };
        Ok(Some(CustomerRef {
            id: customer.id,
            code: customer.code,
        }))
    }

    /// For whom the source is asked, once it is certain that the caller may see the customer.
    async fn tenant_of(&self, who: &Principal, customer: Option<&CustomerRef>) -> ServiceResult<String> {
        who.may_view()?;
        match (customer, who.scope) {
            (None, Scope::Platform) => Ok(WHOLE_ACCOUNT.to_owned()),
            (None, _) => Err(no_customer("say which customer")),
            (Some(customer), _) => {
                self.whose_calls(who, Some(customer.id)).await?;
                Ok(format!("customer:{}", customer.id))
            }
        }
    }
}

fn no_customer(message: &str) -> ServiceError {
    ServiceError::refused(UserErrorCode::NotFound, "input.filter.customerId", message)
}

/// The document: "Field must be included in output".
fn check_order(request: &CallStatisticsRequest) -> ServiceResult<()> {
    match request.sort {
        Some(sort) if !request.fields.is_empty() && !request.fields.contains(&sort.field()) => {
            let message = "the field to order by must be among the fields of the output";
            Err(ServiceError::refused(
                UserErrorCode::InvalidInput,
                "input.orderBy",
                message,
            ))
        }
        _ => Ok(()),
    }
}

fn check_employees(employees: &[String]) -> ServiceResult<()> {
    let mut faults = Faults::default();
    let mut fault = |message: String| {
        faults.add(UserErrorCode::InvalidInput, "input.filter.employeeIds", message);
    };
    if employees.len() > MOST_EMPLOYEES {
        let message = format!(
            "name at most {MOST_EMPLOYEES} employees; there are {}",
            employees.len()
        );
        fault(message);
    }
    let sound = |name: &String| {
        (1..=LONGEST_EMPLOYEE).contains(&name.chars().count()) && !name.chars().any(char::is_control)
    };
    if !employees.iter().all(sound) {
        let message = format!("an id has 1 to {LONGEST_EMPLOYEE} characters and no control characters");
        fault(message);
    }
    faults.into_result()
}
