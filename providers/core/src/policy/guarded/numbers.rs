//! Ports of single numbers.

use async_trait::async_trait;

use super::Guarded;
use crate::call::CallContext;
use crate::domain::{
    CallRoute, E164, HoldReceipt, HoldRequest, NumberOrder, NumberQuery, NumberReceipt, NumberRef, Page,
    PageRequest, ReleaseReceipt, StockNumber, UpstreamRef,
};
use crate::error::Result;
use crate::outcome::Outcome;
use crate::port::{
    HoldTerms, InventoryChange, InventoryTerms, NumberHolds, NumberInventory, NumberOrders, NumberSearch,
    OrderTerms, SearchTerms, holds, inventory, orders, search,
};

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl NumberSearch for Guarded<dyn NumberSearch> {
    fn terms(&self) -> &SearchTerms {
        self.port.terms()
    }

    async fn search(&self, cx: &CallContext, query: &NumberQuery) -> Result<Vec<StockNumber>> {
        self.stack.refuse(self.terms().accept(query))?;
        let attempt = || async {
            let found = self.port.search(cx, query).await?;
            search::check_found(query, &found).map(|()| found)
        };
        self.stack.run(search::SEARCH, cx, None, attempt).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl NumberHolds for Guarded<dyn NumberHolds> {
    fn terms(&self) -> &HoldTerms {
        self.port.terms()
    }

    async fn hold(&self, cx: &CallContext, request: &HoldRequest) -> Result<Outcome<HoldReceipt>> {
        self.stack.refuse(self.terms().accept(request))?;
        let attempt = || async {
            let outcome = self.port.hold(cx, request).await?;
            holds::check_hold(request, &outcome).map(|()| outcome)
        };
        self.stack.run(self.terms().hold(), cx, None, attempt).await
    }

    async fn release_hold(&self, cx: &CallContext, hold: &UpstreamRef) -> Result<Outcome<()>> {
        self.stack
            .run(holds::RELEASE_HOLD, cx, None, || self.port.release_hold(cx, hold))
            .await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl NumberOrders for Guarded<dyn NumberOrders> {
    fn terms(&self) -> &OrderTerms {
        self.port.terms()
    }

    async fn place(&self, cx: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        self.stack.refuse(self.terms().accept(order))?;
        let attempt = || async {
            let outcome = self.port.place(cx, order).await?;
            orders::check_order(order, &outcome).map(|()| outcome)
        };
        self.stack.run(self.terms().place(), cx, None, attempt).await
    }

    async fn get(&self, cx: &CallContext, order: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        self.stack
            .run(orders::GET, cx, None, || self.port.get(cx, order))
            .await
    }

    async fn find(&self, cx: &CallContext, order: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        self.stack.refuse(self.terms().accept_find())?;
        let attempt = || async {
            let found = self.port.find(cx, order).await?;
            orders::check_found(order, found.as_ref()).map(|()| found)
        };
        self.stack.run(orders::FIND, cx, None, attempt).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl NumberInventory for Guarded<dyn NumberInventory> {
    fn terms(&self) -> &InventoryTerms {
        self.port.terms()
    }

    async fn list(&self, cx: &CallContext, page: &PageRequest) -> Result<Page<NumberReceipt>> {
        self.stack.refuse(self.terms().accept_page(page))?;
        let attempt = || async {
            let listed = self.port.list(cx, page).await?;
            inventory::check_listing(page, &listed).map(|()| listed)
        };
        self.stack.run(inventory::LIST, cx, None, attempt).await
    }

    async fn get(&self, cx: &CallContext, number: &E164) -> Result<Option<NumberReceipt>> {
        let attempt = || async {
            let found = self.port.get(cx, number).await?;
            inventory::check_number(number, found.as_ref()).map(|()| found)
        };
        self.stack.run(inventory::GET, cx, None, attempt).await
    }

    async fn set_route(
        &self,
        cx: &CallContext,
        number: &NumberRef,
        route: &CallRoute,
    ) -> Result<Outcome<NumberReceipt>> {
        let change = InventoryChange::SetRoute;
        self.stack.refuse(self.terms().accept(change))?;
        let attempt = || async {
            let outcome = self.port.set_route(cx, number, route).await?;
            inventory::check_change(change, number, Some(route), &outcome).map(|()| outcome)
        };
        self.stack.run(change.operation(), cx, None, attempt).await
    }

    async fn suspend(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        let change = InventoryChange::Suspend;
        self.stack.refuse(self.terms().accept(change))?;
        let attempt = || async {
            let outcome = self.port.suspend(cx, number).await?;
            inventory::check_change(change, number, None, &outcome).map(|()| outcome)
        };
        self.stack.run(change.operation(), cx, None, attempt).await
    }

    async fn resume(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        let change = InventoryChange::Resume;
        self.stack.refuse(self.terms().accept(change))?;
        let attempt = || async {
            let outcome = self.port.resume(cx, number).await?;
            inventory::check_change(change, number, None, &outcome).map(|()| outcome)
        };
        self.stack.run(change.operation(), cx, None, attempt).await
    }

    async fn release(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<ReleaseReceipt>> {
        let change = InventoryChange::Release;
        self.stack.refuse(self.terms().accept(change))?;
        let attempt = || async {
            let outcome = self.port.release(cx, number).await?;
            inventory::check_release(number, &outcome).map(|()| outcome)
        };
        self.stack.run(change.operation(), cx, None, attempt).await
    }
}
