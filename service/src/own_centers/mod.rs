//! Call centers on own data: what they are, what is imported about their queues, the figures of it, and the report that
//! is mailed every day. Callers reach them as any provider's, through `call_centers`; here is what only they have.

mod change;
mod figures;
mod history;
mod import;
mod import_file;
mod obstacles;
mod read;
mod report;

pub use change::{CreateCallCenter, OwnCallCenter, UpdateCallCenter};
pub use figures::CenterFigures;
pub(crate) use figures::{Agents, figures};
pub use history::{CenterGrouping, CenterHistoryRequest, CenterInterval};
pub use import::{QueueImport, QueueImportReport};
pub use import_file::{QueueFile, QueueImporter, QueueLines};
pub use obstacles::ReportObstacle;
pub(crate) use read::ReadError;
pub use report::SentReport;

use jiff::{Timestamp, tz::TimeZone};
use provider_core::domain::GroupingInterval;
use store::call_centers::CallCenterRecord;

use crate::{CallCenterId, inventory::own_id};

/// The collection periods that a report can have, in minutes (document `apio-call-center-statistics` shows 30).
pub(crate) const COLLECTION_PERIODS: [u32; 3] = [15, 30, 60];
/// The collection period of a call center that nobody has set one for.
pub(crate) const USUAL_PERIOD: u32 = 30;

/// The zone of a name that was checked when it was stored; UTC where this program's own tables don't know it any more.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or_else(|error| {
        tracing::error!(%error, zone = name, "a call center's time zone is unknown; its days are those of UTC");
        TimeZone::UTC
    })
}

/// When the day that an instant lies in is over.
pub(crate) fn end_of_day(instant: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    GroupingInterval::Day.around(instant, zone).map(|day| day.end())
}

/// Sets when the next report is due: at the end of the day that it is now. None for a center that makes none, or has
/// nobody to send it to.
pub(crate) fn schedule(center: &mut CallCenterRecord, now: Timestamp) {
    let reporting = &center.reporting;
    let somebody =
        reporting.reporting_email_address_1.is_some() || reporting.reporting_email_address_2.is_some();
    center.report_due_at = (reporting.generate_daily_report && somebody)
        .then(|| end_of_day(now, &zone(&center.time_zone)))
        .flatten();
}

/// Groups and names of those of these call centers that are on own data.
pub(crate) fn own_names(ids: &[CallCenterId]) -> Vec<(i64, &str)> {
    let own = own_id();
    let ids = ids.iter().filter(|id| id.provider == own);
    ids.map(|id| (id.group_id, id.name.as_str())).collect()
}

/// The id of a call center on own data.
pub(crate) fn id_of(center: &CallCenterRecord) -> CallCenterId {
    CallCenterId {
        provider: own_id(),
        group_id: center.owner.group_id,
        name: center.name.clone(),
    }
}
