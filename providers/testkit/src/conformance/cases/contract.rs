//! What is inside the terms is answered, and answers keep the promises of their port.

use std::collections::BTreeSet;

use provider_core::contract::{
    call_centers, call_stats, holds, inventory, kpis, orders, pools, search, tracking,
};
use provider_core::domain::{
    CallCenterRef, CallDirection, CallStatisticsQuery, DealerFilter, KpiFilter, KpiGrouping, KpiKey,
    KpiQuery, KpiStatusFilter, NumberMatch, NumberQuery, NumberRef, PoolOrder,
};
use provider_core::error::ErrorKind;
use provider_core::outcome::{Outcome, RefusalCode};
use provider_core::port::NumberKpis;
use provider_core::provider::Capability;

use crate::conformance::bench::{Bench, Manner, context};
use crate::conformance::probe::visit;
use crate::conformance::samples::{Samples, needed, number_of, with_prefix};
use crate::conformance::stage::{Stage, done, there};
use crate::conformance::{Broken, Subject, Verdict, ensure};

/// Each declared selector finds numbers, and nothing is an empty list.
pub(super) async fn search_does_what_it_promises(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Search)? {
        return Ok(());
    }
    let (provider, cx, samples) = (bench.provider()?, context(), Samples::new(bench.known()));
    let instance = bench.instance(Manner::PATIENT)?;
    let port = there(instance.ports().search.as_ref(), "search")?;
    for selector in &port.terms().matches.selectors {
        let matching = samples.matching(*selector)?;
        let query = |matching: &NumberMatch, limit| NumberQuery {
            matching: matching.clone(),
            limit,
            widen: false,
        };
        for limit in [1, port.terms().largest_limit] {
            search::answers_satisfy_the_match(&provider, &cx, &query(&matching, limit)).await?;
        }
        let found = port.search(&cx, &query(&matching, 1)).await?;
        let filtered = found
            .first()
            .and_then(|stock| with_prefix(&matching, &stock.number));
        if let Some(filtered) = filtered.filter(|_| port.terms().matches.prefix_filter) {
            search::answers_satisfy_the_match(&provider, &cx, &query(&filtered, 1)).await?;
        }
    }
    let nothing = NumberQuery {
        matching: needed(bench.known().sold_out.clone(), "match `sold_out`")?,
        limit: 1,
        widen: false,
    };
    search::nothing_is_an_empty_list(&provider, &cx, &nothing).await?;
    bench.nothing_unexpected()
}

pub(super) async fn holds_do_what_they_promise(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Holds)? {
        return Ok(());
    }
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let port = there(stage.instance.ports().holds.as_ref(), "holds")?;
    let number = stage.stock_number().await?;
    let request = stage.samples.hold(port.terms(), number.clone())?;
    let rival = stage.samples.hold(port.terms(), number)?;
    let (provider, cx) = (bench.provider()?, context());
    holds::a_held_number_is_exclusive(&provider, &cx, &request, &rival).await?;
    if port.terms().idempotent_by_token {
        let request = stage.samples.hold(port.terms(), stage.stock_number().await?)?;
        let first = done(port.hold(&cx, &request).await?)?;
        let second = done(port.hold(&cx, &request).await?)?;
        ensure(first.hold == second.hold, || {
            format!("one token gave {first:?}, then {second:?}")
        })?;
    }
    bench.nothing_unexpected()
}

/// Each declared selector sells a number, and what is said of tokens is so.
pub(super) async fn orders_do_what_they_promise(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Orders)? {
        return Ok(());
    }
    let (provider, cx, samples) = (bench.provider()?, context(), Samples::new(bench.known()));
    let instance = bench.instance(Manner::PATIENT)?;
    let port = there(instance.ports().orders.as_ref(), "orders")?;
    let mut bought = BTreeSet::new();
    for selector in &port.terms().matches.selectors {
        let matching = samples.matching(*selector)?;
        let first = orders::bought(port, &cx, &samples.order_of(matching.clone())?)
            .await?
            .number;
        let filtered = with_prefix(&matching, &first).filter(|_| port.terms().matches.prefix_filter);
        let again = samples.order_of(filtered.unwrap_or(matching))?;
        for number in [first, orders::bought(port, &cx, &again).await?.number] {
            ensure(bought.insert(number.clone()), || {
                format!("{number} was sold twice")
            })?;
        }
    }
    if port.terms().idempotent_by_token {
        orders::same_token_gives_same_number(&provider, &cx, &samples.order()?).await?;
        let order = samples.order()?;
        let another = provider_core::domain::NumberOrder {
            name: format!("{} of another", order.name),
            ..order.clone()
        };
        orders::a_used_token_is_refused_for_another_order(&provider, &cx, &order, &another).await?;
    }
    orders::an_order_is_found_by_its_token(&provider, &cx, &samples.order()?).await?;
    bench.nothing_unexpected()
}

pub(super) async fn inventory_does_what_it_promises(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Inventory)? {
        return Ok(());
    }
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let (provider, cx) = (bench.provider()?, context());
    let mut ours: Vec<NumberRef> = Vec::new();
    if bench.has(Capability::Orders)? {
        for _ in 0..5 {
            ours.push(stage.number().await?);
        }
        orders::a_number_is_ours_until_it_is_released(&provider, &cx, &stage.samples.order()?).await?;
    } else {
        ours.push(stage.number().await?);
    }
    let numbers: Vec<_> = ours.iter().map(|number| number.number.clone()).collect();
    inventory::numbers_are_listed(&provider, &cx, &numbers).await?;
    inventory::a_foreign_number_is_nothing(&provider, &cx, &number_of("+14045550100")?).await?;
    if let Some(number) = ours.last() {
        inventory::changes_are_kept(&provider, &cx, number, &stage.samples.route(None)?).await?;
    }
    bench.nothing_unexpected()
}

/// Each declared selector gives a pool, and what is said of tokens and changes is so.
pub(super) async fn pools_do_what_they_promise(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Pools)? {
        return Ok(());
    }
    let (provider, cx, samples) = (bench.provider()?, context(), Samples::new(bench.known()));
    let instance = bench.instance(Manner::PATIENT)?;
    let port = there(instance.ports().pools.as_ref(), "pools")?;
    let terms = port.terms();
    let mut bought = BTreeSet::new();
    for selector in &terms.matches.selectors {
        for match_period_minutes in [
            *terms.match_period_minutes.start(),
            *terms.match_period_minutes.end(),
        ] {
            let order = PoolOrder {
                match_period_minutes,
                ..samples.pool_of(terms, samples.pool_matching(*selector)?)?
            };
            for entry in pools::created(port, &cx, &order).await?.numbers {
                ensure(bought.insert(entry.number.clone()), || {
                    format!("{} was sold twice", entry.number)
                })?;
            }
        }
    }
    if terms.idempotent_by_token {
        pools::same_token_gives_same_pool(&provider, &cx, &samples.pool(terms)?).await?;
    }
    let largest = PoolOrder {
        quantity: terms.largest_quantity,
        ..samples.pool(terms)?
    };
    match port.create(&cx, &largest).await? {
        Outcome::Done(_) | Outcome::Pending { .. } => {}
        Outcome::Refused(refusal) if refusal.code == RefusalCode::NoStock => {}
        other => {
            return Err(Broken::new(format!(
                "a pool of the largest size ended with {other:?}"
            )));
        }
    }
    pools::an_order_is_found_by_its_token(&provider, &cx, &samples.pool(terms)?).await?;
    pools::a_retired_pool_accounts_for_its_numbers(&provider, &cx, &samples.pool(terms)?).await?;
    pools::changes_are_kept(&provider, &cx, &samples.pool(terms)?).await?;
    pools::pools_are_listed(&provider, &cx, &[samples.pool(terms)?, samples.pool(terms)?]).await?;
    bench.nothing_unexpected()
}

pub(super) async fn tracking_does_what_it_promises(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Tracking)? {
        return Ok(());
    }
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let pool = stage.pool().await?;
    let (first, rival) = (visit(pool.clone())?, visit(pool)?);
    tracking::a_visitor_keeps_a_number(&bench.provider()?, &context(), &first, &rival).await?;
    bench.nothing_unexpected()
}

/// Every grouping under every filter is answered, and the counts agree.
pub(super) async fn kpis_do_what_they_promise(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::Kpis)? {
        return Ok(());
    }
    let (provider, cx) = (bench.provider()?, context());
    let instance = bench.instance(Manner::PATIENT)?;
    let port = there(instance.ports().kpis.as_ref(), "kpis")?;
    let terms = port.terms();
    kpis::every_status_filter_is_a_part_of_all(&provider, &cx).await?;
    let all = KpiFilter::default();
    let by_status = terms.statuses.iter().map(|status| KpiFilter {
        status: *status,
        ..all.clone()
    });
    let mut filters: Vec<KpiFilter> = by_status.collect();
    if terms.filters_dealers {
        let dealers = [Some(DealerFilter::Unassigned), a_dealer(&**port).await?];
        filters.extend(dealers.into_iter().flatten().map(|dealer| KpiFilter {
            dealer: Some(dealer),
            ..all.clone()
        }));
    }
    filters.extend(terms.number_types.iter().map(|wanted| KpiFilter {
        number_type: Some(*wanted),
        ..all.clone()
    }));
    let everything = KpiFilter {
        status: terms.statuses.last().copied().unwrap_or(KpiStatusFilter::All),
        dealer: filters.iter().rev().find_map(|filter| filter.dealer.clone()),
        number_type: terms.number_types.first().copied(),
    };
    for filter in filters.iter().chain([&everything]) {
        kpis::groupings_add_up_alike(&provider, &cx, filter).await?;
    }
    bench.nothing_unexpected()
}

/// A dealer that has numbers, where they can be counted by dealer.
async fn a_dealer(port: &dyn NumberKpis) -> Result<Option<DealerFilter>, Broken> {
    let grouping = KpiGrouping::Dealer;
    if !port.terms().groupings.contains(&grouping) {
        return Ok(None);
    }
    let filter = KpiFilter::default();
    let answer = port.count(&context(), &KpiQuery { grouping, filter }).await?;
    let code = answer.rows.into_iter().find_map(|row| match row.key {
        KpiKey::Dealer(code) => code,
        _ => None,
    });
    Ok(code.map(DealerFilter::Code))
}

/// Every interval, direction, field and format is answered, and the counts agree.
pub(super) async fn call_stats_do_what_they_promise(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::CallStats)? {
        return Ok(());
    }
    let (provider, cx) = (bench.provider()?, context());
    let instance = bench.instance(Manner::PATIENT)?;
    let port = there(instance.ports().call_stats.as_ref(), "call_stats")?;
    let all = Samples::new(bench.known()).calls(port.terms())?;
    let report = port.report(&cx, &all).await?;
    ensure(!report.rows.is_empty(), || {
        "nobody called in the known period".to_owned()
    })?;
    for direction in [CallDirection::In, CallDirection::Out] {
        port.report(
            &cx,
            &CallStatisticsQuery {
                direction,
                ..all.clone()
            },
        )
        .await?;
    }
    let filtered = CallStatisticsQuery {
        ignore_below_seconds: 10,
        ignore_local: true,
        ..all.clone()
    };
    port.report(&cx, &filtered).await?;
    let employees = bench.known().employees.clone();
    ensure(!employees.is_empty(), || {
        "the subject's `Known` must name `employees` for this case".to_owned()
    })?;
    let named = CallStatisticsQuery {
        employees,
        ..all.clone()
    };
    call_stats::named_employees_are_answered(&provider, &cx, &named).await?;
    call_stats::intervals_add_up_alike(&provider, &cx, &all).await?;
    call_stats::only_wanted_fields_are_given(&provider, &cx, &all).await?;
    call_stats::every_format_is_made(&provider, &cx, &all).await?;
    bench.nothing_unexpected()
}

pub(super) async fn call_centers_do_what_they_promise(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    if !bench.has(Capability::CallCenters)? {
        return Ok(());
    }
    let (provider, cx) = (bench.provider()?, context());
    let center = needed(bench.known().call_center.clone(), "call_center")?;
    let (range, _) = needed(bench.known().period.clone(), "period")?;
    call_centers::an_update_is_kept(&provider, &cx, &center).await?;
    call_centers::statistics_are_repeatable(&provider, &cx, &center, &range).await?;
    call_centers::a_call_center_is_listed(&provider, &cx, &center).await?;
    let unknown = CallCenterRef {
        name: "no-such-call-center@example.com".to_owned(),
        ..center.clone()
    };
    call_centers::an_unknown_call_center_is_not_found(&provider, &cx, &unknown, &range).await?;
    let future = provider_core::domain::Period::new(
        jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24),
        jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48),
    );
    let future = future.map_err(|error| Broken::new(error.to_string()))?;
    let instance = bench.instance(Manner::PATIENT)?;
    let port = there(instance.ports().call_centers.as_ref(), "call_centers")?;
    match port.statistics(&cx, &center, &future).await {
        Err(error) if error.kind() == ErrorKind::InvalidRequest => {}
        other => return Err(Broken::new(format!("a time that has not come gave {other:?}"))),
    }
    bench.nothing_unexpected()
}
