//! The figures that policies keep, for whatever recorder the program installs.
//!
//! Labels are the provider's id and kind, an operation, and words of this program: never a phone number, a name or
//! anything else that a request or an upstream brings along.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::Call;
use crate::provider::ProviderInfo;

const CALLS: &str = "switchboard_provider_calls_total";
const DURATION: &str = "switchboard_provider_call_duration_seconds";
const IN_FLIGHT: &str = "switchboard_provider_calls_in_flight";
const RETRIES: &str = "switchboard_provider_retries_total";
const RETRIES_FORGONE: &str = "switchboard_provider_retries_forgone_total";
const CACHE: &str = "switchboard_provider_cache_total";
const CIRCUIT_CHANGES: &str = "switchboard_provider_circuit_changes_total";
const CIRCUIT_OPEN: &str = "switchboard_provider_circuit_open";
const TURNS_REFUSED: &str = "switchboard_provider_turns_refused_total";
const WAIT: &str = "switchboard_provider_wait_seconds";

/// Tells the installed recorder what each figure is. Called once, after it was installed.
pub fn describe_metrics() {
    describe_counter!(
        CALLS,
        Unit::Count,
        "Calls of providers by how they ended: OK, CANCELLED, or the kind of error."
    );
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "How long calls took, with waits and further attempts."
    );
    describe_gauge!(IN_FLIGHT, Unit::Count, "Calls that have begun and not ended.");
    describe_counter!(RETRIES, Unit::Count, "Further attempts at a call.");
    describe_counter!(
        RETRIES_FORGONE,
        Unit::Count,
        "Further attempts that might have helped and were not made, by reason."
    );
    describe_counter!(
        CACHE,
        Unit::Count,
        "Calls that a known answer may serve: hit, shared with another call, or miss."
    );
    describe_counter!(
        CIRCUIT_CHANGES,
        Unit::Count,
        "Changes of a circuit, by its new state."
    );
    describe_gauge!(
        CIRCUIT_OPEN,
        Unit::Count,
        "1 while a circuit is not closed, else 0."
    );
    describe_counter!(
        TURNS_REFUSED,
        Unit::Count,
        "Calls that were not sent, since their turn would have come too late, by what they waited for."
    );
    describe_histogram!(
        WAIT,
        Unit::Seconds,
        "How long calls waited for their turn, by what they waited for."
    );
}

pub(super) fn ended(call: &Call<'_>, outcome: &'static str, took: Duration) {
    let (provider, kind) = names(call.provider);
    let operation = call.operation.name;
    counter!(CALLS, "provider" => provider.clone(), "kind" => kind, "operation" => operation, "outcome" => outcome)
        .increment(1);
    histogram!(DURATION, "provider" => provider, "kind" => kind, "operation" => operation).record(took);
}

pub(super) fn in_flight(provider: &ProviderInfo, change: f64) {
    let (provider, kind) = names(provider);
    gauge!(IN_FLIGHT, "provider" => provider, "kind" => kind).increment(change);
}

pub(super) fn retried(call: &Call<'_>) {
    let (provider, kind) = names(call.provider);
    counter!(RETRIES, "provider" => provider, "kind" => kind, "operation" => call.operation.name)
        .increment(1);
}

pub(super) fn forgone(call: &Call<'_>, reason: &'static str) {
    let (provider, kind) = names(call.provider);
    counter!(RETRIES_FORGONE, "provider" => provider, "kind" => kind, "operation" => call.operation.name, "reason" => reason)
        .increment(1);
}

pub(super) fn cached(call: &Call<'_>, result: &'static str) {
    let (provider, kind) = names(call.provider);
    counter!(CACHE, "provider" => provider, "kind" => kind, "operation" => call.operation.name, "result" => result)
        .increment(1);
}

pub(super) fn circuit(provider: &ProviderInfo, state: &'static str, open: bool) {
    let (provider, kind) = names(provider);
    counter!(CIRCUIT_CHANGES, "provider" => provider.clone(), "kind" => kind, "state" => state).increment(1);
    gauge!(CIRCUIT_OPEN, "provider" => provider, "kind" => kind).set(if open { 1.0 } else { 0.0 });
}

pub(super) fn waited(call: &Call<'_>, reason: &'static str, wait: Duration) {
    if wait.is_zero() {
        return;
    }
    let (provider, kind) = names(call.provider);
    histogram!(WAIT, "provider" => provider, "kind" => kind, "reason" => reason).record(wait);
}

pub(super) fn refused_turn(call: &Call<'_>, reason: &'static str) {
    let (provider, kind) = names(call.provider);
    counter!(TURNS_REFUSED, "provider" => provider, "kind" => kind, "reason" => reason).increment(1);
}

fn names(provider: &ProviderInfo) -> (String, &'static str) {
    (provider.id.to_string(), provider.kind)
}
