//! A made-up carrier that does everything, its adapter, and what that adapter does when it lies.
//!
//! Its protocol is the ports themselves: `POST /orders.place` with an order answers an outcome. So the adapter is
//! small, and there is room for lies.

mod adapter;
mod asking;
mod counts;
mod figures;
mod numbers;
mod pools;
mod state;
mod twin;

use std::sync::Arc;

use jiff::tz::TimeZone;
use provider_core::domain::{
    CallCenterRef, CountryCode, CustomerRef, E164, GroupRef, NumberMatch, Period, PoolMatch,
};
use provider_testkit::conformance::UnknownWord;
use provider_testkit::{Known, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) use adapter::{Bazaar, Sloppy};
pub(crate) use twin::BazaarTwin;

/// What the adapter does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lie {
    /// Opens a connection to its upstream when it is built.
    ConnectsWhenBuilt,
    /// Has the secret in its `Debug`.
    ShowsSecret,
    /// Has other ports each time.
    FlickeringPorts,
    /// Says that the upstream is well without asking it.
    AlwaysUp,
    /// Allows more than it said at first.
    ShiftingTerms,
    /// Offers one number twice.
    OffersTwice,
    /// Holds for whoever asks what somebody else holds.
    SharesHolds,
    /// Says that tokens are honored, and makes up another one each time.
    ForgetsTokens,
    /// Does not find what was ordered.
    FindsNothing,
    /// Leaves out the last entry of a page.
    SkipsEntries,
    /// Does not tell of all numbers of a pool that was ended.
    LosesNumbers,
    /// Gives a visitor another number each time.
    ForgetsVisitors,
    /// Leaves out a row of counts.
    DropsRows,
    /// Tells of all employees, whoever was asked for.
    IgnoresEmployees,
    /// Resets the settings that were not to be changed.
    ResetsSettings,
    /// Answers nothing, as if there were nothing, when it could not ask.
    SwallowsErrors,
    /// Takes every failure for the upstream's being down.
    AlwaysUnavailable,
    /// Says that nothing happened, whatever failed.
    EffectAlwaysNone,
    /// Says that something may have happened, whatever failed.
    EffectAlwaysUnknown,
    /// Forgets how long to wait.
    ForgetsRetryAfter,
    /// Takes what it can't read for a no.
    TakesGarbageForNo,
    /// Takes a failure of the upstream for a no.
    TakesFailureForNo,
    /// Reads bodies of any size.
    ReadsEverything,
    /// Takes a value of another type for zero.
    LenientTypes,
    /// Takes a status that it does not know for `ACTIVE`.
    DefaultsWords,
    /// Waits for a minute.
    WaitsForEver,
    /// Goes where it is sent.
    FollowsRedirects,
    /// Blocks its thread for longer than there is time.
    IgnoresDeadlines,
    /// Sends again when nobody waits for the answer any more.
    ResendsWhenDropped,
    /// Gives whoever asks the answer that came last.
    MixesAnswers,
    /// Tries again by itself.
    RetriesItself,
    /// Takes an empty stock for an outage.
    NoStockIsAnOutage,
    /// Has the secret in its errors.
    TellsSecret,
    /// Writes the secret to the log.
    LogsSecret,
    /// Repeats what the upstream says as it came.
    PassesTextOn,
    /// Asks the root of the host.
    LeavesTheBaseUrl,
    /// Puts references into paths as they are.
    PastesPaths,
}

/// An adapter that lies, or does not.
pub(crate) fn subject(lie: Option<Lie>) -> Subject {
    Subject::of::<Bazaar>(Arc::new(BazaarTwin::new(lie)), known())
}

/// The honest one, whose carrier does not carry out orders at once.
pub(crate) fn slow_subject() -> Subject {
    Subject::of::<Bazaar>(Arc::new(BazaarTwin::slow()), known())
}

pub(crate) fn number(text: &str) -> E164 {
    E164::parse_strict(text).unwrap()
}

fn toll_free(prefix: Option<&str>) -> NumberMatch {
    NumberMatch::TollFree {
        country: CountryCode::US,
        prefix: prefix.map(|prefix| prefix.parse().unwrap()),
    }
}

pub(crate) fn known() -> Known {
    let group = GroupRef {
        id: 1,
        external_id: Some("1".to_owned()),
        name: "Sales".to_owned(),
        customer: CustomerRef {
            id: 1,
            code: "ACME".to_owned(),
        },
    };
    let period = Period::new(
        "2024-03-01T00:00:00Z".parse().unwrap(),
        "2024-03-11T00:00:00Z".parse().unwrap(),
    );
    let hibernating = json!({ "Done": {
        "number": "+18332018000", "external_id": "+18332018000", "status": "HIBERNATING",
        "name": null, "group": null, "route": null, "route_ref": null, "sms_route": null,
        "created_at": null, "matched": null,
    }});
    Known {
        call_center: Some(CallCenterRef {
            group: group.clone(),
            name: "b@example.com".to_owned(),
        }),
        group: Some(group),
        matches: vec![toll_free(None), NumberMatch::Exact(number("+18332019999"))],
        pool_matches: vec![PoolMatch::TollFree {
            country: CountryCode::US,
        }],
        sold_out: Some(toll_free(Some("888"))),
        pool_sold_out: Some(PoolMatch::TollFree {
            country: CountryCode::CA,
        }),
        employees: vec!["e1".to_owned(), "e3".to_owned()],
        period: Some((period.unwrap(), TimeZone::UTC)),
        unknown_words: vec![UnknownWord {
            operation: "orders.place",
            body: hibernating,
            word: "HIBERNATING",
        }],
        ..Known::default()
    }
}
