//! A small provider in memory, which can be told to lie.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use provider_core::call::{ActorRef, CallContext, TenantRef};
use provider_core::domain::*;
use provider_core::error::{ErrorKind, ProviderError, Result};
use provider_core::outcome::{Outcome, Refusal, RefusalCode};
use provider_core::port::*;
use provider_core::provider::{Health, HealthState, Ports, Provider, ProviderInfo};
use strum::IntoEnumIterator;

/// What a shelf does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Offers and sells numbers that are not what was asked for.
    WrongNumber,
    /// Offers one number twice.
    Twice,
    /// Offers more than was asked for.
    TooMany,
    /// Sends the calls elsewhere.
    WrongRoute,
    /// Buys again for a token that it has seen.
    ForgetsTokens,
    /// Never answers.
    Hangs,
    /// Offers numbers that are held.
    OffersHeld,
    /// Keeps a released number in service.
    KeepsReleased,
    /// Sells a smaller pool than was asked for.
    SmallPool,
    /// Does not tell what became of a retired pool's numbers.
    LosesNumbers,
}

#[derive(Debug, Default)]
struct State {
    owned: BTreeMap<E164, (OrderToken, NumberReceipt)>,
    orders: BTreeMap<String, (NumberOrder, NumberReceipt)>,
    held: BTreeMap<E164, OrderToken>,
    pools: BTreeMap<String, (PoolOrder, PoolReceipt)>,
}

/// A stock of toll-free numbers.
#[derive(Debug)]
pub(crate) struct Shelf {
    info: ProviderInfo,
    stock: Vec<E164>,
    lie: Option<Lie>,
    pub(crate) hits: AtomicU32,
    state: Mutex<State>,
    search: SearchTerms,
    orders: OrderTerms,
    holds: HoldTerms,
    inventory: InventoryTerms,
    pools: PoolTerms,
}

pub(crate) fn context() -> CallContext {
    CallContext::new(
        "request-1",
        TenantRef("tenant".to_owned()),
        ActorRef("test".to_owned()),
    )
}

pub(crate) fn number(text: &str) -> E164 {
    E164::parse_strict(text).unwrap()
}

pub(crate) fn toll_free() -> NumberMatch {
    NumberMatch::TollFree {
        country: CountryCode::GB,
        prefix: None,
    }
}

pub(crate) fn group() -> GroupRef {
    GroupRef {
        id: 1,
        external_id: Some("11623282".to_owned()),
        name: "Group".to_owned(),
        customer: CustomerRef {
            id: 1,
            code: "CUSTOMER".to_owned(),
        },
    }
}

pub(crate) fn route() -> CallRoute {
    CallRoute::Basic {
        termination_number: number("+441274792823"),
    }
}

pub(crate) fn order(token: &str) -> NumberOrder {
    NumberOrder {
        token: token.parse().unwrap(),
        group: group(),
        name: "ABC Company".to_owned(),
        matching: toll_free(),
        widen: false,
        hold: None,
        route: route(),
    }
}

pub(crate) fn pool_order(token: &str, quantity: u32) -> PoolOrder {
    let source = TrackingSourceInput {
        referrer_domain: "Any".to_owned(),
        ..Default::default()
    };
    let input = ReplacementInput {
        replace_all_numbers: true,
        tracking_sources: vec![source],
        ..Default::default()
    };
    PoolOrder {
        token: token.parse().unwrap(),
        group: group(),
        name: "Pool".to_owned(),
        match_period_minutes: 30,
        quantity,
        matching: PoolMatch::TollFree {
            country: CountryCode::GB,
        },
        replacement: ReplacementConfiguration::new(&input).unwrap(),
        route: route(),
        allow_partial: false,
    }
}

fn reference(text: impl Into<String>) -> UpstreamRef {
    UpstreamRef::parse(text).unwrap()
}

impl Shelf {
    /// An honest shelf, whose upstream knows order tokens or does not.
    pub(crate) fn honoring_tokens(honors: bool) -> Arc<Self> {
        let mut shelf = Self::make(None);
        shelf.orders.idempotent_by_token = honors;
        Arc::new(shelf)
    }

    pub(crate) fn new(lie: Option<Lie>) -> Arc<Self> {
        Arc::new(Self::make(lie))
    }

    fn make(lie: Option<Lie>) -> Self {
        let matches = MatchTerms {
            selectors: [Selector::TollFree, Selector::Exact].into(),
            countries: Countries::Only(vec![CountryCode::GB]),
            prefix_filter: false,
        };
        let all = InventoryChange::iter().collect();
        Self {
            info: ProviderInfo {
                id: "shelf".parse().unwrap(),
                kind: "shelf",
                title: "Shelf",
            },
            stock: (0..5).map(|n| number(&format!("+44800088564{n}"))).collect(),
            lie,
            hits: AtomicU32::new(0),
            state: Mutex::default(),
            search: SearchTerms {
                matches: matches.clone(),
                largest_limit: 10,
            },
            orders: OrderTerms {
                matches: matches.clone(),
                idempotent_by_token: true,
                findable_by_token: true,
                honors_holds: false,
            },
            holds: HoldTerms {
                longest: SignedDuration::from_mins(10),
                idempotent_by_token: true,
            },
            inventory: InventoryTerms {
                largest_page: 10,
                changes: all,
            },
            pools: PoolTerms {
                matches: MatchTerms {
                    selectors: [Selector::TollFree].into(),
                    ..matches
                },
                largest_quantity: 10,
                match_period_minutes: 1..=60,
                largest_page: 0,
                changes: [PoolChange::Retire].into(),
                idempotent_by_token: true,
                findable_by_token: true,
            },
        }
    }

    async fn enter(&self) -> MutexGuard<'_, State> {
        self.hits.fetch_add(1, Ordering::SeqCst);
        if self.lie == Some(Lie::Hangs) {
            std::future::pending::<()>().await;
        }
        self.state.lock().unwrap()
    }

    fn lies(&self, lie: Lie) -> bool {
        self.lie == Some(lie)
    }

    fn free(&self, state: &State, matching: &NumberMatch) -> Vec<E164> {
        if self.lies(Lie::WrongNumber) {
            return vec![number("+441174090162")];
        }
        let held = |number| state.held.contains_key(number) && !self.lies(Lie::OffersHeld);
        self.stock
            .iter()
            .filter(|number| !state.owned.contains_key(number) && !held(number))
            .filter(|number| !matches!(matching, NumberMatch::Exact(wanted) if wanted != *number))
            .cloned()
            .collect()
    }

    fn receipt(&self, number: &E164, status: NumberStatus, asked: &CallRoute) -> NumberReceipt {
        let elsewhere = CallRoute::Basic {
            termination_number: number.clone(),
        };
        NumberReceipt {
            number: number.clone(),
            external_id: reference(number.as_str()),
            name: None,
            group: None,
            status,
            route: Some(if self.lies(Lie::WrongRoute) {
                elsewhere
            } else {
                asked.clone()
            }),
            route_ref: None,
            sms_route: Some(SmsRoute::None),
            created_at: None,
            matched: None,
        }
    }
}

#[async_trait]
impl Provider for Shelf {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            search: Some(self.clone()),
            holds: Some(self.clone()),
            orders: Some(self.clone()),
            inventory: Some(self.clone()),
            pools: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        drop(self.enter().await);
        let checked_at = Timestamp::UNIX_EPOCH;
        Ok(Health {
            state: HealthState::Up,
            latency: None,
            checked_at,
            last_error: None,
        })
    }
}

#[async_trait]
impl NumberSearch for Shelf {
    fn terms(&self) -> &SearchTerms {
        &self.search
    }

    async fn search(&self, _: &CallContext, query: &NumberQuery) -> Result<Vec<StockNumber>> {
        let state = self.enter().await;
        let mut found = self.free(&state, &query.matching);
        if !self.lies(Lie::TooMany) {
            found.truncate(query.limit as usize);
        }
        if let Some(first) = found.first().filter(|_| self.lies(Lie::Twice)) {
            found = vec![first.clone(); query.limit as usize];
        }
        let stock = |number| StockNumber {
            number,
            external_id: None,
            matched: None,
            monthly_cost: None,
        };
        Ok(found.into_iter().map(stock).collect())
    }
}

#[async_trait]
impl NumberHolds for Shelf {
    fn terms(&self) -> &HoldTerms {
        &self.holds
    }

    async fn hold(&self, _: &CallContext, request: &HoldRequest) -> Result<Outcome<HoldReceipt>> {
        let mut state = self.enter().await;
        let token = state
            .held
            .entry(request.number.clone())
            .or_insert_with(|| request.token.clone());
        if *token != request.token {
            return Ok(Outcome::Refused(Refusal::new(RefusalCode::NumberTaken, "held")));
        }
        Ok(Outcome::Done(HoldReceipt {
            hold: reference(token.as_str()),
            number: request.number.clone(),
            expires_at: Timestamp::UNIX_EPOCH + request.duration,
        }))
    }

    async fn release_hold(&self, _: &CallContext, hold: &UpstreamRef) -> Result<Outcome<()>> {
        self.enter()
            .await
            .held
            .retain(|_, token| token.as_str() != hold.as_str());
        Ok(Outcome::Done(()))
    }
}

#[async_trait]
impl NumberOrders for Shelf {
    fn terms(&self) -> &OrderTerms {
        &self.orders
    }

    async fn place(&self, _: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        let mut state = self.enter().await;
        let known = state
            .orders
            .get(order.token.as_str())
            .filter(|_| !self.lies(Lie::ForgetsTokens));
        if let Some((before, receipt)) = known {
            let conflict = Refusal::new(RefusalCode::TokenConflict, "used for another order");
            return Ok(if before == order {
                Outcome::Done(receipt.clone())
            } else {
                Outcome::Refused(conflict)
            });
        }
        let Some(number) = self.free(&state, &order.matching).first().cloned() else {
            return Ok(Outcome::Refused(Refusal::new(
                RefusalCode::NoStock,
                "nothing is left",
            )));
        };
        let receipt = self.receipt(&number, NumberStatus::Active, &order.route);
        state.owned.insert(number, (order.token.clone(), receipt.clone()));
        state
            .orders
            .insert(order.token.to_string(), (order.clone(), receipt.clone()));
        Ok(Outcome::Done(receipt))
    }

    async fn get(&self, _: &CallContext, order: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        let state = self.enter().await;
        let found = state
            .orders
            .values()
            .find(|(_, receipt)| receipt.external_id == *order);
        match found {
            Some((_, receipt)) => Ok(Outcome::Done(receipt.clone())),
            None => Err(ProviderError::new(
                ErrorKind::NotFound,
                "orders.get",
                "no such order",
            )),
        }
    }

    async fn find(&self, _: &CallContext, order: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        let state = self.enter().await;
        Ok(state
            .orders
            .get(order.token.as_str())
            .map(|(_, receipt)| Outcome::Done(receipt.clone())))
    }
}

impl Shelf {
    async fn change(
        &self,
        number: &NumberRef,
        change: impl FnOnce(&mut NumberReceipt) + Send,
    ) -> Result<Outcome<NumberReceipt>> {
        let mut state = self.enter().await;
        let Some((_, receipt)) = state.owned.get_mut(&number.number) else {
            return Ok(Outcome::Refused(Refusal::new(RefusalCode::NotFound, "not ours")));
        };
        change(receipt);
        Ok(Outcome::Done(receipt.clone()))
    }
}

#[async_trait]
impl NumberInventory for Shelf {
    fn terms(&self) -> &InventoryTerms {
        &self.inventory
    }

    async fn list(&self, _: &CallContext, page: &PageRequest) -> Result<Page<NumberReceipt>> {
        let state = self.enter().await;
        let after = page
            .after
            .as_ref()
            .map(|token| token.0.as_str())
            .unwrap_or_default();
        let mut rest = state
            .owned
            .values()
            .filter(|(_, receipt)| receipt.number.as_str() > after);
        let items: Vec<_> = rest
            .by_ref()
            .take(page.limit as usize)
            .map(|(_, receipt)| receipt.clone())
            .collect();
        let more = rest.next().is_some();
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| PageToken(last.number.to_string()));
        Ok(Page {
            items,
            next,
            total: Some(state.owned.len() as u64),
        })
    }

    async fn get(&self, _: &CallContext, number: &E164) -> Result<Option<NumberReceipt>> {
        Ok(self
            .enter()
            .await
            .owned
            .get(number)
            .map(|(_, receipt)| receipt.clone()))
    }

    async fn set_route(
        &self,
        _: &CallContext,
        number: &NumberRef,
        route: &CallRoute,
    ) -> Result<Outcome<NumberReceipt>> {
        let lies = self.lies(Lie::WrongRoute);
        let set = |receipt: &mut NumberReceipt| {
            receipt.route = Some(route.clone()).filter(|_| !lies).or(receipt.route.take())
        };
        self.change(number, set).await
    }

    async fn suspend(&self, _: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.change(number, |receipt| receipt.status = NumberStatus::Suspended)
            .await
    }

    async fn resume(&self, _: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.change(number, |receipt| receipt.status = NumberStatus::Active)
            .await
    }

    async fn release(&self, _: &CallContext, number: &NumberRef) -> Result<Outcome<ReleaseReceipt>> {
        let mut state = self.enter().await;
        let found = state.owned.contains_key(&number.number);
        if !self.lies(Lie::KeepsReleased) {
            state.owned.remove(&number.number);
        }
        Ok(Outcome::Done(ReleaseReceipt {
            number: number.number.clone(),
            found,
            quarantined_until: None,
        }))
    }
}

#[async_trait]
impl NumberPools for Shelf {
    fn terms(&self) -> &PoolTerms {
        &self.pools
    }

    async fn create(&self, _: &CallContext, order: &PoolOrder) -> Result<Outcome<PoolReceipt>> {
        let mut state = self.enter().await;
        if let Some((_, receipt)) = state.pools.get(order.token.as_str()) {
            return Ok(Outcome::Done(receipt.clone()));
        }
        let quantity = order.quantity as usize - usize::from(self.lies(Lie::SmallPool));
        let free = self.free(&state, &order.matching.clone().into());
        if free.len() < quantity {
            return Ok(Outcome::Refused(Refusal::new(
                RefusalCode::NoStock,
                "not enough is left",
            )));
        }
        let mut numbers = Vec::new();
        for number in &free[..quantity] {
            let receipt = self.receipt(number, NumberStatus::Active, &order.route);
            numbers.push(PoolNumber {
                number: number.clone(),
                external_id: receipt.external_id.clone(),
            });
            state.owned.insert(number.clone(), (order.token.clone(), receipt));
        }
        let receipt = PoolReceipt {
            external_id: reference(order.token.as_str()),
            name: Some(format!("{} 2", order.name)),
            group: None,
            status: PoolStatus::Active,
            match_period_minutes: Some(order.match_period_minutes),
            numbers,
            replacement: Some(order.replacement.clone()),
            route: Some(order.route.clone()),
            sms_route: None,
        };
        state
            .pools
            .insert(order.token.to_string(), (order.clone(), receipt.clone()));
        Ok(Outcome::Done(receipt))
    }

    async fn get(&self, _: &CallContext, pool: &UpstreamRef) -> Result<Outcome<PoolReceipt>> {
        match self.enter().await.pools.get(pool.as_str()) {
            Some((_, receipt)) => Ok(Outcome::Done(receipt.clone())),
            None => Err(ProviderError::new(
                ErrorKind::NotFound,
                "pools.get",
                "no such pool",
            )),
        }
    }

    async fn list(&self, _: &CallContext, _: &PageRequest) -> Result<Page<PoolReceipt>> {
        drop(self.enter().await);
        Ok(Page {
            items: Vec::new(),
            next: None,
            total: None,
        })
    }

    async fn update(&self, cx: &CallContext, update: &PoolUpdate) -> Result<Outcome<PoolReceipt>> {
        NumberPools::get(self, cx, &update.pool).await
    }

    async fn resize(&self, cx: &CallContext, resize: &PoolResize) -> Result<Outcome<PoolReceipt>> {
        NumberPools::get(self, cx, &resize.pool).await
    }

    async fn retire(&self, _: &CallContext, retirement: &PoolRetirement) -> Result<Outcome<RetireReceipt>> {
        let mut state = self.enter().await;
        let pool = state.pools.remove(retirement.pool.as_str());
        let found = pool.is_some();
        let mut released: Vec<E164> = pool
            .into_iter()
            .flat_map(|(_, pool)| pool.numbers)
            .map(|entry| entry.number)
            .collect();
        let freed: BTreeSet<_> = released.iter().cloned().collect();
        state.owned.retain(|number, _| !freed.contains(number));
        if self.lies(Lie::LosesNumbers) {
            released.pop();
        }
        Ok(Outcome::Done(RetireReceipt {
            pool: retirement.pool.clone(),
            found,
            released,
            kept: Vec::new(),
        }))
    }

    async fn find(&self, _: &CallContext, order: &PoolOrder) -> Result<Option<Outcome<PoolReceipt>>> {
        let state = self.enter().await;
        Ok(state
            .pools
            .get(order.token.as_str())
            .map(|(_, receipt)| Outcome::Done(receipt.clone())))
    }
}

/// A provider without ports.
#[derive(Debug)]
pub(crate) struct Empty(ProviderInfo);

impl Default for Empty {
    fn default() -> Self {
        Self(ProviderInfo {
            id: "empty".parse().unwrap(),
            kind: "empty",
            title: "Empty",
        })
    }
}

#[async_trait]
impl Provider for Empty {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports::default()
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        let checked_at = jiff::Timestamp::UNIX_EPOCH;
        Ok(Health {
            state: HealthState::Degraded,
            latency: None,
            checked_at,
            last_error: None,
        })
    }
}

pub(crate) fn query(matching: NumberMatch, limit: u32) -> NumberQuery {
    NumberQuery {
        matching,
        widen: false,
        limit,
    }
}
