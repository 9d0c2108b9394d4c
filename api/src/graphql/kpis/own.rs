//! What the own inventory alone can count by, and what follows from its counts.

use std::sync::Arc;

use async_graphql::{Context, ID, SimpleObject};
use jiff::Timestamp;
use service::{CountKey, CountRow, Form502Row, NumberHistory, NumberStock, QuarantineEnds};

use crate::graphql::{
    error::{ApiError, Result},
    node::{NodeId, NodeKind},
    providers::{self, Provider},
    scalars::{Country, DateTime, Text},
};

/// A count of the numbers that come from one provider.
#[derive(SimpleObject)]
pub(super) struct NumberCountByProvider {
    /// The provider. Null where it is no longer configured.
    provider: Option<Arc<Provider>>,
    /// Its name.
    label: String,
    /// How many numbers.
    number_count: i32,
    /// How many distinct customers hold one of them. Does not add up over the providers.
    customer_count: i32,
}

/// A count of the numbers of one country.
#[derive(SimpleObject)]
pub(super) struct NumberCountByCountry {
    /// The country. Null for numbers of several countries, such as international toll-free ones.
    country: Option<Country>,
    /// How many numbers.
    number_count: i32,
    /// How many distinct customers hold one of them. Does not add up over the countries.
    customer_count: i32,
}

/// A count of the numbers of one area code.
#[derive(SimpleObject)]
pub(super) struct NumberCountByAreaCode {
    /// Their country. Null for numbers of several countries.
    country: Option<Country>,
    /// National destination code without trunk prefix. Null for numbers without one, such as mobile numbers of many
    /// countries.
    area_code: Option<String>,
    /// How many numbers.
    number_count: i32,
    /// How many distinct customers hold one of them. Does not add up over the area codes.
    customer_count: i32,
}

/// A count of the numbers that work in one pool.
#[derive(SimpleObject)]
pub(super) struct NumberCountByPool {
    /// Global id of the NumberPool.
    pool_id: ID,
    /// How many numbers.
    number_count: i32,
    /// How many distinct customers hold one of them: one, the pool's.
    customer_count: i32,
}

/// What a row has in common beside its counts.
fn counts(row: &CountRow) -> Result<(i32, i32)> {
    Ok((whole(row.number_count)?, whole(row.customer_count)?))
}

fn whole(count: u64) -> Result<i32> {
    count
        .try_into()
        .map_err(|_| ApiError::internal("a count of numbers that does not fit an Int"))
}

fn misplaced() -> ApiError {
    ApiError::internal("a row of another breakdown among others")
}

impl NumberCountByProvider {
    pub(super) fn of(ctx: &Context<'_>, row: &CountRow) -> Result<Self> {
        let CountKey::Provider(name) = &row.key else {
            return Err(misplaced());
        };
        let (number_count, customer_count) = counts(row)?;
        Ok(Self {
            provider: providers::find(ctx, name)?,
            label: name.clone(),
            number_count,
            customer_count,
        })
    }
}

impl NumberCountByCountry {
    pub(super) fn of(_: &Context<'_>, row: &CountRow) -> Result<Self> {
        let CountKey::Country(country) = &row.key else {
            return Err(misplaced());
        };
        let (number_count, customer_count) = counts(row)?;
        Ok(Self {
            country: country.map(Text::from),
            number_count,
            customer_count,
        })
    }
}

impl NumberCountByAreaCode {
    pub(super) fn of(_: &Context<'_>, row: &CountRow) -> Result<Self> {
        let CountKey::AreaCode(country, area_code) = &row.key else {
            return Err(misplaced());
        };
        let (number_count, customer_count) = counts(row)?;
        Ok(Self {
            country: country.map(Text::from),
            area_code: area_code.clone(),
            number_count,
            customer_count,
        })
    }
}

impl NumberCountByPool {
    pub(super) fn of(_: &Context<'_>, row: &CountRow) -> Result<Self> {
        let CountKey::Pool(id) = &row.key else {
            return Err(misplaced());
        };
        let (number_count, customer_count) = counts(row)?;
        Ok(Self {
            pool_id: NodeId::new(NodeKind::NumberPool, *id).encode().into(),
            number_count,
            customer_count,
        })
    }
}

/// How full the stock is, when more comes back to it, and how long it lasts.
#[derive(SimpleObject)]
#[graphql(name = "NumberStock")]
pub(super) struct Stock {
    /// How many numbers nobody has (AVAILABLE).
    available: i32,
    /// How many rest in quarantine (DROPPED, with an end).
    aging: i32,
    /// How many numbers an order gives to a group in a month: a third of those of the last 90 days. Imports,
    /// restores and moves take nothing from stock and don't count.
    monthly_assignments: f64,
    /// For how many months the available numbers last at that rate. Null while nothing is assigned.
    months_of_stock: Option<f64>,
    /// The next days on which numbers of our own leave quarantine and are stock again, soonest first; at most 100. A
    /// day that has passed is one whose numbers come back at any moment. Numbers of carriers stay dropped.
    next_releases: Vec<StockRelease>,
}

/// How many numbers leave quarantine on a day.
#[derive(SimpleObject)]
struct StockRelease {
    /// Midnight UTC that the day begins with.
    day: DateTime,
    /// How many numbers.
    number_count: i32,
}

impl StockRelease {
    fn of(ends: QuarantineEnds) -> Result<Self> {
        let day = Timestamp::from_millisecond(ends.day_ms)
            .map_err(|_| ApiError::internal("a quarantine that ends outside of the calendar"))?;
        Ok(Self {
            day: day.into(),
            number_count: whole(ends.numbers)?,
        })
    }
}

impl Stock {
    pub(super) fn of(stock: &NumberStock) -> Result<Self> {
        let next_releases = stock.next_releases.iter().map(|ends| StockRelease::of(*ends));
        Ok(Self {
            available: whole(stock.available)?,
            aging: whole(stock.aging)?,
            monthly_assignments: stock.monthly_assignments(),
            months_of_stock: stock.months(),
            next_releases: next_releases.collect::<Result<_>>()?,
        })
    }
}

/// Numbers of an area code of the North American Numbering Plan, by the categories of the FCC's Numbering Resource
/// Utilization/Forecast Report (Form 502), which 47 CFR 52.15(f)(1) defines. Their sum is the inventory.
#[derive(SimpleObject)]
#[graphql(name = "Form502Row")]
pub(super) struct Form502 {
    /// Their country. Null for numbers of several countries, such as toll-free ones.
    country: Option<Country>,
    /// Their NPA.
    area_code: Option<String>,
    /// Working for a customer (ACTIVE, SUSPENDED, PORTING_OUT), or ordered (PENDING, PORTING_IN) at most five days
    /// ago, counted from the number's last change: (iii) takes older orders out.
    assigned: i32,
    /// Made available to somebody else who sells them on (v): those of a dealer that no customer has yet.
    intermediate: i32,
    /// Held at the request of a customer for future use (vi): HELD, and orders of more than five days.
    reserved: i32,
    /// Disconnected and not available for a time (ii): DROPPED and in quarantine.
    aging: i32,
    /// Used by the carrier itself (i). Always 0: all numbers here are customers' or stock.
    administrative: i32,
    /// Available for assignment and none of the above (iv): AVAILABLE.
    available: i32,
}

impl Form502 {
    pub(super) fn of(row: Form502Row) -> Result<Self> {
        Ok(Self {
            country: row.country.map(Text::from),
            area_code: row.area_code,
            assigned: whole(row.assigned)?,
            intermediate: whole(row.intermediate)?,
            reserved: whole(row.reserved)?,
            aging: whole(row.aging)?,
            administrative: 0,
            available: whole(row.available)?,
        })
    }
}

/// Numbers at the end of an interval, and what became of them in it.
#[derive(SimpleObject)]
#[graphql(name = "NumberKpiPoint")]
pub(super) struct HistoryPoint {
    /// When the interval begins.
    start: DateTime,
    /// When it ends: the first instant after it.
    end: DateTime,
    /// How many numbers there were at its end; those of now, where it is not over.
    number_count: i32,
    /// How many distinct customers held one of them.
    customer_count: i32,
    /// How many of them somebody had (ACTIVE, SUSPENDED, PORTING_OUT).
    assigned_count: i32,
    /// How often a number got an owner, or came into what is asked for with one, in the interval.
    assigned: i32,
    /// How often an owner gave a number up, or a number left what is asked for.
    released: i32,
    /// `assigned` less `released`: how much `assignedCount` has grown.
    net_adds: i32,
    /// `released` as a share of the numbers that somebody had when the interval began. Null when nobody had any.
    churn: Option<f64>,
}

impl HistoryPoint {
    pub(super) fn of(told: &NumberHistory) -> Result<Self> {
        let NumberHistory { interval, point } = told;
        Ok(Self {
            start: interval.start().into(),
            end: interval.end().into(),
            number_count: whole(point.number_count)?,
            customer_count: whole(point.customer_count)?,
            assigned_count: whole(point.assigned_after)?,
            assigned: whole(point.assigned)?,
            released: whole(point.released)?,
            net_adds: told
                .net_adds()
                .try_into()
                .map_err(|_| ApiError::internal("a growth that does not fit an Int"))?,
            churn: told.churn(),
        })
    }
}
