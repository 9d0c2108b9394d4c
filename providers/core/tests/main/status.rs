//! The table of transitions.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use provider_core::domain::NumberStatus::{
    self, Active, Available, Dropped, Held, Pending, PortingIn, PortingOut, Suspended,
};
use strum::IntoEnumIterator;

fn statuses() -> impl Strategy<Value = NumberStatus> {
    select(NumberStatus::iter().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn a_transition_is_allowed_exactly_when_it_is_in_the_table(from in statuses(), to in statuses()) {
        prop_assert_eq!(from.may_become(to), from.next().contains(&to));
        prop_assert_eq!(from.transition_to(to).ok(), from.may_become(to).then_some(to));
    }

    #[test]
    fn a_refused_transition_names_every_allowed_status(from in statuses(), to in statuses()) {
        if let Err(refused) = from.transition_to(to) {
            prop_assert_eq!(refused.allowed(), from.next());
            let text = refused.to_string();
            for allowed in from.next() {
                prop_assert!(text.contains(&allowed.to_string()), "{} is missing in {}", allowed, text);
            }
        }
    }

    #[test]
    fn a_walk_of_any_length_never_gets_stuck(steps in prop::collection::vec(0usize..8, 1..50)) {
        let mut status = Available;
        for step in steps {
            let next = status.next();
            prop_assert!(!next.is_empty());
            status = status.transition_to(next[step % next.len()]).unwrap();
        }
    }
}

#[test]
fn no_status_follows_itself_and_no_list_repeats_or_is_unordered() {
    for status in NumberStatus::iter() {
        assert!(!status.may_become(status), "{status}");
        let sorted: Vec<_> = status
            .next()
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        assert_eq!(status.next(), sorted, "{status}");
    }
}

#[test]
fn every_status_reaches_every_other() {
    for start in NumberStatus::iter() {
        let mut reached = BTreeSet::from([start]);
        let mut frontier = vec![start];
        while let Some(status) = frontier.pop() {
            frontier.extend(status.next().iter().filter(|next| reached.insert(**next)));
        }
        assert_eq!(
            reached.len(),
            NumberStatus::iter().count(),
            "from {start}: {reached:?}"
        );
    }
}

#[test]
fn a_number_in_service_never_goes_back_to_stock_without_quarantine() {
    for status in NumberStatus::iter().filter(|status| status.is_assigned() && *status != Pending) {
        assert!(!status.may_become(Available), "{status}");
        assert!(!status.may_become(Held), "{status}");
    }
}

#[test]
fn releases_undoings_and_ports_go_where_the_design_says() {
    for (from, to) in [
        (Active, Dropped),
        (Suspended, Dropped),
        (Dropped, Available),
        (Dropped, Active),
        (Held, Available),
        (Pending, Available),
        (PortingIn, Active),
        (PortingOut, Dropped),
        (PortingOut, Active),
    ] {
        assert!(from.may_become(to), "{from} -> {to}");
    }
    for (from, to) in [
        (Available, Suspended),
        (Available, Dropped),
        (Dropped, Held),
        (Dropped, Pending),
        (Dropped, PortingOut),
        (PortingIn, Held),
    ] {
        assert!(!from.may_become(to), "{from} -> {to}");
    }
}

#[test]
fn statuses_are_written_alike_in_text_and_json() {
    for status in NumberStatus::iter() {
        let text = status.to_string();
        assert_eq!(text.parse(), Ok(status));
        assert_eq!(
            serde_json::to_value(status).unwrap(),
            serde_json::Value::String(text)
        );
    }
    assert_eq!(PortingIn.to_string(), "PORTING_IN");
    assert!("porting_in".parse::<NumberStatus>().is_err());
}
