//! What a key sees and may do: other tenants' things look as if they weren't there.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    client::Client,
    database::Database,
    queries::{ASSIGN, CREATE_POOL, GROUPS, NUMBERS, RENAME, any_toll_free, assignment, pool},
    stock::Stock,
    world::{World, count, text},
};

crate::on_both! {
    what_another_customer_has_looks_absent,
    another_customers_things_cannot_be_changed,
    lists_and_counts_end_at_the_scope,
    a_viewer_changes_nothing,
    a_kpi_key_reads_no_numbers,
}

/// The id of a row, as the API writes it. A client that keeps to the documentation has no use for this; one that
/// guesses has.
pub(crate) fn id_of(kind: &str, row: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("1:{kind}:{row}"))
}

/// Two customers, each with a group, a number, a pool and an operation.
struct Tenants {
    world: World,
    own: Client,
    own_group: String,
    foreign_group: String,
    foreign_number: String,
    foreign_pool: String,
    foreign_operation: String,
}

const FOREIGN: &str = "+18332029002";

async fn tenants(database: Database) -> Tenants {
    let stock = Stock::default()
        .toll_free(20)
        .owned("+18332029001", "ACME", "Marketing", "Main line")
        .owned(FOREIGN, "GLOBEX", "Research", "Main line");
    let world = World::with(database, stock).await;
    let (own_group, foreign_group) = (world.group("Marketing").await, world.group("Research").await);
    for group in [&own_group, &foreign_group] {
        let order = pool(&format!("pool-{group}"), group, "Pool", json!({ "tollFree": {} }));
        let made = world.admin.data(CREATE_POOL, order).await;
        assert_eq!(made["createNumberPool"]["userErrors"], json!([]));
    }
    let foreign = world.client("owner", Some("GLOBEX")).await;
    let data = foreign
        .data(
            "query($e164: PhoneNumber!) {
               number(by: { e164: $e164 }) { id }
               pools { nodes { id } }
               operations { nodes { id } }
             }",
            json!({ "e164": FOREIGN }),
        )
        .await;
    Tenants {
        own: world.client("owner", Some("ACME")).await,
        own_group,
        foreign_group,
        foreign_number: text(&data["number"]["id"]),
        foreign_pool: text(&data["pools"]["nodes"][0]["id"]),
        foreign_operation: text(&data["operations"]["nodes"][0]["id"]),
        world,
    }
}

impl Tenants {
    /// Things of the other customer, each with one of its kind that nobody has.
    fn foreign(&self) -> [(&'static str, &str, String); 4] {
        [
            ("number", &self.foreign_number, id_of("Number", 999_999)),
            ("pool", &self.foreign_pool, id_of("NumberPool", 999_999)),
            ("operation", &self.foreign_operation, id_of("Operation", 999_999)),
            ("group", &self.foreign_group, id_of("Group", 999_999)),
        ]
    }
}

async fn what_another_customer_has_looks_absent(database: Database) {
    let tenants = tenants(database).await;
    for (kind, foreign, absent) in tenants.foreign() {
        let field = match kind {
            "number" => "number(by: { id: $id })".to_owned(),
            field => format!("{field}(id: $id)"),
        };
        for query in [
            format!("query($id: ID!) {{ {field} {{ id }} }}"),
            "query($id: ID!) { node(id: $id) { __typename id } }".to_owned(),
            "query($id: ID!) { nodes(ids: [$id]) { __typename id } }".to_owned(),
        ] {
            let there = tenants.own.ask(&query, json!({ "id": foreign })).await;
            let nowhere = tenants.own.ask(&query, json!({ "id": absent })).await;
            assert_eq!(there.bytes, nowhere.bytes, "{query}: {}", there.text());
            assert_eq!(there.status, nowhere.status);
            let seen = tenants.world.admin.ask(&query, json!({ "id": foreign })).await;
            assert!(seen.text().contains(foreign), "the id is right: {}", seen.text());
        }
    }
    let by_number = "query($e164: PhoneNumber!) { number(by: { e164: $e164 }) { id } }";
    let there = tenants.own.ask(by_number, json!({ "e164": FOREIGN })).await;
    let nowhere = tenants
        .own
        .ask(by_number, json!({ "e164": "+18332029009" }))
        .await;
    assert_eq!(there.bytes, nowhere.bytes, "{}", there.text());
}

async fn another_customers_things_cannot_be_changed(database: Database) {
    let tenants = tenants(database).await;
    let numbers = |id: &str| {
        let id = json!(id);
        [
            (RENAME, json!({ "input": { "numberId": id, "name": "Mine" } })),
            (
                "mutation($input: ReleaseNumberInput!) { releaseNumber(input: $input) { userErrors { code message path } } }",
                json!({ "input": { "numberId": id } }),
            ),
            (
                "mutation($input: SuspendNumberInput!) { suspendNumber(input: $input) { userErrors { code message path } } }",
                json!({ "input": { "numberId": id } }),
            ),
        ]
    };
    let absent = id_of("Number", 999_999);
    let pairs = numbers(&tenants.foreign_number).into_iter().zip(numbers(&absent));
    for ((mutation, there), (_, nowhere)) in pairs {
        refused_alike(
            &tenants.own,
            mutation,
            (there, &tenants.foreign_number),
            (nowhere, &absent),
        )
        .await;
    }
    let retire = "mutation($input: RetireNumberPoolInput!) { retireNumberPool(input: $input) { userErrors { code message path } } }";
    let pool_absent = id_of("NumberPool", 999_999);
    refused_alike(
        &tenants.own,
        retire,
        (
            json!({ "input": { "poolId": tenants.foreign_pool } }),
            &tenants.foreign_pool,
        ),
        (json!({ "input": { "poolId": pool_absent } }), &pool_absent),
    )
    .await;
    let group_absent = id_of("Group", 999_999);
    refused_alike(
        &tenants.own,
        ASSIGN,
        (
            assignment("theirs", &tenants.foreign_group, "Mine", any_toll_free()),
            &tenants.foreign_group,
        ),
        (
            assignment("theirs", &group_absent, "Mine", any_toll_free()),
            &group_absent,
        ),
    )
    .await;
    let exact = assignment("exact", &tenants.own_group, "Mine", json!({ "exact": FOREIGN }));
    let answer = tenants.own.data(ASSIGN, exact).await;
    assert_eq!(
        answer["assignNumber"]["number"],
        Value::Null,
        "a number that somebody has is not given away"
    );
    let number = tenants
        .world
        .admin
        .all(NUMBERS, "numbers", json!({ "filter": { "e164Prefix": FOREIGN } }))
        .await;
    assert_eq!(
        (&number[0]["status"], &number[0]["name"]),
        (&json!("ACTIVE"), &json!("Main line"))
    );
}

/// Both are refused, in the same words but for the id.
async fn refused_alike(client: &Client, mutation: &str, there: (Value, &str), nowhere: (Value, &str)) {
    let (input, foreign) = there;
    let there = client.ask(mutation, input).await.text().replace(foreign, "ID");
    let (input, absent) = nowhere;
    let nowhere = client.ask(mutation, input).await.text().replace(absent, "ID");
    assert_eq!(there, nowhere);
    assert!(there.contains("\"userErrors\":[{"), "{there}");
}

async fn lists_and_counts_end_at_the_scope(database: Database) {
    let tenants = tenants(database).await;
    let own = &tenants.own;
    let numbers = own.all(NUMBERS, "numbers", json!({})).await;
    assert_eq!(numbers.len(), 4, "one number and a pool of three: {numbers:?}");
    assert!(
        numbers
            .iter()
            .all(|number| number["group"]["id"] == tenants.own_group),
        "{numbers:?}"
    );
    assert_eq!(count(own, &["ACTIVE"]).await, 4);
    assert_eq!(count(own, &["AVAILABLE"]).await, 0, "stock is the platform's");
    let filter = json!({ "filter": { "groupId": tenants.foreign_group } });
    assert_eq!(own.all(NUMBERS, "numbers", filter).await, Vec::<Value>::new());
    assert_eq!(own.all(GROUPS, "groups", json!({})).await.len(), 1);
    let rest = own
        .data(
            "{ pools { totalCount } operations { totalCount } customers { totalCount } }",
            json!({}),
        )
        .await;
    for list in ["pools", "operations", "customers"] {
        assert_eq!(rest[list]["totalCount"], 1, "{list}");
    }
}

async fn a_viewer_changes_nothing(database: Database) {
    let tenants = tenants(database).await;
    let viewer = tenants.world.client("viewer", Some("ACME")).await;
    let main_line = json!({ "filter": { "nameContains": "Main line" } });
    let own_number = viewer.all(NUMBERS, "numbers", main_line).await[0]["id"].clone();
    for (mutation, variables) in [
        (
            ASSIGN,
            assignment("viewer", &tenants.own_group, "Viewer", any_toll_free()),
        ),
        (
            RENAME,
            json!({ "input": { "numberId": own_number, "name": "Viewer" } }),
        ),
        (
            CREATE_POOL,
            pool("viewer", &tenants.own_group, "Viewer", json!({ "tollFree": {} })),
        ),
    ] {
        let answer = viewer.ask(mutation, variables).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.text());
    }
    let manager = tenants.world.client("manage", Some("ACME")).await;
    let renamed = manager
        .data(
            RENAME,
            json!({ "input": { "numberId": own_number, "name": "Manager" } }),
        )
        .await;
    assert_eq!(renamed["updateNumber"]["number"]["name"], "Manager", "{renamed}");
}

async fn a_kpi_key_reads_no_numbers(database: Database) {
    let tenants = tenants(database).await;
    let kpi = tenants.world.client("kpi", None).await;
    assert_eq!(
        kpi.data("{ viewer { level } }", json!({})).await["viewer"]["level"],
        "KPI"
    );
    for query in [
        "{ numbers { totalCount nodes { e164 } } }",
        "{ number(by: { e164: \"+18332029001\" }) { e164 } }",
        "{ pools { nodes { id } } }",
        "{ operations { nodes { id } } }",
        "{ groups { nodes { id numbers { nodes { e164 } } } } }",
        "{ availableNumbers(match: { tollFree: {} }) { numbers { e164 } } }",
    ] {
        let answer = kpi.ask(query, json!({})).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{query}: {}", answer.text());
        assert!(!answer.text().contains("+1833"), "{}", answer.text());
    }
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let answer = kpi.ask(node, json!({ "id": tenants.foreign_number })).await;
    assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.text());
}
