//! Ports of pools and tracking.

use async_trait::async_trait;

use super::Guarded;
use crate::call::CallContext;
use crate::domain::{
    Attribution, Page, PageRequest, PoolOrder, PoolReceipt, PoolResize, PoolRetirement, PoolUpdate,
    RetireReceipt, SessionQuery, Swap, TrackedCall, TrackingSession, UpstreamRef, Visit,
};
use crate::error::Result;
use crate::outcome::Outcome;
use crate::port::{NumberPools, PoolChange, PoolTerms, Tracking, TrackingTerms, pools, tracking};

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl NumberPools for Guarded<dyn NumberPools> {
    fn terms(&self) -> &PoolTerms {
        self.port.terms()
    }

    async fn create(&self, cx: &CallContext, order: &PoolOrder) -> Result<Outcome<PoolReceipt>> {
        self.stack.refuse(self.terms().accept(order))?;
        let attempt = || async {
            let outcome = self.port.create(cx, order).await?;
            pools::check_create(order, &outcome).map(|()| outcome)
        };
        self.stack.run(self.terms().create(), cx, None, attempt).await
    }

    async fn get(&self, cx: &CallContext, pool: &UpstreamRef) -> Result<Outcome<PoolReceipt>> {
        self.stack
            .run(pools::GET, cx, None, || self.port.get(cx, pool))
            .await
    }

    async fn list(&self, cx: &CallContext, page: &PageRequest) -> Result<Page<PoolReceipt>> {
        self.stack.refuse(self.terms().accept_page(page))?;
        let attempt = || async {
            let listed = self.port.list(cx, page).await?;
            pools::check_listing(page, &listed).map(|()| listed)
        };
        self.stack.run(pools::LIST, cx, None, attempt).await
    }

    async fn update(&self, cx: &CallContext, update: &PoolUpdate) -> Result<Outcome<PoolReceipt>> {
        self.stack.refuse(self.terms().accept_update(update))?;
        let operation = PoolChange::Update.operation();
        let attempt = || async {
            let outcome = self.port.update(cx, update).await?;
            pools::check_pool(operation.name, &update.pool, &outcome).map(|()| outcome)
        };
        self.stack.run(operation, cx, None, attempt).await
    }

    async fn resize(&self, cx: &CallContext, resize: &PoolResize) -> Result<Outcome<PoolReceipt>> {
        self.stack.refuse(self.terms().accept_resize(resize))?;
        let attempt = || async {
            let outcome = self.port.resize(cx, resize).await?;
            pools::check_resize(resize, &outcome).map(|()| outcome)
        };
        self.stack
            .run(PoolChange::Resize.operation(), cx, None, attempt)
            .await
    }

    async fn retire(&self, cx: &CallContext, retirement: &PoolRetirement) -> Result<Outcome<RetireReceipt>> {
        self.stack.refuse(self.terms().accept_retire())?;
        let attempt = || self.port.retire(cx, retirement);
        self.stack
            .run(PoolChange::Retire.operation(), cx, None, attempt)
            .await
    }

    async fn find(&self, cx: &CallContext, order: &PoolOrder) -> Result<Option<Outcome<PoolReceipt>>> {
        self.stack.refuse(self.terms().accept_find())?;
        self.stack
            .run(pools::FIND, cx, None, || self.port.find(cx, order))
            .await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Tracking for Guarded<dyn Tracking> {
    fn terms(&self) -> &TrackingTerms {
        self.port.terms()
    }

    async fn swap(&self, cx: &CallContext, visit: &Visit) -> Result<Swap> {
        self.stack.refuse(self.terms().accept_visit(visit))?;
        let attempt = || async {
            let swap = self.port.swap(cx, visit).await?;
            tracking::check_swap(visit, &swap).map(|()| swap)
        };
        self.stack.run(tracking::SWAP, cx, None, attempt).await
    }

    async fn attribute(&self, cx: &CallContext, call: &TrackedCall) -> Result<Attribution> {
        self.stack
            .run(tracking::ATTRIBUTE, cx, None, || self.port.attribute(cx, call))
            .await
    }

    async fn sessions(&self, cx: &CallContext, query: &SessionQuery) -> Result<Page<TrackingSession>> {
        self.stack.refuse(self.terms().accept_sessions(query))?;
        let attempt = || async {
            let listed = self.port.sessions(cx, query).await?;
            tracking::check_sessions(query, &listed).map(|()| listed)
        };
        self.stack.run(tracking::SESSIONS, cx, None, attempt).await
    }
}
