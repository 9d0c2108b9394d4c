//! API keys of requests.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use graphql_server::{AuthError, Authenticated, Authenticator, Credentials};
use moka::{future, sync};
use service::{Principal, ServiceError, Switchboard};
use sha2::{Digest, Sha256};

use crate::graphql;

/// How the well-known keys of the demo begin.
const DEMO_KEY_PREFIX: &str = "sb_demo_";

/// For how long a key that was found good is not looked up again: a revoked one works for so long.
const TRUSTED_FOR: Duration = Duration::from_secs(3);
/// For how long after its last use a good key is told from one that somebody guesses.
const KNOWN_FOR: Duration = Duration::from_secs(600);
/// Failed attempts of one address in a window before unknown keys of it are not looked at.
const FAILURES: u32 = 30;
const FAILURE_WINDOW: Duration = Duration::from_secs(60);
const MOST_KEYS: u64 = 10_000;
const MOST_ADDRESSES: u64 = 100_000;

type KeyHash = [u8; 32];

/// Judges API keys. Keys themselves are not kept, only their hashes.
#[derive(Debug)]
pub(super) struct KeyAuthenticator {
    switchboard: Switchboard,
    accept_demo_keys: bool,
    trusted: future::Cache<KeyHash, Principal>,
    /// Keys that were good a while ago: an address's failures don't lock them out, so that a client behind the
    /// same proxy as a guesser goes on.
    known: sync::Cache<KeyHash, ()>,
    failures: sync::Cache<IpAddr, Arc<AtomicU32>>,
}

impl KeyAuthenticator {
    pub(super) fn new(switchboard: Switchboard, accept_demo_keys: bool) -> Self {
        Self {
            switchboard,
            accept_demo_keys,
            trusted: future::Cache::builder()
                .max_capacity(MOST_KEYS)
                .time_to_live(TRUSTED_FOR)
                .build(),
            known: sync::Cache::builder()
                .max_capacity(MOST_KEYS)
                .time_to_idle(KNOWN_FOR)
                .build(),
            failures: sync::Cache::builder()
                .max_capacity(MOST_ADDRESSES)
                .time_to_live(FAILURE_WINDOW)
                .build(),
        }
    }

    /// Whose key it is.
    pub(super) async fn identify(&self, credentials: Credentials<'_>) -> Result<Principal, AuthError> {
        let token = credentials.token.ok_or(AuthError::Missing)?;
        let address = credentials.peer.map(|peer| peer.ip());
        self.principal(token, address).await
    }

    async fn principal(&self, token: &str, address: Option<IpAddr>) -> Result<Principal, AuthError> {
        if token.starts_with(DEMO_KEY_PREFIX) && !self.accept_demo_keys {
            return Err(AuthError::Invalid);
        }
        let hash: KeyHash = Sha256::digest(token.as_bytes()).into();
        if let Some(principal) = self.trusted.get(&hash).await {
            return Ok(principal);
        }
        if self.known.get(&hash).is_none()
            && address.is_some_and(|address| self.has_failed_too_often(address))
        {
            return Err(AuthError::TooManyAttempts {
                retry_after: FAILURE_WINDOW,
            });
        }
        // Requests that come at once with one key ask the database once.
        let judged = self
            .trusted
            .try_get_with(hash, self.switchboard.authenticate(token))
            .await;
        match judged {
            Ok(principal) => {
                self.known.insert(hash, ());
                Ok(principal)
            }
            Err(error) if matches!(*error, ServiceError::Unauthenticated) => {
                self.known.invalidate(&hash);
                self.count_failure(address);
                Err(AuthError::Invalid)
            }
            Err(error) => {
                tracing::error!(%error, "an API key could not be checked");
                Err(AuthError::Unavailable)
            }
        }
    }

    fn has_failed_too_often(&self, address: IpAddr) -> bool {
        let count = self.failures.get(&network(address));
        count.is_some_and(|count| count.load(Ordering::Relaxed) >= FAILURES)
    }

    fn count_failure(&self, address: Option<IpAddr>) {
        if let Some(address) = address {
            let count = self.failures.get_with(network(address), Arc::default);
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What one client can choose its address from: an IPv6 host has a /64 network of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[async_trait]
impl Authenticator for KeyAuthenticator {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Authenticated, AuthError> {
        let principal = self.identify(credentials).await?;
        Ok(Authenticated::new(graphql::authenticated(principal)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::{AccessLevel, Scope, Settings};

    async fn demo() -> (store::testing::TestDatabase, Switchboard) {
        let database = store::testing::sqlite().await;
        let switchboard = Switchboard::over(database.database(), Settings::new(database.url())).unwrap();
        let key = format!("{DEMO_KEY_PREFIX}admin");
        switchboard
            .ensure_demo_key("demo", &key, AccessLevel::Admin, Scope::Platform)
            .await
            .unwrap();
        (database, switchboard)
    }

    fn from(address: &str, token: &'static str) -> Credentials<'static> {
        Credentials {
            token: Some(token),
            peer: Some(address.parse().unwrap()),
        }
    }

    #[tokio::test]
    async fn well_known_keys_are_refused_where_others_can_reach_the_server() {
        let (_database, switchboard) = demo().await;
        let credentials = from("192.0.2.1:1", "sb_demo_admin");
        let open = KeyAuthenticator::new(switchboard.clone(), true)
            .authenticate(credentials)
            .await;
        assert!(open.is_ok());
        let closed = KeyAuthenticator::new(switchboard, false)
            .authenticate(credentials)
            .await;
        assert_eq!(closed.err(), Some(AuthError::Invalid));
    }

    #[tokio::test]
    async fn failures_count_for_a_whole_network_and_for_no_other() {
        let (_database, switchboard) = demo().await;
        let authenticator = KeyAuthenticator::new(switchboard, true);
        for _ in 0..FAILURES {
            let guess = authenticator
                .authenticate(from("[2001:db8::1]:1", "sb_live_guess"))
                .await;
            assert_eq!(guess.err(), Some(AuthError::Invalid));
        }
        let neighbor = authenticator
            .authenticate(from("[2001:db8::2]:1", "sb_live_guess"))
            .await;
        assert!(matches!(neighbor.err(), Some(AuthError::TooManyAttempts { .. })));
        let stranger = authenticator
            .authenticate(from("[2001:db8:1::1]:1", "sb_live_guess"))
            .await;
        assert_eq!(stranger.err(), Some(AuthError::Invalid));
    }

    #[tokio::test]
    async fn no_key_is_no_failure() {
        let (_database, switchboard) = demo().await;
        let authenticator = KeyAuthenticator::new(switchboard, true);
        let missing = authenticator
            .authenticate(Credentials {
                token: None,
                peer: None,
            })
            .await;
        assert_eq!(missing.err(), Some(AuthError::Missing));
    }
}
