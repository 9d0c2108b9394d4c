//! The server and its routes.

use std::{fmt, sync::Arc};

use async_graphql::Executor;
use axum::{Router, routing::any};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Authenticator,
    execute::Execute,
    http,
    limits::Limits,
    oracle::{InvalidSchema, Oracle},
    persisted::{PersistedDocuments, TrustedDocuments},
    ws,
};

/// Which HTTP status tells what became of a request, for clients that accept
/// `application/graphql-response+json`. Under `application/json` it is 200 for every well-formed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusProfile {
    /// What the audits of `graphql-http` check: 400 if nothing was executed, else 200.
    #[default]
    Audit,
    /// The current draft of GraphQL over HTTP: 400 for a syntax error, 422 for a document that is well-formed
    /// but cannot be executed, 294 for data along with errors, else 200.
    Draft,
}

/// GraphQL over HTTP, WebSocket and event streams in front of any async-graphql schema. Cheap to clone.
#[derive(Clone)]
pub struct GraphqlServer {
    shared: Arc<Shared>,
}

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) executor: Arc<dyn Execute>,
    pub(crate) oracle: Arc<Oracle>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) persisted: Arc<PersistedDocuments>,
    pub(crate) limits: Limits,
    pub(crate) statuses: StatusProfile,
    pub(crate) shutdown: CancellationToken,
}

impl GraphqlServer {
    /// A server for one schema.
    ///
    /// `sdl` must describe the schema `executor` runs; documents are validated against it, so that the
    /// executor may be built with [`async_graphql::ValidationMode::Fast`] and without limits of its own.
    ///
    /// # Errors
    /// [`InvalidSchema`] if `sdl` is not a valid schema.
    pub fn new(
        executor: impl Executor,
        sdl: &str,
        authenticator: Arc<dyn Authenticator>,
        limits: Limits,
    ) -> Result<Self, InvalidSchema> {
        let persisted = PersistedDocuments::new(TrustedDocuments::default(), limits.persisted_queries);
        Ok(Self {
            shared: Arc::new(Shared {
                executor: Arc::new(executor),
                oracle: Arc::new(Oracle::new(sdl)?),
                authenticator,
                persisted: Arc::new(persisted),
                limits,
                statuses: StatusProfile::default(),
                shutdown: CancellationToken::new(),
            }),
        })
    }

    /// Sets which HTTP statuses are used.
    #[must_use]
    pub fn with_status_profile(mut self, statuses: StatusProfile) -> Self {
        self.shared_mut().statuses = statuses;
        self
    }

    /// Sets the documents clients may name by hash.
    #[must_use]
    pub fn with_trusted_documents(mut self, trusted: TrustedDocuments) -> Self {
        let shared = self.shared_mut();
        shared.persisted = Arc::new(PersistedDocuments::new(trusted, shared.limits.persisted_queries));
        self
    }

    /// Ends WebSocket connections (with close code 1001) and event streams when the token is canceled.
    #[must_use]
    pub fn with_shutdown(mut self, shutdown: CancellationToken) -> Self {
        self.shared_mut().shutdown = shutdown;
        self
    }

    fn shared_mut(&mut self) -> &mut Shared {
        Arc::make_mut(&mut self.shared)
    }

    /// The routes: GET and POST on `path`, WebSocket on `websocket_path`. Any other method gets status 405.
    pub fn routes(&self, path: &str, websocket_path: &str) -> Router {
        Router::new()
            .route(path, any(http::handle))
            .route(websocket_path, any(ws::handle))
            .with_state(Arc::clone(&self.shared))
    }
}

impl fmt::Debug for GraphqlServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("GraphqlServer")
            .field("limits", &self.shared.limits)
            .field("statuses", &self.shared.statuses)
            .finish_non_exhaustive()
    }
}
