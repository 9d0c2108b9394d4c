use numbering::{Facts, fold};
use sea_orm::ConnectionTrait;

use crate::{Result, Transaction, sql::Sql};

/// The row of the place that `facts` name, made if it isn't there; `None` where the place isn't known.
///
/// # Errors
/// What the database says.
pub async fn ensure_place(transaction: &Transaction, facts: &Facts) -> Result<Option<i64>> {
    let (Some(country), Some(locality)) = (facts.country, &facts.locality) else {
        return Ok(None);
    };
    let region = facts.region.clone().unwrap_or_default();
    let connection = transaction.connection();
    if let Some(id) = find(connection, country.as_str(), &region, locality).await? {
        return Ok(Some(id));
    }
    let mut insert = Sql::new("INSERT INTO places (country, region, name, name_key) VALUES (");
    insert
        .bind(country.as_str())
        .push_bind(", ", region.clone())
        .push_bind(", ", locality.clone())
        .push_bind(", ", fold(locality))
        .push(") ON CONFLICT (country, region, name_key) DO NOTHING");
    insert.execute(connection).await?;
    find(connection, country.as_str(), &region, locality).await
}

async fn find(
    connection: &impl ConnectionTrait,
    country: &str,
    region: &str,
    locality: &str,
) -> Result<Option<i64>> {
    let mut sql = Sql::new("SELECT id FROM places WHERE country = ");
    sql.bind(country)
        .push_bind(" AND region = ", region)
        .push_bind(" AND name_key = ", fold(locality));
    Ok(sql
        .one(connection)
        .await?
        .map(|row| row.try_get_by_index(0))
        .transpose()?)
}
