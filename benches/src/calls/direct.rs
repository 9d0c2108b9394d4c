//! Calls written straight into the tables, as an import would have left them: for histories that would take an import
//! too long to measure on. What a call is and whose is what the import says; only the way into the tables is another.

use std::collections::{BTreeMap, HashMap};

use ::calls::{
    Call, CallLine, CallNumbers, CallRecord, Directory, Extension, NumberReader, Settings, Subject, Tenure,
    packed::{Day, Word},
};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use store::{Database, sql::Sql};

use super::{Calls, MadeUp};
use crate::{
    Result,
    bulk::Writer,
    inventory::{Batch, Cell, Table},
};

const DAY_SECONDS: i64 = 86_400;
/// Rows of a batch.
const ROWS: usize = 5_000;

static CALLS: Table = Table {
    name: "calls",
    columns: &[
        "id",
        "reseller_id",
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
        "legs",
        "fingerprint",
    ],
    has_id: true,
};
static PARTIES: Table = Table {
    name: "call_parties",
    columns: &[
        "call_id",
        "position",
        "customer_id",
        "employee_id",
        "extension_id",
        "side",
        "disposition",
        "seconds",
        "local",
        "started_at",
    ],
    has_id: false,
};
static DAYS: Table = Table {
    name: "call_days",
    columns: &[
        "customer_id",
        "kind",
        "day",
        "subject_id",
        "extension_id",
        "words",
        "version",
    ],
    has_id: false,
};
static VERSIONS: Table = Table {
    name: "call_versions",
    columns: &["customer_id", "version", "first_day", "last_day"],
    has_id: false,
};
static TABLES: [&Table; 4] = [&CALLS, &PARTIES, &DAYS, &VERSIONS];

/// A customer as the tables know it.
struct Owner {
    reseller_id: i64,
    directory: Directory,
}

/// Writes the calls of customers that are there: `code` gives the code of each.
///
/// # Errors
/// A customer that isn't there; what the drivers say.
pub async fn write(
    database: &Database,
    url: &str,
    calls: &Calls,
    code: impl Fn(u64) -> String,
) -> Result<()> {
    let mut writer = Writer::connect(url).await?;
    let stripped = writer.strip(&TABLES).await?;
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent:>3} %  {eta} left")?;
    let bar = ProgressBar::new(calls.count)
        .with_style(style)
        .with_message("calls");
    for customer in 0..calls.customers {
        let owner = owner(database, &code(customer)).await?;
        let mut rows = Rows::of(&owner);
        for call in calls.of(customer) {
            rows.add(&mut writer, &call).await?;
            bar.inc(1);
        }
        rows.end(&mut writer).await?;
    }
    writer.finish(&TABLES).await?;
    for statement in &stripped {
        writer.execute(statement).await?;
    }
    writer.analyze().await?;
    writer.finish(&[]).await?;
    bar.finish_and_clear();
    Ok(())
}

async fn owner(database: &Database, code: &str) -> Result<Owner> {
    let mut sql = Sql::new(
        "SELECT c.id, c.reseller_id, x.number, x.id, a.employee_id, a.assigned_at FROM customers c \
         JOIN extensions x ON x.customer_id = c.id JOIN extension_assignments a ON a.extension_id = x.id \
         WHERE a.released_at IS NULL AND c.code = ",
    );
    sql.bind(code);
    let (mut customer, mut extensions) = (None, HashMap::new());
    for row in sql.all(database.reader()).await? {
        customer = Some((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        let number: String = row.try_get_by_index(2)?;
        let holder = Tenure {
            what: row.try_get_by_index(4)?,
            from: Timestamp::from_millisecond(row.try_get_by_index(5)?)?,
            until: None,
        };
        let id = row.try_get_by_index(3)?;
        extensions.insert(
            number,
            Extension {
                id,
                holders: vec![holder],
            },
        );
    }
    let (customer_id, reseller_id) = customer.ok_or_else(|| format!("{code} has no extensions"))?;
    Ok(Owner {
        reseller_id,
        directory: Directory {
            customer_id,
            extensions,
            numbers: HashMap::new(),
        },
    })
}

/// Rows of one customer that are not written yet.
struct Rows<'o> {
    owner: &'o Owner,
    numbers: NumberReader,
    calls: Vec<Vec<Cell>>,
    parties: Vec<Vec<Cell>>,
    days: Vec<Vec<Cell>>,
    /// The day whose calls are gathered: calls come in the order of days.
    day: i64,
    of_day: BTreeMap<Subject, Vec<Word>>,
    /// The first and the last day with calls.
    range: Option<(i64, i64)>,
}

impl<'o> Rows<'o> {
    fn of(owner: &'o Owner) -> Self {
        Self {
            owner,
            numbers: NumberReader::new(None),
            calls: Vec::new(),
            parties: Vec::new(),
            days: Vec::new(),
            day: i64::MIN,
            of_day: BTreeMap::new(),
            range: None,
        }
    }

    async fn add(&mut self, writer: &mut Writer, made: &MadeUp) -> Result<()> {
        let line: CallLine = serde_json::from_str(&made.line())?;
        let row = line
            .read(made.index, &Settings::default())
            .map_err(|fault| fault.reason)?;
        let legs = [row.leg];
        let call = Call::of(&legs).ok_or("a call has a leg")?;
        let numbers = CallNumbers::of(&call, &mut self.numbers);
        let record = self.owner.directory.resolve(&call, &numbers);
        let id = i64::try_from(made.index)? + 1;
        self.call(id, row.call_id, serde_json::to_string(&legs)?, &record);
        self.facts(&record)?;
        if self.calls.len() >= ROWS {
            self.flush(writer).await?;
        }
        Ok(())
    }

    fn call(&mut self, id: i64, call_id: String, legs: String, record: &CallRecord) {
        let customer_id = self.owner.directory.customer_id;
        let started_at = record.started_at.as_millisecond();
        let word = |word: &'static str| Cell::from(word);
        self.calls.push(vec![
            id.into(),
            self.owner.reseller_id.into(),
            customer_id.into(),
            call_id.into(),
            started_at.into(),
            record.answered_at.map(|at| at.as_millisecond()).into(),
            record.ended_at.as_millisecond().into(),
            i64::from(record.ring_seconds).into(),
            i64::from(record.talk_seconds).into(),
            word(record.disposition.into()),
            record.caller.clone().into(),
            record.callee.clone().into(),
            word(record.direction.into()),
            record.local.into(),
            legs.into(),
            // Importing the call would write it anew, which is as well.
            word(""),
        ]);
        for (position, party) in (0_i64..).zip(&record.parties) {
            self.parties.push(vec![
                id.into(),
                position.into(),
                customer_id.into(),
                party.employee_id.into(),
                party.extension_id.into(),
                word(party.side.into()),
                word(party.disposition.into()),
                i64::from(party.seconds).into(),
                record.local.into(),
                started_at.into(),
            ]);
        }
    }

    fn facts(&mut self, record: &CallRecord) -> Result<()> {
        let day = record.started_at.as_second().div_euclid(DAY_SECONDS);
        if day != self.day {
            self.seal()?;
            self.day = day;
            self.range = Some((self.range.map_or(day, |(first, _)| first), day));
        }
        for (subject, fact) in record.facts() {
            self.of_day.entry(subject).or_default().push(Word::of(&fact));
        }
        Ok(())
    }

    /// Packs the day that is over.
    fn seal(&mut self) -> Result<()> {
        for (subject, words) in std::mem::take(&mut self.of_day) {
            let Subject::Employee {
                employee_id,
                extension_id,
            } = subject
            else {
                return Err("made-up calls have employees only".into());
            };
            let mut day = Day::default();
            day.change(&words, &[])?;
            self.days.push(vec![
                self.owner.directory.customer_id.into(),
                "EMPLOYEE".into(),
                self.day.into(),
                employee_id.into(),
                extension_id.into(),
                Cell::Bytes(day.encode()),
                1_i64.into(),
            ]);
        }
        Ok(())
    }

    async fn flush(&mut self, writer: &mut Writer) -> Result<()> {
        for (table, rows) in [
            (&CALLS, &mut self.calls),
            (&PARTIES, &mut self.parties),
            (&DAYS, &mut self.days),
        ] {
            let rows = std::mem::take(rows);
            if !rows.is_empty() {
                writer.write(&Batch { table, rows }).await?;
            }
        }
        Ok(())
    }

    async fn end(mut self, writer: &mut Writer) -> Result<()> {
        self.seal()?;
        self.flush(writer).await?;
        let Some((first, last)) = self.range else {
            return Ok(());
        };
        let customer_id = self.owner.directory.customer_id;
        let version = vec![customer_id.into(), 1_i64.into(), first.into(), last.into()];
        let batch = Batch {
            table: &VERSIONS,
            rows: vec![version],
        };
        writer.write(&batch).await
    }
}
