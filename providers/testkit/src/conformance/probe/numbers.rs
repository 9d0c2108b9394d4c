//! Calls of the ports of numbers.

use std::sync::Arc;

use provider_core::call::Safety;
use provider_core::domain::PageRequest;
use provider_core::port::{InventoryChange, NumberHolds, NumberInventory, NumberOrders};
use provider_core::provider::Ports;

use super::{Needs, Probe, boxed, ended, read};

pub(super) fn add(probes: &mut Vec<Probe>, ports: &Ports) {
    if let Some(port) = ports.search.clone() {
        probes.push(Probe::read("search.search", move |samples, _| {
            let (port, query) = (port.clone(), samples.query()?);
            Ok(|cx| boxed(async move { port.search(&cx, &query).await.map(read) }))
        }));
    }
    if let Some(port) = &ports.holds {
        add_holds(probes, port);
    }
    if let Some(port) = &ports.orders {
        add_orders(probes, port);
    }
    if let Some(port) = &ports.inventory {
        add_inventory(probes, port);
    }
}

fn add_holds(probes: &mut Vec<Probe>, port: &Arc<dyn NumberHolds>) {
    let holds = Arc::clone(port);
    let hold = Probe::new(
        "holds.hold",
        by_token(port.terms().idempotent_by_token),
        move |samples, thing| {
            let request = samples.hold(holds.terms(), thing.stock_number()?)?;
            let port = holds.clone();
            Ok(|cx| boxed(async move { port.hold(&cx, &request).await.map(ended) }))
        },
    );
    let holds = Arc::clone(port);
    let release = Probe::new("holds.release_hold", Safety::Idempotent, move |_, thing| {
        let (port, hold) = (holds.clone(), thing.hold()?);
        Ok(|cx| boxed(async move { port.release_hold(&cx, &hold).await.map(ended) }))
    });
    probes.extend([hold.needing(Needs::StockNumber), release.needing(Needs::Hold)]);
}

fn add_orders(probes: &mut Vec<Probe>, port: &Arc<dyn NumberOrders>) {
    let orders = Arc::clone(port);
    let safety = by_token(port.terms().idempotent_by_token);
    probes.push(Probe::new("orders.place", safety, move |samples, _| {
        let (port, order) = (orders.clone(), samples.order()?);
        Ok(|cx| boxed(async move { port.place(&cx, &order).await.map(ended) }))
    }));
    let orders = Arc::clone(port);
    let get = Probe::read("orders.get", move |_, thing| {
        let (port, number) = (orders.clone(), thing.number()?);
        let reference = number.external_id;
        Ok(|cx| {
            boxed(async move {
                match reference {
                    Some(reference) => port.get(&cx, &reference).await.map(read),
                    None => Ok(read(())),
                }
            })
        })
    });
    probes.push(get.needing(Needs::Number));
    if port.terms().findable_by_token {
        let orders = Arc::clone(port);
        probes.push(Probe::read("orders.find", move |samples, _| {
            let (port, order) = (orders.clone(), samples.order()?);
            Ok(|cx| boxed(async move { port.find(&cx, &order).await.map(read) }))
        }));
    }
}

fn add_inventory(probes: &mut Vec<Probe>, port: &Arc<dyn NumberInventory>) {
    let inventory = Arc::clone(port);
    probes.push(Probe::read("inventory.list", move |_, _| {
        let port = inventory.clone();
        Ok(|cx| boxed(async move { port.list(&cx, &PageRequest::first(1)).await.map(read) }))
    }));
    let inventory = Arc::clone(port);
    let get = Probe::read("inventory.get", move |_, thing| {
        let (port, number) = (inventory.clone(), thing.number()?.number);
        Ok(|cx| boxed(async move { port.get(&cx, &number).await.map(read) }))
    });
    probes.push(get.needing(Needs::Number));
    for change in &port.terms().changes {
        probes.push(change_of(port, *change).needing(Needs::Number));
    }
}

fn change_of(port: &Arc<dyn NumberInventory>, change: InventoryChange) -> Probe {
    let operation = match change {
        InventoryChange::SetRoute => "inventory.set_route",
        InventoryChange::Suspend => "inventory.suspend",
        InventoryChange::Resume => "inventory.resume",
        InventoryChange::Release => "inventory.release",
    };
    let inventory = Arc::clone(port);
    Probe::new(operation, Safety::Idempotent, move |samples, thing| {
        let (port, number) = (inventory.clone(), thing.number()?);
        let route = samples.route(None)?;
        Ok(move |cx| {
            boxed(async move {
                match change {
                    InventoryChange::SetRoute => port.set_route(&cx, &number, &route).await.map(ended),
                    InventoryChange::Suspend => port.suspend(&cx, &number).await.map(ended),
                    InventoryChange::Resume => port.resume(&cx, &number).await.map(ended),
                    InventoryChange::Release => port.release(&cx, &number).await.map(ended),
                }
            })
        })
    })
}

pub(super) const fn by_token(honored: bool) -> Safety {
    if honored {
        Safety::Idempotent
    } else {
        Safety::Unsafe
    }
}
