//! Which place a number's first digits belong to.

use super::cities::{CitiesBuilder, CityId, Named};
use super::region::RegionCode;
use super::table::LABELS;
use super::{GbAreaCodes, PlacesError};
use crate::CountryCode;

/// What a label says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Label {
    pub(crate) city: Option<CityId>,
    pub(crate) region: Option<RegionCode>,
}

/// All labels by prefix (digits after the `+`), ascending. A prefix never begins with 0, so its value tells its
/// length too.
#[derive(Debug)]
pub(crate) struct Labels {
    by_prefix: Vec<(u32, Label)>,
    longest: usize,
}

type Row = (u32, CountryCode, String, String);

impl Labels {
    /// Reads the labels and tells `cities` about the places they name.
    pub(crate) fn load(cities: &mut CitiesBuilder, gb: &GbAreaCodes) -> Result<Self, PlacesError> {
        let mut by_prefix = Vec::new();
        LABELS.each(|(prefix, country, region, locality): Row| {
            let region = RegionCode::new(&region);
            let city = match locality.as_str() {
                "" => None,
                name => Some(cities.city(&Named {
                    country,
                    region,
                    name,
                })?),
            };
            if let Some(id) = city {
                cities.label(id);
                cities.code(id, area_code(prefix, gb));
            }
            by_prefix.push((prefix, Label { city, region }));
            Ok(())
        })?;
        by_prefix.sort_unstable_by_key(|(prefix, _)| *prefix);
        by_prefix.shrink_to_fit();
        let longest = by_prefix.last().map_or(0, |(prefix, _)| prefix.to_string().len());
        Ok(Self { by_prefix, longest })
    }

    /// The label with the longest prefix of the digits.
    pub(crate) fn of(&self, digits: &str) -> Option<Label> {
        (1..=self.longest.min(digits.len()))
            .rev()
            .find_map(|length| self.get(digits.get(..length)?))
    }

    /// The label of exactly this prefix.
    pub(crate) fn get(&self, prefix: &str) -> Option<Label> {
        let prefix: u32 = prefix.parse().ok()?;
        let at = self
            .by_prefix
            .binary_search_by_key(&prefix, |(prefix, _)| *prefix)
            .ok()?;
        Some(self.by_prefix[at].1)
    }
}

/// The area code, country code included, that a labelled prefix lies in. Labels split North American and British
/// area codes; elsewhere a labelled prefix is the area code.
fn area_code(prefix: u32, gb: &GbAreaCodes) -> u32 {
    let digits = prefix.to_string();
    let code = match digits.as_bytes() {
        [b'1', ..] => digits.get(..4),
        [b'4', b'4', ..] => gb
            .of(&digits[2..])
            .and_then(|code| digits.get(..2 + code.code.len())),
        _ => None,
    };
    code.and_then(|code| code.parse().ok()).unwrap_or(prefix)
}
