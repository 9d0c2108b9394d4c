//! The demo's numbers as rows of an import: most of them somebody's, some in pools, the rest stock.

use std::collections::HashMap;

use fastrand::Rng;
use provider_core::domain::{PoolMatch, ReplacementInput, TrackingSourceInput};
use serde_json::json;
use service::ImportRow;

use super::{
    companies::Company,
    ranges::{self, Range},
};

/// Of a hundred numbers, how many are in service, suspended, and released; the rest is stock.
const IN_SERVICE: u32 = 57;
const SUSPENDED: u32 = 3;
const DROPPED: u32 = 5;

/// What numbers are for.
const PURPOSES: [&str; 16] = [
    "Main line",
    "Reception",
    "Sales",
    "Support",
    "Bookings",
    "Billing",
    "After hours",
    "Recruiting",
    "Spring campaign",
    "Summer sale",
    "Radio spot",
    "Billboard",
    "Newspaper ad",
    "Flyer",
    "Van fleet",
    "Website",
];
const TAGS: [&str; 6] = ["campaign", "print", "web", "radio", "outdoor", "vip"];
const POOL_NAMES: [&str; 6] = [
    "Paid search",
    "Website visitors",
    "Winter tires landing page",
    "Partner sites",
    "Newsletter",
    "Social ads",
];

/// All rows; `line` counts them.
pub(super) fn rows(companies: &[Company], random: &mut Rng) -> Vec<ImportRow> {
    let mut maker = Maker {
        companies,
        random,
        names: HashMap::new(),
        pools: 0,
        rows: Vec::new(),
    };
    for range in ranges::all() {
        maker.range(&range);
    }
    maker.rows
}

struct Maker<'a> {
    companies: &'a [Company],
    random: &'a mut Rng,
    /// How often a group has used a name.
    names: HashMap<(String, &'static str, &'static str), u32>,
    pools: usize,
    rows: Vec<ImportRow>,
}

impl Maker<'_> {
    fn range(&mut self, range: &Range) {
        let mut numbers = range.numbers();
        if range.count >= 80
            && let Some(matching) = range.pool_match()
        {
            let members = numbers.by_ref().take(4 + self.random.usize(..5)).collect();
            self.pool(range, &matching, members);
        }
        for number in numbers {
            let row = self.stock(range, number);
            let row = match self.random.u32(..100) {
                lot if lot < IN_SERVICE => self.assigned(range, row, "ACTIVE"),
                lot if lot < IN_SERVICE + SUSPENDED => self.assigned(range, row, "SUSPENDED"),
                lot if lot < IN_SERVICE + SUSPENDED + DROPPED => self.assigned(range, row, "DROPPED"),
                _ => row,
            };
            self.push(row);
        }
    }

    fn push(&mut self, mut row: ImportRow) {
        row.line = self.rows.len() as u64 + 1;
        self.rows.push(row);
    }

    fn stock(&self, range: &Range, number: String) -> ImportRow {
        ImportRow {
            number,
            monthly_cost: Some(range.cost.0.to_owned()),
            currency: Some(range.cost.1.to_owned()),
            ..ImportRow::default()
        }
    }

    /// The well-known company for one number in forty, else one of the range's country if chance has one.
    fn company(&mut self, range: &Range) -> usize {
        if self.random.u8(..40) == 0 {
            return 0;
        }
        let tries: [usize; 4] = std::array::from_fn(|_| self.random.usize(..self.companies.len()));
        let at_home = tries
            .into_iter()
            .find(|index| self.companies[*index].country == range.country);
        at_home.unwrap_or(tries[0])
    }

    fn owned(&self, company: usize, group: &str, row: ImportRow) -> ImportRow {
        let company = &self.companies[company];
        ImportRow {
            reseller: Some(company.reseller.0.to_owned()),
            reseller_name: Some(company.reseller.1.to_owned()),
            dealer: company.dealer.map(|dealer| dealer.0.to_owned()),
            dealer_name: company.dealer.map(|dealer| dealer.1.to_owned()),
            customer: Some(company.code.clone()),
            customer_name: Some(company.name.clone()),
            group: Some(group.to_owned()),
            termination_number: Some(company.termination_number.clone()),
            ..row
        }
    }

    fn assigned(&mut self, range: &Range, row: ImportRow, status: &str) -> ImportRow {
        let company = self.company(range);
        let groups = &self.companies[company].groups;
        let group = groups[self.random.usize(..groups.len())];
        let purpose = PURPOSES[self.random.usize(..PURPOSES.len())];
        let used = self
            .names
            .entry((self.companies[company].code.clone(), group, purpose))
            .or_default();
        *used += 1;
        let name = if *used == 1 {
            purpose.to_owned()
        } else {
            format!("{purpose} {used}")
        };
        let tagged = self.random.u8(..3) == 0;
        let tags = tagged.then(|| TAGS[self.random.usize(..TAGS.len())].to_owned());
        let row = ImportRow {
            status: Some(status.to_owned()),
            name: Some(name),
            tags,
            ..row
        };
        self.owned(company, group, row)
    }

    /// Every third pool is the well-known company's.
    fn pool(&mut self, range: &Range, matching: &PoolMatch, members: Vec<String>) {
        let company = if self.pools.is_multiple_of(3) {
            0
        } else {
            self.company(range)
        };
        let groups = &self.companies[company].groups;
        let group = groups[self.pools % groups.len()];
        let name = format!("{} {}", POOL_NAMES[self.pools % POOL_NAMES.len()], self.pools + 1);
        let settings = json!({
            "matchPeriodMinutes": 30,
            "quantity": members.len(),
            "match": matching,
            "replacement": self.replacement(),
            "terminationNumber": self.companies[company].termination_number,
        });
        self.pools += 1;
        for number in members {
            let row = ImportRow {
                name: Some(name.clone()),
                pool: Some(name.clone()),
                pool_settings: Some(settings.to_string()),
                ..self.stock(range, number)
            };
            let row = self.owned(company, group, row);
            self.push(row);
        }
    }

    fn replacement(&self) -> ReplacementInput {
        let source = |referrer: &str, triggers: &[&str], track_organic| TrackingSourceInput {
            referrer_domain: referrer.to_owned(),
            url_triggers: triggers.iter().map(|trigger| (*trigger).to_owned()).collect(),
            track_organic,
        };
        let everywhere = self.pools.is_multiple_of(2);
        let named = ["905219CARS".to_owned(), "9056372046".to_owned()];
        ReplacementInput {
            replace_all_numbers: everywhere,
            numbers_to_replace: if everywhere { Vec::new() } else { named.to_vec() },
            tracking_sources: vec![
                source("Google", &["gclid=*"], false),
                source("Any", &["utm_campaign=wintertires"], true),
            ],
        }
    }
}
