//! Upstreams that can only be reached.

use provider_core::error::{Effect, ErrorKind};
use provider_core::provider::{Health, HealthState};

use super::support::{Act, BEARER, Upstream, client, configured, cx, deserted};

#[tokio::test]
async fn reaching_an_upstream_sends_nothing() {
    let upstream = Upstream::always(Act::Silence).await;
    let client = client(&upstream);
    client.reach(&cx()).await.unwrap();
    assert!(upstream.received().is_empty());
    let by_name = upstream.url().replace("127.0.0.1", "localhost");
    configured(&by_name, BEARER, "")
        .unwrap()
        .reach(&cx())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_upstream_that_is_not_there_can_not_be_reached() {
    let client = configured(&deserted().await, BEARER, "").unwrap();
    let error = client.reach(&cx()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Unavailable, Effect::None)
    );
    assert_eq!(error.operation(), "provider.health");
}

#[tokio::test]
async fn an_upstream_that_can_only_be_reached_is_not_said_to_be_up() {
    let upstream = Upstream::always(Act::Silence).await;
    let health = Health::of_reach(client(&upstream).reach(&cx())).await;
    assert_eq!(health.state, HealthState::Unknown);
    assert!(health.latency.is_some());
    assert_eq!(health.last_error, None);

    let client = configured(&deserted().await, BEARER, "").unwrap();
    let health = Health::of_reach(client.reach(&cx())).await;
    assert_eq!(health.state, HealthState::Down);
    assert!(health.last_error.unwrap().contains("base_url"));
}
