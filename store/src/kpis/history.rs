//! Numbers as they were: from the figures of days, or what is, with what happened since taken back.

use std::collections::HashMap;

use provider_core::domain::{DealerFilter, KpiStatusFilter, NumberStatus};
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::{Map, Value};

use super::{
    count::restrict,
    days,
    query::{CountQuery, lets_through, whole},
};
use crate::{
    Database, Result, Scope, StoreError, Transaction, error,
    sql::{Columns, Sql},
};

/// Numbers at the end of a time, and what became of them in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryPoint {
    /// How many numbers there were at the end.
    pub number_count: u64,
    /// How many distinct customers held one of them.
    pub customer_count: u64,
    /// How many of them had an owner (ACTIVE, SUSPENDED or PORTING_OUT) at the beginning.
    pub assigned_before: u64,
    /// How many had one at the end.
    pub assigned_after: u64,
    /// How often a number got an owner inside of what is asked for, or came into it with one.
    pub assigned: u64,
    /// How often a number's owner gave it up, or it left what is asked for.
    pub released: u64,
}

/// Events read at once.
const EVENTS: u32 = 5_000;

/// The numbers of a query at the end of each time between two instants that follow each other, and what happened in
/// it; instants are milliseconds since the epoch, oldest first. What is still to come is as it is now.
///
/// For the platform and for resellers, within one provider or country at most, and at midnights by UTC, it comes from
/// figures of days, as far as they go back, and costs the days; a number's provider is that of the time then. The rest is
/// told by [`history_of_events`].
///
/// # Errors
/// What the database says.
pub async fn history(
    database: &Database,
    scope: Scope,
    query: &CountQuery,
    instants: &[i64],
) -> Result<Vec<HistoryPoint>> {
    let (query, instants) = (query.clone(), instants.to_vec());
    database
        .snapshot(move |tx| {
            Box::pin(async move {
                match days::history(tx, scope, &query, &instants).await? {
                    Some(points) => Ok(points),
                    None => by_events(tx, scope, &query, &instants).await,
                }
            })
        })
        .await
}

/// The same by the histories of the numbers, for every scope, query and instant: the present is counted from the numbers,
/// and every event since is taken back, so that it costs the more the further back it looks. A number's type, country and
/// provider are those that it has today.
///
/// # Errors
/// What the database says.
pub async fn history_of_events(
    database: &Database,
    scope: Scope,
    query: &CountQuery,
    instants: &[i64],
) -> Result<Vec<HistoryPoint>> {
    let (query, instants) = (query.clone(), instants.to_vec());
    database
        .snapshot(move |tx| Box::pin(async move { by_events(tx, scope, &query, &instants).await }))
        .await
}

async fn by_events(
    tx: &Transaction,
    scope: Scope,
    query: &CountQuery,
    instants: &[i64],
) -> Result<Vec<HistoryPoint>> {
    let Some(first) = instants.first().copied() else {
        return Ok(Vec::new());
    };
    let view = View::of(tx.connection(), scope, query).await?;
    let mut past = Past::present(tx.connection(), scope, query).await?;
    let mut behind = None;
    let mut points: Vec<HistoryPoint> = Vec::new();
    // Newest first: each instant but the last one begins a time, each but the first one ends one.
    let mut left = instants.to_vec();
    loop {
        let page = events(tx.connection(), query, first, behind).await?;
        let full = page.len() == EVENTS as usize;
        for event in &page {
            while left.last().is_some_and(|instant| event.at < *instant) {
                left.pop();
                past.close(&mut points)?;
            }
            past.take_back(event, &view);
        }
        behind = page.last().map(|event| (event.at, event.id));
        if !full {
            break;
        }
    }
    for _ in left {
        past.close(&mut points)?;
    }
    points.reverse();
    Ok(points)
}

/// Which states of numbers are asked for.
struct View {
    scope: Scope,
    /// The dealer that is wanted: `Some(None)` for none.
    dealer: Option<Option<i64>>,
    customer_id: Option<i64>,
    group_id: Option<i64>,
    status: KpiStatusFilter,
    /// The reseller of each customer: a customer has one for ever.
    resellers: HashMap<i64, i64>,
}

impl View {
    async fn of(connection: &impl ConnectionTrait, scope: Scope, query: &CountQuery) -> Result<Self> {
        let dealer = match &query.filter.dealer {
            None => None,
            Some(DealerFilter::Unassigned) => Some(None),
            Some(DealerFilter::Code(code)) => {
                let mut sql = Sql::new("SELECT id FROM dealers WHERE code = ");
                sql.bind(code.as_str());
                let row = sql.one(connection).await?;
                let id = row.map(|row| row.try_get_by_index(0)).transpose()?;
                // Nobody has the id 0, which is what is asked for when no dealer has the code.
                Some(Some(id.unwrap_or_default()))
            }
        };
        let mut resellers = HashMap::new();
        if let Scope::Reseller { reseller_id } = scope {
            let mut sql = Sql::new("SELECT id FROM customers WHERE reseller_id = ");
            sql.bind(reseller_id);
            for row in sql.all(connection).await? {
                resellers.insert(row.try_get_by_index(0)?, reseller_id);
            }
        }
        Ok(Self {
            scope,
            dealer,
            customer_id: query.within.customer_id,
            group_id: query.within.group_id,
            status: query.filter.status,
            resellers,
        })
    }

    fn shows(&self, state: &State) -> bool {
        let inside = match self.scope {
            Scope::Platform => true,
            Scope::Reseller { .. } => state
                .customer_id
                .is_some_and(|id| self.resellers.contains_key(&id)),
            Scope::Customer { customer_id, .. } => state.customer_id == Some(customer_id),
            Scope::Group { group_id, .. } => state.group_id == Some(group_id),
        };
        inside
            && self.dealer.is_none_or(|dealer| state.dealer_id == dealer)
            && self.customer_id.is_none_or(|id| state.customer_id == Some(id))
            && self.group_id.is_none_or(|id| state.group_id == Some(id))
            && lets_through(self.status, state.status)
    }
}

fn has_owner(status: NumberStatus) -> bool {
    matches!(
        status,
        NumberStatus::Active | NumberStatus::Suspended | NumberStatus::PortingOut
    )
}

/// What events tell of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    status: NumberStatus,
    customer_id: Option<i64>,
    group_id: Option<i64>,
    dealer_id: Option<i64>,
}

impl State {
    /// As it was before an event; nothing where the event is its first.
    fn before(self, event: &Event) -> Option<Self> {
        let number = |name: &str, now: Option<i64>| {
            if event.before.contains_key(name) || event.after.contains_key(name) {
                event.before.get(name).and_then(Value::as_i64)
            } else {
                now
            }
        };
        let status = match event.before.get("status").and_then(Value::as_str) {
            Some(word) => word.parse().ok()?,
            None if event.after.contains_key("status") => return None,
            None => self.status,
        };
        Some(Self {
            status,
            customer_id: number("customerId", self.customer_id),
            group_id: number("groupId", self.group_id),
            dealer_id: number("dealerId", self.dealer_id),
        })
    }
}

struct Event {
    id: i64,
    at: i64,
    number_id: i64,
    before: Map<String, Value>,
    after: Map<String, Value>,
    /// The number as it is now.
    now: State,
}

async fn events(
    connection: &impl ConnectionTrait,
    query: &CountQuery,
    first: i64,
    behind: Option<(i64, i64)>,
) -> Result<Vec<Event>> {
    let mut sql = Sql::new(
        "SELECT e.id, e.at, e.number_id, e.before, e.after, n.status, n.customer_id, n.group_id, n.dealer_id \
         FROM number_events e JOIN numbers n ON n.id = e.number_id WHERE e.at >= ",
    );
    sql.bind(first);
    if let Some((at, id)) = behind {
        sql.push_bind(" AND (e.at, e.id) < (", at)
            .push_bind(", ", id)
            .push(")");
    }
    // What a number has for ever is left to the database; the rest is judged state by state.
    let mut of_numbers = query.clone();
    of_numbers.filter.dealer = None;
    (of_numbers.within.customer_id, of_numbers.within.group_id) = (None, None);
    restrict(&mut sql, "n", &of_numbers);
    sql.push(&format!(" ORDER BY e.at DESC, e.id DESC LIMIT {EVENTS}"));
    sql.all(connection).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Event> {
    let mut columns = Columns::of(row);
    let (id, at, number_id) = (columns.get()?, columns.get()?, columns.get()?);
    let (before, after): (String, String) = (columns.get()?, columns.get()?);
    let status: String = columns.get()?;
    Ok(Event {
        id,
        at,
        number_id,
        before: error::json("number_events", "before", &before)?,
        after: error::json("number_events", "after", &after)?,
        now: State {
            status: error::word("numbers", "status", &status)?,
            customer_id: columns.get()?,
            group_id: columns.get()?,
            dealer_id: columns.get()?,
        },
    })
}

/// Numbers at a moment that goes back in time.
#[derive(Default)]
struct Past {
    numbers: i64,
    with_owner: i64,
    /// How many numbers that are not dropped each customer has.
    customers: HashMap<i64, i64>,
    holders: i64,
    /// Numbers that have changed since, as they were at the moment; nothing for those that were not there.
    states: HashMap<i64, Option<State>>,
    /// Of the time that the moment is in: the point that its end made, and what happened since.
    open: Option<HistoryPoint>,
}

impl Past {
    async fn present(connection: &impl ConnectionTrait, scope: Scope, query: &CountQuery) -> Result<Self> {
        let mut sql = Sql::new("SELECT n.customer_id, n.status, COUNT(*) FROM numbers n WHERE 1 = 1");
        scope.restrict(&mut sql, "n");
        restrict(&mut sql, "n", query);
        sql.push(" GROUP BY n.customer_id, n.status");
        let mut past = Self::default();
        for row in sql.all(connection).await? {
            let mut columns = Columns::of(&row);
            let customer_id: Option<i64> = columns.get()?;
            let status: String = columns.get()?;
            let status: NumberStatus = error::word("numbers", "status", &status)?;
            let numbers: i64 = columns.get()?;
            if lets_through(query.filter.status, status) {
                past.count(status, customer_id, numbers);
            }
        }
        Ok(past)
    }

    fn count(&mut self, status: NumberStatus, customer_id: Option<i64>, more: i64) {
        self.numbers += more;
        if has_owner(status) {
            self.with_owner += more;
        }
        if let Some(customer_id) = customer_id.filter(|_| status != NumberStatus::Dropped) {
            let has = self.customers.entry(customer_id).or_default();
            let before = *has;
            *has += more;
            self.holders += i64::from(*has > 0) - i64::from(before > 0);
        }
    }

    fn take_back(&mut self, event: &Event, view: &View) {
        let after = self
            .states
            .get(&event.number_id)
            .copied()
            .unwrap_or(Some(event.now));
        let before = after.and_then(|state| state.before(event));
        self.states.insert(event.number_id, before);
        let shown = |state: Option<State>| state.filter(|state| view.shows(state));
        let (before, after) = (shown(before), shown(after));
        for (state, more) in [(after, -1), (before, 1)] {
            if let Some(state) = state {
                self.count(state.status, state.customer_id, more);
            }
        }
        let owned = |state: Option<State>| state.is_some_and(|state| has_owner(state.status));
        if let Some(open) = &mut self.open {
            match (owned(before), owned(after)) {
                (false, true) => open.assigned += 1,
                (true, false) => open.released += 1,
                _ => {}
            }
        }
    }

    /// The moment has come back to an instant: it begins the time that was open, and ends the one before.
    fn close(&mut self, points: &mut Vec<HistoryPoint>) -> Result<(), StoreError> {
        let with_owner = whole(self.with_owner)?;
        points.extend(self.open.take().map(|open| HistoryPoint {
            assigned_before: with_owner,
            ..open
        }));
        self.open = Some(HistoryPoint {
            number_count: whole(self.numbers)?,
            customer_count: whole(self.holders)?,
            assigned_after: with_owner,
            ..HistoryPoint::default()
        });
        Ok(())
    }
}
