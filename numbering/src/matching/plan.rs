//! The answer to a match: which cells of the stock to look into, in which order.

use crate::{CountryCode, E164, Facts, NumberType, Tier, fold};

/// Where in the stock to look for a number, in order of preference.
///
/// A store takes the first step whose cell has stock, and inside it the lowest number. A number may lie in the
/// cells of several steps; the first counts. The same match always gives the same plan.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchPlan {
    /// Never empty.
    pub steps: Vec<Step>,
}

/// One cell to look into, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// How near to what was asked.
    pub tier: Tier,
    /// Which numbers.
    pub cell: Cell,
    /// The city of the numbers, where the step is about one.
    pub city: Option<String>,
    /// Kilometers between that city and the one asked for; only for [`Tier::T4NearbyCity`].
    pub distance_km: Option<f64>,
    /// Whether the area code serves the city only as an overlay of another.
    pub overlay: bool,
    /// Why a number of this step answers the request, for people.
    pub reason: String,
}

/// A set of numbers: those for which every given condition holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The number's country; `None` for any. North American toll-free numbers belong to no one country, so
    /// cells for them leave it open and rely on the prefix.
    pub country: Option<CountryCode>,
    /// Any of these types; empty for any type.
    pub types: Vec<NumberType>,
    /// How the E.164 text begins, `+` included: `+1905637`. A whole number where exactly one is meant.
    pub prefix: Option<String>,
    /// The number's place.
    pub place: PlaceFilter,
    /// The number's region (`ON`, `GA`, `SCT`), as [`Facts::region`].
    pub region: Option<String>,
}

/// A condition on the place of a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PlaceFilter {
    /// Any place, known or not.
    Any,
    /// Only numbers whose locality is not known.
    Unknown,
    /// Only numbers of one city.
    City {
        /// The city's name as [`fold`] writes it.
        key: String,
        /// The number's region, where the country's cities are told apart by region.
        region: Option<String>,
    },
}

impl Cell {
    /// Whether a number with these facts lies in the cell.
    #[must_use]
    pub fn admits(&self, number: &E164, facts: &Facts) -> bool {
        let same_region = |wanted: &Option<String>| wanted.is_none() || *wanted == facts.region;
        self.country.is_none_or(|country| facts.country == Some(country))
            && (self.types.is_empty() || self.types.contains(&facts.number_type))
            && self
                .prefix
                .as_deref()
                .is_none_or(|prefix| number.as_str().starts_with(prefix))
            && same_region(&self.region)
            && match &self.place {
                PlaceFilter::Any => true,
                PlaceFilter::Unknown => facts.locality.is_none(),
                PlaceFilter::City { key, region } => {
                    facts.locality.as_deref().map(fold).as_ref() == Some(key) && same_region(region)
                }
            }
    }
}
