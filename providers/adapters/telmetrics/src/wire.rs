//! What Telmetrics is sent and what it answers, exactly as its documents write it. An answer may hold more than
//! the documents show; what they show and what is not needed to know what was bought may be absent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The body of `POST groups/{group_id}/numbers` (document `telmetrics-number-assignment`, sections 1 to 3).
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CreateNumber<'a> {
    pub(crate) name: &'a str,
    pub(crate) phone_number_request: NumberWish<'a>,
    pub(crate) call_routes: CallRoutes<'a>,
}

/// `phone_number_request` of a number.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "match_type", rename_all = "lowercase")]
pub(crate) enum NumberWish<'a> {
    LocalToNumber {
        /// Ten digits.
        local_to_number: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        number_match_filter: Option<&'a str>,
    },
    LocalToCity {
        city: &'a str,
        /// Two letters.
        state: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        number_match_filter: Option<&'a str>,
    },
    TollFree {
        #[serde(skip_serializing_if = "Option::is_none")]
        number_match_filter: Option<&'a str>,
    },
}

/// The body of `POST groups/{group_id}/numberpools` (document `telmetrics-number-pools`).
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CreatePool<'a> {
    pub(crate) name: &'a str,
    /// Minutes.
    pub(crate) match_period: u32,
    pub(crate) quantity: u32,
    pub(crate) phone_number_request: PoolWish<'a>,
    pub(crate) replacement_configuration: ReplacementConfiguration,
    pub(crate) call_routes: CallRoutes<'a>,
}

/// `phone_number_request` of a pool.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PoolWish<'a> {
    pub(crate) number_type: NumberType,
    #[serde(flatten)]
    pub(crate) matching: PoolMatch<'a>,
    pub(crate) iso_country: &'a str,
}

/// The one `number_type` of the document.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NumberType {
    International,
}

/// `match_type` of a pool, and what goes with it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "match_type", rename_all = "lowercase")]
pub(crate) enum PoolMatch<'a> {
    Geographic {
        #[serde(flatten)]
        place: Place<'a>,
    },
    TollFree,
    National,
}

/// By what a geographic pool is asked for.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Place<'a> {
    City {
        city: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<&'a str>,
    },
    AreaCode {
        area_code: String,
    },
}

/// `replacement_configuration`. `numbers_to_replace` and `replace_all_numbers` exclude each other in what is sent;
/// an answer holds both.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplacementConfiguration {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) numbers_to_replace: Vec<String>,
    pub(crate) tracking_sources: Vec<TrackingSource>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) replace_all_numbers: bool,
}

/// An entry of `tracking_sources`. The document shows `track_organic` in answers only; it is sent when it is true.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TrackingSource {
    pub(crate) referrer_domain: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) url_triggers: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) track_organic: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// `call_routes` as it is sent.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CallRoutes<'a> {
    pub(crate) route_type: RouteType,
    pub(crate) route: Route<'a>,
}

/// The one `route_type` of the documents; their field tables write it in lower case, all their examples so.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) enum RouteType {
    Basic,
}

/// `route` as it is sent.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Route<'a> {
    /// Ten digits for a number, `+` and country code for a pool.
    pub(crate) termination_number: &'a str,
}

/// A number, as it is answered (document `telmetrics-number-assignment`).
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Number {
    pub(crate) id: u64,
    pub(crate) name: Option<String>,
    pub(crate) group_id: Option<u64>,
    pub(crate) status: String,
    /// Ten digits.
    pub(crate) phone_number: String,
    pub(crate) created_datetime: Option<Timestamp>,
    pub(crate) sms_routes: Option<SmsRoutes>,
    pub(crate) call_routes: Option<GivenRoutes>,
}

/// A pool, as it is answered (document `telmetrics-number-pools`).
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Pool {
    pub(crate) id: u64,
    pub(crate) name: Option<String>,
    pub(crate) group_id: Option<u64>,
    pub(crate) status: String,
    /// Minutes.
    pub(crate) match_period: Option<u32>,
    pub(crate) quantity: Option<u32>,
    pub(crate) numbers: Vec<PoolNumber>,
    pub(crate) replacement_configuration: Option<ReplacementConfiguration>,
    pub(crate) sms_routes: Option<SmsRoutes>,
    pub(crate) call_routes: Option<GivenRoutes>,
}

/// An entry of `numbers` of a pool.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct PoolNumber {
    pub(crate) id: u64,
    /// `+` and country code.
    pub(crate) phone_number: String,
}

/// `sms_routes`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct SmsRoutes {
    pub(crate) route_type: String,
}

/// `call_routes` as it is answered.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct GivenRoutes {
    pub(crate) route_type: String,
    pub(crate) route: Option<GivenRoute>,
}

/// `route` as it is answered; that of a pool has no id.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct GivenRoute {
    pub(crate) id: Option<u64>,
    pub(crate) termination_number: String,
}

/// What is left to read of an answer that can't be read as a whole: what it calls the thing that was bought.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: u64,
}

/// A definite no. No document shows one: this is what the adapter looks for, see `Config::refusals`.
#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    /// Reads an answer of a document, and tells which of its fields have no place here.
    fn unread<T: DeserializeOwned>(fixture: &str) -> Vec<String> {
        let mut unread = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(fixture);
        let read: Result<T, _> =
            serde_ignored::deserialize(&mut reader, |path| unread.push(path.to_string()));
        assert!(read.is_ok(), "{:?}", read.err());
        unread
    }

    #[test]
    fn every_field_of_the_documents_answers_is_read() {
        for fixture in [
            include_str!("../tests/fixtures/number_local_to_number_answer.json"),
            include_str!("../tests/fixtures/number_local_to_city_answer.json"),
            include_str!("../tests/fixtures/number_toll_free_answer.json"),
        ] {
            assert_eq!(unread::<Number>(fixture), [""; 0]);
        }
        for fixture in [
            include_str!("../tests/fixtures/pool_city_answer.json"),
            include_str!("../tests/fixtures/pool_area_code_answer.json"),
            include_str!("../tests/fixtures/pool_toll_free_answer.json"),
            include_str!("../tests/fixtures/pool_national_answer.json"),
        ] {
            assert_eq!(unread::<Pool>(fixture), [""; 0]);
        }
    }

    #[test]
    fn an_answer_may_hold_more_than_the_documents_show() {
        let more = r#"{"id": 1, "status": "Active", "phone_number": "2898122093", "modified_datetime": "x"}"#;
        assert_eq!(unread::<Number>(more), ["modified_datetime"]);
    }
}
