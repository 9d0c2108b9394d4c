//! The use cases of Switchboard: what may be asked, by whom, and what it does to the database and to providers.
//!
//! [`Switchboard`] is the whole of it, shared by the API and the command line. Each method takes the
//! [`Principal`] that asks; nothing is read or changed outside its scope. Only this crate calls ports and stores.

mod access;
mod alerts;
mod assignment;
mod call_centers;
mod call_stats;
mod calls;
mod counters;
mod engine;
mod error;
mod events;
mod exports;
mod global_id;
mod holds;
mod import;
mod inventory;
mod keys;
mod kpis;
mod lifecycle;
mod numbers;
mod own_centers;
mod pools;
mod principal;
mod providers;
mod recovery;
mod requests;
mod switchboard;
mod tenants;
mod validate;
mod worker;

pub use ::calls::{
    CallLine, Direction, Disposition, Format as CallFormat, Party, PartyDisposition, Row as CallRow,
    RowFault as CallRowFault, Rows as CallRows, Settings as CallSettings, Side,
};
pub use alerts::{AlertMessage, AlertMessageData, AlertRuleInput, DryRun, NewWebhook, Webhook, WouldFire};
pub use call_centers::{
    CallCenter, CallCenterId, UpdateCallCenterReporting, call_center_of, statistics_range,
};
pub use call_stats::{
    CallStatistics, CallStatisticsRequest, EmployeeCallsId, ExportLink, ExportedFile, IntervalName,
    PlannedStatistics,
};
pub use calls::{
    CallCustomer, CallImportError, CallImportReport, CallImportRequest, CallImportStep, CallImporter,
};
pub use error::{Refusals, ServiceError, ServiceResult, UserError, UserErrorCode, whole_seconds};
pub use events::NumberNotice;
pub use exports::{Download, DownloadBody, Export};
pub use global_id::{GLOBAL_ID_VERSION, global_id};
pub use import::{EmployeeImport, EmployeeRow, ImportReport, ImportRow, RowFault, RowOutcome};
pub use inventory::{INVENTORY_ID, money};
pub use keys::{IssuedKey, KeyRequest};
pub use kpis::{KpiBreakdown, NumberHistory, NumberStock};
pub use own_centers::{
    CenterFigures, CenterGrouping, CenterHistoryRequest, CenterInterval, CreateCallCenter, OwnCallCenter,
    QueueFile, QueueImport, QueueImportReport, QueueImporter, QueueLines, ReportObstacle, SentReport,
    UpdateCallCenter,
};
pub use principal::Principal;
pub use providers::ProviderView;
pub use requests::*;
pub use store::call_centers::{AgentName, ReportState};
pub use store::calls::CallSource;
pub use store::calls::{
    CallFilter, CallImport, CallImportFilter, CallView, KeptFault, PartyView,
    days::{Difference as CallDifference, SubjectKind},
};
pub use store::kpis::{
    CountBy, CountKey, CountRow, Difference as CounterDifference, Form502Row, QuarantineEnds, Within,
};
pub use store::{
    AccessLevel, AlertBreakdown, AlertComparison, AlertEventKind, AlertEventRecord, AlertFilter, AlertMetric,
    AlertRecord, AlertRuleRecord, AlertRuleSpec, AlertSubject, ApiKeyRecord, AssignmentRecord, Backend,
    Customer, CustomerFilter, Database, DatabaseOptions, Dealer, DealerFilter, DeliveryChannel,
    DeliveryRecord, DeliveryState, Employee, EmployeeFilter, EventKind, EventRecord, ExportRecord,
    ExportState, Group, GroupFilter, HoldRecord, Key, NumberBy, NumberFilter, NumberOrderBy, NumberRecord,
    NumberRelations, OperationFilter, OperationKind, OperationRecord, OperationState, Owner, Page,
    PageRequest, PoolFilter, PoolRecord, Position, Problem, Reseller, Scope, StoreError, UpstreamFacts,
    position,
};
pub use switchboard::{Settings, StartError, Switchboard, WebhookSettings};
