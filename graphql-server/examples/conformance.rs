//! Serves a small catalog on loopback for conformance suites: `conformance [PORT] [TOKEN]`.

#[path = "../tests/server/schema.rs"]
mod schema;

use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use graphql_server::{
    AuthError, Authenticated, Authenticator, Credentials, GraphqlServer, Limits, SlowClientLimits,
};
use tokio_util::sync::CancellationToken;

struct FixedToken(String);

#[async_trait]
impl Authenticator for FixedToken {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Authenticated, AuthError> {
        match credentials.token {
            None => Err(AuthError::Missing),
            Some(token) if token == self.0 => Ok(Authenticated::new(|request| {
                request.data(schema::Reader("conformance".into()))
            })),
            Some(_) => Err(AuthError::Invalid),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(Ok(4701), |port| port.parse())?;
    let token = arguments.next().unwrap_or_else(|| "conformance".into());

    let shutdown = CancellationToken::new();
    let catalog = schema::catalog();
    let sdl = catalog.sdl();
    let server = GraphqlServer::new(catalog, &sdl, Arc::new(FixedToken(token)), Limits::default())?
        .with_shutdown(shutdown.clone());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/graphql", listener.local_addr()?);
    let stop = shutdown.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    let router = server.routes("/graphql", "/graphql/ws");
    graphql_server::serve(
        listener,
        router,
        SlowClientLimits::default(),
        shutdown.cancelled(),
    )
    .await?;
    Ok(())
}
