//! Every case catches those who lie about what it is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use provider_testkit::conformance::cases::{ALL, named};
use provider_testkit::conformance::judge;
use provider_testkit::{Known, Subject};

use crate::bazaar::{BazaarTwin, Lie, Sloppy, known, subject};

/// A test for each lie, and the list of the cases that were run against one.
macro_rules! lies {
    ($($name:ident: $subject:expr => [$($case:ident),+ $(,)?];)+) => {
        $(
            #[test]
            fn $name() {
                // An earlier test of the same process may have done it.
                let _ = rustls::crypto::ring::default_provider().install_default();
                for case in [$(stringify!($case)),+] {
                    match judge(named(case).unwrap(), &$subject) {
                        // For whoever wants to know whether it was caught for the right reason.
                        Err(broken) => println!("{case}: {broken}"),
                        Ok(()) => panic!("{case} does not catch it"),
                    }
                }
            }
        )+

        fn caught() -> BTreeSet<&'static str> {
            [$($(stringify!($case)),+),+].into()
        }
    };
}

fn of(lie: Lie) -> Subject {
    subject(Some(lie))
}

fn sloppy() -> Subject {
    Subject::of::<Sloppy>(Arc::new(BazaarTwin::new(None)), known())
}

lies! {
    settings_of_any_kind_are_taken: sloppy() => [
        the_kind_has_a_name_and_a_title,
        unknown_keys_are_refused_by_their_path,
        a_bad_base_url_is_refused_by_its_key,
        all_faults_of_the_settings_are_told_together,
    ];
    a_connection_is_opened_when_it_is_built: of(Lie::ConnectsWhenBuilt) => [
        a_provider_is_built_while_its_upstream_is_down,
    ];
    the_secret_is_shown: of(Lie::ShowsSecret) => [a_secret_is_named_and_never_written_down];
    ports_come_and_go: of(Lie::FlickeringPorts) => [capabilities_follow_from_the_ports];
    health_is_made_up: of(Lie::AlwaysUp) => [health_tells_whether_the_upstream_answers_and_knows_us];
    more_is_allowed_than_was_said: of(Lie::ShiftingTerms) => [
        search_keeps_to_its_terms,
        holds_keep_to_their_terms,
        orders_keep_to_their_terms,
        inventory_keeps_to_its_terms,
        pools_keep_to_their_terms,
        tracking_keeps_to_its_terms,
        kpis_keep_to_their_terms,
        call_stats_keep_to_their_terms,
        call_centers_keep_to_their_terms,
    ];
    a_number_is_offered_twice: of(Lie::OffersTwice) => [search_does_what_it_promises];
    holds_are_shared: of(Lie::SharesHolds) => [holds_do_what_they_promise];
    tokens_are_forgotten: of(Lie::ForgetsTokens) => [orders_do_what_they_promise, pools_do_what_they_promise];
    nothing_is_found_again: of(Lie::FindsNothing) => [orders_do_what_they_promise, pools_do_what_they_promise];
    entries_are_skipped: of(Lie::SkipsEntries) => [inventory_does_what_it_promises, pools_do_what_they_promise];
    numbers_are_lost: of(Lie::LosesNumbers) => [pools_do_what_they_promise];
    visitors_are_forgotten: of(Lie::ForgetsVisitors) => [tracking_does_what_it_promises];
    rows_are_dropped: of(Lie::DropsRows) => [kpis_do_what_they_promise];
    employees_are_ignored: of(Lie::IgnoresEmployees) => [call_stats_do_what_they_promise];
    settings_are_reset: of(Lie::ResetsSettings) => [call_centers_do_what_they_promise];
    errors_look_like_nothing: of(Lie::SwallowsErrors) => [
        reads_take_each_status_for_what_it_is,
        an_unreadable_answer_to_a_read_is_an_error,
        a_broken_connection_is_told,
        a_refused_connection_had_no_effect,
        a_read_is_repeated_until_the_upstream_is_back,
    ];
    everything_is_an_outage: of(Lie::AlwaysUnavailable) => [
        reads_take_each_status_for_what_it_is,
        changes_take_each_status_for_what_it_is,
        a_wrong_key_is_told_for_what_it_is,
    ];
    nothing_ever_happened: of(Lie::EffectAlwaysNone) => [
        changes_take_each_status_for_what_it_is,
        an_unreadable_answer_to_a_change_is_unknown,
        a_broken_connection_is_told,
        a_change_whose_answer_is_lost_is_unknown_and_sent_once,
    ];
    something_may_always_have_happened: of(Lie::EffectAlwaysUnknown) => [
        changes_take_each_status_for_what_it_is,
        a_refused_connection_had_no_effect,
        a_change_is_repeated_only_when_it_had_no_effect,
    ];
    the_wait_is_forgotten: of(Lie::ForgetsRetryAfter) => [retry_after_is_kept, a_wait_that_was_asked_for_is_kept];
    garbage_is_a_no: of(Lie::TakesGarbageForNo) => [
        an_unreadable_answer_to_a_change_is_unknown,
        unknown_words_are_not_taken_for_known_ones,
    ];
    a_failure_is_a_no: of(Lie::TakesFailureForNo) => [
        changes_take_each_status_for_what_it_is,
        a_change_whose_answer_is_lost_is_unknown_and_sent_once,
    ];
    bodies_are_read_to_the_end: of(Lie::ReadsEverything) => [a_body_without_end_is_given_up];
    other_types_are_zero: of(Lie::LenientTypes) => [values_of_a_wrong_type_are_not_taken_for_others];
    words_have_a_default: of(Lie::DefaultsWords) => [unknown_words_are_not_taken_for_known_ones];
    it_waits_for_ever: of(Lie::WaitsForEver) => [a_silent_upstream_is_a_timeout];
    redirects_lead_away: of(Lie::FollowsRedirects) => [redirects_are_not_followed];
    deadlines_pass: of(Lie::IgnoresDeadlines) => [a_deadline_ends_a_call];
    cancelled_calls_are_sent_again: of(Lie::ResendsWhenDropped) => [
        a_cancelled_call_is_not_sent_again_and_harms_no_other,
    ];
    answers_are_mixed_up: of(Lie::MixesAnswers) => [calls_at_once_get_their_own_answers];
    it_tries_again_by_itself: of(Lie::RetriesItself) => [
        a_change_whose_answer_is_lost_is_unknown_and_sent_once,
        a_refused_change_is_not_tried_again,
        a_read_is_repeated_until_the_upstream_is_back,
        a_change_is_repeated_only_when_it_had_no_effect,
    ];
    an_empty_stock_is_an_outage: of(Lie::NoStockIsAnOutage) => [an_empty_stock_is_a_refusal];
    the_secret_is_told: of(Lie::TellsSecret) => [no_secret_is_told];
    the_secret_is_logged: of(Lie::LogsSecret) => [no_secret_is_told];
    text_is_passed_on: of(Lie::PassesTextOn) => [foreign_text_is_cut_and_cleaned];
    the_base_url_is_left: of(Lie::LeavesTheBaseUrl) => [no_request_leaves_the_base_url];
    paths_are_pasted: of(Lie::PastesPaths) => [hostile_references_stay_below_the_base_url];
}

/// A case that no lie can fail passes by not looking. Two look at what providers don't decide: the list of denied
/// ports is applied to them, and a call whose time is over does not reach them.
#[test]
fn every_case_catches_some_lie() {
    let beyond = ["denied_ports_are_gone", "a_call_whose_time_is_over_is_not_begun"];
    let caught = caught();
    let idle: Vec<&str> = ALL
        .iter()
        .map(|case| case.name)
        .filter(|name| !caught.contains(name) && !beyond.contains(name))
        .collect();
    assert_eq!(idle, [] as [&str; 0]);
}

#[test]
fn a_subject_that_tells_nothing_is_told_what_is_needed() {
    let silent = Subject::of::<crate::bazaar::Bazaar>(Arc::new(BazaarTwin::new(None)), Known::default());
    for case in [
        "orders_do_what_they_promise",
        "a_deadline_ends_a_call",
        "call_stats_do_what_they_promise",
    ] {
        let broken = judge(named(case).unwrap(), &silent).unwrap_err();
        assert!(broken.to_string().contains("Known"), "{case}: {broken}");
    }
}

#[test]
fn the_secret_that_a_case_finds_is_not_repeated_in_its_verdict() {
    for lie in [Lie::TellsSecret, Lie::LogsSecret, Lie::ShowsSecret] {
        for case in ["no_secret_is_told", "a_secret_is_named_and_never_written_down"] {
            if let Err(broken) = judge(named(case).unwrap(), &of(lie)) {
                let long = broken.to_string();
                let runs = long.split(|c: char| !c.is_ascii_alphanumeric());
                assert!(runs.into_iter().all(|run| run.len() < 32), "{long}");
            }
        }
    }
}
