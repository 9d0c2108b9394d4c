use super::*;

macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../../tests/fixtures/", $name, ".json")))
            .expect("JSON")
    };
}

fn examples() -> Vec<(&'static str, Value, Value)> {
    vec![
        (
            NUMBERS,
            fixture!("number_local_to_number_request"),
            fixture!("number_local_to_number_answer"),
        ),
        (
            NUMBERS,
            fixture!("number_local_to_city_request"),
            fixture!("number_local_to_city_answer"),
        ),
        (
            NUMBERS,
            fixture!("number_toll_free_request"),
            fixture!("number_toll_free_answer"),
        ),
        (POOLS, fixture!("pool_city_request"), fixture!("pool_city_answer")),
        (
            POOLS,
            fixture!("pool_area_code_request"),
            fixture!("pool_area_code_answer"),
        ),
        (
            POOLS,
            fixture!("pool_toll_free_request"),
            fixture!("pool_toll_free_answer"),
        ),
        (
            POOLS,
            fixture!("pool_national_request"),
            fixture!("pool_national_answer"),
        ),
    ]
}

#[test]
fn the_examples_requests_get_the_examples_answers_in_any_order() {
    let twin = TelmetricsTwin::new();
    for (target, request, answer) in examples() {
        assert_eq!(sold(&twin, target, &request), answer);
    }
    let twin = TelmetricsTwin::new();
    for (target, request, answer) in examples().into_iter().rev() {
        assert_eq!(sold(&twin, target, &request), answer);
    }
}

#[test]
fn both_paths_of_the_document_lead_to_numbers() {
    let twin = TelmetricsTwin::new();
    let (_, request, answer) = examples().swap_remove(0);
    assert_eq!(sold(&twin, "/11623282/numbers", &request), answer);
}

#[test]
fn an_example_that_is_asked_for_again_gets_another_number_id_and_name() {
    let twin = TelmetricsTwin::new();
    for (target, request, answer) in examples() {
        assert_eq!(sold(&twin, target, &request), answer);
        let again = sold(&twin, target, &request);
        assert_ne!(again["id"], answer["id"]);
        assert_ne!(again["name"], answer["name"]);
        let texts: Vec<String> = [&again, &answer]
            .map(|answer| answer["numbers"].to_string())
            .into();
        assert!(texts[0] == "null" || texts[0] != texts[1]);
        assert!(again["phone_number"].is_null() || again["phone_number"] != answer["phone_number"]);
    }
}

#[test]
fn another_group_is_told_its_own_id_and_keeps_its_names() {
    let twin = TelmetricsTwin::new().with_group(7);
    let (_, request, _) = examples().swap_remove(0);
    let answer = sold(&twin, "/groups/7/numbers", &request);
    assert_eq!(
        (&answer["group_id"], &answer["name"]),
        (&json!(7), &json!("ABC Company"))
    );
}
