//! What the document says, and what every adapter must do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;

use std::sync::Arc;

use jiff::tz::TimeZone;
use provider_apio::Apio;
use provider_apio_twin::ApioTwin;
use provider_testkit::{Known, Subject};

provider_testkit::conformance!(subject());

fn subject() -> Subject {
    let center = answers::center(answers::PREMIUM);
    let busy = answers::period("2024-03-01T00:00:00+01:00", "2024-03-08T00:00:00+01:00");
    let known = Known {
        group: Some(center.group.clone()),
        call_center: Some(center),
        period: Some((busy, TimeZone::fixed(jiff::tz::offset(1)))),
        ..Known::default()
    };
    Subject::of::<Apio>(Arc::new(ApioTwin::new()), known)
}
