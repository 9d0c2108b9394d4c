//! What must hold whenever nothing is running.

use std::collections::{BTreeMap, BTreeSet};

use service::Database;
use store::sql::Sql;

/// Statements that must find nothing, each with what it means when it does.
const NOTHING: &[(&str, &str)] = &[
    (
        "a number in service without exactly one owner",
        "SELECT n.e164 FROM numbers n WHERE n.status IN ('ACTIVE', 'SUSPENDED', 'PORTING_OUT') AND (n.group_id IS \
         NULL OR (SELECT COUNT(*) FROM assignments a WHERE a.number_id = n.id AND a.released_at IS NULL AND \
         a.group_id = n.group_id) <> 1)",
    ),
    (
        "an owner of a number that is not in service",
        "SELECT n.e164 FROM numbers n JOIN assignments a ON a.number_id = n.id AND a.released_at IS NULL WHERE \
         n.status NOT IN ('ACTIVE', 'SUSPENDED', 'PORTING_OUT')",
    ),
    (
        "a number claimed for ever",
        "SELECT n.e164 FROM numbers n WHERE n.status = 'PENDING' AND NOT EXISTS (SELECT 1 FROM operations o WHERE \
         o.token = n.order_token AND o.finished_at IS NULL)",
    ),
    (
        "an owner's mark on stock",
        "SELECT e164 FROM numbers WHERE status = 'AVAILABLE' AND (name IS NOT NULL OR group_id IS NOT NULL OR \
         customer_id IS NOT NULL OR pool_id IS NOT NULL OR order_token IS NOT NULL OR termination_number IS NOT \
         NULL OR hold_until IS NOT NULL OR quarantine_until IS NOT NULL)",
    ),
    (
        "a carrier's number in our stock",
        "SELECT e164 FROM numbers WHERE status IN ('AVAILABLE', 'HELD') AND provider <> 'inventory'",
    ),
    (
        "an order that succeeded without a number of its own",
        "SELECT o.token FROM operations o WHERE o.kind = 'ASSIGN_NUMBER' AND o.state = 'SUCCEEDED' AND (o.number_id \
         IS NULL OR (SELECT COUNT(*) FROM assignments a WHERE a.operation_id = o.id AND a.number_id = \
         o.number_id) <> 1)",
    ),
    (
        "a number assigned by an order that did not succeed",
        "SELECT o.token FROM operations o JOIN assignments a ON a.operation_id = o.id WHERE o.state NOT IN \
         ('SUCCEEDED', 'PARTIAL')",
    ),
    (
        "a number assigned twice by the same order",
        "SELECT MIN(n.e164) FROM assignments a JOIN numbers n ON n.id = a.number_id WHERE a.operation_id IS NOT NULL \
         GROUP BY a.operation_id, a.number_id HAVING COUNT(*) > 1",
    ),
    (
        "a number whose pool does not know it",
        "SELECT n.e164 FROM numbers n LEFT JOIN pool_members m ON m.number_id = n.id AND m.removed_at IS NULL WHERE \
         COALESCE(n.pool_id, -1) <> COALESCE(m.pool_id, -1)",
    ),
    (
        "a number in a retired pool",
        "SELECT n.e164 FROM numbers n JOIN pools p ON p.id = n.pool_id WHERE p.status = 'RETIRED'",
    ),
    (
        "a held number without its hold, or a hold without its number",
        "SELECT n.e164 FROM numbers n LEFT JOIN holds h ON h.number_id = n.id AND h.ended_at IS NULL WHERE \
         (n.status = 'HELD') <> (h.id IS NOT NULL)",
    ),
    (
        "an operation that ended without an end",
        "SELECT token FROM operations WHERE (finished_at IS NOT NULL) <> (state IN ('SUCCEEDED', 'PARTIAL', \
         'REFUSED', 'NEEDS_REVIEW'))",
    ),
];

/// Everything that is broken in a database where nothing is running.
pub(crate) async fn violations(db: &Database) -> Vec<String> {
    let mut broken = Vec::new();
    for (meaning, statement) in NOTHING {
        for row in Sql::new(*statement).all(db.reader()).await.unwrap() {
            let what: String = row.try_get_by_index(0).unwrap();
            broken.push(format!("{meaning}: {what}"));
        }
    }
    broken.extend(untold_changes(db).await);
    broken
}

/// Numbers whose history does not end where they are.
async fn untold_changes(db: &Database) -> Vec<String> {
    let events = Sql::new("SELECT number_id, after FROM number_events ORDER BY id");
    let mut told = BTreeMap::new();
    for row in events.all(db.reader()).await.unwrap() {
        let (id, after): (i64, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        let after: serde_json::Value = serde_json::from_str(&after).unwrap();
        if let Some(status) = after["status"].as_str() {
            told.insert(id, status.to_owned());
        }
    }
    let rows = Sql::new("SELECT id, e164, status FROM numbers");
    let mut broken = Vec::new();
    for row in rows.all(db.reader()).await.unwrap() {
        let (id, e164): (i64, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        let status: String = row.try_get_by_index(2).unwrap();
        if told.get(&id) != Some(&status) {
            broken.push(format!(
                "{e164} is {status}, its history says {:?}",
                told.get(&id)
            ));
        }
    }
    broken
}

pub(crate) async fn hold(db: &Database) {
    assert_eq!(violations(db).await, Vec::<String>::new());
}

/// What is broken about an inventory that was handed out, by the answers that the clients got: each number is
/// given once, and to the one who was told so.
pub(crate) async fn ledger(db: &Database, given: &[(String, String)]) -> Vec<String> {
    let mut broken = violations(db).await;
    let mut told = BTreeSet::new();
    for (number, _) in given {
        if !told.insert(number) {
            broken.push(format!("{number} was given twice"));
        }
    }
    let answers: BTreeMap<_, _> = given.iter().map(|(number, name)| (name, number)).collect();
    let rows = Sql::new("SELECT e164, name FROM numbers WHERE status = 'ACTIVE'");
    let mut owned = BTreeSet::new();
    for row in rows.all(db.reader()).await.unwrap() {
        let (number, name): (String, String) =
            (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        if answers.get(&name) != Some(&&number) {
            broken.push(format!("{number} belongs to {name}, who was not told so"));
        }
        owned.insert(name);
    }
    for (number, name) in given {
        if !owned.contains(name) {
            broken.push(format!("{name} was given {number} and does not have it"));
        }
    }
    broken
}
