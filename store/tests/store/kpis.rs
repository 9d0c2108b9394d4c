//! Counts of numbers against a recount of the same numbers by hand.

use std::collections::{BTreeMap, BTreeSet};

use numbering::{NumberCategory, NumberType, Places};
use provider_core::domain::{
    DealerFilter, KpiFilter, KpiGrouping, KpiKey, KpiQuery, KpiRow, KpiStatusFilter, KpiType, NumberStatus,
};
use store::{
    Arrival, Database, EventKind, NewNumber, NumberRecord, Owner, Scope, insert_numbers,
    kpis::{number_kpis, number_kpis_by_category},
    testing::on_both,
};
use strum::IntoEnumIterator;

use crate::fixtures::{Tree, group_scope, plant, write};

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
            width = 13_usize.saturating_sub(range.len()).max(3)
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
            dealer_id: owner.and_then(|_| dealers[choose(dealers.len())]),
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
struct Fact {
    status: NumberStatus,
    dealer: Option<String>,
    number_type: NumberType,
    owner: Option<Owner>,
}

async fn inventory(db: &Database) -> (Tree, Vec<Fact>) {
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

fn recount<'f>(facts: impl Iterator<Item = &'f Fact>, key: impl Fn(&Fact) -> KpiKey) -> Vec<KpiRow> {
    let mut cells: BTreeMap<KpiKey, (u64, BTreeSet<i64>)> = BTreeMap::new();
    for fact in facts {
        let (numbers, customers) = cells.entry(key(fact)).or_default();
        *numbers += 1;
        if fact.status != NumberStatus::Dropped {
            customers.extend(fact.owner.map(|owner| owner.customer_id));
        }
    }
    let row = |(key, (number_count, customers)): (KpiKey, (u64, BTreeSet<i64>))| KpiRow {
        key,
        number_count,
        customer_count: customers.len() as u64,
    };
    cells.into_iter().map(row).collect()
}

fn filters() -> Vec<KpiFilter> {
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

fn key_of(grouping: KpiGrouping) -> fn(&Fact) -> KpiKey {
    match grouping {
        KpiGrouping::Summary => |_| KpiKey::All,
        KpiGrouping::Status => |fact| KpiKey::Status(fact.status),
        KpiGrouping::Dealer => |fact| KpiKey::Dealer(fact.dealer.clone()),
        KpiGrouping::Type => |fact| KpiKey::Type(KpiType::Type(fact.number_type)),
    }
}

#[tokio::test]
async fn every_grouping_under_every_filter_equals_a_recount() {
    on_both(async |db| {
        let (tree, facts) = inventory(db).await;
        let scopes = [
            Scope::Platform,
            tree.north_scope(),
            tree.acme_scope(),
            group_scope(tree.cora_sales),
        ];
        for scope in scopes {
            let inside = |fact: &&Fact| match fact.owner {
                Some(owner) => scope.covers(owner),
                None => scope == Scope::Platform,
            };
            for filter in filters() {
                let counted = || facts.iter().filter(inside).filter(|fact| passes(fact, &filter));
                for grouping in KpiGrouping::iter() {
                    let query = KpiQuery {
                        grouping,
                        filter: filter.clone(),
                    };
                    let mut expected = recount(counted(), key_of(grouping));
                    if grouping == KpiGrouping::Summary && expected.is_empty() {
                        expected.push(KpiRow {
                            key: KpiKey::All,
                            number_count: 0,
                            customer_count: 0,
                        });
                    }
                    let rows = number_kpis(db.reader(), scope, &query).await.unwrap();
                    assert_eq!(rows, expected, "{query:?} in {scope:?}");
                }
                let category = |fact: &Fact| KpiKey::Type(KpiType::Category(fact.number_type.category()));
                let rows = number_kpis_by_category(db.reader(), scope, &filter)
                    .await
                    .unwrap();
                assert_eq!(rows, recount(counted(), category), "{filter:?} in {scope:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_add_up_to_the_total_and_customers_lie_between_the_largest_part_and_the_sum() {
    on_both(async |db| {
        inventory(db).await;
        for filter in filters() {
            let query = |grouping| KpiQuery {
                grouping,
                filter: filter.clone(),
            };
            let total = number_kpis(db.reader(), Scope::Platform, &query(KpiGrouping::Summary))
                .await
                .unwrap();
            let [total] = total.as_slice() else {
                panic!("a summary has one row: {total:?}")
            };
            for grouping in [KpiGrouping::Status, KpiGrouping::Dealer, KpiGrouping::Type] {
                let rows = number_kpis(db.reader(), Scope::Platform, &query(grouping))
                    .await
                    .unwrap();
                let numbers: u64 = rows.iter().map(|row| row.number_count).sum();
                let customers: u64 = rows.iter().map(|row| row.customer_count).sum();
                let largest = rows
                    .iter()
                    .map(|row| row.customer_count)
                    .max()
                    .unwrap_or_default();
                assert_eq!(numbers, total.number_count, "{filter:?} by {grouping}");
                assert!(largest <= total.customer_count && total.customer_count <= customers);
            }
        }
    })
    .await;
}
