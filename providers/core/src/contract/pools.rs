//! Checks of [`NumberPools`](crate::port::NumberPools).

use std::sync::Arc;

use super::{Broken, Verdict, done, ensure, port, ports, refused_as};
use crate::call::CallContext;
use crate::domain::{Leftover, PoolOrder, PoolRetirement};
use crate::error::ErrorKind;
use crate::outcome::{Outcome, RefusalCode};
use crate::port::PoolChange;
use crate::provider::Provider;

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
    let first = done(pools.create(cx, order).await?)?;
    let second = done(pools.create(cx, order).await?)?;
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
    done(pools.create(cx, all_of_it).await?).map(|_| ())
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
    let pool = done(pools.create(cx, order).await?)?;
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
