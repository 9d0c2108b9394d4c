//! Checks of [`NumberOrders`](crate::port::NumberOrders) and
//! [`NumberInventory`](crate::port::NumberInventory).

use std::sync::Arc;

use super::{Broken, Verdict, done, ensure, port, ports, refused_as, settled};
use crate::call::CallContext;
use crate::domain::{NumberOrder, NumberReceipt, NumberRef};
use crate::error::ErrorKind;
use crate::outcome::{Outcome, RefusalCode};
use crate::port::{InventoryChange, NumberOrders};
use crate::provider::Provider;

/// Places an order, and waits for the number where it does not come at once.
///
/// # Errors
/// [`Broken`] when it does not come at all.
pub async fn bought(
    orders: &Arc<dyn NumberOrders>,
    cx: &CallContext,
    order: &NumberOrder,
) -> Result<NumberReceipt, Broken> {
    settle(orders, cx, orders.place(cx, order).await?).await
}

async fn settle(
    orders: &Arc<dyn NumberOrders>,
    cx: &CallContext,
    outcome: Outcome<NumberReceipt>,
) -> Result<NumberReceipt, Broken> {
    settled(outcome, async |reference| orders.get(cx, &reference).await).await
}

/// An order placed twice with one token gives one number and one answer.
///
/// # Errors
/// [`Broken`] when it doesn't, or when the terms don't promise it.
pub async fn same_token_gives_same_number(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &NumberOrder,
) -> Verdict {
    let orders = port(ports(provider).orders.as_ref(), "orders")?;
    ensure(orders.terms().idempotent_by_token, || {
        "the terms don't promise idempotency".to_owned()
    })?;
    let first = bought(&orders, cx, order).await?;
    let second = bought(&orders, cx, order).await?;
    ensure(
        first.number == second.number && first.external_id == second.external_id,
        || format!("one token gave {first:?}, then {second:?}"),
    )
}

/// A token that was used for one order is refused for another.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn a_used_token_is_refused_for_another_order(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &NumberOrder,
    another: &NumberOrder,
) -> Verdict {
    ensure(order.token == another.token, || {
        "the two orders need one token".to_owned()
    })?;
    let orders = port(ports(provider).orders.as_ref(), "orders")?;
    bought(&orders, cx, order).await?;
    refused_for(orders.place(cx, another).await?, RefusalCode::TokenConflict)
}

/// An order for what is not in stock is refused with a definite no.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn an_empty_stock_is_a_refusal(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &NumberOrder,
) -> Verdict {
    let orders = port(ports(provider).orders.as_ref(), "orders")?;
    refused_for(orders.place(cx, order).await?, RefusalCode::NoStock)
}

/// An order is found by its token once it was placed, and not before.
///
/// # Errors
/// [`Broken`] when it isn't. Where the terms say that orders can't be found, asking must be refused.
pub async fn an_order_is_found_by_its_token(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &NumberOrder,
) -> Verdict {
    let orders = port(ports(provider).orders.as_ref(), "orders")?;
    if !orders.terms().findable_by_token {
        return refused_as(orders.find(cx, order).await, ErrorKind::Unsupported);
    }
    let before = orders.find(cx, order).await?;
    ensure(before.is_none(), || {
        format!("found before it was placed: {before:?}")
    })?;
    let placed = bought(&orders, cx, order).await?;
    let found = orders
        .find(cx, order)
        .await?
        .ok_or_else(|| Broken("not found by its token".to_owned()))?;
    same_number(&placed, &settle(&orders, cx, found).await?)
}

/// A number that was bought is in the inventory, and after its release it is not in service; releasing it
/// again is done too.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn a_number_is_ours_until_it_is_released(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    order: &NumberOrder,
) -> Verdict {
    let ports = ports(provider);
    let orders = port(ports.orders.as_ref(), "orders")?;
    let inventory = port(ports.inventory.as_ref(), "inventory")?;
    let placed = bought(&orders, cx, order).await?;
    let listed = inventory.get(cx, &placed.number).await?;
    let listed = listed.ok_or_else(|| Broken(format!("{} is not in the inventory", placed.number)))?;
    same_number(&placed, &listed)?;
    let number = NumberRef {
        number: placed.number.clone(),
        external_id: Some(placed.external_id.clone()),
    };
    if !inventory.terms().changes.contains(&InventoryChange::Release) {
        return refused_as(inventory.release(cx, &number).await, ErrorKind::Unsupported);
    }
    let released = done(inventory.release(cx, &number).await?)?;
    ensure(released.found, || {
        "the release did not find the number".to_owned()
    })?;
    let after = inventory.get(cx, &placed.number).await?;
    ensure(
        after.as_ref().is_none_or(|receipt| !receipt.status.is_assigned()),
        || format!("the number is still in service: {after:?}"),
    )?;
    done(inventory.release(cx, &number).await?).map(|_| ())
}

fn same_number(placed: &NumberReceipt, found: &NumberReceipt) -> Verdict {
    ensure(
        placed.number == found.number && placed.external_id == found.external_id,
        || format!("{placed:?} was placed, {found:?} was found"),
    )
}

fn refused_for<T: std::fmt::Debug>(outcome: Outcome<T>, code: RefusalCode) -> Verdict {
    match outcome {
        Outcome::Refused(refusal) if refusal.code == code => Ok(()),
        other => Err(Broken(format!("expected a refusal with {code}, got {other:?}"))),
    }
}
