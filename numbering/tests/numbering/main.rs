//! Tests of the numbering facts, through the public interface.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod describe;
mod errors;
mod local;
mod parsing;
mod ranges;
mod replaceable;
mod tables;

use numbering::{CountryCode, E164, Facts, MatchPlan, NumberMatch, Places, Prefix, Step, Tier};

fn places() -> &'static Places {
    Places::shared().expect("the tables are sound")
}

fn e164(text: &str) -> E164 {
    text.parse().expect("a number in E.164 form")
}

fn country(code: &str) -> CountryCode {
    code.parse().expect("an ISO country code")
}

fn prefix(digits: &str) -> Option<Prefix> {
    Some(digits.parse().expect("3 or 6 digits"))
}

fn facts(number: &str) -> Facts {
    places().describe(&e164(number))
}

fn local_to_number(number: &str, prefix: Option<Prefix>) -> NumberMatch {
    NumberMatch::LocalToNumber {
        number: e164(number),
        prefix,
    }
}

fn local_to_city(city: &str, region: &str, country: CountryCode, prefix: Option<Prefix>) -> NumberMatch {
    let region = (!region.is_empty()).then(|| region.to_owned());
    NumberMatch::LocalToCity {
        city: city.to_owned(),
        region,
        country,
        prefix,
    }
}

fn plan(wanted: &NumberMatch) -> MatchPlan {
    places().plan(wanted, false).expect("a plan")
}

fn of_tier(plan: &MatchPlan, tier: Tier) -> Vec<&Step> {
    plan.steps.iter().filter(|step| step.tier == tier).collect()
}
