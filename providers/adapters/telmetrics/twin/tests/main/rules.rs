use super::*;

/// Changes a sound request in one place, and tells whether it is unexpected then.
fn is_unexpected(target: &str, sound: &Value, pointer: &str, value: Value) -> bool {
    let twin = TelmetricsTwin::new();
    let mut body = sound.clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("a parent")[key] = value;
    let unexpected = post(&twin, target, &body).is_err();
    assert_eq!(unexpected, twin.sold().is_empty());
    unexpected
}

#[test]
fn what_the_document_of_numbers_does_not_list_is_unexpected() {
    let sound = json!({
        "name": "Shop",
        "phone_number_request": {
            "match_type": "localtonumber",
            "local_to_number": "9056372046",
            "number_match_filter": "289",
        },
        "call_routes": { "route_type": "basic", "route": { "termination_number": "4165551234" } },
    });
    let changed = |pointer, value| is_unexpected(NUMBERS, &sound, pointer, value);
    assert!(!changed("/name", json!("Other")));
    assert!(changed("/name", json!("")));
    assert!(changed("/client_reference", json!("x")));
    assert!(changed(
        "/phone_number_request/match_type",
        json!("LocalToNumber")
    ));
    assert!(changed("/phone_number_request/match_type", json!("national")));
    assert!(changed("/phone_number_request/city", json!("Burlington")));
    assert!(changed(
        "/phone_number_request/local_to_number",
        json!("+19056372046")
    ));
    assert!(changed(
        "/phone_number_request/local_to_number",
        json!(9_056_372_046_u64)
    ));
    assert!(changed("/phone_number_request/number_match_filter", json!("28")));
    assert!(changed(
        "/phone_number_request/number_match_filter",
        json!("28981")
    ));
    assert!(changed("/call_routes/route_type", json!("KeyPress")));
    assert!(changed(
        "/call_routes/route/termination_number",
        json!("+14165551234")
    ));
    assert!(changed("/call_routes/route/id", json!(1)));
}

#[test]
fn a_state_has_two_letters_and_is_one() {
    let sound = in_city("atlanta", "ga");
    let changed = |value| is_unexpected(NUMBERS, &sound, "/phone_number_request/state", value);
    assert!(!changed(json!("GA")));
    assert!(changed(json!("Georgia")));
    assert!(changed(json!("zz")));
    assert!(changed(Value::Null));
}

#[test]
fn what_the_document_of_pools_does_not_list_is_unexpected() {
    let sound = pool(
        1,
        json!({ "match_type": "geographic", "city": "Bristol", "iso_country": "GB" }),
    );
    let changed = |pointer, value| is_unexpected(POOLS, &sound, pointer, value);
    assert!(!changed("/phone_number_request/region", json!("England")));
    assert!(changed("/phone_number_request/area_code", json!("0117")));
    assert!(changed("/phone_number_request/number_type", json!("domestic")));
    assert!(changed("/phone_number_request/match_type", json!("tollfree")));
    assert!(changed("/phone_number_request/match_type", json!("localtocity")));
    assert!(changed("/phone_number_request/iso_country", json!("UK")));
    assert!(changed("/phone_number_request/iso_country", Value::Null));
    assert!(changed("/phone_number_request/number_match_filter", json!("117")));
    assert!(changed("/quantity", json!(0)));
    assert!(changed("/quantity", json!("3")));
    assert!(changed("/match_period", json!(0)));
    assert!(changed("/match_period", json!(-1)));
    assert!(changed(
        "/replacement_configuration/numbers_to_replace",
        json!(["905219CARS"])
    ));
    assert!(changed(
        "/replacement_configuration/replace_all_numbers",
        json!(false)
    ));
    assert!(changed("/replacement_configuration/tracking_sources", json!([])));
    assert!(changed(
        "/replacement_configuration/tracking_sources/0/referrer_domain",
        json!("")
    ));
    assert!(changed(
        "/call_routes/route/termination_number",
        json!("01274792823")
    ));
}

#[test]
fn other_paths_methods_and_parameters_are_unexpected() {
    let twin = TelmetricsTwin::new();
    for target in [
        "/groups/11623282",
        "/11623282",
        "/11623282/numberpools",
        "/groups/11623282/numbers/",
        "/groups/11623282/numbers?page=1",
        "/groups/eleven/numbers",
        "/numbers",
        "/",
    ] {
        assert!(post(&twin, target, &toll_free("833")).is_err(), "{target}");
    }
    for method in ["GET", "PUT", "DELETE"] {
        let request = TwinRequest::new(method, NUMBERS).expect("a target");
        assert!(
            twin.answer(&request.with_json(&toll_free("833"))).is_err(),
            "{method}"
        );
    }
    let request = TwinRequest::new("POST", NUMBERS).expect("a target");
    let text = toll_free("833").to_string();
    assert!(twin.answer(&request.with_body("text/plain", text)).is_err());
    assert!(twin.sold().is_empty());
}

#[test]
fn a_group_that_nobody_has_made_is_refused() {
    let twin = TelmetricsTwin::new();
    let expected = (404, json!("unknown_group"));
    assert_eq!(refused(&twin, "/groups/7/numbers", &toll_free("833")), expected);
    let wish = json!({ "match_type": "national", "iso_country": "GB" });
    assert_eq!(refused(&twin, "/groups/7/numberpools", &pool(1, wish)), expected);
    assert!(twin.sold().is_empty());
}
