//! Probes against an instance, one after the other, with faults.

use std::collections::BTreeSet;

use provider_core::call::CallContext;
use provider_core::contract::{orders, pools};
use provider_core::domain::{E164, NumberRef, PageRequest, UpstreamRef};
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::outcome::Outcome;
use provider_core::provider::{Capability, Instance, Ports};

use super::bench::{Bench, ID, Manner, context, in_time};
use super::probe::{Call, Ended, Needs, Probe, Thing, probes};
use super::samples::Samples;
use super::{Broken, Verdict, ensure};
use crate::twin::{Exchange, Fault, Faults};

/// An instance on a bench, and a call of each of its operations.
pub(super) struct Stage<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) instance: Instance,
    pub(super) samples: Samples<'a>,
    /// Of another instance, that gets what the probes need.
    helper: Ports,
    probes: Vec<Probe>,
}

/// An operation that asks the upstream, and what it sends when all is well.
pub(super) struct Reach<'s> {
    pub(super) probe: &'s Probe,
    /// How many requests.
    pub(super) requests: usize,
    /// How many of them may change something.
    pub(super) changes: usize,
    /// How it ends.
    pub(super) ended: Ended,
}

/// What became of a call.
#[derive(Debug)]
pub(super) struct Struck {
    pub(super) answer: Result<Ended>,
    pub(super) sent: Vec<Exchange>,
}

impl<'a> Stage<'a> {
    pub(super) fn on(bench: &'a Bench<'a>, manner: Manner) -> Result<Self, Broken> {
        Self::with(bench, bench.instance(manner)?)
    }

    pub(super) fn with(bench: &'a Bench<'a>, instance: Instance) -> Result<Self, Broken> {
        let probes = probes(instance.ports(), bench.known())?;
        Ok(Self {
            helper: bench.instance(Manner::PATIENT)?.ports().clone(),
            samples: Samples::new(bench.known()),
            bench,
            instance,
            probes,
        })
    }

    pub(super) fn faults(&self) -> &'a Faults {
        self.bench.twin.faults()
    }

    /// Makes a call while the twin is well but for what `plan` says.
    pub(super) async fn run(&self, probe: &Probe, plan: impl FnOnce(&Faults)) -> Result<Struck, Broken> {
        self.run_for(context(), probe, plan).await
    }

    pub(super) async fn run_for(
        &self,
        cx: CallContext,
        probe: &Probe,
        plan: impl FnOnce(&Faults),
    ) -> Result<Struck, Broken> {
        let call = self.ready(probe).await?;
        plan(self.faults());
        let before = self.sent();
        let answer = in_time(&probe.label, call(cx)).await;
        self.faults().clear();
        Ok(Struck {
            answer: answer?,
            sent: self.bench.twin.exchanges().split_off(before),
        })
    }

    /// Makes a call while one fault happens to it.
    pub(super) async fn strike(&self, probe: &Probe, fault: Fault) -> Result<Struck, Broken> {
        self.run(probe, |faults| aim(faults, probe, fault)).await
    }

    /// A call that can be made at once: what it needs is there, and the twin is well.
    pub(super) async fn ready(&self, probe: &Probe) -> Result<Call, Broken> {
        self.faults().clear();
        let thing = self.get(probe.needs).await?;
        probe.call(&self.samples, thing)
    }

    /// How many requests the twin got so far.
    pub(super) fn sent(&self) -> usize {
        self.bench.twin.exchanges().len()
    }

    /// Every operation, whether it asks the upstream or not, as far as what it needs can be had.
    pub(super) fn probes(&self) -> impl Iterator<Item = &Probe> {
        self.probes.iter().filter(|probe| self.can_get(probe.needs))
    }

    /// The same operation as one of another stage on the same bench.
    pub(super) fn named(&self, label: &str) -> Result<&Probe, Broken> {
        let probe = self.probes.iter().find(|probe| probe.label == label);
        probe.ok_or_else(|| Broken::new(format!("{label} is not there any more")))
    }

    /// The operations that ask the upstream; each is made once, and must go well.
    pub(super) async fn reaching<'s>(&'s self) -> Result<Vec<Reach<'s>>, Broken> {
        let mut reaching = Vec::new();
        for probe in self.probes() {
            let Struck { answer, sent } = self.run(probe, |_| {}).await?;
            if sent.is_empty() {
                continue;
            }
            let ended = match answer {
                Ok(ended @ (Ended::Read(_) | Ended::Done(_) | Ended::Pending)) => ended,
                other => return Err(Broken::new(format!("{}: {other:?}", probe.label))),
            };
            let changes = sent.iter().filter(|exchange| exchange.is_change()).count();
            ensure(probe.is_read() || changes > 0, || {
                format!(
                    "{} changes something by requests that only read: {sent:#?}",
                    probe.label
                )
            })?;
            reaching.push(Reach {
                probe,
                requests: sent.len(),
                changes,
                ended,
            });
        }
        ensure(!reaching.is_empty(), || {
            "no operation asks the upstream: there is nothing to be examined".to_owned()
        })?;
        Ok(reaching)
    }

    /// The operations that only read. A subject may have none: then each of its ports is one that changes things.
    pub(super) async fn reads<'s>(&'s self) -> Result<Vec<Reach<'s>>, Broken> {
        let mut reaching = self.reaching().await?;
        reaching.retain(|reach| reach.probe.is_read());
        let has = self.instance.ports().capabilities();
        ensure(!reaching.is_empty() || has.is_subset(&CHANGING.into()), || {
            format!("of {has:?}, nothing reads from the upstream")
        })?;
        Ok(reaching)
    }

    /// The operations that change something. A subject may have none: then none of its ports is one that does.
    pub(super) async fn changes<'s>(&'s self) -> Result<Vec<Reach<'s>>, Broken> {
        let mut reaching = self.reaching().await?;
        reaching.retain(|reach| !reach.probe.is_read());
        let has = self.instance.ports().capabilities();
        ensure(!reaching.is_empty() || has.is_disjoint(&CHANGING.into()), || {
            format!("of {has:?}, nothing changes anything at the upstream")
        })?;
        Ok(reaching)
    }

    fn can_get(&self, needs: Needs) -> bool {
        let ports = &self.helper;
        match needs {
            Needs::Nothing => true,
            Needs::StockNumber => ports.search.is_some(),
            Needs::Hold => ports.search.is_some() && ports.holds.is_some(),
            Needs::Number => ports.orders.is_some() || ports.inventory.is_some(),
            Needs::Pool => ports.pools.is_some(),
        }
    }

    async fn get(&self, needs: Needs) -> Result<Thing, Broken> {
        match needs {
            Needs::Nothing => Ok(Thing::Nothing),
            Needs::StockNumber => self.stock_number().await.map(Thing::StockNumber),
            Needs::Hold => self.hold().await.map(Thing::Hold),
            Needs::Number => self.number().await.map(Thing::Number),
            Needs::Pool => self.pool().await.map(Thing::Pool),
        }
    }

    pub(super) async fn stock_number(&self) -> Result<E164, Broken> {
        let search = there(self.helper.search.as_ref(), "search")?;
        let found = search.search(&context(), &self.samples.query()?).await?;
        let stock = found.into_iter().next();
        stock
            .map(|stock| stock.number)
            .ok_or_else(|| Broken::new("the twin has no stock"))
    }

    async fn hold(&self) -> Result<UpstreamRef, Broken> {
        let holds = there(self.helper.holds.as_ref(), "holds")?;
        let request = self.samples.hold(holds.terms(), self.stock_number().await?)?;
        done(holds.hold(&context(), &request).await?).map(|receipt| receipt.hold)
    }

    pub(super) async fn number(&self) -> Result<NumberRef, Broken> {
        let receipt = match (&self.helper.orders, &self.helper.inventory) {
            (Some(orders), _) => orders::bought(orders, &context(), &self.samples.order()?).await?,
            (None, Some(inventory)) => {
                let page = inventory.list(&context(), &PageRequest::first(1)).await?;
                let first = page.items.into_iter().next();
                first.ok_or_else(|| Broken::new("the twin's inventory is empty"))?
            }
            (None, None) => return Err(Broken::new("nobody has numbers here")),
        };
        Ok(NumberRef {
            number: receipt.number,
            external_id: Some(receipt.external_id),
        })
    }

    pub(super) async fn pool(&self) -> Result<UpstreamRef, Broken> {
        let pools = there(self.helper.pools.as_ref(), "pools")?;
        let order = self.samples.pool(pools.terms())?;
        pools::created(pools, &context(), &order)
            .await
            .map(|receipt| receipt.external_id)
    }
}

/// The ports that may have nothing but changes.
const CHANGING: [Capability; 6] = [
    Capability::Holds,
    Capability::Orders,
    Capability::Inventory,
    Capability::Pools,
    Capability::Tracking,
    Capability::CallCenters,
];

/// Sets a fault for the request of an operation that counts: its change, if it is one.
pub(super) fn aim(faults: &Faults, probe: &Probe, fault: Fault) {
    if probe.is_read() {
        faults.next(fault);
    } else {
        faults.next_change(fault);
    }
}

/// What is known to be there.
pub(super) fn there<'p, P: ?Sized>(thing: Option<&'p P>, name: &str) -> Result<&'p P, Broken> {
    thing.ok_or_else(|| Broken::new(format!("{name} is needed for this case")))
}

/// The receipt of a change.
pub(super) fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> Result<T, Broken> {
    match outcome {
        Outcome::Done(receipt) => Ok(receipt),
        other => Err(Broken::new(format!(
            "expected the change to be done, got {other:?}"
        ))),
    }
}

impl Struck {
    /// The requests that may have changed something.
    pub(super) fn changes(&self) -> impl Iterator<Item = &Exchange> {
        self.sent.iter().filter(|exchange| exchange.is_change())
    }

    /// The error of a call that must not go well.
    pub(super) fn error(&self, probe: &Probe, what: &str) -> Result<&ProviderError, Broken> {
        match &self.answer {
            Ok(ended) => Err(Broken::new(format!(
                "{}: {what} must be an error, and it ended with {ended:?}",
                probe.label
            ))),
            Err(error) => well_formed(error, probe).map(|()| error),
        }
    }

    /// Checks that nobody can know whether a change was made: an error that says so, or `Unknown`.
    pub(super) fn is_unknown(&self, probe: &Probe, what: &str) -> Verdict {
        match &self.answer {
            Ok(Ended::Unknown) => Ok(()),
            Ok(ended) => Err(Broken::new(format!(
                "{}: {what} tells nothing about the change, and it ended with {ended:?}",
                probe.label
            ))),
            Err(error) => {
                well_formed(error, probe)?;
                ensure(error.effect() == Effect::Unknown, || {
                    format!(
                        "{}: after {what} the upstream may have acted: {error:?}",
                        probe.label
                    )
                })
            }
        }
    }
}

/// Checks that an error says who failed at what.
pub(super) fn well_formed(error: &ProviderError, probe: &Probe) -> Verdict {
    let whose = error.provider().map(ToString::to_string);
    ensure(
        whose.as_deref() == Some(ID) && error.operation() == probe.operation,
        || {
            format!(
                "{}: the error does not say who failed at what: {error:?}",
                probe.label
            )
        },
    )?;
    ensure(!error.message().trim().is_empty(), || {
        format!("{}: the error says nothing: {error:?}", probe.label)
    })
}

/// Checks the kind of an error.
pub(super) fn is_one_of(error: &ProviderError, probe: &Probe, what: &str, kinds: &[ErrorKind]) -> Verdict {
    ensure(kinds.contains(&error.kind()), || {
        let kinds: BTreeSet<String> = kinds.iter().map(ToString::to_string).collect();
        format!("{}: {what} must be {kinds:?}: {error:?}", probe.label)
    })
}
