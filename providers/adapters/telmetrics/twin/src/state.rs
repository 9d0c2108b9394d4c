//! What the twin has and remembers.

use std::collections::BTreeSet;

use jiff::Timestamp;
use provider_core::domain::{E164, NumberMatch, Places};
use provider_testkit::twin::Sold;

use crate::names::Names;
use crate::shown::{CREATED, NUMBERS_GROUP, POOLS_GROUP, ShownNumber, ShownPool};
use crate::stock::{Kind, Stock};
use crate::wire::{
    CreateNumber, CreatePool, GivenReplacement, GivenRoutes, Number, Pool, PoolNumber, SmsRoutes,
};
use crate::{Refused, Sale};

/// The first id of a pool that no example shows.
const FIRST_POOL: u64 = 31_853;

/// Ids of routes lie apart from those of numbers.
const ROUTES: u64 = 1_000_000_000_000_000;

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) groups: BTreeSet<u64>,
    pub(crate) sales: Vec<Sale>,
    stock: Stock,
    pools: BTreeSet<u64>,
    number_names: Names,
    pool_names: Names,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            groups: [NUMBERS_GROUP, POOLS_GROUP].into(),
            sales: Vec::new(),
            stock: Stock::default(),
            pools: BTreeSet::new(),
            number_names: Names::default(),
            pool_names: Names::default(),
        }
    }

    pub(crate) fn remember(&mut self, sold: &Sold) {
        for number in &sold.numbers {
            self.stock.remove(number.clone());
        }
        let ids = sold
            .pools
            .iter()
            .filter_map(|pool| pool.as_str().parse::<u64>().ok());
        self.pools.extend(ids);
    }

    pub(crate) fn sell_number(
        &mut self,
        places: &Places,
        group: u64,
        order: CreateNumber,
        wanted: &NumberMatch,
        key: Option<&str>,
    ) -> Result<Number, Refused> {
        let number = self.take(places, group, Kind::Number, wanted, 1)?.swap_remove(0);
        let shown = ShownNumber::of(&number);
        let example = shown.filter(|_| group == NUMBERS_GROUP && order.name == ShownNumber::ASKED);
        let name = match example {
            Some(shown) => self.number_names.take(group, shown.given),
            None => self.number_names.take_free(group, &order.name),
        };
        let id = shown.map_or_else(|| own_id(&number), |shown| shown.id);
        let route_id = shown.map_or(ROUTES + id, |shown| shown.route_id);
        self.sales.push(Sale {
            number: number.clone(),
            id,
            group_id: group,
            name: name.clone(),
            pool_id: None,
            idempotency_key: key.map(str::to_owned),
        });
        Ok(Number {
            id,
            name,
            group_id: group,
            status: "Active",
            phone_number: ten_digits(&number),
            created_datetime: created(shown),
            // Of the examples, only the toll-free number has one.
            sms_routes: matches!(wanted, NumberMatch::TollFree { .. }).then(SmsRoutes::none),
            call_routes: GivenRoutes::basic(Some(route_id), order.call_routes.route.termination_number),
        })
    }

    pub(crate) fn sell_pool(
        &mut self,
        places: &Places,
        group: u64,
        order: CreatePool,
        wanted: &NumberMatch,
        key: Option<&str>,
    ) -> Result<Pool, Refused> {
        let count = usize::try_from(order.quantity).unwrap_or(usize::MAX);
        let numbers = self.take(places, group, Kind::Pool, wanted, count)?;
        let shown = ShownPool::of(&numbers).filter(|shown| !self.pools.contains(&shown.id));
        let example = shown.filter(|shown| group == POOLS_GROUP && order.name == shown.asked);
        let name = match example {
            Some(shown) => self.pool_names.take(group, shown.given),
            None => self.pool_names.take_free(group, &order.name),
        };
        let id = shown.map_or_else(|| self.next_pool(), |shown| shown.id);
        self.pools.insert(id);
        let numbers: Vec<(E164, u64)> = numbers
            .into_iter()
            .map(|number| {
                let id = ShownPool::id_of(&number).unwrap_or_else(|| own_id(&number));
                (number, id)
            })
            .collect();
        self.sales.extend(numbers.iter().map(|(number, number_id)| Sale {
            number: number.clone(),
            id: *number_id,
            group_id: group,
            name: name.clone(),
            pool_id: Some(id),
            idempotency_key: key.map(str::to_owned),
        }));
        Ok(pool(id, name, group, order, numbers))
    }

    fn take(
        &mut self,
        places: &Places,
        group: u64,
        kind: Kind,
        wanted: &NumberMatch,
        count: usize,
    ) -> Result<Vec<E164>, Refused> {
        if !self.groups.contains(&group) {
            return Err(Refused::UnknownGroup(group));
        }
        let taken = self.stock.take(places, kind, wanted, count);
        match taken {
            Ok(taken) if taken.is_empty() => Err(Refused::NoStock),
            Ok(taken) => Ok(taken),
            Err(error) => Err(Refused::Unmatched(Box::new(error))),
        }
    }

    fn next_pool(&self) -> u64 {
        let last = self.pools.last().copied().unwrap_or_default();
        FIRST_POOL.max(last.saturating_add(1))
    }
}

fn pool(id: u64, name: String, group: u64, order: CreatePool, numbers: Vec<(E164, u64)>) -> Pool {
    let replacement = order.replacement_configuration;
    Pool {
        id,
        name,
        group_id: group,
        status: "active",
        match_period: order.match_period,
        quantity: order.quantity,
        numbers: numbers
            .into_iter()
            .map(|(number, id)| PoolNumber {
                id,
                phone_number: number.to_string(),
            })
            .collect(),
        replacement_configuration: GivenReplacement {
            numbers_to_replace: replacement.numbers_to_replace.unwrap_or_default(),
            tracking_sources: replacement.tracking_sources,
            replace_all_numbers: replacement.replace_all_numbers.unwrap_or_default(),
        },
        sms_routes: SmsRoutes::none(),
        call_routes: GivenRoutes::basic(None, order.call_routes.route.termination_number),
    }
}

/// The id of a number that no example shows: its own digits. So a twin that was started again gives no id twice,
/// whatever was sold before.
fn own_id(number: &E164) -> u64 {
    number.digits().parse().unwrap_or_default()
}

/// As number assignment writes numbers. Only North American ones are sold there.
fn ten_digits(number: &E164) -> String {
    let digits = number.digits();
    digits.strip_prefix('1').unwrap_or(digits).to_owned()
}

fn created(shown: Option<&ShownNumber>) -> Timestamp {
    let example = shown.and_then(|_| CREATED.parse().ok());
    example.unwrap_or_else(|| {
        let now = Timestamp::now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    })
}
