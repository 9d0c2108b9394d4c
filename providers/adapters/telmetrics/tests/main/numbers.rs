use std::collections::BTreeSet;

use provider_core::domain::{NumberMatch, NumberReceipt, NumberStatus, SmsRoute};
use provider_core::error::ErrorKind;
use provider_core::outcome::RefusalCode;
use serde_json::json;

use crate::support::*;

/// What an example of number assignment says of a number.
fn example(number: &str, id: &str, name: &str, route_id: &str, termination: &str) -> NumberReceipt {
    NumberReceipt {
        number: e164(number),
        external_id: id.parse().expect("a reference"),
        name: Some(name.to_owned()),
        group: NUMBERS_GROUP.parse().ok(),
        status: NumberStatus::Active,
        route: Some(route(termination)),
        route_ref: route_id.parse().ok(),
        sms_route: None,
        created_at: "2018-04-12T00:00:00Z".parse().ok(),
        matched: None,
    }
}

#[tokio::test]
async fn a_number_local_to_a_number_is_ordered_as_in_the_document() {
    let account = Account::open().await;
    let receipt = done(account.place(&local_to_number()).await);
    assert_eq!(
        receipt,
        example(
            "+12898122093",
            "8660466",
            "ABC Company 4",
            "30474073",
            "+14165551234"
        )
    );
    let path = "/v3/api/groups/11623282/numbers".to_owned();
    assert_eq!(
        account.only_sent(),
        (path, fixture!("number_local_to_number_request"))
    );
}

#[tokio::test]
async fn a_number_local_to_a_city_is_ordered_as_in_the_document() {
    let account = Account::open().await;
    let receipt = done(account.place(&local_to_city()).await);
    assert_eq!(
        receipt,
        example(
            "+14043411266",
            "8660467",
            "ABC Company",
            "30474074",
            "+14043993433"
        )
    );
    assert_eq!(account.only_sent().1, fixture!("number_local_to_city_request"));
}

#[tokio::test]
async fn a_toll_free_number_is_ordered_as_in_the_document() {
    let account = Account::open().await;
    let receipt = done(account.place(&toll_free("833")).await);
    let without = example(
        "+18332018273",
        "8660468",
        "ABC Company 6",
        "30474075",
        "+14043993433",
    );
    let expected = NumberReceipt {
        sms_route: Some(SmsRoute::None),
        ..without
    };
    assert_eq!(receipt, expected);
    assert_eq!(account.only_sent().1, fixture!("number_toll_free_request"));
}

#[tokio::test]
async fn the_path_is_the_one_that_the_settings_say() {
    let account = Account::with(r#"path_style = "bare""#).await;
    done(account.place(&local_to_number()).await);
    assert_eq!(account.only_sent().0, "/v3/api/11623282/numbers");
}

#[tokio::test]
async fn the_token_travels_in_a_header_and_in_the_name_if_the_settings_say_so() {
    let account = Account::with("mark_names = true").await;
    let receipt = done(account.place(&local_to_number()).await);
    let marked = "ABC Company [switchboard-order-1]";
    assert_eq!(account.only_sent().1["name"], marked);
    assert_eq!(receipt.name.as_deref(), Some(marked));
    let keys = account.twin.sold().into_iter().map(|sale| sale.idempotency_key);
    assert_eq!(keys.collect::<Vec<_>>(), [Some("switchboard-order-1".to_owned())]);
}

#[tokio::test]
async fn a_group_goes_by_the_settings_or_else_by_its_external_id() {
    let account = Account::with(r#"groups = { "ACME/Sales" = "11623282", "Sales" = "12462615" }"#).await;
    let mut order = local_to_number();
    order.group = group(None);
    done(account.place(&order).await);
    order.group.customer.code = "OTHER".to_owned();
    done(account.place(&order).await);
    order.group = group(Some("11623282"));
    order.group.name = "Support".to_owned();
    done(account.place(&order).await);
    let groups: Vec<u64> = account.twin.sold().iter().map(|sale| sale.group_id).collect();
    assert_eq!(groups, [11_623_282, 12_462_615, 11_623_282]);
}

#[tokio::test]
async fn a_group_that_nobody_has_mapped_is_refused_before_anything_is_sent() {
    let account = Account::open().await;
    for external_id in [None, Some("Sales"), Some(""), Some("../12462615"), Some("-1")] {
        let mut order = local_to_number();
        order.group = group(external_id);
        let refusal = refused(account.place(&order).await);
        assert_eq!(
            (refusal.code, refusal.field.as_deref()),
            (RefusalCode::UnknownGroup, Some("groupId"))
        );
        assert!(refusal.message.contains("config.groups"), "{}", refusal.message);
        let mut order = pool_in_city("Bristol");
        order.group = group(external_id);
        assert_eq!(
            refused(account.create(&order).await).code,
            RefusalCode::UnknownGroup
        );
    }
    assert_eq!(account.sent(), []);
}

#[tokio::test]
async fn what_the_document_has_no_words_for_is_refused_before_anything_is_sent() {
    let account = Account::open().await;
    let mut order = local_to_number();
    order.route = route("+441274792823");
    assert_eq!(
        refused(account.place(&order).await).code,
        RefusalCode::InvalidRequest
    );
    let mut order = local_to_city();
    if let NumberMatch::LocalToCity { region, .. } = &mut order.matching {
        *region = None;
    }
    let refusal = refused(account.place(&order).await);
    assert_eq!(refusal.field.as_deref(), Some("matching.region"));
    assert_eq!(account.sent(), []);
}

#[tokio::test]
async fn nothing_outside_the_terms_is_sent() {
    let account = Account::open().await;
    let national = NumberMatch::National {
        country: provider_core::domain::CountryCode::GB,
    };
    let elsewhere = NumberMatch::LocalToNumber {
        number: e164("+441274792823"),
        prefix: None,
    };
    let jamaica = NumberMatch::LocalToNumber {
        number: e164("+18765551234"),
        prefix: None,
    };
    for matching in [
        national,
        NumberMatch::Exact(e164("+12898122093")),
        elsewhere,
        jamaica,
    ] {
        let error = account
            .place(&order(matching, "+14165551234"))
            .await
            .expect_err("a refusal");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
    let mut held = local_to_number();
    held.hold = "hold-1".parse().ok();
    let error = account.place(&held).await.expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(account.sent(), []);
}

#[tokio::test]
async fn sold_out_is_a_definite_no() {
    let account = Account::open().await;
    let refusal = refused(account.place(&toll_free("800")).await);
    assert_eq!((refusal.code, refusal.retryable), (RefusalCode::NoStock, true));
    assert_eq!(account.sent().len(), 1);
    assert_eq!(account.twin.sold(), []);
}

#[tokio::test]
async fn the_codes_that_mean_sold_out_can_be_taught() {
    let account = Account::with(r#"refusals = { "unknown_city" = "UNKNOWN_CITY" }"#).await;
    let mut order = local_to_city();
    if let NumberMatch::LocalToCity { city, .. } = &mut order.matching {
        *city = "Nowhere upon Nothing".to_owned();
    }
    assert_eq!(
        refused(account.place(&order).await).code,
        RefusalCode::UnknownCity
    );
    let error = account
        .place(&toll_free("800"))
        .await
        .expect_err("no meaning any more");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let upstream = error.upstream().expect("what Telmetrics said");
    assert_eq!(
        (upstream.status, upstream.code.as_deref()),
        (Some(422), Some("no_stock"))
    );
}

#[tokio::test]
async fn orders_can_not_be_asked_for_and_nothing_is_sent() {
    let account = Account::open().await;
    let orders = account.instance.ports().orders.clone().expect("the port");
    let reference = "8660466".parse().expect("a reference");
    let error = orders
        .get(&context(), &reference)
        .await
        .expect_err("no way to ask");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = orders
        .find(&context(), &local_to_number())
        .await
        .expect_err("no way to look");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(account.sent(), []);
}

#[tokio::test]
async fn orders_at_once_get_a_number_each_and_the_ledgers_agree() {
    let account = Account::open().await;
    let orders: Vec<_> = (0..24)
        .map(|at| {
            let mut order = if at % 2 == 0 {
                local_to_number()
            } else {
                toll_free("833")
            };
            order.token = format!("switchboard-order-{at}").parse().expect("a token");
            order
        })
        .collect();
    let account = std::sync::Arc::new(account);
    let tasks: Vec<_> = orders
        .into_iter()
        .map(|order| {
            let account = std::sync::Arc::clone(&account);
            tokio::spawn(async move { (order.token.to_string(), done(account.place(&order).await).number) })
        })
        .collect();
    let mut bought = BTreeSet::new();
    for task in tasks {
        let (token, number) = task.await.expect("a task");
        assert!(bought.insert((Some(token), number)));
    }
    let sales = account.twin.sold();
    assert_eq!(sales.len(), 24);
    let sold: BTreeSet<_> = sales
        .into_iter()
        .map(|sale| (sale.idempotency_key, sale.number))
        .collect();
    assert_eq!(sold, bought);
}

#[tokio::test]
async fn a_name_is_passed_on_as_it_is() {
    let account = Account::open().await;
    let mut order = local_to_number();
    order.name = "Café \"Zoë\" \u{1F4DE} / ../x".to_owned();
    let receipt = done(account.place(&order).await);
    assert_eq!(account.only_sent().1["name"], json!(order.name));
    assert_eq!(receipt.name, Some(order.name));
}
