//! The cases, by theme. Each is a function of a subject that says what is broken.

mod addresses;
mod bodies;
mod capabilities;
mod changes;
mod configuration;
mod contract;
mod health;
mod network;
mod retries;
mod secrecy;
mod statuses;
mod terms;
mod time;

use futures_util::future::BoxFuture;

use super::{Broken, Subject, Verdict};

/// A case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name, which says what every adapter does.
    pub name: &'static str,
    pub(super) run: fn(&Subject) -> BoxFuture<'_, Verdict>,
}

/// A case by its name.
///
/// # Errors
/// [`Broken`] if there is none.
pub fn named(name: &str) -> Result<&'static Case, Broken> {
    let case = ALL.iter().find(|case| case.name == name);
    case.ok_or_else(|| Broken::new(format!("no case is called {name}")))
}

/// The list of all cases, handed to a macro.
#[doc(hidden)]
#[macro_export]
macro_rules! cases {
    ([$($to:tt)+] $($with:expr)?) => {
        $($to)+! { $($with)?;
            configuration:
                the_kind_has_a_name_and_a_title
                a_provider_is_built_while_its_upstream_is_down
                unknown_keys_are_refused_by_their_path
                a_bad_base_url_is_refused_by_its_key
                a_secret_is_named_and_never_written_down
                all_faults_of_the_settings_are_told_together;
            capabilities:
                capabilities_follow_from_the_ports
                denied_ports_are_gone;
            health:
                health_tells_whether_the_upstream_answers_and_knows_us;
            terms:
                search_keeps_to_its_terms
                holds_keep_to_their_terms
                orders_keep_to_their_terms
                inventory_keeps_to_its_terms
                pools_keep_to_their_terms
                tracking_keeps_to_its_terms
                kpis_keep_to_their_terms
                call_stats_keep_to_their_terms
                call_centers_keep_to_their_terms;
            contract:
                search_does_what_it_promises
                holds_do_what_they_promise
                orders_do_what_they_promise
                inventory_does_what_it_promises
                pools_do_what_they_promise
                tracking_does_what_it_promises
                kpis_do_what_they_promise
                call_stats_do_what_they_promise
                call_centers_do_what_they_promise;
            statuses:
                reads_take_each_status_for_what_it_is
                changes_take_each_status_for_what_it_is
                a_wrong_key_is_told_for_what_it_is
                retry_after_is_kept;
            bodies:
                an_unreadable_answer_to_a_read_is_an_error
                an_unreadable_answer_to_a_change_is_unknown
                a_body_without_end_is_given_up
                values_of_a_wrong_type_are_not_taken_for_others
                unknown_words_are_not_taken_for_known_ones;
            network:
                a_silent_upstream_is_a_timeout
                a_broken_connection_is_told
                redirects_are_not_followed
                a_refused_connection_had_no_effect;
            time:
                a_deadline_ends_a_call
                a_call_whose_time_is_over_is_not_begun
                a_cancelled_call_is_not_sent_again_and_harms_no_other
                calls_at_once_get_their_own_answers;
            changes:
                a_change_whose_answer_is_lost_is_unknown_and_sent_once
                an_empty_stock_is_a_refusal
                a_refused_change_is_not_tried_again;
            retries:
                a_read_is_repeated_until_the_upstream_is_back
                a_change_is_repeated_only_when_it_had_no_effect
                a_wait_that_was_asked_for_is_kept;
            secrecy:
                no_secret_is_told
                foreign_text_is_cut_and_cleaned;
            addresses:
                no_request_leaves_the_base_url
                hostile_references_stay_below_the_base_url;
        }
    };
}

macro_rules! all {
    (; $($theme:ident: $($case:ident)+;)+) => {
        /// Every case.
        pub const ALL: &[Case] = &[$($(
            Case { name: stringify!($case), run: |subject| Box::pin($theme::$case(subject)) },
        )+)+];
    };
}

crate::cases!([all]);
