//! What is outside the terms is refused before anything is sent; a port that is not there is nowhere.

use jiff::SignedDuration;
use provider_core::contract::{call_centers, call_stats, kpis, search, tracking};
use provider_core::domain::{
    CountryCode, HoldRequest, Leftover, NumberMatch, NumberOrder, NumberRef, PageRequest, PoolMatch,
    PoolOrder, PoolResize, PoolRetirement, PoolUpdate, Selector, UpstreamRef,
};
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::port::{InventoryChange, MatchTerms, NumberInventory, NumberPools, PoolChange};
use provider_core::provider::Capability;
use strum::IntoEnumIterator;

use crate::conformance::bench::{Bench, Manner, context};
use crate::conformance::probe::{today, visit};
use crate::conformance::samples::{
    Samples, fresh, needed, number_of, of_each_kind, of_each_pool_kind, with_prefix,
};
use crate::conformance::stage::{Stage, there};
use crate::conformance::{Broken, Subject, Verdict, ensure};

pub(super) async fn search_keeps_to_its_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Search)? {
        return Ok(());
    }
    let declared = Samples::new(bench.known()).query()?;
    let (provider, cx) = (bench.provider()?, context());
    let refused = search::undeclared_terms_are_refused(&provider, &cx, &declared);
    bench.nothing_sent("a search outside the terms", refused).await?
}

pub(super) async fn holds_keep_to_their_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Holds)? {
        return Ok(());
    }
    let instance = bench.instance(Manner::PATIENT)?;
    let holds = there(instance.ports().holds.as_ref(), "holds")?;
    let request = Samples::new(bench.known()).hold(holds.terms(), number_of("+14045550100")?)?;
    let too_long = request.duration + SignedDuration::from_secs(1);
    for duration in [SignedDuration::ZERO, too_long] {
        let request = HoldRequest {
            duration,
            ..request.clone()
        };
        let answer = bench
            .nothing_sent("a hold too long or too short", holds.hold(&context(), &request))
            .await?;
        is_refused(answer, &[ErrorKind::InvalidRequest])?;
    }
    Ok(())
}

pub(super) async fn orders_keep_to_their_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Orders)? {
        return Ok(());
    }
    let instance = bench.instance(Manner::PATIENT)?;
    let orders = there(instance.ports().orders.as_ref(), "orders")?;
    let (terms, samples) = (orders.terms(), Samples::new(bench.known()));
    let order = samples.order()?;
    let unmatched = undeclared(&terms.matches, of_each_kind()?, NumberMatch::clone);
    let number = number_of("+14045550100")?;
    let filtered = with_prefix(&order.matching, &number).filter(|_| !terms.matches.prefix_filter);
    let with_hold = (!terms.honors_holds).then(|| reference("hold-1")).transpose()?;
    let unfit = unmatched
        .into_iter()
        .chain(filtered)
        .map(|matching| NumberOrder {
            matching,
            ..order.clone()
        })
        .chain(with_hold.map(|hold| NumberOrder {
            hold: Some(hold),
            ..order.clone()
        }))
        .chain([NumberOrder {
            name: " ".to_owned(),
            ..order.clone()
        }]);
    for order in unfit {
        let answer = bench
            .nothing_sent("an order outside the terms", orders.place(&context(), &order))
            .await?;
        is_refused(answer, &[ErrorKind::Unsupported, ErrorKind::InvalidRequest])?;
    }
    if !terms.findable_by_token {
        let answer = bench
            .nothing_sent("a search for a token", orders.find(&context(), &order))
            .await?;
        is_refused(answer, &[ErrorKind::Unsupported])?;
    }
    Ok(())
}

pub(super) async fn inventory_keeps_to_its_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Inventory)? {
        return Ok(());
    }
    let instance = bench.instance(Manner::PATIENT)?;
    let inventory = there(instance.ports().inventory.as_ref(), "inventory")?;
    for limit in [0, inventory.terms().largest_page.saturating_add(1)] {
        let page = PageRequest::first(limit);
        let answer = bench
            .nothing_sent("a page outside the terms", inventory.list(&context(), &page))
            .await?;
        is_refused(answer, &[ErrorKind::InvalidRequest])?;
    }
    let declared = &inventory.terms().changes;
    for change in InventoryChange::iter().filter(|change| !declared.contains(change)) {
        let refused = change_number(&**inventory, change, &bench);
        bench
            .nothing_sent("a change outside the terms", refused)
            .await??;
    }
    Ok(())
}

async fn change_number(
    inventory: &dyn NumberInventory,
    change: InventoryChange,
    bench: &Bench<'_>,
) -> Verdict {
    let number = NumberRef {
        number: number_of("+14045550100")?,
        external_id: None,
    };
    let (cx, kinds) = (context(), [ErrorKind::Unsupported]);
    match change {
        InventoryChange::SetRoute => {
            let route = Samples::new(bench.known()).route(None)?;
            is_refused(inventory.set_route(&cx, &number, &route).await, &kinds)
        }
        InventoryChange::Suspend => is_refused(inventory.suspend(&cx, &number).await, &kinds),
        InventoryChange::Resume => is_refused(inventory.resume(&cx, &number).await, &kinds),
        InventoryChange::Release => is_refused(inventory.release(&cx, &number).await, &kinds),
    }
}

pub(super) async fn pools_keep_to_their_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Pools)? {
        return Ok(());
    }
    let instance = bench.instance(Manner::PATIENT)?;
    let pools = there(instance.ports().pools.as_ref(), "pools")?;
    let terms = pools.terms();
    let order = Samples::new(bench.known()).pool(terms)?;
    for order in unfit_pools(&order, terms)? {
        let answer = bench
            .nothing_sent("a pool outside the terms", pools.create(&context(), &order))
            .await?;
        is_refused(answer, &[ErrorKind::Unsupported, ErrorKind::InvalidRequest])?;
    }
    if !terms.findable_by_token {
        let answer = bench
            .nothing_sent("a search for a token", pools.find(&context(), &order))
            .await?;
        is_refused(answer, &[ErrorKind::Unsupported])?;
    }
    let pages = match terms.largest_page {
        0 => vec![(1, ErrorKind::Unsupported)],
        largest => vec![
            (0, ErrorKind::InvalidRequest),
            (largest.saturating_add(1), ErrorKind::InvalidRequest),
        ],
    };
    for (limit, kind) in pages {
        let page = PageRequest::first(limit);
        let answer = bench
            .nothing_sent("a page outside the terms", pools.list(&context(), &page))
            .await?;
        is_refused(answer, &[kind])?;
    }
    for change in PoolChange::iter().filter(|change| !terms.changes.contains(change)) {
        let refused = change_pool(&**pools, change);
        bench
            .nothing_sent("a change outside the terms", refused)
            .await??;
    }
    Ok(())
}

fn unfit_pools(order: &PoolOrder, terms: &provider_core::port::PoolTerms) -> Result<Vec<PoolOrder>, Broken> {
    let unmatched = undeclared(&terms.matches, of_each_pool_kind()?, |pool| {
        NumberMatch::from(pool.clone())
    });
    let quantities = [0, terms.largest_quantity.saturating_add(1)];
    let (shortest, longest) = (
        *terms.match_period_minutes.start(),
        *terms.match_period_minutes.end(),
    );
    let periods = [shortest.checked_sub(1), longest.checked_add(1)];
    let unfit = unmatched
        .into_iter()
        .map(|matching| PoolOrder {
            matching,
            ..order.clone()
        })
        .chain(quantities.map(|quantity| PoolOrder {
            quantity,
            ..order.clone()
        }))
        .chain(
            periods
                .into_iter()
                .flatten()
                .map(|match_period_minutes| PoolOrder {
                    match_period_minutes,
                    ..order.clone()
                }),
        )
        .chain([PoolOrder {
            name: " ".to_owned(),
            ..order.clone()
        }]);
    Ok(unfit.collect())
}

async fn change_pool(pools: &dyn NumberPools, change: PoolChange) -> Verdict {
    let (cx, pool, kinds) = (context(), reference("1")?, [ErrorKind::Unsupported]);
    match change {
        PoolChange::Update => {
            let update = PoolUpdate {
                pool,
                name: None,
                match_period_minutes: None,
                replacement: None,
                route: None,
            };
            is_refused(pools.update(&cx, &update).await, &kinds)
        }
        PoolChange::Resize => {
            let resize = PoolResize {
                token: fresh()?.0,
                pool,
                quantity: 1,
                leftover: Leftover::Keep,
                allow_partial: false,
            };
            is_refused(pools.resize(&cx, &resize).await, &kinds)
        }
        PoolChange::Retire => {
            let retirement = PoolRetirement {
                pool,
                leftover: Leftover::Keep,
            };
            is_refused(pools.retire(&cx, &retirement).await, &kinds)
        }
    }
}

pub(super) async fn tracking_keeps_to_its_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Tracking)? {
        return Ok(());
    }
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let visit = visit(stage.pool().await?)?;
    let (provider, cx) = (bench.provider()?, context());
    let refused = tracking::undeclared_terms_are_refused(&provider, &cx, &visit, today()?);
    bench.nothing_sent("a visit outside the terms", refused).await?
}

pub(super) async fn kpis_keep_to_their_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Kpis)? {
        return Ok(());
    }
    let (provider, cx) = (bench.provider()?, context());
    let refused = kpis::undeclared_terms_are_refused(&provider, &cx);
    bench.nothing_sent("a count outside the terms", refused).await?
}

pub(super) async fn call_stats_keep_to_their_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::CallStats)? {
        return Ok(());
    }
    let instance = bench.instance(Manner::PATIENT)?;
    let stats = there(instance.ports().call_stats.as_ref(), "call_stats")?;
    let declared = Samples::new(bench.known()).calls(stats.terms())?;
    let (provider, cx) = (bench.provider()?, context());
    let refused = call_stats::undeclared_terms_are_refused(&provider, &cx, &declared);
    bench
        .nothing_sent("a question outside the terms", refused)
        .await?
}

pub(super) async fn call_centers_keep_to_their_terms(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::CallCenters)? {
        return Ok(());
    }
    let center = needed(bench.known().call_center.clone(), "call_center")?;
    let (provider, cx) = (bench.provider()?, context());
    let refused = call_centers::undeclared_terms_are_refused(&provider, &cx, &center);
    bench
        .nothing_sent("settings outside the terms", refused)
        .await??;
    let instance = bench.instance(Manner::PATIENT)?;
    let centers = there(instance.ports().call_centers.as_ref(), "call_centers")?;
    let (limit, kind) = match centers.terms().largest_page {
        0 => (1, ErrorKind::Unsupported),
        largest => (largest.saturating_add(1), ErrorKind::InvalidRequest),
    };
    let page = PageRequest::first(limit);
    let listed = centers.list(&cx, &center.group, &page);
    let answer = bench.nothing_sent("a page outside the terms", listed).await?;
    is_refused(answer, &[kind])
}

/// Of samples of each kind, those that the terms leave out: by their kind, and by a country that is not served.
fn undeclared<M>(terms: &MatchTerms, samples: Vec<M>, as_match: impl Fn(&M) -> NumberMatch) -> Vec<M>
where
    M: WithCountry,
{
    let foreign = CountryCode::all().find(|country| !terms.countries.contains(*country));
    let declared = |sample: &M| terms.selectors.contains(&Selector::of(&as_match(sample)));
    let (inside, mut outside): (Vec<M>, Vec<M>) = samples.into_iter().partition(|sample| declared(sample));
    let abroad = foreign.map(|country| {
        inside
            .into_iter()
            .filter_map(move |sample| sample.with_country(country))
    });
    outside.extend(abroad.into_iter().flatten());
    outside
}

/// What names a country itself.
trait WithCountry: Sized {
    /// The same in another country; absent where it names none.
    fn with_country(self, country: CountryCode) -> Option<Self>;
}

impl WithCountry for NumberMatch {
    fn with_country(self, country: CountryCode) -> Option<Self> {
        match self {
            Self::TollFree { prefix, .. } => Some(Self::TollFree { country, prefix }),
            Self::National { .. } => Some(Self::National { country }),
            Self::LocalToCity {
                city, region, prefix, ..
            } => Some(Self::LocalToCity {
                city,
                region,
                country,
                prefix,
            }),
            Self::LocalToNumber { .. } | Self::Geographic(_) | Self::Exact(_) => None,
        }
    }
}

impl WithCountry for PoolMatch {
    fn with_country(self, country: CountryCode) -> Option<Self> {
        match self {
            Self::TollFree { .. } => Some(Self::TollFree { country }),
            Self::National { .. } => Some(Self::National { country }),
            Self::Geographic(_) => None,
        }
    }
}

fn reference(text: &str) -> Result<UpstreamRef, Broken> {
    UpstreamRef::parse(text).map_err(|error| Broken::new(error.to_string()))
}

/// Checks that a request is refused without effect.
fn is_refused<T: std::fmt::Debug>(answer: Result<T, ProviderError>, kinds: &[ErrorKind]) -> Verdict {
    match answer {
        Err(error) => ensure(
            kinds.contains(&error.kind()) && error.effect() == Effect::None,
            || format!("a request outside the terms must be one of {kinds:?} without effect: {error:?}"),
        ),
        Ok(answer) => Err(Broken::new(format!(
            "a request outside the terms was answered with {answer:?}"
        ))),
    }
}
