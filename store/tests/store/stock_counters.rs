//! Stock levels, what is in use, and FCC Form 502 against the same of the numbers by hand, whatever happens to them.

use std::collections::BTreeMap;

use numbering::{CountryCode, NumberType};
use provider_core::domain::{DealerFilter, KpiFilter, KpiStatusFilter, KpiType, NumberStatus};
use store::{
    Backend, Database, DatabaseOptions, Owner, Scope, StoreError,
    kpis::{
        CountBy, CountQuery, Form502Row, StockKey, Stocked, fold, form_502, rebuild, stock_levels, stocked,
        verify,
    },
    sql::Sql,
    testing::on_both,
};
use strum::IntoEnumIterator;

use crate::{
    fixtures::{Tree, group_scope, run},
    kpis::{filters, inventory, withins},
};

/// A number as its row has it.
#[derive(Debug, Clone)]
struct Number {
    e164: String,
    number_type: NumberType,
    status: NumberStatus,
    country: Option<CountryCode>,
    area_code: Option<String>,
    provider: String,
    rests: bool,
    dealer_id: Option<i64>,
    owner: Option<Owner>,
    updated_at: i64,
}

async fn numbers(db: &Database) -> Vec<Number> {
    let sql = Sql::new(
        "SELECT e164, number_type, status, country, area_code, provider, quarantine_until, dealer_id, reseller_id, \
         customer_id, group_id, updated_at FROM numbers",
    );
    let read = |row: &_| read_number(row).unwrap();
    sql.all(db.reader()).await.unwrap().iter().map(read).collect()
}

fn read_number(row: &sea_orm::QueryResult) -> Result<Number, sea_orm::DbErr> {
    let word = |index| row.try_get_by_index::<String>(index);
    let country: Option<String> = row.try_get_by_index(3)?;
    let rests: Option<i64> = row.try_get_by_index(6)?;
    let (reseller_id, customer_id, group_id): (Option<i64>, Option<i64>, Option<i64>) = (
        row.try_get_by_index(8)?,
        row.try_get_by_index(9)?,
        row.try_get_by_index(10)?,
    );
    Ok(Number {
        e164: word(0)?,
        number_type: word(1)?.parse().unwrap(),
        status: word(2)?.parse().unwrap(),
        country: country.map(|code| code.parse().unwrap()),
        area_code: row.try_get_by_index(4)?,
        provider: word(5)?,
        rests: rests.is_some(),
        dealer_id: row.try_get_by_index(7)?,
        owner: reseller_id
            .zip(customer_id)
            .zip(group_id)
            .map(|((reseller_id, customer_id), group_id)| Owner {
                reseller_id,
                customer_id,
                group_id,
            }),
        updated_at: row.try_get_by_index(11)?,
    })
}

impl Number {
    fn is_ours(&self) -> bool {
        self.status != NumberStatus::Dropped || self.rests
    }

    /// Whether a query is about it, its status aside.
    fn passes(&self, tree: &Tree, scope: Scope, query: &CountQuery) -> bool {
        let visible = match self.owner {
            Some(owner) => scope.covers(owner),
            None => scope == Scope::Platform,
        };
        let dealer = match &query.filter.dealer {
            None => true,
            Some(DealerFilter::Unassigned) => self.dealer_id.is_none(),
            Some(DealerFilter::Code(code)) => code == "D-NORTH" && self.dealer_id == Some(tree.north_dealer),
        };
        let number_type = match query.filter.number_type {
            None => true,
            Some(KpiType::Type(wanted)) => self.number_type == wanted,
            Some(KpiType::Category(wanted)) => self.number_type.category() == wanted,
        };
        let within = &query.within;
        let provider = within.provider.as_ref();
        visible
            && dealer
            && number_type
            && provider.is_none_or(|provider| *provider == self.provider)
            && within.country.is_none_or(|country| Some(country) == self.country)
    }
}

fn add(stocked: &mut Stocked, status: NumberStatus) {
    match status {
        NumberStatus::Available => stocked.available += 1,
        NumberStatus::Held | NumberStatus::Pending | NumberStatus::PortingIn => stocked.reserved += 1,
        NumberStatus::Dropped => stocked.aging += 1,
        NumberStatus::Active | NumberStatus::Suspended | NumberStatus::PortingOut => stocked.assigned += 1,
    }
}

fn reported<'n>(numbers: impl Iterator<Item = &'n Number>, now: i64) -> Vec<Form502Row> {
    let mut rows: BTreeMap<(Option<CountryCode>, String), Form502Row> = BTreeMap::new();
    for number in numbers.filter(|number| number.is_ours()) {
        let Some(digits) = number.e164.strip_prefix("+1") else {
            continue;
        };
        let area_code = number.area_code.clone().unwrap_or_else(|| digits[..3].to_owned());
        let row = rows
            .entry((number.country, area_code.clone()))
            .or_insert_with(|| Form502Row {
                country: number.country,
                area_code: Some(area_code),
                ..Form502Row::default()
            });
        let late = number.updated_at < now - 5 * 24 * 60 * 60 * 1000;
        let sold_on = number.dealer_id.is_some() && number.owner.is_none();
        *match number.status {
            NumberStatus::Dropped => &mut row.aging,
            NumberStatus::Held => &mut row.reserved,
            NumberStatus::Pending | NumberStatus::PortingIn if late => &mut row.reserved,
            NumberStatus::Available if sold_on => &mut row.intermediate,
            NumberStatus::Available => &mut row.available,
            _ => &mut row.assigned,
        } += 1;
    }
    rows.into_values().collect()
}

/// Everything that is told of the stock is what the numbers say.
async fn stock_is_right(db: &Database, tree: &Tree, step: usize) {
    let numbers = numbers(db).await;
    let now = db.now_ms().await.unwrap();
    let scopes = [
        Scope::Platform,
        tree.north_scope(),
        tree.acme_scope(),
        group_scope(tree.cora_sales),
    ];
    for scope in scopes {
        levels_are_right(db, tree, scope, &numbers).await;
        let questions = withins()
            .into_iter()
            .flat_map(|within| filters().into_iter().map(move |filter| (within.clone(), filter)));
        for (within, filter) in questions.step_by(step) {
            let query = CountQuery {
                within,
                ..CountQuery::new(CountBy::AreaCode, filter)
            };
            let asked = || numbers.iter().filter(|number| number.passes(tree, scope, &query));
            let mut expected = Stocked::default();
            let filtered = asked().filter(|number| match query.filter.status {
                KpiStatusFilter::All => true,
                KpiStatusFilter::NotDropped => number.status != NumberStatus::Dropped,
                KpiStatusFilter::Dropped => number.status == NumberStatus::Dropped,
            });
            for number in filtered.filter(|number| number.is_ours()) {
                add(&mut expected, number.status);
            }
            let told = stocked(db, scope, &query).await.unwrap();
            assert_eq!(told, expected, "{query:?} in {scope:?}");
            assert_eq!(
                form_502(db, scope, &query).await.unwrap(),
                reported(asked(), now),
                "{query:?} in {scope:?}"
            );
        }
    }
}

async fn levels_are_right(db: &Database, tree: &Tree, scope: Scope, numbers: &[Number]) {
    let everything = CountQuery::new(CountBy::Nothing, KpiFilter::default());
    let mut expected: BTreeMap<StockKey, Stocked> = BTreeMap::new();
    for number in numbers.iter().filter(|number| number.is_ours()) {
        if number.passes(tree, scope, &everything) {
            let key = StockKey {
                number_type: number.number_type,
                country: number.country,
                area_code: number.area_code.clone(),
            };
            add(expected.entry(key).or_default(), number.status);
        }
    }
    let levels = stock_levels(db, scope).await.unwrap();
    let told: BTreeMap<StockKey, Stocked> = levels
        .into_iter()
        .map(|level| {
            let stocked = Stocked {
                available: level.available,
                assigned: level.assigned,
                reserved: level.reserved,
                aging: level.aging,
            };
            assert_eq!(level.inventory, stocked.inventory());
            (level.key, stocked)
        })
        .collect();
    assert_eq!(told, expected, "{scope:?}");
}

/// Does something to a number, as any statement may.
async fn change(db: &Database, tree: &Tree, random: &mut fastrand::Rng) {
    let ids = Sql::new("SELECT id FROM numbers ORDER BY id")
        .all(db.reader())
        .await
        .unwrap();
    let ids: Vec<i64> = ids.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    let id = random.choice(&ids).unwrap();
    let set = match random.u8(0..12) {
        0..=2 => format!("status = '{}'", random.choice(NumberStatus::iter()).unwrap()),
        3 => "status = 'DROPPED', quarantine_until = 7".to_owned(),
        4 => "status = 'DROPPED', quarantine_until = NULL".to_owned(),
        5 => "quarantine_until = CASE WHEN quarantine_until IS NULL THEN 7 END".to_owned(),
        6 => "status = 'PENDING', updated_at = updated_at - 518400000".to_owned(),
        7 => "status = 'AVAILABLE', reseller_id = NULL, customer_id = NULL, group_id = NULL".to_owned(),
        8 => {
            let owners = [tree.acme_sales, tree.bolt_sales, tree.cora_sales];
            let owner = random.choice(owners).unwrap();
            format!(
                "reseller_id = {}, customer_id = {}, group_id = {}",
                owner.reseller_id, owner.customer_id, owner.group_id
            )
        }
        9 => format!(
            "dealer_id = {}",
            random
                .choice([Some(tree.north_dealer), Some(tree.south_dealer), None])
                .unwrap()
                .map_or_else(|| "NULL".to_owned(), |id| id.to_string())
        ),
        10 => format!(
            "provider = '{}'",
            random.choice(["inventory", "carrier", "carrier-2"]).unwrap()
        ),
        _ => {
            for table in ["assignments", "number_events", "number_tags"] {
                run(db, &format!("DELETE FROM {table} WHERE number_id = {id}")).await;
            }
            run(db, &format!("DELETE FROM numbers WHERE id = {id}")).await;
            return;
        }
    };
    run(db, &format!("UPDATE numbers SET {set} WHERE id = {id}")).await;
}

#[tokio::test]
async fn stock_is_what_the_numbers_say_after_any_sequence_of_changes_folded_or_not() {
    on_both(async |db| {
        let (tree, _) = inventory(db).await;
        let mut random = fastrand::Rng::with_seed(502);
        for round in 0..12_usize {
            for _ in 0..12 {
                change(db, &tree, &mut random).await;
            }
            stock_is_right(db, &tree, 37 + 6 * round).await;
            if random.bool() {
                while fold(db).await.unwrap().more() {}
                stock_is_right(db, &tree, 71).await;
            }
            assert_eq!(verify(db).await.unwrap(), []);
        }
        while fold(db).await.unwrap().more() {}
        stock_is_right(db, &tree, 7).await;
    })
    .await;
}

#[tokio::test]
async fn stock_is_counted_from_the_numbers_until_the_counters_are_built() {
    on_both(async |db| {
        let (tree, _) = inventory(db).await;
        for statement in [
            "UPDATE numbers SET quarantine_until = 7 WHERE status = 'DROPPED' AND id % 2 = 0",
            "UPDATE numbers SET updated_at = 7 WHERE id % 3 = 0",
            "UPDATE settings SET value = 'REBUILD' WHERE name = 'kpi_counters_3'",
            "DELETE FROM number_changes",
        ] {
            run(db, statement).await;
        }
        let replica = Database::connect(db.url(), &DatabaseOptions::default())
            .await
            .unwrap();
        stock_is_right(&replica, &tree, 29).await;
        assert!(rebuild(&replica).await.unwrap());
        stock_is_right(&replica, &tree, 29).await;
        let cells = Sql::new("SELECT COUNT(*) FROM kpi_cells WHERE axis = 'STOCK' AND word LIKE 'GONE/%'");
        assert!(cells.one_i64(replica.reader()).await.unwrap() > 0);
    })
    .await;
}

#[tokio::test]
async fn late_orders_are_found_by_an_index() {
    on_both(async |db| {
        let explain = match db.backend() {
            Backend::Sqlite => "EXPLAIN QUERY PLAN",
            Backend::Postgres => "EXPLAIN",
        };
        let late =
            "SELECT COUNT(*) FROM numbers n WHERE n.status IN ('PENDING', 'PORTING_IN') AND n.updated_at < 7";
        // An empty table is read whole by PostgreSQL, whatever its indexes are.
        let plan: Vec<String> = db
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    if tx.backend() == Backend::Postgres {
                        Sql::new("SET LOCAL enable_seqscan = off")
                            .execute(tx.connection())
                            .await?;
                        Sql::new("SET LOCAL enable_bitmapscan = off")
                            .execute(tx.connection())
                            .await?;
                    }
                    let column = usize::from(tx.backend() == Backend::Sqlite) * 3;
                    let rows = Sql::new(format!("{explain} {late}")).all(tx.connection()).await?;
                    let texts = rows.iter().map(|row| row.try_get_by_index::<String>(column));
                    Ok(texts.collect::<Result<_, _>>()?)
                })
            })
            .await
            .unwrap();
        assert!(
            plan.iter().any(|line| line.contains("numbers_status")),
            "{plan:?}"
        );
    })
    .await;
}
