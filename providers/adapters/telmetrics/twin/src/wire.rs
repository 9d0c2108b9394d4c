//! What Telmetrics is sent and what it answers, as its two documents write it. What they don't list is refused.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The body of `POST groups/{group_id}/numbers` (document `telmetrics-number-assignment`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateNumber {
    pub(crate) name: String,
    pub(crate) phone_number_request: NumberWish,
    pub(crate) call_routes: CallRoutes,
}

/// `phone_number_request` of a number: sections 1 to 3 of the document.
#[derive(Debug, Deserialize)]
#[serde(tag = "match_type", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum NumberWish {
    LocalToNumber {
        local_to_number: String,
        number_match_filter: Option<String>,
    },
    LocalToCity {
        city: String,
        state: String,
        number_match_filter: Option<String>,
    },
    TollFree {
        number_match_filter: Option<String>,
    },
}

/// The body of `POST groups/{group_id}/numberpools` (document `telmetrics-number-pools`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreatePool {
    pub(crate) name: String,
    pub(crate) match_period: u32,
    pub(crate) quantity: u32,
    pub(crate) phone_number_request: PoolWish,
    pub(crate) replacement_configuration: Replacement,
    pub(crate) call_routes: CallRoutes,
}

/// `phone_number_request` of a pool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolWish {
    pub(crate) number_type: String,
    pub(crate) match_type: String,
    pub(crate) city: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) area_code: Option<String>,
    pub(crate) iso_country: String,
}

/// `replacement_configuration` as it is sent: the two ways to name the numbers exclude each other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replacement {
    pub(crate) numbers_to_replace: Option<Vec<String>>,
    pub(crate) replace_all_numbers: Option<bool>,
    pub(crate) tracking_sources: Vec<TrackingSource>,
}

/// An entry of `tracking_sources`. `track_organic` is shown in answers only, as a field of the same block.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrackingSource {
    pub(crate) referrer_domain: String,
    #[serde(default)]
    pub(crate) url_triggers: Vec<String>,
    #[serde(default)]
    pub(crate) track_organic: bool,
}

/// `call_routes` as it is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallRoutes {
    pub(crate) route_type: String,
    pub(crate) route: Route,
}

/// `route` as it is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    pub(crate) termination_number: String,
}

/// A number, as it is answered.
#[derive(Debug, Serialize)]
pub(crate) struct Number {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) group_id: u64,
    pub(crate) status: &'static str,
    pub(crate) phone_number: String,
    pub(crate) created_datetime: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_routes: Option<SmsRoutes>,
    pub(crate) call_routes: GivenRoutes,
}

/// A pool, as it is answered.
#[derive(Debug, Serialize)]
pub(crate) struct Pool {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) group_id: u64,
    pub(crate) status: &'static str,
    pub(crate) match_period: u32,
    pub(crate) quantity: u32,
    pub(crate) numbers: Vec<PoolNumber>,
    pub(crate) replacement_configuration: GivenReplacement,
    pub(crate) sms_routes: SmsRoutes,
    pub(crate) call_routes: GivenRoutes,
}

/// A number of a pool, as it is answered.
#[derive(Debug, Serialize)]
pub(crate) struct PoolNumber {
    pub(crate) id: u64,
    pub(crate) phone_number: String,
}

/// `replacement_configuration` as it is answered: every field, whether or not it was sent.
#[derive(Debug, Serialize)]
pub(crate) struct GivenReplacement {
    pub(crate) numbers_to_replace: Vec<String>,
    pub(crate) tracking_sources: Vec<TrackingSource>,
    pub(crate) replace_all_numbers: bool,
}

/// `call_routes` as it is answered; only the routes of numbers have an id.
#[derive(Debug, Serialize)]
pub(crate) struct GivenRoutes {
    pub(crate) route_type: &'static str,
    pub(crate) route: GivenRoute,
}

#[derive(Debug, Serialize)]
pub(crate) struct GivenRoute {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<u64>,
    pub(crate) termination_number: String,
}

/// `sms_routes`, which is always `None`.
#[derive(Debug, Serialize)]
pub(crate) struct SmsRoutes {
    pub(crate) route_type: &'static str,
}

impl GivenRoutes {
    pub(crate) const fn basic(id: Option<u64>, termination_number: String) -> Self {
        Self {
            route_type: "Basic",
            route: GivenRoute {
                id,
                termination_number,
            },
        }
    }
}

impl SmsRoutes {
    pub(crate) const fn none() -> Self {
        Self { route_type: "None" }
    }
}

/// A definite no. The documents show none: status and words are this twin's own.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    pub(crate) code: String,
    pub(crate) message: String,
}
