use calls::{
    packed::{Day, day_of},
    statistics::Party,
};
use sea_orm::ConnectionTrait;

use super::{SubjectKind, unpack};
use crate::{
    Result, Scope,
    sql::{Columns, Sql},
};

/// UTC days (days since 1970-01-01), both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayRange {
    /// The first day.
    pub first: i64,
    /// The last day.
    pub last: i64,
}

impl DayRange {
    /// The days that some seconds (since the Unix epoch, both inclusive) are in.
    #[must_use]
    pub fn of_seconds(first: i64, last: i64) -> Self {
        Self {
            first: day_of(first),
            last: day_of(last),
        }
    }

    fn restrict(self, sql: &mut Sql) {
        sql.push_bind(" AND d.day >= ", self.first)
            .push_bind(" AND d.day <= ", self.last);
    }
}

/// A day of an employee at an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeDay {
    /// Row of the customer.
    pub customer_id: i64,
    /// Whose.
    pub party: Party,
    /// Which day.
    pub day: i64,
    /// The calls; none where they were taken away.
    pub calls: Day,
}

/// A day of an employee at an extension, of a number or of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectDay {
    /// Row of the employee, the number or the pool.
    pub subject_id: i64,
    /// Row of the extension; 0 for numbers and pools.
    pub extension_id: i64,
    /// Which day.
    pub day: i64,
    /// The calls; none where they were taken away.
    pub calls: Day,
}

/// What packed calls a customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallVersion {
    /// Row of the customer.
    pub customer_id: i64,
    /// One more with each change.
    pub version: i64,
    /// No calls lie outside of these days.
    pub days: DayRange,
}

/// What packed calls there are: of one customer, or of all that have any.
///
/// # Errors
/// What the database says.
pub async fn versions(
    connection: &impl ConnectionTrait,
    customer_id: Option<i64>,
) -> Result<Vec<CallVersion>> {
    let mut sql = Sql::new("SELECT customer_id, version, first_day, last_day FROM call_versions");
    if let Some(customer_id) = customer_id {
        sql.push_bind(" WHERE customer_id = ", customer_id);
    }
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(CallVersion {
                customer_id: columns.get()?,
                version: columns.get()?,
                days: DayRange {
                    first: columns.get()?,
                    last: columns.get()?,
                },
            })
        })
        .collect()
}

/// The days of the employees of some customers, with a later version than `newer_than`, the earliest first.
///
/// # Errors
/// [`StoreError::Corrupt`](crate::StoreError::Corrupt) for a day that can't be read, else what the database says.
pub async fn employee_days(
    connection: &impl ConnectionTrait,
    customers: &[i64],
    range: DayRange,
    newer_than: Option<i64>,
) -> Result<Vec<EmployeeDay>> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT d.customer_id, d.subject_id, d.extension_id, d.day, d.words FROM call_days d \
         WHERE d.kind = 'EMPLOYEE' AND d.customer_id IN ",
    );
    sql.bind_list(customers.iter().copied());
    range.restrict(&mut sql);
    if let Some(version) = newer_than {
        sql.push_bind(" AND d.version > ", version);
    }
    sql.push(" ORDER BY d.customer_id, d.day");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let customer_id = columns.get()?;
            let party = Party {
                employee_id: columns.get()?,
                extension_id: columns.get()?,
            };
            let day = columns.get()?;
            let words: Vec<u8> = columns.get()?;
            Ok(EmployeeDay {
                customer_id,
                party,
                day,
                calls: unpack(day, &words)?,
            })
        })
        .collect()
}

/// The days of some employees, numbers or pools inside `scope`, by subject, the earliest first. A number's calls are
/// those of the customer that had it at the time.
///
/// # Errors
/// [`StoreError::Corrupt`](crate::StoreError::Corrupt) for a day that can't be read, else what the database says.
pub async fn subject_days(
    connection: &impl ConnectionTrait,
    scope: Scope,
    kind: SubjectKind,
    ids: &[i64],
    range: DayRange,
) -> Result<Vec<SubjectDay>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql =
        Sql::new("SELECT d.subject_id, d.extension_id, d.day, d.words FROM call_days d WHERE d.kind = ");
    sql.bind(kind.to_string())
        .push(" AND d.subject_id IN ")
        .bind_list(ids.iter().copied());
    range.restrict(&mut sql);
    restrict(scope, &mut sql);
    sql.push(" ORDER BY d.subject_id, d.extension_id, d.day");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let (subject_id, extension_id, day) = (columns.get()?, columns.get()?, columns.get()?);
            let words: Vec<u8> = columns.get()?;
            Ok(SubjectDay {
                subject_id,
                extension_id,
                day,
                calls: unpack(day, &words)?,
            })
        })
        .collect()
}

/// Days belong to customers: whoever sees less than a whole one sees none.
fn restrict(scope: Scope, sql: &mut Sql) {
    match scope {
        Scope::Platform => {}
        Scope::Reseller { reseller_id } => {
            sql.push_bind(
                " AND d.customer_id IN (SELECT c.id FROM customers c WHERE c.reseller_id = ",
                reseller_id,
            )
            .push(")");
        }
        Scope::Customer { customer_id, .. } => {
            sql.push_bind(" AND d.customer_id = ", customer_id);
        }
        Scope::Group { .. } => {
            sql.push(" AND 1 = 0");
        }
    }
}
