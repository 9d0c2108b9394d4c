//! "Retrieve queue and agent statistics of a call center".

use jiff::{Timestamp, ToSpan as _};
use provider_core::domain::{AgentStatistics, CallCenterStatistics, Period, QueueStatistics};
use provider_core::error::{ErrorKind, ProviderError, Result};
use serde_json::{Value, json};

use super::{BASIC, P, PREMIUM, Scene, center, context, json as parsed, period};

const REQUEST: &str = include_str!("../fixtures/statistics_request.json");
const ANSWER: &str = include_str!("../fixtures/statistics.json");

/// The range of the document's example.
fn documents_range() -> Period {
    period("2021-01-01T00:00:00+01:00", "2021-03-01T00:00:00+01:00")
}

fn idle_agent(number: u32) -> AgentStatistics {
    AgentStatistics {
        agent_user_id: format!("ApioUserTest{number}@sip.netaxis.be"),
        last_name: Some(format!("Test{number}")),
        first_name: Some(format!("Test{number}")),
        available: Some(true),
        calls_handled: 0,
        calls_unanswered: 0,
        average_call_seconds: Some(0.0),
        total_talk_seconds: 0,
        total_staffed_seconds: 0,
    }
}

/// What the document's answer means: averages over nothing are 0, as it says.
fn documents_statistics() -> CallCenterStatistics {
    CallCenterStatistics {
        range: documents_range(),
        queue: QueueStatistics {
            average_agents_talking: Some(0.0),
            average_agents_staffed: Some(0.0),
            average_wait_seconds: Some(0.0),
            average_abandonment_seconds: Some(0.0),
            ..QueueStatistics::default()
        },
        agents: vec![idle_agent(1), idle_agent(2)],
    }
}

impl Scene {
    async fn statistics(&self, name: &str, range: &Period) -> Result<CallCenterStatistics> {
        self.port.statistics(&context(), &center(name), range).await
    }

    /// What an answer is read as that differs from the document's.
    async fn read(&self, change: impl FnOnce(&mut Value)) -> Result<CallCenterStatistics> {
        let mut answer = parsed(ANSWER);
        change(&mut answer);
        self.answer_next(&answer.to_string());
        self.statistics(P, &documents_range()).await
    }

    async fn refused(&self, body: Value) -> ProviderError {
        self.refuse_next(400, body);
        self.statistics(P, &documents_range()).await.unwrap_err()
    }
}

/// A range in a body, as instants.
fn instants(body: &Value) -> [Timestamp; 2] {
    ["start", "end"].map(|end| body["statisticsRange"][end].as_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn the_documents_request_is_sent_with_a_body_and_its_answer_means_what_it_says() {
    let scene = Scene::new().await;
    let statistics = scene.statistics(P, &documents_range()).await.unwrap();
    assert_eq!(statistics, documents_statistics());
    let path = format!("/api/v1/tenants/footenant/groups/foogroup/services/call_centers/{P}/statistics/");
    assert_eq!(scene.requests(), [("GET".to_owned(), path)]);
    assert_eq!(
        scene.twin.exchanges()[0].header("content-type"),
        Some("application/json")
    );
    assert_eq!(instants(&scene.sent()), instants(&parsed(REQUEST)));
    let start = scene.sent()["statisticsRange"]["start"].clone();
    assert_eq!(
        start, "2020-12-31T23:00:00+00:00",
        "an offset in digits, as in the document"
    );

    assert_eq!(scene.read(|_| ()).await.unwrap(), documents_statistics());
}

#[tokio::test]
async fn every_figure_is_read() {
    let scene = Scene::new().await;
    let read = scene
        .read(|answer| {
            answer["queueStatistics"] = json!({
                "busyOverflows": 1, "callsAnswered": 2, "callsAbandoned": 3, "callsTransferred": 4,
                "callsTimedout": 5, "averageAgentsTalking": 0.25, "averageAgentsStaffed": 1.5,
                "averageWaitSeconds": 6, "averageAbandonmentSeconds": 7.5,
            });
            answer["agentStatistics"] = json!([
                {
                    "agentUserId": "a@sip.netaxis.be",
                    "agentDisplayNames": { "lastName": "Last", "firstName": "First" },
                    "available": false,
                    "statistics": {
                        "callsHandled": 8, "callsUnanswered": 9, "averageCallSeconds": 10,
                        "totalTalkSeconds": 3_000_000_000_u64, "totalStaffedSeconds": 12,
                    },
                },
                {
                    "agentUserId": "b@sip.netaxis.be",
                    "statistics": {
                        "callsHandled": 0, "callsUnanswered": 0, "averageCallSeconds": null,
                        "totalTalkSeconds": 0, "totalStaffedSeconds": 0,
                    },
                },
            ]);
        })
        .await
        .unwrap();
    let queue = QueueStatistics {
        busy_overflows: 1,
        calls_answered: 2,
        calls_abandoned: 3,
        calls_transferred: 4,
        calls_timed_out: 5,
        average_agents_talking: Some(0.25),
        average_agents_staffed: Some(1.5),
        average_wait_seconds: Some(6.0),
        average_abandonment_seconds: Some(7.5),
    };
    let agents = vec![
        AgentStatistics {
            agent_user_id: "a@sip.netaxis.be".to_owned(),
            last_name: Some("Last".to_owned()),
            first_name: Some("First".to_owned()),
            available: Some(false),
            calls_handled: 8,
            calls_unanswered: 9,
            average_call_seconds: Some(10.0),
            total_talk_seconds: 3_000_000_000,
            total_staffed_seconds: 12,
        },
        AgentStatistics {
            agent_user_id: "b@sip.netaxis.be".to_owned(),
            last_name: None,
            first_name: None,
            available: None,
            average_call_seconds: None,
            ..idle_agent(2)
        },
    ];
    assert_eq!((read.queue, read.agents), (queue, agents));
}

#[tokio::test]
async fn a_range_is_the_same_in_every_offset() {
    let scene = Scene::new().await;
    let read = scene
        .read(|answer| {
            answer["statisticsRange"]["start"] = "2020-12-31T18:00:00-05:00".into();
            answer["statisticsRange"]["end"] = "2021-02-28T23:00:00Z".into();
        })
        .await;
    assert_eq!(read.unwrap(), documents_statistics());
}

#[tokio::test]
async fn figures_of_another_range_or_that_cannot_be_read_are_not_passed_on() {
    let scene = Scene::new().await;
    let other = scene.read(|answer| answer["statisticsRange"]["end"] = "2021-02-01T00:00:00+01:00".into());
    assert_eq!(other.await.unwrap_err().kind(), ErrorKind::ContractViolated);
    let changes: [fn(&mut Value); 6] = [
        |answer| answer["statisticsRange"]["end"] = "2020-01-01T00:00:00+01:00".into(),
        |answer| answer["statisticsRange"]["end"] = "yesterday".into(),
        |answer| answer["queueStatistics"]["callsAnswered"] = json!(-1),
        |answer| answer["queueStatistics"]["callsAnswered"] = Value::Null,
        |answer| answer["agentStatistics"] = Value::Null,
        |answer| answer["agentStatistics"][0]["agentUserId"] = "".into(),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let error = scene.read(change).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse, "change {at}: {error}");
    }
}

#[tokio::test]
async fn each_of_the_documents_complaints_names_the_end_of_the_range_it_is_about() {
    let scene = Scene::new().await;
    let complaints = [
        ("The format of start date or end date is invalid.", "range.start"),
        ("Start date or end date in the future", "range.end"),
        ("End date can not be earlier than start date.", "range.end"),
    ];
    for (message, field) in complaints {
        // The document has no shape for it.
        for body in [
            json!({ "code": 2, "message": message }),
            json!({ "error": { "subCode": 2, "description": message } }),
            json!({ "errors": [{ "error_code": "2", "error": "INVALID_PARAMETERS", "detail": message }] }),
        ] {
            let error = scene.refused(body).await;
            assert_eq!(
                (error.kind(), error.field()),
                (ErrorKind::InvalidRequest, Some(field))
            );
            let upstream = error.upstream().unwrap();
            assert_eq!(
                (upstream.status, upstream.code.as_deref()),
                (Some(400), Some("2"))
            );
            assert!(upstream.message.as_deref().unwrap().contains(message));
            assert!(!error.message().contains(message), "its words are not ours");
        }
    }
    let other = scene
        .refused(json!({ "code": 2, "message": "Something else" }))
        .await;
    assert_eq!((other.kind(), other.field()), (ErrorKind::InvalidRequest, None));
    assert_eq!(
        other.upstream().unwrap().message.as_deref(),
        Some("Something else")
    );
}

#[tokio::test]
async fn a_range_that_apio_refuses_is_refused() {
    let scene = Scene::new().await;
    let tomorrow = Timestamp::from_second((Timestamp::now() + 24.hours()).as_second()).unwrap();
    let range = Period::new("2021-01-01T00:00:00Z".parse().unwrap(), tomorrow).unwrap();
    let error = scene.statistics(P, &range).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidRequest, Some("range.end"))
    );
}

#[tokio::test]
async fn a_range_with_a_fraction_of_a_second_is_not_asked_for() {
    let scene = Scene::new().await;
    for (start, end, field) in [
        ("2021-04-01T00:00:00.5Z", "2021-05-01T00:00:00Z", "range.start"),
        ("2021-04-01T00:00:00Z", "2021-05-01T00:00:00.5Z", "range.end"),
    ] {
        let error = scene.statistics(P, &period(start, end)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::InvalidRequest, Some(field))
        );
    }
    assert_eq!(scene.requests(), []);
}

#[tokio::test]
async fn figures_of_a_busy_range_belong_together() {
    let scene = Scene::new().await;
    let [first, middle, last] = [
        "2024-03-01T10:10:00Z",
        "2024-03-04T09:33:21Z",
        "2024-03-09T12:00:00Z",
    ];
    for name in [BASIC, PREMIUM, P] {
        let whole = scene.statistics(name, &period(first, last)).await.unwrap();
        assert_eq!(whole, scene.statistics(name, &period(first, last)).await.unwrap());
        let handled: u64 = whole.agents.iter().map(|agent| agent.calls_handled).sum();
        assert!(handled > 100, "{handled} calls in eight days");
        assert_eq!(handled, whole.queue.calls_answered);
        let talking = whole.queue.average_agents_talking.unwrap();
        let staffed = whole.queue.average_agents_staffed.unwrap();
        assert!(0.0 < talking && talking < staffed && staffed <= whole.agents.len() as f64);

        let parts = [
            scene.statistics(name, &period(first, middle)).await.unwrap(),
            scene.statistics(name, &period(middle, last)).await.unwrap(),
        ];
        let sum = |figure: fn(&CallCenterStatistics) -> u64| parts.iter().map(figure).sum::<u64>();
        let figures: [fn(&CallCenterStatistics) -> u64; 7] = [
            |all| all.queue.busy_overflows,
            |all| all.queue.calls_answered,
            |all| all.queue.calls_abandoned,
            |all| all.queue.calls_transferred,
            |all| all.queue.calls_timed_out,
            |all| all.agents.iter().map(|agent| agent.total_talk_seconds).sum(),
            |all| all.agents.iter().map(|agent| agent.total_staffed_seconds).sum(),
        ];
        for (at, figure) in figures.into_iter().enumerate() {
            assert_eq!(sum(figure), figure(&whole), "figure {at} of {name}");
        }
    }
}
