//! Employees of the demo's companies: names put together from common ones.

use fastrand::Rng;
use jiff::Timestamp;
use service::EmployeeRow;

use super::companies::Company;

const FIRST_NAMES: [&str; 32] = [
    "Alex", "Amara", "Anna", "Ben", "Carla", "Chloe", "Daniel", "David", "Elena", "Emma", "Farid", "Grace",
    "Hannah", "Ivan", "James", "Jonas", "Julia", "Karim", "Laura", "Leo", "Maria", "Mei", "Nadia", "Noah",
    "Olivia", "Oscar", "Priya", "Rosa", "Sam", "Sofia", "Tom", "Yuki",
];
const LAST_NAMES: [&str; 32] = [
    "Adams", "Baker", "Bell", "Brown", "Carter", "Clark", "Cooper", "Cruz", "Diaz", "Evans", "Fisher",
    "Garcia", "Green", "Hall", "Harris", "Hill", "Hughes", "Khan", "King", "Lee", "Lopez", "Martin",
    "Miller", "Moore", "Nguyen", "Patel", "Reed", "Silva", "Smith", "Walker", "Wood", "Young",
];
/// The first extension of every company.
const FIRST_EXTENSION: usize = 100;
/// Since when everybody has the extension: 2020-01-01, before any call of the demo.
const HIRED: Timestamp = Timestamp::constant(1_577_836_800, 0);

/// Two to six people a company, each with an extension.
pub(super) fn rows(companies: &[Company], random: &mut Rng) -> Vec<EmployeeRow> {
    let mut rows = Vec::new();
    for company in companies {
        let mut last_names = LAST_NAMES;
        random.shuffle(&mut last_names);
        // No two people of a company share a last name, so that their addresses differ.
        for (index, last) in last_names.iter().take(random.usize(2..=6)).enumerate() {
            let first = FIRST_NAMES[random.usize(..FIRST_NAMES.len())];
            let address = format!("{first}.{last}@{}.example", company.code).to_lowercase();
            rows.push(EmployeeRow {
                customer: company.code.clone(),
                group: random.choice(&company.groups).map(|group| (*group).to_owned()),
                name: format!("{first} {last}"),
                email: Some(address),
                extension: Some((FIRST_EXTENSION + index).to_string()),
                extension_since: Some(HIRED),
            });
        }
    }
    rows
}
