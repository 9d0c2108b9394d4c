//! Where an upstream is.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use url::{Host, Url};

/// What stands in a path segment as itself: RFC 3986 section 2.3, and nothing else.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The address of an upstream: `https`, or `http` to this machine itself. It has no user, query or fragment,
/// so that nothing in it is secret.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BaseUrl(Url);

/// Why a text is not an address of an upstream. Does not repeat the text: a password may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It can't be read as a URL.
    #[error("is not a URL; it is written like https://api.example.com/v3")]
    NotAUrl,
    /// Everything sent there could be read on the way.
    #[error("must begin with https://; http:// is for this machine only (localhost, 127.0.0.1, [::1])")]
    NotSecure,
    /// It holds a user or a password.
    #[error("must not hold a user or a password; credentials are given in `auth`")]
    Credentials,
    /// It holds a query or a fragment.
    #[error("must not hold a query (?) or a fragment (#); a key in the query is given in `auth`")]
    Query,
}

/// A part of a path that would lead elsewhere, or nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadSegment;

impl BaseUrl {
    /// The address as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub(super) fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    pub(super) fn port(&self) -> Option<u16> {
        self.0.port_or_known_default()
    }

    pub(super) fn to_url(&self) -> Url {
        self.0.clone()
    }

    /// The address below this one. An empty segment may be the last one only, for a slash at the end.
    pub(super) fn below(&self, segments: &[String]) -> Result<Url, BadSegment> {
        let Some(last) = segments.len().checked_sub(1) else {
            return Ok(self.to_url());
        };
        let mut path = self.0.path().trim_end_matches('/').to_owned();
        for (at, segment) in segments.iter().enumerate() {
            if (segment.is_empty() && at < last) || climbs(segment) || segment.contains(char::is_control) {
                return Err(BadSegment);
            }
            path.push('/');
            path.extend(utf8_percent_encode(segment, ENCODED));
        }
        let mut url = self.to_url();
        url.set_path(&path);
        Ok(url)
    }
}

/// Whether a server that decodes a segment once more than it should could take it for a way out of the path.
fn climbs(segment: &str) -> bool {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    decoded.split(['/', '\\']).any(|part| matches!(part, "." | ".."))
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        // The parser of browsers drops line ends and takes \ for /: what is written must be what is meant.
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
        if text.contains(odd) || !text.contains("://") {
            return Err(BaseUrlError::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| BaseUrlError::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(BaseUrlError::NotSecure),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: String) -> Result<Self, BaseUrlError> {
        text.parse()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}
