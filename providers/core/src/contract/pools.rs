//! Checks of [`NumberPools`](crate::port::NumberPools).

use std::sync::Arc;

use super::paging::pages_of_any_size_are_the_same;
use super::{Broken, Verdict, done, ensure, port, ports, refused_as, settled};
use crate::call::CallContext;
use crate::domain::{
    Leftover, PageRequest, PoolOrder, PoolReceipt, PoolResize, PoolRetirement, PoolUpdate, UpstreamRef,
};
use crate::error::ErrorKind;
use crate::outcome::{Outcome, RefusalCode};
use crate::port::{NumberPools, PoolChange};
use crate::provider::Provider;

/// Orders a pool, and waits for it where it does not come at once.
///
/// # Errors
/// [`Broken`] when it does not come at all.
pub async fn created(
    pools: &Arc<dyn NumberPools>,
    cx: &CallContext,
    order: &PoolOrder,
) -> Result<PoolReceipt, Broken> {
    settle(pools, cx, pools.create(cx, order).await?).await
}

async fn settle(
    pools: &Arc<dyn NumberPools>,
    cx: &CallContext,
    outcome: Outcome<PoolReceipt>,
) -> Result<PoolReceipt, Broken> {
    settled(outcome, async |reference| pools.get(cx, &reference).await).await
}

/// A pool ordered twice with one token is one pool, and shows what was ordered when it is read back.
///
/// # Errors
/// [`Broken`] when it doesn't. The guard itself checks quantity, match, duplicates and route.
pub async fn same_token_gives_same_pool(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &PoolOrder,
) -> Verdict {
    let pools = port(ports(provider).pools.as_ref(), "pools")?;
    ensure(pools.terms().idempotent_by_token, || {
        "the terms don't promise idempotency".to_owned()
    })?;
    let first = created(&pools, cx, order).await?;
    let second = created(&pools, cx, order).await?;
    ensure(
        first.external_id == second.external_id && first.numbers == second.numbers,
        || format!("one token gave {first:?}, then {second:?}"),
    )?;
    let read = done(pools.get(cx, &first.external_id).await?)?;
    ensure(read.numbers == first.numbers, || {
        format!("{first:?} was ordered, {read:?} was read")
    })?;
    ensure(
        read.replacement.is_none_or(|read| read == order.replacement),
        || "the replacement configuration is another when read back".to_owned(),
    )
}

/// A pool larger than the stock is refused whole: the stock is as it was, and a smaller pool that takes all
/// of it succeeds.
///
/// # Errors
/// [`Broken`] when it doesn't.
pub async fn a_pool_is_all_or_nothing(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    too_large: &PoolOrder,
    all_of_it: &PoolOrder,
) -> Verdict {
    ensure(!too_large.allow_partial, || {
        "the large pool must not allow a part".to_owned()
    })?;
    let pools = port(ports(provider).pools.as_ref(), "pools")?;
    match pools.create(cx, too_large).await? {
        Outcome::Refused(refusal) if refusal.code == RefusalCode::NoStock => {}
        other => return Err(Broken(format!("expected a refusal, got {other:?}"))),
    }
    created(&pools, cx, all_of_it).await.map(|_| ())
}

/// A pool that is retired is gone, and its numbers are accounted for; retiring it again is done too.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn a_retired_pool_accounts_for_its_numbers(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &PoolOrder,
) -> Verdict {
    let pools = port(ports(provider).pools.as_ref(), "pools")?;
    let pool = created(&pools, cx, order).await?;
    let retirement = PoolRetirement {
        pool: pool.external_id.clone(),
        leftover: Leftover::Release,
    };
    if !pools.terms().changes.contains(&PoolChange::Retire) {
        return refused_as(pools.retire(cx, &retirement).await, ErrorKind::Unsupported);
    }
    let receipt = done(pools.retire(cx, &retirement).await?)?;
    let accounted = |number| receipt.released.contains(number) || receipt.kept.contains(number);
    ensure(
        receipt.found && pool.numbers.iter().all(|entry| accounted(&entry.number)),
        || {
            format!(
                "{:?} had {:?}, its retirement tells of {receipt:?}",
                pool.external_id, pool.numbers
            )
        },
    )?;
    done(pools.retire(cx, &retirement).await?).map(|_| ())
}

/// A pool is found by the token of its order once that was placed, and not before.
///
/// # Errors
/// [`Broken`] when it isn't. Where the terms say that pools can't be found, asking must be refused.
pub async fn an_order_is_found_by_its_token(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &PoolOrder,
) -> Verdict {
    let pools = port(ports(provider).pools.as_ref(), "pools")?;
    if !pools.terms().findable_by_token {
        return refused_as(pools.find(cx, order).await, ErrorKind::Unsupported);
    }
    let before = pools.find(cx, order).await?;
    ensure(before.is_none(), || {
        format!("found before it was placed: {before:?}")
    })?;
    let placed = created(&pools, cx, order).await?;
    let found = pools.find(cx, order).await?;
    let found = found.ok_or_else(|| Broken("not found by its token".to_owned()))?;
    let found = settle(&pools, cx, found).await?;
    ensure(
        placed.external_id == found.external_id && placed.numbers == found.numbers,
        || format!("{placed:?} was placed, {found:?} was found"),
    )
}

/// Every declared change shows when the pool is read again, and can be made twice.
///
/// # Errors
/// [`Broken`] when it doesn't. The guard itself refuses the others.
pub async fn changes_are_kept(provider: &Arc<dyn Provider>, cx: &CallContext, order: &PoolOrder) -> Verdict {
    let pools = port(ports(provider).pools.as_ref(), "pools")?;
    let changes = pools.terms().changes.clone();
    if changes.is_empty() {
        return Ok(());
    }
    let pool = created(&pools, cx, order).await?.external_id;
    let update = PoolUpdate {
        pool: pool.clone(),
        name: None,
        match_period_minutes: Some(*pools.terms().match_period_minutes.start()),
        replacement: None,
        route: None,
    };
    let resize = PoolResize {
        token: order.token.clone(),
        pool: pool.clone(),
        quantity: 1,
        leftover: Leftover::Release,
        allow_partial: false,
    };
    for change in [
        PoolChange::Resize,
        PoolChange::Resize,
        PoolChange::Update,
        PoolChange::Update,
    ] {
        if !changes.contains(&change) {
            continue;
        }
        let told = match change {
            PoolChange::Update => done(pools.update(cx, &update).await?)?,
            _ => done(pools.resize(cx, &resize).await?)?,
        };
        let kept = done(pools.get(cx, &pool).await?)?;
        ensure(
            told.numbers == kept.numbers && told.match_period_minutes == kept.match_period_minutes,
            || format!("after {change} {told:?} was told, {kept:?} was kept"),
        )?;
        let minutes = kept.match_period_minutes.filter(|_| change == PoolChange::Update);
        ensure(
            minutes.is_none() || minutes == update.match_period_minutes,
            || format!("{update:?} was wished for, {kept:?} was kept"),
        )?;
    }
    Ok(())
}

/// Pools that were ordered are listed, alike in pages of any size. Where the terms have no listing, it is
/// refused.
///
/// # Errors
/// [`Broken`] when they aren't.
pub async fn pools_are_listed(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    orders: &[PoolOrder],
) -> Verdict {
    let pools = port(ports(provider).pools.as_ref(), "pools")?;
    let pools = &pools;
    let largest = pools.terms().largest_page;
    if largest == 0 {
        let first = pools.list(cx, &PageRequest::first(1)).await;
        return refused_as(first, ErrorKind::Unsupported);
    }
    let mut ours = Vec::new();
    for order in orders {
        ours.push(created(pools, cx, order).await?.external_id);
    }
    let name = |pool: &PoolReceipt| pool.external_id.clone();
    let page = |request| async move { pools.list(cx, &request).await };
    let all = pages_of_any_size_are_the_same(largest, name, page).await?;
    let listed = |pool: &&UpstreamRef| all.iter().any(|receipt| receipt.external_id == **pool);
    ensure(ours.iter().all(|pool| listed(&pool)), || {
        format!("{ours:?} were ordered, {all:?} are listed")
    })
}
