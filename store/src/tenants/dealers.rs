use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::{
    Keyset, Page, PageRequest, Result, Scope, Transaction,
    records::{self, ROWS_PER_INSERT, Record},
    sql::{Columns, Sql},
};

/// A partner of a reseller that brings customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dealer {
    /// Row id.
    pub id: i64,
    /// Unique short name for programs.
    pub code: String,
    /// Name.
    pub name: String,
    /// Row of the reseller.
    pub reseller_id: i64,
}

/// A dealer to insert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewDealer {
    /// Row of the reseller.
    pub reseller_id: i64,
    /// Unique short name for programs.
    pub code: String,
    /// Name.
    pub name: String,
}

/// Which dealers a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DealerFilter {
    /// Name or code contains this, in whatever case.
    pub search: Option<String>,
}

impl DealerFilter {
    fn apply(&self, sql: &mut Sql) {
        if let Some(search) = &self.search {
            records::contains(sql, &["d.name", "d.code"], search);
        }
    }
}

impl Record for Dealer {
    const FROM: &'static str = "dealers d";
    const ALIAS: &'static str = "d";
    const COLUMNS: &'static [&'static str] = &["id", "code", "name", "reseller_id"];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            id,
            code: columns.get()?,
            name: columns.get()?,
            reseller_id: columns.get()?,
        })
    }

    fn id(&self) -> i64 {
        self.id
    }

    /// A reseller sees its own dealers; a customer and its groups see the one that brought the customer.
    fn restrict(scope: Scope, sql: &mut Sql) {
        match scope {
            Scope::Platform => {}
            Scope::Reseller { reseller_id } => {
                sql.push_bind(" AND d.reseller_id = ", reseller_id);
            }
            Scope::Customer { customer_id, .. } | Scope::Group { customer_id, .. } => {
                let own = " AND d.id = (SELECT own.dealer_id FROM customers own WHERE own.id = ";
                sql.push_bind(own, customer_id).push(")");
            }
        }
    }
}

/// The columns that [`read_dealer`] reads, for statements that join `dealers` as `alias`.
pub(crate) fn dealer_columns(alias: &str) -> String {
    records::columns::<Dealer>(alias)
}

/// Reads [`dealer_columns`]; nothing where the join found no row.
pub(crate) fn read_dealer(columns: &mut Columns<'_>) -> Result<Option<Dealer>> {
    records::read(columns)
}

/// The dealer with this row id.
///
/// # Errors
/// What the database says.
pub async fn dealer(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<Dealer>> {
    records::by_id(connection, scope, id).await
}

/// The dealer with this code.
///
/// # Errors
/// What the database says.
pub async fn dealer_by_code(
    connection: &impl ConnectionTrait,
    scope: Scope,
    code: &str,
) -> Result<Option<Dealer>> {
    let mut sql = records::rows::<Dealer>(scope);
    sql.push_bind(" AND d.code = ", code);
    records::first(connection, sql).await
}

/// Dealers by row id.
///
/// # Errors
/// What the database says.
pub async fn dealers_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, Dealer>> {
    records::by_ids(connection, scope, ids).await
}

/// A page of dealers.
///
/// # Errors
/// What the database says.
pub async fn dealers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &DealerFilter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<Dealer>> {
    records::page(connection, scope, |sql| filter.apply(sql), keyset, request).await
}

/// How many dealers the list has.
///
/// # Errors
/// What the database says.
pub async fn count_dealers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &DealerFilter,
) -> Result<i64> {
    records::count::<Dealer>(connection, scope, |sql| filter.apply(sql)).await
}

/// Inserts a dealer and gives its row id.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when the code is taken.
pub async fn insert_dealer(transaction: &Transaction, dealer: &NewDealer) -> Result<i64> {
    let mut sql = insert(transaction, std::slice::from_ref(dealer));
    sql.push(" RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// Gives the dealers with these codes, by code. Those that aren't there are inserted; those that are stay as
/// they are, also when they are another reseller's.
///
/// # Errors
/// What the database says.
pub async fn ensure_dealers(
    transaction: &Transaction,
    dealers: &[NewDealer],
) -> Result<HashMap<String, Dealer>> {
    let mut found = HashMap::with_capacity(dealers.len());
    for chunk in dealers.chunks(ROWS_PER_INSERT) {
        let mut sql = insert(transaction, chunk);
        sql.push(" ON CONFLICT (code) DO NOTHING");
        sql.execute(transaction.connection()).await?;
        let mut sql = records::rows::<Dealer>(Scope::Platform);
        sql.push(" AND d.code IN ")
            .bind_list(chunk.iter().map(|dealer| dealer.code.as_str()));
        let rows = records::all::<Dealer>(transaction.connection(), sql).await?;
        found.extend(rows.into_iter().map(|dealer| (dealer.code.clone(), dealer)));
    }
    Ok(found)
}

fn insert(transaction: &Transaction, dealers: &[NewDealer]) -> Sql {
    records::insert(
        "dealers (reseller_id, code, name, created_at)",
        dealers,
        |sql, dealer| {
            sql.bind(dealer.reseller_id)
                .push_bind(", ", dealer.code.as_str())
                .push_bind(", ", dealer.name.as_str())
                .push_bind(", ", transaction.now_ms());
        },
    )
}
