//! What is tried again, when, and how often.

use std::collections::BTreeSet;

use proptest::prelude::*;
use provider_core::call::Safety;

use super::*;

/// Retrying alone, three attempts.
fn retrying() -> PolicySettings {
    PolicySettings {
        attempts: 3.try_into().unwrap(),
        ..PolicySettings::local()
    }
}

const EFFECTS: [Effect; 2] = [Effect::None, Effect::Unknown];

async fn call(safety: Safety, instance: &Instance, cx: &CallContext) -> Result<()> {
    match safety {
        Safety::Read => search(instance, cx).await,
        Safety::Idempotent | Safety::Unsafe => place(instance, cx).await,
    }
}

fn script(safety: Safety, replies: impl IntoIterator<Item = Reply>) -> Arc<Script> {
    Script::with(replies, safety == Safety::Idempotent)
}

#[tokio::test(start_paused = true)]
async fn every_kind_effect_and_safety_is_repeated_exactly_where_it_may_be() {
    let passing = [
        ErrorKind::RateLimited,
        ErrorKind::Unavailable,
        ErrorKind::Timeout,
        ErrorKind::CircuitOpen,
    ];
    for safety in [Safety::Read, Safety::Idempotent, Safety::Unsafe] {
        for kind in ErrorKind::iter() {
            for effect in EFFECTS {
                let script = script(safety, vec![bad(kind, effect); 5]);
                let error = call(safety, &script.under(retrying()), &context())
                    .await
                    .unwrap_err();
                let harmless = safety != Safety::Unsafe || effect == Effect::None;
                let expected = if passing.contains(&kind) && harmless { 3 } else { 1 };
                assert_eq!(script.asked(), expected, "{safety:?} {kind} {effect}");
                assert_eq!((error.kind(), error.effect()), (kind, effect), "{safety:?}");
                assert_eq!(usize::try_from(error.attempts()).unwrap(), expected);
            }
        }
    }
}

fn any_failure() -> impl Strategy<Value = (ErrorKind, Effect)> {
    (
        prop::sample::select(ErrorKind::iter().collect::<Vec<_>>()),
        prop::sample::select(EFFECTS.to_vec()),
    )
}

/// What becomes of a call of a provider that fails so, under all policies: the answer, and how often it was asked.
fn outcome(safety: Safety, failures: &[(ErrorKind, Effect)]) -> (Result<()>, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let script = script(safety, failures.iter().map(|(kind, effect)| bad(*kind, *effect)));
        let settings = PolicySettings {
            attempts: 6.try_into().unwrap(),
            ..PolicySettings::default()
        };
        let answer = call(safety, &script.under(settings), &context()).await;
        (answer, script.asked())
    })
}

proptest! {
    #[test]
    fn an_order_that_may_have_been_carried_out_is_never_sent_again(
        failures in prop::collection::vec(any_failure(), 1..6),
    ) {
        let (_, asked) = outcome(Safety::Unsafe, &failures);
        let doubtful = failures.iter().position(|(_, effect)| *effect == Effect::Unknown);
        prop_assert!(asked <= doubtful.map_or(usize::MAX, |at| at + 1), "{asked} of {failures:?}");
    }

    #[test]
    fn a_doubt_about_any_attempt_stays_with_the_error(
        failures in prop::collection::vec(any_failure(), 1..6),
    ) {
        for safety in [Safety::Idempotent, Safety::Unsafe] {
            let (answer, asked) = outcome(safety, &failures);
            if let Err(error) = answer {
                let doubtful = failures[..asked].iter().any(|(_, effect)| *effect == Effect::Unknown);
                prop_assert_eq!(error.effect() == Effect::Unknown, doubtful, "{:?}", failures);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_is_none() {
    let script = Script::new([down(), down()]);
    place(&script.under(retrying()), &context()).await.unwrap();
    assert_eq!(script.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_attempt_named_is_kept() {
    let reference = UpstreamRef::parse("order-7").unwrap();
    let doubtful = failure(ErrorKind::Timeout, Effect::Unknown).with_reference(reference.clone());
    let refused = bad(ErrorKind::Forbidden, Effect::None);
    let script = Script::with([Reply::Bad(doubtful), refused], true);
    let error = place(&script.under(retrying()), &context()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(
        (error.effect(), error.reference()),
        (Effect::Unknown, Some(&reference))
    );
}

#[tokio::test(start_paused = true)]
async fn waits_are_random_and_below_a_bound_that_doubles() {
    let settings = PolicySettings {
        attempts: 5.try_into().unwrap(),
        backoff_ms: 1000,
        longest_wait_seconds: 3,
        retry_percent: 1000,
        ..PolicySettings::local()
    };
    // The bound doubles until it is the longest wait.
    let bounds = [1, 2, 3, 3].map(|bound| seconds(bound) + millis(1));
    let mut seen = BTreeSet::new();
    let mut longest = [Duration::ZERO; 4];
    for _ in 0..100 {
        let script = Script::always(down());
        search(&script.under(settings), &context()).await.unwrap_err();
        let gaps = script.gaps();
        assert_eq!(gaps.len(), bounds.len());
        for (at, gap) in gaps.into_iter().enumerate() {
            assert!(gap <= bounds[at], "{gap:?} before attempt {}", at + 2);
            longest[at] = longest[at].max(gap);
            seen.insert(gap);
        }
    }
    assert!(seen.len() > 100, "{} different waits of 400", seen.len());
    // A hundred random waits that are all below two thirds of their bound are none.
    for (longest, bound) in longest.iter().zip(bounds) {
        assert!(*longest > bound * 2 / 3, "{longest:?} of {bound:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_says_how_long_to_wait_is_not_asked_earlier() {
    for kind in [ErrorKind::RateLimited, ErrorKind::Unavailable] {
        let busy = failure(kind, Effect::None).with_retry_after(seconds(7));
        let script = Script::new([Reply::Bad(busy)]);
        place(&script.under(retrying()), &context()).await.unwrap();
        let gap = script.gaps()[0];
        assert!((seconds(7)..=millis(7202)).contains(&gap), "{kind}: {gap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_asks_for_more_than_the_longest_wait_is_not_asked_again() {
    for (asked, expected) in [(30, 2), (31, 1), (u64::MAX, 1)] {
        let busy = failure(ErrorKind::Unavailable, Effect::None).with_retry_after(seconds(asked));
        let script = Script::new([Reply::Bad(busy), bad(ErrorKind::NoStock, Effect::None)]);
        let begun = Instant::now();
        let error = place(&script.under(retrying()), &context()).await.unwrap_err();
        assert_eq!(script.asked(), expected, "{asked} s");
        if expected == 1 {
            assert_eq!(error.retry_after(), Some(seconds(asked)), "the caller is told");
            assert_eq!(begun.elapsed(), Duration::ZERO);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_that_ends_after_the_deadline() {
    let busy = failure(ErrorKind::RateLimited, Effect::None).with_retry_after(seconds(5));
    for (deadline, expected) in [(4, 1), (5, 1), (6, 2)] {
        let script = Script::new([Reply::Bad(busy.clone())]);
        let begun = Instant::now();
        let answer = search(&script.under(retrying()), &within(seconds(deadline))).await;
        assert_eq!(script.asked(), expected, "{deadline} s");
        assert_eq!(answer.is_ok(), expected == 2);
        if expected == 1 {
            assert_eq!(begun.elapsed(), Duration::ZERO, "it is told at once");
            assert_eq!(answer.unwrap_err().retry_after(), Some(seconds(5)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_end_with_the_deadline_however_many_are_left() {
    let script = Script::always(Reply::Never);
    let settings = PolicySettings {
        attempts: 10.try_into().unwrap(),
        timeout_seconds: 3.try_into().unwrap(),
        ..retrying()
    };
    let begun = Instant::now();
    let error = search(&script.under(settings), &within(seconds(8)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed(), seconds(8));
    assert_eq!(script.asked(), 3, "3 s, 3 s, and the rest");
    assert_eq!(error.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn retries_have_a_budget_that_comes_back() {
    let script = Script::always(down());
    let instance = script.under(PolicySettings {
        backoff_ms: 0,
        ..retrying()
    });
    // One a second for ten seconds, and one for every five calls.
    for _ in 0..100 {
        search(&instance, &context()).await.unwrap_err();
    }
    assert_eq!(script.asked(), 100 + 10 + 100 / 5);
    search(&instance, &context()).await.unwrap_err();
    assert_eq!(script.asked(), 131, "nothing is left");
    tokio::time::advance(seconds(30)).await;
    search(&instance, &context()).await.unwrap_err();
    assert_eq!(script.asked(), 134);
}

#[tokio::test(start_paused = true)]
async fn an_instance_has_a_budget_of_its_own() {
    let settings = PolicySettings {
        backoff_ms: 0,
        ..retrying()
    };
    let (first, second) = (Script::always(down()), Script::always(down()));
    let (spent, full) = (first.under(settings), second.under(settings));
    for _ in 0..100 {
        search(&spent, &context()).await.unwrap_err();
    }
    search(&full, &context()).await.unwrap_err();
    assert_eq!(second.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_error_says_after_how_many_attempts_it_came() {
    let script = Script::always(down());
    let error = search(&script.under(retrying()), &context()).await.unwrap_err();
    assert!(error.to_string().contains("after 3 attempts"), "{error}");
    let script = Script::always(bad(ErrorKind::NotFound, Effect::None));
    let error = search(&script.under(retrying()), &context()).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(!error.to_string().contains("attempt"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_opens_between_attempts_leaves_the_error_of_the_last_one() {
    let script = Script::with([bad(ErrorKind::Unavailable, Effect::Unknown)], true);
    let settings = PolicySettings {
        breaker_failures: 1,
        ..retrying()
    };
    let error = place(&script.under(settings), &context()).await.unwrap_err();
    assert_eq!(script.asked(), 1);
    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (ErrorKind::Unavailable, Effect::Unknown, 1)
    );
    let wait = error.retry_after().unwrap();
    assert!(wait > seconds(29) && wait <= seconds(30), "{wait:?}");
}
