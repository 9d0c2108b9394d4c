//! From the words of a request to a city.

use std::cmp::Reverse;

use crate::places::{CityId, Places, RegionCode, find_region, regions_of};
use crate::text::excerpt;
use crate::{CountryCode, MatchError, fold};

/// How many near spellings or regions an error lists.
const MOST_LISTED: usize = 12;
/// How many edits a near spelling may be away.
const NEAR_SPELLING: usize = 2;
/// How much more populous than all namesakes a city must be to be meant without its region, in countries where
/// people don't name the region with the city.
const DOMINANCE: u64 = 20;

impl Places {
    /// The city that a request names.
    pub(crate) fn resolve_city(
        &self,
        country: CountryCode,
        city: &str,
        region: Option<&str>,
    ) -> Result<CityId, MatchError> {
        if self.cities.keys(country).next().is_none() {
            return Err(MatchError::UnsupportedCountry {
                country,
                what: "numbers by city".to_owned(),
                why: "its cities are not in the tables; ask by area code or by a number nearby".to_owned(),
            });
        }
        let region = region.filter(|text| !text.trim().is_empty());
        let region = region
            .map(|text| self.resolve_region(country, text))
            .transpose()?;
        let mut named: Vec<CityId> = self.cities.named(country, &fold(city)).collect();
        if let Some(region) = region {
            named.retain(|id| self.cities.get(*id).region == Some(region));
        }
        let candidates = self.best_of_each_region(named, &fold(city));
        match candidates[..] {
            [] => Err(self.unknown_city(country, city, region)),
            [only] => Ok(only),
            [first, second, ..] => match self.is_meant_without_region(country, first, second) {
                true => Ok(first),
                false => Err(self.ambiguous_city(country, city, &candidates)),
            },
        }
    }

    fn resolve_region(&self, country: CountryCode, text: &str) -> Result<RegionCode, MatchError> {
        let unknown = |why: String| MatchError::UnknownRegion {
            region: excerpt(text),
            country,
            why,
        };
        let regions = regions_of(country);
        if regions.is_empty() {
            return Err(unknown(
                "its cities are not told apart by region; leave the region out".to_owned(),
            ));
        }
        find_region(country, text).ok_or_else(|| {
            let neighbor = [CountryCode::US, CountryCode::CA, CountryCode::GB]
                .into_iter()
                .find(|other| *other != country && find_region(*other, text).is_some());
            match neighbor {
                Some(other) => unknown(format!("it is one of {other}")),
                None => {
                    let (code, name) = regions[0];
                    unknown(format!("give a code or name such as {code} or {name}"))
                }
            }
        })
    }

    /// The city of each region that is meant most likely: one with numbers, then one of exactly that name. The
    /// most populous region first.
    fn best_of_each_region(&self, mut named: Vec<CityId>, key: &str) -> Vec<CityId> {
        named.sort_by_key(|id| {
            let city = self.cities.get(*id);
            let has_codes = self.cities.codes(*id).next().is_some();
            let other_name = self.cities.key(*id) != key;
            (city.region, !has_codes, other_name, Reverse(city.population), *id)
        });
        named.dedup_by_key(|id| self.cities.get(*id).region);
        named.sort_by_key(|id| {
            let city = self.cities.get(*id);
            (Reverse(city.population), city.region)
        });
        named
    }

    /// Where addresses name the state or province with the city, the region must be given; elsewhere a city far
    /// larger than its namesakes is meant.
    fn is_meant_without_region(&self, country: CountryCode, first: CityId, second: CityId) -> bool {
        let population = |id| u64::from(self.cities.get(id).population);
        country != CountryCode::US
            && country != CountryCode::CA
            && population(first) >= DOMINANCE * population(second).max(1)
    }

    fn ambiguous_city(&self, country: CountryCode, city: &str, candidates: &[CityId]) -> MatchError {
        let regions = candidates.iter().filter_map(|id| self.cities.get(*id).region);
        let mut candidates: Vec<String> = regions.map(|region| region.as_str().to_owned()).collect();
        let all = candidates.len();
        candidates.truncate(MOST_LISTED);
        let more = all - candidates.len();
        MatchError::AmbiguousCity {
            city: excerpt(city),
            country,
            candidates,
            more,
        }
    }

    fn unknown_city(&self, country: CountryCode, city: &str, region: Option<RegionCode>) -> MatchError {
        let place = match region {
            Some(region) => format!("{}, {country}", region.as_str()),
            None => country.to_string(),
        };
        let wanted = fold(city);
        let mut near: Vec<Near> = self
            .cities
            .keys(country)
            .filter(|(key, _)| is_comparable(key, &wanted))
            .map(|(key, id)| {
                let city = self.cities.get(id);
                let elsewhere = region.is_some() && city.region != region;
                let edits = strsim::osa_distance(key, &wanted);
                Near {
                    elsewhere,
                    edits,
                    population: Reverse(city.population),
                    city: id,
                }
            })
            // In other regions only the name itself helps.
            .filter(|near| near.edits <= if near.elsewhere { 0 } else { NEAR_SPELLING })
            .collect();
        near.sort_unstable();
        let mut suggestions: Vec<String> = near.iter().map(|near| self.city_name(near.city)).collect();
        suggestions.dedup();
        suggestions.truncate(MOST_LISTED / 2);
        MatchError::UnknownCity {
            city: excerpt(city),
            place,
            suggestions,
        }
    }

    /// A city's name for people: "Hamilton, ON".
    pub(crate) fn city_name(&self, id: CityId) -> String {
        match self.cities.get(id).region {
            Some(region) => format!("{}, {}", self.cities.name(id), region.as_str()),
            None => self.cities.name(id).to_owned(),
        }
    }
}

/// A city that may have been meant, the likeliest first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Near {
    elsewhere: bool,
    edits: usize,
    population: Reverse<u32>,
    city: CityId,
}

/// Spares the distance computation for names that cannot be near.
fn is_comparable(key: &str, wanted: &str) -> bool {
    key.as_bytes().first() == wanted.as_bytes().first() && key.len().abs_diff(wanted.len()) <= NEAR_SPELLING
}
