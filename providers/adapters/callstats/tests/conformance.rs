//! What the document says, and what every adapter must do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;

use std::sync::Arc;

use provider_callstats::Callstats;
use provider_callstats_twin::CallstatsTwin;
use provider_testkit::{Known, Subject};

provider_testkit::conformance!(subject());

fn subject() -> Subject {
    Subject::of::<Callstats>(Arc::new(CallstatsTwin::new()), Known::default())
}
