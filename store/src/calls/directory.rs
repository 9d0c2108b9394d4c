//! Extensions and numbers as calls find them: with everybody who had them.

use calls::{Directory, Extension, NumberOwner, OwnNumber, Tenure};
use jiff::Timestamp;
use numbering::E164;
use sea_orm::ConnectionTrait;

use super::bind_texts;
use crate::{
    Result,
    database::timestamp,
    error::e164,
    sql::{Columns, Sql},
};

/// Finds a customer's extensions by their names, and numbers, whosever they are.
pub(super) async fn find<'t>(
    connection: &impl ConnectionTrait,
    customer_id: i64,
    names: impl Iterator<Item = &'t str>,
    numbers: impl Iterator<Item = &'t E164>,
) -> Result<Directory> {
    let mut directory = Directory {
        customer_id,
        ..Directory::default()
    };
    extensions(connection, &mut directory, names).await?;
    own_numbers(connection, &mut directory, numbers).await?;
    Ok(directory)
}

async fn extensions<'t>(
    connection: &impl ConnectionTrait,
    directory: &mut Directory,
    names: impl Iterator<Item = &'t str>,
) -> Result<()> {
    let mut sql = Sql::new(
        "SELECT x.number, x.id, a.employee_id, a.assigned_at, a.released_at FROM extensions x \
         LEFT JOIN extension_assignments a ON a.extension_id = x.id WHERE x.customer_id = ",
    );
    sql.bind(directory.customer_id).push(" AND x.number IN ");
    bind_texts(&mut sql, connection, names)?;
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let (number, id) = (columns.get::<String>()?, columns.get()?);
        let extension = directory.extensions.entry(number).or_insert_with(|| Extension {
            id,
            holders: Vec::new(),
        });
        if let Some(employee_id) = columns.get::<Option<i64>>()? {
            extension.holders.push(tenure(employee_id, &mut columns)?);
        }
    }
    Ok(())
}

async fn own_numbers<'t>(
    connection: &impl ConnectionTrait,
    directory: &mut Directory,
    numbers: impl Iterator<Item = &'t E164>,
) -> Result<()> {
    let mut numbers = numbers.map(E164::as_str).peekable();
    if numbers.peek().is_none() {
        return Ok(());
    }
    let mut sql = Sql::new(
        "SELECT n.e164, n.id, a.customer_id, a.group_id, a.pool_id, a.assigned_at, a.released_at \
         FROM numbers n JOIN assignments a ON a.number_id = n.id WHERE n.e164 IN ",
    );
    bind_texts(&mut sql, connection, numbers)?;
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let number = e164("numbers", "e164", &columns.get::<String>()?)?;
        let id = columns.get()?;
        let own = directory.numbers.entry(number).or_insert_with(|| OwnNumber {
            id,
            owners: Vec::new(),
        });
        let owner = NumberOwner {
            customer_id: columns.get()?,
            group_id: columns.get()?,
            pool_id: columns.get()?,
        };
        own.owners.push(tenure(owner, &mut columns)?);
    }
    Ok(())
}

/// Reads when somebody had something: its two columns are the next.
fn tenure<T>(what: T, columns: &mut Columns<'_>) -> Result<Tenure<T>> {
    let from = timestamp(columns.get()?);
    let until: Option<Timestamp> = columns.get::<Option<i64>>()?.map(timestamp);
    Ok(Tenure { what, from, until })
}
