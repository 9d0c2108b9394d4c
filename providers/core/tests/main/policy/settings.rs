//! The `policy` table.

use super::*;
use provider_core::config::ProviderEntry;

fn read(policy: &str) -> Result<PolicySettings, Vec<String>> {
    let table = format!("id = \"x\"\nkind = \"k\"\npolicy = {{ {policy} }}")
        .parse()
        .unwrap();
    ProviderEntry::read(table, 1)
        .map(|entry| entry.policy)
        .map_err(|faults| faults.iter().map(|fault| fault.key().to_owned()).collect())
}

#[test]
fn every_key_has_a_default() {
    assert_eq!(read("").unwrap(), PolicySettings::default());
    let settings = read("attempts = 1, requests_per_second = 20").unwrap();
    assert_eq!((settings.attempts.get(), settings.requests_per_second), (1, 20));
    assert_eq!(
        settings.timeout_seconds,
        PolicySettings::default().timeout_seconds
    );
}

#[test]
fn all_keys_can_be_written_on_one_line() {
    let settings = read(
        "timeout_seconds = 5, attempts = 4, backoff_ms = 100, longest_wait_seconds = 20, retry_percent = 10, \
         cache_seconds = 60, closed_cache_seconds = 900, health_cache_seconds = 2, cache_entries = 50, \
         requests_per_second = 20, concurrent_requests = 8, breaker_failures = 5, breaker_seconds = 15",
    );
    let expected = PolicySettings {
        timeout_seconds: 5.try_into().unwrap(),
        attempts: 4.try_into().unwrap(),
        backoff_ms: 100,
        longest_wait_seconds: 20,
        retry_percent: 10,
        cache_seconds: 60,
        closed_cache_seconds: 900,
        health_cache_seconds: 2,
        cache_entries: 50,
        requests_per_second: 20,
        concurrent_requests: 8,
        breaker_failures: 5,
        breaker_seconds: 15,
    };
    assert_eq!(settings, Ok(expected));
}

#[test]
fn faults_name_their_keys() {
    for (policy, key) in [
        ("timeout_seconds = 0", "policy.timeout_seconds"),
        ("attempts = 0", "policy.attempts"),
        ("retry_percent = 1001", "policy.retry_percent"),
        ("retry_percent = 100000", "policy.retry_percent"),
        ("cache_seconds = -1", "policy.cache_seconds"),
        ("breaker_seconds = 1.5", "policy.breaker_seconds"),
        ("requests_per_second = \"many\"", "policy.requests_per_second"),
        ("timeout = 5", "policy.timeout"),
    ] {
        assert_eq!(read(policy), Err(vec![key.to_owned()]), "{policy}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_largest_values_are_no_trouble() {
    let settings = PolicySettings {
        timeout_seconds: u32::MAX.try_into().unwrap(),
        attempts: 2.try_into().unwrap(),
        backoff_ms: 0,
        longest_wait_seconds: u32::MAX,
        retry_percent: 1000,
        cache_seconds: u32::MAX,
        closed_cache_seconds: u32::MAX,
        health_cache_seconds: u32::MAX,
        cache_entries: u32::MAX,
        requests_per_second: u32::MAX,
        concurrent_requests: u32::MAX,
        breaker_failures: u32::MAX,
        breaker_seconds: u32::MAX,
    };
    let script = Script::new([down()]);
    let instance = script.under(settings);
    for _ in 0..2 {
        search(&instance, &context()).await.unwrap();
        count(&instance, &context()).await.unwrap();
        instance.health(&context()).await.unwrap();
    }
    assert_eq!(script.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_local_provider_is_asked_every_time_once_and_at_once() {
    let script = Script::always(down().after(seconds(1)));
    let instance = script.under(PolicySettings::local());
    let begun = Instant::now();
    let cx = context();
    let calls = (0..100).map(|_| count(&instance, &cx));
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert_eq!((script.asked(), begun.elapsed()), (100, seconds(1)));
    script.then_always(Reply::Good);
    for asked in 101..105 {
        assert_eq!(count(&instance, &context()).await.unwrap(), asked);
        instance.health(&context()).await.unwrap();
    }
    assert_eq!(script.health_checks.load(Ordering::SeqCst), 4);
}
