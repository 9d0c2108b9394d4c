//! Where a subject is examined: its twin runs, and instances of the adapter have it as their upstream.

use std::collections::BTreeSet;
use std::future::Future;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use provider_core::call::{ActorRef, CallContext, TenantRef};
use provider_core::config::{ConfigFault, ProviderEntry};
use provider_core::provider::{Capability, Instance, Provider};
use strum::IntoEnumIterator;
use tempfile::NamedTempFile;
use toml::{Table, Value};

use super::{Broken, Known, Subject, Verdict, ensure};
use crate::twin::RunningTwin;

/// The id of the instances.
pub(super) const ID: &str = "conformance";

/// Longer than any call may take, and far longer than one does.
const PATIENCE: Duration = Duration::from_secs(8);

/// How an instance is configured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// `policy.attempts`.
    pub(super) attempts: u32,
    /// `config.http.read_timeout_ms`.
    pub(super) read_timeout_ms: u32,
    /// `config.http.largest_body_kib`.
    pub(super) largest_body_kib: u32,
}

impl Manner {
    /// Makes one attempt, and waits longer than it should be necessary.
    pub(super) const PATIENT: Self = Self {
        attempts: 1,
        read_timeout_ms: 6000,
        largest_body_kib: 4096,
    };
    /// Makes one attempt, and gives up soon.
    pub(super) const HASTY: Self = Self {
        read_timeout_ms: 150,
        ..Self::PATIENT
    };
    /// Tries again.
    pub(super) const STUBBORN: Self = Self {
        attempts: 3,
        ..Self::PATIENT
    };
}

pub(super) struct Bench<'a> {
    pub(super) subject: &'a Subject,
    pub(super) twin: RunningTwin,
}

impl<'a> Bench<'a> {
    /// Starts the subject's twin.
    pub(super) async fn open(subject: &'a Subject) -> Result<Self, Broken> {
        Self::open_under(subject, "").await
    }

    /// Starts it below a path.
    pub(super) async fn open_under(subject: &'a Subject, base_path: &str) -> Result<Self, Broken> {
        let twin = RunningTwin::start_under(Arc::clone(&subject.twin), base_path).await;
        let twin = twin.map_err(|error| Broken::new(format!("the twin does not start: {error}")))?;
        Ok(Self { subject, twin })
    }

    pub(super) fn known(&self) -> &'a Known {
        &self.subject.known
    }

    /// The table of an instance that has the twin as its upstream.
    pub(super) fn table(&self, manner: Manner) -> Table {
        let mut table = self.twin.provider_table(ID);
        let policy = [
            ("timeout_seconds", 7),
            ("attempts", manner.attempts),
            ("backoff_ms", 1),
            ("retry_percent", 1000),
            ("cache_seconds", 0),
            ("closed_cache_seconds", 0),
            ("health_cache_seconds", 0),
            ("breaker_failures", 0),
            ("requests_per_second", 0),
            ("concurrent_requests", 0),
        ];
        let http = [
            ("connect_timeout_ms", 5000),
            ("read_timeout_ms", manner.read_timeout_ms),
            ("largest_body_kib", manner.largest_body_kib),
        ];
        overlay(&mut table, "policy", &policy);
        within(&mut table, "config", |config| overlay(config, "http", &http));
        table
    }

    /// A provider of the adapter's own, without policies.
    pub(super) fn build(&self, table: Table) -> Result<(ProviderEntry, Arc<dyn Provider>), Vec<ConfigFault>> {
        let entry = ProviderEntry::read(table, 1)?;
        let provider = (self.subject.make)(entry.id.clone(), entry.config.clone())?;
        Ok((entry, provider))
    }

    pub(super) fn provider(&self) -> Result<Arc<dyn Provider>, Broken> {
        let built = self.build(self.table(Manner::PATIENT));
        built
            .map(|(_, provider)| provider)
            .map_err(|faults| refused(&faults))
    }

    pub(super) fn instance(&self, manner: Manner) -> Result<Instance, Broken> {
        self.instance_of(self.table(manner))
    }

    pub(super) fn instance_of(&self, table: Table) -> Result<Instance, Broken> {
        let (entry, provider) = self.build(table).map_err(|faults| refused(&faults))?;
        Ok(Instance::new(provider, &entry.policy, &entry.deny))
    }

    /// An instance whose key the upstream does not know.
    pub(super) fn with_wrong_key(&self) -> Result<Instance, Broken> {
        let failed = |error: std::io::Error| Broken::new(format!("no file for a wrong key: {error}"));
        let mut file = NamedTempFile::new().map_err(failed)?;
        write!(file, "wrong-key-of-conformance").map_err(failed)?;
        let path = file.path().display().to_string();
        let named = Table::from_iter([("file".to_owned(), path.into())]);
        let mut table = self.table(Manner::PATIENT);
        if let Some(config) = table.get_mut("config") {
            replace_secret(config, self.twin.secret_file(), &Value::Table(named));
        }
        self.instance_of(table)
    }

    pub(super) fn capabilities(&self) -> Result<BTreeSet<Capability>, Broken> {
        Ok(self.provider()?.ports().capabilities())
    }

    /// Whether the subject has a port. One that it has not must be nowhere: not among the ports of an instance, and
    /// nothing must be left when all others are denied.
    pub(super) fn has(&self, capability: Capability) -> Result<bool, Broken> {
        if self.capabilities()?.contains(&capability) {
            return Ok(true);
        }
        let others = Capability::iter().filter(|other| *other != capability);
        let mut table = self.table(Manner::PATIENT);
        table.insert(
            "deny".to_owned(),
            Value::Array(others.map(|other| other.to_string().into()).collect()),
        );
        let left = self.instance_of(table)?.ports().capabilities();
        ensure(left.is_empty(), || {
            format!("the provider does not claim {capability}, and has it all the same")
        })?;
        Ok(false)
    }

    /// Checks that everything that was sent is in the upstream's document.
    pub(super) fn nothing_unexpected(&self) -> Verdict {
        let unexpected = self.twin.unexpected();
        ensure(unexpected.is_empty(), || {
            format!("requests that the upstream's document does not describe: {unexpected:#?}")
        })
    }

    /// Checks that nothing is sent while something is done.
    pub(super) async fn nothing_sent<T>(
        &self,
        what: &str,
        doing: impl Future<Output = T>,
    ) -> Result<T, Broken> {
        let before = self.twin.exchanges().len();
        let answer = doing.await;
        let sent = &self.twin.exchanges()[before..];
        ensure(sent.is_empty(), || {
            format!("{what} must be refused before anything is sent, and this was sent: {sent:#?}")
        })?;
        Ok(answer)
    }
}

/// The context of a call, as of any.
pub(super) fn context() -> CallContext {
    CallContext::new(
        "conformance-request",
        TenantRef("conformance-tenant".to_owned()),
        ActorRef("conformance".to_owned()),
    )
}

/// The answer of a call, which must end long before a person would lose patience.
pub(super) async fn in_time<T>(what: &str, call: impl Future<Output = T>) -> Result<T, Broken> {
    tokio::time::timeout(PATIENCE, call)
        .await
        .map_err(|_| Broken::new(format!("{what} does not end within {PATIENCE:?}")))
}

pub(super) fn refused(faults: &[ConfigFault]) -> Broken {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Broken::new(format!(
        "the configuration of the twin is refused: {}",
        faults.join("; ")
    ))
}

/// Changes the table at a key, made if there is none.
pub(super) fn within<T>(outer: &mut Table, key: &str, change: impl FnOnce(&mut Table) -> T) -> T {
    let mut inner = match outer.remove(key) {
        Some(Value::Table(inner)) => inner,
        _ => Table::new(),
    };
    let changed = change(&mut inner);
    outer.insert(key.to_owned(), Value::Table(inner));
    changed
}

fn overlay(outer: &mut Table, key: &str, settings: &[(&str, u32)]) {
    let settings = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(i64::from(*value))));
    within(outer, key, |inner| inner.extend(settings));
}

/// The path of the place where the secret is named, below `value`, which stands at `key`.
pub(super) fn secret_key(value: &Value, key: &str, file: &Path) -> Option<String> {
    match value {
        Value::Table(table) if is_file(table, file) => Some(key.to_owned()),
        Value::Table(table) => table
            .iter()
            .find_map(|(name, inner)| secret_key(inner, &format!("{key}.{name}"), file)),
        _ => None,
    }
}

/// Puts something else where the secret is named.
pub(super) fn replace_secret(value: &mut Value, file: &Path, other: &Value) {
    match value {
        Value::Table(table) if is_file(table, file) => *value = other.clone(),
        Value::Table(table) => {
            for (_, inner) in table.iter_mut() {
                replace_secret(inner, file, other);
            }
        }
        _ => {}
    }
}

fn is_file(table: &Table, file: &Path) -> bool {
    let named = table.get("file").and_then(Value::as_str);
    table.len() == 1 && named.is_some_and(|named| Path::new(named) == file)
}
