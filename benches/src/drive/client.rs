use std::{net::IpAddr, time::Duration};

use reqwest::{
    Client, ClientBuilder, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect::Policy,
};
use serde_json::{Value, json};

use crate::Result;

/// What a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// GraphQL.
    GraphQl,
    /// The hand-written floor: a path for each query, and its variables.
    Floor,
}

/// A server on this machine.
#[derive(Debug, Clone)]
pub struct Target {
    client: Client,
    url: Url,
    dialect: Dialect,
}

/// What a client is made with. It speaks plain HTTP, and the library wants to know who would encrypt all the same.
pub fn client_builder() -> ClientBuilder {
    // An error: somebody named one before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

/// What a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

impl Target {
    /// A Switchboard at its `/graphql`.
    ///
    /// # Errors
    /// An address that isn't of this machine, or a key that can't stand in a header.
    pub fn graphql(url: &str, key: &str) -> Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {key}"))?;
        authorization.set_sensitive(true);
        Self::new(
            url,
            Dialect::GraphQl,
            HeaderMap::from_iter([(AUTHORIZATION, authorization)]),
        )
    }

    /// The floor.
    ///
    /// # Errors
    /// An address that isn't of this machine.
    pub fn floor(url: &str) -> Result<Self> {
        Self::new(url, Dialect::Floor, HeaderMap::new())
    }

    fn new(url: &str, dialect: Dialect, mut headers: HeaderMap) -> Result<Self> {
        let url: Url = url.parse()?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let local = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        if !local {
            return Err(format!("{url} is not on this machine: load is sent over loopback alone").into());
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let client = client_builder()
            .default_headers(headers)
            .no_proxy()
            .redirect(Policy::none())
            .tcp_nodelay(true)
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { client, url, dialect })
    }

    /// What it understands.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Sends a body and gives the whole answer.
    ///
    /// # Errors
    /// No answer, or one that isn't 200.
    pub async fn post(&self, to: &str, body: String) -> Result<Vec<u8>> {
        let url = match self.dialect {
            Dialect::GraphQl => self.url.clone(),
            Dialect::Floor => self.url.join(to)?,
        };
        let response = self
            .client
            .post(url)
            .body(body)
            .send()
            .await?
            .error_for_status()?;
        Ok(response.bytes().await?.into())
    }

    /// Asks once; gives `data`.
    ///
    /// # Errors
    /// No answer, or one with errors.
    pub async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut answer: Value = serde_json::from_slice(&self.post("", body).await?)?;
        match answer.get("errors") {
            Some(errors) => Err(format!("the server answered with errors: {errors}").into()),
            None => Ok(answer["data"].take()),
        }
    }
}
