//! Our own stock as a provider: it implements the same ports as a remote carrier and is called the same way.
//!
//! Its side of an order is the stock: a claimed number is PENDING and carries the order's token. Giving the
//! number to its group is the caller's side, as for any carrier, and ends the claim.

mod call_centers;
mod call_stats;
pub(crate) mod holds;
mod kpis;
mod numbers;
mod orders;
mod pools;
mod search;

pub use search::money;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use numbering::{Cell, E164, MatchPlan, NumberMatch, PlaceFilter, Places};
use provider_core::{
    call::CallContext,
    domain::{MatchReason, ProviderId},
    error::{Effect, ErrorKind, ProviderError, Result},
    outcome::{Refusal, RefusalCode},
    port::{
        CallCenterTerms, CallStatisticsTerms, HoldTerms, InventoryTerms, KpiTerms, MatchTerms, OrderTerms,
        PoolChange, PoolTerms, SearchTerms,
    },
    provider::{Health, HealthState, Ports, Provider, ProviderInfo},
};
use store::{Database, EventKind, NewEvent, StoreError, Transaction};

use crate::events::Notices;

/// Id and kind of the own inventory among the providers.
pub const INVENTORY_ID: &str = ProviderId::INVENTORY;

/// Largest pool that may be ordered.
pub(crate) const LARGEST_POOL: u32 = 500;
/// Longest match period in minutes: a week.
pub(crate) const LONGEST_MATCH_PERIOD: u32 = 10_080;

/// The own inventory.
#[derive(Debug)]
pub(crate) struct OwnInventory {
    info: ProviderInfo,
    database: Database,
    places: &'static Places,
    notices: Notices,
    quarantine: SignedDuration,
    search_terms: SearchTerms,
    hold_terms: HoldTerms,
    order_terms: OrderTerms,
    inventory_terms: InventoryTerms,
    pool_terms: PoolTerms,
    kpi_terms: KpiTerms,
    call_center_terms: CallCenterTerms,
    call_terms: CallStatisticsTerms,
    calls: call_stats::CallCache,
}

impl OwnInventory {
    pub(crate) fn new(
        database: Database,
        places: &'static Places,
        notices: Notices,
        quarantine: SignedDuration,
        call_cache_bytes: u64,
    ) -> Self {
        let info = ProviderInfo {
            id: own_id(),
            kind: INVENTORY_ID,
            title: "Own inventory",
        };
        Self {
            info,
            database,
            places,
            notices,
            quarantine,
            search_terms: SearchTerms {
                matches: MatchTerms::everything(),
                largest_limit: 100,
            },
            hold_terms: holds::terms(),
            order_terms: OrderTerms {
                matches: MatchTerms::everything(),
                idempotent_by_token: true,
                findable_by_token: true,
                honors_holds: true,
            },
            inventory_terms: numbers::terms(),
            pool_terms: PoolTerms {
                matches: MatchTerms::everything(),
                largest_quantity: LARGEST_POOL,
                match_period_minutes: 1..=LONGEST_MATCH_PERIOD,
                largest_page: 100,
                changes: [PoolChange::Update, PoolChange::Resize, PoolChange::Retire].into(),
                idempotent_by_token: true,
                findable_by_token: true,
            },
            kpi_terms: kpis::terms(),
            call_center_terms: call_centers::terms(),
            call_terms: call_stats::terms(),
            calls: call_stats::CallCache::new(call_cache_bytes),
        }
    }

    /// Gives the numbers back that an order has claimed and will not use.
    pub(crate) async fn unclaim(
        transaction: &Transaction,
        token: &str,
        event: NewEvent<'_>,
    ) -> std::result::Result<Vec<i64>, StoreError> {
        let mut events = Vec::new();
        for (id, _) in store::claimed_by(transaction.connection(), token).await? {
            let by = store::NumberBy::Id(id);
            let Some(before) = store::lock_number(transaction, store::Scope::Platform, &by).await? else {
                continue;
            };
            let after = crate::lifecycle::unclaimed(&before);
            events.push(store::save_number(transaction, &before, &after, event).await?);
        }
        Ok(events)
    }
}

/// The constant id as a value; the text is checked by a test.
pub(crate) fn own_id() -> ProviderId {
    #[expect(clippy::expect_used, reason = "a constant that a test parses")]
    ProviderId::parse(INVENTORY_ID).expect("the constant is a provider id")
}

#[async_trait]
impl Provider for OwnInventory {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            search: Some(self.clone()),
            holds: Some(self.clone()),
            orders: Some(self.clone()),
            inventory: Some(self.clone()),
            pools: Some(self.clone()),
            kpis: Some(self.clone()),
            call_centers: Some(self.clone()),
            call_stats: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        let started = std::time::Instant::now();
        let answer = self.database.now_ms().await;
        Ok(Health {
            state: if answer.is_ok() {
                HealthState::Up
            } else {
                HealthState::Down
            },
            latency: Some(started.elapsed()),
            checked_at: Timestamp::now(),
            last_error: answer.err().map(|_| "the database does not answer".to_owned()),
        })
    }
}

/// A failure of the database as an error of this provider. The database is asked again by the caller's next
/// try; what it committed is found by the order's token.
fn failure(operation: &'static str, error: StoreError) -> ProviderError {
    tracing::warn!(%error, operation, "the own inventory could not ask its database");
    let message = "the inventory's database did not answer";
    ProviderError::new(ErrorKind::Unavailable, operation, message).with_effect(Effect::Unknown)
}

/// What an order has done so far, asked inside the transaction that is to claim for it.
enum Standing {
    /// Nothing yet.
    Open,
    /// It has these numbers, from an attempt whose answer was lost.
    Has(Vec<E164>),
    /// Its operation came to its end. A claim made now would belong to nobody.
    Ended,
}

impl Standing {
    /// Locks the order, so that two attempts at it can't both claim.
    async fn of(tx: &Transaction, token: &str) -> std::result::Result<Self, StoreError> {
        if !store::lock_order(tx, token).await? {
            return Ok(Self::Ended);
        }
        let claimed = store::claimed_by(tx.connection(), token).await?;
        Ok(if claimed.is_empty() {
            Self::Open
        } else {
            Self::Has(claimed.into_iter().map(|(_, number)| number).collect())
        })
    }
}

/// Writes the history of numbers just claimed; gives the events.
async fn note_claims(
    tx: &Transaction,
    claimed: &[(i64, E164)],
    actor: &str,
) -> std::result::Result<Vec<i64>, StoreError> {
    let event = NewEvent {
        kind: EventKind::Claimed,
        actor,
        cause: None,
        operation_id: None,
    };
    let status = |word: &str| serde_json::json!({ "status": word });
    let (before, after) = (status("AVAILABLE"), status("PENDING"));
    let mut events = Vec::with_capacity(claimed.len());
    for (id, _) in claimed {
        events.push(store::record_event(tx, *id, None, event, &before, &after).await?);
    }
    Ok(events)
}

/// An attempt at an order that has ended: it bought nothing.
fn ended() -> Refusal {
    let message = "the order has come to its end already";
    Refusal::new(RefusalCode::InvalidState, message)
}

/// The token was used for an order of something else.
fn conflict() -> Refusal {
    let message = "the token was used for another order";
    Refusal::new(RefusalCode::TokenConflict, message)
}

impl OwnInventory {
    /// Whether numbers that an order claimed may be an answer to this match. Places are left out: what is known
    /// of them may have changed since.
    fn may_answer(&self, matching: &NumberMatch, widen: bool, numbers: &[E164]) -> bool {
        let Ok(plan) = self.places.plan(matching, widen) else {
            return false;
        };
        let anywhere = |cell: &Cell| Cell {
            place: PlaceFilter::Any,
            region: None,
            ..cell.clone()
        };
        numbers.iter().all(|number| {
            let facts = self.places.describe(number);
            plan.steps
                .iter()
                .any(|step| anywhere(&step.cell).admits(number, &facts))
        })
    }
}

/// Why a number answers a match: the first step of the plan that admits it.
pub(crate) fn why(
    places: &Places,
    matching: &NumberMatch,
    widen: bool,
    number: &E164,
) -> Option<MatchReason> {
    let plan = places.plan(matching, widen).ok()?;
    let facts = places.describe(number);
    let step = plan
        .steps
        .iter()
        .position(|step| step.cell.admits(number, &facts))?;
    reason(&plan, step)
}

/// Why a number of a plan's step is the answer.
fn reason(plan: &MatchPlan, step: usize) -> Option<MatchReason> {
    plan.steps.get(step).map(|step| MatchReason {
        tier: step.tier,
        city: step.city.clone(),
        distance_km: step.distance_km,
        reason: step.reason.clone(),
    })
}

/// How long to wait before looking again for stock that others are claiming at this moment.
const CONTENDED: Duration = Duration::from_millis(5);
/// How often to look again before the stock counts as taken.
const LOOKS: u32 = 400;

#[cfg(test)]
mod tests {
    #[test]
    fn the_inventorys_id_is_a_provider_id() {
        assert_eq!(super::own_id().as_str(), super::INVENTORY_ID);
    }
}
