use async_graphql::{InputObject, SimpleObject};
use provider_core::domain::{self, ReplacementInput, TrackingSourceInput as SourceInput};
use service::UserErrorCode;

use crate::graphql::input::Faults;

/// Which numbers of a web page are replaced, and for which visitors.
#[derive(SimpleObject)]
pub(super) struct ReplacementConfiguration {
    /// Whether every number of the page is replaced.
    replace_all_numbers: bool,
    /// The numbers that are replaced, as they were given; empty when all are.
    numbers_to_replace: Vec<String>,
    /// Where visitors must come from; a visitor of one of them sees the pool's numbers. Never empty.
    tracking_sources: Vec<TrackingSource>,
}

/// Where a visitor must come from.
#[derive(SimpleObject)]
struct TrackingSource {
    /// `Any`, the name of a search engine, or a domain.
    referrer_domain: String,
    /// Parameters that the landing page's URL must carry, all of them: `parameter=value`, or `parameter=*` for
    /// any value.
    url_triggers: Vec<String>,
    /// Whether visits from unpaid results count.
    track_organic: bool,
}

impl From<domain::ReplacementConfiguration> for ReplacementConfiguration {
    fn from(configuration: domain::ReplacementConfiguration) -> Self {
        let written = ReplacementInput::from(configuration);
        let sources = written.tracking_sources.into_iter();
        Self {
            replace_all_numbers: written.replace_all_numbers,
            numbers_to_replace: written.numbers_to_replace,
            tracking_sources: sources
                .map(|source| TrackingSource {
                    referrer_domain: source.referrer_domain,
                    url_triggers: source.url_triggers,
                    track_organic: source.track_organic,
                })
                .collect(),
        }
    }
}

/// Which numbers of a web page shall be replaced, and for which visitors. Give either `replaceAllNumbers` or
/// `numbersToReplace`.
#[derive(InputObject)]
pub(super) struct ReplacementConfigurationInput {
    /// Whether every number of the page is replaced; excludes `numbersToReplace`.
    #[graphql(default)]
    replace_all_numbers: bool,
    /// The numbers to replace, each 7 to 20 letters and digits as they stand on the page: `905219CARS`. Letters
    /// count as their keypad digits.
    #[graphql(default)]
    numbers_to_replace: Vec<String>,
    /// Where visitors must come from; at least one.
    tracking_sources: Vec<TrackingSourceInput>,
}

/// Where a visitor must come from.
#[derive(InputObject)]
struct TrackingSourceInput {
    /// `Any`, the name of a search engine (`Google`, `Bing`), or a domain (`partner.example.com`).
    referrer_domain: String,
    /// Parameters that the landing page's URL must carry, all of them: `utm_campaign=wintertires`, or `gclid=*`
    /// for any value.
    #[graphql(default)]
    url_triggers: Vec<String>,
    /// Whether visits from unpaid results count.
    #[graphql(default)]
    track_organic: bool,
}

impl From<ReplacementConfigurationInput> for ReplacementInput {
    fn from(input: ReplacementConfigurationInput) -> Self {
        let sources = input.tracking_sources.into_iter();
        Self {
            replace_all_numbers: input.replace_all_numbers,
            numbers_to_replace: input.numbers_to_replace,
            tracking_sources: sources
                .map(|source| SourceInput {
                    referrer_domain: source.referrer_domain,
                    url_triggers: source.url_triggers,
                    track_organic: source.track_organic,
                })
                .collect(),
        }
    }
}

impl ReplacementConfigurationInput {
    /// The configuration; every fault is gathered below `input.replacement`.
    pub(super) fn read(self, faults: &mut Faults) -> Option<domain::ReplacementConfiguration> {
        match domain::ReplacementConfiguration::new(&self.into()) {
            Ok(configuration) => Some(configuration),
            Err(found) => {
                for fault in found.0 {
                    let path = format!("input.replacement.{}", fault.path.join("."));
                    faults.add(UserErrorCode::InvalidInput, &path, fault.message);
                }
                None
            }
        }
    }
}
