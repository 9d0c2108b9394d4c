//! The four upstreams, simulated, and a configuration that reaches them.

use std::{path::PathBuf, sync::Arc};

use provider_apio_twin::ApioTwin;
use provider_callstats_twin::CallstatsTwin;
use provider_telecomx_twin::TelecomxTwin;
use provider_telmetrics_twin::TelmetricsTwin;
use provider_testkit::twin::{RunningTwin, Twin};
use tempfile::TempDir;
use toml::{Table, Value};

use crate::stock::Stock;

/// The customer whose groups the upstreams know.
pub(crate) const CUSTOMER: &str = "ACME";
/// A group whose numbers Telmetrics has, under the id of the documents' number examples.
pub(crate) const AGENCY: &str = "Agency";
/// A group whose pools Telmetrics has, under the id of the document's pool examples.
pub(crate) const CAMPAIGNS: &str = "Campaigns";
/// A group whose call centers APIO has, under the name of the document's examples.
pub(crate) const SUPPORT: &str = "Support";

/// One of each kind, behind HTTP of its own. What they note is for the tests to look at.
#[derive(Debug)]
pub(crate) struct Upstreams {
    pub(crate) telmetrics: RunningTwin,
    pub(crate) callstats: RunningTwin,
    pub(crate) telecomx: RunningTwin,
    pub(crate) apio: RunningTwin,
    seller: Arc<TelmetricsTwin>,
    folder: TempDir,
}

impl Upstreams {
    /// Starts them.
    pub(crate) async fn start() -> Self {
        let seller = Arc::new(TelmetricsTwin::new());
        Self {
            telmetrics: start(seller.clone()).await,
            callstats: start(Arc::new(CallstatsTwin::new())).await,
            telecomx: start(Arc::new(TelecomxTwin::new())).await,
            apio: start(Arc::new(ApioTwin::new())).await,
            seller,
            folder: tempfile::tempdir().expect("a temporary directory can be made"),
        }
    }

    /// All of them, by their ids in the configuration.
    pub(crate) fn all(&self) -> [(&'static str, &RunningTwin); 4] {
        [
            ("telmetrics", &self.telmetrics),
            ("callstats", &self.callstats),
            ("telecomx", &self.telecomx),
            ("apio", &self.apio),
        ]
    }

    /// The numbers that Telmetrics has sold.
    pub(crate) fn sold(&self) -> Vec<String> {
        let sales = self.seller.sold();
        sales.iter().map(|sale| sale.number.to_string()).collect()
    }

    /// Writes a `switchboard.toml` with a provider for each.
    pub(crate) fn configuration(&self) -> PathBuf {
        self.configuration_with(&Table::new())
    }

    /// The same with these policies.
    pub(crate) fn configuration_with(&self, policy: &Table) -> PathBuf {
        let providers = self.all().map(|(id, twin)| {
            let mut table = twin.provider_table(id);
            config(&mut table).extend(names(id));
            table.insert("policy".to_owned(), Value::Table(policy.clone()));
            Value::Table(table)
        });
        let file = Table::from_iter([("provider".to_owned(), Value::Array(providers.into()))]);
        let path = self.folder.path().join("switchboard.toml");
        std::fs::write(&path, file.to_string()).expect("the file can be written");
        path
    }

    /// Fails the test if a twin was asked for something that its document does not describe.
    pub(crate) fn assert_nothing_unexpected(&self) {
        for (id, twin) in self.all() {
            assert_eq!(twin.unexpected(), Vec::<String>::new(), "{id}");
        }
    }
}

async fn start(twin: Arc<dyn Twin>) -> RunningTwin {
    RunningTwin::start(twin)
        .await
        .expect("a free port of this machine")
}

/// A number for each group that the upstreams know, so that the groups are there.
pub(crate) fn groups() -> Stock {
    Stock::default()
        .owned("+14165550101", CUSTOMER, AGENCY, "Agency line")
        .owned("+14165550102", CUSTOMER, CAMPAIGNS, "Campaigns line")
        .owned("+14165550103", CUSTOMER, SUPPORT, "Support line")
}

fn config(provider: &mut Table) -> &mut Table {
    let config = provider.get_mut("config").and_then(Value::as_table_mut);
    config.expect("a provider has its settings")
}

/// What an upstream calls our groups and customers.
fn names(provider: &str) -> Table {
    let group = |name: &str| format!("{CUSTOMER}/{name}");
    let text = |text: &str| Value::String(text.to_owned());
    let table = |entries: Vec<(String, Value)>| Value::Table(entries.into_iter().collect());
    let named = match provider {
        "telmetrics" => vec![(
            "groups",
            table(vec![
                (group(AGENCY), text("11623282")),
                (group(CAMPAIGNS), text("12462615")),
            ]),
        )],
        "telecomx" => vec![(
            "customers",
            table(vec![(CUSTOMER.to_owned(), text("12345678901234567890ABCD"))]),
        )],
        "apio" => {
            let centers = ["APIOTestCCBasic", "APIOTestCCPremium", "APIOTestCallCenterP"];
            let centers = centers.map(|name| Value::String(format!("{name}@sip.netaxis.be")));
            vec![
                ("groups", table(vec![(group(SUPPORT), text("foogroup"))])),
                (
                    "call_centers",
                    table(vec![(group(SUPPORT), Value::Array(centers.into()))]),
                ),
            ]
        }
        _ => Vec::new(),
    };
    named
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
