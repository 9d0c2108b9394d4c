//! An instance of the adapter whose upstream is a twin of its own, and orders for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use provider_core::adapter::make;
use provider_core::call::{ActorRef, CallContext, TenantRef};
use provider_core::config::{PolicySettings, ProviderEntry};
use provider_core::domain::{
    CallRoute, CountryCode, CustomerRef, E164, GeographicMatch, GroupRef, NumberMatch, NumberOrder,
    NumberReceipt, PoolMatch, PoolOrder, PoolReceipt, ReplacementConfiguration, ReplacementInput,
    TrackingSourceInput,
};
use provider_core::error::Result;
use provider_core::outcome::{Outcome, Refusal};
use provider_core::provider::Instance;
use provider_telmetrics::Telmetrics;
use provider_telmetrics_twin::TelmetricsTwin;
use provider_testkit::twin::RunningTwin;
use serde_json::Value;
use toml::Table;

/// A fixture of a document.
macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!("../fixtures/", $name, ".json")))
            .expect("JSON")
    };
}
pub(crate) use fixture;

/// The group of the examples of number assignment.
pub(crate) const NUMBERS_GROUP: &str = "11623282";
/// The group of the examples of number pools.
pub(crate) const POOLS_GROUP: &str = "12462615";

pub(crate) struct Account {
    pub(crate) twin: Arc<TelmetricsTwin>,
    pub(crate) running: RunningTwin,
    pub(crate) instance: Instance,
}

impl Account {
    pub(crate) async fn open() -> Self {
        Self::with("").await
    }

    /// An account with further settings, in TOML.
    pub(crate) async fn with(settings: &str) -> Self {
        let twin = Arc::new(TelmetricsTwin::new());
        let running = RunningTwin::start_under(Arc::<TelmetricsTwin>::clone(&twin), "/v3/api")
            .await
            .expect("a port");
        let instance = instance(&running, settings);
        Self {
            twin,
            running,
            instance,
        }
    }

    pub(crate) async fn place(&self, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        let orders = self.instance.ports().orders.clone().expect("the port");
        orders.place(&context(), order).await
    }

    pub(crate) async fn create(&self, order: &PoolOrder) -> Result<Outcome<PoolReceipt>> {
        let pools = self.instance.ports().pools.clone().expect("the port");
        pools.create(&context(), order).await
    }

    /// The bodies of all requests so far, with their paths.
    pub(crate) fn sent(&self) -> Vec<(String, Value)> {
        assert_eq!(self.running.unexpected(), [""; 0]);
        let exchanges = self.running.exchanges().into_iter();
        exchanges
            .map(|exchange| {
                let body = serde_json::from_slice(&exchange.body).expect("JSON");
                (exchange.target, body)
            })
            .collect()
    }

    /// The one body that was sent.
    pub(crate) fn only_sent(&self) -> (String, Value) {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1);
        sent.remove(0)
    }
}

pub(crate) fn instance(running: &RunningTwin, settings: &str) -> Instance {
    let mut entry = ProviderEntry::read(running.provider_table("telmetrics-test"), 1).expect("an entry");
    entry.config.extend(settings.parse::<Table>().expect("TOML"));
    let provider = make::<Telmetrics>(entry.id, entry.config).expect("a provider");
    Instance::new(provider, &PolicySettings::local(), &BTreeSet::new())
}

pub(crate) fn context() -> CallContext {
    CallContext::new(
        "request-1",
        TenantRef("tenant".to_owned()),
        ActorRef("test".to_owned()),
    )
}

pub(crate) fn done<T: std::fmt::Debug>(answer: Result<Outcome<T>>) -> T {
    match answer {
        Ok(Outcome::Done(receipt)) => receipt,
        other => panic!("not done: {other:?}"),
    }
}

pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<Outcome<T>>) -> Refusal {
    match answer {
        Ok(Outcome::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn e164(text: &str) -> E164 {
    text.parse().expect("a number")
}

pub(crate) fn group(external_id: Option<&str>) -> GroupRef {
    GroupRef {
        id: 1,
        external_id: external_id.map(str::to_owned),
        name: "Sales".to_owned(),
        customer: CustomerRef {
            id: 1,
            code: "ACME".to_owned(),
        },
    }
}

pub(crate) fn route(number: &str) -> CallRoute {
    CallRoute::Basic {
        termination_number: e164(number),
    }
}

/// An order as in the examples of number assignment.
pub(crate) fn order(matching: NumberMatch, termination: &str) -> NumberOrder {
    NumberOrder {
        token: "switchboard-order-1".parse().expect("a token"),
        group: group(Some(NUMBERS_GROUP)),
        name: "ABC Company".to_owned(),
        matching,
        widen: false,
        hold: None,
        route: route(termination),
    }
}

pub(crate) fn local_to_number() -> NumberOrder {
    let matching = NumberMatch::LocalToNumber {
        number: e164("+19056372046"),
        prefix: "289".parse().ok(),
    };
    order(matching, "+14165551234")
}

pub(crate) fn local_to_city() -> NumberOrder {
    let matching = NumberMatch::LocalToCity {
        city: "atlanta".to_owned(),
        region: Some("ga".to_owned()),
        country: CountryCode::US,
        prefix: "404".parse().ok(),
    };
    order(matching, "+14043993433")
}

pub(crate) fn toll_free(prefix: &str) -> NumberOrder {
    let matching = NumberMatch::TollFree {
        country: CountryCode::US,
        prefix: prefix.parse().ok(),
    };
    order(matching, "+14043993433")
}

/// An order as in the examples of number pools.
pub(crate) fn pool(matching: PoolMatch) -> PoolOrder {
    PoolOrder {
        token: "switchboard-order-2".parse().expect("a token"),
        group: group(Some(POOLS_GROUP)),
        name: "ABC Company 123".to_owned(),
        match_period_minutes: 30,
        quantity: 3,
        matching,
        replacement: replacement(),
        route: route("+441274792823"),
        allow_partial: false,
    }
}

pub(crate) fn pool_in_city(city: &str) -> PoolOrder {
    pool(PoolMatch::Geographic(GeographicMatch::City {
        country: CountryCode::GB,
        city: city.to_owned(),
        region: None,
    }))
}

pub(crate) fn pool_in_area(area_code: &str) -> PoolOrder {
    pool(PoolMatch::Geographic(GeographicMatch::AreaCode {
        country: CountryCode::GB,
        area_code: area_code.to_owned(),
    }))
}

pub(crate) fn replacement() -> ReplacementConfiguration {
    let numbers = ["01011231234", "4402078395555", "4409011231234"];
    let input = ReplacementInput {
        replace_all_numbers: false,
        numbers_to_replace: numbers.map(str::to_owned).into(),
        tracking_sources: vec![TrackingSourceInput {
            referrer_domain: "Any".to_owned(),
            url_triggers: vec!["gclid=*".to_owned()],
            track_organic: false,
        }],
    };
    ReplacementConfiguration::new(&input).expect("a configuration")
}
