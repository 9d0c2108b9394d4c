use calls::{Call, Called, Disposition, Leg, merge_legs};
use jiff::Timestamp;
use proptest::prelude::*;

fn leg() -> impl Strategy<Value = Leg> {
    let disposition = prop_oneof![
        Just(Disposition::Answered),
        Just(Disposition::Unanswered),
        Just(Disposition::Busy),
        Just(Disposition::Failed)
    ];
    let called = prop_oneof![
        (0..4u8, prop::bool::ANY).prop_map(|(name, several)| Called::Endpoint {
            channel: format!("SIP/p-{name}"),
            names: vec![name.to_string()],
            among: if several {
                vec!["8".to_owned(), "9".to_owned()]
            } else {
                Vec::new()
            },
        }),
        (0..3u8).prop_map(|key| Called::Through {
            key: key.to_string(),
            names: vec![format!("t{key}")],
        }),
        Just(Called::Application),
    ];
    let via = proptest::option::of((0..3u8).prop_map(|key| key.to_string()));
    (
        0..6u8,
        0..100i64,
        0..60i64,
        0..60i64,
        0..50u32,
        disposition,
        called,
        via,
    )
        .prop_map(|(id, start, ring, length, talk, disposition, called, via)| {
            let at = |second: i64| Timestamp::from_second(1_772_442_000 + second).unwrap();
            let answered = disposition == Disposition::Answered;
            Leg {
                id: id.to_string(),
                ended_at: at(start + ring + length),
                started_at: at(start),
                answered_at: answered.then(|| at(start + ring)),
                talk_seconds: if answered {
                    talk.min(u32::try_from(length).unwrap())
                } else {
                    0
                },
                disposition,
                caller: None,
                calling: Vec::new(),
                dialed: None,
                called,
                via,
            }
        })
}

proptest! {
    /// What makes an import repeatable: after a crash, from another file, in another order.
    #[test]
    fn legs_merge_to_the_same_in_any_order_and_portions_however_often(
        legs in prop::collection::vec(leg(), 0..12),
        cut in 0..12usize,
    ) {
        let mut once = Vec::new();
        merge_legs(&mut once, legs.clone());
        let mut again = Vec::new();
        let (first, second) = legs.split_at(cut.min(legs.len()));
        merge_legs(&mut again, second.iter().rev().cloned());
        merge_legs(&mut again, first.iter().cloned());
        merge_legs(&mut again, legs.iter().cloned());
        prop_assert_eq!(&again, &once);
        let ids: Vec<_> = once.iter().map(|leg| &leg.id).collect();
        prop_assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_call_is_inside_its_legs(legs in prop::collection::vec(leg(), 1..12)) {
        let mut merged = Vec::new();
        merge_legs(&mut merged, legs);
        let call = Call::of(&merged).unwrap();
        let length = u32::try_from(call.ended_at.duration_since(call.started_at).as_secs()).unwrap();
        prop_assert!(call.ring_seconds <= length);
        prop_assert!(call.talk_seconds <= length);
        prop_assert_eq!(call.answered_at.is_some(), call.disposition == Disposition::Answered);
        let talk: u32 = call.rung.iter().map(|rung| rung.leg.talk_seconds).sum();
        prop_assert!(call.talk_seconds <= talk);
        if call.disposition != Disposition::Answered {
            prop_assert_eq!(call.talk_seconds, 0);
        }
    }
}

#[test]
fn a_call_without_legs_is_none() {
    assert!(Call::of(&[]).is_none());
}
