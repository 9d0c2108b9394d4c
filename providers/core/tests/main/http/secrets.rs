//! Secrets go onto the wire and nowhere else.

use std::error::Error as StdError;
use std::sync::{Mutex, Once};

use provider_core::error::ProviderError;
use provider_core::http::{Method, RestClient};
use serde_json::Value;

use super::support::{Act, SECRET, UNSAFE, Upstream, answer, configured, cx, deserted, json};

/// One of each kind.
const AUTHS: [&str; 5] = [
    "{ bearer = SECRET }",
    "{ basic = { user = \"acme\", password = SECRET } }",
    "{ header = { name = \"X-Api-Key\", value = SECRET } }",
    "{ query = { name = \"api_key\", value = SECRET } }",
    "{ client_credentials = { token_url = \"TOKENS\", client_id = \"acme\", client_secret = SECRET } }",
];

/// The token that the endpoint of these tests gives.
const TOKEN: &str = "tok-hunter3-en";

/// The secret and the token, as they stand in a text, a query, a form and the two kinds of basic credentials.
const FORMS: [&str; 5] = [
    SECRET,
    "hunter2%2Fwith%2Bodd%3Dcharacters",
    "YWNtZTpodW50ZXIyL3dpdGgrb2RkPWNoYXJhY3RlcnM=",
    "YWNtZTpodW50ZXIyJTJGd2l0aCUyQm9kZCUzRGNoYXJhY3RlcnM=",
    TOKEN,
];

fn assert_clean(text: &str) {
    for form in FORMS {
        assert!(!text.contains(form), "{form} stands in {text}");
    }
    assert!(!text.contains("hunter"), "{text}");
}

/// Every way in which an error can be shown.
fn shown(error: &ProviderError) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?}", error.upstream());
    let mut cause = StdError::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}

/// Keeps whatever any library logs.
struct Logs(Mutex<String>);

impl log::Log for Logs {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        self.0.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}

static LOGS: Logs = Logs(Mutex::new(String::new()));

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&LOGS).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

fn repeated(status: u16) -> Vec<u8> {
    let words = format!("unknown key {}", FORMS.join(" or "));
    let escaped = words.replace('/', "\\/");
    let headers = format!("Content-Type: application/json\r\nX-Request-Id: {SECRET}\r\nX-Key: {TOKEN}\r\n");
    answer(
        status,
        &headers,
        &format!(r#"{{"message":"{escaped}","{SECRET}":["{words}"]}}"#),
    )
}

async fn tokens() -> Upstream {
    let body = format!(r#"{{"access_token":"{TOKEN}","token_type":"Bearer","expires_in":3600}}"#);
    Upstream::always(Act::Send(json(&body))).await
}

fn with(base_url: &str, auth: &str, tokens: &Upstream, http: &str) -> RestClient {
    configured(base_url, &auth.replace("TOKENS", &tokens.url()), http).unwrap()
}

/// A call that fails, and shows nothing.
async fn fail_at(place: &str, auth: &str, tokens: &Upstream) {
    let client = with(place, auth, tokens, "read_timeout_ms = 500, largest_body_kib = 1");
    let request = client.request(UNSAFE, Method::POST).path(["x"]).json(&1);
    assert_clean(&shown(&request.send(&cx()).await.unwrap_err()));
}

#[tokio::test]
async fn no_failure_shows_a_secret_of_any_kind() {
    listen();
    let tokens = tokens().await;
    let acts = [
        Act::Close,
        Act::Reset,
        Act::SendAndClose(b"HTTP/1.1 200 Said\r\nContent-Length: 100\r\n\r\nhalf".to_vec()),
        Act::SendAndClose(b"SSH-2.0-OpenSSH\r\n".to_vec()),
        Act::SendAndClose(answer(200, "", &"x".repeat(5000))),
        Act::Silence,
    ];
    for auth in AUTHS {
        for act in &acts {
            let upstream = Upstream::always(act.clone()).await;
            fail_at(&upstream.url(), auth, &tokens).await;
            assert_eq!(upstream.received().len(), 1, "the secret was sent");
        }
        fail_at(&deserted().await, auth, &tokens).await;
        fail_at("https://switchboard.invalid", auth, &tokens).await;
    }
    let logs = LOGS.0.lock().unwrap();
    assert!(logs.contains("reqwest"), "something was logged");
    assert_clean(&logs);
}

#[tokio::test]
async fn an_upstream_that_repeats_a_secret_is_not_repeated() {
    let tokens = tokens().await;
    for auth in AUTHS {
        for status in [302, 400, 401, 403, 422, 429, 500] {
            let upstream = Upstream::always(Act::Send(repeated(status))).await;
            let client = with(&upstream.url(), auth, &tokens, "");
            let reply = client
                .request(UNSAFE, Method::POST)
                .json(&1)
                .send(&cx())
                .await
                .unwrap();
            let body: Value = reply.error_body().unwrap();
            let message = body["message"].as_str().unwrap();
            let own = if auth.contains("TOKENS") { TOKEN } else { SECRET };
            assert!(
                !body.to_string().contains(own) && message.contains("[secret]"),
                "{auth} {body}"
            );
            assert!(!shown(&reply.error()).contains(own), "{auth}");
            assert!(!format!("{reply:?}").contains("hunter"));
        }
    }
}

#[tokio::test]
async fn a_token_endpoint_that_repeats_a_secret_is_not_repeated() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    for status in [200, 302, 400, 401, 500] {
        let said = answer(
            status,
            "Content-Type: application/json\r\n",
            &format!(
                r#"{{"error":"{}","access_token":"{SECRET}"}}"#,
                [FORMS[0], FORMS[1], FORMS[3]].join(" ")
            ),
        );
        let tokens = Upstream::always(Act::Send(said)).await;
        let client = with(&upstream.url(), AUTHS[4], &tokens, "");
        let error = client
            .request(UNSAFE, Method::POST)
            .json(&1)
            .send(&cx())
            .await
            .unwrap_err();
        assert_clean(&shown(&error));
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_a_secret() {
    let tokens = tokens().await;
    for auth in AUTHS {
        let upstream = Upstream::always(Act::Send(json("{}"))).await;
        let client = with(&upstream.url(), auth, &tokens, "");
        let request = client.request(UNSAFE, Method::POST).query("a", "b").json(&1);
        assert_clean(&format!("{client:?} {client:#?} {request:?}"));
        let reply = request.send(&cx()).await.unwrap();
        assert_clean(&format!(
            "{client:?} {reply:?} {:?} {:?}",
            reply.answer(),
            reply.unreadable("x")
        ));
    }
}
