//! Operations that several scenarios use, and their inputs.

use serde_json::{Value, json};

/// Assigns a number.
pub(crate) const ASSIGN: &str = "mutation Assign($input: AssignNumberInput!) {
  assignNumber(input: $input) {
    number { id e164 status name type locality group { id name } callRoute { ... on BasicCallRoute { terminationNumber } } }
    operation { id state clientReference number { e164 } problem { code } }
    userErrors { code message path }
  }
}";

/// Creates a pool.
pub(crate) const CREATE_POOL: &str = "mutation Pool($input: CreateNumberPoolInput!) {
  createNumberPool(input: $input) {
    pool {
      id name status quantity matchPeriodMinutes
      match { kind country city areaCode }
      numbers(first: 10) { totalCount nodes { e164 type country } }
      replacement { replaceAllNumbers numbersToReplace trackingSources { referrerDomain urlTriggers trackOrganic } }
      callRoute { ... on BasicCallRoute { terminationNumber } }
    }
    operation { id state }
    userErrors { code message path }
  }
}";

/// An operation by id.
pub(crate) const OPERATION: &str = "query Operation($id: ID!) {
  operation(id: $id) { state number { e164 } problem { code message path } }
}";

/// Every number with its owner.
pub(crate) const NUMBERS: &str = "query Numbers($first: Int, $after: String, $filter: NumberFilter) {
  numbers(first: $first, after: $after, filter: $filter) {
    pageInfo { hasNextPage endCursor }
    nodes { id e164 status name tags group { id } customer { id } pool { id } callRoute { ... on BasicCallRoute { terminationNumber } } }
  }
}";

/// How many numbers are in a status.
pub(crate) const COUNT: &str = "query Count($status: [NumberStatus!]) {
  numbers(first: 0, filter: { status: $status }) { totalCount }
}";

/// Renames a number.
pub(crate) const RENAME: &str = "mutation Rename($input: UpdateNumberInput!) {
  updateNumber(input: $input) { number { id name } userErrors { code message path } }
}";

/// The groups, by name.
pub(crate) const GROUPS: &str = "query Groups($first: Int, $after: String) {
  groups(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id name }
  }
}";

/// A client reference from a short word.
pub(crate) fn reference(word: &str) -> String {
    format!("end-to-end-{word:0>8}")
}

/// What an `assignNumber` needs.
pub(crate) fn assignment(word: &str, group: &str, name: &str, matching: Value) -> Value {
    json!({ "input": {
        "clientReference": reference(word),
        "groupId": group,
        "name": name,
        "match": matching,
        "callRoute": { "basic": { "terminationNumber": "+14165551234" } },
    } })
}

/// Any toll-free number.
pub(crate) fn any_toll_free() -> Value {
    json!({ "tollFree": { "prefix": "833" } })
}

/// What a `createNumberPool` needs; the rest is as in the documents' examples.
pub(crate) fn pool(word: &str, group: &str, name: &str, matching: Value) -> Value {
    json!({ "input": {
        "clientReference": reference(word),
        "groupId": group,
        "name": name,
        "matchPeriodMinutes": 30,
        "quantity": 3,
        "match": matching,
        "replacement": {
            "numbersToReplace": ["01011231234", "4402078395555", "4409011231234"],
            "trackingSources": [{ "referrerDomain": "Any", "urlTriggers": ["gclid=*"] }],
        },
        "callRoute": { "basic": { "terminationNumber": "+441274792823" } },
    } })
}
