//! References and their rules.

use provider_core::domain::{OrderToken, Period, PeriodError, ProviderId, UpstreamRef};

#[test]
fn a_provider_id_is_a_lower_case_word_of_at_most_40() {
    for valid in ["a", "telmetrics-uk", "a1-", &"a".repeat(40)] {
        assert!(ProviderId::parse(valid).is_ok(), "{valid}");
    }
    for invalid in ["", "A", "1a", "-a", "a_b", "a b", "ü", &"a".repeat(41)] {
        assert!(ProviderId::parse(invalid).is_err(), "{invalid}");
        assert!(
            serde_json::from_value::<ProviderId>(invalid.into()).is_err(),
            "{invalid}"
        );
    }
}

#[test]
fn an_order_token_fits_every_header_and_marker() {
    for valid in ["abcdEF12", "a-b_c-d_", &"x".repeat(64)] {
        assert!(OrderToken::parse(valid).is_ok(), "{valid}");
    }
    for invalid in ["short", "with space", "with:colon", &"x".repeat(65)] {
        assert!(OrderToken::parse(invalid).is_err(), "{invalid}");
    }
}

#[test]
fn an_upstream_reference_is_any_printable_text() {
    for valid in ["8660466", "APIOTestCCBasic@sip.netaxis.be", "Ünïcode ref"] {
        assert!(UpstreamRef::parse(valid).is_ok(), "{valid}");
    }
    for invalid in ["", "a\nb", "\u{7f}", &"x".repeat(256)] {
        assert!(UpstreamRef::parse(invalid).is_err(), "{invalid:?}");
    }
}

#[test]
fn a_period_is_never_empty_also_when_read_back() {
    let at = |second| jiff::Timestamp::from_second(second).unwrap();
    assert!(Period::new(at(1), at(2)).is_ok());
    assert_eq!(Period::new(at(2), at(2)), Err(PeriodError::EndNotAfterStart));
    assert_eq!(Period::new(at(3), at(2)), Err(PeriodError::EndNotAfterStart));
    let reversed = serde_json::json!({ "start": at(3), "end": at(2) });
    assert!(serde_json::from_value::<Period>(reversed).is_err());
}

#[test]
fn a_period_that_is_not_over_is_in_the_future() {
    let at = |second| jiff::Timestamp::from_second(second).unwrap();
    let period = Period::new(at(10), at(20)).unwrap();
    assert_eq!(period.require_closed(at(20)), Ok(()));
    assert_eq!(period.require_closed(at(19)), Err(PeriodError::InTheFuture));
}
