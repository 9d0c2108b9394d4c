//! What the document says, and what every adapter must do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod requests;
mod scene;

use std::sync::Arc;

use provider_telecomx::Telecomx;
use provider_telecomx_twin::TelecomxTwin;
use provider_testkit::{Known, Subject};
use scene::{BENNY, BO, danish, period};

provider_testkit::conformance!(subject());

fn subject() -> Subject {
    let known = Known {
        employees: vec![BO.to_owned(), BENNY.to_owned()],
        period: Some((period("2020-11-30", "2020-12-21"), danish())),
        ..Known::default()
    };
    Subject::of::<Telecomx>(Arc::new(TelecomxTwin::new()), known)
}
