//! Faults happen on the wire as they are called.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use provider_testkit::twin::{Body, Fault, Rewrite};

use crate::wire::{add, count, counter, get, raw};

#[tokio::test]
async fn a_status_is_answered_with_its_headers_and_body_and_nothing_is_done() {
    let twin = counter().await;
    twin.faults().next(Fault::Status {
        status: 429,
        headers: vec![("Retry-After".to_owned(), "7".to_owned())],
        body: Body::html("<h1>slow down</h1>"),
    });
    let answer = add(&twin, 1).await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "7");
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.text().await.unwrap(), "<h1>slow down</h1>");
    assert_eq!(count(&twin).await, 0);
    assert!(!twin.exchanges()[0].acted);
}

#[tokio::test]
async fn a_late_status_is_answered_after_the_deed() {
    let twin = counter().await;
    twin.faults().next(Fault::status_after(500));
    assert_eq!(add(&twin, 1).await.unwrap().status(), 500);
    assert_eq!(count(&twin).await, 1);
    let first = &twin.exchanges()[0];
    assert_eq!((first.status, first.acted), (Some(500), true));
}

#[tokio::test]
async fn another_body_replaces_the_answer() {
    let twin = counter().await;
    twin.faults().next(Fault::Body(Body::json_text("{\"cut\": ")));
    let answer = add(&twin, 1).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "{\"cut\": ");
    assert_eq!(count(&twin).await, 1);
}

#[tokio::test]
async fn a_huge_body_is_streamed() {
    let twin = counter().await;
    let body = Body::repeated("application/json", vec![b' '; 64 * 1024], 1024);
    twin.faults().next(Fault::Body(body));
    let answer = get(&twin, "/counter").await.unwrap();
    assert_eq!(answer.content_length(), None);
    assert_eq!(answer.bytes().await.unwrap().len(), 64 * 1024 * 1024);
}

#[tokio::test]
async fn a_delay_answers_late() {
    let twin = counter().await;
    twin.faults().next(Fault::Delay(Duration::from_millis(80)));
    let start = Instant::now();
    assert_eq!(add(&twin, 1).await.unwrap().status(), 201);
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_hang_acts_and_never_answers() {
    let twin = counter().await;
    twin.faults().next(Fault::Hang);
    tokio::select! {
        answer = add(&twin, 1) => panic!("{answer:?}"),
        () = twin.arrived(1) => {}
    }
    assert_eq!(count(&twin).await, 1);
    let first = &twin.exchanges()[0];
    assert_eq!((first.status, first.acted), (None, true));
}

#[tokio::test]
async fn a_reset_ends_the_connection_without_an_answer_before_or_after_the_deed() {
    for (fault, done) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        let twin = counter().await;
        twin.faults().next(fault.clone());
        let error = add(&twin, 1).await.unwrap_err();
        assert!(error.is_request() && !error.is_timeout(), "{error:?}");
        assert_eq!(count(&twin).await, done, "{fault:?}");
        assert_eq!(twin.exchanges()[0].status, None);
        twin.faults().next(fault);
        let (answer, end) = raw(&twin, &["/counter"]).await;
        assert_eq!(answer, "");
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_cut_body_has_the_length_of_the_whole_and_ends_half_way() {
    let twin = counter().await;
    twin.faults().next(Fault::CutBody);
    let (answer, end) = raw(&twin, &["/counter"]).await;
    end.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let whole = "{\"count\":0,\"unit\":\"pieces\"}";
    assert!(
        head.contains(&format!("content-length: {}", whole.len())),
        "{head}"
    );
    assert_eq!(body, &whole[..whole.len() / 2]);
    twin.faults().next(Fault::CutBody);
    let answer = add(&twin, 1).await.unwrap();
    assert_eq!(answer.status(), 201);
    assert!(answer.bytes().await.is_err());
    assert_eq!(count(&twin).await, 1);
}

#[tokio::test]
async fn a_redirect_names_its_target_and_nothing_is_done() {
    let twin = counter().await;
    twin.faults()
        .next(Fault::Redirect("http://elsewhere.example/x".to_owned()));
    let answer = add(&twin, 1).await.unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!(answer.headers()["location"], "http://elsewhere.example/x");
    assert_eq!(count(&twin).await, 0);
}

#[tokio::test]
async fn faults_happen_in_order_and_the_constant_one_after_them_until_cleared() {
    let twin = counter().await;
    let faults = twin.faults();
    faults.next(Fault::status(500));
    faults.next_n(2, Fault::status(503));
    faults.always(Fault::status(429));
    assert_eq!(faults.left(), 3);
    for status in [500, 503, 503, 429, 429] {
        assert_eq!(get(&twin, "/counter").await.unwrap().status(), status);
    }
    faults.clear();
    assert_eq!(count(&twin).await, 0);
}

#[tokio::test]
async fn a_request_without_a_key_uses_up_no_fault() {
    let twin = counter().await;
    twin.faults().next(Fault::status(500));
    let url = format!("{}/counter", twin.base_url());
    assert_eq!(crate::wire::client().get(url).send().await.unwrap().status(), 401);
    assert_eq!(twin.faults().left(), 1);
}

#[tokio::test]
async fn an_answer_can_be_rewritten_on_the_way() {
    let twin = counter().await;
    let rewrite = Rewrite::new(|body| [b"[", body, b"]"].concat());
    twin.faults().next(Fault::Rewrite(rewrite));
    let answer = add(&twin, 1).await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["x-request-id"], "r1");
    assert_eq!(answer.text().await.unwrap(), "[{\"count\":1}]");
}

#[tokio::test]
async fn a_stalled_answer_stops_half_way_and_stays() {
    let twin = counter().await;
    twin.faults().next(Fault::Stall);
    let mut answer = get(&twin, "/counter").await.unwrap();
    assert!(!answer.chunk().await.unwrap().unwrap().is_empty());
    let patience = Duration::from_millis(100);
    assert!(tokio::time::timeout(patience, answer.chunk()).await.is_err());
}

#[tokio::test]
async fn a_fault_of_changes_passes_reads_by() {
    let twin = counter().await;
    twin.faults().next_change(Fault::status(500));
    assert_eq!(count(&twin).await, 0);
    assert_eq!(twin.faults().left(), 1);
    assert_eq!(add(&twin, 1).await.unwrap().status(), 500);
    assert_eq!(add(&twin, 1).await.unwrap().status(), 201);
    let changes = twin
        .exchanges()
        .iter()
        .filter(|exchange| exchange.is_change())
        .count();
    assert_eq!(changes, 2);
}

#[tokio::test]
async fn a_padded_answer_comes_after_its_padding() {
    let twin = counter().await;
    twin.faults().next(Fault::Padded(3));
    let answer = get(&twin, "/counter").await.unwrap();
    assert_eq!(answer.content_length(), None);
    let text = answer.text().await.unwrap();
    assert_eq!(text.len() - text.trim_start().len(), 3 * 1024);
    assert_eq!(text.trim_start(), "{\"count\":0,\"unit\":\"pieces\"}");
}
