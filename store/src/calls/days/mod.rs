//! What statistics are computed from, kept while calls come in: the calls of each employee at an extension, of each
//! number and of each pool, packed by UTC day.

mod difference;
mod merge;
mod read;
mod recount;
mod repair;

use calls::{
    Subject,
    packed::{Day, DayError},
};
use strum::{Display, EnumString, IntoStaticStr};

pub use difference::{Difference, WhichDay};
pub use merge::merge;
pub use read::{CallVersion, DayRange, EmployeeDay, SubjectDay, employee_days, subject_days, versions};
pub use recount::{customers_with_calls, verify};
pub use repair::repair;

use crate::StoreError;

/// Whose days they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum SubjectKind {
    /// An employee, at each extension apart.
    Employee,
    /// A number.
    Number,
    /// A pool.
    Pool,
}

/// A row's key, without its customer and its day: kind, subject, extension.
fn key(subject: Subject) -> (SubjectKind, i64, i64) {
    match subject {
        Subject::Employee {
            employee_id,
            extension_id,
        } => (SubjectKind::Employee, employee_id, extension_id),
        Subject::Number(id) => (SubjectKind::Number, id, 0),
        Subject::Pool(id) => (SubjectKind::Pool, id, 0),
    }
}

/// Unpacks a row's calls.
fn unpack(day: i64, bytes: &[u8]) -> Result<Day, StoreError> {
    Day::decode(bytes).map_err(|error| corrupt(day, error))
}

fn corrupt(day: i64, error: DayError) -> StoreError {
    StoreError::Corrupt {
        table: "call_days",
        column: "words",
        value: format!("day {day}: {error}"),
    }
}
