//! The adapter's ports of numbers.

use async_trait::async_trait;
use jiff::SignedDuration;
use provider_core::call::{CallContext, Operation};
use provider_core::domain::*;
use provider_core::error::Result;
use provider_core::outcome::Outcome;
use provider_core::port::*;
use strum::IntoEnumIterator;

use super::Lie;
use super::adapter::{Bazaar, Shifting};

pub(crate) struct NumberTerms {
    search: Shifting<SearchTerms>,
    holds: Shifting<HoldTerms>,
    orders: Shifting<OrderTerms>,
    inventory: Shifting<InventoryTerms>,
}

impl NumberTerms {
    pub(super) fn new() -> Self {
        let search = |selectors: &[Selector], largest_limit| SearchTerms {
            matches: MatchTerms {
                selectors: selectors.iter().copied().collect(),
                countries: Countries::Only(vec![CountryCode::US]),
                prefix_filter: true,
            },
            largest_limit,
        };
        let holds = |minutes| HoldTerms {
            longest: SignedDuration::from_mins(minutes),
            idempotent_by_token: true,
        };
        let orders = |matches| OrderTerms {
            matches,
            idempotent_by_token: true,
            findable_by_token: true,
            honors_holds: false,
        };
        let inventory = |largest_page| InventoryTerms {
            largest_page,
            changes: InventoryChange::iter().collect(),
        };
        let mut toll_free = search(&[Selector::TollFree], 0).matches;
        toll_free.countries = Countries::Only(vec![CountryCode::US]);
        Self {
            search: Shifting::new(
                search(&[Selector::TollFree, Selector::Exact], 20),
                search(&[Selector::TollFree, Selector::Exact], 40),
            ),
            holds: Shifting::new(holds(10), holds(20)),
            orders: Shifting::new(orders(toll_free), orders(MatchTerms::everything())),
            inventory: Shifting::new(inventory(5), inventory(10)),
        }
    }
}

#[async_trait]
impl NumberSearch for Bazaar {
    fn terms(&self) -> &SearchTerms {
        self.terms(&self.numbers.search)
    }

    async fn search(&self, cx: &CallContext, query: &NumberQuery) -> Result<Vec<StockNumber>> {
        let mut found: Vec<StockNumber> = self.read("search.search", cx, query).await?;
        if self.lies(Lie::OffersTwice) && found.len() > 1 {
            found[1] = found[0].clone();
        }
        Ok(found)
    }
}

#[async_trait]
impl NumberHolds for Bazaar {
    fn terms(&self) -> &HoldTerms {
        self.terms(&self.numbers.holds)
    }

    async fn hold(&self, cx: &CallContext, request: &HoldRequest) -> Result<Outcome<HoldReceipt>> {
        let mut request = request.clone();
        if self.lies(Lie::SharesHolds) {
            request.token = "everybodys-token".parse().unwrap();
        }
        self.change(Operation::idempotent("holds.hold"), cx, &request)
            .await
    }

    async fn release_hold(&self, cx: &CallContext, hold: &UpstreamRef) -> Result<Outcome<()>> {
        self.change(Operation::idempotent("holds.release_hold"), cx, hold)
            .await
    }
}

#[async_trait]
impl NumberOrders for Bazaar {
    fn terms(&self) -> &OrderTerms {
        self.terms(&self.numbers.orders)
    }

    async fn place(&self, cx: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        let mut order = order.clone();
        order.token = self.token(order.token);
        // The carrier honors the token, but nobody relies on that here: cases for what may not be sent twice run too.
        self.change(Operation::by_token("orders.place", true), cx, &order)
            .await
    }

    async fn get(&self, cx: &CallContext, order: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        self.look("orders.get", cx, order.as_str()).await
    }

    async fn find(&self, cx: &CallContext, order: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        let found: Option<Outcome<NumberReceipt>> = self.read("orders.find", cx, order).await?;
        Ok(found.filter(|_| !self.lies(Lie::FindsNothing)))
    }
}

#[async_trait]
impl NumberInventory for Bazaar {
    fn terms(&self) -> &InventoryTerms {
        self.terms(&self.numbers.inventory)
    }

    async fn list(&self, cx: &CallContext, page: &PageRequest) -> Result<Page<NumberReceipt>> {
        let mut page: Page<NumberReceipt> = self.read("inventory.list", cx, page).await?;
        if self.lies(Lie::SkipsEntries) && page.next.is_some() {
            page.items.pop();
        }
        Ok(page)
    }

    async fn get(&self, cx: &CallContext, number: &E164) -> Result<Option<NumberReceipt>> {
        self.look("inventory.get", cx, number.as_str()).await
    }

    async fn set_route(
        &self,
        cx: &CallContext,
        number: &NumberRef,
        route: &CallRoute,
    ) -> Result<Outcome<NumberReceipt>> {
        self.change(Operation::idempotent("inventory.set_route"), cx, &(number, route))
            .await
    }

    async fn suspend(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.change(Operation::idempotent("inventory.suspend"), cx, number)
            .await
    }

    async fn resume(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.change(Operation::idempotent("inventory.resume"), cx, number)
            .await
    }

    async fn release(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<ReleaseReceipt>> {
        self.change(Operation::idempotent("inventory.release"), cx, number)
            .await
    }
}

impl Bazaar {
    /// The token that is sent.
    pub(super) fn token(&self, token: OrderToken) -> OrderToken {
        if self.lies(Lie::ForgetsTokens) {
            let fresh: String = std::iter::repeat_with(fastrand::alphanumeric).take(16).collect();
            return fresh.parse().unwrap();
        }
        token
    }
}
