//! What every provider must do, as checks to be run against a real one: its twin, or the own inventory.
//!
//! Each check acts through the guarded ports, as the program does, and tells what is broken. A check of a
//! port that the provider lacks is broken too: nothing passes by not running. Checks buy, and give back
//! what they bought where the provider can.

pub mod holds;
pub mod orders;
pub mod pools;
pub mod search;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::config::PolicySettings;
use crate::error::{ErrorKind, ProviderError};
use crate::outcome::Outcome;
use crate::provider::{Instance, Ports, Provider};

/// A provider does not do what its ports promise.
#[derive(Debug)]
pub struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

impl From<ProviderError> for Broken {
    fn from(error: ProviderError) -> Self {
        Self(format!("{error:?}"))
    }
}

/// The result of a check.
pub type Verdict = Result<(), Broken>;

/// Checks that a provider says the same of itself each time.
///
/// # Errors
/// [`Broken`] when its ports change.
pub fn capabilities_are_stable(provider: &Arc<dyn Provider>) -> Verdict {
    let capabilities = || Arc::clone(provider).ports().capabilities();
    let first = capabilities();
    ensure(!first.is_empty(), || "the provider has no ports".to_owned())?;
    ensure(first == capabilities(), || {
        "the ports change from one call to the next".to_owned()
    })
}

fn ports(provider: &Arc<dyn Provider>) -> Ports {
    Instance::new(Arc::clone(provider), &PolicySettings::default(), &BTreeSet::new())
        .ports()
        .clone()
}

fn port<P: Clone>(port: Option<&P>, name: &str) -> Result<P, Broken> {
    port.cloned()
        .ok_or_else(|| Broken(format!("the provider has no port {name}")))
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Broken(otherwise())) }
}

fn done<T: fmt::Debug>(outcome: Outcome<T>) -> Result<T, Broken> {
    match outcome {
        Outcome::Done(receipt) => Ok(receipt),
        other => Err(Broken(format!("expected the change to be done, got {other:?}"))),
    }
}

fn refused_as<T: fmt::Debug>(answer: Result<T, ProviderError>, kind: ErrorKind) -> Verdict {
    match answer {
        Err(error) if error.kind() == kind => Ok(()),
        other => Err(Broken(format!("expected {kind}, got {other:?}"))),
    }
}
