//! Calls one by one: behind the figures of statistics.

use std::collections::HashMap;

use calls::{Direction, Disposition, Party, PartyDisposition, Side};
use sea_orm::ConnectionTrait;
use strum::IntoEnumIterator;

use super::rows::{PARTIES, TABLE, seconds};
use crate::{
    Keyset, Page, PageRequest, Result, Scope,
    database::timestamp,
    error::word,
    records::{self, Record},
    sql::{Columns, Sql},
};

/// A call, whatever number of legs it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallView {
    /// Row id.
    pub id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// What its source calls it.
    pub call_id: String,
    /// When it started.
    pub started_at: jiff::Timestamp,
    /// When an endpoint answered.
    pub answered_at: Option<jiff::Timestamp>,
    /// When it ended.
    pub ended_at: jiff::Timestamp,
    /// Seconds until it was answered, or ended.
    pub ring_seconds: u32,
    /// Seconds of talk.
    pub talk_seconds: u32,
    /// How it ended.
    pub disposition: Disposition,
    /// Who called: E.164 where it is a number, else as the source writes it.
    pub caller: Option<String>,
    /// Who was called, likewise.
    pub callee: Option<String>,
    /// Which way it went.
    pub direction: Direction,
    /// Whether both ends are extensions of the customer.
    pub local: bool,
    /// Row of the customer's number that was called, or that it was made from.
    pub number_id: Option<i64>,
    /// Row of the pool that the number worked in.
    pub pool_id: Option<i64>,
    /// Row of the group that had the number.
    pub group_id: Option<i64>,
}

impl Record for CallView {
    const FROM: &'static str = "calls c";
    const ALIAS: &'static str = "c";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "customer_id",
        "call_id",
        "started_at",
        "answered_at",
        "ended_at",
        "ring_seconds",
        "talk_seconds",
        "disposition",
        "caller",
        "callee",
        "direction",
        "local",
        "number_id",
        "pool_id",
        "group_id",
    ];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            id,
            customer_id: columns.get()?,
            call_id: columns.get()?,
            started_at: timestamp(columns.get()?),
            answered_at: columns.get::<Option<i64>>()?.map(timestamp),
            ended_at: timestamp(columns.get()?),
            ring_seconds: seconds(TABLE, "ring_seconds", columns.get()?)?,
            talk_seconds: seconds(TABLE, "talk_seconds", columns.get()?)?,
            disposition: word(TABLE, "disposition", &columns.get::<String>()?)?,
            caller: columns.get()?,
            callee: columns.get()?,
            direction: word(TABLE, "direction", &columns.get::<String>()?)?,
            local: columns.get()?,
            number_id: columns.get()?,
            pool_id: columns.get()?,
            group_id: columns.get()?,
        })
    }

    fn id(&self) -> i64 {
        self.id
    }
}

/// Which calls a list has.
///
/// Side, dispositions and seconds are those that statistics count: with a number or a pool those of the whole call,
/// else those of an employee who took part, one of `employees` if there are any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Only those of this customer.
    pub customer_id: Option<i64>,
    /// Only those that one of these employees took part in.
    pub employees: Vec<i64>,
    /// Only those in which the employee was at this extension.
    pub extension_id: Option<i64>,
    /// Only those of this number.
    pub number_id: Option<i64>,
    /// Only those of this pool.
    pub pool_id: Option<i64>,
    /// Only those that started at this millisecond since the epoch, or later.
    pub from: Option<i64>,
    /// Only those that started before this millisecond.
    pub until: Option<i64>,
    /// Only those made, or those got.
    pub side: Option<Side>,
    /// Only those that ended in one of these ways.
    pub dispositions: Option<Vec<PartyDisposition>>,
    /// Answered calls with less talk than this are left out.
    pub ignore_below_seconds: u32,
    /// Unanswered calls that rang for less than this are left out.
    pub ignore_unanswered_below_seconds: u32,
    /// Calls between extensions are left out.
    pub ignore_local: bool,
}

/// How lists of calls are ordered: the latest first.
pub const CALLS_BY_START: Keyset = Keyset {
    column: "started_at",
    unique: false,
    descending: true,
};

impl CallFilter {
    /// Whether the whole call decides, and not what an employee had of it.
    fn is_of_whole_calls(&self) -> bool {
        self.employees.is_empty()
            && self.extension_id.is_none()
            && (self.number_id.is_some() || self.pool_id.is_some())
    }

    /// Whether something is asked of an employee's part.
    fn asks_parties(&self) -> bool {
        let all = Self {
            customer_id: self.customer_id,
            number_id: self.number_id,
            pool_id: self.pool_id,
            from: self.from,
            until: self.until,
            ignore_local: self.ignore_local,
            ..Self::default()
        };
        *self != all
    }

    fn apply(&self, sql: &mut Sql) {
        self.apply_to_calls(sql);
        if self.is_of_whole_calls() {
            self.apply_to_whole_calls(sql);
        } else if self.asks_parties() {
            sql.push(" AND EXISTS (SELECT 1 FROM call_parties p WHERE p.call_id = c.id");
            self.apply_to_parties(sql);
            sql.push(")");
        }
    }

    fn apply_to_calls(&self, sql: &mut Sql) {
        for (column, id) in [
            ("customer_id", self.customer_id),
            ("number_id", self.number_id),
            ("pool_id", self.pool_id),
        ] {
            if let Some(id) = id {
                sql.push_bind(&format!(" AND c.{column} = "), id);
            }
        }
        if let Some(from) = self.from {
            sql.push_bind(" AND c.started_at >= ", from);
        }
        if let Some(until) = self.until {
            sql.push_bind(" AND c.started_at < ", until);
        }
        if self.ignore_local {
            sql.push(" AND c.local = FALSE");
        }
    }

    fn apply_to_whole_calls(&self, sql: &mut Sql) {
        match self.side {
            None => {}
            Some(Side::Out) => {
                sql.push(" AND c.direction = 'OUTBOUND'");
            }
            Some(Side::In) => {
                sql.push(" AND c.direction <> 'OUTBOUND'");
            }
        }
        self.apply_outcome(sql, "c", "c.talk_seconds", "c.ring_seconds");
    }

    fn apply_to_parties(&self, sql: &mut Sql) {
        if !self.employees.is_empty() {
            sql.push(" AND p.employee_id IN ")
                .bind_list(self.employees.iter().copied());
        }
        if let Some(extension_id) = self.extension_id {
            sql.push_bind(" AND p.extension_id = ", extension_id);
        }
        if let Some(side) = self.side {
            sql.push_bind(" AND p.side = ", side.to_string());
        }
        self.apply_outcome(sql, "p", "p.seconds", "p.seconds");
    }

    fn apply_outcome(&self, sql: &mut Sql, alias: &str, talk: &str, ring: &str) {
        if let Some(dispositions) = &self.dispositions {
            let wanted = PartyDisposition::iter().filter(|word| dispositions.contains(word));
            sql.push(&format!(" AND {alias}.disposition IN "))
                .bind_list(wanted.map(|word| word.to_string()));
        }
        for (sign, column, least) in [
            ("<>", talk, self.ignore_below_seconds),
            ("=", ring, self.ignore_unanswered_below_seconds),
        ] {
            if least > 0 {
                let condition = format!(" AND ({alias}.disposition {sign} 'ANSWERED' OR {column} >= ");
                sql.push_bind(&condition, i64::from(least)).push(")");
            }
        }
    }
}

/// A page of calls.
///
/// # Errors
/// What the database says.
pub async fn calls(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CallFilter,
    request: &PageRequest,
) -> Result<Page<CallView>> {
    records::page(
        connection,
        scope,
        |sql| filter.apply(sql),
        CALLS_BY_START,
        request,
    )
    .await
}

/// How many calls the list has.
///
/// # Errors
/// What the database says.
pub async fn count_calls(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CallFilter,
) -> Result<i64> {
    records::count::<CallView>(connection, scope, |sql| filter.apply(sql)).await
}

/// How many statistics count for the calls of the list: one for each employee's part in a call, with a number or a
/// pool one for each call.
///
/// # Errors
/// What the database says.
pub async fn count_call_parts(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CallFilter,
) -> Result<i64> {
    if filter.is_of_whole_calls() {
        return count_calls(connection, scope, filter).await;
    }
    let mut sql =
        Sql::new("SELECT COUNT(*) FROM calls c JOIN call_parties p ON p.call_id = c.id WHERE 1 = 1");
    scope.restrict(&mut sql, "c");
    filter.apply_to_calls(&mut sql);
    filter.apply_to_parties(&mut sql);
    sql.one_i64(connection).await
}

/// The call with this row id.
///
/// # Errors
/// What the database says.
pub async fn call(connection: &impl ConnectionTrait, scope: Scope, id: i64) -> Result<Option<CallView>> {
    records::by_id(connection, scope, id).await
}

/// Who took part in a call, and what the extension is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyView {
    /// What statistics see of it.
    pub party: Party,
    /// The extension's number.
    pub extension: Option<String>,
}

/// Who took part in calls inside `scope`, by call, the caller first.
///
/// # Errors
/// What the database says.
pub async fn call_parties(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<PartyView>>> {
    let mut sql = Sql::new(
        "SELECT p.call_id, p.employee_id, p.extension_id, p.side, p.disposition, p.seconds, x.number \
         FROM calls c JOIN call_parties p ON p.call_id = c.id LEFT JOIN extensions x ON x.id = p.extension_id \
         WHERE 1 = 1",
    );
    scope.restrict(&mut sql, "c");
    sql.push(" AND c.id IN ")
        .bind_list(ids.iter().copied())
        .push(" ORDER BY p.call_id, p.position");
    let mut parties: HashMap<i64, Vec<PartyView>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let call = parties.entry(columns.get()?).or_default();
        call.push(PartyView {
            party: Party {
                employee_id: columns.get()?,
                extension_id: columns.get()?,
                side: word(PARTIES, "side", &columns.get::<String>()?)?,
                disposition: word(PARTIES, "disposition", &columns.get::<String>()?)?,
                seconds: seconds(PARTIES, "seconds", columns.get()?)?,
            },
            extension: columns.get()?,
        });
    }
    Ok(parties)
}
