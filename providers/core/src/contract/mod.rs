//! What every provider must do, as checks to be run against a real one: its twin, or the own inventory.
//!
//! Each check acts through the guarded ports, as the program does, and tells what is broken. A check of a
//! port that the provider lacks is broken too: nothing passes by not running. Checks buy, and give back
//! what they bought where the provider can.

pub mod call_centers;
pub mod call_stats;
pub mod holds;
pub mod inventory;
pub mod kpis;
pub mod orders;
mod paging;
pub mod pools;
pub mod search;
pub mod tracking;

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::config::PolicySettings;
use crate::domain::UpstreamRef;
use crate::error::{ErrorKind, ProviderError};
use crate::outcome::Outcome;
use crate::provider::{Instance, Ports, Provider};

/// A provider does not do what its ports promise.
#[derive(Debug)]
pub struct Broken(String);

impl Broken {
    /// Says what is broken: what was done, what had to come of it, and what came instead.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

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

pub use paging::walk;

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
    // What is kept or repeated would hide what the provider itself does.
    Instance::new(Arc::clone(provider), &PolicySettings::local(), &BTreeSet::new())
        .ports()
        .clone()
}

fn port<P: Clone>(port: Option<&P>, name: &str) -> Result<P, Broken> {
    port.cloned()
        .ok_or_else(|| Broken(format!("the provider has no port {name}")))
}

/// Checks one thing.
///
/// # Errors
/// [`Broken`], in the words of `otherwise`, when it does not hold.
pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Broken(otherwise())) }
}

fn done<T: fmt::Debug>(outcome: Outcome<T>) -> Result<T, Broken> {
    match outcome {
        Outcome::Done(receipt) => Ok(receipt),
        other => Err(Broken(format!("expected the change to be done, got {other:?}"))),
    }
}

/// The receipt of an order that may not be carried out at once: `get` is asked for what became of it.
async fn settled<T, F>(mut outcome: Outcome<T>, get: impl Fn(UpstreamRef) -> F) -> Result<T, Broken>
where
    T: fmt::Debug,
    F: Future<Output = Result<Outcome<T>, ProviderError>>,
{
    for _ in 0..MOST_POLLS {
        let Outcome::Pending {
            upstream_ref,
            poll_after,
        } = outcome
        else {
            return done(outcome);
        };
        tokio::time::sleep(poll_after.unwrap_or(LONGEST_POLL).min(LONGEST_POLL)).await;
        outcome = get(upstream_ref).await?;
    }
    Err(Broken(format!(
        "an order is pending after it was asked for {MOST_POLLS} times"
    )))
}

/// How often an order is asked for that is not carried out at once, and after how long at most.
const MOST_POLLS: usize = 50;
const LONGEST_POLL: Duration = Duration::from_millis(100);

fn refused_as<T: fmt::Debug>(answer: Result<T, ProviderError>, kind: ErrorKind) -> Verdict {
    match answer {
        Err(error) if error.kind() == kind => Ok(()),
        other => Err(Broken(format!("expected {kind}, got {other:?}"))),
    }
}
