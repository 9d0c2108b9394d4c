use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{
    Keyset, Page, PageRequest, Result, Scope, Transaction,
    database::timestamp,
    records::{self, ROWS_PER_INSERT, Record},
    sql::{Columns, Sql},
};

/// A company that uses numbers: the second level of the tenant tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Row id.
    pub id: i64,
    /// Row of the reseller.
    pub reseller_id: i64,
    /// Row of the dealer that brought it, if one did.
    pub dealer_id: Option<i64>,
    /// Unique short name for programs.
    pub code: String,
    /// Name.
    pub name: String,
    /// When it was inserted.
    pub created_at: Timestamp,
}

/// A customer to insert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewCustomer {
    /// Row of the reseller.
    pub reseller_id: i64,
    /// Row of the dealer that brought it, if one did.
    pub dealer_id: Option<i64>,
    /// Unique short name for programs.
    pub code: String,
    /// Name.
    pub name: String,
}

/// Which customers a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Name or code contains this, in whatever case.
    pub search: Option<String>,
    /// Only those that this dealer brought.
    pub dealer_id: Option<i64>,
}

impl CustomerFilter {
    fn apply(&self, sql: &mut Sql) {
        if let Some(search) = &self.search {
            records::contains(sql, &["c.name", "c.code"], search);
        }
        if let Some(dealer_id) = self.dealer_id {
            sql.push_bind(" AND c.dealer_id = ", dealer_id);
        }
    }
}

impl Record for Customer {
    const FROM: &'static str = "customers c";
    const ALIAS: &'static str = "c";
    const COLUMNS: &'static [&'static str] =
        &["id", "reseller_id", "dealer_id", "code", "name", "created_at"];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            id,
            reseller_id: columns.get()?,
            dealer_id: columns.get()?,
            code: columns.get()?,
            name: columns.get()?,
            created_at: timestamp(columns.get()?),
        })
    }

    fn id(&self) -> i64 {
        self.id
    }

    /// A group sees the customer it belongs to.
    fn restrict(scope: Scope, sql: &mut Sql) {
        match scope {
            Scope::Platform => sql,
            Scope::Reseller { reseller_id } => sql.push_bind(" AND c.reseller_id = ", reseller_id),
            Scope::Customer { customer_id, .. } | Scope::Group { customer_id, .. } => {
                sql.push_bind(" AND c.id = ", customer_id)
            }
        };
    }
}

/// The columns that [`read_customer`] reads, for statements that join `customers` as `alias`.
pub(crate) fn customer_columns(alias: &str) -> String {
    records::columns::<Customer>(alias)
}

/// Reads [`customer_columns`]; nothing where the join found no row.
pub(crate) fn read_customer(columns: &mut Columns<'_>) -> Result<Option<Customer>> {
    records::read(columns)
}

/// The customer with this row id.
///
/// # Errors
/// What the database says.
pub async fn customer(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<Customer>> {
    records::by_id(connection, scope, id).await
}

/// The customer with this code.
///
/// # Errors
/// What the database says.
pub async fn customer_by_code(
    connection: &impl ConnectionTrait,
    scope: Scope,
    code: &str,
) -> Result<Option<Customer>> {
    let mut sql = records::rows::<Customer>(scope);
    sql.push_bind(" AND c.code = ", code);
    records::first(connection, sql).await
}

/// Customers by row id.
///
/// # Errors
/// What the database says.
pub async fn customers_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, Customer>> {
    records::by_ids(connection, scope, ids).await
}

/// A page of customers.
///
/// # Errors
/// What the database says.
pub async fn customers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CustomerFilter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<Customer>> {
    records::page(connection, scope, |sql| filter.apply(sql), keyset, request).await
}

/// How many customers the list has.
///
/// # Errors
/// What the database says.
pub async fn count_customers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CustomerFilter,
) -> Result<i64> {
    records::count::<Customer>(connection, scope, |sql| filter.apply(sql)).await
}

/// Inserts a customer and gives its row id.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when the code is taken.
pub async fn insert_customer(transaction: &Transaction, customer: &NewCustomer) -> Result<i64> {
    let mut sql = insert(transaction, std::slice::from_ref(customer));
    sql.push(" RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// Gives the customers with these codes, by code. Those that aren't there are inserted; those that are stay as
/// they are, also when they are another reseller's.
///
/// # Errors
/// What the database says.
pub async fn ensure_customers(
    transaction: &Transaction,
    customers: &[NewCustomer],
) -> Result<HashMap<String, Customer>> {
    let mut found = HashMap::with_capacity(customers.len());
    for chunk in customers.chunks(ROWS_PER_INSERT) {
        let mut sql = insert(transaction, chunk);
        sql.push(" ON CONFLICT (code) DO NOTHING");
        sql.execute(transaction.connection()).await?;
        let mut sql = records::rows::<Customer>(Scope::Platform);
        sql.push(" AND c.code IN ")
            .bind_list(chunk.iter().map(|customer| customer.code.as_str()));
        let rows = records::all::<Customer>(transaction.connection(), sql).await?;
        found.extend(rows.into_iter().map(|customer| (customer.code.clone(), customer)));
    }
    Ok(found)
}

fn insert(transaction: &Transaction, customers: &[NewCustomer]) -> Sql {
    let into = "customers (reseller_id, dealer_id, code, name, created_at)";
    records::insert(into, customers, |sql, customer| {
        sql.bind(customer.reseller_id)
            .push_bind(", ", customer.dealer_id)
            .push_bind(", ", customer.code.as_str())
            .push_bind(", ", customer.name.as_str())
            .push_bind(", ", transaction.now_ms());
    })
}
