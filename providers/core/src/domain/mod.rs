//! What providers and the rest of the program talk about. Values that were checked at their edge; no
//! wire formats, no rows.

mod call_center;
mod call_stats;
mod ids;
mod kpi;
mod money;
mod number;
mod order;
mod page;
mod period;
mod pool;
mod query;
mod replacement;
mod route;
mod source;
mod tracking;

pub use call_center::{
    AddressChange, AgentStatistics, CallCenterRef, CallCenterStatistics, QueueStatistics, ReportingSettings,
    ReportingUpdate,
};
pub use call_stats::{
    CallCounts, CallDirection, CallField, CallInterval, CallStatisticsQuery, CallStatisticsReport, Caveat,
    EmployeeCalls, EmployeeSort, ExportFile, ExportFormat,
};
pub use ids::{CustomerRef, GroupRef, IdError, OrderToken, ProviderId, UpstreamRef};
pub use kpi::{
    DealerFilter, KpiAnswer, KpiFilter, KpiFlagsExcludeEachOther, KpiGrouping, KpiKey, KpiQuery, KpiRow,
    KpiStatusFilter, KpiType,
};
pub use money::Money;
pub use number::{NumberStatus, TransitionRefused};
pub use numbering::replaceable::{ReplaceableError, ReplaceableNumber};
pub use numbering::{
    CountryCode, E164, Facts, GeographicMatch, MatchError, NumberCategory, NumberError, NumberMatch,
    NumberType, Places, Prefix, Tier,
};
pub use order::{HoldReceipt, HoldRequest, NumberOrder, NumberReceipt, NumberRef, ReleaseReceipt};
pub use page::{Page, PageRequest, PageToken};
pub use period::{GroupingInterval, Period, PeriodError};
pub use pool::{
    Leftover, PoolMatch, PoolNumber, PoolOrder, PoolReceipt, PoolResize, PoolRetirement, PoolStatus,
    PoolUpdate, RetireReceipt,
};
pub use query::{Countries, MatchReason, NumberQuery, Selector, StockNumber};
pub use replacement::{
    FieldFault, ReplacementConfiguration, ReplacementFaultCode, ReplacementFaults, ReplacementInput,
    ReplacementRule, TrackingSourceInput,
};
pub use route::{CallRoute, SmsRoute};
pub use source::{Referrer, SearchEngine, SourceTextError, TrackingSource, TriggerValue, UrlTrigger};
pub use tracking::{Attribution, SessionQuery, Swap, SwapReason, TrackedCall, TrackingSession, Visit};
