use calls::{
    CallFact,
    packed::{Day, DayError, SECONDS_PER_DAY, Word, WordError, day_of},
};
use proptest::prelude::*;

use crate::facts::{fact, facts};

/// A Wednesday before 1970 and one after it.
const MOMENTS: [i64; 2] = [-5 * SECONDS_PER_DAY, 18_000 * SECONDS_PER_DAY];

fn day_of_words(words: &[Word]) -> Day {
    let mut day = Day::default();
    day.change(words, &[]).expect("nothing is taken away");
    day
}

fn words(facts: &[CallFact]) -> Vec<Word> {
    facts.iter().map(Word::of).collect()
}

proptest! {
    #[test]
    fn a_word_is_read_back_as_the_call_it_was_made_of(fact in prop::sample::select(&MOMENTS[..]).prop_flat_map(fact)) {
        let word = Word::of(&fact);
        prop_assert_eq!(word.fact(day_of(fact.start)), fact);
        prop_assert!(word.kind() < Word::KINDS);
    }

    #[test]
    fn a_day_is_read_back_as_it_was_packed(facts in facts(MOMENTS[1], 80)) {
        let day = day_of_words(&words(&facts));
        prop_assert_eq!(day.words().len(), facts.len());
        prop_assert!(day.words().is_sorted());
        prop_assert_eq!(Day::decode(&day.encode()), Ok(day));
    }

    #[test]
    fn whatever_bytes_come_they_are_a_day_or_an_error_and_a_day_has_one_form(
        facts in facts(MOMENTS[1], 8),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let bytes = day_of_words(&words(&facts)).encode();
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] = byte;
        let garbled = [vec![1], noise.clone()].concat();
        for bytes in [changed, bytes[..cut.index(bytes.len())].to_vec(), garbled, noise] {
            if let Ok(day) = Day::decode(&bytes) {
                prop_assert_eq!(day.encode(), bytes);
            }
        }
    }

    #[test]
    fn a_changed_day_is_the_day_of_the_calls_that_are_left(
        before in facts(MOMENTS[1], 30),
        added in facts(MOMENTS[1], 30),
        choice in prop::collection::vec(any::<bool>(), 120),
    ) {
        let all = words(&[before.clone(), added.clone()].concat());
        let part = |wanted: bool| -> Vec<Word> {
            let chosen = all.iter().zip(&choice).filter(|(_, chosen)| **chosen == wanted);
            chosen.map(|(word, _)| *word).collect()
        };
        let (gone, left) = (part(true), part(false));
        let mut day = day_of_words(&words(&before));
        day.change(&words(&added), &gone).unwrap();
        prop_assert_eq!(day, day_of_words(&left));
    }
}

fn word(start: i64, seconds: u32) -> Word {
    Word::of(&CallFact {
        start,
        seconds,
        side: calls::Side::In,
        disposition: calls::PartyDisposition::Busy,
        local: true,
    })
}

#[test]
fn what_is_not_there_cannot_be_taken_away_and_nothing_changes() {
    let mut day = day_of_words(&[word(1, 1), word(1, 1), word(3, 3)]);
    let before = day.clone();
    for missing in [word(2, 2), word(0, 0), word(9, 9)] {
        assert_eq!(
            day.change(&[word(4, 4)], &[missing]),
            Err(DayError::Missing(missing))
        );
        assert_eq!(day, before);
    }
    let thrice = [word(1, 1); 3];
    assert_eq!(day.change(&[], &thrice), Err(DayError::Missing(word(1, 1))));
    assert_eq!(
        day.change(&[word(1, 1)], &thrice),
        Ok(()),
        "one of them came just now"
    );
    assert_eq!(day, day_of_words(&[word(3, 3)]));
}

#[test]
fn corrupt_bytes_are_refused_with_what_is_wrong() {
    let last = SECONDS_PER_DAY - 1;
    let sound = day_of_words(&[word(0, 5), word(last, 6)]).encode();
    assert!(Day::decode(&sound).is_ok());
    assert_eq!(Day::decode(&[]), Err(DayError::Version(None)));
    assert_eq!(Day::decode(&[2, 0]), Err(DayError::Version(Some(2))));
    assert_eq!(Day::decode(&[1]), Err(DayError::Garbled { word: 0 }));
    let longer = [&sound[..], &[0]].concat();
    assert_eq!(Day::decode(&longer), Err(DayError::Trailing(1)));
    assert!(matches!(
        Day::decode(&sound[..sound.len() - 1]),
        Err(DayError::Garbled { .. })
    ));
    // A count without words behind it reserves no memory.
    assert!(matches!(
        Day::decode(&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        Err(DayError::Garbled { .. })
    ));
    // The second word begins at the 86,400th second.
    assert_eq!(
        Day::decode(&[1, 2, 0, 0, 0x80, 0xa3, 0x05, 0]),
        Err(DayError::Word {
            word: 1,
            error: WordError::Start(86_400)
        })
    );
    // Disposition 7.
    assert_eq!(
        Day::decode(&[1, 1, 0, 7 << 2]),
        Err(DayError::Word {
            word: 0,
            error: WordError::Disposition(7)
        })
    );
    // The same start, and less behind it.
    assert_eq!(
        Day::decode(&[1, 2, 0, 1, 0, 0]),
        Err(DayError::Unsorted { word: 1 })
    );
}

#[test]
fn a_call_takes_about_five_bytes() {
    // A busy day: a call every ten minutes, of some minutes each.
    let words: Vec<Word> = (0..144_i64)
        .map(|call| word(call * 600 + call % 7, 30 + 17 * u32::try_from(call % 40).unwrap()))
        .collect();
    let bytes = day_of_words(&words).encode().len();
    assert!(bytes <= 144 * 5, "{bytes} bytes for 144 calls");
}
