//! Calls of the ports of pools and tracking.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use provider_core::call::Safety;
use provider_core::domain::{
    Leftover, PageRequest, Period, PoolResize, PoolRetirement, PoolUpdate, SessionQuery, TrackedCall,
    UpstreamRef, Visit,
};
use provider_core::port::{NumberPools, PoolChange, Tracking};
use provider_core::provider::Ports;

use super::numbers::by_token;
use super::{Needs, Probe, boxed, ended, read};
use crate::conformance::Broken;
use crate::conformance::samples::{fresh, number_of};

pub(super) fn add(probes: &mut Vec<Probe>, ports: &Ports) {
    if let Some(port) = &ports.pools {
        add_orders(probes, port);
        add_reads(probes, port);
        let changes = port.terms().changes.iter();
        probes.extend(changes.map(|change| change_of(port, *change).needing(Needs::Pool)));
    }
    if let Some(port) = &ports.tracking {
        add_tracking(probes, port);
    }
}

fn add_orders(probes: &mut Vec<Probe>, port: &Arc<dyn NumberPools>) {
    let pools = Arc::clone(port);
    let safety = by_token(port.terms().idempotent_by_token);
    probes.push(Probe::new("pools.create", safety, move |samples, _| {
        let (port, order) = (pools.clone(), samples.pool(pools.terms())?);
        Ok(|cx| boxed(async move { port.create(&cx, &order).await.map(ended) }))
    }));
    if port.terms().findable_by_token {
        let pools = Arc::clone(port);
        probes.push(Probe::read("pools.find", move |samples, _| {
            let (port, order) = (pools.clone(), samples.pool(pools.terms())?);
            Ok(|cx| boxed(async move { port.find(&cx, &order).await.map(read) }))
        }));
    }
}

fn add_reads(probes: &mut Vec<Probe>, port: &Arc<dyn NumberPools>) {
    let pools = Arc::clone(port);
    let get = Probe::read("pools.get", move |_, thing| {
        let (port, pool) = (pools.clone(), thing.pool()?);
        Ok(|cx| boxed(async move { port.get(&cx, &pool).await.map(read) }))
    });
    probes.push(get.needing(Needs::Pool));
    if port.terms().largest_page > 0 {
        let pools = Arc::clone(port);
        probes.push(Probe::read("pools.list", move |_, _| {
            let port = pools.clone();
            Ok(|cx| boxed(async move { port.list(&cx, &PageRequest::first(1)).await.map(read) }))
        }));
    }
}

fn change_of(port: &Arc<dyn NumberPools>, change: PoolChange) -> Probe {
    let pools = Arc::clone(port);
    match change {
        PoolChange::Update => Probe::new("pools.update", Safety::Idempotent, move |_, thing| {
            let port = pools.clone();
            let update = PoolUpdate {
                pool: thing.pool()?,
                name: Some(fresh()?.1),
                match_period_minutes: None,
                replacement: None,
                route: None,
            };
            Ok(|cx| boxed(async move { port.update(&cx, &update).await.map(ended) }))
        }),
        PoolChange::Resize => Probe::new("pools.resize", Safety::Idempotent, move |_, thing| {
            let port = pools.clone();
            let resize = PoolResize {
                token: fresh()?.0,
                pool: thing.pool()?,
                quantity: 1,
                leftover: Leftover::Release,
                allow_partial: false,
            };
            Ok(|cx| boxed(async move { port.resize(&cx, &resize).await.map(ended) }))
        }),
        PoolChange::Retire => Probe::new("pools.retire", Safety::Idempotent, move |_, thing| {
            let port = pools.clone();
            let retirement = PoolRetirement {
                pool: thing.pool()?,
                leftover: Leftover::Release,
            };
            Ok(|cx| boxed(async move { port.retire(&cx, &retirement).await.map(ended) }))
        }),
    }
}

fn add_tracking(probes: &mut Vec<Probe>, port: &Arc<dyn Tracking>) {
    let tracking = Arc::clone(port);
    let swap = Probe::new("tracking.swap", Safety::Idempotent, move |_, thing| {
        let (port, visit) = (tracking.clone(), visit(thing.pool()?)?);
        Ok(|cx| {
            boxed(async move {
                port.swap(&cx, &visit)
                    .await
                    .map(|swap| super::Ended::Done(format!("{swap:?}")))
            })
        })
    });
    let tracking = Arc::clone(port);
    let attribute = Probe::read("tracking.attribute", move |_, _| {
        let port = tracking.clone();
        let call = TrackedCall {
            number: number_of("+14045550100")?,
            caller: None,
            at: Timestamp::now(),
        };
        Ok(|cx| boxed(async move { port.attribute(&cx, &call).await.map(read) }))
    });
    let tracking = Arc::clone(port);
    let sessions = Probe::read("tracking.sessions", move |_, thing| {
        let port = tracking.clone();
        let query = SessionQuery {
            pool: thing.pool()?,
            period: today()?,
            page: PageRequest::first(1),
        };
        Ok(|cx| boxed(async move { port.sessions(&cx, &query).await.map(read) }))
    });
    probes.extend([
        swap.needing(Needs::Pool),
        attribute,
        sessions.needing(Needs::Pool),
    ]);
}

/// Somebody who has not been there before comes from an advertisement.
pub(in crate::conformance) fn visit(pool: UpstreamRef) -> Result<Visit, Broken> {
    Ok(Visit {
        pools: vec![pool],
        visitor: fresh()?.1,
        landing_page: "https://www.example.com/?gclid=conformance".to_owned(),
        referrer: Some("https://www.example.org/".to_owned()),
    })
}

/// Twenty-four hours around now.
pub(in crate::conformance) fn today() -> Result<Period, Broken> {
    let (now, half) = (Timestamp::now(), SignedDuration::from_hours(12));
    Period::new(now - half, now + half).map_err(|error| Broken::new(error.to_string()))
}
