use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{
    Keyset, Page, PageRequest, Result, Scope, Transaction,
    database::timestamp,
    records::{self, Record},
    sql::{Columns, Sql},
};

/// A person of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employee {
    /// Row id.
    pub id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// Row of the group, if the person belongs to one.
    pub group_id: Option<i64>,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// The extension that the person has now: the one assigned last where there are several.
    pub extension: Option<String>,
}

/// An employee to insert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewEmployee {
    /// Row of the customer's reseller.
    pub reseller_id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// Row of the group, if the person belongs to one.
    pub group_id: Option<i64>,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
}

/// Which employees a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmployeeFilter {
    /// Only those of this customer.
    pub customer_id: Option<i64>,
    /// Only those of this group.
    pub group_id: Option<i64>,
    /// Name or e-mail address contains this, in whatever case.
    pub search: Option<String>,
}

impl EmployeeFilter {
    fn apply(&self, sql: &mut Sql) {
        if let Some(customer_id) = self.customer_id {
            sql.push_bind(" AND e.customer_id = ", customer_id);
        }
        if let Some(group_id) = self.group_id {
            sql.push_bind(" AND e.group_id = ", group_id);
        }
        if let Some(search) = &self.search {
            records::contains(sql, &["e.name", "e.email"], search);
        }
    }
}

/// Somebody who had an extension for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtensionHolder {
    /// Row of the assignment.
    pub id: i64,
    /// Row of the employee.
    pub employee_id: i64,
    /// Since when.
    pub assigned_at: Timestamp,
    /// Until when; absent while it lasts.
    pub released_at: Option<Timestamp>,
}

impl Record for Employee {
    /// Both databases flatten this, so that conditions and pages use the indexes of `employees`.
    const FROM: &'static str = "(SELECT m.id, m.reseller_id, m.customer_id, m.group_id, m.name, m.email, \
         (SELECT x.number FROM extension_assignments a JOIN extensions x ON x.id = a.extension_id \
         WHERE a.employee_id = m.id AND a.released_at IS NULL ORDER BY a.assigned_at DESC, a.id DESC LIMIT 1) \
         AS extension FROM employees m) e";
    const ALIAS: &'static str = "e";
    const COLUMNS: &'static [&'static str] = &["id", "customer_id", "group_id", "name", "email", "extension"];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            id,
            customer_id: columns.get()?,
            group_id: columns.get()?,
            name: columns.get()?,
            email: columns.get()?,
            extension: columns.get()?,
        })
    }

    fn id(&self) -> i64 {
        self.id
    }
}

/// The employee with this row id.
///
/// # Errors
/// What the database says.
pub async fn employee(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<Employee>> {
    records::by_id(connection, scope, id).await
}

/// Employees by row id.
///
/// # Errors
/// What the database says.
pub async fn employees_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, Employee>> {
    records::by_ids(connection, scope, ids).await
}

/// A page of employees.
///
/// # Errors
/// What the database says.
pub async fn employees(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &EmployeeFilter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<Employee>> {
    records::page(connection, scope, |sql| filter.apply(sql), keyset, request).await
}

/// How many employees the list has.
///
/// # Errors
/// What the database says.
pub async fn count_employees(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &EmployeeFilter,
) -> Result<i64> {
    records::count::<Employee>(connection, scope, |sql| filter.apply(sql)).await
}

/// Inserts an employee and gives its row id.
///
/// # Errors
/// What the database says.
pub async fn insert_employee(transaction: &Transaction, employee: &NewEmployee) -> Result<i64> {
    let into = "employees (reseller_id, customer_id, group_id, name, email, created_at)";
    let mut sql = records::insert(into, std::slice::from_ref(employee), |sql, employee| {
        sql.bind(employee.reseller_id)
            .push_bind(", ", employee.customer_id)
            .push_bind(", ", employee.group_id)
            .push_bind(", ", employee.name.as_str())
            .push_bind(", ", employee.email.as_deref())
            .push_bind(", ", transaction.now_ms());
    });
    sql.push(" RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// Gives the row id of a customer's extension; inserts it if it isn't there.
///
/// # Errors
/// What the database says.
pub async fn ensure_extension(transaction: &Transaction, customer_id: i64, number: &str) -> Result<i64> {
    let mut sql = Sql::new("INSERT INTO extensions (customer_id, number, created_at) VALUES (");
    sql.bind(customer_id)
        .push_bind(", ", number)
        .push_bind(", ", transaction.now_ms());
    sql.push(") ON CONFLICT (customer_id, number) DO NOTHING");
    sql.execute(transaction.connection()).await?;
    let mut sql = Sql::new("SELECT id FROM extensions WHERE customer_id = ");
    sql.bind(customer_id).push_bind(" AND number = ", number);
    sql.one_i64(transaction.connection()).await
}

/// The row of a customer's employee with this name and e-mail address: the first where there are several.
///
/// # Errors
/// What the database says.
pub async fn employee_named(
    transaction: &Transaction,
    customer_id: i64,
    name: &str,
    email: Option<&str>,
) -> Result<Option<i64>> {
    let mut sql = Sql::new("SELECT id FROM employees WHERE customer_id = ");
    sql.bind(customer_id).push_bind(" AND name = ", name);
    match email {
        Some(email) => sql.push_bind(" AND email = ", email),
        None => sql.push(" AND email IS NULL"),
    };
    sql.push(" ORDER BY id LIMIT 1");
    let row = sql.one(transaction.connection()).await?;
    row.map(|row| Columns::of(&row).get()).transpose()
}

/// Everybody who had an extension, the first first.
///
/// # Errors
/// What the database says.
pub async fn extension_holders(transaction: &Transaction, extension_id: i64) -> Result<Vec<ExtensionHolder>> {
    let mut sql = Sql::new(
        "SELECT id, employee_id, assigned_at, released_at FROM extension_assignments WHERE extension_id = ",
    );
    sql.bind(extension_id).push(" ORDER BY assigned_at, id");
    let rows = sql.all(transaction.connection()).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(ExtensionHolder {
                id: columns.get()?,
                employee_id: columns.get()?,
                assigned_at: timestamp(columns.get()?),
                released_at: columns.get::<Option<i64>>()?.map(timestamp),
            })
        })
        .collect()
}

/// Lets an assignment of an extension begin at another time.
///
/// # Errors
/// What the database says.
pub async fn move_extension_start(transaction: &Transaction, id: i64, since: Timestamp) -> Result<()> {
    let mut sql = Sql::new("UPDATE extension_assignments SET assigned_at = ");
    sql.bind(since.as_millisecond()).push_bind(" WHERE id = ", id);
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// Gives an extension to an employee from now on.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) of `extension_assignments_active` when somebody has the extension.
pub async fn assign_extension(transaction: &Transaction, extension_id: i64, employee_id: i64) -> Result<i64> {
    assign_extension_since(transaction, extension_id, employee_id, transaction.now()).await
}

/// Gives an extension to an employee, who has had it since a time.
///
/// # Errors
/// As [`assign_extension`].
pub async fn assign_extension_since(
    transaction: &Transaction,
    extension_id: i64,
    employee_id: i64,
    since: Timestamp,
) -> Result<i64> {
    let mut sql =
        Sql::new("INSERT INTO extension_assignments (extension_id, employee_id, assigned_at) VALUES (");
    sql.bind(extension_id)
        .push_bind(", ", employee_id)
        .push_bind(", ", since.as_millisecond());
    sql.push(") RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// Takes an extension from whoever has it; says whether somebody had it.
///
/// # Errors
/// What the database says.
pub async fn release_extension(transaction: &Transaction, extension_id: i64) -> Result<bool> {
    release_extension_at(transaction, extension_id, transaction.now()).await
}

/// Takes an extension from whoever has it, who had it until a time; says whether somebody had it.
///
/// # Errors
/// What the database says.
pub async fn release_extension_at(
    transaction: &Transaction,
    extension_id: i64,
    until: Timestamp,
) -> Result<bool> {
    let mut sql = Sql::new("UPDATE extension_assignments SET released_at = ");
    sql.bind(until.as_millisecond())
        .push_bind(" WHERE released_at IS NULL AND extension_id = ", extension_id);
    Ok(sql.execute(transaction.connection()).await? > 0)
}
