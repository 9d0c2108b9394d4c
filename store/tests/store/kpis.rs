//! Counts of numbers against a recount of the same numbers by hand.

use std::collections::{BTreeMap, BTreeSet};

use numbering::{CountryCode, NumberCategory, NumberType, Places};
use provider_core::domain::{DealerFilter, KpiFilter, KpiStatusFilter, KpiType, NumberStatus};
use store::{
    Arrival, Backend, Database, DatabaseOptions, EventKind, NewNumber, NumberRecord, Owner, Scope,
    insert_numbers,
    kpis::{
        CountBy, CountKey, CountQuery, CountRow, Difference, Folded, Within, count_numbers, counts, fold,
        rebuild, verify,
    },
    sql::Sql,
    testing::on_both,
};
use strum::IntoEnumIterator;

use crate::fixtures::{Tree, group_scope, plant, run, write};

/// Beginnings of numbers of several types and categories; three digits follow.
const RANGES: &[&str] = &[
    "+1404555",
    "+1212555",
    "+1800555",
    "+44127479",
    "+4433312",
    "+4480012",
    "+4477009001",
    "+4490912",
];

/// Numbers of every status, with and without owner and dealer, as a fixed sequence of pseudo-random choices says.
fn arrivals(tree: &Tree) -> Vec<Arrival> {
    let places = Places::shared().unwrap();
    let mut state = 42_u64;
    let mut choose = move |among: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % among
    };
    let owners = [
        tree.acme_sales,
        tree.acme_support,
        tree.bolt_sales,
        tree.cora_sales,
    ];
    let dealers = [None, Some(tree.north_dealer), Some(tree.south_dealer)];
    let statuses: Vec<NumberStatus> = NumberStatus::iter().collect();
    let mut taken = BTreeSet::new();
    let mut arrivals = Vec::new();
    while arrivals.len() < 200 {
        let range = RANGES[choose(RANGES.len())];
        let text = format!(
            "{range}{:0>width$}",
            choose(1000),
            width = (if range.starts_with("+1") { 12_usize } else { 13 })
                .saturating_sub(range.len())
                .max(3)
        );
        let Ok(e164) = text.parse::<numbering::E164>() else {
            continue;
        };
        if !taken.insert(e164.clone()) {
            continue;
        }
        let facts = places.describe(&e164);
        let number = NewNumber {
            e164,
            facts,
            place_id: None,
            status: NumberStatus::Available,
            provider: ["inventory", "carrier"][choose(2)].to_owned(),
            external_id: None,
            monthly_cost: None,
            tags: Vec::new(),
        };
        let stock = number.record(jiff::Timestamp::UNIX_EPOCH);
        let status = statuses[choose(statuses.len())];
        let owner = (status != NumberStatus::Available).then(|| owners[choose(owners.len())]);
        let record = NumberRecord {
            status,
            name: owner.map(|_| format!("number {}", arrivals.len())),
            owner,
            // A dealer may have numbers before there are customers for them.
            dealer_id: dealers[choose(dealers.len())],
            quarantine_until: (status == NumberStatus::Dropped && choose(2) == 0)
                .then_some(jiff::Timestamp::MAX),
            ..stock
        };
        arrivals.push(Arrival {
            number,
            owned: Some((record, EventKind::Assigned)),
        });
    }
    arrivals
}

/// What is counted of a number.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    status: NumberStatus,
    dealer: Option<String>,
    number_type: NumberType,
    country: Option<CountryCode>,
    area_code: Option<String>,
    provider: String,
    owner: Option<Owner>,
}

pub(crate) async fn inventory(db: &Database) -> (Tree, Vec<Fact>) {
    let tree = plant(db).await;
    let arrivals = arrivals(&tree);
    let code = |id: i64| {
        if id == tree.north_dealer {
            "D-NORTH"
        } else {
            "D-SOUTH"
        }
    };
    let facts = arrivals.iter().map(|arrival| {
        let (record, _) = arrival.owned.clone().unwrap();
        Fact {
            status: record.status,
            dealer: record.dealer_id.map(|id| code(id).to_owned()),
            number_type: record.number_type,
            country: record.country,
            area_code: record.area_code,
            provider: record.provider,
            owner: record.owner,
        }
    });
    let facts: Vec<Fact> = facts.collect();
    let types: BTreeSet<_> = facts.iter().map(|fact| fact.number_type).collect();
    assert!(
        types.len() >= 5,
        "the numbers are of too few types to tell: {types:?}"
    );
    write(db, |tx| {
        Box::pin(async move { insert_numbers(tx, &arrivals, "test", None).await })
    })
    .await;
    (tree, facts)
}

fn passes(fact: &Fact, filter: &KpiFilter) -> bool {
    let status = match filter.status {
        KpiStatusFilter::All => true,
        KpiStatusFilter::NotDropped => fact.status != NumberStatus::Dropped,
        KpiStatusFilter::Dropped => fact.status == NumberStatus::Dropped,
    };
    let dealer = match &filter.dealer {
        None => true,
        Some(DealerFilter::Unassigned) => fact.dealer.is_none(),
        Some(DealerFilter::Code(code)) => fact.dealer.as_ref() == Some(code),
    };
    let number_type = match filter.number_type {
        None => true,
        Some(KpiType::Type(wanted)) => fact.number_type == wanted,
        Some(KpiType::Category(wanted)) => fact.number_type.category() == wanted,
    };
    status && dealer && number_type
}

fn recount<'f>(facts: impl Iterator<Item = &'f Fact>, key: impl Fn(&Fact) -> CountKey) -> Vec<CountRow> {
    let mut cells: BTreeMap<CountKey, (u64, BTreeSet<i64>)> = BTreeMap::new();
    for fact in facts {
        let (numbers, customers) = cells.entry(key(fact)).or_default();
        *numbers += 1;
        if fact.status != NumberStatus::Dropped {
            customers.extend(fact.owner.map(|owner| owner.customer_id));
        }
    }
    let row = |(key, (number_count, customers)): (CountKey, (u64, BTreeSet<i64>))| CountRow {
        key,
        number_count,
        customer_count: customers.len() as u64,
    };
    cells.into_iter().map(row).collect()
}

pub(crate) fn filters() -> Vec<KpiFilter> {
    let dealers = [
        None,
        Some(DealerFilter::Unassigned),
        Some(DealerFilter::Code("D-NORTH".to_owned())),
        Some(DealerFilter::Code("D-NOBODY".to_owned())),
    ];
    let types = [
        None,
        Some(KpiType::Type(NumberType::TollFree)),
        Some(KpiType::Category(NumberCategory::NonGeographic)),
        Some(KpiType::Category(NumberCategory::Geographic)),
    ];
    let mut filters = Vec::new();
    for status in KpiStatusFilter::iter() {
        for dealer in &dealers {
            for number_type in types {
                filters.push(KpiFilter {
                    status,
                    dealer: dealer.clone(),
                    number_type,
                });
            }
        }
    }
    filters
}

/// By what numbers are counted, and the key of a number then.
type Way = (CountBy, fn(&Fact) -> CountKey);

const WAYS: [Way; 8] = [
    (CountBy::Nothing, |_| CountKey::All),
    (CountBy::Status, |fact| CountKey::Status(fact.status)),
    (CountBy::Dealer, |fact| CountKey::Dealer(fact.dealer.clone())),
    (CountBy::Type, |fact| {
        CountKey::Type(KpiType::Type(fact.number_type))
    }),
    (CountBy::Category, |fact| {
        CountKey::Type(KpiType::Category(fact.number_type.category()))
    }),
    (CountBy::Provider, |fact| {
        CountKey::Provider(fact.provider.clone())
    }),
    (CountBy::Country, |fact| CountKey::Country(fact.country)),
    (CountBy::AreaCode, |fact| {
        CountKey::AreaCode(fact.country, fact.area_code.clone())
    }),
];

pub(crate) fn withins() -> Vec<Within> {
    let (provider, country) = (Some("carrier".to_owned()), Some(CountryCode::US));
    let within = |provider: &Option<String>, country| Within {
        provider: provider.clone(),
        country,
        ..Within::default()
    };
    vec![
        Within::default(),
        within(&provider, None),
        within(&None, country),
        within(&provider, country),
    ]
}

fn inside(fact: &Fact, scope: Scope) -> bool {
    match fact.owner {
        Some(owner) => scope.covers(owner),
        None => scope == Scope::Platform,
    }
}

fn lies(fact: &Fact, within: &Within) -> bool {
    let customer = fact.owner.map(|owner| owner.customer_id);
    within
        .provider
        .as_ref()
        .is_none_or(|provider| *provider == fact.provider)
        && within.country.is_none_or(|country| Some(country) == fact.country)
        && within.customer_id.is_none_or(|id| Some(id) == customer)
}

/// Every count of a database, under each `step`-th filter and for every kind of scope, equals a recount by hand.
async fn every_count_is_right(db: &Database, tree: &Tree, facts: &[Fact], step: usize) {
    let scopes = [
        Scope::Platform,
        tree.north_scope(),
        tree.acme_scope(),
        group_scope(tree.cora_sales),
    ];
    for (scope, within) in scopes
        .iter()
        .flat_map(|scope| withins().into_iter().map(|within| (*scope, within)))
    {
        // Conditions beyond the document's take other ways through the counters, which a sample of filters shows.
        let step = if within == Within::default() {
            step
        } else {
            step.max(13)
        };
        for filter in filters().into_iter().step_by(step) {
            for (by, key) in WAYS {
                let query = CountQuery {
                    by,
                    filter: filter.clone(),
                    within: within.clone(),
                };
                let counted = facts
                    .iter()
                    .filter(|fact| inside(fact, scope) && passes(fact, &filter) && lies(fact, &within));
                let mut expected = recount(counted, key);
                if by == CountBy::Nothing && expected.is_empty() {
                    expected.push(CountRow {
                        key: CountKey::All,
                        number_count: 0,
                        customer_count: 0,
                    });
                }
                assert_eq!(
                    counts(db, scope, &query).await.unwrap(),
                    expected,
                    "{query:?} in {scope:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn every_count_under_every_filter_equals_a_recount_folded_or_not() {
    on_both(async |db| {
        let (tree, facts) = inventory(db).await;
        every_count_is_right(db, &tree, &facts, 11).await;
        assert_eq!(fold(db).await.unwrap(), Folded::Changes(facts.len()));
        every_count_is_right(db, &tree, &facts, 3).await;
        assert_eq!(verify(db).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn counters_that_are_built_later_say_the_same_and_until_then_numbers_are_counted() {
    on_both(async |db| {
        let (tree, facts) = inventory(db).await;
        run(
            db,
            "UPDATE settings SET value = 'REBUILD' WHERE name = 'kpi_counters_3'",
        )
        .await;
        run(db, "DELETE FROM number_changes").await;
        let replica = Database::connect(db.url(), &DatabaseOptions::default())
            .await
            .unwrap();
        assert_eq!(fold(&replica).await.unwrap(), Folded::NotBuilt);
        assert_eq!(verify(&replica).await.unwrap(), [Difference::NotBuilt]);
        every_count_is_right(&replica, &tree, &facts, 48).await;
        assert!(rebuild(&replica).await.unwrap());
        every_count_is_right(&replica, &tree, &facts, 25).await;
        assert_eq!(verify(&replica).await.unwrap(), []);
        let rebuilt = "SELECT COUNT(*) FROM kpi_cells";
        assert!(Sql::new(rebuilt).one_i64(replica.reader()).await.unwrap() > 100);
    })
    .await;
}

/// What makes counters wrong, and what is said of it.
const PLANTED: [(&str, &str); 8] = [
    (
        "UPDATE kpi_cells SET live = live + 1 WHERE reseller_id = 0 AND axis = 'TOTAL' AND kind = '' AND dealer_id = -1",
        "platform, TOTAL, dealer any, type any: ",
    ),
    (
        "UPDATE kpi_cells SET customers = customers - 1 WHERE reseller_id > 0 AND word = 'ACTIVE' AND kind = ''",
        "STATUS ACTIVE, dealer any, type any: ",
    ),
    (
        "DELETE FROM kpi_customers WHERE word = 'carrier' AND kind = '' AND dealer_id = -1",
        "PROVIDER carrier, dealer any, type any: ",
    ),
    (
        "DELETE FROM kpi_cells WHERE reseller_id = 0 AND word LIKE 'GB-%'",
        "platform, AREA_CODE GB-",
    ),
    (
        "UPDATE kpi_cells SET live = live + 1 WHERE axis = 'STOCK' AND word LIKE '%/carrier/US-404/404'",
        "/carrier/US-404/404, dealer any",
    ),
    (
        "DELETE FROM kpi_cells WHERE axis = 'STOCK' AND word LIKE 'GONE/%'",
        "STOCK GONE/",
    ),
    (
        "INSERT INTO kpi_customers VALUES (9999, 'TOTAL', '', -1, '', 1)",
        "customer 9999, TOTAL",
    ),
    (
        "INSERT INTO number_changes (sign, number_type, status, provider) VALUES (1, 'VOIP', 'ACTIVE', 'inventory')",
        "platform, TOTAL, dealer any, type VOIP: ",
    ),
];

#[tokio::test]
async fn a_difference_is_named_wherever_it_is_and_a_rebuild_mends_it() {
    on_both(async |db| {
        inventory(db).await;
        fold(db).await.unwrap();
        for (planted, named) in PLANTED {
            run(db, planted).await;
            let differences = verify(db).await.unwrap();
            assert!(!differences.is_empty(), "{planted}");
            let texts: Vec<String> = differences.iter().map(ToString::to_string).collect();
            assert!(
                texts.iter().any(|text| text.contains(named)),
                "{planted}: {texts:?}"
            );
            assert!(rebuild(db).await.unwrap());
            assert_eq!(verify(db).await.unwrap(), [], "after {planted}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_leaves_no_dead_changes_that_readers_go_through() {
    on_both(async |db| {
        inventory(db).await;
        let bytes = Sql::new(match db.backend() {
            Backend::Postgres => "SELECT pg_relation_size('number_changes')",
            Backend::Sqlite => "SELECT COUNT(*) FROM number_changes",
        });
        assert!(bytes.clone().one_i64(db.reader()).await.unwrap() > 0);
        assert!(rebuild(db).await.unwrap());
        assert_eq!(bytes.one_i64(db.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn numbers_add_up_to_the_total_and_customers_lie_between_the_largest_part_and_the_sum() {
    on_both(async |db| {
        inventory(db).await;
        for filter in filters() {
            let query = |by| CountQuery::new(by, filter.clone());
            let total = counts(db, Scope::Platform, &query(CountBy::Nothing))
                .await
                .unwrap();
            let [total] = total.as_slice() else {
                panic!("a summary has one row: {total:?}")
            };
            for (by, _) in WAYS {
                let rows = counts(db, Scope::Platform, &query(by)).await.unwrap();
                let numbers: u64 = rows.iter().map(|row| row.number_count).sum();
                let customers: u64 = rows.iter().map(|row| row.customer_count).sum();
                let largest = rows.iter().map(|row| row.customer_count).max();
                assert_eq!(numbers, total.number_count, "{filter:?} by {by:?}");
                let largest = largest.unwrap_or_default();
                assert!(largest <= total.customer_count && total.customer_count <= customers);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn changes_that_no_counter_sees_are_not_written_down() {
    on_both(async |db| {
        inventory(db).await;
        fold(db).await.unwrap();
        let waiting = async || {
            Sql::new("SELECT COUNT(*) FROM number_changes")
                .one_i64(db.reader())
                .await
                .unwrap()
        };
        run(
            db,
            "UPDATE numbers SET rate_center = 'ATLANTA', updated_at = updated_at + 1, status = status",
        )
        .await;
        assert_eq!(waiting().await, 0);
        run(
            db,
            "UPDATE numbers SET status = 'PORTING_OUT' WHERE status = 'SUSPENDED'",
        )
        .await;
        assert!(waiting().await > 0);
        assert_eq!(verify(db).await.unwrap(), []);
        run(db, "DELETE FROM assignments").await;
        run(db, "DELETE FROM number_events").await;
        run(db, "DELETE FROM numbers WHERE status = 'PORTING_OUT'").await;
        assert_eq!(verify(db).await.unwrap(), []);
        fold(db).await.unwrap();
        assert_eq!(verify(db).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_customers_numbers_are_counted_alone() {
    on_both(async |db| {
        let (tree, facts) = inventory(db).await;
        let within = Within {
            customer_id: Some(tree.bolt),
            ..Within::default()
        };
        for (by, key) in WAYS {
            let query = CountQuery {
                within: within.clone(),
                ..CountQuery::new(by, KpiFilter::default())
            };
            let expected = recount(facts.iter().filter(|fact| lies(fact, &within)), key);
            assert_eq!(counts(db, Scope::Platform, &query).await.unwrap(), expected);
            assert_eq!(
                count_numbers(db.reader(), tree.bolt_scope(), &query)
                    .await
                    .unwrap(),
                expected
            );
            let foreign = counts(db, tree.south_scope(), &query).await.unwrap();
            assert!(foreign.iter().all(|row| row.number_count == 0), "{foreign:?}");
        }
    })
    .await;
}
