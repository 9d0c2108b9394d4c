//! A carrier that keeps what it sold, changes it when asked, and can be made to fail in every way there is.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use provider_core::{
    call::CallContext,
    config::PolicySettings,
    domain::{
        CallRoute, E164, Leftover, NumberOrder, NumberReceipt, NumberRef, NumberStatus, Page, PageRequest,
        PoolNumber, PoolOrder, PoolReceipt, PoolResize, PoolRetirement, PoolStatus, PoolUpdate,
        ReleaseReceipt, ReplacementConfiguration, RetireReceipt, SmsRoute, UpstreamRef,
    },
    error::{Effect, ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{
        InventoryChange, InventoryTerms, MatchTerms, NumberInventory, NumberOrders, NumberPools, OrderTerms,
        PoolChange, PoolTerms,
    },
    provider::{Health, HealthState, Instance, Ports, Provider, ProviderInfo},
};
use strum::IntoEnumIterator;
use tokio::sync::Semaphore;

use crate::world::e164;

/// What happens to a call instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twist {
    /// It acts, and the answer is lost.
    Lost,
    /// It does not act, and nobody can tell.
    Unheard,
    /// The answer does not tell.
    Unclear,
    /// It was not reached at all.
    Unreached,
    /// It wants no more requests for so many seconds.
    Limited(u64),
    /// A definite no.
    Refused(RefusalCode),
    /// It is done later.
    Later,
    /// It waits until the test opens the gate, and acts then.
    Gate,
}

/// A number that it sold us.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) status: NumberStatus,
    pub(crate) route: CallRoute,
    pub(crate) pool: Option<String>,
}

/// A pool that it sold us.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pool {
    pub(crate) name: String,
    pub(crate) match_period_minutes: u32,
    pub(crate) replacement: ReplacementConfiguration,
    pub(crate) route: CallRoute,
}

#[derive(Debug, Default)]
struct State {
    stock: VecDeque<E164>,
    lines: BTreeMap<E164, Line>,
    pools: BTreeMap<String, Pool>,
    sold_pools: usize,
    twists: VecDeque<Twist>,
    asked: Vec<&'static str>,
}

#[derive(Debug)]
pub(crate) struct Upstream {
    info: ProviderInfo,
    orders: OrderTerms,
    inventory: Option<InventoryTerms>,
    pools: PoolTerms,
    state: Mutex<State>,
    gate: Semaphore,
}

impl Upstream {
    /// A carrier that can do everything, with this stock.
    pub(crate) fn new(id: &str, stock: &[&str]) -> Arc<Self> {
        Self::able(id, stock, InventoryChange::iter(), PoolChange::iter())
    }

    /// A carrier that sells, and can make these changes and no others; the port of numbers is left out where it
    /// makes none of them.
    pub(crate) fn able(
        id: &str,
        stock: &[&str],
        numbers: impl IntoIterator<Item = InventoryChange>,
        pools: impl IntoIterator<Item = PoolChange>,
    ) -> Arc<Self> {
        let changes: BTreeSet<_> = numbers.into_iter().collect();
        let inventory = InventoryTerms {
            largest_page: 100,
            changes,
        };
        Arc::new(Self {
            info: ProviderInfo {
                id: id.parse().unwrap(),
                kind: "upstream",
                title: "Upstream",
            },
            orders: OrderTerms {
                matches: MatchTerms::everything(),
                idempotent_by_token: false,
                findable_by_token: false,
                honors_holds: false,
            },
            inventory: Some(inventory).filter(|terms| !terms.changes.is_empty()),
            pools: PoolTerms {
                matches: MatchTerms::everything(),
                largest_quantity: 20,
                match_period_minutes: 1..=60,
                largest_page: 100,
                changes: pools.into_iter().collect(),
                idempotent_by_token: false,
                findable_by_token: false,
            },
            state: Mutex::new(State {
                stock: stock.iter().map(|text| e164(text)).collect(),
                ..State::default()
            }),
            gate: Semaphore::new(0),
        })
    }

    pub(crate) fn instance(self: &Arc<Self>) -> Instance {
        let settings = PolicySettings {
            timeout_seconds: NonZeroU32::new(30).unwrap(),
            ..PolicySettings::local()
        };
        Instance::new(self.clone(), &settings, &BTreeSet::new())
    }

    /// What happens to the next calls.
    pub(crate) fn twist(&self, twists: impl IntoIterator<Item = Twist>) {
        self.state.lock().unwrap().twists.extend(twists);
    }

    /// From now on it works as it should.
    pub(crate) fn untwist(&self) {
        self.state.lock().unwrap().twists.clear();
    }

    /// Lets a call through that waits at the gate.
    pub(crate) fn open_gate(&self) {
        self.gate.add_permits(1);
    }

    /// The changes that it was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<&'static str> {
        self.state.lock().unwrap().asked.clone()
    }

    pub(crate) fn line(&self, number: &str) -> Option<Line> {
        self.state.lock().unwrap().lines.get(&e164(number)).cloned()
    }

    pub(crate) fn lines(&self) -> BTreeMap<E164, Line> {
        self.state.lock().unwrap().lines.clone()
    }

    pub(crate) fn pool(&self, id: &str) -> Option<Pool> {
        self.state.lock().unwrap().pools.get(id).cloned()
    }

    pub(crate) fn pools(&self) -> BTreeMap<String, Pool> {
        self.state.lock().unwrap().pools.clone()
    }

    /// Somebody ends a number in the carrier's own console.
    pub(crate) fn end(&self, number: &str) {
        self.state.lock().unwrap().lines.remove(&e164(number));
    }

    /// Answers a call: `act` changes the state and gives what there is to say of it.
    async fn answer<T>(
        &self,
        name: &'static str,
        act: impl FnOnce(&mut State) -> Outcome<T>,
    ) -> Result<Outcome<T>> {
        let twist = {
            let mut state = self.state.lock().unwrap();
            state.asked.push(name);
            state.twists.pop_front()
        };
        if twist == Some(Twist::Gate) {
            self.gate.acquire().await.unwrap().forget();
        }
        let error = |kind| ProviderError::new(kind, name, "it failed");
        let mut state = self.state.lock().unwrap();
        match twist {
            None | Some(Twist::Gate) => Ok(act(&mut state)),
            Some(Twist::Lost) => {
                act(&mut state);
                Err(error(ErrorKind::Timeout).with_effect(Effect::Unknown))
            }
            Some(Twist::Unheard) => Err(error(ErrorKind::Unavailable).with_effect(Effect::Unknown)),
            Some(Twist::Unclear) => Ok(Outcome::Unknown { reference: None }),
            Some(Twist::Unreached) => Err(error(ErrorKind::Unavailable).with_effect(Effect::None)),
            Some(Twist::Limited(seconds)) => {
                Err(error(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(seconds)))
            }
            Some(Twist::Refused(code)) => Ok(Outcome::Refused(
                Refusal::new(code, "the carrier says no").at("number"),
            )),
            Some(Twist::Later) => Ok(Outcome::Pending {
                upstream_ref: reference("job-1"),
                poll_after: Some(Duration::ZERO),
            }),
        }
    }
}

pub(crate) fn reference(text: &str) -> UpstreamRef {
    UpstreamRef::parse(text).unwrap()
}

/// What the carrier calls a number.
pub(crate) fn id_of(number: &E164) -> String {
    format!("id-{}", number.digits())
}

/// What the carrier calls what was ordered under a name: upstreams make names unique.
pub(crate) fn upstream_name(name: &str) -> String {
    format!("{name} 4")
}

fn describe(number: &E164, line: &Line) -> NumberReceipt {
    NumberReceipt {
        number: number.clone(),
        external_id: reference(&id_of(number)),
        name: None,
        group: None,
        status: line.status,
        route: Some(line.route.clone()),
        route_ref: None,
        sms_route: Some(SmsRoute::None),
        created_at: None,
        matched: None,
    }
}

impl State {
    fn sell(&mut self, route: &CallRoute, pool: Option<&str>) -> Option<E164> {
        let number = self.stock.pop_front()?;
        let line = Line {
            status: NumberStatus::Active,
            route: route.clone(),
            pool: pool.map(str::to_owned),
        };
        self.lines.insert(number.clone(), line);
        Some(number)
    }

    fn change(&mut self, number: &NumberRef, change: impl FnOnce(&mut Line)) -> Outcome<NumberReceipt> {
        let id = number.external_id.as_ref().map(|id| id.as_str());
        assert_eq!(
            id,
            Some(id_of(&number.number).as_str()),
            "asked by both its names"
        );
        match self.lines.get_mut(&number.number) {
            Some(line) => {
                change(line);
                Outcome::Done(describe(&number.number, line))
            }
            None => Outcome::Refused(Refusal::new(RefusalCode::NotFound, "it has no such number")),
        }
    }

    fn members(&self, pool: &str) -> Vec<E164> {
        let inside = self
            .lines
            .iter()
            .filter(|(_, line)| line.pool.as_deref() == Some(pool));
        inside.map(|(number, _)| number.clone()).collect()
    }

    fn leave(&mut self, number: &E164, leftover: Leftover) {
        match leftover {
            Leftover::Release => {
                self.lines.remove(number);
            }
            Leftover::Keep => {
                if let Some(line) = self.lines.get_mut(number) {
                    line.pool = None;
                }
            }
        }
    }

    fn describe_pool(&self, id: &str) -> Outcome<PoolReceipt> {
        let Some(pool) = self.pools.get(id) else {
            return Outcome::Refused(Refusal::new(RefusalCode::NotFound, "it has no such pool"));
        };
        let numbers = self.members(id).into_iter().map(|number| PoolNumber {
            external_id: reference(&id_of(&number)),
            number,
        });
        Outcome::Done(PoolReceipt {
            external_id: reference(id),
            name: Some(pool.name.clone()),
            group: None,
            status: PoolStatus::Active,
            match_period_minutes: Some(pool.match_period_minutes),
            numbers: numbers.collect(),
            replacement: Some(pool.replacement.clone()),
            route: Some(pool.route.clone()),
            sms_route: Some(SmsRoute::None),
        })
    }
}

fn no_stock<T>() -> Outcome<T> {
    Outcome::Refused(Refusal::new(RefusalCode::NoStock, "it has no more").at("matching"))
}

#[async_trait]
impl Provider for Upstream {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            orders: Some(self.clone()),
            inventory: self.inventory.is_some().then(|| self.clone() as _),
            pools: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        Ok(Health {
            state: HealthState::Up,
            latency: None,
            checked_at: jiff::Timestamp::now(),
            last_error: None,
        })
    }
}

#[async_trait]
impl NumberOrders for Upstream {
    fn terms(&self) -> &OrderTerms {
        &self.orders
    }

    async fn place(&self, _: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        self.answer("orders.place", |state| match state.sell(&order.route, None) {
            Some(number) => {
                let receipt = describe(&number, &state.lines[&number]);
                Outcome::Done(NumberReceipt {
                    name: Some(upstream_name(&order.name)),
                    ..receipt
                })
            }
            None => no_stock(),
        })
        .await
    }

    async fn get(&self, _: &CallContext, _: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        panic!("no order is pending here")
    }

    async fn find(&self, _: &CallContext, _: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        panic!("orders can't be found here")
    }
}

#[async_trait]
impl NumberInventory for Upstream {
    fn terms(&self) -> &InventoryTerms {
        self.inventory
            .as_ref()
            .expect("the port is there only with its terms")
    }

    async fn list(&self, _: &CallContext, _: &PageRequest) -> Result<Page<NumberReceipt>> {
        let lines = self.lines();
        Ok(Page {
            items: lines
                .iter()
                .map(|(number, line)| describe(number, line))
                .collect(),
            next: None,
            total: None,
        })
    }

    async fn get(&self, _: &CallContext, number: &E164) -> Result<Option<NumberReceipt>> {
        Ok(self.lines().get(number).map(|line| describe(number, line)))
    }

    async fn set_route(
        &self,
        _: &CallContext,
        number: &NumberRef,
        route: &CallRoute,
    ) -> Result<Outcome<NumberReceipt>> {
        self.answer("inventory.set_route", |state| {
            state.change(number, |line| line.route = route.clone())
        })
        .await
    }

    async fn suspend(&self, _: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.answer("inventory.suspend", |state| {
            state.change(number, |line| line.status = NumberStatus::Suspended)
        })
        .await
    }

    async fn resume(&self, _: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.answer("inventory.resume", |state| {
            state.change(number, |line| line.status = NumberStatus::Active)
        })
        .await
    }

    async fn release(&self, _: &CallContext, number: &NumberRef) -> Result<Outcome<ReleaseReceipt>> {
        self.answer("inventory.release", |state| {
            Outcome::Done(ReleaseReceipt {
                number: number.number.clone(),
                found: state.lines.remove(&number.number).is_some(),
                quarantined_until: None,
            })
        })
        .await
    }
}

#[async_trait]
impl NumberPools for Upstream {
    fn terms(&self) -> &PoolTerms {
        &self.pools
    }

    async fn create(&self, _: &CallContext, order: &PoolOrder) -> Result<Outcome<PoolReceipt>> {
        self.answer("pools.create", |state| {
            if state.stock.len() < order.quantity as usize && !order.allow_partial {
                return no_stock();
            }
            state.sold_pools += 1;
            let id = format!("pool-{}", state.sold_pools);
            for _ in 0..order.quantity {
                state.sell(&order.route, Some(&id));
            }
            let pool = Pool {
                name: upstream_name(&order.name),
                match_period_minutes: order.match_period_minutes,
                replacement: order.replacement.clone(),
                route: order.route.clone(),
            };
            state.pools.insert(id.clone(), pool);
            state.describe_pool(&id)
        })
        .await
    }

    async fn get(&self, _: &CallContext, pool: &UpstreamRef) -> Result<Outcome<PoolReceipt>> {
        Ok(self.state.lock().unwrap().describe_pool(pool.as_str()))
    }

    async fn list(&self, _: &CallContext, _: &PageRequest) -> Result<Page<PoolReceipt>> {
        panic!("nobody asks for the pools")
    }

    async fn update(&self, _: &CallContext, update: &PoolUpdate) -> Result<Outcome<PoolReceipt>> {
        self.answer("pools.update", |state| {
            if let Some(pool) = state.pools.get_mut(update.pool.as_str()) {
                if let Some(name) = &update.name {
                    pool.name = upstream_name(name);
                }
                pool.match_period_minutes = update.match_period_minutes.unwrap_or(pool.match_period_minutes);
                pool.replacement = update.replacement.clone().unwrap_or(pool.replacement.clone());
                pool.route = update.route.clone().unwrap_or(pool.route.clone());
                let route = pool.route.clone();
                for line in state.lines.values_mut() {
                    if line.pool.as_deref() == Some(update.pool.as_str()) {
                        line.route = route.clone();
                    }
                }
            }
            state.describe_pool(update.pool.as_str())
        })
        .await
    }

    async fn resize(&self, _: &CallContext, resize: &PoolResize) -> Result<Outcome<PoolReceipt>> {
        self.answer("pools.resize", |state| {
            let id = resize.pool.as_str();
            let Some(route) = state.pools.get(id).map(|pool| pool.route.clone()) else {
                return state.describe_pool(id);
            };
            let (has, wanted) = (state.members(id), resize.quantity as usize);
            if has.len() + state.stock.len() < wanted && !resize.allow_partial {
                return no_stock();
            }
            for _ in has.len()..wanted {
                state.sell(&route, Some(id));
            }
            for number in has.iter().skip(wanted) {
                state.leave(number, resize.leftover);
            }
            state.describe_pool(id)
        })
        .await
    }

    async fn retire(&self, _: &CallContext, retirement: &PoolRetirement) -> Result<Outcome<RetireReceipt>> {
        self.answer("pools.retire", |state| {
            let id = retirement.pool.as_str();
            let numbers = state.members(id);
            for number in &numbers {
                state.leave(number, retirement.leftover);
            }
            let (released, kept) = match retirement.leftover {
                Leftover::Release => (numbers, Vec::new()),
                Leftover::Keep => (Vec::new(), numbers),
            };
            Outcome::Done(RetireReceipt {
                pool: retirement.pool.clone(),
                found: state.pools.remove(id).is_some(),
                released,
                kept,
            })
        })
        .await
    }

    async fn find(&self, _: &CallContext, _: &PoolOrder) -> Result<Option<Outcome<PoolReceipt>>> {
        panic!("orders can't be found here")
    }
}
