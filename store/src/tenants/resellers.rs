use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::{
    Result, Scope, Transaction,
    records::{self, ROWS_PER_INSERT, Record},
    sql::{Columns, Sql},
};

/// A company that sells to customers: the first level of the tenant tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reseller {
    /// Row id.
    pub id: i64,
    /// Unique short name for programs.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A reseller to insert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewReseller {
    /// Unique short name for programs.
    pub code: String,
    /// Name.
    pub name: String,
}

impl Record for Reseller {
    const FROM: &'static str = "resellers r";
    const ALIAS: &'static str = "r";
    const COLUMNS: &'static [&'static str] = &["id", "code", "name"];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            id,
            code: columns.get()?,
            name: columns.get()?,
        })
    }

    fn id(&self) -> i64 {
        self.id
    }

    /// Whoever is below a reseller sees that reseller.
    fn restrict(scope: Scope, sql: &mut Sql) {
        match scope {
            Scope::Platform => sql,
            Scope::Reseller { reseller_id }
            | Scope::Customer { reseller_id, .. }
            | Scope::Group { reseller_id, .. } => sql.push_bind(" AND r.id = ", reseller_id),
        };
    }
}

/// The reseller with this row id.
///
/// # Errors
/// What the database says.
pub async fn reseller(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<Reseller>> {
    records::by_id(connection, scope, id).await
}

/// The reseller with this code.
///
/// # Errors
/// What the database says.
pub async fn reseller_by_code(
    connection: &impl ConnectionTrait,
    scope: Scope,
    code: &str,
) -> Result<Option<Reseller>> {
    let mut sql = records::rows::<Reseller>(scope);
    sql.push_bind(" AND r.code = ", code);
    records::first(connection, sql).await
}

/// Resellers by row id.
///
/// # Errors
/// What the database says.
pub async fn resellers_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, Reseller>> {
    records::by_ids(connection, scope, ids).await
}

/// Inserts a reseller and gives its row id.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when the code is taken.
pub async fn insert_reseller(transaction: &Transaction, reseller: &NewReseller) -> Result<i64> {
    let mut sql = insert(transaction, std::slice::from_ref(reseller));
    sql.push(" RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// Gives the resellers with these codes, by code. Those that aren't there are inserted; those that are stay as
/// they are.
///
/// # Errors
/// What the database says.
pub async fn ensure_resellers(
    transaction: &Transaction,
    resellers: &[NewReseller],
) -> Result<HashMap<String, Reseller>> {
    let mut found = HashMap::with_capacity(resellers.len());
    for chunk in resellers.chunks(ROWS_PER_INSERT) {
        let mut sql = insert(transaction, chunk);
        sql.push(" ON CONFLICT (code) DO NOTHING");
        sql.execute(transaction.connection()).await?;
        let mut sql = records::rows::<Reseller>(Scope::Platform);
        sql.push(" AND r.code IN ")
            .bind_list(chunk.iter().map(|reseller| reseller.code.as_str()));
        let rows = records::all::<Reseller>(transaction.connection(), sql).await?;
        found.extend(rows.into_iter().map(|reseller| (reseller.code.clone(), reseller)));
    }
    Ok(found)
}

fn insert(transaction: &Transaction, resellers: &[NewReseller]) -> Sql {
    records::insert(
        "resellers (code, name, created_at)",
        resellers,
        |sql, reseller| {
            sql.bind(reseller.code.as_str())
                .push_bind(", ", reseller.name.as_str())
                .push_bind(", ", transaction.now_ms());
        },
    )
}
