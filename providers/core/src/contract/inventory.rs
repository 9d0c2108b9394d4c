//! Checks of [`NumberInventory`](crate::port::NumberInventory) alone; what it has to do with orders stands in
//! [`orders`](super::orders).

use std::sync::Arc;

use strum::IntoEnumIterator;

use super::paging::pages_of_any_size_are_the_same;
use super::{Broken, Verdict, done, ensure, port, ports, refused_as};
use crate::call::CallContext;
use crate::domain::{CallRoute, E164, NumberReceipt, NumberRef, PageRequest};
use crate::error::ErrorKind;
use crate::port::{InventoryChange, NumberInventory};
use crate::provider::Provider;

/// The listing holds every one of these numbers, is the same in pages of any size, and refuses pages outside
/// the terms.
///
/// # Errors
/// [`Broken`] when it doesn't.
pub async fn numbers_are_listed(provider: &Arc<dyn Provider>, cx: &CallContext, ours: &[E164]) -> Verdict {
    let inventory = port(ports(provider).inventory.as_ref(), "inventory")?;
    let inventory = &inventory;
    let largest = inventory.terms().largest_page;
    for limit in [0, largest.saturating_add(1)] {
        let page = inventory.list(cx, &PageRequest::first(limit)).await;
        refused_as(page, ErrorKind::InvalidRequest)?;
    }
    let number = |receipt: &NumberReceipt| receipt.number.clone();
    let page = |request| async move { inventory.list(cx, &request).await };
    let all = pages_of_any_size_are_the_same(largest, number, page).await?;
    let missing: Vec<&E164> = ours
        .iter()
        .filter(|number| !all.iter().any(|receipt| receipt.number == **number))
        .collect();
    ensure(missing.is_empty(), || {
        format!("{missing:?} are not in the listing")
    })
}

/// A number that is not ours is nothing, not an error.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn a_foreign_number_is_nothing(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    foreign: &E164,
) -> Verdict {
    let inventory = port(ports(provider).inventory.as_ref(), "inventory")?;
    let found = inventory.get(cx, foreign).await?;
    ensure(found.is_none(), || format!("{foreign} is ours: {found:?}"))
}

/// Every declared change shows when the number is read again, and can be made twice; every other one is
/// refused. The number is in service at first, and is released at the end where that is possible.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn changes_are_kept(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    number: &NumberRef,
    route: &CallRoute,
) -> Verdict {
    let inventory = port(ports(provider).inventory.as_ref(), "inventory")?;
    for change in InventoryChange::iter() {
        if inventory.terms().changes.contains(&change) {
            for _ in 0..2 {
                make(&*inventory, cx, change, number, route).await?;
            }
        } else {
            refused(&*inventory, cx, change, number, route).await?;
        }
    }
    Ok(())
}

async fn make(
    inventory: &dyn NumberInventory,
    cx: &CallContext,
    change: InventoryChange,
    number: &NumberRef,
    route: &CallRoute,
) -> Verdict {
    let told = match change {
        InventoryChange::SetRoute => done(inventory.set_route(cx, number, route).await?)?,
        InventoryChange::Suspend => done(inventory.suspend(cx, number).await?)?,
        InventoryChange::Resume => done(inventory.resume(cx, number).await?)?,
        InventoryChange::Release => return done(inventory.release(cx, number).await?).map(|_| ()),
    };
    let kept = inventory.get(cx, &number.number).await?;
    let kept = kept.ok_or_else(|| Broken(format!("{} is gone after {change}", number.number)))?;
    ensure(kept.status == told.status && kept.route == told.route, || {
        format!("after {change} {told:?} was told, {kept:?} was kept")
    })
}

async fn refused(
    inventory: &dyn NumberInventory,
    cx: &CallContext,
    change: InventoryChange,
    number: &NumberRef,
    route: &CallRoute,
) -> Verdict {
    let kind = ErrorKind::Unsupported;
    match change {
        InventoryChange::SetRoute => refused_as(inventory.set_route(cx, number, route).await, kind),
        InventoryChange::Suspend => refused_as(inventory.suspend(cx, number).await, kind),
        InventoryChange::Resume => refused_as(inventory.resume(cx, number).await, kind),
        InventoryChange::Release => refused_as(inventory.release(cx, number).await, kind),
    }
}
