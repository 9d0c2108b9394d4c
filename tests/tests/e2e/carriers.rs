//! Every example of the upstreams' documents through GraphQL: the twins are those upstreams.

use serde_json::{Value, json};

use crate::{
    client::Client,
    database::Database,
    on_both,
    queries::{self, CREATE_POOL, reference},
    upstreams::{AGENCY, CAMPAIGNS, SUPPORT, Upstreams, groups},
    world::World,
};

const ASSIGN: &str = "mutation Assign($input: AssignNumberInput!) {
  assignNumber(input: $input) {
    number {
      e164 externalId status type provider { name } group { name }
      callRoute { ... on BasicCallRoute { terminationNumber } }
    }
    operation { state attempts provider { name } }
    userErrors { code message path }
  }
}";

const POOL: &str = "query Pool($id: ID!) {
  pool(id: $id) { externalId provider { name } numbers(first: 5) { nodes { e164 externalId status provider { name } } } }
}";

const PROVIDERS: &str = "{ providers { id name } }";

/// The database, a server on it, and the four upstreams that it speaks with.
struct Carriers {
    world: World,
    upstreams: Upstreams,
}

impl Carriers {
    async fn with(database: Database) -> Self {
        let upstreams = Upstreams::start().await;
        let world = World::configured(database, groups(), &upstreams.configuration()).await;
        Self { world, upstreams }
    }

    fn admin(&self) -> &Client {
        &self.world.admin
    }

    /// The global id of the provider with this name.
    async fn provider(&self, name: &str) -> String {
        provider(self.admin(), name).await
    }
}

/// The global id of the provider with this name.
pub(crate) async fn provider(client: &Client, name: &str) -> String {
    let data = client.data(PROVIDERS, json!({})).await;
    let providers = data["providers"].as_array().expect("a list");
    let found = providers.iter().find(|provider| provider["name"] == name);
    crate::world::text(&found.unwrap_or_else(|| panic!("no provider {name} in {data}"))["id"])
}

on_both! {
    telmetrics_assigns_numbers_as_its_document_shows,
    telmetrics_makes_pools_as_its_document_shows,
    callstats_counts_numbers_as_its_document_shows,
    telecomx_counts_calls_as_its_document_shows,
    apio_reports_on_call_centers_as_its_document_shows,
    one_query_spans_the_own_inventory_and_all_four,
}

async fn telmetrics_assigns_numbers_as_its_document_shows(database: Database) {
    let carriers = Carriers::with(database).await;
    let (group, provider) = (
        carriers.world.group(AGENCY).await,
        carriers.provider("telmetrics").await,
    );
    let examples = [
        (
            "number-1",
            json!({ "localToNumber": { "number": "+19056372046", "prefix": "289" } }),
            "+14165551234",
            ("+12898122093", "8660466", "GEOGRAPHIC"),
        ),
        (
            "number-2",
            json!({ "localToCity": { "city": "atlanta", "region": "ga", "prefix": "404" } }),
            "+14043993433",
            ("+14043411266", "8660467", "GEOGRAPHIC"),
        ),
        (
            "number-3",
            json!({ "tollFree": { "prefix": "833" } }),
            "+14043993433",
            ("+18332018273", "8660468", "TOLL_FREE"),
        ),
    ];
    for (at, (word, matching, route, (e164, external_id, number_type))) in examples.into_iter().enumerate() {
        let input = json!({ "input": {
            "clientReference": reference(word),
            "groupId": group,
            "provider": provider,
            // One name in our group is one number; the document's three requests stand for three customers.
            "name": format!("ABC Company{}", ["", " in Atlanta", " toll-free"][at]),
            "match": matching,
            "callRoute": { "basic": { "terminationNumber": route } },
        } });
        let data = carriers.admin().data(ASSIGN, input).await;
        let expected = json!({ "assignNumber": {
            "number": {
                "e164": e164, "externalId": external_id, "status": "ACTIVE", "type": number_type,
                "provider": { "name": "telmetrics" }, "group": { "name": AGENCY },
                "callRoute": { "terminationNumber": route },
            },
            "operation": { "state": "SUCCEEDED", "attempts": 1, "provider": { "name": "telmetrics" } },
            "userErrors": [],
        } });
        assert_eq!(data, expected);
    }
    carriers.upstreams.assert_nothing_unexpected();
}

async fn telmetrics_makes_pools_as_its_document_shows(database: Database) {
    let carriers = Carriers::with(database).await;
    let (group, provider) = (
        carriers.world.group(CAMPAIGNS).await,
        carriers.provider("telmetrics").await,
    );
    let examples = [
        (
            json!({ "geographic": { "country": "GB", "city": "Bristol" } }),
            "31849",
            [
                ("+441174090162", "9570553"),
                ("+441174090163", "9570554"),
                ("+441174090165", "9570555"),
            ],
        ),
        (
            json!({ "geographic": { "country": "GB", "areaCode": "024" } }),
            "31850",
            [
                ("+442477180193", "9570557"),
                ("+442477180194", "9570558"),
                ("+442477180209", "9570559"),
            ],
        ),
        (
            json!({ "tollFree": { "country": "GB" } }),
            "31851",
            [
                ("+448000885644", "9570560"),
                ("+448000885645", "9570561"),
                ("+448000885650", "9570562"),
            ],
        ),
        (
            json!({ "national": { "country": "GB" } }),
            "31852",
            [
                ("+443308180609", "9570563"),
                ("+443308180610", "9570564"),
                ("+443308180611", "9570565"),
            ],
        ),
    ];
    for (at, (matching, pool_id, numbers)) in examples.into_iter().enumerate() {
        let mut input = queries::pool(
            &format!("pool-{at}"),
            &group,
            &format!("ABC Company {at}"),
            matching,
        );
        input["input"]["provider"] = json!(provider);
        let mut data = carriers.admin().data(CREATE_POOL, input).await;
        let payload = data["createNumberPool"].take();
        assert_eq!(payload["userErrors"], json!([]));
        let pool = &payload["pool"];
        assert_eq!(pool["status"], "ACTIVE");
        assert_eq!(
            (&pool["quantity"], &pool["matchPeriodMinutes"]),
            (&json!(3), &json!(30))
        );
        assert_eq!(
            pool["replacement"],
            json!({
                "replaceAllNumbers": false,
                "numbersToReplace": ["01011231234", "4402078395555", "4409011231234"],
                "trackingSources": [
                    { "referrerDomain": "Any", "urlTriggers": ["gclid=*"], "trackOrganic": false }
                ],
            })
        );
        assert_eq!(pool["callRoute"]["terminationNumber"], "+441274792823");
        let mirrored = carriers.admin().data(POOL, json!({ "id": pool["id"] })).await;
        let numbers: Vec<Value> = numbers
            .into_iter()
            .map(|(e164, external_id)| {
                json!({
                    "e164": e164, "externalId": external_id, "status": "ACTIVE",
                    "provider": { "name": "telmetrics" },
                })
            })
            .collect();
        let expected = json!({ "pool": {
            "externalId": pool_id, "provider": { "name": "telmetrics" }, "numbers": { "nodes": numbers },
        } });
        assert_eq!(mirrored, expected);
    }
    carriers.upstreams.assert_nothing_unexpected();
}

const KPIS: &str = "query Kpis($source: ID, $filter: NumberKpiFilter) {
  numberKpis(source: $source, filter: $filter) {
    source { name }
    summary { numberCount customerCount }
    byStatus { status numberCount customerCount }
    byDealer { dealerCode numberCount customerCount }
    byType { category numberCount customerCount }
  }
}";

async fn callstats_counts_numbers_as_its_document_shows(database: Database) {
    let carriers = Carriers::with(database).await;
    let source = carriers.provider("callstats").await;
    let data = carriers.admin().data(KPIS, json!({ "source": source })).await;
    let count = |key: &str, value: &str, customers: u32, numbers: u32| json!({ key: value, "numberCount": numbers, "customerCount": customers });
    let expected = json!({ "numberKpis": {
        "source": { "name": "callstats" },
        "summary": { "numberCount": 5847, "customerCount": 2150 },
        "byStatus": [
            count("status", "ACTIVE", 2050, 5234),
            count("status", "SUSPENDED", 45, 85),
            count("status", "DROPPED", 0, 528),
        ],
        "byDealer": [
            count("dealerCode", "DEALER01", 750, 1850),
            count("dealerCode", "DEALER02", 500, 1250),
            count("dealerCode", "DIRECT", 900, 2747),
        ],
        "byType": [
            count("category", "GEOGRAPHIC", 1500, 3500),
            count("category", "NON_GEOGRAPHIC", 850, 1847),
            count("category", "MOBILE", 200, 500),
        ],
    } });
    assert_eq!(data, expected);

    // The document's filters reach the upstream as it writes them.
    let filters = [
        (json!({ "active": true }), "active=true"),
        (json!({ "excludeDropped": true }), "active=true"),
        (json!({ "dropped": true }), "dropped=true"),
        (json!({ "dealerCode": "DEALER01" }), "dealerCode=DEALER01"),
        (json!({ "dealerCode": "" }), "dealerCode="),
        (json!({ "numberType": "GEOGRAPHIC" }), "numberType=geographic"),
        (
            json!({ "numberType": "NON_GEOGRAPHIC", "active": true }),
            "active=true&numberType=non_geographic",
        ),
    ];
    for (filter, query) in filters {
        let data = carriers
            .admin()
            .data(KPIS, json!({ "source": source, "filter": filter }))
            .await;
        let kpis = &data["numberKpis"];
        let total = kpis["summary"]["numberCount"].as_i64().expect("a count");
        for breakdown in ["byStatus", "byDealer", "byType"] {
            let rows = kpis[breakdown].as_array().expect("rows");
            let sum: i64 = rows.iter().filter_map(|row| row["numberCount"].as_i64()).sum();
            assert_eq!(sum, total, "{filter}: {breakdown}");
        }
        let asked = carriers.upstreams.callstats.exchanges();
        assert!(
            asked
                .iter()
                .any(|exchange| exchange.target.ends_with(&format!("?{query}"))),
            "{filter} is asked for as {query}"
        );
    }
    carriers.upstreams.assert_nothing_unexpected();
}

const STATISTICS: &str = "query Statistics($filter: CallStatisticsFilter!) {
  callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: $filter) {
    totalCount
    interval
    caveats { field }
    nodes {
      employeeId employeeName extensionId extensionNumber
      intervals { key isoYear counts {
        outboundCalls outboundSeconds outboundAnswered outboundUnanswered outboundFailed
        inboundCalls inboundSeconds inboundAnswered inboundUnanswered inboundBusy
      } }
      total { outboundCalls outboundSeconds inboundCalls inboundSeconds }
    }
  }
}";

/// The counts of the document's example: outbound calls, seconds, answered, unanswered, failed, then inbound calls,
/// seconds, answered, unanswered, busy.
type Counts = [u32; 10];

async fn telecomx_counts_calls_as_its_document_shows(database: Database) {
    let carriers = Carriers::with(database).await;
    let filter = json!({
        "from": "2020-11-30T00:00:00+01:00", "to": "2020-12-20T23:59:59+01:00", "interval": "WEEK",
    });
    let data = carriers
        .admin()
        .data(STATISTICS, json!({ "filter": filter }))
        .await;
    let employee = |id: &str, name: &str, extension_id: &str, extension: &str, weeks: [(&str, Counts); 3]| {
        let sum = |at: usize| weeks.iter().map(|(_, counts)| counts[at]).sum::<u32>();
        let interval = |(key, counts): (&str, Counts)| {
            let [
                calls,
                seconds,
                answered,
                unanswered,
                failed,
                inbound,
                talk,
                taken,
                missed,
                busy,
            ] = counts;
            json!({ "key": key, "isoYear": 2020, "counts": {
                "outboundCalls": calls, "outboundSeconds": seconds, "outboundAnswered": answered,
                "outboundUnanswered": unanswered, "outboundFailed": failed,
                "inboundCalls": inbound, "inboundSeconds": talk, "inboundAnswered": taken,
                "inboundUnanswered": missed, "inboundBusy": busy,
            } })
        };
        json!({
            "employeeId": id, "employeeName": name, "extensionId": extension_id, "extensionNumber": extension,
            "intervals": weeks.map(interval),
            "total": {
                "outboundCalls": sum(0), "outboundSeconds": sum(1),
                "inboundCalls": sum(5), "inboundSeconds": sum(6),
            },
        })
    };
    let expected = json!({ "callStatistics": {
        "totalCount": 3,
        "interval": "WEEK",
        "caveats": [{ "field": "INBOUND_ANSWERED" }],
        "nodes": [
            employee("5450f1834b75ff21032563a1", "Bo Madsen", "5bf2b81b462b727cd09b05cd", "232", [
                ("49", [80, 14276, 66, 14, 0, 111, 27041, 0, 9, 0]),
                ("50", [106, 33521, 85, 21, 0, 159, 45536, 0, 3, 0]),
                ("51", [58, 13651, 39, 19, 0, 77, 11903, 0, 5, 0]),
            ]),
            employee("53da4c7552b2dbf05521c09b", "Benny Andersen", "5c5a97d983a3bc74d5891c51", "289", [
                ("49", [71, 8685, 63, 8, 1, 63, 9269, 0, 11, 1]),
                ("50", [114, 17523, 96, 18, 0, 83, 11317, 0, 20, 0]),
                ("51", [66, 14204, 60, 6, 0, 47, 5206, 0, 15, 5]),
            ]),
            employee("534bf567221eb20000136767", "Hans Hansen", "5c5aa35183a3bc74d5891cd1", "302", [
                ("49", [40, 9652, 36, 4, 0, 36, 9038, 0, 8, 3]),
                ("50", [73, 31671, 66, 7, 0, 91, 17661, 0, 22, 8]),
                ("51", [42, 13548, 31, 11, 0, 62, 7571, 0, 16, 5]),
            ]),
        ],
    } });
    assert_eq!(data, expected);

    the_example_request_is_sent_as_it_is_written(&carriers).await;
    files_pass_through(&carriers).await;
    carriers.upstreams.assert_nothing_unexpected();
}

const EXPORT: &str = "mutation Export($input: ExportCallStatisticsInput!) {
  exportCallStatistics(input: $input) { url fileName userErrors { code message path } }
}";

/// The document's query example, as an export since only a file has chosen fields.
async fn the_example_request_is_sent_as_it_is_written(carriers: &Carriers) {
    let customers = carriers
        .admin()
        .data("{ customers(first: 10) { nodes { id code } } }", json!({}))
        .await;
    let customers = customers["customers"]["nodes"]
        .as_array()
        .expect("a list")
        .clone();
    let customer = customers
        .iter()
        .find(|customer| customer["code"] == crate::upstreams::CUSTOMER);
    let input = json!({ "input": {
        "source": "MTpQcm92aWRlcjp0ZWxlY29teA",
        "filter": {
            "customerId": customer.expect("the customer is there")["id"],
            "employeeIds": ["12345678901234567890AAAA", "12345678901234567890BBBB"],
            "from": "2020-01-01T00:00:00.000Z",
            "to": "2020-01-31T00:00:00.000Z",
            "ignoreBelow": 10,
            "ignoreLocal": true,
            "direction": "BOTH",
            "interval": "DAY",
        },
        "fields": ["EMPLOYEE_NAME", "EXTENSION_NUMBER", "INBOUND_CALLS", "OUTBOUND_CALLS"],
        "orderBy": "EXTENSION_NUMBER",
        "format": "JSON",
    } });
    file(carriers, input).await;
    let exchanges = carriers.upstreams.telecomx.exchanges();
    let sent: Value = serde_json::from_slice(&exchanges.last().expect("it was asked").body).expect("JSON");
    let mut expected = json!({
        "customer": "12345678901234567890ABCD",
        "employees": ["12345678901234567890AAAA", "12345678901234567890BBBB"],
        "ignoreBelow": 10,
        "ignoreLocal": true,
        "direction": "BOTH",
        "groupingInterval": "DAY",
        "fields": ["employeeName", "extensionNumber", "inboundCalls", "outboundCalls"],
        "sort": "extensionNumber",
        "format": "JSON",
    });
    for time in ["from", "to"] {
        // The document writes the date and the time with a dash between, which is no way to write an instant.
        assert!(
            sent[time]
                .as_str()
                .is_some_and(|text| text.starts_with("2020-01-")),
            "{sent}"
        );
        expected[time] = sent[time].clone();
    }
    assert_eq!(sent, expected);
}

/// What the link of an export leads to: its media type and its bytes.
async fn file(carriers: &Carriers, input: Value) -> (String, Vec<u8>) {
    let data = carriers.admin().data(EXPORT, input).await;
    let payload = &data["exportCallStatistics"];
    assert_eq!(payload["userErrors"], json!([]));
    let path = crate::world::text(&payload["url"]);
    // A link needs no key: a browser follows it.
    let stranger = Client::new(&carriers.world.server, None);
    let answer = Client::send(stranger.request(reqwest::Method::GET, &path)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let media_type = answer.headers["content-type"].to_str().expect("ASCII").to_owned();
    (media_type, answer.bytes)
}

/// CSV and EXCEL come as the upstream made them.
async fn files_pass_through(carriers: &Carriers) {
    let input = |format: &str| {
        json!({ "input": {
            "source": "MTpQcm92aWRlcjp0ZWxlY29teA",
            "filter": {
                "from": "2020-11-30T00:00:00+01:00", "to": "2020-12-20T23:59:59+01:00", "interval": "WEEK",
            },
            "format": format,
        } })
    };
    let (media_type, csv) = file(carriers, input("CSV")).await;
    assert!(media_type.starts_with("text/csv"), "{media_type}");
    let csv = String::from_utf8(csv).expect("UTF-8");
    assert!(csv.contains("Bo Madsen") && csv.contains("14276"), "{csv}");
    let (media_type, workbook) = file(carriers, input("EXCEL")).await;
    assert!(media_type.contains("spreadsheetml"), "{media_type}");
    assert!(workbook.starts_with(b"PK"), "a workbook is a ZIP archive");
}

const CENTER: &str = "query Center($group: ID!, $name: String!) {
  callCenter(by: { name: { provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group, name: $name } }) {
    id name provider { name } group { name }
    reporting {
      generateDailyReport collectionPeriodMinutes reportingEmailAddress1 reportingEmailAddress2 statisticsSource
    }
  }
}";

const HAPPENED: &str = "query Happened($group: ID!, $name: String!, $range: StatisticsRange!) {
  callCenter(by: { name: { provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group, name: $name } }) {
    statistics(range: $range) {
      queue {
        busyOverflows callsAnswered callsAbandoned callsTransferred callsTimedout
        averageAgentsTalking averageAgentsStaffed averageWaitSeconds averageAbandonmentSeconds
      }
      agents {
        agentUserId lastName firstName available
        callsHandled callsUnanswered averageCallSeconds totalTalkSeconds totalStaffedSeconds
      }
    }
  }
}";

const REPORT: &str = "mutation Report($input: UpdateCallCenterReportingInput!) {
  updateCallCenterReporting(input: $input) {
    callCenter { reporting {
      generateDailyReport collectionPeriodMinutes reportingEmailAddress1 reportingEmailAddress2
    } }
    operation { kind state provider { name } }
    userErrors { code message path }
  }
}";

async fn apio_reports_on_call_centers_as_its_document_shows(database: Database) {
    let carriers = Carriers::with(database).await;
    let group = carriers.world.group(SUPPORT).await;
    let center = |name: &str| json!({ "group": group, "name": format!("{name}@sip.netaxis.be") });

    let data = carriers.admin().data(CENTER, center("APIOTestCCBasic")).await;
    let found = &data["callCenter"];
    assert_eq!(found["provider"]["name"], "apio");
    assert_eq!(found["group"]["name"], SUPPORT);
    let reporting = json!({
        "generateDailyReport": false, "collectionPeriodMinutes": 30,
        "reportingEmailAddress1": null, "reportingEmailAddress2": null, "statisticsSource": null,
    });
    assert_eq!(found["reporting"], reporting);

    let data = carriers.admin().data(CENTER, center("APIOTestCCPremium")).await;
    let premium = &data["callCenter"]["id"];
    let changes = [
        (
            json!({
                "generateDailyReport": false, "collectionPeriodMinutes": 30,
                "reportingEmailAddress1": "apio_test_1@netaxis.be",
                "reportingEmailAddress2": "apio_test_2@netaxis.be",
            }),
            json!(["apio_test_1@netaxis.be", "apio_test_2@netaxis.be"]),
        ),
        // An empty text deletes an address, and what is left out stays.
        (
            json!({ "reportingEmailAddress1": "" }),
            json!([null, "apio_test_2@netaxis.be"]),
        ),
    ];
    for (at, (change, addresses)) in changes.into_iter().enumerate() {
        let mut input = change;
        input["clientReference"] = json!(reference(&format!("report-{at}")));
        input["callCenterId"] = premium.clone();
        let data = carriers.admin().data(REPORT, json!({ "input": input })).await;
        let payload = &data["updateCallCenterReporting"];
        assert_eq!(payload["userErrors"], json!([]));
        assert_eq!(payload["operation"]["state"], "SUCCEEDED");
        assert_eq!(payload["operation"]["provider"]["name"], "apio");
        let reporting = &payload["callCenter"]["reporting"];
        assert_eq!(reporting["generateDailyReport"], false);
        assert_eq!(reporting["collectionPeriodMinutes"], 30);
        assert_eq!(
            json!([
                reporting["reportingEmailAddress1"],
                reporting["reportingEmailAddress2"]
            ]),
            addresses
        );
    }

    the_documents_range_is_quiet(&carriers, center("APIOTestCallCenterP")).await;
    wrong_ranges_are_told_in_the_documents_words(&carriers, center("APIOTestCallCenterP")).await;
    carriers.upstreams.assert_nothing_unexpected();
}

async fn the_documents_range_is_quiet(carriers: &Carriers, mut variables: Value) {
    variables["range"] = json!({ "start": "2021-01-01T00:00:00+01:00", "end": "2021-03-01T00:00:00+01:00" });
    let data = carriers.admin().data(HAPPENED, variables).await;
    let agent = |number: u32| {
        json!({
            "agentUserId": format!("ApioUserTest{number}@sip.netaxis.be"),
            "lastName": format!("Test{number}"), "firstName": format!("Test{number}"), "available": true,
            "callsHandled": 0, "callsUnanswered": 0, "averageCallSeconds": 0.0,
            "totalTalkSeconds": 0, "totalStaffedSeconds": 0,
        })
    };
    let expected = json!({
        "queue": {
            "busyOverflows": 0, "callsAnswered": 0, "callsAbandoned": 0, "callsTransferred": 0,
            "callsTimedout": 0, "averageAgentsTalking": 0.0, "averageAgentsStaffed": 0.0,
            "averageWaitSeconds": 0.0, "averageAbandonmentSeconds": 0.0,
        },
        "agents": [agent(1), agent(2)],
    });
    assert_eq!(data["callCenter"]["statistics"], expected);
}

async fn wrong_ranges_are_told_in_the_documents_words(carriers: &Carriers, mut variables: Value) {
    let wrong = [
        (
            "yesterday",
            "2021-03-01T00:00:00+01:00",
            "The format of start date or end date is invalid.",
        ),
        (
            "2021-01-01T00:00:00+01:00",
            "2999-01-01T00:00:00+01:00",
            "in the future",
        ),
        (
            "2021-03-01T00:00:00+01:00",
            "2021-01-01T00:00:00+01:00",
            "earlier than start",
        ),
    ];
    for (start, end, words) in wrong {
        variables["range"] = json!({ "start": start, "end": end });
        let answer = carriers.admin().ask(HAPPENED, variables.clone()).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
        let message = crate::world::text(&answer.json()["errors"][0]["message"]);
        assert!(message.contains(words), "{message}");
    }
}

async fn one_query_spans_the_own_inventory_and_all_four(database: Database) {
    let carriers = Carriers::with(database).await;
    let query = r#"query Everything($callstats: ID!, $group: ID!) {
      numbers(first: 3) { totalCount nodes { e164 provider { name } } }
      own: numberKpis { summary { numberCount } }
      theirs: numberKpis(source: $callstats) { summary { numberCount } }
      callStatistics(source: "MTpQcm92aWRlcjp0ZWxlY29teA", filter: {
        from: "2020-11-30T00:00:00+01:00", to: "2020-12-20T23:59:59+01:00", interval: WEEK
      }) { totalCount }
      callCenters(filter: { provider: "MTpQcm92aWRlcjphcGlv", groupId: $group }) { nodes { name } }
      providers { name health { state } }
    }"#;
    let variables = json!({
        "callstats": carriers.provider("callstats").await,
        "group": carriers.world.group(SUPPORT).await,
    });
    let data = carriers.admin().data(query, variables).await;
    assert_eq!(data["numbers"]["totalCount"], 3);
    assert_eq!(data["own"]["summary"]["numberCount"], 3);
    assert_eq!(data["theirs"]["summary"]["numberCount"], 5847);
    assert_eq!(data["callStatistics"]["totalCount"], 3);
    let centers = data["callCenters"]["nodes"].as_array().expect("a list");
    assert_eq!(centers.len(), 3);
    let states: Vec<_> = data["providers"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|provider| {
            (
                crate::world::text(&provider["name"]),
                crate::world::text(&provider["health"]["state"]),
            )
        })
        .collect();
    let expected = [
        ("inventory", "UP"),
        // Nothing in its document can be asked without ordering something.
        ("telmetrics", "UNKNOWN"),
        ("callstats", "UP"),
        ("telecomx", "UP"),
        ("apio", "UP"),
    ];
    assert_eq!(
        states,
        expected.map(|(name, state)| (name.to_owned(), state.to_owned()))
    );
    carriers.upstreams.assert_nothing_unexpected();
}
