//! Pools to test with.

use provider_core::domain::{
    CountryCode, E164, PoolMatch, ReplacementConfiguration, ReplacementInput, TrackingSourceInput,
};
use store::{
    Database, NewPool, Owner, PoolChange, PoolRecord, Scope, StoreError, insert_pool, pool, update_pool,
};

use crate::fixtures::write;

pub(crate) fn source(referrer: &str, triggers: &[&str], track_organic: bool) -> TrackingSourceInput {
    TrackingSourceInput {
        referrer_domain: referrer.to_owned(),
        url_triggers: triggers.iter().map(|&trigger| trigger.to_owned()).collect(),
        track_organic,
    }
}

pub(crate) fn replacing(
    numbers: &[&str],
    tracking_sources: Vec<TrackingSourceInput>,
) -> ReplacementConfiguration {
    ReplacementConfiguration::new(&ReplacementInput {
        replace_all_numbers: numbers.is_empty(),
        numbers_to_replace: numbers.iter().map(|&number| number.to_owned()).collect(),
        tracking_sources,
    })
    .expect("a sound configuration")
}

pub(crate) fn new_pool(owner: Owner, name: &str) -> NewPool {
    NewPool {
        owner,
        name: name.to_owned(),
        provider: "inventory".to_owned(),
        external_id: None,
        matching: PoolMatch::TollFree {
            country: CountryCode::US,
        },
        match_period_minutes: 30,
        quantity: 3,
        replacement: replacing(&[], vec![source("Any", &[], false)]),
        termination_number: E164::parse_strict("+441274792823").unwrap(),
    }
}

pub(crate) async fn insert(db: &Database, new: NewPool) -> i64 {
    write(db, move |tx| Box::pin(async move { insert_pool(tx, &new).await })).await
}

pub(crate) async fn read(db: &Database, id: i64) -> PoolRecord {
    pool(db.reader(), Scope::Platform, id)
        .await
        .unwrap()
        .expect("the pool")
}

pub(crate) async fn update(db: &Database, id: i64, change: PoolChange) -> Result<bool, StoreError> {
    db.write(move |tx| Box::pin(async move { update_pool(tx, id, &change).await }))
        .await
}
