//! SeaORM entities of Switchboard, one module a table.
//!
//! Rows are plain values: enumerations and instants become domain types in the store of the `api` crate, and
//! nowhere else. That the entities match the migrations is asserted by a test of `migration`.

pub mod agent_session;
pub mod alert;
pub mod alert_delivery;
pub mod alert_event;
pub mod alert_rule;
pub mod alert_watch;
pub mod api_key;
pub mod assignment;
pub mod call;
pub mod call_center;
pub mod call_center_queue;
pub mod call_center_report;
pub mod call_day;
pub mod call_import;
pub mod call_import_fault;
pub mod call_party;
pub mod call_version;
pub mod customer;
pub mod dealer;
pub mod employee;
pub mod export;
pub mod extension;
pub mod extension_assignment;
pub mod group;
pub mod hold;
pub mod kpi_cell;
pub mod kpi_customer;
pub mod kpi_day;
pub mod number;
pub mod number_change;
pub mod number_event;
pub mod number_tag;
pub mod operation;
pub mod operation_attempt;
pub mod place;
pub mod pool;
pub mod pool_member;
pub mod pool_replaced_number;
pub mod pool_tracking_source;
pub mod pool_url_trigger;
pub mod queue_agent;
pub mod queue_call;
pub mod queue_event;
pub mod queue_log;
pub mod queue_member;
pub mod reseller;
pub mod setting;
pub mod webhook;
