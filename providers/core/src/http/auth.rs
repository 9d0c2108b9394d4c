//! How we prove to an upstream who we are.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde::Deserialize;

use super::BaseUrl;
use super::redact::Sensitive;
use super::token::TokenSource;
use super::transport::Transport;
use crate::config::{ConfigFault, Secret};

/// How we prove to an upstream who we are: the table `auth` of an adapter's settings.
///
/// ```toml
/// auth = { bearer = "${KEY}" }
/// auth = { basic = { user = "switchboard", password = "${PASSWORD}" } }
/// auth = { header = { name = "X-Api-Key", value = "${KEY}" } }
/// auth = { query = { name = "api_key", value = { file = "/run/secrets/key" } } }
/// auth = { client_credentials = { token_url = "https://id.example.com/token", client_id = "switchboard", client_secret = "${SECRET}", scope = "numbers" } }
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// `Authorization: Bearer KEY` (RFC 6750).
    Bearer(Secret),
    /// `Authorization: Basic ...` (RFC 7617).
    Basic {
        /// The user; without `:`.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A header of the upstream's own.
    Header {
        /// The header's name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// A parameter of the query. Upstreams and proxies log addresses: choose another way if there is one.
    Query {
        /// The parameter's name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// A token of the upstream's token endpoint (OAuth 2.0 client credentials, RFC 6749 section 4.4), fetched
    /// when it is first needed and again shortly before it ends.
    ClientCredentials {
        /// The token endpoint, under the same rules as a base URL.
        token_url: BaseUrl,
        /// Who we are.
        client_id: String,
        /// Our secret.
        client_secret: Secret,
        /// What the token shall allow, as the upstream calls it: names with spaces between.
        scope: Option<String>,
    },
}

/// How a client gets what it puts on the wire.
pub(super) enum Credentials {
    Fixed(Pass),
    Token(Box<TokenSource>),
}

/// What goes with a request to prove who we are, and must not come back.
#[derive(Debug)]
pub(super) struct Pass {
    place: Place,
    sensitive: Sensitive,
}

enum Place {
    Header(HeaderName, HeaderValue),
    Query(String, Secret),
}

impl Credentials {
    /// Prepares credentials, or says at which key below `config.auth` they can't be sent.
    pub(super) fn prepare(auth: Auth, transport: &Transport) -> Result<Self, ConfigFault> {
        let pass = match auth {
            Auth::Bearer(key) => Pass::bearer(key.expose()).ok_or_else(|| unsendable("bearer"))?,
            Auth::Basic { user, .. } if user.contains(':') => {
                let message = "must not hold a colon: RFC 7617 has no way to send it";
                return Err(fault("basic.user", message));
            }
            Auth::Basic { user, password } => {
                Pass::basic(&user, password.expose()).ok_or_else(|| unsendable("basic"))?
            }
            Auth::Header { name, value } => {
                let name = own_header(&name)?;
                Pass::header(name, value.expose(), [value.expose()])
                    .ok_or_else(|| unsendable("header.value"))?
            }
            Auth::Query { name, .. } if name.is_empty() => return Err(fault("query.name", "is empty")),
            Auth::Query { name, value } => Pass::query(name, value),
            Auth::ClientCredentials {
                token_url,
                client_id,
                client_secret,
                scope,
            } => {
                // RFC 6749 section 2.3.1: both are form-encoded before they are put together.
                let pass = Pass::basic(&form(&client_id), &form(client_secret.expose()))
                    .ok_or_else(|| unsendable("client_credentials"))?;
                let pass = pass.and_not(client_secret.expose());
                let source = TokenSource::new(transport.clone(), token_url, pass, scope);
                return Ok(Self::Token(Box::new(source)));
            }
        };
        Ok(Self::Fixed(pass))
    }
}

impl Pass {
    /// `Authorization: Bearer KEY`, if a header can carry it.
    pub(super) fn bearer(key: &str) -> Option<Self> {
        Self::header(AUTHORIZATION, &format!("Bearer {key}"), [key])
    }

    fn basic(user: &str, password: &str) -> Option<Self> {
        let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
        Self::header(AUTHORIZATION, &format!("Basic {pair}"), [password, &pair])
    }

    fn query(name: String, value: Secret) -> Self {
        Self {
            sensitive: Sensitive::new([value.expose(), &form(value.expose())]),
            place: Place::Query(name, value),
        }
    }

    fn header<const N: usize>(name: HeaderName, value: &str, secrets: [&str; N]) -> Option<Self> {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        Some(Self {
            place: Place::Header(name, value),
            sensitive: Sensitive::new(secrets),
        })
    }

    /// The same, with another form of the secret that must not come back.
    fn and_not(self, secret: &str) -> Self {
        Self {
            sensitive: self.sensitive.and(secret),
            ..self
        }
    }

    /// Puts it onto a request, in the place of whatever stands there.
    pub(super) fn put(&self, request: &mut Request) {
        match &self.place {
            Place::Header(name, value) => {
                request.headers_mut().insert(name, value.clone());
            }
            Place::Query(name, value) => {
                request
                    .url_mut()
                    .query_pairs_mut()
                    .append_pair(name, value.expose());
            }
        }
    }

    /// What must not come back.
    pub(super) fn sensitive(&self) -> &Sensitive {
        &self.sensitive
    }
}

/// As it stands in a form and in a query.
fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The headers that the client itself answers for.
const TAKEN: [&str; 5] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
];

fn own_header(name: &str) -> Result<HeaderName, ConfigFault> {
    let header: HeaderName = name
        .parse()
        .map_err(|_| fault("header.name", "is not a name of an HTTP header"))?;
    if TAKEN.contains(&header.as_str()) {
        return Err(fault("header.name", "is a header that the client sets itself"));
    }
    Ok(header)
}

fn unsendable(key: &str) -> ConfigFault {
    fault(
        key,
        "the secret holds a character that an HTTP header can't carry, such as a line end",
    )
}

fn fault(key: &str, message: &str) -> ConfigFault {
    ConfigFault::new(format!("config.auth.{key}"), message)
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(pass) => pass.place.fmt(f),
            Self::Token(source) => source.fmt(f),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name, _) => write!(f, "header {name}"),
            Self::Query(name, _) => write!(f, "query parameter {name}"),
        }
    }
}
