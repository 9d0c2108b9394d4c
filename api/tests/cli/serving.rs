//! `serve` and `demo`.

use std::time::Duration;

use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};

use super::program::{Folder, Server};

/// A client. This program's build of it is capable of TLS, and leaves the choice of a cryptography to whoever makes it.
fn client() -> Client {
    // Chosen already where an earlier test made a client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

pub(crate) async fn ask(server: &Server, key: Option<&str>, query: &str) -> (StatusCode, Value) {
    let mut request = client()
        .post(format!("{}/graphql", server.url))
        .json(&json!({ "query": query }));
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

pub(crate) fn key_in(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| word.starts_with("sb_live_"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_shows_one_admin_key_once_and_never_in_the_log() {
    let folder = Folder::new();
    let first = Server::start(&folder, &["serve", "--log-level", "trace"]);
    let key = key_in(&first.before)
        .expect("the first start shows a key")
        .to_owned();
    let (status, answer) = ask(&first, Some(&key), "{ numbers(first: 1) { totalCount } }").await;
    assert_eq!(
        (status, &answer["data"]["numbers"]["totalCount"]),
        (StatusCode::OK, &json!(0)),
        "{answer}"
    );
    let ended = first.stop();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(!ended.err.contains(&key), "the log has the key");
    let second = Server::start(&folder, &["serve"]);
    assert_eq!(key_in(&second.before), None);
    let (status, _) = ask(&second, Some(&key), "{ __typename }").await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_graphql_is_open_without_a_key() {
    let folder = Folder::new();
    let server = Server::start(&folder, &["serve"]);
    for key in [None, Some("sb_live_guess"), Some("sb_demo_admin")] {
        let (status, answer) = ask(&server, key, "{ __typename }").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{key:?}");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{key:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_guesses_keys_is_slowed_down_and_known_keys_go_on() {
    let folder = Folder::new();
    let server = Server::start(&folder, &["serve"]);
    let key = key_in(&server.before).unwrap().to_owned();
    assert_eq!(ask(&server, Some(&key), "{ __typename }").await.0, StatusCode::OK);
    let mut last = StatusCode::OK;
    for guess in 0..40 {
        last = ask(&server, Some(&format!("sb_live_{guess}")), "{ __typename }")
            .await
            .0;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask(&server, Some(&key), "{ __typename }").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_the_playground_answer_without_a_key() {
    let folder = Folder::new();
    let server = Server::start(&folder, &["serve"]);
    let client = client();
    let get = async |path: &str| client.get(format!("{}{path}", server.url)).send().await.unwrap();
    assert_eq!(get("/livez").await.status(), StatusCode::OK);
    assert_eq!(get("/readyz").await.status(), StatusCode::OK);
    let page = get("/").await;
    assert_eq!(page.status(), StatusCode::OK);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, web::CONTENT_SECURITY_POLICY),
    ] {
        assert_eq!(page.headers()[&name], value, "{name}");
    }
    let html = page.text().await.unwrap();
    assert!(!html.contains("sb_demo_"), "only the demo offers a key");
    let missing = get("/no/such/path").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let body: Value = missing.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_playground_are_compressed_and_kept_by_clients() {
    let folder = Folder::new();
    let server = Server::start(&folder, &["serve"]);
    let client = client();
    for asset in web::assets() {
        let url = format!("{}/{}", server.url, asset.path);
        let zipped = client
            .get(&url)
            .header(header::ACCEPT_ENCODING, "gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(zipped.headers()[header::CONTENT_ENCODING], "gzip", "{url}");
        assert_eq!(
            zipped.headers()[header::CONTENT_TYPE],
            asset.content_type,
            "{url}"
        );
        let caching = zipped.headers()[header::CACHE_CONTROL].to_str().unwrap();
        assert_eq!(caching.contains("immutable"), asset.immutable, "{url}");
        assert_eq!(zipped.bytes().await.unwrap(), asset.gzip, "{url}");
        let plain = client.get(&url).send().await.unwrap();
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING), "{url}");
        assert_eq!(
            plain.bytes().await.unwrap(),
            asset.decompressed().unwrap(),
            "{url}"
        );
        let known = client
            .get(&url)
            .header(header::IF_NONE_MATCH, asset.etag)
            .send()
            .await
            .unwrap();
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_completes_what_it_has_begun() {
    let folder = Folder::new();
    let server = Server::start(&folder, &["serve"]);
    // An open connection without a request must not hold the end up.
    let idle = std::net::TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(server.stop().code, 0);
    assert!(begun.elapsed() < Duration::from_secs(30));
    drop(idle);
}

#[test]
fn serving_waits_for_migrations_where_it_may_not_run_them() {
    let folder = Folder::new();
    let refused = folder.run(&["serve", "--no-migrate"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("switchboard migrate"), "{}", refused.err);
}

#[test]
fn a_busy_port_is_told_before_a_key_is_made() {
    let folder = Folder::new();
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let refused = folder.run(&["serve", "--listen", &address]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains(&address), "{}", refused.err);
    let server = Server::start(&folder, &["serve"]);
    assert!(key_in(&server.before).is_some());
}

#[test]
fn the_demo_refuses_an_address_that_others_can_reach() {
    let folder = Folder::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8000"] {
        let refused = folder.run(&["demo", "--listen", address]);
        assert_eq!(refused.code, 1, "{address}");
        assert!(
            refused.err.contains("well-known keys"),
            "{address}: {}",
            refused.err
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_numbers_and_a_key_for_each_level_and_is_gone_afterwards() {
    let folder = Folder::new();
    let temporary = folder.path("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let demo = Server::start_with(&folder, &["demo"], &[("TMPDIR", temporary.to_str().unwrap())]);
    let count = async |key: &str| {
        let (status, answer) = ask(&demo, Some(key), "{ numbers(first: 1) { totalCount } }").await;
        assert_eq!(status, StatusCode::OK, "{key}");
        answer["data"]["numbers"]["totalCount"].as_i64()
    };
    let all = count("sb_demo_admin").await.unwrap();
    assert!((5_800..=6_200).contains(&all), "{all}");
    let reseller = count("sb_demo_reseller").await.unwrap();
    let customer = count("sb_demo_owner").await.unwrap();
    assert!(
        customer > 50 && customer < reseller && reseller < all,
        "{customer} {reseller} {all}"
    );
    for key in ["sb_demo_viewer", "sb_demo_manage"] {
        assert_eq!(count(key).await, Some(customer), "{key}");
    }
    assert_eq!(count("sb_demo_kpi").await, None, "figures alone");
    let page = client()
        .get(&demo.url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("sb_demo_admin"));
    let ended = demo.stop();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        std::fs::read_dir(&temporary).unwrap().count(),
        0,
        "the temporary folder is still there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_calls_of_a_customers_people_numbers_and_pools() {
    let folder = Folder::new();
    let demo = Server::start(&folder, &["demo"]);
    let now = jiff::Timestamp::now();
    let filter = format!(
        "filter: {{from: \"{}\", to: \"{now}\", interval: WEEK}}",
        now - jiff::SignedDuration::from_hours(29 * 24)
    );
    let counted = format!("nodes {{ callStatistics({filter}) {{ total {{ inboundCalls }} }} }}");
    let query = format!(
        "{{ callStatistics({filter}) {{ totalCount total {{ inboundCalls outboundCalls }} }}
            calls(first: 1) {{ totalCount }}
            numbers(first: 100) {{ {counted} }} pools(first: 100) {{ {counted} }}
            callImports {{ nodes {{ quarantinedRows quarantine {{ nodes {{ reason }} }} }} }} }}"
    );
    let (status, answer) = ask(&demo, Some("sb_demo_owner"), &query).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer.get("errors"), None, "{answer}");
    let data = &answer["data"];
    let figure = |value: &serde_json::Value| value.as_u64().unwrap();
    let people = &data["callStatistics"];
    assert!((2..=6).contains(&figure(&people["totalCount"])), "{people}");
    assert!(figure(&people["total"]["inboundCalls"]) > 500, "{people}");
    assert!(figure(&people["total"]["outboundCalls"]) > 300, "{people}");
    assert!(figure(&data["calls"]["totalCount"]) > 1_000);
    for list in ["numbers", "pools"] {
        let nodes = data[list]["nodes"].as_array().unwrap().iter();
        let called = nodes.filter(|node| figure(&node["callStatistics"]["total"]["inboundCalls"]) > 0);
        assert!(called.count() > 1, "{list}");
    }
    let imports = &data["callImports"]["nodes"];
    assert_eq!(imports[0]["quarantinedRows"], 1);
    assert!(
        imports[0]["quarantine"]["nodes"][0]["reason"].is_string(),
        "{imports}"
    );
    assert_eq!(demo.stop().code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_is_kept_where_a_database_is_named_and_spares_other_data() {
    let folder = Folder::new();
    folder.write("numbers.csv", "number\n+12893370100\n");
    assert_eq!(folder.run(&["import", "numbers", "numbers.csv"]).code, 0);
    let refused = folder.run(&[
        "demo",
        "--database",
        "sqlite://switchboard.db",
        "--listen",
        "127.0.0.1:0",
    ]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(
        folder.run(&["export", "numbers"]).out.lines().count(),
        2,
        "nothing was added"
    );

    let kept = ["demo", "--database", "sqlite://demo.db"];
    Server::start(&folder, &kept).stop();
    let exported = folder
        .run(&["export", "numbers", "--database", "sqlite://demo.db"])
        .out;
    assert!(exported.lines().count() > 5_800);
    Server::start(&folder, &kept).stop();
    assert_eq!(
        folder
            .run(&["export", "numbers", "--database", "sqlite://demo.db"])
            .out,
        exported
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_issued_for_a_level_and_a_place() {
    let folder = Folder::new();
    folder.write(
        "numbers.csv",
        "number,customer,group,name,termination_number\n\
         +12893370100,ACME,Sales,One,+12125550100\n\
         +12893370101,ACME,Support,Two,+12125550100\n\
         +12893370102,,,,\n",
    );
    assert_eq!(folder.run(&["import", "numbers", "numbers.csv"]).code, 0);
    let create = |more: &[&str]| {
        folder.run(&[&["keys", "create", "--name", "test", "--level", "viewer"], more].concat())
    };
    let (all, customer, group) = (
        create(&[]),
        create(&["--customer", "ACME"]),
        create(&["--customer", "ACME", "--group", "Sales"]),
    );
    assert_eq!(create(&["--customer", "NOBODY"]).code, 1);
    assert_eq!(create(&["--group", "Sales"]).code, 64);
    let server = Server::start(&folder, &["serve"]);
    for (created, numbers) in [(all, 3), (customer, 2), (group, 1)] {
        let (_, answer) = ask(
            &server,
            Some(created.out.trim()),
            "{ numbers(first: 1) { totalCount } }",
        )
        .await;
        assert_eq!(answer["data"]["numbers"]["totalCount"], numbers, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_listed_as_such_and_opens_nothing() {
    let folder = Folder::new();
    let create = folder.run(&["keys", "create", "--name", "monitoring", "--level", "viewer"]);
    let key = create.out.trim();
    let listed = folder.run(&["keys", "list"]).out;
    assert!(
        listed.contains("monitoring") && listed.contains("works") && listed.contains("VIEWER"),
        "{listed}"
    );
    assert!(!listed.contains(key), "a list never shows a key");
    let id = listed.split_whitespace().next().expect("a number").to_owned();

    assert_eq!(folder.run(&["keys", "revoke", &id]).code, 0);
    assert!(folder.run(&["keys", "list"]).out.contains("revoked"));
    assert_eq!(
        folder.run(&["keys", "revoke", &id]).code,
        1,
        "it is revoked already"
    );

    let server = Server::start(&folder, &["serve"]);
    let (status, answer) = ask(&server, Some(key), "{ viewer { __typename } }").await;
    assert_eq!(status, 401, "{answer}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_keys_of_the_whole_installation_and_hold_no_number_and_no_key() {
    let folder = Folder::new();
    folder.write(
        "numbers.csv",
        "number,customer,group,name,termination_number\n\
         +12893370100,ACME,Sales,One,+12125550100\n\
         +12893370101,,,,\n",
    );
    assert_eq!(folder.run(&["import", "numbers", "numbers.csv"]).code, 0);
    let create = |more: &[&str]| {
        let arguments = [&["keys", "create", "--name", "test", "--level"], more].concat();
        folder.run(&arguments).out.trim().to_owned()
    };
    let (figures, customer, viewer) = (
        create(&["kpi"]),
        create(&["viewer", "--customer", "ACME"]),
        create(&["viewer"]),
    );
    let server = Server::start(&folder, &["serve"]);
    let scrape = async |key: Option<&str>| {
        let mut request = client().get(format!("{}/metrics", server.url));
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        request.send().await.unwrap()
    };
    for (key, status, code) in [
        (None, StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
        (Some("sb_live_guess"), StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
        (Some(&*customer), StatusCode::FORBIDDEN, "FORBIDDEN"),
    ] {
        let refused = scrape(key).await;
        assert_eq!(refused.status(), status, "{key:?}");
        let body: Value = refused.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], code, "{body}");
    }
    let search = "{ availableNumbers(match: {localToNumber: {number: \"+12893370199\"}}, first: 3) \
                  { numbers { e164 } } }";
    let (_, answer) = ask(&server, Some(&viewer), search).await;
    let found = &answer["data"]["availableNumbers"]["numbers"][0]["e164"];
    assert_eq!(found, "+12893370101", "{answer}");

    let page = scrape(Some(&figures)).await;
    assert_eq!(page.status(), StatusCode::OK);
    let kind = page.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
    let text = page.text().await.unwrap();
    let line = |name: &str, labels: &[&str]| {
        let mut lines = text.lines();
        lines.any(|line| line.starts_with(name) && labels.iter().all(|label| line.contains(label)))
    };
    let searched = ["provider=\"inventory\"", "operation=\"search.search\""];
    let counted = [searched[0], searched[1], "outcome=\"OK\"} 1"];
    assert!(line("switchboard_provider_calls_total{", &counted), "{text}");
    let bucket = [searched[0], searched[1], "le=\"0.25\""];
    assert!(
        line("switchboard_provider_call_duration_seconds_bucket{", &bucket),
        "{text}"
    );
    assert!(line("# HELP switchboard_provider_calls_total ", &[]), "{text}");
    assert!(line("switchboard_build_info{version=", &[]), "{text}");
    let labels: String = text
        .lines()
        .filter_map(|line| line.split_once('{')?.1.split_once('}'))
        .map(|(labels, _)| labels)
        .collect();
    let mut digits = labels.split(|c: char| !c.is_ascii_digit());
    assert!(
        digits.all(|run| run.len() < 7),
        "something like a phone number: {labels}"
    );
    for secret in [figures, customer, viewer] {
        assert!(!text.contains(&secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_of_each_carrier_what_became_of_its_calls() {
    let folder = Folder::new();
    let demo = Server::start(&folder, &["demo"]);
    let health = "{ providers { name kind health { state } } }";
    let (_, answer) = ask(&demo, Some("sb_demo_admin"), health).await;
    let providers = answer["data"]["providers"].as_array().expect("providers");
    assert!(providers.len() > 1, "{answer}");
    let url = format!("{}/metrics", demo.url);
    let page = client()
        .get(url)
        .bearer_auth("sb_demo_admin")
        .send()
        .await
        .unwrap();
    let text = page.text().await.unwrap();
    for provider in providers {
        let counted = format!(
            "switchboard_provider_calls_total{{provider={},kind={},operation=\"provider.health\",outcome=\"OK\"}} 1",
            provider["name"], provider["kind"]
        );
        assert!(
            text.lines().any(|line| line == counted),
            "{counted} is not in {text}"
        );
    }
}
