//! One call of each operation that a subject has, so that cases can do the same to all of them.

mod figures;
mod numbers;
mod pools;

use std::fmt::Debug;
use std::future::Future;

use futures_util::future::BoxFuture;
use provider_core::call::{CallContext, Safety};
use provider_core::domain::{E164, NumberRef, UpstreamRef};
use provider_core::error::Result;
use provider_core::outcome::{Outcome, Refusal};
use provider_core::provider::Ports;

pub(super) use pools::{today, visit};

use super::samples::Samples;
use super::{Broken, Known};

/// A call of an operation, which can be made any number of times.
pub(super) struct Probe {
    /// `orders.place`.
    pub(super) operation: &'static str,
    /// The same and what it is about, where there are several: `kpis.count by STATUS`.
    pub(super) label: String,
    /// What making it twice does.
    pub(super) safety: Safety,
    /// What it needs.
    pub(super) needs: Needs,
    call: Box<MakeCall>,
}

type MakeCall = dyn Fn(&Samples<'_>, Thing) -> Result<Call, Broken> + Send + Sync;

/// A call that is ready to be made. It holds its port, and nothing of its bench.
pub(super) type Call = Box<dyn FnOnce(CallContext) -> BoxFuture<'static, Result<Ended>> + Send>;

/// What has to be there before a call can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// A number that could be ordered.
    StockNumber,
    /// A hold.
    Hold,
    /// A number that was ordered.
    Number,
    /// A pool that was ordered.
    Pool,
}

/// It.
#[derive(Debug, Clone)]
pub(super) enum Thing {
    Nothing,
    StockNumber(E164),
    Hold(UpstreamRef),
    Number(NumberRef),
    Pool(UpstreamRef),
}

/// How a call ended, in words that are the same for the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    Read(String),
    Done(String),
    Pending,
    Refused(Refusal),
    Unknown,
}

impl Probe {
    fn read<F>(
        operation: &'static str,
        call: impl Fn(&Samples<'_>, Thing) -> Result<F, Broken> + Send + Sync + 'static,
    ) -> Self
    where
        F: FnOnce(CallContext) -> BoxFuture<'static, Result<Ended>> + Send + 'static,
    {
        Self::new(operation, Safety::Read, call)
    }

    fn new<F>(
        operation: &'static str,
        safety: Safety,
        call: impl Fn(&Samples<'_>, Thing) -> Result<F, Broken> + Send + Sync + 'static,
    ) -> Self
    where
        F: FnOnce(CallContext) -> BoxFuture<'static, Result<Ended>> + Send + 'static,
    {
        Self {
            operation,
            label: operation.to_owned(),
            safety,
            needs: Needs::Nothing,
            call: Box::new(move |samples, thing| Ok(Box::new(call(samples, thing)?))),
        }
    }

    fn about(mut self, what: impl std::fmt::Display) -> Self {
        self.label = format!("{} {what}", self.operation);
        self
    }

    const fn needing(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }

    pub(super) fn is_read(&self) -> bool {
        self.safety == Safety::Read
    }

    /// Whether it looks for one thing, which may not be there.
    pub(super) fn may_be_nothing(&self) -> bool {
        ["inventory.get", "orders.find", "pools.find"].contains(&self.operation)
    }

    /// Makes a new request of it.
    pub(super) fn call(&self, samples: &Samples<'_>, thing: Thing) -> Result<Call, Broken> {
        (self.call)(samples, thing)
    }
}

/// Every operation of the ports that their terms allow.
pub(super) fn probes(ports: &Ports, known: &Known) -> Result<Vec<Probe>, Broken> {
    let mut probes = Vec::new();
    numbers::add(&mut probes, ports);
    pools::add(&mut probes, ports);
    figures::add(&mut probes, ports, known)?;
    Ok(probes)
}

/// The end of a read.
fn read<T: Debug>(answer: T) -> Ended {
    Ended::Read(format!("{answer:?}"))
}

/// The end of a change.
fn ended<T: Debug>(outcome: Outcome<T>) -> Ended {
    match outcome {
        Outcome::Done(receipt) => Ended::Done(format!("{receipt:?}")),
        Outcome::Pending { .. } => Ended::Pending,
        Outcome::Refused(refusal) => Ended::Refused(refusal),
        Outcome::Unknown { .. } => Ended::Unknown,
    }
}

/// The future of a call.
fn boxed(call: impl Future<Output = Result<Ended>> + Send + 'static) -> BoxFuture<'static, Result<Ended>> {
    Box::pin(call)
}

impl Thing {
    fn stock_number(self) -> Result<E164, Broken> {
        match self {
            Self::StockNumber(number) => Ok(number),
            other => Err(other.unfit("a number in stock")),
        }
    }

    fn hold(self) -> Result<UpstreamRef, Broken> {
        match self {
            Self::Hold(hold) => Ok(hold),
            other => Err(other.unfit("a hold")),
        }
    }

    fn number(self) -> Result<NumberRef, Broken> {
        match self {
            Self::Number(number) => Ok(number),
            other => Err(other.unfit("a number")),
        }
    }

    fn pool(self) -> Result<UpstreamRef, Broken> {
        match self {
            Self::Pool(pool) => Ok(pool),
            other => Err(other.unfit("a pool")),
        }
    }

    fn unfit(&self, what: &str) -> Broken {
        Broken::new(format!("{what} was needed, and {self:?} was there"))
    }
}
