//! Which answers are kept, for whom, and what happens to those who wait for one.

use super::*;
use jiff::tz::TimeZone;

/// Caching alone, with its usual times.
fn caching() -> PolicySettings {
    let usual = PolicySettings::default();
    PolicySettings {
        cache_seconds: usual.cache_seconds,
        closed_cache_seconds: usual.closed_cache_seconds,
        health_cache_seconds: usual.health_cache_seconds,
        ..PolicySettings::local()
    }
}

fn counting(instance: &Instance, cx: CallContext) -> tokio::task::JoinHandle<Result<u64>> {
    let instance = instance.clone();
    tokio::spawn(async move { count(&instance, &cx).await })
}

/// Lets every task run until it waits for something.
async fn settle() {
    tokio::time::sleep(millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn counts_are_kept_for_their_time_and_no_longer() {
    let script = Script::new([]);
    let instance = script.under(caching());
    assert_eq!(count(&instance, &context()).await.unwrap(), 1);
    tokio::time::advance(millis(29_999)).await;
    assert_eq!(count(&instance, &context()).await.unwrap(), 1);
    tokio::time::advance(millis(1)).await;
    assert_eq!(count(&instance, &context()).await.unwrap(), 2);
}

fn report(period: Period) -> CallStatisticsQuery {
    CallStatisticsQuery {
        customer: None,
        employees: Vec::new(),
        period,
        zone: TimeZone::UTC,
        ignore_below_seconds: 0,
        ignore_unanswered_below_seconds: 0,
        include_empty: false,
        ignore_local: false,
        direction: CallDirection::Both,
        interval: GroupingInterval::Day,
        fields: Vec::new(),
        sort: None,
    }
}

#[tokio::test(start_paused = true)]
async fn figures_of_a_closed_period_are_kept_longer_and_of_an_open_one_not_at_all() {
    let script = Script::new([]);
    let instance = script.under(caching());
    let port = instance.ports().call_stats.clone().unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    let now = Timestamp::now();
    let closed = report(Period::new(now - hour, now).unwrap());
    let open = report(Period::new(now - hour, now + hour).unwrap());
    for _ in 0..2 {
        port.report(&context(), &closed).await.unwrap();
    }
    tokio::time::advance(seconds(599)).await;
    port.report(&context(), &closed).await.unwrap();
    assert_eq!(script.asked(), 1);
    tokio::time::advance(seconds(1)).await;
    port.report(&context(), &closed).await.unwrap();
    assert_eq!(script.asked(), 2);
    for _ in 0..2 {
        port.report(&context(), &open).await.unwrap();
    }
    assert_eq!(script.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn searches_and_orders_are_never_kept() {
    let script = Script::new([]);
    let instance = script.under(caching());
    for _ in 0..2 {
        search(&instance, &context()).await.unwrap();
        place(&instance, &context()).await.unwrap();
    }
    assert_eq!(script.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn one_tenant_never_gets_anothers_answer() {
    let script = Script::new([]);
    let instance = script.under(caching());
    assert_eq!(count(&instance, &of_tenant("acme")).await.unwrap(), 1);
    assert_eq!(count(&instance, &of_tenant("bolt")).await.unwrap(), 2);
    assert_eq!(count(&instance, &of_tenant("acme")).await.unwrap(), 1);
    // Nor do they wait for each other.
    script.then_always(Reply::Good.after(seconds(1)));
    tokio::time::advance(seconds(30)).await;
    let both = [
        counting(&instance, of_tenant("acme")),
        counting(&instance, of_tenant("bolt")),
    ];
    let begun = Instant::now();
    for answer in both {
        assert!(answer.await.unwrap().unwrap() > 2);
    }
    assert_eq!(begun.elapsed(), seconds(1));
}

#[tokio::test(start_paused = true)]
async fn instances_share_nothing() {
    let (first, second) = (Script::new([]), Script::new([]));
    let (one, other) = (first.under(caching()), second.under(caching()));
    count(&one, &context()).await.unwrap();
    count(&other, &context()).await.unwrap();
    assert_eq!((first.asked(), second.asked()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn different_questions_have_different_answers() {
    let script = Script::new([]);
    let instance = script.under(caching());
    count(&instance, &context()).await.unwrap();
    let port = instance.ports().kpis.clone().unwrap();
    let mut other = summary();
    other.filter.status = KpiStatusFilter::Dropped;
    assert_eq!(
        port.count(&context(), &other).await.unwrap().rows[0].number_count,
        2
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_question_at_once_is_asked_once() {
    let script = Script::always(Reply::Good.after(seconds(2)));
    let instance = script.under(caching());
    let begun = Instant::now();
    let all: Vec<_> = (0..50).map(|_| counting(&instance, context())).collect();
    for answer in all {
        assert_eq!(answer.await.unwrap().unwrap(), 1);
    }
    assert_eq!((script.asked(), begun.elapsed()), (1, seconds(2)));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_fail_with_the_one_that_was_made_and_the_failure_is_not_kept() {
    let script = Script::always(down().after(seconds(2)));
    let instance = script.under(caching());
    let begun = Instant::now();
    let all: Vec<_> = (0..20).map(|_| counting(&instance, within(seconds(9)))).collect();
    for answer in all {
        assert_eq!(answer.await.unwrap().unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert_eq!((script.asked(), begun.elapsed()), (1, seconds(2)));
    script.then_always(Reply::Good);
    assert_eq!(count(&instance, &context()).await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_went_stale_is_not_given_when_the_next_one_fails() {
    let script = Script::new([Reply::Good]);
    script.then_always(down());
    let instance = script.under(caching());
    count(&instance, &context()).await.unwrap();
    tokio::time::advance(seconds(30)).await;
    count(&instance, &context()).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_go_on_when_the_one_that_was_made_is_cancelled() {
    let script = Script::new([Reply::Never]);
    script.then_always(Reply::Good.after(seconds(1)));
    let instance = script.under(caching());
    let leader = counting(&instance, context());
    settle().await;
    let followers: Vec<_> = (0..10).map(|_| counting(&instance, context())).collect();
    settle().await;
    assert_eq!(script.asked(), 1);
    leader.abort();
    for follower in followers {
        assert_eq!(follower.await.unwrap().unwrap(), 2);
    }
    assert_eq!(script.asked(), 2, "one of them was made, for all");
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_go_on_when_the_one_that_was_made_had_too_little_time() {
    let script = Script::always(Reply::Good.after(seconds(2)));
    let instance = script.under(caching());
    let leader = counting(&instance, within(seconds(1)));
    settle().await;
    let followers: Vec<_> = (0..10).map(|_| counting(&instance, within(seconds(9)))).collect();
    assert_eq!(leader.await.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
    for follower in followers {
        assert_eq!(follower.await.unwrap().unwrap(), 2);
    }
    assert_eq!(script.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_gave_up_retrying_for_its_deadline_does_not_fail_the_others() {
    let script = Script::new([down().after(millis(500))]);
    let settings = PolicySettings {
        attempts: 3.try_into().unwrap(),
        ..caching()
    };
    let instance = script.under(settings);
    // Whatever wait is drawn, it ends after the deadline.
    let leader = counting(&instance, within(millis(501)));
    settle().await;
    let follower = counting(&instance, within(seconds(9)));
    assert_eq!(leader.await.unwrap().unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(follower.await.unwrap().unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_that_was_the_upstreams_is_shared() {
    let script = Script::always(Reply::Never);
    let instance = script.under(caching());
    let leader = counting(&instance, context());
    settle().await;
    let follower = counting(&instance, within(seconds(60)));
    for answer in [leader, follower] {
        assert_eq!(answer.await.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(script.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_another_longer_than_the_own_deadline() {
    let script = Script::always(Reply::Good.after(seconds(5)));
    let instance = script.under(caching());
    let leader = counting(&instance, context());
    settle().await;
    let begun = Instant::now();
    let error = count(&instance, &within(seconds(1))).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    assert_eq!(error.provider().map(ProviderId::as_str), Some("script-uk"));
    assert_eq!(begun.elapsed(), seconds(1));
    assert_eq!(leader.await.unwrap().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_page_full_of_dashboards_asks_for_health_once() {
    let script = Script::new([]);
    let instance = script.under(caching());
    let checks = || script.health_checks.load(Ordering::SeqCst);
    for _ in 0..20 {
        instance.health(&context()).await.unwrap();
    }
    assert_eq!(checks(), 1);
    tokio::time::advance(seconds(5)).await;
    instance.health(&context()).await.unwrap();
    assert_eq!(checks(), 2);
}

#[tokio::test(start_paused = true)]
async fn zero_seconds_turn_it_off() {
    for (off, kept) in [
        (
            PolicySettings {
                cache_seconds: 0,
                ..caching()
            },
            false,
        ),
        (
            PolicySettings {
                closed_cache_seconds: 0,
                ..caching()
            },
            true,
        ),
        (
            PolicySettings {
                health_cache_seconds: 0,
                ..caching()
            },
            true,
        ),
    ] {
        let script = Script::new([]);
        let instance = script.under(off);
        for _ in 0..3 {
            count(&instance, &context()).await.unwrap();
        }
        assert_eq!(script.asked(), if kept { 1 } else { 3 }, "{off:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_answers_are_kept_than_there_is_room_for() {
    let script = Script::new([]);
    let instance = script.under(PolicySettings {
        cache_entries: 10,
        ..caching()
    });
    let tenants: Vec<_> = (0..2000).map(|tenant| of_tenant(&format!("t{tenant}"))).collect();
    for _ in 0..2 {
        for tenant in &tenants {
            count(&instance, tenant).await.unwrap();
        }
    }
    let kept = 2 * tenants.len() - script.asked();
    assert!(kept < 100, "{kept} of {} were kept", tenants.len());
}
