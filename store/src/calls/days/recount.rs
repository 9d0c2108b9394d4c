//! What the packed days should say, from the rows of calls.

use std::collections::BTreeMap;

use calls::{
    CallRecord,
    packed::{Day, DayError, SECONDS_PER_DAY, Word, day_of},
};
use sea_orm::ConnectionTrait;

use super::{DayRange, Difference, SubjectKind, WhichDay, key, versions};
use crate::{
    Database, Result,
    calls::rows::{self, Place},
    sql::{Columns, Sql},
};

/// Rows that are read at once.
const CALLS_PER_READ: u64 = 2_000;
const DAYS_PER_READ: u64 = 1_000;
const MS_PER_DAY: i64 = SECONDS_PER_DAY * 1_000;

/// A row of a customer: day, kind, subject, extension.
pub(super) type Key = (i64, SubjectKind, i64, i64);

/// The customers behind `after` that have calls or packed days, by row, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn customers_with_calls(
    connection: &impl ConnectionTrait,
    after: i64,
    limit: u32,
) -> Result<Vec<i64>> {
    let mut sql = Sql::new("SELECT c.id FROM customers c WHERE c.id > ");
    sql.bind(after).push(
        " AND (EXISTS (SELECT 1 FROM calls k WHERE k.customer_id = c.id) \
         OR EXISTS (SELECT 1 FROM call_days d WHERE d.customer_id = c.id))",
    );
    sql.push(&format!(" ORDER BY c.id LIMIT {limit}"));
    let rows = sql.all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Compares the packed days of a customer with its calls, one by one, in one snapshot; gives every difference. Memory
/// is taken for some thousand calls and those of one day. Other work isn't held up.
///
/// # Errors
/// What the database says.
pub async fn verify(database: &Database, customer_id: i64) -> Result<Vec<Difference>> {
    let everything = DayRange {
        first: i64::MIN,
        last: i64::MAX,
    };
    let compared = database.snapshot(move |tx| {
        Box::pin(async move {
            let connection = tx.connection();
            let compared = compare(connection, customer_id, everything).await?;
            let mut differences: Vec<_> = compared.wrong.into_iter().map(|wrong| wrong.difference).collect();
            let known = versions(connection, Some(customer_id)).await?;
            let known = known.first().map(|known| known.days);
            if let Some(actual) = compared.days
                && !known.is_some_and(|known| known.first <= actual.first && actual.last <= known.last)
            {
                differences.push(Difference::Range {
                    customer_id,
                    known,
                    actual,
                });
            }
            Ok(differences)
        })
    });
    compared.await
}

/// A day that is not as it should be.
pub(super) struct Wrong {
    pub(super) key: Key,
    pub(super) actual: Day,
    pub(super) difference: Difference,
}

/// What comparing found.
pub(super) struct Compared {
    pub(super) wrong: Vec<Wrong>,
    /// The days that have calls.
    days: Option<DayRange>,
}

/// Compares the packed days of a range with the calls that began on them.
pub(super) async fn compare(
    connection: &impl ConnectionTrait,
    customer_id: i64,
    range: DayRange,
) -> Result<Compared> {
    let mut recount = Recount {
        customer_id,
        from: range.first,
        actual: BTreeMap::new(),
        compared: Compared {
            wrong: Vec::new(),
            days: None,
        },
    };
    let until = range.last.saturating_add(1).saturating_mul(MS_PER_DAY);
    let mut place = Place::before(range.first.saturating_mul(MS_PER_DAY));
    loop {
        let calls = rows::between(connection, customer_id, place, until, CALLS_PER_READ).await?;
        let Some((id, last)) = calls.last() else {
            recount.flush(connection, range.last).await?;
            return Ok(recount.compared);
        };
        let day = day_of(last.started_at.as_second());
        place = Place {
            started_at: last.started_at.as_millisecond(),
            id: *id,
        };
        let calls = rows::with_parties(connection, calls).await?;
        calls.iter().for_each(|call| recount.add(call));
        // More calls of the last day can follow.
        recount.flush(connection, day.saturating_sub(1)).await?;
    }
}

/// A recount under way.
struct Recount {
    customer_id: i64,
    /// The first day that is not compared yet.
    from: i64,
    /// The calls of days from there on.
    actual: BTreeMap<Key, Vec<Word>>,
    compared: Compared,
}

impl Recount {
    fn add(&mut self, call: &CallRecord) {
        for (subject, fact) in call.facts() {
            let (kind, subject, extension) = key(subject);
            let day = day_of(fact.start);
            let words = self.actual.entry((day, kind, subject, extension));
            words.or_default().push(Word::of(&fact));
            let known = self.compared.days.unwrap_or(DayRange {
                first: day,
                last: day,
            });
            self.compared.days = Some(DayRange {
                first: known.first.min(day),
                last: known.last.max(day),
            });
        }
    }

    /// Compares the days up to `last`, all of whose calls are counted.
    async fn flush(&mut self, connection: &impl ConnectionTrait, last: i64) -> Result<()> {
        if self.from > last {
            return Ok(());
        }
        let mut counted = std::mem::take(&mut self.actual);
        if let Some(next) = last.checked_add(1) {
            self.actual = counted.split_off(&(next, SubjectKind::Employee, i64::MIN, i64::MIN));
        }
        for kind in [SubjectKind::Employee, SubjectKind::Number, SubjectKind::Pool] {
            let mut after = None;
            loop {
                let days = packed(connection, self.customer_id, kind, (self.from, last), after).await?;
                let Some((key, _)) = days.last() else { break };
                after = Some(*key);
                for (key, packed) in days {
                    let words = counted.remove(&key).unwrap_or_default();
                    self.check(key, packed, &words)?;
                }
            }
        }
        for (key, words) in counted {
            self.check(key, Ok(Day::default()), &words)?;
        }
        self.from = last.saturating_add(1);
        Ok(())
    }

    fn check(&mut self, key: Key, packed: Result<Day, DayError>, words: &[Word]) -> Result<()> {
        let mut actual = Day::default();
        actual
            .change(words, &[])
            .map_err(|error| super::corrupt(key.0, error))?;
        if packed.as_ref() == Ok(&actual) {
            return Ok(());
        }
        let (day, kind, subject_id, extension_id) = key;
        let which = WhichDay {
            customer_id: self.customer_id,
            kind,
            subject_id,
            extension_id,
            day,
        };
        let difference = match packed {
            Ok(packed) => Difference::Day {
                which,
                missing: without(&actual, &packed),
                superfluous: without(&packed, &actual),
            },
            Err(error) => Difference::Unreadable { which, error },
        };
        self.compared.wrong.push(Wrong {
            key,
            actual,
            difference,
        });
        Ok(())
    }
}

/// How many calls of a day another one doesn't have.
fn without(day: &Day, other: &Day) -> usize {
    let mut others = other.words().iter().peekable();
    let missing = day.words().iter().filter(|word| {
        while others.next_if(|other| other < word).is_some() {}
        others.next_if_eq(word).is_none()
    });
    missing.count()
}

/// The packed days of a kind behind a key, in order.
async fn packed(
    connection: &impl ConnectionTrait,
    customer_id: i64,
    kind: SubjectKind,
    (first, last): (i64, i64),
    after: Option<Key>,
) -> Result<Vec<(Key, Result<Day, DayError>)>> {
    let mut sql = Sql::new("SELECT day, subject_id, extension_id, words FROM call_days WHERE customer_id = ");
    sql.bind(customer_id)
        .push_bind(" AND kind = ", kind.to_string())
        .push_bind(" AND day >= ", first)
        .push_bind(" AND day <= ", last);
    if let Some((day, _, subject, extension)) = after {
        sql.push_bind(" AND (day, subject_id, extension_id) > (", day)
            .push_bind(", ", subject)
            .push_bind(", ", extension)
            .push(")");
    }
    sql.push(&format!(
        " ORDER BY day, subject_id, extension_id LIMIT {DAYS_PER_READ}"
    ));
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let key = (columns.get()?, kind, columns.get()?, columns.get()?);
            let words: Vec<u8> = columns.get()?;
            Ok((key, Day::decode(&words)))
        })
        .collect()
}
