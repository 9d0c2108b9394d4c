//! The kinds of change, one a file.

mod assign;
mod change_number;
mod create_pool;
mod pool;
mod report_center;
mod resize_pool;
mod retire_pool;
mod update_pool;

pub(crate) use assign::Assign;
pub(crate) use change_number::{ChangeNumber, lock_for_change};
pub(crate) use create_pool::CreatePool;
pub(crate) use report_center::ReportCenter;
pub(crate) use resize_pool::ResizePool;
pub(crate) use retire_pool::{RetirePool, retire};
pub(crate) use update_pool::UpdatePool;
