//! A simulated upstream of kind `apio`, written from the document `apio-call-center-statistics`.
//!
//! Two tenants (`foo` and `footenant`, as the document writes both) have a group `foogroup` with three call
//! centers each. How they report is kept and can be changed. Their queues opened on 2021-03-01, so that the
//! document's own request finds the zeros of the document's answer, and have been busy ever since: the same range
//! always has the same figures.

mod reporting;
mod statistics;
mod traffic;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use provider_testkit::twin::{Sold, Twin, TwinReply, TwinRequest, Unexpected};
use toml::{Table, Value};

use reporting::Reporting;

/// The tenants of the document's paths.
const TENANTS: [&str; 2] = ["foo", "footenant"];
/// The group of the document's paths.
const GROUP: &str = "foogroup";

/// A call center of the document, with how many agents it has.
#[derive(Debug, Clone, Copy)]
struct Center {
    name: &'static str,
    agents: u32,
}

const CENTERS: [Center; 3] = [
    Center {
        name: "APIOTestCCBasic@sip.netaxis.be",
        agents: 1,
    },
    Center {
        name: "APIOTestCCPremium@sip.netaxis.be",
        agents: 3,
    },
    Center {
        name: "APIOTestCallCenterP@sip.netaxis.be",
        agents: 2,
    },
];

/// A simulated APIO.
#[derive(Debug)]
pub struct ApioTwin {
    /// How each center of each tenant reports.
    reporting: Mutex<BTreeMap<(&'static str, &'static str), Reporting>>,
}

impl ApioTwin {
    /// A new one, as the document shows it.
    #[must_use]
    pub fn new() -> Self {
        let everywhere = TENANTS
            .iter()
            .flat_map(|tenant| CENTERS.iter().map(move |center| (*tenant, center.name)));
        let reporting = everywhere.map(|at| (at, Reporting::at_first(at.1))).collect();
        Self {
            reporting: Mutex::new(reporting),
        }
    }

    fn reporting(&self) -> MutexGuard<'_, BTreeMap<(&'static str, &'static str), Reporting>> {
        self.reporting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ApioTwin {
    fn default() -> Self {
        Self::new()
    }
}

impl Twin for ApioTwin {
    fn kind(&self) -> &'static str {
        "apio"
    }

    fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        let segments = request.segments();
        let [
            "api",
            "v1",
            "tenants",
            tenant,
            "groups",
            group,
            "services",
            "call_centers",
            name,
            resource,
            "",
        ] = *segments
        else {
            return Err(request.not_described());
        };
        request.only_query(&[])?;
        let tenant = TENANTS.into_iter().find(|known| *known == tenant);
        let center = CENTERS.into_iter().find(|known| known.name == name);
        let place = tenant.zip(center).filter(|_| group == GROUP);
        match (request.method(), resource) {
            ("GET", "instance_statistics_reporting") => {
                request.no_body()?;
                Ok(at(place, |tenant, center| {
                    TwinReply::json(200, &self.reporting().get(&(tenant, center.name)))
                }))
            }
            ("PUT", "instance_statistics_reporting") => {
                let change = request.json()?;
                let mut all = self.reporting();
                match place.and_then(|(tenant, center)| all.get_mut(&(tenant, center.name))) {
                    Some(reporting) => reporting.update(change),
                    None => Ok(wire::not_found()),
                }
            }
            ("GET", "statistics") => {
                let asked: wire::StatisticsRequest = request.json()?;
                Ok(at(place, |_, center| {
                    statistics::answer(center, asked.statistics_range)
                }))
            }
            _ => Err(request.not_described()),
        }
    }

    fn config(&self, base_url: &str, secret_file: &Path) -> Table {
        let entry = |key: &str, value: Value| Table::from_iter([(key.to_owned(), value)]);
        let secret = entry("file", secret_file.display().to_string().into());
        let names: Vec<&str> = CENTERS.iter().map(|center| center.name).collect();
        let mut config = entry("auth", entry("bearer", secret.into()).into());
        config.insert("base_url".to_owned(), base_url.into());
        config.insert("tenant".to_owned(), "footenant".into());
        config.insert("call_centers".to_owned(), entry(GROUP, names.into()).into());
        config
    }

    /// It sells nothing.
    fn remember(&self, _: &Sold) {}
}

/// What is answered about a place, if there is one.
fn at(
    place: Option<(&'static str, Center)>,
    reply: impl FnOnce(&'static str, Center) -> TwinReply,
) -> TwinReply {
    place.map_or_else(wire::not_found, |(tenant, center)| reply(tenant, center))
}
