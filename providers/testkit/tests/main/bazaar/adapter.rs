//! The adapter: how it is built and what it says of itself. How it asks, and its ports, stand beside.

use std::fmt;
use std::net::TcpStream;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use provider_core::adapter::Adapter;
use provider_core::call::CallContext;
use provider_core::config::{ConfigFault, Secret};
use provider_core::error::Result;
use provider_core::http::{Auth, BaseUrl, HttpSettings, RestClient};
use provider_core::provider::{Health, HealthState, Ports, Provider, ProviderInfo};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Lie;
use super::figures::FigureTerms;
use super::numbers::NumberTerms;
use super::pools::PoolsTerms;

pub(crate) struct Bazaar {
    info: ProviderInfo,
    pub(super) client: RestClient,
    pub(super) base_url: String,
    pub(super) secret: Secret,
    pub(super) lie: Option<Lie>,
    calls: AtomicUsize,
    /// The last answer, for whoever mixes them up.
    pub(super) last: Mutex<Value>,
    pub(super) numbers: NumberTerms,
    pub(super) pools: PoolsTerms,
    pub(super) figures: FigureTerms,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    base_url: BaseUrl,
    auth: Auth,
    #[serde(default)]
    http: HttpSettings,
    secret: Secret,
    lie: Option<Lie>,
}

impl fmt::Debug for Bazaar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match self.lie {
            Some(Lie::ShowsSecret) => self.secret.expose(),
            _ => "",
        };
        write!(f, "Bazaar({}){shown}", self.info.id)
    }
}

impl Adapter for Bazaar {
    const KIND: &'static str = "bazaar";
    const TITLE: &'static str = "Bazaar";
    type Config = Config;

    fn build(info: ProviderInfo, config: Config) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        let lie = config.lie;
        let mut http = config.http;
        match lie {
            Some(Lie::ReadsEverything) => http.largest_body_kib = NonZeroU32::MAX,
            Some(Lie::WaitsForEver) => http.read_timeout_ms = NonZeroU32::MAX,
            _ => {}
        }
        let base_url = config.base_url.to_string();
        if lie == Some(Lie::ConnectsWhenBuilt) {
            let address = base_url.trim_start_matches("http://").trim_end_matches('/');
            drop(TcpStream::connect(address));
        }
        Ok(Arc::new(Self {
            info,
            client: RestClient::new(config.base_url, config.auth, http)?,
            base_url,
            secret: config.secret,
            lie,
            calls: AtomicUsize::new(0),
            last: Mutex::default(),
            numbers: NumberTerms::new(),
            pools: PoolsTerms::new(),
            figures: FigureTerms::new(),
        }))
    }
}

#[async_trait]
impl Provider for Bazaar {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        let odd = self.calls.fetch_add(1, Ordering::SeqCst) % 2 == 1;
        if odd && self.lies(Lie::FlickeringPorts) {
            return Ports {
                kpis: Some(self),
                ..Ports::default()
            };
        }
        Ports {
            search: Some(self.clone()),
            holds: Some(self.clone()),
            orders: Some(self.clone()),
            inventory: Some(self.clone()),
            pools: Some(self.clone()),
            tracking: Some(self.clone()),
            kpis: Some(self.clone()),
            call_stats: Some(self.clone()),
            call_centers: Some(self),
        }
    }

    async fn health(&self, cx: &CallContext) -> Result<Health> {
        if self.lies(Lie::AlwaysUp) {
            return Ok(Health {
                state: HealthState::Up,
                latency: None,
                checked_at: Timestamp::now(),
                last_error: None,
            });
        }
        Ok(Health::of(Box::pin(self.read::<Value>("provider.health", cx, &json!(null)))).await)
    }
}

impl Bazaar {
    pub(super) fn lies(&self, lie: Lie) -> bool {
        self.lie == Some(lie)
    }

    /// The narrow terms, and wider ones ever after for whoever lies about them.
    pub(super) fn terms<'t, T>(&self, terms: &'t Shifting<T>) -> &'t T {
        let asked_before = terms.asked.fetch_add(1, Ordering::SeqCst) > 0;
        if asked_before && self.lies(Lie::ShiftingTerms) {
            &terms.wide
        } else {
            &terms.narrow
        }
    }
}

/// Terms that were said once, and others.
#[derive(Debug)]
pub(super) struct Shifting<T> {
    narrow: T,
    wide: T,
    asked: AtomicUsize,
}

impl<T> Shifting<T> {
    pub(super) fn new(narrow: T, wide: T) -> Self {
        Self {
            narrow,
            wide,
            asked: AtomicUsize::new(0),
        }
    }
}

/// An adapter that takes any settings.
#[derive(Debug)]
pub(crate) struct Sloppy;

#[derive(Debug, Deserialize)]
pub(crate) struct Anything {
    #[serde(flatten)]
    all: toml::Table,
}

impl Adapter for Sloppy {
    const KIND: &'static str = "bazaar";
    const TITLE: &'static str = " ";
    type Config = Anything;

    fn build(
        info: ProviderInfo,
        Anything { mut all }: Anything,
    ) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        let read = |all: &toml::Table| all.clone().try_into::<Config>();
        let config = read(&all).or_else(|_| {
            all.insert("base_url".to_owned(), "http://127.0.0.1:9".into());
            read(&all)
        });
        let config = config.map_err(|_| vec![ConfigFault::new("config", "something is wrong")])?;
        Bazaar::build(info, config)
    }
}
