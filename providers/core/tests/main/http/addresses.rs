//! Where requests go, and where they never go.

use proptest::prelude::*;
use provider_core::error::{Effect, ErrorKind};
use provider_core::http::{BaseUrl, BaseUrlError, Method};

use super::support::{Act, BEARER, READ, UNSAFE, Upstream, answer, client, configured, cx, json};

#[test]
fn an_upstream_is_https_or_on_this_machine() {
    for good in [
        "https://api.example.com",
        "https://api.example.com:8443/v3/api/",
        "https://10.0.0.1/x",
        "http://localhost:8080",
        "http://127.0.0.1:1",
        "http://[::1]:1/v3",
    ] {
        assert!(good.parse::<BaseUrl>().is_ok(), "{good}");
    }
    for (bad, why) in [
        ("", BaseUrlError::NotAUrl),
        ("api.example.com", BaseUrlError::NotAUrl),
        ("https:api.example.com", BaseUrlError::NotAUrl),
        ("https://", BaseUrlError::NotAUrl),
        ("https://api.exa\nmple.com", BaseUrlError::NotAUrl),
        (" https://api.example.com", BaseUrlError::NotAUrl),
        ("https:\\\\api.example.com", BaseUrlError::NotAUrl),
        ("https://api.example.com:99999", BaseUrlError::NotAUrl),
        ("http://api.example.com", BaseUrlError::NotSecure),
        ("http://localhost.example.com", BaseUrlError::NotSecure),
        ("http://10.0.0.1", BaseUrlError::NotSecure),
        ("ftp://localhost/", BaseUrlError::NotSecure),
        ("file:///etc/passwd", BaseUrlError::NotSecure),
        ("https://api.example.com/?key=x", BaseUrlError::Query),
        ("https://api.example.com/#x", BaseUrlError::Query),
        ("https://user:hunter2@api.example.com", BaseUrlError::Credentials),
        ("https://user@api.example.com", BaseUrlError::Credentials),
        ("https://:hunter2@api.example.com", BaseUrlError::Credentials),
    ] {
        assert_eq!(bad.parse::<BaseUrl>(), Err(why), "{bad}");
    }
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    let faults = configured("https://user:hunter2@api.example.com", BEARER, "").unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].key(), "config.base_url");
    assert!(!faults[0].to_string().contains("hunter2"), "{}", faults[0]);
}

#[tokio::test]
async fn segments_go_below_the_base_url_one_by_one() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let base = format!("{}/v3/api/", upstream.url());
    let client = configured(&base, BEARER, "").unwrap();
    for (segments, target) in [
        (
            vec!["groups", "11623282", "numbers"],
            "/v3/api/groups/11623282/numbers",
        ),
        (vec!["groups", ""], "/v3/api/groups/"),
        (vec!["a/b"], "/v3/api/a%2Fb"),
        (vec!["x?y#z"], "/v3/api/x%3Fy%23z"),
        (vec!["%2e"], "refused"),
        (vec!["100%"], "/v3/api/100%25"),
        (vec!["%41"], "/v3/api/%2541"),
        (vec!["Zoë & co;v=1"], "/v3/api/Zo%C3%AB%20%26%20co%3Bv%3D1"),
        (vec!["..."], "/v3/api/..."),
        (vec!["a.b~c_d-e"], "/v3/api/a.b~c_d-e"),
        (
            vec!["https://elsewhere.example.com"],
            "/v3/api/https%3A%2F%2Felsewhere.example.com",
        ),
        (vec!["@elsewhere.example.com"], "/v3/api/%40elsewhere.example.com"),
        (vec![], "/v3/api/"),
    ] {
        let sent = client
            .request(READ, Method::GET)
            .path(segments.clone())
            .send(&cx())
            .await;
        if target == "refused" {
            assert_eq!(sent.unwrap_err().kind(), ErrorKind::InvalidRequest);
        } else {
            assert_eq!(
                upstream.received().pop().unwrap().target(),
                target,
                "{segments:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_reference_that_leads_elsewhere_is_refused_and_nothing_is_sent() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let client = client(&upstream);
    for hostile in [
        "..",
        ".",
        "../../admin",
        "a/../b",
        "a/..",
        "..\\admin",
        "%2e%2e",
        "%2E",
        "..%2fadmin",
        "x\r\nHost: elsewhere",
        "x\n",
        "x\0",
        "",
    ] {
        let request = client
            .request(UNSAFE, Method::POST)
            .path(["groups", hostile, "numbers"]);
        let error = request.json(&1).send(&cx()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{hostile:?}");
        assert_eq!(error.effect(), Effect::None, "{hostile:?}");
        assert!(
            hostile.len() < 3 || !error.to_string().contains(hostile),
            "{error}"
        );
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn an_operation_can_have_a_base_url_of_its_own() {
    let (usual, other) = (
        Upstream::always(Act::Send(json("{}"))).await,
        Upstream::always(Act::Send(json("{}"))).await,
    );
    let http = format!("base_urls = {{ \"orders.place\" = \"{}/orders\" }}", other.url());
    let client = configured(&usual.url(), BEARER, &http).unwrap();
    for operation in [READ, UNSAFE] {
        client
            .request(operation, Method::GET)
            .path(["x"])
            .send(&cx())
            .await
            .unwrap();
    }
    assert_eq!(usual.only().target(), "/x");
    assert_eq!(other.only().target(), "/orders/x");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_not_repeated() {
    let elsewhere = Upstream::always(Act::Send(json("{}"))).await;
    let location = format!("Location: {}/hunter2\r\n", elsewhere.url());
    for status in [301, 302, 303, 307, 308] {
        let upstream = Upstream::always(Act::Send(answer(status, &location, ""))).await;
        let reply = client(&upstream)
            .request(UNSAFE, Method::POST)
            .json(&1)
            .send(&cx())
            .await
            .unwrap();
        let error = reply.success().unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::BadResponse, Effect::Unknown)
        );
        assert!(error.message().contains("redirects are not followed"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    assert!(elsewhere.received().is_empty());
}

#[test]
fn whatever_a_reference_holds_it_stays_one_segment_below_the_base_url() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let upstream = runtime.block_on(Upstream::always(Act::Send(json("{}"))));
    let client = configured(&format!("{}/v3", upstream.url()), BEARER, "").unwrap();
    let any = "(\\PC|[./\\\\%?#:@2eE]){1,12}";
    proptest!(|(reference in any)| {
        let before = upstream.received().len();
        let request = client.request(READ, Method::GET).path(["a", &reference, "b"]);
        match runtime.block_on(request.send(&cx())) {
            Ok(_) => {
                let received = upstream.received().pop().unwrap();
                let parts: Vec<&str> = received.target().split('/').collect();
                prop_assert_eq!(parts.len(), 5);
                prop_assert_eq!((parts[0], parts[1], parts[2], parts[4]), ("", "v3", "a", "b"));
                let decoded = percent_encoding::percent_decode_str(parts[3]).decode_utf8().unwrap();
                prop_assert_eq!(decoded, reference);
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidRequest);
                prop_assert_eq!(upstream.received().len(), before);
            }
        }
    });
}
