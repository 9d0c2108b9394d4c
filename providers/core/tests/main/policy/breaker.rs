//! The life of a circuit.

use super::*;
use provider_core::error::UpstreamAnswer;

/// A circuit that opens after three failures for half a minute, and nothing else.
fn breaking() -> PolicySettings {
    PolicySettings {
        breaker_failures: 3,
        breaker_seconds: 30,
        ..PolicySettings::local()
    }
}

async fn fail(instance: &Instance, times: usize) {
    for _ in 0..times {
        let error = search(instance, &context()).await.unwrap_err();
        assert_ne!(error.kind(), ErrorKind::CircuitOpen);
    }
}

async fn refused(instance: &Instance) -> ProviderError {
    let error = search(instance, &context()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::CircuitOpen, Effect::None)
    );
    assert_eq!(error.provider().map(ProviderId::as_str), Some("script-uk"));
    error
}

#[tokio::test(start_paused = true)]
async fn it_opens_after_failures_in_a_row_and_tells_when_it_is_tried_again() {
    let script = Script::always(down());
    let instance = script.under(breaking());
    fail(&instance, 3).await;
    assert_eq!(refused(&instance).await.retry_after(), Some(seconds(30)));
    tokio::time::advance(seconds(12)).await;
    assert_eq!(refused(&instance).await.retry_after(), Some(seconds(18)));
    let error = place(&instance, &context()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::CircuitOpen, Effect::None)
    );
    assert_eq!(script.asked(), 3, "nothing is sent while it is open");
}

#[tokio::test(start_paused = true)]
async fn an_answer_ends_the_row() {
    let script = Script::new([down(), down(), Reply::Good, down(), down()]);
    let instance = script.under(breaking());
    fail(&instance, 2).await;
    search(&instance, &context()).await.unwrap();
    fail(&instance, 2).await;
    search(&instance, &context()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn only_the_upstreams_own_failures_count() {
    use ErrorKind::{BadResponse, ContractViolated, Timeout, Unavailable};
    for kind in ErrorKind::iter() {
        let instance = Script::always(bad(kind, Effect::Unknown)).under(breaking());
        for _ in 0..10 {
            search(&instance, &context()).await.unwrap_err();
        }
        let script = Script::always(bad(kind, Effect::Unknown));
        let instance = script.under(breaking());
        for _ in 0..4 {
            search(&instance, &context()).await.unwrap_err();
        }
        let opens = [Unavailable, Timeout, BadResponse, ContractViolated].contains(&kind);
        assert_eq!(script.asked(), if opens { 3 } else { 4 }, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_the_row_and_being_slowed_down_does_not() {
    let answered = |kind| {
        let error = failure(kind, Effect::None).with_upstream(UpstreamAnswer::status(400));
        Reply::Bad(error)
    };
    for (between, opens) in [
        (bad(ErrorKind::NoStock, Effect::None), false),
        (bad(ErrorKind::NotFound, Effect::None), false),
        (bad(ErrorKind::Unauthenticated, Effect::None), false),
        (answered(ErrorKind::InvalidRequest), false),
        // Found out before anything was sent.
        (bad(ErrorKind::InvalidRequest, Effect::None), true),
        (bad(ErrorKind::ConfigInvalid, Effect::None), true),
        (answered(ErrorKind::RateLimited), true),
    ] {
        let script = Script::new([down(), down(), between.clone(), down()]);
        let instance = script.under(breaking());
        fail(&instance, 4).await;
        assert_eq!(search(&instance, &context()).await.is_err(), opens, "{between:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_call_is_let_through_after_the_cool_down_and_its_answer_closes_the_circuit() {
    let script = Script::always(down());
    let instance = script.under(breaking());
    fail(&instance, 3).await;
    tokio::time::advance(seconds(30)).await;
    script.then_always(Reply::Good.after(seconds(2)));
    let trial = tokio::spawn({
        let instance = instance.clone();
        async move { search(&instance, &context()).await }
    });
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(refused(&instance).await.retry_after(), Some(seconds(1)));
    trial.await.unwrap().unwrap();
    assert_eq!(script.asked(), 4);
    search(&instance, &context()).await.unwrap();
    script.then_always(down());
    fail(&instance, 3).await;
    refused(&instance).await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_trial_opens_the_circuit_for_as_long_again() {
    let script = Script::always(down());
    let instance = script.under(breaking());
    fail(&instance, 3).await;
    for _ in 0..3 {
        tokio::time::advance(seconds(30)).await;
        fail(&instance, 1).await;
        assert_eq!(refused(&instance).await.retry_after(), Some(seconds(30)));
    }
    assert_eq!(script.asked(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_trial_that_is_cancelled_or_tells_nothing_leaves_the_next_call_to_try() {
    let script = Script::always(down());
    let instance = script.under(breaking());
    fail(&instance, 3).await;
    tokio::time::advance(seconds(30)).await;
    script.then_always(Reply::Never);
    let trial = tokio::time::timeout(millis(10), async { search(&instance, &context()).await });
    trial.await.unwrap_err();
    script.then_always(bad(ErrorKind::RateLimited, Effect::None));
    fail(&instance, 1).await;
    script.then_always(Reply::Good);
    search(&instance, &context()).await.unwrap();
    assert_eq!(script.asked(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_began_before_the_circuit_opened_does_not_close_it() {
    let script = Script::new([Reply::Good.after(seconds(5))]);
    script.then_always(down());
    let instance = script.under(breaking());
    let slow = tokio::spawn({
        let instance = instance.clone();
        async move { search(&instance, &context()).await }
    });
    tokio::task::yield_now().await;
    fail(&instance, 3).await;
    slow.await.unwrap().unwrap();
    refused(&instance).await;
}

#[tokio::test(start_paused = true)]
async fn callers_in_a_hurry_do_not_open_the_circuit() {
    let script = Script::always(Reply::Never);
    let instance = script.under(breaking());
    for _ in 0..10 {
        let error = search(&instance, &within(seconds(4))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
    }
    // Most of the usual ten seconds is enough to tell.
    for _ in 0..3 {
        search(&instance, &within(seconds(8))).await.unwrap_err();
    }
    refused(&instance).await;
}

#[tokio::test(start_paused = true)]
async fn health_is_asked_past_an_open_circuit_and_says_that_it_is_open() {
    let script = Script::always(down());
    let instance = script.under(breaking());
    let before = instance.health(&context()).await.unwrap();
    assert_eq!((before.state, before.last_error), (HealthState::Up, None));
    fail(&instance, 3).await;
    let health = instance.health(&context()).await.unwrap();
    assert_eq!(health.state, HealthState::Degraded);
    assert!(health.last_error.unwrap().contains("held back"));
    refused(&instance).await;
    *script.health.lock().unwrap() = HealthState::Down;
    assert_eq!(
        instance.health(&context()).await.unwrap().state,
        HealthState::Down
    );
}

#[tokio::test(start_paused = true)]
async fn instances_have_circuits_of_their_own() {
    let (first, second) = (Script::always(down()), Script::new([]));
    let (broken, whole) = (first.under(breaking()), second.under(breaking()));
    fail(&broken, 3).await;
    refused(&broken).await;
    search(&whole, &context()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn zero_failures_turn_it_off() {
    let instance = Script::always(down()).under(PolicySettings {
        breaker_failures: 0,
        ..breaking()
    });
    fail(&instance, 50).await;
}
