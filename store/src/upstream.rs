//! What a carrier says of the numbers and pools that we have from it: its own name for them, and where it sends
//! their messages. Kept beside our own facts, and read only when it is asked for.

use std::collections::HashMap;

use provider_core::domain::SmsRoute;
use sea_orm::ConnectionTrait;

use crate::{
    Result, StoreError, Transaction,
    sql::{Columns, Sql},
};

/// What a carrier says of a number or pool of ours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpstreamFacts {
    /// What it is called there. Our own name is another column: it is unique in the group and chosen by the caller,
    /// this one is the carrier's to change.
    pub name: Option<String>,
    /// Where its messages go; absent where the carrier did not say.
    pub sms_route: Option<SmsRoute>,
}

/// What the facts are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mirrored {
    /// Numbers.
    Numbers,
    /// Pools.
    Pools,
}

impl Mirrored {
    const fn table(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Pools => "pools",
        }
    }
}

/// The facts of numbers or pools by row id; those without any are left out. Give ids of rows that were read inside
/// the caller's scope.
///
/// # Errors
/// What the database says.
pub async fn upstream_facts(
    connection: &impl ConnectionTrait,
    of: Mirrored,
    ids: &[i64],
) -> Result<HashMap<i64, UpstreamFacts>> {
    let table = of.table();
    let mut sql = Sql::new(format!(
        "SELECT id, external_name, sms_route FROM {table} WHERE (external_name IS NOT NULL OR sms_route IS NOT \
         NULL) AND id IN "
    ));
    sql.bind_list(ids.iter().copied());
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let (id, name): (i64, Option<String>) = (columns.get()?, columns.get()?);
            let sms_route = columns
                .get::<Option<String>>()?
                .map(|word| read_route(table, word))
                .transpose()?;
            Ok((id, UpstreamFacts { name, sms_route }))
        })
        .collect()
}

/// Notes what a carrier says of a number or pool. What it did not say stays as it was known.
///
/// # Errors
/// What the database says.
pub async fn note_upstream_facts(
    transaction: &Transaction,
    of: Mirrored,
    id: i64,
    facts: &UpstreamFacts,
) -> Result<()> {
    if *facts == UpstreamFacts::default() {
        return Ok(());
    }
    let mut sql = Sql::new(format!("UPDATE {} SET external_name = COALESCE(", of.table()));
    sql.bind(facts.name.clone())
        .push_bind(
            ", external_name), sms_route = COALESCE(",
            facts.sms_route.map(word),
        )
        .push_bind(", sms_route) WHERE id = ", id);
    sql.execute(transaction.connection()).await.map(|_| ())
}

const fn word(route: SmsRoute) -> &'static str {
    match route {
        SmsRoute::None => "NONE",
    }
}

fn read_route(table: &'static str, value: String) -> Result<SmsRoute> {
    match value.as_str() {
        "NONE" => Ok(SmsRoute::None),
        _ => Err(StoreError::Corrupt {
            table,
            column: "sms_route",
            value,
        }),
    }
}
