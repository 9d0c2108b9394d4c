//! Messages to addresses that our own customers name: they may lead out into the internet, and nowhere else.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, redirect};
use rustls::ClientConfig;
use url::{Host, Url};

use super::classify::retry_after;
use super::tls;
use crate::config::ConfigFault;

/// How long a receiver has for its answer, from connecting on.
const DEADLINE: Duration = Duration::from_secs(15);
/// How we call ourselves.
const USER_AGENT: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

/// An address that a message may be sent to. Has no user or password in it.
#[derive(Clone, PartialEq, Eq)]
pub struct HookUrl(Url);

/// Why a text is no address of a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HookUrlError {
    /// It can't be read as a URL.
    #[error("is not a URL; it is written like https://example.com/hooks/numbers")]
    NotAUrl,
    /// Everything sent there could be read on the way.
    #[error("must begin with https://")]
    NotSecure,
    /// It holds a user or a password.
    #[error("must not hold a user or a password: messages are signed")]
    Credentials,
    /// It holds a part that is never sent.
    #[error("must not hold a fragment (#)")]
    Fragment,
    /// It leads into this network.
    #[error("must lead to a public address: private, local and reserved ones are not called")]
    NotPublic,
}

impl HookUrl {
    /// Reads an address. `inside` allows those of this machine and of private networks, and such without TLS.
    ///
    /// # Errors
    /// [`HookUrlError`]. A name is not looked up here: where it leads to is looked at each time it is called.
    pub fn parse(text: &str, inside: bool) -> Result<Self, HookUrlError> {
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
        if text.contains(odd) || !text.contains("://") {
            return Err(HookUrlError::NotAUrl);
        }
        let url = Url::from_str(text).map_err(|_| HookUrlError::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if inside => {}
            _ => return Err(HookUrlError::NotSecure),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HookUrlError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(HookUrlError::Fragment);
        }
        let public = match url.host() {
            Some(Host::Ipv4(address)) => is_public(address.into()),
            Some(Host::Ipv6(address)) => is_public(address.into()),
            Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
            None => return Err(HookUrlError::NotAUrl),
        };
        if public || inside {
            Ok(Self(url))
        } else {
            Err(HookUrlError::NotPublic)
        }
    }

    /// The address as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for HookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path may be as good as a password.
        write!(f, "HookUrl({})", self.0.host_str().unwrap_or_default())
    }
}

/// What a receiver answered: its status, and how long it wants to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HookReply {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// Why there is no answer. Holds no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HookFailure(String);

/// Sends messages to addresses that customers name: without redirects, proxies or kept connections, and only to public
/// addresses, whatever a name leads to at that moment.
#[derive(Debug, Clone)]
pub struct HookClient(Client);

impl HookClient {
    /// A client; `inside` as in [`HookUrl::parse`]. Reaches for nothing.
    ///
    /// # Errors
    /// When this machine trusts no authority of certificates.
    pub fn new(inside: bool) -> Result<Self, ConfigFault> {
        let tls = match tls::trusting_the_machine(None) {
            Err(_) if inside => tls::trusting_nobody()?,
            tls => tls?,
        };
        Self::build(tls, inside)
    }

    fn build(tls: ClientConfig, inside: bool) -> Result<Self, ConfigFault> {
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(USER_AGENT)
            .timeout(DEADLINE)
            .pool_max_idle_per_host(0);
        let builder = if inside {
            builder
        } else {
            builder.dns_resolver(Arc::new(PublicOnly))
        };
        builder
            .build()
            .map(Self)
            .map_err(|_| ConfigFault::new("webhooks", "no HTTP client can be made"))
    }

    /// Sends a JSON text once. What is in the answer is not read.
    ///
    /// # Errors
    /// [`HookFailure`] when there is no answer; one that says no is a [`HookReply`].
    pub async fn post(
        &self,
        url: &HookUrl,
        headers: [(&'static str, String); 3],
        body: String,
    ) -> Result<HookReply, HookFailure> {
        let mut request = self
            .0
            .post(url.0.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| HookFailure(why(&error)))?;
        Ok(HookReply {
            status: response.status().as_u16(),
            retry_after: retry_after(response.status(), response.headers()),
        })
    }
}

fn why(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        if inner.is::<NotPublic>() {
            return inner.to_string();
        }
        cause = inner;
    }
    if error.is_timeout() {
        format!("no answer within {} seconds", DEADLINE.as_secs())
    } else if error.is_connect() {
        format!("no connection: {cause}")
    } else {
        format!("the connection broke: {cause}")
    }
}

/// A name leads into this network.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no public address")]
struct NotPublic;

/// Looks names up, and forgets addresses that are not public.
#[derive(Debug)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet: those that the registries of IANA keep for something else (RFC
/// 6890) are not, nor are IPv6 addresses that hold such an IPv4 address.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = matches!(
        (a, b, c),
        (0 | 10 | 127 | 240.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !reserved && !address.is_multicast()
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, ..] = segments;
    let [.., high, low] = segments;
    let inside = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match first {
        // NAT64 (RFC 6052): the IPv4 address stands at the end.
        0x64 if second == 0xff9b => inside(high, low),
        // 6to4 (RFC 3056): it stands behind the prefix.
        0x2002 => inside(second, segments.get(2).copied().unwrap_or_default()),
        // Teredo, benchmarking, ORCHID, documentation.
        0x2001 if second < 0x200 || second == 0xdb8 => false,
        // Of the rest only 2000::/3 is given out.
        _ => first & 0xe000 == 0x2000 && first != 0x3fff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_called() {
        for address in [
            "93.184.216.34",
            "8.8.8.8",
            "2606:4700:4700::1111",
            "172.32.0.1",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "fec0::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_of_a_receiver_is_public_and_protected() {
        let parse = |text: &str| HookUrl::parse(text, false).err();
        assert_eq!(parse("https://example.com/hooks?a=b"), None);
        for (text, error) in [
            ("example.com", HookUrlError::NotAUrl),
            ("https://", HookUrlError::NotAUrl),
            ("https://exam\nple.com", HookUrlError::NotAUrl),
            ("http://example.com", HookUrlError::NotSecure),
            ("ftp://example.com", HookUrlError::NotSecure),
            ("https://u:p@example.com", HookUrlError::Credentials),
            ("https://example.com/#x", HookUrlError::Fragment),
            ("https://localhost", HookUrlError::NotPublic),
            ("https://127.1", HookUrlError::NotPublic),
            ("https://2130706433/", HookUrlError::NotPublic),
            ("https://[::1]/", HookUrlError::NotPublic),
            ("https://169.254.169.254/latest", HookUrlError::NotPublic),
        ] {
            assert_eq!(parse(text), Some(error), "{text}");
        }
        assert!(HookUrl::parse("http://127.0.0.1:8080/x", true).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_into_this_network_is_not_called() {
        let client = HookClient::build(tls::trusting_nobody().unwrap(), false).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // As a customer's own name server could answer at any time after the address was checked.
        let url = HookUrl(Url::from_str(&format!("http://localhost:{port}/")).unwrap());
        let failure = client.post(&url, headers(), "{}".to_owned()).await.unwrap_err();
        assert_eq!(failure.to_string(), NotPublic.to_string());
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "nobody came");
    }

    fn headers() -> [(&'static str, String); 3] {
        [("a", String::new()), ("b", String::new()), ("c", String::new())]
    }
}
