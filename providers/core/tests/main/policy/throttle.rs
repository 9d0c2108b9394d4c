//! How many calls are let through at once and in a second, and who waits.

use super::*;

fn throttling() -> PolicySettings {
    PolicySettings::local()
}

fn at_rate(requests_per_second: u32) -> PolicySettings {
    PolicySettings {
        requests_per_second,
        ..throttling()
    }
}

fn at_once(concurrent_requests: u32) -> PolicySettings {
    PolicySettings {
        concurrent_requests,
        ..throttling()
    }
}

fn searching(instance: &Instance, cx: CallContext) -> tokio::task::JoinHandle<Result<()>> {
    let instance = instance.clone();
    tokio::spawn(async move { search(&instance, &cx).await })
}

fn slowed_down(wait: Duration) -> Reply {
    Reply::Bad(failure(ErrorKind::RateLimited, Effect::None).with_retry_after(wait))
}

fn assert_refused(error: &ProviderError) {
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::RateLimited, Effect::None),
        "{error}"
    );
    assert!(
        error.retry_after().is_some_and(|wait| !wait.is_zero()),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn calls_beyond_the_rate_wait_for_their_turn_in_their_order() {
    let script = Script::new([]);
    let instance = script.under(at_rate(10));
    let begun = Instant::now();
    let mut ended = Vec::new();
    for call in (0..40)
        .map(|_| searching(&instance, context()))
        .collect::<Vec<_>>()
    {
        call.await.unwrap().unwrap();
        ended.push(begun.elapsed());
    }
    // Ten at once, then one each tenth of a second.
    assert_eq!(ended[9], Duration::ZERO);
    assert!(ended.is_sorted());
    let last = ended[39];
    assert!((seconds(3)..=millis(3050)).contains(&last), "{last:?}");
    for gap in &script.gaps()[9..] {
        assert!((millis(90)..=millis(110)).contains(gap), "{gap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_turn_comes_after_its_deadline_is_refused_at_once() {
    let script = Script::new([]);
    let instance = script.under(at_rate(2));
    let begun = Instant::now();
    let calls: Vec<_> = (0..10)
        .map(|_| searching(&instance, within(seconds(1))))
        .collect();
    let mut refused = 0;
    for call in calls {
        if let Err(error) = call.await.unwrap() {
            assert_refused(&error);
            refused += 1;
        }
    }
    // Two at once, and one before their second is over.
    assert_eq!((script.asked(), refused), (3, 7));
    assert!(begun.elapsed() <= millis(510), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_tells_when_the_turn_would_have_come() {
    let instance = Script::new([]).under(at_rate(1));
    search(&instance, &context()).await.unwrap();
    let begun = Instant::now();
    let error = search(&instance, &within(millis(500))).await.unwrap_err();
    assert_refused(&error);
    let wait = error.retry_after().unwrap();
    assert!((millis(990)..=seconds(1)).contains(&wait), "{wait:?}");
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_call_with_too_many_ahead_is_refused_at_once() {
    let script = Script::new([]);
    let instance = script.under(at_rate(1));
    search(&instance, &context()).await.unwrap();
    let ahead: Vec<_> = (0..10).map(|_| searching(&instance, context())).collect();
    tokio::time::sleep(millis(1)).await;
    let begun = Instant::now();
    let error = search(&instance, &within(seconds(5))).await.unwrap_err();
    assert_refused(&error);
    assert_eq!(
        (error.retry_after(), begun.elapsed()),
        (Some(seconds(10)), Duration::ZERO)
    );
    for call in ahead {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_after_its_deadline_is_late_and_not_limited() {
    let script = Script::new([]);
    for settings in [at_rate(1), at_once(1)] {
        let error = search(&script.under(settings), &within(Duration::ZERO))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    }
    assert_eq!(script.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_the_longest_wait_bounds() {
    let script = Script::new([]);
    let instance = script.under(PolicySettings {
        longest_wait_seconds: 4,
        ..at_rate(1)
    });
    let calls: Vec<_> = (0..10).map(|_| searching(&instance, context())).collect();
    for call in calls {
        if let Err(error) = call.await.unwrap() {
            assert_refused(&error);
        }
    }
    assert_eq!(script.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_gives_up_its_place_in_the_queue() {
    let script = Script::new([]);
    let instance = script.under(at_rate(1));
    search(&instance, &context()).await.unwrap();
    let waiting: Vec<_> = (0..5).map(|_| searching(&instance, context())).collect();
    tokio::time::sleep(millis(1)).await;
    for call in waiting {
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    }
    let begun = Instant::now();
    search(&instance, &within(millis(1100))).await.unwrap();
    assert!(begun.elapsed() <= seconds(1), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn no_more_are_under_way_at_once_than_allowed() {
    let script = Script::always(Reply::Good.after(seconds(1)));
    let instance = script.under(at_once(3));
    let begun = Instant::now();
    for call in (0..9)
        .map(|_| searching(&instance, context()))
        .collect::<Vec<_>>()
    {
        call.await.unwrap().unwrap();
    }
    assert_eq!(script.most_at_once.load(Ordering::SeqCst), 3);
    assert_eq!(begun.elapsed(), seconds(3));
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_place_until_its_deadline_is_refused_and_was_not_sent() {
    let script = Script::always(Reply::Good.after(seconds(5)));
    let instance = script.under(at_once(1));
    let first = searching(&instance, context());
    tokio::time::sleep(millis(1)).await;
    let begun = Instant::now();
    let error = place(&instance, &within(seconds(2))).await.unwrap_err();
    assert_refused(&error);
    assert_eq!(begun.elapsed(), seconds(2));
    first.await.unwrap().unwrap();
    assert_eq!(script.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn failed_and_cancelled_calls_give_their_places_back() {
    let script = Script::new([down(), Reply::Never, Reply::Good]);
    let instance = script.under(at_once(1));
    search(&instance, &context()).await.unwrap_err();
    let hanging = searching(&instance, context());
    tokio::time::sleep(millis(1)).await;
    hanging.abort();
    search(&instance, &within(millis(10))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_turn_is_not_taken_off_the_patience_with_the_answer() {
    let script = Script::always(Reply::Good.after(seconds(8)));
    let instance = script.under(at_once(1));
    for call in (0..2)
        .map(|_| searching(&instance, context()))
        .collect::<Vec<_>>()
    {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_asks_for_a_pause_is_heard_by_every_call() {
    let script = Script::new([slowed_down(seconds(20))]);
    let instance = script.under(throttling());
    search(&instance, &context()).await.unwrap_err();
    // Those who can't wait for the end are refused at once, and told when it is.
    let begun = Instant::now();
    let error = place(&instance, &within(seconds(8))).await.unwrap_err();
    assert_refused(&error);
    assert_eq!(
        (error.retry_after(), begun.elapsed()),
        (Some(seconds(20)), Duration::ZERO)
    );
    assert_eq!(script.asked(), 1);
    // The others wait.
    search(&instance, &within(seconds(25))).await.unwrap();
    assert_eq!(begun.elapsed(), seconds(20));
}

#[tokio::test(start_paused = true)]
async fn those_who_sit_out_a_pause_do_not_keep_others_waiting_for_their_places() {
    let script = Script::new([slowed_down(seconds(20))]);
    let instance = script.under(at_once(1));
    search(&instance, &context()).await.unwrap_err();
    let patient = searching(&instance, context());
    tokio::time::sleep(millis(1)).await;
    let begun = Instant::now();
    assert_refused(&search(&instance, &within(seconds(8))).await.unwrap_err());
    assert_eq!(begun.elapsed(), Duration::ZERO);
    patient.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_a_place_when_the_pause_begins_are_held_back_too() {
    let script = Script::new([slowed_down(seconds(10)).after(seconds(1))]);
    let instance = script.under(at_once(1));
    let begun = Instant::now();
    let first = searching(&instance, context());
    tokio::time::sleep(millis(1)).await;
    search(&instance, &context()).await.unwrap();
    assert_refused(&first.await.unwrap().unwrap_err());
    assert_eq!(begun.elapsed(), seconds(11));
}

#[tokio::test(start_paused = true)]
async fn a_longer_pause_replaces_a_shorter_one_and_not_the_other_way_round() {
    let script = Script::new([
        slowed_down(seconds(20)).after(seconds(1)),
        slowed_down(seconds(5)).after(seconds(2)),
    ]);
    let instance = script.under(throttling());
    let both = [searching(&instance, context()), searching(&instance, context())];
    for call in both {
        call.await.unwrap().unwrap_err();
    }
    let error = search(&instance, &within(seconds(1))).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(seconds(19)));
}

#[tokio::test(start_paused = true)]
async fn no_pause_is_longer_than_an_hour() {
    let script = Script::new([slowed_down(Duration::MAX)]);
    let instance = script.under(throttling());
    search(&instance, &context()).await.unwrap_err();
    tokio::time::advance(seconds(3599)).await;
    assert_refused(&search(&instance, &within(millis(500))).await.unwrap_err());
    tokio::time::advance(seconds(1)).await;
    search(&instance, &context()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn being_slowed_down_without_a_time_is_for_the_one_call() {
    let script = Script::new([bad(ErrorKind::RateLimited, Effect::None)]);
    let instance = script.under(throttling());
    search(&instance, &context()).await.unwrap_err();
    search(&instance, &within(millis(1))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn other_instances_are_not_held_back() {
    let (first, second) = (Script::new([slowed_down(seconds(20))]), Script::new([]));
    let (paused, free) = (first.under(throttling()), second.under(throttling()));
    search(&paused, &context()).await.unwrap_err();
    search(&free, &within(millis(1))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn health_tells_of_a_pause_and_is_not_asked_for_in_it() {
    let script = Script::new([slowed_down(seconds(20))]);
    let instance = script.under(throttling());
    search(&instance, &context()).await.unwrap_err();
    let health = instance.health(&within(seconds(8))).await.unwrap();
    assert_eq!(health.state, HealthState::Degraded);
    assert!(health.last_error.unwrap().contains("pause"));
    assert_eq!(script.health_checks.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_here_is_not_tried_again() {
    let script = Script::new([slowed_down(seconds(20))]);
    let instance = script.under(PolicySettings {
        attempts: 3.try_into().unwrap(),
        longest_wait_seconds: 10,
        ..throttling()
    });
    search(&instance, &context()).await.unwrap_err();
    let error = search(&instance, &context()).await.unwrap_err();
    assert_refused(&error);
    assert_eq!((error.attempts(), script.asked()), (0, 1));
}
