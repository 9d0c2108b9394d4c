//! What calls leave behind in the figures, in the log and in the health.

use super::*;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use provider_core::error::UpstreamAnswer;
use std::io;
use tracing_subscriber::fmt::MakeWriter;

/// Figures of what is called on this thread, for as long as the guard lives.
macro_rules! figures {
    () => {{
        let recorder = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        (recorder.handle(), metrics::set_default_local_recorder(recorder))
    }};
}

/// The value of the one line that begins with a name and has all of these labels.
fn figure(handle: &PrometheusHandle, name: &str, labels: &[&str]) -> Option<f64> {
    let rendered = handle.render();
    let mut lines = rendered.lines().filter(|line| {
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{'))
            && labels.iter().all(|label| line.contains(label))
    });
    let line = lines.next()?;
    assert_eq!(lines.next(), None, "{name} {labels:?} is more than one line");
    line.rsplit_once(' ').and_then(|(_, value)| value.parse().ok())
}

/// What is written to the log.
#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn lines(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn start(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::INFO)
            .with_writer(self.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_counted_by_provider_operation_and_outcome_and_timed() {
    let (handle, _guard) = figures!();
    let script = Script::new([
        Reply::Good.after(seconds(2)),
        bad(ErrorKind::NoStock, Effect::None),
    ]);
    let instance = script.under(PolicySettings::default());
    search(&instance, &context()).await.unwrap();
    place(&instance, &context()).await.unwrap_err();
    let who = [r#"provider="script-uk""#, r#"kind="script""#];
    for (operation, outcome) in [("search.search", "OK"), ("orders.place", "NO_STOCK")] {
        let what = [
            format!(r#"operation="{operation}""#),
            format!(r#"outcome="{outcome}""#),
        ];
        let labels = [who[0], who[1], &what[0], &what[1]];
        assert_eq!(
            figure(&handle, "switchboard_provider_calls_total", &labels),
            Some(1.0)
        );
    }
    let labels = [who[0], r#"operation="search.search""#];
    let took = figure(&handle, "switchboard_provider_call_duration_seconds_sum", &labels);
    assert_eq!(took, Some(2.0));
    assert_eq!(
        figure(&handle, "switchboard_provider_calls_in_flight", &who),
        Some(0.0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_under_way_is_counted_so_and_a_cancelled_one_is_no_failure() {
    let (handle, _guard) = figures!();
    let instance = Script::always(Reply::Never).under(PolicySettings::default());
    {
        let cx = context();
        let call = search(&instance, &cx);
        tokio::pin!(call);
        assert!(futures_util::poll!(&mut call).is_pending());
        assert_eq!(
            figure(&handle, "switchboard_provider_calls_in_flight", &[]),
            Some(1.0)
        );
    }
    assert_eq!(
        figure(&handle, "switchboard_provider_calls_in_flight", &[]),
        Some(0.0)
    );
    let cancelled = figure(
        &handle,
        "switchboard_provider_calls_total",
        &[r#"outcome="CANCELLED""#],
    );
    assert_eq!(cancelled, Some(1.0));
    assert_eq!(instance.health(&context()).await.unwrap().state, HealthState::Up);
}

#[tokio::test(start_paused = true)]
async fn retries_circuits_waits_and_known_answers_are_counted() {
    let (handle, _guard) = figures!();
    let script = Script::new([down(), Reply::Good, Reply::Good, Reply::Good]);
    script.then_always(down());
    let instance = script.under(PolicySettings {
        requests_per_second: 1,
        breaker_failures: 2,
        ..PolicySettings::default()
    });
    search(&instance, &context()).await.unwrap();
    for _ in 0..2 {
        count(&instance, &context()).await.unwrap();
    }
    assert_eq!(
        figure(&handle, "switchboard_provider_retries_total", &[]),
        Some(1.0)
    );
    for (result, times) in [("hit", 1.0), ("miss", 1.0)] {
        let label = format!(r#"result="{result}""#);
        assert_eq!(
            figure(&handle, "switchboard_provider_cache_total", &[&label]),
            Some(times)
        );
    }
    let waits = figure(
        &handle,
        "switchboard_provider_wait_seconds_count",
        &[r#"reason="rate""#],
    );
    assert!(waits.is_some_and(|waits| waits >= 1.0), "{waits:?}");
    search(&instance, &context()).await.unwrap();
    let error = search(&instance, &within(seconds(3))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let opened = figure(
        &handle,
        "switchboard_provider_circuit_changes_total",
        &[r#"state="OPEN""#],
    );
    assert_eq!(opened, Some(1.0));
    assert_eq!(
        figure(&handle, "switchboard_provider_circuit_open", &[]),
        Some(1.0)
    );
    let refused = search(&instance, &context()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::CircuitOpen);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_one_line_with_what_is_needed_to_follow_it_up() {
    let written = Written::default();
    let _guard = written.start();
    let answer = UpstreamAnswer::status(503)
        .message("Jane Doe +19056372046")
        .request_id("up-77");
    let error = ProviderError::new(
        ErrorKind::Unavailable,
        "search.search",
        "no route to +19056372046",
    )
    .with_effect(Effect::None)
    .with_upstream(answer);
    let instance = Script::always(Reply::Bad(error)).under(PolicySettings::default());
    search(&instance, &context()).await.unwrap_err();
    let lines = written.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    for (field, value) in [
        ("level", "WARN"),
        ("provider", "script-uk"),
        ("kind", "script"),
        ("operation", "search.search"),
        ("request_id", "request-1"),
        ("error", "UNAVAILABLE"),
        ("effect", "None"),
        ("upstream_request_id", "up-77"),
    ] {
        assert_eq!(line[field], value, "{line}");
    }
    assert_eq!(
        (&line["attempts"], &line["upstream_status"]),
        (&3.into(), &503.into())
    );
    let message = line["message"].as_str().unwrap();
    assert!(
        message.contains("script-uk search.search failed: no route to"),
        "{message}"
    );
    let text = line.to_string();
    assert!(!text.contains("19056372046") && !text.contains("Jane"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_was_mended_or_shared_is_no_line_more() {
    let written = Written::default();
    let _guard = written.start();
    let script = Script::new([down(), down()]);
    search(&script.under(PolicySettings::default()), &context())
        .await
        .unwrap();
    assert_eq!(written.lines(), Vec::<serde_json::Value>::new());
    let instance = Script::always(bad(ErrorKind::NotFound, Effect::None).after(seconds(1)))
        .under(PolicySettings::default());
    let cx = context();
    let both = futures_util::join!(count(&instance, &cx), count(&instance, &cx));
    assert!(both.0.is_err() && both.1.is_err());
    let lines = written.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["level"], "INFO", "the caller's own fault");
}

#[tokio::test(start_paused = true)]
async fn a_circuit_tells_that_it_opened_and_closed_and_not_each_call_that_it_refused() {
    let written = Written::default();
    let _guard = written.start();
    let script = Script::new([down(), down()]);
    let instance = script.under(PolicySettings {
        breaker_failures: 2,
        ..PolicySettings::local()
    });
    for _ in 0..10 {
        search(&instance, &context()).await.unwrap_err();
    }
    tokio::time::advance(seconds(30)).await;
    search(&instance, &context()).await.unwrap();
    let levels: Vec<_> = written.lines().iter().map(|line| line["level"].clone()).collect();
    assert_eq!(levels, ["WARN", "WARN", "WARN", "INFO"], "{:?}", written.lines());
    assert!(written.lines()[1]["message"].as_str().unwrap().contains("open"));
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_failed_the_last_call_is_degraded_until_it_answers_or_time_passes() {
    let script = Script::new([]);
    let instance = script.under(PolicySettings::local());
    let state = async || instance.health(&context()).await.unwrap();
    assert_eq!(state().await.state, HealthState::Up);

    let status = UpstreamAnswer::status(503).message("Jane Doe");
    let private = ProviderError::new(ErrorKind::Unavailable, "orders.place", "for +19056372046");
    script.then_always(Reply::Bad(private.with_upstream(status)));
    place(&instance, &context()).await.unwrap_err();
    tokio::time::advance(seconds(40)).await;
    let health = state().await;
    assert_eq!(health.state, HealthState::Degraded);
    assert_eq!(
        health.last_error.as_deref(),
        Some("orders.place failed 40 s ago: UNAVAILABLE, upstream status 503")
    );

    script.then_always(bad(ErrorKind::NoStock, Effect::None));
    place(&instance, &context()).await.unwrap_err();
    assert_eq!(state().await.state, HealthState::Up, "a refusal is an answer");

    script.then_always(down());
    search(&instance, &context()).await.unwrap_err();
    assert_eq!(state().await.state, HealthState::Degraded);
    tokio::time::advance(seconds(301)).await;
    assert_eq!(state().await.state, HealthState::Up);
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_can_only_be_reached_is_degraded_when_it_failed_the_last_call() {
    let script = Script::always(down());
    *script.health.lock().unwrap() = HealthState::Unknown;
    let instance = script.under(PolicySettings::local());
    let state = async || instance.health(&context()).await.unwrap().state;
    assert_eq!(state().await, HealthState::Unknown);
    search(&instance, &context()).await.unwrap_err();
    assert_eq!(state().await, HealthState::Degraded);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_finds_an_upstream_down_is_not_softened() {
    let script = Script::always(down());
    *script.health.lock().unwrap() = HealthState::Down;
    let instance = script.under(PolicySettings::local());
    search(&instance, &context()).await.unwrap_err();
    let health = instance.health(&context()).await.unwrap();
    assert_eq!((health.state, health.last_error), (HealthState::Down, None));
}
