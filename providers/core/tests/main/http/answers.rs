//! What answers mean.

use std::time::Duration;

use provider_core::call::Operation;
use provider_core::error::{Effect, ErrorKind, ProviderError};
use provider_core::http::{Method, Reply};
use serde::Deserialize;
use serde_json::Value;

use super::support::{
    Act, BEARER, IDEMPOTENT, JSON, READ, UNSAFE, Upstream, answer, client, configured, cx, json,
};

async fn reply(operation: Operation, bytes: Vec<u8>) -> Reply {
    let upstream = Upstream::always(Act::SendAndClose(bytes)).await;
    let client = client(&upstream);
    let request = client.request(operation, Method::POST).json(&1);
    request.send(&cx()).await.unwrap()
}

#[tokio::test]
async fn every_status_has_its_meaning() {
    use Effect::{None, Unknown};
    for (statuses, kind, effect) in [
        (&[400, 413, 414, 422][..], ErrorKind::InvalidRequest, None),
        (&[401], ErrorKind::Unauthenticated, None),
        (&[402], ErrorKind::QuotaExceeded, None),
        (&[403, 451], ErrorKind::Forbidden, None),
        (&[404, 410], ErrorKind::NotFound, None),
        (&[408], ErrorKind::Timeout, Unknown),
        (&[409, 412, 423], ErrorKind::Conflict, None),
        (&[429], ErrorKind::RateLimited, None),
        (&[405, 406, 411, 415, 418, 426, 499], ErrorKind::BadResponse, None),
        (&[500, 502, 503, 504, 507, 599], ErrorKind::Unavailable, Unknown),
        (&[501, 505], ErrorKind::BadResponse, Unknown),
        (&[300, 304, 399], ErrorKind::BadResponse, Unknown),
        (&[600, 999], ErrorKind::BadResponse, Unknown),
    ] {
        for status in statuses {
            let bytes = answer(*status, "X-Request-Id: r-7\r\n", "");
            for operation in [UNSAFE, IDEMPOTENT] {
                let error = reply(operation, bytes.clone()).await.success().unwrap_err();
                assert_eq!((error.kind(), error.effect()), (kind, effect), "{status}");
                assert_eq!(error.operation(), operation.name);
                let upstream = error.upstream().unwrap();
                assert_eq!(upstream.status, Some(*status));
                assert_eq!(upstream.request_id.as_deref(), Some("r-7"));
            }
            let read = reply(READ, bytes).await.error();
            assert_eq!((read.kind(), read.effect()), (kind, None), "{status} of a read");
        }
    }
}

#[tokio::test]
async fn the_upstreams_name_for_a_request_is_found_under_its_usual_headers() {
    for header in ["Request-Id", "X-Correlation-ID", "x-amzn-RequestId", "X-Trace-Id"] {
        let reply = reply(READ, answer(200, &format!("{header}: abc\r\n"), "")).await;
        assert_eq!(reply.answer().request_id.as_deref(), Some("abc"), "{header}");
    }
    assert_eq!(reply(READ, answer(200, "", "")).await.answer().request_id, None);
}

#[tokio::test]
async fn retry_after_is_believed_within_reason() {
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (status, headers, wait) in [
        (429, "Retry-After: 7\r\n".to_owned(), Some(7)),
        (503, "Retry-After: 120\r\n".to_owned(), Some(120)),
        (429, "retry-after:  0 \r\n".to_owned(), Some(0)),
        (429, "Retry-After: 999999\r\n".to_owned(), Some(3600)),
        (429, "Retry-After: 99999999999999999999999\r\n".to_owned(), None),
        (429, "Retry-After: -5\r\n".to_owned(), None),
        (429, "Retry-After: +5\r\n".to_owned(), None),
        (429, "Retry-After: 1.5\r\n".to_owned(), None),
        (429, "Retry-After: soon\r\n".to_owned(), None),
        (429, "Retry-After: \r\n".to_owned(), None),
        (429, String::new(), None),
        (500, "Retry-After: 7\r\n".to_owned(), None),
        (404, "Retry-After: 7\r\n".to_owned(), None),
        (
            429,
            format!("{date}Retry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\n"),
            Some(30),
        ),
        (
            503,
            format!("{date}Retry-After: Sun, 06 Nov 1994 18:49:37 GMT\r\n"),
            Some(3600),
        ),
        (
            429,
            format!("{date}Retry-After: Sun, 06 Nov 1994 08:49:36 GMT\r\n"),
            None,
        ),
        (
            429,
            "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n".to_owned(),
            None,
        ),
    ] {
        let error = reply(READ, answer(status, &headers, "")).await.error();
        assert_eq!(
            error.retry_after(),
            wait.map(Duration::from_secs),
            "{status} {headers}"
        );
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Listing {
    numbers: Vec<Entry>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Entry {
    id: u32,
    status: Status,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Status {
    Active,
    Dropped,
}

const ENTRY: &str = r#"{"id":1,"status":"Active"}"#;

fn unreadable(error: &ProviderError) {
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::BadResponse, Effect::Unknown),
        "{error}"
    );
    assert_eq!(error.upstream().unwrap().status, Some(200));
}

#[tokio::test]
async fn json_is_read_into_types() {
    let body = format!(r#"{{"numbers":[{ENTRY}],"more":"is ignored"}}"#);
    for content_type in [
        "Content-Type: application/json\r\n",
        "content-type: Application/JSON; charset=utf-8\r\n",
        "Content-Type: application/vnd.example.v3+json\r\n",
        "",
    ] {
        let listing: Listing = reply(READ, answer(200, content_type, &body))
            .await
            .json()
            .unwrap();
        assert_eq!(
            listing.numbers[0],
            Entry {
                id: 1,
                status: Status::Active
            }
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_not_json_can_not_be_read() {
    for content_type in [
        "Content-Type: text/html\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: application/octet-stream\r\n",
        "Content-Type: text/json\r\n",
        "Content-Type: json\r\n",
        "Content-Type: \r\n",
    ] {
        let error = reply(UNSAFE, answer(200, content_type, "{}"))
            .await
            .json::<Value>()
            .unwrap_err();
        unreadable(&error);
    }
    let page = answer(200, "Content-Type: text/html\r\n", "<h1>Log in</h1>");
    unreadable(&reply(UNSAFE, page).await.json::<Value>().unwrap_err());
}

#[tokio::test]
async fn an_answer_without_a_body_is_not_json() {
    unreadable(&reply(UNSAFE, json("")).await.json::<Value>().unwrap_err());
    let no_content = reply(UNSAFE, b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    assert!(no_content.is_success());
    let error = no_content.json::<Value>().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::BadResponse, Effect::Unknown)
    );
}

#[tokio::test]
async fn what_does_not_fit_is_told_by_its_place_and_never_by_its_value() {
    for (body, parts) in [
        (
            r#"{"numbers":[{"id":"Jane Roe","status":"Active"}]}"#,
            ["numbers[0].id", "expected u32"],
        ),
        (
            r#"{"numbers":[{"id":-77,"status":"Active"}]}"#,
            ["numbers[0].id", "expected u32"],
        ),
        (
            r#"{"numbers":[{"id":1,"status":"Jane Roe"}]}"#,
            ["numbers[0].status", "`Active` or `Dropped`"],
        ),
        (
            r#"{"numbers":[{"id":1,"status":", expected Jane Roe"}]}"#,
            ["numbers[0].status", "`Active` or"],
        ),
        (
            r#"{"numbers":[{"id":1}]}"#,
            ["numbers[0]", "missing field `status`"],
        ),
        (r#"{"numbers":"Jane Roe"}"#, ["numbers", "expected a sequence"]),
        (
            r#"{"numbers":[{"id":1,"id":77,"status":"Active"}]}"#,
            ["numbers[0]:", "duplicate field `id`"],
        ),
        (r#"["Jane Roe"]"#, ["[0]", "expected"]),
        (
            r#"{"numbers":[Jane Roe]}"#,
            ["the JSON of the answer", "not valid JSON"],
        ),
        (r#"{"numbers":[]"#, ["the JSON of the answer", "not valid JSON"]),
        (
            r#"{"numbers":[]} Jane Roe"#,
            ["the JSON of the answer", "goes on after its end"],
        ),
    ] {
        let error = reply(UNSAFE, json(body)).await.json::<Listing>().unwrap_err();
        unreadable(&error);
        let all = format!("{error} {error:?}");
        for part in parts {
            assert!(error.message().contains(part), "{part} of {body}: {error}");
        }
        assert!(!all.contains("Jane") && !all.contains("77"), "{all}");
    }
}

#[tokio::test]
async fn keys_and_custom_messages_that_may_be_names_are_not_told() {
    use std::collections::BTreeMap;
    let body = r#"{"Jane Roe":{"+14165550100":"x"}}"#;
    let error = reply(READ, json(body))
        .await
        .json::<BTreeMap<String, BTreeMap<String, u8>>>()
        .unwrap_err();
    assert!(error.message().contains("[*][*]: expected u8"), "{error}");
    let error = reply(READ, json("\"Jane, expected Roe\""))
        .await
        .json::<provider_core::domain::E164>();
    let text = error.unwrap_err().to_string();
    assert!(!text.contains("Jane") && !text.contains("Roe"), "{text}");
}

#[tokio::test]
async fn json_is_as_deep_as_the_settings_allow() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let lookalike = format!("\"{}\\\"{}\"", "[".repeat(40), "{".repeat(40));
    for (body, good) in [
        (nested(32), true),
        (nested(33), false),
        (nested(100_000), false),
        (format!("[{}]", vec!["[{}]"; 100].join(",")), true),
        (lookalike, true),
        (format!("[{}]", ["\"\\\\\""; 3].join(",")), true),
    ] {
        let read = reply(UNSAFE, json(&body)).await.json::<Value>();
        assert_eq!(read.is_ok(), good, "{}", &body[..20.min(body.len())]);
        if let Err(error) = read {
            unreadable(&error);
            assert!(error.message().contains("deepest_json"), "{error}");
        }
    }
    let upstream = Upstream::always(Act::Send(json(&nested(3)))).await;
    for (deepest, good) in [(2, false), (3, true)] {
        let client = configured(&upstream.url(), BEARER, &format!("deepest_json = {deepest}")).unwrap();
        let reply = client.request(READ, Method::GET).send(&cx()).await.unwrap();
        assert_eq!(reply.json::<Value>().is_ok(), good, "{deepest}");
    }
}

#[tokio::test]
async fn a_file_comes_with_the_type_that_the_upstream_says() {
    let csv = answer(200, "Content-Type: text/csv; charset=utf-8\r\n", "a,b\r\n");
    let file = reply(READ, csv.clone())
        .await
        .file(&["application/vnd.ms-excel", "Text/CSV"])
        .unwrap();
    assert_eq!(file, ("text/csv; charset=utf-8".to_owned(), b"a,b\r\n".to_vec()));
    for (bytes, expected) in [
        (csv, "application/vnd.ms-excel"),
        (answer(200, "", "a"), "text/csv"),
    ] {
        unreadable(&reply(UNSAFE, bytes).await.file(&[expected]).unwrap_err());
    }
    let refused = answer(503, "Content-Type: text/csv\r\n", "a");
    let error = reply(UNSAFE, refused).await.file(&["text/csv"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn an_answer_that_says_no_is_never_read_as_one_that_says_yes() {
    let reply = reply(READ, answer(503, JSON, r#"{"numbers":[]}"#)).await;
    assert!(!reply.is_success());
    assert_eq!(reply.status(), 503);
    assert_eq!(
        reply.json::<Listing>().unwrap_err().kind(),
        ErrorKind::Unavailable
    );
    assert_eq!(
        reply.clone().success().unwrap_err().kind(),
        ErrorKind::Unavailable
    );
    assert_eq!(
        reply.error_body::<Listing>(),
        Some(Listing { numbers: Vec::new() })
    );
}

#[tokio::test]
async fn what_an_upstream_says_about_a_refusal_is_read_only_if_it_is_that() {
    let said = r#"{"code":2,"message":"bad time"}"#;
    for (bytes, there) in [
        (answer(400, JSON, said), true),
        (
            answer(400, "Content-Type: application/problem+json\r\n", said),
            true,
        ),
        (answer(400, "Content-Type: text/html\r\n", said), false),
        (answer(400, JSON, "<h1>"), false),
        (answer(400, JSON, ""), false),
        (answer(200, JSON, said), false),
    ] {
        let body = reply(READ, bytes).await.error_body::<Value>();
        assert_eq!(body.is_some(), there);
    }
}

#[tokio::test]
async fn a_refusal_counts_even_if_its_body_is_cut_or_too_large() {
    let large = answer(404, JSON, &"x".repeat(2000));
    let cut = b"HTTP/1.1 404 Said\r\nContent-Length: 100\r\n\r\nhalf".to_vec();
    for bytes in [large, cut] {
        let upstream = Upstream::always(Act::SendAndClose(bytes)).await;
        let client = configured(&upstream.url(), BEARER, "largest_body_kib = 1").unwrap();
        let reply = client
            .request(UNSAFE, Method::POST)
            .json(&1)
            .send(&cx())
            .await
            .unwrap();
        let error = reply.error();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::NotFound, Effect::None)
        );
        assert_eq!(reply.error_body::<Value>(), None);
    }
}
