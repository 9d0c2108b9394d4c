use provider_core::domain::NumberStatus;
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use crate::{
    Result, error,
    kpis::StockKey,
    sql::{Columns, Sql},
};

/// A number's place in the stock: what [`StockLevel`](crate::kpis::StockLevel) counts it as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockPlace {
    /// Nobody has it.
    Available,
    /// It has an owner.
    Assigned,
    /// Somebody is about to have it.
    Reserved,
    /// It rests.
    Aging,
    /// It is not ours, or not any more.
    Outside,
}

/// An event that moved a number in the stock, or gave it to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMove {
    /// Row id; events are numbered in the order they were written.
    pub id: i64,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// Which numbers it was one of.
    pub key: StockKey,
    /// Where it was.
    pub from: StockPlace,
    /// Where it went.
    pub to: StockPlace,
    /// An order gave it to a group.
    pub assigned: bool,
}

/// The facts of an event that matter here; a fact that didn't change is absent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    status: Option<NumberStatus>,
    quarantine_until: Option<String>,
}

impl Facts {
    fn place(&self) -> Option<StockPlace> {
        let rests = self.quarantine_until.is_some();
        Some(match self.status? {
            NumberStatus::Available => StockPlace::Available,
            NumberStatus::Active | NumberStatus::Suspended | NumberStatus::PortingOut => StockPlace::Assigned,
            NumberStatus::Held | NumberStatus::Pending | NumberStatus::PortingIn => StockPlace::Reserved,
            NumberStatus::Dropped if rests => StockPlace::Aging,
            NumberStatus::Dropped => StockPlace::Outside,
        })
    }
}

/// A part of the histories of all numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMoves {
    /// What moved, oldest first.
    pub moves: Vec<StockMove>,
    /// The last event that was looked at.
    pub last: Option<i64>,
    /// There are more.
    pub more: bool,
}

/// The next events of all numbers from an instant on, after the event `after`: at most `limit`, of which those that move
/// nothing are left out.
///
/// # Errors
/// What the database says.
pub async fn stock_moves(
    connection: &impl ConnectionTrait,
    from_ms: i64,
    after: i64,
    limit: u32,
) -> Result<StockMoves> {
    let mut sql = Sql::new(
        "SELECT h.id, h.at, h.kind, h.operation_id, h.before, h.after, n.number_type, n.country, n.area_code \
         FROM number_events h JOIN numbers n ON n.id = h.number_id WHERE h.id > ",
    );
    sql.bind(after)
        .push_bind(" AND h.at >= ", from_ms)
        .push(&format!(" ORDER BY h.id LIMIT {limit}"));
    let rows = sql.all(connection).await?;
    let mut moves = Vec::new();
    let mut last = None;
    for row in &rows {
        let mut columns = Columns::of(row);
        let (id, at_ms): (i64, i64) = (columns.get()?, columns.get()?);
        last = Some(id);
        let kind: String = columns.get()?;
        let operation: Option<i64> = columns.get()?;
        let (before, after): (String, String) = (columns.get()?, columns.get()?);
        let before: Facts = error::json("number_events", "before", &before)?;
        let after: Facts = error::json("number_events", "after", &after)?;
        let number_type: String = columns.get()?;
        let country: Option<String> = columns.get()?;
        let key = StockKey {
            number_type: error::word("numbers", "number_type", &number_type)?,
            country: country
                .map(|code| error::word("numbers", "country", &code))
                .transpose()?,
            area_code: columns.get()?,
        };
        let assigned = kind == "ASSIGNED" && operation.is_some();
        let (from, to) = places(&kind, &before, &after);
        if from != to || assigned {
            moves.push(StockMove {
                id,
                at_ms,
                key,
                from,
                to,
                assigned,
            });
        }
    }
    Ok(StockMoves {
        moves,
        last,
        more: rows.len() == limit as usize,
    })
}

/// Where an event took a number from and to; the same place where it moved nothing.
fn places(kind: &str, before: &Facts, after: &Facts) -> (StockPlace, StockPlace) {
    if kind == "ADDED" {
        return (StockPlace::Outside, after.place().unwrap_or(StockPlace::Outside));
    }
    match (before.place(), after.place()) {
        (Some(from), Some(to)) => (from, to),
        // The status stayed: only a quarantine that ended without a status moves a number, out of the stock.
        _ if before.quarantine_until.is_some() && after.quarantine_until.is_none() => {
            (StockPlace::Aging, StockPlace::Outside)
        }
        _ => (StockPlace::Outside, StockPlace::Outside),
    }
}
