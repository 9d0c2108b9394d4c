//! What the carrier has, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use provider_core::domain::*;
use provider_core::outcome::{Outcome, Refusal, RefusalCode};

use super::{counts, number};

pub(super) struct State {
    pub(super) free: BTreeSet<E164>,
    pub(super) owned: BTreeMap<E164, NumberReceipt>,
    pub(super) held: BTreeMap<E164, OrderToken>,
    pub(super) orders: BTreeMap<OrderToken, (NumberOrder, NumberReceipt)>,
    pub(super) pools: BTreeMap<String, (PoolOrder, PoolReceipt)>,
    pub(super) sessions: BTreeMap<String, TrackingSession>,
    pub(super) reporting: ReportingSettings,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            free: (8000..10_000).map(|n| number(&format!("+1833201{n}"))).collect(),
            owned: BTreeMap::new(),
            held: BTreeMap::new(),
            orders: BTreeMap::new(),
            pools: BTreeMap::new(),
            sessions: BTreeMap::new(),
            reporting: counts::reporting(),
        }
    }

    pub(super) fn matching(&self, matching: &NumberMatch) -> Vec<E164> {
        let fits = |number: &&E164| match matching {
            NumberMatch::Exact(wanted) => wanted == *number,
            NumberMatch::TollFree { prefix, country } => {
                *country == CountryCode::US
                    && prefix
                        .as_ref()
                        .is_none_or(|prefix| number.digits()[1..].starts_with(prefix.as_str()))
            }
            _ => false,
        };
        self.free
            .iter()
            .filter(|number| !self.held.contains_key(number))
            .filter(fits)
            .cloned()
            .collect()
    }

    pub(super) fn search(&self, query: &NumberQuery) -> Vec<StockNumber> {
        let stock = |number| StockNumber {
            number,
            external_id: None,
            matched: None,
            monthly_cost: None,
        };
        self.matching(&query.matching)
            .into_iter()
            .take(query.limit as usize)
            .map(stock)
            .collect()
    }

    pub(super) fn hold(&mut self, request: &HoldRequest) -> Outcome<HoldReceipt> {
        let holder = self
            .held
            .entry(request.number.clone())
            .or_insert_with(|| request.token.clone());
        if *holder != request.token {
            return refused(RefusalCode::NumberTaken);
        }
        Outcome::Done(HoldReceipt {
            hold: reference(holder.as_str()),
            number: request.number.clone(),
            expires_at: Timestamp::now() + request.duration,
        })
    }

    pub(super) fn place(&mut self, order: &NumberOrder) -> Outcome<NumberReceipt> {
        if let Some((placed, receipt)) = self.orders.get(&order.token) {
            return if placed == order {
                Outcome::Done(receipt.clone())
            } else {
                refused(RefusalCode::TokenConflict)
            };
        }
        let Some(number) = self.matching(&order.matching).into_iter().next() else {
            return refused(RefusalCode::NoStock);
        };
        let receipt = self.take(number, &order.name, &order.route);
        self.orders
            .insert(order.token.clone(), (order.clone(), receipt.clone()));
        Outcome::Done(receipt)
    }

    pub(super) fn take(&mut self, number: E164, name: &str, route: &CallRoute) -> NumberReceipt {
        self.free.remove(&number);
        let receipt = NumberReceipt {
            external_id: reference(number.as_str()),
            name: Some(name.to_owned()),
            group: None,
            status: NumberStatus::Active,
            route: Some(route.clone()),
            route_ref: None,
            sms_route: None,
            created_at: None,
            matched: None,
            number: number.clone(),
        };
        self.owned.insert(number, receipt.clone());
        receipt
    }

    pub(super) fn amend(
        &mut self,
        number: &NumberRef,
        change: impl FnOnce(&mut NumberReceipt),
    ) -> Outcome<NumberReceipt> {
        match self.owned.get_mut(&number.number) {
            None => refused(RefusalCode::NotFound),
            Some(receipt) => {
                change(receipt);
                Outcome::Done(receipt.clone())
            }
        }
    }

    pub(super) fn create(&mut self, order: &PoolOrder) -> Outcome<PoolReceipt> {
        let free = self.matching(&order.matching.clone().into());
        if free.len() < order.quantity as usize {
            return refused(RefusalCode::NoStock);
        }
        let taken = free.into_iter().take(order.quantity as usize);
        let numbers: Vec<PoolNumber> = taken
            .map(|number| {
                let receipt = self.take(number, &order.name, &order.route);
                PoolNumber {
                    number: receipt.number,
                    external_id: receipt.external_id,
                }
            })
            .collect();
        let id = format!("pool-{:04}", self.pools.len() + 1);
        let receipt = PoolReceipt {
            external_id: reference(&id),
            name: Some(order.name.clone()),
            group: None,
            status: PoolStatus::Active,
            match_period_minutes: Some(order.match_period_minutes),
            numbers,
            replacement: Some(order.replacement.clone()),
            route: Some(order.route.clone()),
            sms_route: None,
        };
        self.pools.insert(id, (order.clone(), receipt.clone()));
        Outcome::Done(receipt)
    }

    pub(super) fn update(&mut self, update: &PoolUpdate) -> Outcome<PoolReceipt> {
        let Some((_, pool)) = self.pools.get_mut(update.pool.as_str()) else {
            return refused(RefusalCode::NotFound);
        };
        pool.name = update.name.clone().or(pool.name.take());
        pool.match_period_minutes = update.match_period_minutes.or(pool.match_period_minutes);
        Outcome::Done(pool.clone())
    }

    pub(super) fn resize(&mut self, resize: &PoolResize) -> Outcome<PoolReceipt> {
        let Some((_, pool)) = self.pools.get_mut(resize.pool.as_str()) else {
            return refused(RefusalCode::NotFound);
        };
        if pool.numbers.len() < resize.quantity as usize {
            return refused(RefusalCode::NoStock);
        }
        for gone in pool.numbers.split_off(resize.quantity as usize) {
            self.owned.remove(&gone.number);
        }
        Outcome::Done(pool.clone())
    }

    pub(super) fn retire(&mut self, retirement: &PoolRetirement) -> Outcome<RetireReceipt> {
        let pool = self.pools.remove(retirement.pool.as_str());
        let found = pool.is_some();
        let numbers = pool.into_iter().flat_map(|(_, pool)| pool.numbers);
        let released: Vec<E164> = numbers.map(|entry| entry.number).collect();
        for number in &released {
            self.owned.remove(number);
        }
        Outcome::Done(RetireReceipt {
            pool: retirement.pool.clone(),
            found,
            released,
            kept: Vec::new(),
        })
    }

    pub(super) fn swap(&mut self, visit: &Visit) -> Swap {
        let pool = visit.pools.first().cloned();
        let numbers = pool.as_ref().and_then(|pool| self.pools.get(pool.as_str()));
        let numbers: Vec<E164> = numbers
            .map(|(_, pool)| pool.numbers.iter().map(|entry| entry.number.clone()).collect())
            .unwrap_or_default();
        let known = self.sessions.get(&visit.visitor).cloned();
        let busy = |number: &E164| self.sessions.values().any(|session| session.number == *number);
        let free = numbers.into_iter().find(|number| !busy(number));
        let reason = if known.is_some() {
            SwapReason::Renewed
        } else {
            SwapReason::FreeNumber
        };
        let begun = pool.clone().zip(free).map(|(pool, number)| TrackingSession {
            external_id: reference(&format!("session-{:04}", self.sessions.len() + 1)),
            pool,
            number,
            visitor: visit.visitor.clone(),
            started_at: Timestamp::now(),
            expires_at: Timestamp::now() + SignedDuration::from_mins(30),
        });
        let Some(session) = known.or(begun) else {
            return Swap {
                reason: SwapReason::PageNumber,
                pool,
                number: None,
                session: None,
            };
        };
        self.sessions.insert(visit.visitor.clone(), session.clone());
        Swap {
            reason,
            pool,
            number: Some(session.number.clone()),
            session: Some(session),
        }
    }

    pub(super) fn attribute(&self, call: &TrackedCall) -> Attribution {
        let session = self
            .sessions
            .values()
            .find(|session| session.number == call.number);
        session.map_or(Attribution::None, |session| Attribution::Session(session.clone()))
    }

    pub(super) fn sessions(&self, query: &SessionQuery) -> Page<TrackingSession> {
        let mut sessions: Vec<_> = self
            .sessions
            .values()
            .filter(|session| session.pool == query.pool)
            .collect();
        sessions.sort_by_key(|session| session.external_id.clone());
        page(
            sessions.into_iter(),
            |session| session.external_id.to_string(),
            &query.page,
        )
    }
}

fn refused<T>(code: RefusalCode) -> Outcome<T> {
    Outcome::Refused(Refusal::new(code, "no"))
}

pub(super) fn page<'t, T: Clone + 't>(
    all: impl Iterator<Item = &'t T>,
    key: impl Fn(&T) -> String,
    request: &PageRequest,
) -> Page<T> {
    let after = request
        .after
        .as_ref()
        .map(|token| token.0.clone())
        .unwrap_or_default();
    let mut rest = all.filter(|item| key(item) > after);
    let items: Vec<T> = rest.by_ref().take(request.limit as usize).cloned().collect();
    let more = rest.next().is_some();
    Page {
        next: items.last().filter(|_| more).map(|last| PageToken(key(last))),
        items,
        total: None,
    }
}

fn reference(text: &str) -> UpstreamRef {
    UpstreamRef::parse(text).unwrap()
}
