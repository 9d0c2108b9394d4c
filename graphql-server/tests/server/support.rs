//! Requests against the server: in process where no connection matters, else over loopback.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use graphql_server::{
    AuthError, Authenticated, Authenticator, Budget, Cost, Credentials, Exhausted, GraphqlServer, Limits,
    SlowClientLimits,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::schema::{Reader, catalog};

pub(crate) const TOKEN: &str = "a-secret-token";
pub(crate) const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// Knows one token, and a few that stand for trouble.
#[derive(Default)]
pub(crate) struct Doorkeeper {
    pub(crate) revoked: AtomicBool,
    /// Nodes a client may still ask for; `None` for any number.
    pub(crate) budget: Option<Arc<Purse>>,
}

pub(crate) struct Purse(pub(crate) AtomicU64);

impl Budget for Purse {
    fn spend(&self, cost: Cost) -> Result<(), Exhausted> {
        let spend = |left: u64| left.checked_sub(cost.requested_nodes);
        let spent = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend);
        spent.map(|_| ()).map_err(|_| Exhausted {
            retry_after: Duration::from_millis(1_500),
        })
    }
}

#[async_trait]
impl Authenticator for Doorkeeper {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Authenticated, AuthError> {
        match credentials.token {
            None => Err(AuthError::Missing),
            Some(TOKEN) if !self.revoked.load(Ordering::SeqCst) => {
                let peer = credentials
                    .peer
                    .map_or_else(|| "nowhere".to_owned(), |peer| peer.ip().to_string());
                let client = Authenticated::new(move |request| request.data(Reader(peer.clone())));
                Ok(match &self.budget {
                    Some(purse) => client.with_budget(purse.clone()),
                    None => client,
                })
            }
            Some("too-often") => Err(AuthError::TooManyAttempts {
                retry_after: Duration::from_secs(7),
            }),
            Some("unavailable") => Err(AuthError::Unavailable),
            Some(_) => Err(AuthError::Invalid),
        }
    }
}

pub(crate) fn server_for(doorkeeper: Arc<Doorkeeper>, limits: Limits) -> GraphqlServer {
    let catalog = catalog();
    let sdl = catalog.sdl();
    GraphqlServer::new(catalog, &sdl, doorkeeper, limits).expect("the catalog's own definition is valid")
}

pub(crate) fn server(limits: Limits) -> GraphqlServer {
    server_for(Arc::default(), limits)
}

pub(crate) fn routes(server: &GraphqlServer) -> Router {
    server.routes("/graphql", "/graphql/ws")
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// `extensions.code` of each error.
    pub(crate) fn codes(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| {
                error["extensions"]["code"]
                    .as_str()
                    .expect("every error has a code")
                    .into()
            })
            .collect()
    }

    pub(crate) fn code(&self) -> String {
        let [code] =
            <[String; 1]>::try_from(self.codes()).unwrap_or_else(|_| panic!("one error expected: {self:?}"));
        code
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a plain header"))
    }

    pub(crate) fn data(&self) -> Value {
        let json = self.json();
        assert!(json.get("errors").is_none(), "{self:?}");
        json["data"].clone()
    }
}

/// A client of a server that listens. Other crates of the workspace make this one capable of TLS, and leave the choice of
/// a cryptography to whoever makes it.
pub(crate) fn client() -> reqwest::Client {
    // Chosen already where an earlier test made a client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let response = router
        .clone()
        .oneshot(request)
        .await
        .expect("the router does not fail");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("the body is whole").to_bytes();
    let text = String::from_utf8(bytes.to_vec()).expect("responses are UTF-8");
    Reply {
        status: parts.status,
        headers: parts.headers,
        text,
    }
}

/// A POST as a well-behaved client sends it; tests change what they are about.
pub(crate) fn post(body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .body(body.into())
        .expect("a valid request")
}

pub(crate) fn get(query: &str) -> Request<Body> {
    let mut request = post(Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = format!("/graphql?{query}").parse().expect("a valid URI");
    request
}

pub(crate) fn with_header(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request
        .headers_mut()
        .insert(name, value.parse().expect("a header value"));
    request
}

/// Asks a server with default limits.
pub(crate) async fn ask(query: &str) -> Reply {
    ask_with(query, json!({})).await
}

pub(crate) async fn ask_with(query: &str, variables: Value) -> Reply {
    ask_of(
        &routes(&server(Limits::default())),
        json!({ "query": query, "variables": variables }),
    )
    .await
}

pub(crate) async fn ask_of(router: &Router, body: Value) -> Reply {
    send(router, post(body.to_string())).await
}

/// A server that listens on loopback.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) serving: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    pub(crate) async fn start(server: GraphqlServer, slow: SlowClientLimits) -> Self {
        let shutdown = CancellationToken::new();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has free ports");
        let address = listener.local_addr().expect("bound");
        let router = routes(&server.with_shutdown(shutdown.clone()));
        let stop = shutdown.clone();
        let serving = tokio::spawn(async move {
            graphql_server::serve(listener, router, slow, stop.cancelled_owned()).await
        });
        Self {
            address,
            shutdown,
            serving,
        }
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        Self::start(server(limits), SlowClientLimits::default()).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }
}
