//! The examples of the documents `telmetrics-number-assignment` and `telmetrics-number-pools`.

use serde_json::{Value, json};

use crate::{
    database::Database,
    queries::{ASSIGN, CREATE_POOL, assignment, pool},
    stock::Stock,
    world::{World, text},
};

crate::on_both! {
    the_documents_numbers_are_assigned,
    the_documents_pools_are_created,
}

/// The numbers that the documents' answers have, among others that answer to none of the requests.
fn stock() -> Stock {
    Stock::default()
        // Burlington and its neighborhood; the first has the right place and not the prefix.
        .all_free(["+19056370001", "+12898122093", "+14165550100", "+12505550100"])
        // Atlanta; the first has the right place and not the prefix.
        .all_free(["+16782030001", "+14043411266", "+19122330001"])
        .all_free(["+18442330001", "+18332018273"])
        // Bristol, Coventry, London.
        .all_free(["+441174090162", "+441174090163", "+441174090165"])
        .all_free(["+442477180193", "+442477180194", "+442477180209"])
        .all_free(["+442078395555", "+442078395556", "+442078395557"])
        .all_free(["+448000885644", "+448000885645", "+448000885650"])
        .all_free(["+443308180609", "+443308180610", "+443308180611"])
        .owned("+18332029999", "ABC", "Campaigns", "Main line")
}

async fn the_documents_numbers_are_assigned(database: Database) {
    let world = World::with(database, stock()).await;
    let group = world.group("Campaigns").await;
    let examples = [
        (
            json!({ "localToNumber": { "number": "+19056372046", "prefix": "289" } }),
            "+14165551234",
            "+12898122093",
            "GEOGRAPHIC",
        ),
        (
            json!({ "localToCity": { "city": "atlanta", "region": "ga", "prefix": "404" } }),
            "+14043993433",
            "+14043411266",
            "GEOGRAPHIC",
        ),
        (
            json!({ "tollFree": { "prefix": "833" } }),
            "+14043993433",
            "+18332018273",
            "TOLL_FREE",
        ),
    ];
    for (index, (matching, termination, number, kind)) in examples.into_iter().enumerate() {
        let name = format!("ABC Company {index}");
        let mut order = assignment(&name, &group, &name, matching);
        order["input"]["callRoute"]["basic"]["terminationNumber"] = json!(termination);
        let data = world.admin.data(ASSIGN, order).await;
        let payload = &data["assignNumber"];
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        assert_eq!(payload["operation"]["state"], "SUCCEEDED");
        let given = &payload["number"];
        assert_eq!(given["e164"], number);
        assert_eq!(given["type"], kind);
        assert_eq!(given["status"], "ACTIVE");
        assert_eq!(given["name"], name);
        assert_eq!(given["group"]["id"], group);
        assert_eq!(given["callRoute"]["terminationNumber"], termination);
    }
}

async fn the_documents_pools_are_created(database: Database) {
    let world = World::with(database, stock()).await;
    let group = world.group("Campaigns").await;
    let examples = [
        (
            json!({ "geographic": { "country": "GB", "city": "Bristol" } }),
            "CITY",
            "+44117409",
            "GEOGRAPHIC",
        ),
        (
            json!({ "geographic": { "country": "GB", "areaCode": "024" } }),
            "AREA_CODE",
            "+442477180",
            "GEOGRAPHIC",
        ),
        (
            json!({ "tollFree": { "country": "GB" } }),
            "TOLL_FREE",
            "+448000885",
            "TOLL_FREE",
        ),
        (
            json!({ "national": { "country": "GB" } }),
            "NATIONAL",
            "+443308180",
            "NATIONAL",
        ),
    ];
    for (index, (matching, kind, prefix, number_type)) in examples.into_iter().enumerate() {
        let name = format!("ABC Company 12{index}");
        let order = pool(&name, &group, &name, matching);
        let data = world.admin.data(CREATE_POOL, order.clone()).await;
        let payload = &data["createNumberPool"];
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        assert_eq!(payload["operation"]["state"], "SUCCEEDED");
        let pool = &payload["pool"];
        assert_eq!(pool["name"], name);
        assert_eq!(pool["status"], "ACTIVE");
        assert_eq!(pool["matchPeriodMinutes"], 30);
        assert_eq!(pool["quantity"], 3);
        assert_eq!(pool["match"]["kind"], kind);
        assert_eq!(pool["callRoute"]["terminationNumber"], "+441274792823");
        as_sent(&pool["replacement"], &order["input"]["replacement"]);
        assert_eq!(pool["numbers"]["totalCount"], 3);
        for number in pool["numbers"]["nodes"].as_array().expect("numbers") {
            assert!(text(&number["e164"]).starts_with(prefix), "{number}");
            assert_eq!(number["type"], number_type);
            assert_eq!(number["country"], "GB");
        }
    }
}

/// The documents' answers: as sent, with what was left out as false.
fn as_sent(given: &Value, sent: &Value) {
    assert_eq!(given["numbersToReplace"], sent["numbersToReplace"]);
    assert_eq!(given["replaceAllNumbers"], false);
    let sources = json!([{ "referrerDomain": "Any", "urlTriggers": ["gclid=*"], "trackOrganic": false }]);
    assert_eq!(given["trackingSources"], sources);
}
