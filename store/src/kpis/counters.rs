//! Counts of numbers, from the counters: the cost is that of the rows of the answer, however many numbers there are.

use numbering::{NumberCategory, NumberType};
use provider_core::domain::{DealerFilter, KpiType};
use sea_orm::{ConnectionTrait, QueryResult};
use strum::IntoEnumIterator;

use super::{
    cells::{ANY_DEALER, ANY_KIND, Axis, NO_DEALER, PLATFORM, kind_of_category},
    count::{count_numbers, restrict},
    query::{
        CountBy, CountKey, CountQuery, CountRow, Tally, area_of, area_word, in_order, of_category, of_type,
        read_area, read_country, row, types_of,
    },
    stock_word::StockWord,
};
use crate::{
    Database, Result, Scope, StoreError, error,
    sql::{Columns, Sql},
};

/// The counts of the numbers inside `scope`, in the order of their keys. A key without numbers is left out; a
/// count by [`CountBy::Nothing`] has its one row.
///
/// They come from the counters, for the platform and for resellers, under every filter of the document
/// `callstats-number-kpis`, and under one provider or one country where the count isn't by something else. The rest is
/// counted from the numbers, as everything is while the counters are being built.
///
/// # Errors
/// What the database says.
pub async fn counts(database: &Database, scope: Scope, query: &CountQuery) -> Result<Vec<CountRow>> {
    let reader = database.reader();
    if database.has_counters().await?
        && let Some(rows) = from_counters(reader, scope, query).await?
    {
        return Ok(rows);
    }
    count_numbers(reader, scope, query).await
}

/// The same from the counters alone; nothing where they don't have it.
pub(super) async fn from_counters(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
) -> Result<Option<Vec<CountRow>>> {
    match Lookup::of(scope, query) {
        Some(lookup) => lookup.rows(connection, query).await.map(Some),
        None => Ok(None),
    }
}

/// Whose cells answer a query, if any do: customers and groups have none.
pub(super) fn owner_of(scope: Scope, query: &CountQuery) -> Option<i64> {
    if query.within.customer_id.is_some() || query.within.group_id.is_some() {
        return None;
    }
    match scope {
        Scope::Platform => Some(PLATFORM),
        Scope::Reseller { reseller_id } => Some(reseller_id),
        Scope::Customer { .. } | Scope::Group { .. } => None,
    }
}

/// Which cells answer a query.
struct Lookup {
    owner: i64,
    axis: Axis,
    words: Words,
    /// The kinds of cells, each with the types that it is about.
    kinds: Vec<(&'static str, Vec<NumberType>)>,
}

enum Words {
    All,
    One(String),
    /// Those of the areas of a country.
    From(String),
}

impl Lookup {
    fn of(scope: Scope, query: &CountQuery) -> Option<Self> {
        let owner = owner_of(scope, query)?;
        let within = &query.within;
        let country = within.country.map(|country| country.as_str().to_owned());
        let (axis, words) = match (query.by, within.provider.clone(), country) {
            (CountBy::Status, None, None) => (Axis::Status, Words::All),
            (CountBy::Pool, None, None) => (Axis::Pool, Words::All),
            (CountBy::Provider, None, None) => (Axis::Provider, Words::All),
            (CountBy::Country, None, None) => (Axis::Country, Words::All),
            (CountBy::AreaCode, None, None) => (Axis::AreaCode, Words::All),
            (CountBy::AreaCode, None, Some(country)) => {
                (Axis::AreaCode, Words::From(area_word(Some(&country), None)))
            }
            (CountBy::Country, None, Some(country)) => (Axis::Country, Words::One(country)),
            (CountBy::Provider, Some(provider), None) => (Axis::Provider, Words::One(provider)),
            (
                CountBy::Status | CountBy::Pool | CountBy::Provider | CountBy::Country | CountBy::AreaCode,
                ..,
            )
            | (_, Some(_), Some(_)) => return None,
            (_, None, None) => (Axis::Total, Words::All),
            (_, Some(provider), None) => (Axis::Provider, Words::One(provider)),
            (_, None, Some(country)) => (Axis::Country, Words::One(country)),
        };
        Some(Self {
            owner,
            axis,
            words,
            kinds: kinds(query),
        })
    }

    async fn rows(&self, connection: &impl ConnectionTrait, query: &CountQuery) -> Result<Vec<CountRow>> {
        let found = self.statement(query).all(connection).await?;
        let mut rows = Vec::with_capacity(found.len());
        for found in &found {
            let (key, tally) = read(query.by, found)?;
            rows.extend(row(key, tally, query.filter.status)?);
        }
        if query.by == CountBy::Nothing && rows.is_empty() {
            rows.extend(row(CountKey::All, Tally::default(), query.filter.status)?);
        }
        Ok(in_order(rows))
    }

    /// What is folded, and what is not, of one snapshot. A customer that the changes give its first number of a cell,
    /// or take its last from, is one customer more or fewer: what it has there tells.
    fn statement(&self, query: &CountQuery) -> Sql {
        let axis = self.axis;
        let mut sql = Sql::new(format!(
            "WITH tail AS MATERIALIZED (SELECT {} AS kind, {} AS dealer_id, {} AS word, \
             CASE WHEN c.status <> 'DROPPED' THEN c.customer_id END AS customer_id, \
             CAST(SUM(CASE WHEN c.status <> 'DROPPED' THEN c.sign ELSE 0 END) AS BIGINT) AS live, \
             CAST(SUM(CASE WHEN c.status = 'DROPPED' THEN c.sign ELSE 0 END) AS BIGINT) AS dropped \
             FROM number_changes c WHERE 1 = 1",
            self.kind_of_change(),
            dealer_of_change(query),
            self.word_of_change(),
        ));
        if self.owner != PLATFORM {
            sql.push_bind(" AND c.reseller_id = ", self.owner);
        }
        restrict(&mut sql, "c", query);
        sql.push(&format!(
            " GROUP BY 1, 2, 3, 4) \
             SELECT x.kind, (SELECT d.code FROM dealers d WHERE d.id = x.dealer_id), x.word, \
             CAST(SUM(x.live) AS BIGINT), CAST(SUM(x.dropped) AS BIGINT), CAST(SUM(x.customers) AS BIGINT) FROM (\
             SELECT k.kind, k.dealer_id, k.word, k.live, k.dropped, k.customers FROM kpi_cells k \
             WHERE k.axis = '{axis}' AND k.kind IN ({kinds})",
            kinds = self.kind_list(),
        ))
        .push_bind(" AND k.reseller_id = ", self.owner);
        push_dealer(&mut sql, query);
        self.push_words(&mut sql);
        sql.push(&format!(
            " UNION ALL SELECT t.kind, t.dealer_id, t.word, t.live, t.dropped, \
             CASE WHEN t.customer_id IS NULL THEN 0 ELSE \
             (CASE WHEN COALESCE(h.numbers, 0) + t.live > 0 THEN 1 ELSE 0 END) - \
             (CASE WHEN COALESCE(h.numbers, 0) > 0 THEN 1 ELSE 0 END) END \
             FROM tail t LEFT JOIN kpi_customers h ON h.customer_id = t.customer_id AND h.axis = '{axis}' \
             AND h.kind = t.kind AND h.dealer_id = t.dealer_id AND h.word = t.word\
             ) x GROUP BY x.kind, x.dealer_id, x.word"
        ));
        sql
    }

    fn kind_list(&self) -> String {
        let quoted: Vec<String> = self.kinds.iter().map(|(kind, _)| format!("'{kind}'")).collect();
        quoted.join(", ")
    }

    fn kind_of_change(&self) -> String {
        if let [(kind, _)] = self.kinds.as_slice() {
            return format!("'{kind}'");
        }
        let mut cases = "CASE c.number_type".to_owned();
        for (kind, types) in &self.kinds {
            for number_type in types {
                cases.push_str(&format!(" WHEN '{number_type}' THEN '{kind}'"));
            }
        }
        cases.push_str(" END");
        cases
    }

    fn word_of_change(&self) -> String {
        match self.axis {
            Axis::Total => "''".to_owned(),
            Axis::Status => "c.status".to_owned(),
            Axis::Provider => "c.provider".to_owned(),
            Axis::Country => "COALESCE(c.country, '')".to_owned(),
            Axis::AreaCode => area_of("c"),
            Axis::Pool => "CAST(c.pool_id AS TEXT)".to_owned(),
            Axis::Stock => StockWord::of_change("c"),
        }
    }

    fn push_words(&self, sql: &mut Sql) {
        match &self.words {
            Words::All => {}
            Words::One(word) => {
                sql.push_bind(" AND k.word = ", word.clone());
            }
            Words::From(prefix) => {
                sql.push_bind(" AND k.word >= ", prefix.clone())
                    .push_bind(" AND k.word < ", format!("{prefix}~"));
            }
        }
    }
}

/// The kinds of cells that a query is about, each with its types.
pub(super) fn kinds(query: &CountQuery) -> Vec<(&'static str, Vec<NumberType>)> {
    let wanted = query.filter.number_type;
    let one = |number_type: NumberType| (number_type.into(), vec![number_type]);
    match query.by {
        CountBy::Type => types_of(wanted).map(one).collect(),
        CountBy::Category => match wanted {
            Some(KpiType::Type(number_type)) => vec![one(number_type)],
            _ => NumberCategory::iter()
                .map(|category| {
                    (
                        category,
                        types_of(wanted)
                            .filter(|one| one.category() == category)
                            .collect(),
                    )
                })
                .filter(|(_, types): &(_, Vec<NumberType>)| !types.is_empty())
                .map(|(category, types)| (kind_of_category(category), types))
                .collect(),
        },
        _ => vec![(
            match wanted {
                None => ANY_KIND,
                Some(KpiType::Type(number_type)) => number_type.into(),
                Some(KpiType::Category(category)) => kind_of_category(category),
            },
            types_of(wanted).collect(),
        )],
    }
}

/// By dealer, each change is its dealer's; else it is that of the filter, or of whatever dealer.
fn dealer_of_change(query: &CountQuery) -> String {
    if query.by == CountBy::Dealer || query.filter.dealer.is_some() {
        format!("COALESCE(c.dealer_id, {NO_DEALER})")
    } else {
        format!("CAST({ANY_DEALER} AS BIGINT)")
    }
}

/// Appends which dealers' cells `k` a query is about.
pub(super) fn push_dealer(sql: &mut Sql, query: &CountQuery) {
    match &query.filter.dealer {
        None if query.by == CountBy::Dealer => sql.push(&format!(" AND k.dealer_id >= {NO_DEALER}")),
        None => sql.push(&format!(" AND k.dealer_id = {ANY_DEALER}")),
        Some(DealerFilter::Unassigned) => sql.push(&format!(" AND k.dealer_id = {NO_DEALER}")),
        Some(DealerFilter::Code(code)) => sql
            .push_bind(
                " AND k.dealer_id = (SELECT d.id FROM dealers d WHERE d.code = ",
                code.as_str(),
            )
            .push(")"),
    };
}

fn read(by: CountBy, row: &QueryResult) -> Result<(CountKey, Tally)> {
    let mut columns = Columns::of(row);
    let (kind, dealer, word): (String, Option<String>, String) =
        (columns.get()?, columns.get()?, columns.get()?);
    let key = match by {
        CountBy::Nothing => CountKey::All,
        CountBy::Dealer => CountKey::Dealer(dealer),
        CountBy::Type => of_type(error::word("kpi_cells", "kind", &kind)?),
        CountBy::Category => of_category(category(&kind)?),
        CountBy::Status => CountKey::Status(error::word("kpi_cells", "word", &word)?),
        CountBy::Provider => CountKey::Provider(word),
        CountBy::Country => CountKey::Country(read_country(&word)?),
        CountBy::AreaCode => read_area(&word)?,
        CountBy::Pool => CountKey::Pool(error::word("kpi_cells", "word", &word)?),
    };
    let tally = Tally {
        live: columns.get()?,
        dropped: columns.get()?,
        customers: columns.get()?,
        ..Tally::default()
    };
    let customers = if by == CountBy::Pool {
        i64::from(tally.live > 0)
    } else {
        tally.customers
    };
    Ok((key, Tally { customers, ..tally }))
}

fn category(kind: &str) -> Result<NumberCategory> {
    if let Some(category) = NumberCategory::iter().find(|category| kind_of_category(*category) == kind) {
        return Ok(category);
    }
    let number_type: NumberType = error::word("kpi_cells", "kind", kind)?;
    Ok(number_type.category())
}

/// Where it is said whether the counters can be used. Its number is that of their form: a migration that changes the form
/// changes the name, so that programs of the previous form leave the counters alone.
pub(super) const STATE: &str = "kpi_counters_3";
/// They can.
pub(super) const READY: &str = "READY";

/// Whether the counters are built: once they are, they stay so.
pub(crate) async fn are_ready(connection: &impl ConnectionTrait) -> Result<bool> {
    let mut sql = Sql::new("SELECT value FROM settings WHERE name = ");
    sql.bind(STATE);
    match sql.one(connection).await? {
        Some(row) => {
            let value: String = row.try_get_by_index(0).map_err(StoreError::from)?;
            Ok(value == READY)
        }
        None => Ok(false),
    }
}
