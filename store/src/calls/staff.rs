//! The employees whose calls are counted, and the extensions that they have and had.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;

use crate::{
    Result,
    sql::{Columns, Sql},
};

/// An employee and the extensions that the calls may have been at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffMember {
    /// Name.
    pub name: String,
    /// Extensions that the employee has or had, by row.
    pub extensions: BTreeMap<i64, StaffExtension>,
}

/// An extension of an employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffExtension {
    /// Its number.
    pub number: String,
    /// Whether the employee has it now.
    pub held: bool,
}

/// The employees of one customer, or of all, by row.
///
/// # Errors
/// What the database says.
pub async fn staff(
    connection: &impl ConnectionTrait,
    customer_id: Option<i64>,
) -> Result<BTreeMap<i64, StaffMember>> {
    let mut sql = Sql::new(
        "SELECT e.id, e.name, x.id, x.number, a.released_at FROM employees e \
         LEFT JOIN extension_assignments a ON a.employee_id = e.id LEFT JOIN extensions x ON x.id = a.extension_id",
    );
    if let Some(customer_id) = customer_id {
        sql.push_bind(" WHERE e.customer_id = ", customer_id);
    }
    let mut staff: BTreeMap<i64, StaffMember> = BTreeMap::new();
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let (id, name): (i64, String) = (columns.get()?, columns.get()?);
        let member = staff.entry(id).or_default();
        member.name = name;
        let (extension, number): (Option<i64>, Option<String>) = (columns.get()?, columns.get()?);
        let held = columns.get::<Option<i64>>()?.is_none();
        if let (Some(extension), Some(number)) = (extension, number) {
            // Who gave an extension back and got it again has it.
            let known = member.extensions.entry(extension);
            let known = known.or_insert(StaffExtension { number, held: false });
            known.held |= held;
        }
    }
    Ok(staff)
}
