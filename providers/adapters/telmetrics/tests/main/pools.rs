use provider_core::domain::{
    CountryCode, Leftover, PageRequest, PoolMatch, PoolNumber, PoolOrder, PoolReceipt, PoolResize,
    PoolRetirement, PoolStatus, PoolUpdate, ReplacementConfiguration, ReplacementInput, SmsRoute,
    TrackingSourceInput,
};
use provider_core::error::ErrorKind;
use provider_core::outcome::{Outcome, RefusalCode};
use serde_json::{Value, json};

use crate::support::*;

/// What an example of number pools says of a pool.
fn example(id: &str, name: &str, numbers: [(&str, &str); 3]) -> PoolReceipt {
    PoolReceipt {
        external_id: id.parse().expect("a reference"),
        name: Some(name.to_owned()),
        group: POOLS_GROUP.parse().ok(),
        status: PoolStatus::Active,
        match_period_minutes: Some(30),
        numbers: numbers
            .map(|(id, number)| PoolNumber {
                number: e164(number),
                external_id: id.parse().expect("a reference"),
            })
            .into(),
        replacement: Some(replacement()),
        route: Some(route("+441274792823")),
        sms_route: Some(SmsRoute::None),
    }
}

/// Orders a pool of an example, and gives what was sent and what came back.
async fn order_example(order: &PoolOrder) -> (Value, PoolReceipt) {
    let account = Account::open().await;
    let receipt = done(account.create(order).await);
    let (path, sent) = account.only_sent();
    assert_eq!(path, "/v3/api/groups/12462615/numberpools");
    (sent, receipt)
}

#[tokio::test]
async fn a_pool_by_city_is_ordered_as_in_the_document() {
    let (sent, receipt) = order_example(&pool_in_city("Bristol")).await;
    assert_eq!(sent, fixture!("pool_city_request"));
    let numbers = [
        ("9570553", "+441174090162"),
        ("9570554", "+441174090163"),
        ("9570555", "+441174090165"),
    ];
    assert_eq!(receipt, example("31849", "ABC Company 123", numbers));
}

#[tokio::test]
async fn a_pool_by_area_code_is_ordered_as_in_the_document() {
    let (sent, receipt) = order_example(&pool_in_area("024")).await;
    assert_eq!(sent, fixture!("pool_area_code_request"));
    let numbers = [
        ("9570557", "+442477180193"),
        ("9570558", "+442477180194"),
        ("9570559", "+442477180209"),
    ];
    assert_eq!(receipt, example("31850", "ABC Company 123", numbers));
}

#[tokio::test]
async fn a_toll_free_pool_is_ordered_as_in_the_document() {
    let order = pool(PoolMatch::TollFree {
        country: CountryCode::GB,
    });
    let (sent, receipt) = order_example(&order).await;
    assert_eq!(sent, fixture!("pool_toll_free_request"));
    let numbers = [
        ("9570560", "+448000885644"),
        ("9570561", "+448000885645"),
        ("9570562", "+448000885650"),
    ];
    assert_eq!(receipt, example("31851", "ABC Company 126", numbers));
}

#[tokio::test]
async fn a_national_pool_is_ordered_as_in_the_document() {
    let mut order = pool(PoolMatch::National {
        country: CountryCode::GB,
    });
    order.name = "ABC Company 127".to_owned();
    let (sent, receipt) = order_example(&order).await;
    assert_eq!(sent, fixture!("pool_national_request"));
    let numbers = [
        ("9570563", "+443308180609"),
        ("9570564", "+443308180610"),
        ("9570565", "+443308180611"),
    ];
    assert_eq!(receipt, example("31852", "ABC Company 127", numbers));
}

#[tokio::test]
async fn numbers_to_replace_are_free_text_and_sources_are_all_sent() {
    let account = Account::open().await;
    let source = |referrer: &str, triggers: &[&str], track_organic| TrackingSourceInput {
        referrer_domain: referrer.to_owned(),
        url_triggers: triggers.iter().map(|trigger| (*trigger).to_owned()).collect(),
        track_organic,
    };
    let input = ReplacementInput {
        replace_all_numbers: false,
        numbers_to_replace: vec!["905219CARS".to_owned(), "4045553434".to_owned()],
        tracking_sources: vec![
            source("Google", &["gclid=*", "utm_campaign=wintertires"], false),
            source("Bing", &[], true),
            source("partner.example.com", &[], false),
        ],
    };
    let mut order = pool_in_city("Bristol");
    order.replacement = ReplacementConfiguration::new(&input).expect("a configuration");
    let receipt = done(account.create(&order).await);
    let expected = json!({
        "numbers_to_replace": ["905219CARS", "4045553434"],
        "tracking_sources": [
            { "referrer_domain": "Google", "url_triggers": ["gclid=*", "utm_campaign=wintertires"] },
            { "referrer_domain": "Bing", "track_organic": true },
            { "referrer_domain": "partner.example.com" },
        ],
    });
    assert_eq!(account.only_sent().1["replacement_configuration"], expected);
    assert_eq!(receipt.replacement, Some(order.replacement));
}

#[tokio::test]
async fn every_number_of_a_page_can_be_replaced() {
    let account = Account::open().await;
    let input = ReplacementInput {
        replace_all_numbers: true,
        numbers_to_replace: Vec::new(),
        tracking_sources: vec![TrackingSourceInput {
            referrer_domain: "Any".to_owned(),
            ..TrackingSourceInput::default()
        }],
    };
    let mut order = pool_in_area("24");
    order.replacement = ReplacementConfiguration::new(&input).expect("a configuration");
    let receipt = done(account.create(&order).await);
    let (_, sent) = account.only_sent();
    let expected = json!({ "tracking_sources": [{ "referrer_domain": "Any" }], "replace_all_numbers": true });
    assert_eq!(sent["replacement_configuration"], expected);
    assert_eq!(sent["phone_number_request"]["area_code"], "024");
    assert_eq!(receipt.replacement, Some(order.replacement));
}

#[tokio::test]
async fn a_pool_is_marked_like_a_number() {
    let account = Account::with("mark_names = true").await;
    let receipt = done(account.create(&pool_in_city("Leeds")).await);
    assert_eq!(
        receipt.name.as_deref(),
        Some("ABC Company 123 [switchboard-order-2]")
    );
    let sales = account.twin.sold();
    assert!(
        sales
            .iter()
            .all(|sale| sale.idempotency_key.as_deref() == Some("switchboard-order-2"))
    );
    assert_eq!(sales.len(), 3);
}

#[tokio::test]
async fn a_pool_that_came_short_is_for_a_person_to_look_at() {
    let account = Account::open().await;
    let outcome = account.create(&pool_in_area("01856")).await.expect("an answer");
    let reference = account.twin.sold().first().and_then(|sale| sale.pool_id);
    let reference = reference.map(|id| id.to_string().parse().expect("a reference"));
    assert!(reference.is_some());
    assert_eq!(outcome, Outcome::Unknown { reference });
}

#[tokio::test]
async fn a_pool_that_may_be_short_takes_what_is_left() {
    let account = Account::open().await;
    let mut order = pool_in_area("01856");
    order.allow_partial = true;
    let receipt = done(account.create(&order).await);
    assert_eq!(receipt.numbers.len(), 2);
    assert_eq!(refused(account.create(&order).await).code, RefusalCode::NoStock);
}

#[tokio::test]
async fn a_pool_has_a_size_within_the_settings() {
    let account = Account::with("largest_pool = 4").await;
    let mut order = pool_in_city("Bristol");
    for quantity in [0, 5, u32::MAX] {
        order.quantity = quantity;
        let error = account.create(&order).await.expect_err("a refusal");
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::InvalidRequest, Some("quantity"))
        );
    }
    assert_eq!(account.sent(), []);
    order.quantity = 4;
    assert_eq!(done(account.create(&order).await).numbers.len(), 4);
}

#[tokio::test]
async fn pools_can_neither_be_read_nor_changed_and_nothing_is_sent() {
    let account = Account::open().await;
    let (cx, pools) = (
        context(),
        account.instance.ports().pools.clone().expect("the port"),
    );
    let pool = "31849"
        .parse::<provider_core::domain::UpstreamRef>()
        .expect("a reference");
    let page = PageRequest {
        limit: 1,
        after: None,
    };
    let update = PoolUpdate {
        pool: pool.clone(),
        name: Some("Other".to_owned()),
        match_period_minutes: None,
        replacement: None,
        route: None,
    };
    let resize = PoolResize {
        token: "switchboard-order-3".parse().expect("a token"),
        pool: pool.clone(),
        quantity: 4,
        leftover: Leftover::Keep,
        allow_partial: false,
    };
    let retirement = PoolRetirement {
        pool: pool.clone(),
        leftover: Leftover::Release,
    };
    let answers = [
        pools.get(&cx, &pool).await.err(),
        pools.list(&cx, &page).await.err(),
        pools.update(&cx, &update).await.err(),
        pools.resize(&cx, &resize).await.err(),
        pools.retire(&cx, &retirement).await.err(),
        pools.find(&cx, &pool_in_city("Bristol")).await.err(),
    ];
    for error in answers {
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Unsupported));
    }
    assert_eq!(account.sent(), []);
}
