use async_graphql::{Enum, InputObject, OneofObject, SimpleObject};
use provider_core::domain::{self, PoolMatch};

use crate::graphql::{
    input::Faults,
    numbers::{self, GeographicMatch, NationalMatch},
    scalars::Country,
};

/// What the numbers of a pool must be: exactly one of these.
#[derive(OneofObject)]
pub(super) enum NumberPoolMatch {
    /// Of a city, or of an area code.
    Geographic(GeographicMatch),
    /// Free for callers.
    TollFree(TollFreePoolMatch),
    /// Reached from the whole country at a local price.
    National(NationalMatch),
}

/// Asks for toll-free numbers.
#[derive(InputObject)]
pub(super) struct TollFreePoolMatch {
    /// The callers' country; the North American countries share their toll-free numbers.
    #[graphql(default_with = "numbers::united_states()")]
    country: Country,
}

impl NumberPoolMatch {
    /// The match; faults are gathered below `input.match`.
    pub(super) fn read(self, faults: &mut Faults) -> Option<PoolMatch> {
        let path = "input.match";
        match self {
            Self::Geographic(place) => place.read(faults, path).map(PoolMatch::Geographic),
            Self::TollFree(TollFreePoolMatch { country }) => {
                let country = numbers::read_country(faults, country, "input.match.tollFree");
                country.map(|country| PoolMatch::TollFree { country })
            }
            Self::National(national) => national
                .read(faults, path)
                .map(|country| PoolMatch::National { country }),
        }
    }
}

/// What a pool can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum NumberPoolMatchKind {
    /// Numbers of a city.
    City,
    /// Numbers of an area code.
    AreaCode,
    /// Toll-free numbers.
    TollFree,
    /// National numbers.
    National,
}

/// What a pool was ordered by.
#[derive(SimpleObject)]
pub(super) struct NumberPoolMatchView {
    /// What kind of numbers.
    kind: NumberPoolMatchKind,
    /// Of which country.
    country: Country,
    /// Of which city, as it was ordered. Null unless `kind` is CITY.
    city: Option<String>,
    /// The city's region, as it was ordered. Null where none was given.
    region: Option<String>,
    /// Of which area code, as it was ordered. Null unless `kind` is AREA_CODE.
    area_code: Option<String>,
}

impl From<&PoolMatch> for NumberPoolMatchView {
    fn from(matching: &PoolMatch) -> Self {
        let country = matching.country().into();
        let bare = |kind| Self {
            kind,
            country,
            city: None,
            region: None,
            area_code: None,
        };
        match matching {
            PoolMatch::Geographic(domain::GeographicMatch::City { city, region, .. }) => Self {
                city: Some(city.clone()),
                region: region.clone(),
                ..bare(NumberPoolMatchKind::City)
            },
            PoolMatch::Geographic(domain::GeographicMatch::AreaCode { area_code, .. }) => Self {
                area_code: Some(area_code.clone()),
                ..bare(NumberPoolMatchKind::AreaCode)
            },
            PoolMatch::TollFree { .. } => bare(NumberPoolMatchKind::TollFree),
            PoolMatch::National { .. } => bare(NumberPoolMatchKind::National),
        }
    }
}
