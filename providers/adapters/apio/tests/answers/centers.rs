//! Which call centers there are, and how the upstream is: neither is in the document.

use provider_core::domain::{CallCenterRef, PageRequest};
use provider_core::error::ErrorKind;
use provider_core::provider::HealthState;
use provider_testkit::twin::Fault;
use toml::Table;

use super::{BASIC, P, PREMIUM, Scene, center, context, group};

fn names(centers: &[CallCenterRef]) -> Vec<&str> {
    centers.iter().map(|center| center.name.as_str()).collect()
}

#[tokio::test]
async fn the_configured_call_centers_of_a_group_are_listed_page_by_page() {
    let scene = Scene::new().await;
    let group = group("Support", Some("foogroup"));
    let first = scene
        .port
        .list(&context(), &group, &PageRequest::first(2))
        .await
        .unwrap();
    assert_eq!(names(&first.items), [BASIC, PREMIUM]);
    assert_eq!(
        (first.items[0].group.clone(), first.total),
        (group.clone(), Some(3))
    );
    let rest = PageRequest {
        limit: 2,
        after: first.next,
    };
    let second = scene.port.list(&context(), &group, &rest).await.unwrap();
    assert_eq!((names(&second.items), second.next), (vec![P], None));
    let whole = scene
        .port
        .list(&context(), &group, &PageRequest::first(3))
        .await
        .unwrap();
    assert_eq!((whole.items.len(), whole.next), (3, None));
    assert_eq!(scene.requests(), [], "nobody is asked");
}

#[tokio::test]
async fn a_group_whose_call_centers_nobody_has_told_is_unknown_and_one_without_any_is_empty() {
    let scene = Scene::with(|config| {
        let none = Table::from_iter([("NETAXIS/Empty".to_owned(), toml::Value::Array(Vec::new()))]);
        config.insert("call_centers".to_owned(), none.into());
    })
    .await;
    let page = PageRequest::first(10);
    let listed = scene
        .port
        .list(&context(), &group("Empty", None), &page)
        .await
        .unwrap();
    assert_eq!(
        (listed.items, listed.next, listed.total),
        (Vec::new(), None, Some(0))
    );
    let error = scene
        .port
        .list(&context(), &group("Other", None), &page)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("config.call_centers"), "{error}");
}

#[tokio::test]
async fn nothing_is_listed_where_no_call_center_is_configured() {
    let scene = Scene::with(|config| {
        config.remove("call_centers");
    })
    .await;
    assert_eq!(scene.port.terms().largest_page, 0);
    let page = PageRequest::first(10);
    let error = scene
        .port
        .list(&context(), &group("Support", Some("foogroup")), &page)
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_group_goes_by_its_configured_name_and_one_that_nobody_has_named_is_not_asked_for() {
    let scene = Scene::with(|config| {
        let names = Table::from_iter([("Support".to_owned(), "foogroup".into())]);
        config.insert("groups".to_owned(), names.into());
    })
    .await;
    let named = CallCenterRef {
        group: group("Support", None),
        ..center(BASIC)
    };
    scene.port.reporting(&context(), &named).await.unwrap();
    let unnamed = CallCenterRef {
        group: group("Sales", None),
        ..center(BASIC)
    };
    let error = scene.port.reporting(&context(), &unnamed).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("config.groups"), "{error}");
    assert_eq!(scene.requests().len(), 1);
}

#[tokio::test]
async fn what_apio_does_not_know_is_not_found_and_the_error_says_where_to_look() {
    let scene = Scene::new().await;
    let unknown = [
        center("nobody@sip.netaxis.be"),
        center("a/b?c#d"),
        CallCenterRef {
            group: group("Support", Some("othergroup")),
            ..center(BASIC)
        },
    ];
    for center in unknown {
        let error = scene.port.reporting(&context(), &center).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.message().contains(&center.name), "{error}");
    }
}

#[tokio::test]
async fn a_right_that_we_lack_is_named() {
    let scene = Scene::new().await;
    scene.refuse_next(403, serde_json::json!({ "error": "no" }));
    let error = scene
        .port
        .reporting(&context(), &center(BASIC))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("Group Admin"), "{error}");
}

#[tokio::test]
async fn health_is_the_settings_of_the_first_configured_call_center() {
    let scene = Scene::new().await;
    let health = scene.provider.health(&context()).await.unwrap();
    assert_eq!((health.state, health.last_error), (HealthState::Up, None));
    let (method, path) = scene.requests().remove(0);
    assert_eq!(method, "GET");
    assert!(
        path.ends_with(&format!("{BASIC}/instance_statistics_reporting/")),
        "{path}"
    );

    scene.twin.faults().always(Fault::status(503));
    let health = scene.provider.health(&context()).await.unwrap();
    assert_eq!(health.state, HealthState::Down);
}

#[tokio::test]
async fn without_a_call_center_health_is_whether_somebody_listens() {
    let scene = Scene::with(|config| {
        config.remove("call_centers");
    })
    .await;
    let health = scene.provider.health(&context()).await.unwrap();
    assert_eq!(health.state, HealthState::Unknown);
    assert_eq!(scene.requests(), []);
}
