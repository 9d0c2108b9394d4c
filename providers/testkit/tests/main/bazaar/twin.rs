//! The carrier.

use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use provider_core::domain::*;
use provider_core::outcome::Outcome;
use provider_testkit::twin::{Sold, Twin, TwinReply, TwinRequest, Unexpected};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::state::{State, page};
use super::{Lie, counts as figures};

/// A carrier of 2000 toll-free numbers of the United States.
pub(crate) struct BazaarTwin {
    lie: Option<Lie>,
    slow: bool,
    state: Mutex<State>,
}

impl BazaarTwin {
    pub(crate) fn new(lie: Option<Lie>) -> Self {
        Self {
            lie,
            slow: false,
            state: Mutex::new(State::new()),
        }
    }

    /// One that does not carry out orders at once.
    pub(crate) fn slow() -> Self {
        Self {
            slow: true,
            ..Self::new(None)
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Twin for BazaarTwin {
    fn kind(&self) -> &'static str {
        "bazaar"
    }

    fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        let mut state = self.state();
        match (request.method(), request.segments().as_slice()) {
            ("GET", ["provider.health"]) => ok(&json!(null)),
            ("GET", ["search.search"]) => ok(&state.search(&asked(request)?)),
            ("GET", ["orders.find"]) => {
                let order: NumberOrder = asked(request)?;
                ok(&state
                    .orders
                    .get(&order.token)
                    .map(|(_, receipt)| Outcome::Done(receipt)))
            }
            ("GET", ["orders.get", name]) => found(
                state
                    .owned
                    .values()
                    .find(|receipt| receipt.external_id.as_str() == *name),
            ),
            ("GET", ["inventory.list"]) => ok(&page(
                state.owned.values(),
                |receipt| receipt.number.to_string(),
                &asked(request)?,
            )),
            ("GET", ["inventory.get", name]) => ok(&state
                .owned
                .values()
                .find(|receipt| receipt.number.as_str() == *name)),
            ("GET", ["pools.get", name]) => found(state.pools.get(*name).map(|(_, pool)| pool)),
            ("GET", ["pools.list"]) => {
                let pools = state.pools.values().map(|(_, pool)| pool);
                ok(&page(
                    pools,
                    |pool| pool.external_id.to_string(),
                    &asked(request)?,
                ))
            }
            ("GET", ["pools.find"]) => {
                let order: PoolOrder = asked(request)?;
                let found = state
                    .pools
                    .values()
                    .find(|(placed, _)| placed.token == order.token);
                ok(&found.map(|(_, pool)| Outcome::Done(pool)))
            }
            ("GET", ["tracking.attribute"]) => ok(&state.attribute(&asked(request)?)),
            ("GET", ["tracking.sessions"]) => ok(&state.sessions(&asked(request)?)),
            ("GET", ["kpis.count"]) => ok(&figures::count(&asked(request)?)),
            ("POST", ["call_stats.report"]) => ok(&figures::report(&request.json()?)),
            ("POST", ["call_stats.export"]) => {
                let _: (CallStatisticsQuery, ExportFormat) = request.json()?;
                ok(&"ZW1wbG95ZWUsY2FsbHMK")
            }
            ("GET", ["call_centers.list"]) => {
                let (group, request): (GroupRef, PageRequest) = asked(request)?;
                ok(&page(
                    figures::centers(&group).iter(),
                    |center| center.name.clone(),
                    &request,
                ))
            }
            ("GET", ["call_centers.reporting", name]) => {
                figures::knows(name).map_or_else(|| ok(&state.reporting), Ok)
            }
            ("GET", ["call_centers.statistics"]) => {
                let (center, range): (CallCenterRef, Period) = asked(request)?;
                figures::knows(&center.name).map_or_else(|| figures::statistics(range), Ok)
            }
            ("POST", ["orders.place"]) if self.slow => ok(&pending(state.place(&request.json()?))),
            ("POST", [operation]) => state.change(operation, request),
            _ => Err(request.not_described()),
        }
    }

    fn config(&self, base_url: &str, secret_file: &Path) -> toml::Table {
        let file = secret_file.to_string_lossy().into_owned();
        let mut config = toml::toml! {
            base_url = base_url
            secret = { file = (file.clone()) }
            auth = { bearer = { file = file } }
        };
        if let Some(lie) = self.lie {
            config.insert("lie".to_owned(), toml::Value::try_from(lie).unwrap());
        }
        config
    }

    fn remember(&self, sold: &Sold) {
        self.state().free.retain(|number| !sold.numbers.contains(number));
    }
}

impl State {
    fn change(&mut self, operation: &str, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        match operation {
            "holds.hold" => ok(&self.hold(&request.json()?)),
            "holds.release_hold" => {
                let hold: UpstreamRef = request.json()?;
                self.held.retain(|_, token| token.as_str() != hold.as_str());
                ok(&Outcome::Done(()))
            }
            "orders.place" => ok(&self.place(&request.json()?)),
            "inventory.set_route" => {
                let (number, route): (NumberRef, CallRoute) = request.json()?;
                ok(&self.amend(&number, |receipt| receipt.route = Some(route)))
            }
            "inventory.suspend" => ok(&self.amend(&request.json()?, |receipt| {
                receipt.status = NumberStatus::Suspended
            })),
            "inventory.resume" => {
                ok(&self.amend(&request.json()?, |receipt| receipt.status = NumberStatus::Active))
            }
            "inventory.release" => {
                let number: NumberRef = request.json()?;
                let found = self.owned.remove(&number.number).is_some();
                ok(&Outcome::Done(ReleaseReceipt {
                    number: number.number,
                    found,
                    quarantined_until: None,
                }))
            }
            "pools.create" => ok(&self.create(&request.json()?)),
            "pools.update" => ok(&self.update(&request.json()?)),
            "pools.resize" => ok(&self.resize(&request.json()?)),
            "pools.retire" => ok(&self.retire(&request.json()?)),
            "tracking.swap" => ok(&Outcome::Done(self.swap(&request.json()?))),
            "call_centers.update_reporting" => {
                let (center, update): (CallCenterRef, ReportingUpdate) = request.json()?;
                if let Some(unknown) = figures::knows(&center.name) {
                    return Ok(unknown);
                }
                figures::update(&mut self.reporting, &update);
                ok(&Outcome::Done(&self.reporting))
            }
            _ => Err(request.not_described()),
        }
    }
}

fn asked<T: DeserializeOwned>(request: &TwinRequest) -> Result<T, Unexpected> {
    request.only_query(&["request"])?;
    request.no_body()?;
    let text = request.query("request").unwrap_or_default();
    serde_json::from_str(text).map_err(|error| Unexpected::new(error.to_string()))
}

/// What is done, to be asked for later.
fn pending(outcome: Outcome<NumberReceipt>) -> Outcome<NumberReceipt> {
    match outcome {
        Outcome::Done(receipt) => Outcome::Pending {
            upstream_ref: receipt.external_id,
            poll_after: Some(Duration::from_millis(1)),
        },
        other => other,
    }
}

fn ok(answer: &impl Serialize) -> Result<TwinReply, Unexpected> {
    Ok(TwinReply::json(200, answer))
}

fn found<T: Serialize>(thing: Option<T>) -> Result<TwinReply, Unexpected> {
    match thing {
        Some(thing) => ok(&Outcome::Done(thing)),
        None => Ok(TwinReply::json(404, &Value::Null)),
    }
}
