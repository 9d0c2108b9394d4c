//! The carriers of the demo: a simulated upstream of each kind on this machine, and the configuration that reaches
//! them. Carriers that a configuration file names are real, so the demo leaves them alone.

use fastrand::Rng;
use provider_core::{
    domain::{E164, UpstreamRef},
    provider::Instance,
};
use provider_testkit::twin::{RunningTwin, Sold};
use service::{
    NumberFilter, NumberOrderBy, NumberRelations, PageRequest, PoolFilter, Principal, Switchboard,
};
use toml::{Table, Value};

use super::{DemoError, SEED, companies};

/// Rows that are read at once.
const PAGE: u32 = 500;

/// The simulated upstreams. They end when this is dropped.
#[derive(Debug)]
pub(crate) struct Carriers(Vec<(&'static str, RunningTwin)>);

impl Carriers {
    /// Starts one of each kind.
    ///
    /// # Errors
    /// When there is no port for one.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let mut running = Vec::new();
        for twin in provider_registry::twins() {
            running.push((twin.kind, RunningTwin::start((twin.make)()).await?));
        }
        Ok(Self(running))
    }

    /// A provider for each, which has its kind for a name.
    ///
    /// # Errors
    /// A mistake in this file or in a twin's.
    pub(crate) fn providers(&self) -> Result<Vec<Instance>, DemoError> {
        let tables = self.0.iter().map(|(kind, twin)| {
            let mut table = twin.provider_table(kind);
            if let Some(config) = table.get_mut("config").and_then(Value::as_table_mut) {
                config.extend(names(kind));
            }
            table
        });
        provider_registry::all()
            .build_all(tables.collect())
            .map_err(|faults| {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                DemoError::Data(faults.join("; "))
            })
    }

    /// Tells the carriers what they sold to an earlier demo over the same database: nobody sells a number twice.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) async fn remember(&self, switchboard: &Switchboard) -> Result<(), DemoError> {
        for (kind, twin) in &self.0 {
            let sold = Sold {
                numbers: numbers_of(switchboard, kind).await?,
                pools: pools_of(switchboard, kind).await?,
            };
            twin.remember(&sold);
        }
        Ok(())
    }
}

/// What the carriers call the first company and its groups.
fn names(kind: &str) -> Table {
    let mut random = Rng::with_seed(SEED);
    let code = companies::make(&mut random).swap_remove(0).code;
    let groups = |names: &[(&str, &str)]| -> Table {
        let entry = |(ours, theirs): &(&str, &str)| (format!("{code}/{ours}"), Value::from(*theirs));
        names.iter().map(entry).collect()
    };
    let settings = match kind {
        "telmetrics" => {
            let known = [("Sales", "11623282"), ("Marketing", "12462615")];
            vec![("groups", groups(&known))]
        }
        "telecomx" => {
            let customers = Table::from_iter([(code.clone(), Value::from("12345678901234567890ABCD"))]);
            vec![("customers", customers)]
        }
        "apio" => {
            let centers = ["APIOTestCCBasic", "APIOTestCCPremium", "APIOTestCallCenterP"];
            let centers = centers.map(|name| Value::from(format!("{name}@sip.netaxis.be")));
            let support = Table::from_iter([(format!("{code}/Support"), Value::Array(centers.into()))]);
            vec![
                ("groups", groups(&[("Support", "foogroup")])),
                ("call_centers", support),
            ]
        }
        _ => Vec::new(),
    };
    let settings = settings.into_iter();
    settings
        .map(|(key, table)| (key.to_owned(), Value::Table(table)))
        .collect()
}

async fn numbers_of(switchboard: &Switchboard, provider: &str) -> Result<Vec<E164>, DemoError> {
    let filter = NumberFilter {
        provider: Some(provider.to_owned()),
        ..NumberFilter::default()
    };
    let (who, mut request) = (Principal::command_line(), PageRequest::first(PAGE));
    let mut numbers = Vec::new();
    loop {
        let order = (NumberOrderBy::Created, false);
        let page = switchboard
            .numbers(&who, &filter, order, &request, NumberRelations::default())
            .await?;
        request.after = page.items.last().map(|(position, _)| position.clone());
        numbers.extend(page.items.into_iter().map(|(_, number)| number.e164));
        if !page.has_next {
            return Ok(numbers);
        }
    }
}

async fn pools_of(switchboard: &Switchboard, provider: &str) -> Result<Vec<UpstreamRef>, DemoError> {
    let filter = PoolFilter {
        provider: Some(provider.to_owned()),
        ..PoolFilter::default()
    };
    let (who, mut request) = (Principal::command_line(), PageRequest::first(PAGE));
    let mut pools = Vec::new();
    loop {
        let page = switchboard.pools(&who, &filter, &request).await?;
        request.after = page.items.last().map(|(position, _)| position.clone());
        let names = page.items.into_iter().filter_map(|(_, pool)| pool.external_id);
        pools.extend(names.filter_map(|name| UpstreamRef::parse(name).ok()));
        if !page.has_next {
            return Ok(pools);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_demo_has_a_provider_of_every_kind() {
        let carriers = Carriers::start().await.expect("ports of this machine");
        let providers = carriers.providers().expect("the demo's own configuration");
        let kinds: Vec<&str> = providers.iter().map(|provider| provider.info().kind).collect();
        let known: Vec<&str> = provider_registry::all().kinds().collect();
        assert_eq!(kinds, known);
    }
}
