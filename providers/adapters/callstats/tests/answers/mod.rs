//! The document's requests and answers, word for word.

use std::sync::Arc;

use provider_callstats::Callstats;
use provider_callstats_twin::{CallstatsTwin, Number, NumberType as TwinType, Status};
use provider_core::adapter::make;
use provider_core::call::{ActorRef, CallContext, TenantRef};
use provider_core::config::ConfigFault;
use provider_core::domain::*;
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::policy::Stack;
use provider_core::port::NumberKpis;
use provider_core::provider::{HealthState, Provider};
use provider_testkit::twin::{Body, Fault, RunningTwin};
use toml::Table;

/// An upstream, and the port that asks it.
struct Scene {
    twin: RunningTwin,
    provider: Arc<dyn Provider>,
    port: Arc<dyn NumberKpis>,
}

impl Scene {
    async fn new(twin: CallstatsTwin) -> Self {
        let twin = RunningTwin::start(Arc::new(twin)).await.unwrap();
        let config: Table = twin.provider_table("callstats")["config"]
            .clone()
            .try_into()
            .unwrap();
        let provider = make::<Callstats>("callstats".parse().unwrap(), config).unwrap();
        let stack = Stack::new(provider.info().clone(), Vec::new());
        let port = Arc::clone(&provider).ports().guarded(&stack).kpis.unwrap();
        Self { twin, provider, port }
    }

    async fn count(&self, grouping: KpiGrouping, filter: KpiFilter) -> Result<KpiAnswer> {
        self.port.count(&context(), &KpiQuery { grouping, filter }).await
    }

    async fn all(&self, grouping: KpiGrouping) -> Result<KpiAnswer> {
        self.count(grouping, KpiFilter::default()).await
    }

    /// What a body of the upstream is read as.
    async fn read(&self, grouping: KpiGrouping, body: &str) -> Result<Vec<KpiRow>> {
        self.twin.faults().next(Fault::Body(Body::json_text(body)));
        self.all(grouping).await.map(|answer| answer.rows)
    }

    fn targets(&self) -> Vec<String> {
        let exchanges = self.twin.exchanges().into_iter();
        exchanges.map(|exchange| exchange.target).collect()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.twin.unexpected(), [""; 0]);
        }
    }
}

fn context() -> CallContext {
    let tenant = TenantRef("tenant".to_owned());
    CallContext::new("request-1", tenant, ActorRef("test".to_owned()))
}

fn row(key: KpiKey, customer_count: u64, number_count: u64) -> KpiRow {
    KpiRow {
        key,
        number_count,
        customer_count,
    }
}

const fn category(category: NumberCategory) -> KpiKey {
    KpiKey::Type(KpiType::Category(category))
}

fn dealer(code: &str) -> KpiKey {
    KpiKey::Dealer(Some(code.to_owned()))
}

/// The document's four examples: grouping, answer, what it means.
fn examples() -> [(KpiGrouping, &'static str, Vec<KpiRow>); 4] {
    let status = KpiKey::Status;
    [
        (
            KpiGrouping::Summary,
            include_str!("../fixtures/summary.json"),
            vec![row(KpiKey::All, 2150, 5847)],
        ),
        (
            KpiGrouping::Status,
            include_str!("../fixtures/by_status.json"),
            vec![
                row(status(NumberStatus::Active), 2050, 5234),
                row(status(NumberStatus::Suspended), 45, 85),
                row(status(NumberStatus::Dropped), 0, 528),
            ],
        ),
        (
            KpiGrouping::Dealer,
            include_str!("../fixtures/by_dealer.json"),
            vec![
                row(dealer("DEALER01"), 750, 1850),
                row(dealer("DEALER02"), 500, 1250),
                row(dealer("DIRECT"), 900, 2747),
            ],
        ),
        (
            KpiGrouping::Type,
            include_str!("../fixtures/by_type.json"),
            vec![
                row(category(NumberCategory::Geographic), 1500, 3500),
                row(category(NumberCategory::NonGeographic), 850, 1847),
                row(category(NumberCategory::Mobile), 200, 500),
            ],
        ),
    ]
}

#[tokio::test]
async fn the_documents_examples_mean_what_they_say() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    for (grouping, fixture, rows) in examples() {
        assert_eq!(scene.read(grouping, fixture).await.unwrap(), rows);
        let answer = scene.all(grouping).await.unwrap();
        assert_eq!(answer, KpiAnswer { as_of: None, rows });
    }
}

#[tokio::test]
async fn each_grouping_has_its_path_with_a_slash_at_the_end_and_the_key_as_bearer() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    for (grouping, _, _) in examples() {
        scene.all(grouping).await.unwrap();
    }
    assert_eq!(
        scene.targets(),
        [
            "/backend/kpi/numbers/",
            "/backend/kpi/numbers/byStatus/",
            "/backend/kpi/numbers/byDealer/",
            "/backend/kpi/numbers/byType/",
        ]
    );
    for exchange in scene.twin.exchanges() {
        assert_eq!((exchange.method.as_str(), exchange.body.len()), ("GET", 0));
        let bearer = format!("Bearer {}", scene.twin.secret());
        assert_eq!(exchange.header("authorization"), Some(bearer.as_str()));
    }
}

#[tokio::test]
async fn each_filter_is_the_documents_parameter() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    let status = |status| KpiFilter {
        status,
        ..KpiFilter::default()
    };
    let of_dealer = |code: &str| KpiFilter {
        dealer: Some(DealerFilter::from_code(code)),
        ..KpiFilter::default()
    };
    let of_type = |number_type| KpiFilter {
        number_type: Some(number_type),
        ..KpiFilter::default()
    };
    for (filter, query) in [
        (status(KpiStatusFilter::NotDropped), "active=true"),
        (status(KpiStatusFilter::Dropped), "dropped=true"),
        (of_dealer("DEALER01"), "dealerCode=DEALER01"),
        (of_dealer("A & B"), "dealerCode=A+%26+B"),
        (of_dealer(""), "dealerCode="),
        (
            of_type(KpiType::Category(NumberCategory::Geographic)),
            "numberType=geographic",
        ),
        (
            of_type(KpiType::Category(NumberCategory::NonGeographic)),
            "numberType=non_geographic",
        ),
        (
            of_type(KpiType::Category(NumberCategory::Mobile)),
            "numberType=mobile",
        ),
        (
            of_type(KpiType::Category(NumberCategory::SpecialService)),
            "numberType=special_services",
        ),
        (of_type(KpiType::Type(NumberType::Mobile)), "numberType=mobile"),
        (
            KpiFilter {
                status: KpiStatusFilter::NotDropped,
                dealer: Some(DealerFilter::Code("DIRECT".to_owned())),
                number_type: Some(KpiType::Category(NumberCategory::NonGeographic)),
            },
            "active=true&dealerCode=DIRECT&numberType=non_geographic",
        ),
    ] {
        scene.count(KpiGrouping::Type, filter).await.unwrap();
        let target = format!("/backend/kpi/numbers/byType/?{query}");
        assert_eq!(scene.targets().last(), Some(&target));
    }
}

#[tokio::test]
async fn a_type_that_the_document_has_no_word_for_is_refused_and_nothing_is_sent() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    let filter = KpiFilter {
        number_type: Some(KpiType::Type(NumberType::TollFree)),
        ..KpiFilter::default()
    };
    let error = scene.count(KpiGrouping::Summary, filter).await.unwrap_err();
    let refusal = (error.kind(), error.field());
    assert_eq!(refusal, (ErrorKind::Unsupported, Some("filter.numberType")));
    assert_eq!(scene.targets(), [""; 0]);
}

#[tokio::test]
async fn words_that_the_document_does_not_have_are_passed_on_as_unknown() {
    let number = |status, number_type, dealer: Option<&str>| Number {
        status,
        dealer: dealer.map(str::to_owned),
        number_type,
        customer: None,
    };
    let scene = Scene::new(CallstatsTwin::with(vec![
        number(Status::Other("Porting"), TwinType::SpecialServices, None),
        number(Status::Active, TwinType::Other("Satellite"), Some("DIRECT")),
    ]))
    .await;
    let unknown = |word: &str| KpiKey::Unknown(word.to_owned());
    for (grouping, first, second) in [
        (
            KpiGrouping::Status,
            unknown("Porting"),
            KpiKey::Status(NumberStatus::Active),
        ),
        (
            KpiGrouping::Type,
            category(NumberCategory::SpecialService),
            unknown("Satellite"),
        ),
        (KpiGrouping::Dealer, KpiKey::Dealer(None), dealer("DIRECT")),
    ] {
        let answer = scene.all(grouping).await.unwrap();
        assert_eq!(answer.rows, [row(first, 0, 1), row(second, 0, 1)]);
    }
}

#[tokio::test]
async fn an_empty_dealer_is_no_dealer() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    for dealer in ["null", "\"\""] {
        let body =
            format!(r#"[{{"number_dealer": {dealer}, "number_customer_count": 3, "number_count": 7}}]"#);
        let rows = scene.read(KpiGrouping::Dealer, &body).await.unwrap();
        assert_eq!(rows, [row(KpiKey::Dealer(None), 3, 7)]);
    }
}

#[tokio::test]
async fn an_answer_of_another_shape_is_unreadable_and_no_count_is_made_up() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    let counts = r#""number_customer_count": 0, "number_count": 1"#;
    for (grouping, body) in [
        (
            KpiGrouping::Summary,
            r#"{"number_customer_count": 0, "number_count": 1}"#.to_owned(),
        ),
        (KpiGrouping::Summary, r#"[{"number_count": 1}]"#.to_owned()),
        (
            KpiGrouping::Summary,
            r#"[{"number_customer_count": null, "number_count": 1}]"#.to_owned(),
        ),
        (
            KpiGrouping::Summary,
            r#"[{"number_customer_count": -1, "number_count": 1}]"#.to_owned(),
        ),
        (KpiGrouping::Status, format!("[{{{counts}}}]")),
        (
            KpiGrouping::Status,
            format!(r#"[{{"number_status": "", {counts}}}]"#),
        ),
        (KpiGrouping::Dealer, format!("[{{{counts}}}]")),
        (
            KpiGrouping::Dealer,
            format!(r#"[{{"number_dealer": "a\u0000b", {counts}}}]"#),
        ),
        (KpiGrouping::Type, format!(r#"[{{"number_type": 3, {counts}}}]"#)),
    ] {
        let error = scene.read(grouping, &body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::BadResponse, Effect::None),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_summary_without_a_row_is_not_nothing() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    let error = scene.read(KpiGrouping::Summary, "[]").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContractViolated);
    assert_eq!(scene.read(KpiGrouping::Dealer, "[]").await.unwrap(), []);
}

#[tokio::test]
async fn a_refusal_keeps_its_status() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    for (status, kind) in [
        (401, ErrorKind::Unauthenticated),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Unavailable),
    ] {
        scene.twin.faults().next(Fault::status(status));
        let error: ProviderError = scene.all(KpiGrouping::Summary).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, Effect::None));
        assert_eq!(error.upstream().and_then(|said| said.status), Some(status));
    }
}

#[tokio::test]
async fn health_is_told_by_the_summary() {
    let scene = Scene::new(CallstatsTwin::new()).await;
    let health = scene.provider.health(&context()).await.unwrap();
    assert_eq!((health.state, health.last_error), (HealthState::Up, None));
    assert_eq!(scene.targets(), ["/backend/kpi/numbers/"]);
    scene.twin.faults().next(Fault::status(503));
    let health = scene.provider.health(&context()).await.unwrap();
    assert_eq!(health.state, HealthState::Down);
}

#[test]
fn faults_of_the_settings_are_told_together() {
    let config: Table = r#"
        base_url = "http://callstats.example"
        auth = { bearer = "a key that stands here itself" }
        dealer = "DIRECT"
    "#
    .parse()
    .unwrap();
    let faults = make::<Callstats>("callstats".parse().unwrap(), config).unwrap_err();
    let mut keys: Vec<&str> = faults.iter().map(ConfigFault::key).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["config.auth.bearer", "config.base_url", "config.dealer"]);
}
