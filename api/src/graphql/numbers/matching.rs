//! What number is wanted: the match types of the documents `telmetrics-number-assignment` and
//! `telmetrics-number-pools`.

use async_graphql::{InputObject, OneofObject};
use provider_core::domain::{self, CountryCode, Prefix};
use service::UserErrorCode;

use crate::graphql::{
    input::Faults,
    scalars::{Country, PhoneNumber},
};

/// What number is wanted: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum NumberMatch {
    /// Local to a number, such as an advertiser's own.
    LocalToNumber(LocalToNumberMatch),
    /// Local to a city.
    LocalToCity(LocalToCityMatch),
    /// Free for callers.
    TollFree(TollFreeMatch),
    /// In a city or in an area code.
    Geographic(GeographicMatch),
    /// Reached from the whole country at a local price.
    National(NationalMatch),
    /// This number and no other.
    Exact(PhoneNumber),
}

/// Asks for a number that is local to another one.
#[derive(InputObject)]
pub(crate) struct LocalToNumberMatch {
    /// The number to be near to.
    number: PhoneNumber,
    /// Only numbers that begin with this North American area code (3 digits: `289`), or area code and exchange
    /// (6 digits: `289812`). Never given up, whatever is in stock.
    prefix: Option<String>,
}

/// Asks for a number that is local to a city.
#[derive(InputObject)]
pub(crate) struct LocalToCityMatch {
    /// The city's name, in any case, with or without accents.
    city: String,
    /// Its state, province or nation by code or name (`ga`, `Georgia`); needed where several cities share the
    /// name.
    region: Option<String>,
    /// Its country.
    #[graphql(default_with = "united_states()")]
    country: Country,
    /// Only numbers that begin with this North American area code (3 digits: `404`), or area code and exchange
    /// (6 digits: `404341`). Never given up, whatever is in stock.
    prefix: Option<String>,
}

/// Asks for a toll-free number.
#[derive(InputObject)]
pub(crate) struct TollFreeMatch {
    /// The callers' country; the North American countries share their toll-free numbers.
    #[graphql(default_with = "united_states()")]
    country: Country,
    /// Only numbers that begin with this area code (3 digits: `833`), or area code and exchange (6 digits).
    prefix: Option<String>,
}

/// Asks for a number of a city, or of an area code: give one of `city` and `areaCode`.
#[derive(InputObject)]
pub(crate) struct GeographicMatch {
    /// The country.
    country: Country,
    /// The city's name, in any case, with or without accents.
    city: Option<String>,
    /// The city's state, province or nation by code or name, where several cities share the name.
    region: Option<String>,
    /// The area code (dialing code) with or without the national trunk prefix: `024` or `24`, `905`.
    area_code: Option<String>,
}

/// Asks for a national number.
#[derive(InputObject)]
pub(crate) struct NationalMatch {
    /// The country.
    country: Country,
}

/// The default country of matches.
pub(crate) fn united_states() -> Country {
    CountryCode::US.into()
}

impl NumberMatch {
    /// The match; faults are gathered below `path` (`input.match`).
    pub(crate) fn read(self, faults: &mut Faults, path: &str) -> Option<domain::NumberMatch> {
        match self {
            Self::LocalToNumber(LocalToNumberMatch { number, prefix }) => {
                let at = format!("{path}.localToNumber");
                let number = number.field(faults, UserErrorCode::InvalidNumber, &format!("{at}.number"));
                let prefix = read_prefix(faults, prefix, &at)?;
                Some(domain::NumberMatch::LocalToNumber {
                    number: number?,
                    prefix,
                })
            }
            Self::LocalToCity(LocalToCityMatch {
                city,
                region,
                country,
                prefix,
            }) => {
                let at = format!("{path}.localToCity");
                let city = faults.text(Some(city), &format!("{at}.city"));
                let region = faults.text(region, &format!("{at}.region"));
                let country = read_country(faults, country, &at);
                let prefix = read_prefix(faults, prefix, &at)?;
                Some(domain::NumberMatch::LocalToCity {
                    city: city?,
                    region,
                    country: country?,
                    prefix,
                })
            }
            Self::TollFree(TollFreeMatch { country, prefix }) => {
                let at = format!("{path}.tollFree");
                let country = read_country(faults, country, &at);
                let prefix = read_prefix(faults, prefix, &at)?;
                Some(domain::NumberMatch::TollFree {
                    country: country?,
                    prefix,
                })
            }
            Self::Geographic(place) => place.read(faults, path).map(domain::NumberMatch::Geographic),
            Self::National(national) => Some(domain::NumberMatch::National {
                country: national.read(faults, path)?,
            }),
            Self::Exact(number) => {
                let number = number.field(faults, UserErrorCode::InvalidNumber, &format!("{path}.exact"));
                number.map(domain::NumberMatch::Exact)
            }
        }
    }
}

impl GeographicMatch {
    /// The place; faults are gathered below `path`.
    pub(crate) fn read(self, faults: &mut Faults, path: &str) -> Option<domain::GeographicMatch> {
        let at = format!("{path}.geographic");
        let country = read_country(faults, self.country, &at);
        let region = faults.text(self.region, &format!("{at}.region"));
        let city = faults.text(self.city, &format!("{at}.city"));
        let area_code = faults.text(self.area_code, &format!("{at}.areaCode"));
        let fault = match (city, area_code, region) {
            (Some(city), None, region) => {
                return Some(domain::GeographicMatch::City {
                    country: country?,
                    city,
                    region,
                });
            }
            (None, Some(area_code), None) => {
                return Some(domain::GeographicMatch::AreaCode {
                    country: country?,
                    area_code,
                });
            }
            (None, Some(_), Some(_)) => (
                "region",
                "a region belongs to a city: leave it out with an area code",
            ),
            (Some(_), Some(_), _) => ("areaCode", "give either a city or an area code, not both"),
            (None, None, _) => ("city", "give a city or an area code"),
        };
        faults.add(UserErrorCode::InvalidInput, &format!("{at}.{}", fault.0), fault.1);
        None
    }
}

impl NationalMatch {
    /// The country; a fault is gathered below `path`.
    pub(crate) fn read(self, faults: &mut Faults, path: &str) -> Option<CountryCode> {
        read_country(faults, self.country, &format!("{path}.national"))
    }
}

/// The country of the match at `at`.
pub(crate) fn read_country(faults: &mut Faults, country: Country, at: &str) -> Option<CountryCode> {
    country.field(faults, UserErrorCode::InvalidInput, &format!("{at}.country"))
}

/// `None` is a fault; `Some(None)` is no filter.
#[allow(clippy::option_option, reason = "the two levels mean different things")]
fn read_prefix(faults: &mut Faults, prefix: Option<String>, at: &str) -> Option<Option<Prefix>> {
    match prefix.map(|prefix| prefix.parse::<Prefix>()).transpose() {
        Ok(prefix) => Some(prefix),
        Err(fault) => {
            faults.add(
                UserErrorCode::BadFilter,
                &format!("{at}.prefix"),
                fault.to_string(),
            );
            None
        }
    }
}
