//! The settings of the client.

use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroU32};
use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::HeaderName;
use serde::Deserialize;

use super::BaseUrl;
use crate::config::ConfigFault;
use crate::port::OPERATIONS;

/// How an adapter's calls travel: the table `http` of its settings. All of it may be left out.
///
/// ```toml
/// [provider.config.http]
/// connect_timeout_ms = 3000
/// read_timeout_ms = 10000
/// largest_body_kib = 4096
/// deepest_json = 32
/// request_id_header = "X-Request-Id"
/// trusted_certificates = "/etc/switchboard/carrier-ca.pem"
/// base_urls = { "orders.place" = "https://orders.example.com/v3" }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// The longest wait for a connection, in milliseconds, the TLS handshake included: 3000 unless said.
    pub connect_timeout_ms: NonZeroU32,
    /// The longest silence of the upstream after sending and between two parts of its answer, in
    /// milliseconds: 10000 unless said.
    pub read_timeout_ms: NonZeroU32,
    /// The largest body of an answer, in KiB: 4096 unless said.
    pub largest_body_kib: NonZeroU32,
    /// The deepest nesting of lists and objects in an answer, at most 127: 32 unless said.
    pub deepest_json: NonZeroU8,
    /// The header in which the id of the request that caused a call goes upstream, so that both sides can
    /// find it in their logs: `X-Request-Id`. It is not sent unless this is said.
    pub request_id_header: Option<String>,
    /// A file of certificates (PEM) of authorities that vouch for the upstream, besides those that this
    /// machine trusts.
    pub trusted_certificates: Option<PathBuf>,
    /// Another base URL for an operation, by the operation's name: `orders.place`. Credentials are the same.
    pub base_urls: BTreeMap<String, BaseUrl>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        const fn from(value: u32) -> NonZeroU32 {
            NonZeroU32::MIN.saturating_add(value - 1)
        }
        Self {
            connect_timeout_ms: from(3000),
            read_timeout_ms: from(10_000),
            largest_body_kib: from(4096),
            deepest_json: NonZeroU8::MIN.saturating_add(31),
            request_id_header: None,
            trusted_certificates: None,
            base_urls: BTreeMap::new(),
        }
    }
}

/// How deep the parser goes before it gives up by itself.
const PARSER_DEPTH: u8 = 127;

impl HttpSettings {
    pub(super) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.get().into())
    }

    pub(super) fn read_timeout(&self) -> Duration {
        Duration::from_millis(self.read_timeout_ms.get().into())
    }

    pub(super) fn largest_body(&self) -> usize {
        usize::try_from(self.largest_body_kib.get())
            .unwrap_or(usize::MAX)
            .saturating_mul(1024)
    }

    /// The header for request ids, and all that is wrong with the settings.
    pub(super) fn check(&self, faults: &mut Vec<ConfigFault>) -> Option<HeaderName> {
        if self.deepest_json.get() > PARSER_DEPTH {
            let message = format!("must not be more than {PARSER_DEPTH}");
            faults.push(ConfigFault::new("config.http.deepest_json", message));
        }
        for name in self.base_urls.keys() {
            if !OPERATIONS.contains(&name.as_str()) {
                let message = format!("no such operation; there are {}", OPERATIONS.join(", "));
                faults.push(ConfigFault::new(format!("config.http.base_urls.{name}"), message));
            }
        }
        let header = self.request_id_header.as_ref()?;
        header.parse().map_or_else(
            |_| {
                let message = "is not a name of an HTTP header";
                faults.push(ConfigFault::new("config.http.request_id_header", message));
                None
            },
            Some,
        )
    }
}
