//! A client of the API.

use reqwest::{
    Method, RequestBuilder, StatusCode, Url,
    header::{ACCEPT, HeaderMap},
};
use serde_json::{Value, json};

use crate::server::Server;

/// A client with an API key, or without one.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    key: Option<String>,
}

/// An answer, whatever it is.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON, null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// `extensions.code` of the first error.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

impl Client {
    /// A client of a server.
    pub(crate) fn new(server: &Server, key: Option<&str>) -> Self {
        // Adapters make reqwest speak TLS by a provider that they name; everybody else has to name one, too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self {
            http,
            url: server.url().to_owned(),
            key: key.map(str::to_owned),
        }
    }

    /// The key that it sends.
    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// A request to a path of the server, with the key.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// A GET of an operation.
    pub(crate) fn get(&self, query: &str) -> RequestBuilder {
        let url = Url::parse_with_params("http://switchboard/graphql", [("query", query)]).expect("a URL");
        self.request(
            Method::GET,
            &format!("/graphql?{}", url.query().unwrap_or_default()),
        )
    }

    /// Sends a request that was made by hand.
    pub(crate) async fn send(request: RequestBuilder) -> Answer {
        Self::try_send(request).await.expect("an answer")
    }

    async fn try_send(request: RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer {
            status,
            headers,
            bytes: response.bytes().await?.to_vec(),
        })
    }

    fn graphql(&self, query: &str, variables: Value) -> RequestBuilder {
        let body = json!({ "query": query, "variables": variables });
        self.request(Method::POST, "/graphql")
            .header(ACCEPT, "application/json")
            .json(&body)
    }

    /// The answer to an operation.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Answer {
        Self::send(self.graphql(query, variables)).await
    }

    /// The same, from a server that may die meanwhile.
    pub(crate) async fn try_ask(&self, query: &str, variables: Value) -> reqwest::Result<Answer> {
        Self::try_send(self.graphql(query, variables)).await
    }

    /// The data of an operation that must not fail.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.ask(query, variables).await;
        let mut body = answer.json();
        assert!(body.get("errors").is_none(), "{query}\n{}", answer.text());
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        body["data"].take()
    }

    /// All nodes of a connection, page by page; `query` has the variables `$first` and `$after` besides those
    /// given, and asks for `nodes` and `pageInfo { hasNextPage endCursor }`.
    pub(crate) async fn all(&self, query: &str, field: &str, mut variables: Value) -> Vec<Value> {
        let mut nodes = Vec::new();
        variables["first"] = json!(100);
        loop {
            let mut data = self.data(query, variables.clone()).await;
            let mut page = data[field].take();
            nodes.append(page["nodes"].as_array_mut().expect("nodes"));
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                return nodes;
            }
            variables["after"] = page["pageInfo"]["endCursor"].take();
        }
    }
}
