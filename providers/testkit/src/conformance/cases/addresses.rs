//! Where requests go.

use provider_core::domain::{
    CallCenterRef, CallStatisticsQuery, CustomerRef, DealerFilter, GroupRef, KpiFilter, KpiGrouping,
    KpiQuery, Leftover, NumberOrder, NumberRef, PageRequest, PageToken, PoolOrder, PoolRetirement,
    UpstreamRef,
};
use provider_core::provider::Ports;
use url::Url;

use crate::conformance::bench::{Bench, Manner, context, in_time};
use crate::conformance::samples::{Samples, needed, number_of};
use crate::conformance::stage::Stage;
use crate::conformance::{Broken, Subject, Verdict, ensure};
use crate::twin::Exchange;

/// Where the base URL has a path, the upstream is there and nowhere else.
const BASE_PATH: &str = "/conformance/v3";

/// What leads elsewhere, where it is put into a URL as it is.
const HOSTILE: [&str; 12] = [
    "../../admin",
    "..",
    ".",
    "a/../../../admin",
    "%2e%2e/%2e%2e/admin",
    "..%2f..%2fadmin",
    "..\\..\\admin",
    "x?admin=1",
    "x#admin",
    "x&admin=1",
    "//elsewhere.example/admin",
    "http://elsewhere.example/admin",
];

pub(super) async fn no_request_leaves_the_base_url(subject: &Subject) -> Verdict {
    let bench = Bench::open_under(subject, BASE_PATH).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let reached = stage.reaching().await.map(|reaching| reaching.len());
    let health = stage.instance.health(&context()).await;
    below(&bench.twin.exchanges())?;
    reached?;
    let health = health?;
    ensure(health.last_error.is_none(), || {
        format!("below a path the health is {health:?}")
    })?;
    bench.nothing_unexpected()
}

pub(super) async fn hostile_references_stay_below_the_base_url(subject: &Subject) -> Verdict {
    let bench = Bench::open_under(subject, BASE_PATH).await?;
    let instance = bench.instance(Manner::PATIENT)?;
    let mut asked = 0;
    for text in HOSTILE {
        asked += in_time(text, ask(instance.ports(), &Samples::new(bench.known()), text)).await??;
    }
    ensure(asked > 0, || "nothing could be asked about anything".to_owned())?;
    below(&bench.twin.exchanges())
}

fn below(sent: &[Exchange]) -> Verdict {
    for exchange in sent {
        let target = &exchange.target;
        let url = Url::parse("http://127.0.0.1").and_then(|base| base.join(target));
        let url = url.map_err(|error| Broken::new(format!("{target}: {error}")))?;
        let path = target.split('?').next().unwrap_or_default();
        let inside = path
            .strip_prefix(BASE_PATH)
            .is_some_and(|rest| rest.starts_with('/'));
        ensure(inside && url.path() == path, || {
            format!(
                "a request was not below {BASE_PATH}: {} {target}",
                exchange.method
            )
        })?;
        ensure(!url.query_pairs().any(|(name, _)| name == "admin"), || {
            format!(
                "a reference got a parameter into the query: {} {target}",
                exchange.method
            )
        })?;
    }
    Ok(())
}

/// Asks about things of a hostile name, and counts the questions. What is answered does not matter, only that it is
/// an answer.
async fn ask(ports: &Ports, samples: &Samples<'_>, text: &str) -> Result<u32, Broken> {
    let asked = ask_numbers(ports, samples, text).await? + ask_pools(ports, samples, text).await?;
    Ok(asked + ask_figures(ports, samples, text).await?)
}

async fn ask_numbers(ports: &Ports, samples: &Samples<'_>, text: &str) -> Result<u32, Broken> {
    let (cx, reference, mut asked) = (context(), reference(text)?, 0);
    if let Some(orders) = &ports.orders {
        let order = NumberOrder {
            group: group(samples.group()?, text),
            name: text.to_owned(),
            ..samples.order()?
        };
        let _ = orders.place(&cx, &order).await;
        let _ = orders.get(&cx, &reference).await;
        let _ = orders.find(&cx, &order).await;
        asked += 1;
    }
    if let Some(holds) = &ports.holds {
        let _ = holds.release_hold(&cx, &reference).await;
        asked += 1;
    }
    if let Some(inventory) = &ports.inventory {
        let number = NumberRef {
            number: number_of("+14045550100")?,
            external_id: Some(reference),
        };
        let page = PageRequest {
            limit: 1,
            after: Some(PageToken(text.to_owned())),
        };
        let _ = inventory.list(&cx, &page).await;
        let _ = inventory.suspend(&cx, &number).await;
        let _ = inventory.release(&cx, &number).await;
        asked += 1;
    }
    if let Some(search) = &ports.search {
        let _ = search.search(&cx, &samples.query()?).await;
        asked += 1;
    }
    Ok(asked)
}

async fn ask_pools(ports: &Ports, samples: &Samples<'_>, text: &str) -> Result<u32, Broken> {
    let Some(pools) = &ports.pools else {
        return Ok(0);
    };
    let (cx, reference) = (context(), reference(text)?);
    let order = PoolOrder {
        group: group(samples.group()?, text),
        name: text.to_owned(),
        ..samples.pool(pools.terms())?
    };
    let retirement = PoolRetirement {
        pool: reference.clone(),
        leftover: Leftover::Release,
    };
    let _ = pools.create(&cx, &order).await;
    let _ = pools.get(&cx, &reference).await;
    let _ = pools.retire(&cx, &retirement).await;
    let _ = pools.find(&cx, &order).await;
    Ok(1)
}

async fn ask_figures(ports: &Ports, samples: &Samples<'_>, text: &str) -> Result<u32, Broken> {
    let (cx, mut asked) = (context(), 0);
    if let Some(kpis) = &ports.kpis {
        let grouping = kpis
            .terms()
            .groupings
            .first()
            .copied()
            .unwrap_or(KpiGrouping::Summary);
        let filter = KpiFilter {
            dealer: Some(DealerFilter::Code(text.to_owned())),
            ..KpiFilter::default()
        };
        let _ = kpis.count(&cx, &KpiQuery { grouping, filter }).await;
        asked += 1;
    }
    if let Some(stats) = &ports.call_stats {
        let customer = CustomerRef {
            id: 1,
            code: text.to_owned(),
        };
        let query = CallStatisticsQuery {
            customer: Some(customer).filter(|_| stats.terms().any_customer),
            employees: vec![text.to_owned()],
            ..samples.calls(stats.terms())?
        };
        let _ = stats.report(&cx, &query).await;
        asked += 1;
    }
    if let Some(centers) = &ports.call_centers {
        let known = needed(samples.known().call_center.clone(), "call_center")?;
        let (range, _) = needed(samples.known().period.clone(), "period")?;
        let named = CallCenterRef {
            name: text.to_owned(),
            ..known.clone()
        };
        let grouped = CallCenterRef {
            group: group(known.group.clone(), text),
            ..known
        };
        for center in [named, grouped] {
            let _ = centers.reporting(&cx, &center).await;
            let _ = centers.statistics(&cx, &center, &range).await;
        }
        asked += 1;
    }
    Ok(asked)
}

/// A group that nobody has named for the upstream but itself.
fn group(known: GroupRef, text: &str) -> GroupRef {
    GroupRef {
        name: format!("Hostile {text}"),
        external_id: Some(text.to_owned()),
        ..known
    }
}

fn reference(text: &str) -> Result<UpstreamRef, Broken> {
    UpstreamRef::parse(text).map_err(|error| Broken::new(error.to_string()))
}
