//! Rows of call statistics that can be asked for again.

use jiff::SignedDuration;
use provider_core::domain::{EmployeeCalls, ProviderId};
use serde::{Deserialize, Serialize};

use super::{CallStatistics, CallStatisticsRequest};

/// Which row of which statistics: the question that it answers, narrowed to its employee, so that it is the same
/// whoever else was counted and however the rows were ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmployeeCallsId {
    source: ProviderId,
    request: CallStatisticsRequest,
    row: String,
}

impl EmployeeCallsId {
    /// Who is asked, and what. The question may be anybody's invention: it must be planned as any other.
    #[must_use]
    pub fn question(&self) -> (ProviderId, CallStatisticsRequest) {
        (self.source.clone(), self.request.clone())
    }

    /// Whether a row is the one.
    #[must_use]
    pub fn is_of(&self, row: &EmployeeCalls) -> bool {
        CallStatistics::row_key(row) == self.row
    }
}

impl CallStatistics {
    /// Which row it is.
    #[must_use]
    pub fn id_of(&self, row: &EmployeeCalls) -> EmployeeCallsId {
        let query = self.planned().query();
        let employees = match &row.employee_id {
            Some(employee) => vec![employee.clone()],
            None => query.employees.clone(),
        };
        EmployeeCallsId {
            source: self.source().clone(),
            request: CallStatisticsRequest {
                customer_id: query.customer.as_ref().map(|customer| customer.id),
                employees,
                from: Some(query.period.start()),
                to: Some(query.period.end() - SignedDuration::from_secs(1)),
                zone: Some(query.zone.clone()),
                interval: Some(query.interval),
                direction: query.direction,
                ignore_below_seconds: query.ignore_below_seconds,
                ignore_unanswered_below_seconds: query.ignore_unanswered_below_seconds,
                include_empty: query.include_empty,
                ignore_local: query.ignore_local,
                sort: None,
                fields: query.fields.clone(),
            },
            row: Self::row_key(row),
        }
    }
}
