//! The document's requests and answers, word for word.

mod centers;
mod reporting;
mod settings;
mod statistics;

use std::sync::Arc;

use provider_apio::Apio;
use provider_apio_twin::ApioTwin;
use provider_core::adapter::make;
use provider_core::call::{ActorRef, CallContext, TenantRef};
use provider_core::config::ConfigFault;
use provider_core::domain::{CallCenterRef, CustomerRef, GroupRef, Period};
use provider_core::policy::Stack;
use provider_core::port::CallCenters;
use provider_core::provider::Provider;
use provider_testkit::twin::{Body, Fault, RunningTwin};
use serde_json::Value;
use toml::Table;

/// The call centers of the document.
const BASIC: &str = "APIOTestCCBasic@sip.netaxis.be";
pub(crate) const PREMIUM: &str = "APIOTestCCPremium@sip.netaxis.be";
const P: &str = "APIOTestCallCenterP@sip.netaxis.be";

/// An upstream, and the port that asks it.
struct Scene {
    twin: RunningTwin,
    provider: Arc<dyn Provider>,
    port: Arc<dyn CallCenters>,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// With other settings.
    async fn with(change: impl FnOnce(&mut Table)) -> Self {
        let twin = RunningTwin::start(Arc::new(ApioTwin::new())).await.unwrap();
        let provider = build(&twin, change).unwrap();
        let stack = Stack::new(provider.info().clone(), Vec::new());
        let ports = Arc::clone(&provider).ports().guarded(&stack);
        Self {
            twin,
            provider,
            port: ports.call_centers.unwrap(),
        }
    }

    /// The next request is acted on and answered with this instead.
    fn answer_next(&self, body: &str) {
        self.twin.faults().next(Fault::Body(Body::json_text(body)));
    }

    /// The next request is answered with this.
    fn refuse_next(&self, status: u16, body: Value) {
        self.twin.faults().next(Fault::Status {
            status,
            headers: Vec::new(),
            body: Body::json(&body),
        });
    }

    /// Each request so far: method and path.
    fn requests(&self) -> Vec<(String, String)> {
        let exchanges = self.twin.exchanges().into_iter();
        exchanges
            .map(|exchange| (exchange.method, exchange.target.replace("%40", "@")))
            .collect()
    }

    /// The body of the last request.
    fn sent(&self) -> Value {
        serde_json::from_slice(&self.twin.exchanges().last().unwrap().body).unwrap()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.twin.unexpected(), [""; 0]);
        }
    }
}

fn build(twin: &RunningTwin, change: impl FnOnce(&mut Table)) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
    let config = twin.provider_table("apio")["config"].clone();
    let mut config: Table = config.try_into().unwrap();
    change(&mut config);
    make::<Apio>("apio".parse().unwrap(), config)
}

fn context() -> CallContext {
    let tenant = TenantRef("tenant".to_owned());
    CallContext::new("request-1", tenant, ActorRef("test".to_owned()))
}

fn group(name: &str, external_id: Option<&str>) -> GroupRef {
    GroupRef {
        id: 1,
        external_id: external_id.map(str::to_owned),
        name: name.to_owned(),
        customer: CustomerRef {
            id: 1,
            code: "NETAXIS".to_owned(),
        },
    }
}

/// A call center of the document's group.
pub(crate) fn center(name: &str) -> CallCenterRef {
    CallCenterRef {
        group: group("Support", Some("foogroup")),
        name: name.to_owned(),
    }
}

pub(crate) fn period(start: &str, end: &str) -> Period {
    Period::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

fn json(fixture: &str) -> Value {
    serde_json::from_str(fixture).unwrap()
}
