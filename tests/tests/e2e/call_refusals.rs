//! What can't be asked of calls and call centers.

use serde_json::{Value, json};

use crate::{
    call_files::EXPORT,
    database::Database,
    own_calls::{STATISTICS, filter, world},
    world::{World, text},
};

crate::on_both! {
    what_the_document_refuses_is_refused_in_its_words,
}

async fn what_the_document_refuses_is_refused_in_its_words(database: Database) {
    let world = world(database).await;
    let ask = async |field: &str, value: &str| {
        let mut filter = filter("DAY");
        filter[field] = json!(value);
        world.admin.ask(STATISTICS, json!({ "filter": filter })).await
    };
    for (field, value, argument) in [
        ("from", "2026-13-01T00:00:00Z", "filter.from"),
        ("from", "yesterday", "filter.from"),
        ("to", "2026-02-01T00:00:00Z", "filter.to"),
        ("timeZone", "Mars/Olympus", "filter.timeZone"),
    ] {
        let answer = ask(field, value).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{field}: {value}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["argument"], argument);
        assert_eq!(answer.json()["data"]["callStatistics"], Value::Null);
    }
    let message = text(&ask("to", "2026-02-01T00:00:00Z").await.json()["errors"][0]["message"]);
    assert!(message.contains("must not be earlier than from"), "{message}");
    let later = json!({ "filter": { "from": "2999-01-01T00:00:00Z" } });
    let answer = world.admin.ask(STATISTICS, later).await;
    assert_eq!(
        answer.json()["errors"][0]["extensions"]["argument"],
        "filter.from",
        "{}",
        answer.text()
    );

    // What is none of the words of an enumeration never reaches a resolver.
    let answer = ask("interval", "FORTNIGHT").await;
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
    assert!(
        answer.text().contains("CallStatisticsFilter.interval"),
        "{}",
        answer.text()
    );
    assert_eq!(answer.json().get("data"), None, "{}", answer.text());
    let input = json!({ "filter": filter("DAY"), "format": "PDF" });
    let answer = world.admin.ask(EXPORT, json!({ "input": input })).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
    assert!(
        answer.text().contains("ExportCallStatisticsInput.format"),
        "{}",
        answer.text()
    );

    let figures = world.client("kpi", None).await;
    for query in [STATISTICS, EXPORT] {
        let variables =
            json!({ "filter": filter("DAY"), "input": { "filter": filter("DAY"), "format": "CSV" } });
        let answer = figures.ask(query, variables).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.text());
        let message = text(&answer.json()["errors"][0]["message"]);
        assert!(message.starts_with("access_denied: "), "{message}");
    }
    ranges_of_call_centers_lie_in_the_past(&world).await;
}

async fn ranges_of_call_centers_lie_in_the_past(world: &World) {
    let create = "mutation ($input: CreateCallCenterInput!) {
      createCallCenter(input: $input) { callCenter { id } userErrors { code message path } }
    }";
    let group = world.group("Sales").await;
    let input = json!({ "groupId": group, "name": "Desk", "timeZone": "Europe/London", "queues": ["desk"] });
    let data = world.admin.data(create, json!({ "input": input })).await;
    let id = &data["createCallCenter"]["callCenter"]["id"];
    let query = "query ($id: ID!, $range: StatisticsRange!) {
      callCenter(by: { id: $id }) { name statistics(range: $range) { queue { callsAnswered } } }
    }";
    for (start, end, message) in [
        (
            "soon",
            "2026-03-02T00:00:00Z",
            "The format of start date or end date is invalid.",
        ),
        (
            "2026-03-01T00:00:00Z",
            "2999-03-02T00:00:00Z",
            "Start date or end date in the future",
        ),
        (
            "2026-03-02T00:00:00Z",
            "2026-03-01T00:00:00Z",
            "End date can not be earlier than start date.",
        ),
    ] {
        let variables = json!({ "id": id, "range": { "start": start, "end": end } });
        let answer = world.admin.ask(query, variables).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
        assert!(answer.text().contains(message), "{}", answer.text());
        assert_eq!(
            answer.json()["data"]["callCenter"],
            json!({ "name": "Desk", "statistics": null })
        );
    }
}
