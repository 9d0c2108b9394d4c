//! The adapter's ports of pools and tracking.

use async_trait::async_trait;
use provider_core::call::{CallContext, Operation};
use provider_core::domain::*;
use provider_core::error::Result;
use provider_core::outcome::Outcome;
use provider_core::port::*;
use strum::IntoEnumIterator;

use super::Lie;
use super::adapter::{Bazaar, Shifting};

pub(crate) struct PoolsTerms {
    pools: Shifting<PoolTerms>,
    tracking: Shifting<TrackingTerms>,
}

impl PoolsTerms {
    pub(super) fn new() -> Self {
        let pools = |largest_quantity| PoolTerms {
            matches: MatchTerms {
                selectors: [Selector::TollFree].into(),
                countries: Countries::Only(vec![CountryCode::US, CountryCode::CA]),
                prefix_filter: false,
            },
            largest_quantity,
            match_period_minutes: 5..=60,
            largest_page: 5,
            changes: PoolChange::iter().collect(),
            // The carrier does not honor tokens of pools.
            idempotent_by_token: false,
            findable_by_token: true,
        };
        Self {
            pools: Shifting::new(pools(10), pools(20)),
            tracking: Shifting::new(
                TrackingTerms { largest_page: 5 },
                TrackingTerms { largest_page: 10 },
            ),
        }
    }
}

#[async_trait]
impl NumberPools for Bazaar {
    fn terms(&self) -> &PoolTerms {
        self.terms(&self.pools.pools)
    }

    async fn create(&self, cx: &CallContext, order: &PoolOrder) -> Result<Outcome<PoolReceipt>> {
        let mut order = order.clone();
        order.token = self.token(order.token);
        self.change(Operation::by_token("pools.create", false), cx, &order)
            .await
    }

    async fn get(&self, cx: &CallContext, pool: &UpstreamRef) -> Result<Outcome<PoolReceipt>> {
        self.look("pools.get", cx, pool.as_str()).await
    }

    async fn list(&self, cx: &CallContext, page: &PageRequest) -> Result<Page<PoolReceipt>> {
        let mut page: Page<PoolReceipt> = self.read("pools.list", cx, page).await?;
        if self.lies(Lie::SkipsEntries) && page.next.is_some() {
            page.items.pop();
        }
        Ok(page)
    }

    async fn update(&self, cx: &CallContext, update: &PoolUpdate) -> Result<Outcome<PoolReceipt>> {
        self.change(Operation::idempotent("pools.update"), cx, update)
            .await
    }

    async fn resize(&self, cx: &CallContext, resize: &PoolResize) -> Result<Outcome<PoolReceipt>> {
        self.change(Operation::idempotent("pools.resize"), cx, resize)
            .await
    }

    async fn retire(&self, cx: &CallContext, retirement: &PoolRetirement) -> Result<Outcome<RetireReceipt>> {
        let outcome = self
            .change::<RetireReceipt>(Operation::idempotent("pools.retire"), cx, retirement)
            .await?;
        let forget = self.lies(Lie::LosesNumbers);
        Ok(outcome.map(|mut receipt| {
            if forget {
                receipt.released.pop();
            }
            receipt
        }))
    }

    async fn find(&self, cx: &CallContext, order: &PoolOrder) -> Result<Option<Outcome<PoolReceipt>>> {
        let found: Option<Outcome<PoolReceipt>> = self.read("pools.find", cx, order).await?;
        Ok(found.filter(|_| !self.lies(Lie::FindsNothing)))
    }
}

#[async_trait]
impl Tracking for Bazaar {
    fn terms(&self) -> &TrackingTerms {
        self.terms(&self.pools.tracking)
    }

    async fn swap(&self, cx: &CallContext, visit: &Visit) -> Result<Swap> {
        let visitor = visit.visitor.clone();
        let mut sent = visit.clone();
        if self.lies(Lie::ForgetsVisitors) {
            sent.visitor
                .extend(std::iter::repeat_with(fastrand::alphanumeric).take(8));
        }
        let swapped = self
            .change::<Swap>(Operation::idempotent("tracking.swap"), cx, &sent)
            .await?;
        let unanswered = || {
            use provider_core::error::{ErrorKind, ProviderError};
            ProviderError::new(ErrorKind::BadResponse, "tracking.swap", "a swap is always done")
        };
        let mut swap = swapped.done().ok_or_else(unanswered)?;
        if let Some(session) = &mut swap.session {
            session.visitor = visitor;
        }
        Ok(swap)
    }

    async fn attribute(&self, cx: &CallContext, call: &TrackedCall) -> Result<Attribution> {
        self.read("tracking.attribute", cx, call).await
    }

    async fn sessions(&self, cx: &CallContext, query: &SessionQuery) -> Result<Page<TrackingSession>> {
        self.read("tracking.sessions", cx, query).await
    }
}
