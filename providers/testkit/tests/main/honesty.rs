//! An honest adapter passes every case.

use provider_testkit::conformance::cases::named;
use provider_testkit::conformance::judge;

use crate::bazaar;

provider_testkit::conformance!(bazaar::subject(None));

/// Orders that are not carried out at once are waited for.
#[test]
fn an_honest_adapter_of_a_slow_carrier_passes_the_cases_of_orders() {
    for case in [
        "orders_do_what_they_promise",
        "inventory_does_what_it_promises",
        "a_change_whose_answer_is_lost_is_unknown_and_sent_once",
        "an_unreadable_answer_to_a_change_is_unknown",
        "a_change_is_repeated_only_when_it_had_no_effect",
        "calls_at_once_get_their_own_answers",
    ] {
        if let Err(broken) = judge(named(case).unwrap(), &bazaar::slow_subject()) {
            panic!("{case}: {broken}");
        }
    }
}
