//! From answers to receipts. What can't be told for certain is an error: a sentence for people that repeats nothing
//! of the answer.

use provider_core::domain::{
    CallRoute, E164, NumberReceipt, NumberStatus, PoolNumber, PoolReceipt, PoolStatus,
    ReplacementConfiguration, ReplacementInput, SmsRoute, TrackingSourceInput, UpstreamRef,
};

use crate::wire;

/// What an answer says of a number.
pub(crate) fn number_receipt(answer: wire::Number) -> Result<NumberReceipt, String> {
    is_active(&answer.status)?;
    let (route, route_ref) = call_route(answer.call_routes.as_ref(), north_american)?;
    Ok(NumberReceipt {
        number: north_american(&answer.phone_number).ok_or("phone_number is not a number of ten digits")?,
        external_id: reference(answer.id)?,
        name: answer.name,
        group: answer.group_id.map(reference).transpose()?,
        status: NumberStatus::Active,
        route,
        route_ref,
        sms_route: sms_route(answer.sms_routes.as_ref())?,
        created_at: answer.created_datetime,
        matched: None,
    })
}

/// What an answer says of a pool.
pub(crate) fn pool_receipt(answer: wire::Pool) -> Result<PoolReceipt, String> {
    is_active(&answer.status)?;
    let (route, _) = call_route(answer.call_routes.as_ref(), international)?;
    Ok(PoolReceipt {
        external_id: reference(answer.id)?,
        name: answer.name,
        group: answer.group_id.map(reference).transpose()?,
        status: PoolStatus::Active,
        match_period_minutes: answer.match_period,
        numbers: answer.numbers.iter().map(pool_number).collect::<Result<_, _>>()?,
        replacement: answer.replacement_configuration.map(replacement).transpose()?,
        route,
        sms_route: sms_route(answer.sms_routes.as_ref())?,
    })
}

/// What Telmetrics calls a thing.
pub(crate) fn reference(id: u64) -> Result<UpstreamRef, String> {
    UpstreamRef::parse(id.to_string()).map_err(|error| error.to_string())
}

/// The documents know one status, and write it both `Active` and `active`.
fn is_active(status: &str) -> Result<(), String> {
    if status.eq_ignore_ascii_case("active") {
        Ok(())
    } else {
        Err("status is a word that the document does not have".to_owned())
    }
}

fn pool_number(entry: &wire::PoolNumber) -> Result<PoolNumber, String> {
    let number = international(&entry.phone_number);
    Ok(PoolNumber {
        number: number.ok_or("a phone_number of the pool is not one with + and country code")?,
        external_id: reference(entry.id)?,
    })
}

fn call_route(
    routes: Option<&wire::GivenRoutes>,
    read: fn(&str) -> Option<E164>,
) -> Result<(Option<CallRoute>, Option<UpstreamRef>), String> {
    let Some(routes) = routes else {
        return Ok((None, None));
    };
    if !routes.route_type.eq_ignore_ascii_case("basic") {
        return Err("call_routes.route_type is not Basic, the one that was asked for".to_owned());
    }
    let Some(route) = &routes.route else {
        return Ok((None, None));
    };
    let termination_number = read(&route.termination_number)
        .ok_or("termination_number is not a number as the document writes it")?;
    let route_ref = route.id.map(reference).transpose()?;
    Ok((Some(CallRoute::Basic { termination_number }), route_ref))
}

fn sms_route(routes: Option<&wire::SmsRoutes>) -> Result<Option<SmsRoute>, String> {
    match routes {
        None => Ok(None),
        Some(routes) if routes.route_type.eq_ignore_ascii_case("none") => Ok(Some(SmsRoute::None)),
        Some(_) => Err("sms_routes.route_type is a word that the document does not have".to_owned()),
    }
}

fn replacement(answer: wire::ReplacementConfiguration) -> Result<ReplacementConfiguration, String> {
    let tracking_sources = answer.tracking_sources.into_iter();
    let input = ReplacementInput {
        replace_all_numbers: answer.replace_all_numbers,
        numbers_to_replace: answer.numbers_to_replace,
        tracking_sources: tracking_sources
            .map(|source| TrackingSourceInput {
                referrer_domain: source.referrer_domain,
                url_triggers: source.url_triggers,
                track_organic: source.track_organic,
            })
            .collect(),
    };
    ReplacementConfiguration::new(&input).map_err(|faults| {
        let codes = faults.0.iter().map(|fault| fault.code.to_string());
        let codes: Vec<String> = codes.collect();
        format!(
            "replacement_configuration breaks its own rules: {}",
            codes.join(", ")
        )
    })
}

/// A number as the document of number assignment writes it, ten digits; with `+1`, as the document of pools would,
/// it is the same. The country is not guessed: that document is North American throughout.
fn north_american(text: &str) -> Option<E164> {
    let ten = text.strip_prefix("+1").unwrap_or(text).as_bytes();
    // An area code and an exchange begin with 2 to 9.
    let valid = ten.len() == 10 && ten.iter().all(u8::is_ascii_digit) && ten[0] >= b'2' && ten[3] >= b'2';
    let digits = std::str::from_utf8(ten).ok().filter(|_| valid)?;
    E164::parse_strict(&format!("+1{digits}")).ok()
}

/// A number as the document of pools writes it.
fn international(text: &str) -> Option<E164> {
    E164::parse_strict(text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn number(change: impl FnOnce(&mut Value)) -> Result<NumberReceipt, String> {
        let fixture = include_str!("../../tests/fixtures/number_toll_free_answer.json");
        let mut answer = serde_json::from_str(fixture).expect("JSON");
        change(&mut answer);
        number_receipt(serde_json::from_value(answer).expect("the shape of an answer"))
    }

    fn pool(change: impl FnOnce(&mut Value)) -> Result<PoolReceipt, String> {
        let fixture = include_str!("../../tests/fixtures/pool_city_answer.json");
        let mut answer = serde_json::from_str(fixture).expect("JSON");
        change(&mut answer);
        pool_receipt(serde_json::from_value(answer).expect("the shape of an answer"))
    }

    #[test]
    fn a_status_is_active_in_any_case_and_no_other() {
        for status in ["Active", "active", "ACTIVE"] {
            assert!(number(|answer| answer["status"] = json!(status)).is_ok());
            assert!(pool(|answer| answer["status"] = json!(status)).is_ok());
        }
        for status in ["", "Inactive", "pending", "Active "] {
            assert!(number(|answer| answer["status"] = json!(status)).is_err());
            assert!(pool(|answer| answer["status"] = json!(status)).is_err());
        }
    }

    #[test]
    fn ten_digits_are_north_american_and_nothing_is_guessed() {
        for text in ["8332018273", "+18332018273"] {
            let receipt = number(|answer| answer["phone_number"] = json!(text)).expect("a receipt");
            assert_eq!(receipt.number.as_str(), "+18332018273");
        }
        for text in [
            "",
            "833201827",
            "83320182733",
            "18332018273",
            "(833) 201-8273",
            "1332018273",
            "8331018273",
            "+441174090162",
            "8332018٢73",
            "833201827\u{0}",
        ] {
            assert!(
                number(|answer| answer["phone_number"] = json!(text)).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_of_pools_have_a_country_code() {
        for text in [
            "441174090162",
            "01174090162",
            "2898122093",
            "",
            "+44 117 409 0162",
        ] {
            assert!(
                pool(|answer| answer["numbers"][1]["phone_number"] = json!(text)).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_said_is_not_invented() {
        let bare = json!({ "id": 7, "status": "Active", "phone_number": "8332018273" });
        let receipt = number(|answer| *answer = bare).expect("a receipt");
        let said = (receipt.name, receipt.group, receipt.route, receipt.route_ref);
        assert_eq!(said, (None, None, None, None));
        assert_eq!((receipt.sms_route, receipt.created_at), (None, None));
        let bare = json!({ "id": 7, "status": "active", "numbers": [] });
        let receipt = pool(|answer| *answer = bare).expect("a receipt");
        assert_eq!(
            (receipt.match_period_minutes, receipt.replacement, receipt.route),
            (None, None, None)
        );
    }

    #[test]
    fn an_unknown_kind_of_route_is_not_taken_for_a_known_one() {
        assert!(number(|answer| answer["call_routes"]["route_type"] = json!("basic")).is_ok());
        assert!(number(|answer| answer["call_routes"]["route_type"] = json!("KeyPress")).is_err());
        assert!(number(|answer| answer["sms_routes"]["route_type"] = json!("Forward")).is_err());
        assert!(pool(|answer| answer["call_routes"]["route_type"] = json!("KeyPress")).is_err());
        assert!(pool(|answer| answer["sms_routes"]["route_type"] = json!("Forward")).is_err());
    }

    #[test]
    fn a_route_to_something_that_is_no_number_is_not_passed_on() {
        let path = "/call_routes/route/termination_number";
        let change =
            |answer: &mut Value| *answer.pointer_mut(path).expect("a route") = json!("sip:a@example.com");
        assert!(number(change).is_err());
        assert!(pool(change).is_err());
    }

    #[test]
    fn a_replacement_configuration_that_contradicts_itself_is_not_passed_on() {
        let error = pool(|answer| answer["replacement_configuration"]["replace_all_numbers"] = json!(true))
            .expect_err("an error");
        assert!(error.contains("REPLACE_ALL_EXCLUDES_NUMBERS"), "{error}");
        let entry = "<script>";
        let error =
            pool(|answer| answer["replacement_configuration"]["numbers_to_replace"][0] = json!(entry))
                .expect_err("an error");
        assert!(!error.contains(entry), "{error}");
    }
}
