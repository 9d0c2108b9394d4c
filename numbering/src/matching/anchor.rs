//! What a request for a local number is local to.

use crate::places::{CityId, Places, RegionCode, Use, find_region};
use crate::{CountryCode, E164, MatchError, NumberType, metadata};

/// How far away a nearby city may be.
pub(crate) const NEARBY_KM: f64 = 40.0;

/// The place to be local to, with all that the tiers need to know of it. Area codes are digits after the `+`.
#[derive(Debug)]
pub(crate) struct Anchor {
    pub(crate) country: CountryCode,
    pub(crate) region: Option<RegionCode>,
    pub(crate) city: Option<CityId>,
    /// `+` and country code, NPA and NXX of the number to be local to.
    pub(crate) exchange: Option<String>,
    /// Area codes that serve the city directly.
    pub(crate) covering: Vec<u32>,
    /// The area code of the number, or those of the city.
    pub(crate) own: Vec<u32>,
    /// The city whose area codes these are, where the anchor's own city has none.
    pub(crate) borrowed_from: Option<CityId>,
    /// The place for people: "Hamilton, ON", "+19056372046".
    pub(crate) name: String,
    /// The input field that named it.
    pub(crate) field: &'static str,
}

impl Anchor {
    /// Whether the numbering plan is the North American one.
    pub(crate) fn is_nanp(&self) -> bool {
        self.own
            .iter()
            .chain(&self.covering)
            .all(|code| nanp_code(*code).is_some())
    }
}

/// The NPA of an area code with its country code.
pub(crate) fn nanp_code(code: u32) -> Option<u16> {
    (1200..=1999)
        .contains(&code)
        .then(|| u16::try_from(code - 1000).ok())
        .flatten()
}

impl Places {
    /// The anchor of a city.
    pub(crate) fn city_anchor(&self, id: CityId) -> Anchor {
        let city = self.cities.get(id);
        let mut covering: Vec<u32> = self.cities.codes(id).collect();
        let mut borrowed_from = None;
        if covering.is_empty() {
            let has_codes = |near: CityId| self.cities.codes(near).next().is_some();
            let near = self.cities.near(id, NEARBY_KM, |near, other| {
                other.region == city.region && has_codes(near)
            });
            if let Some((_, near)) = near.first() {
                covering = self.cities.codes(*near).collect();
                borrowed_from = Some(*near);
            }
        }
        Anchor {
            country: city.country,
            region: city.region,
            city: Some(id),
            exchange: None,
            own: covering.clone(),
            covering,
            borrowed_from,
            name: self.city_name(id),
            field: "city",
        }
    }

    /// The anchor of a number.
    pub(crate) fn number_anchor(&self, number: &E164) -> Result<Anchor, MatchError> {
        let facts = self.describe(number);
        self.check_local(number, facts.number_type)?;
        let country = facts.country.ok_or_else(|| not_valid(number))?;
        let region = facts
            .region
            .as_deref()
            .and_then(|region| find_region(country, region));
        let city = self.labels.of(number.digits()).and_then(|label| label.city);
        let labelled: Vec<u32> = city
            .map(|city| self.cities.codes(city).collect())
            .unwrap_or_default();
        let own = match own_area_code(country, facts.area_code.as_deref()) {
            Some(code) => vec![code],
            // Plans without a trunk prefix tell no area code; the labels' prefixes stand in for it.
            None => labelled.clone(),
        };
        let covering = if labelled.is_empty() {
            own.clone()
        } else {
            labelled
        };
        let exchange = facts
            .exchange
            .zip(facts.area_code)
            .map(|(nxx, npa)| format!("+1{npa}{nxx}"));
        Ok(Anchor {
            country,
            region,
            city,
            exchange,
            own,
            covering,
            borrowed_from: None,
            name: number.to_string(),
            field: "number",
        })
    }

    fn check_local(&self, number: &E164, number_type: NumberType) -> Result<(), MatchError> {
        let npa = number
            .nanp_digits()
            .map(|national| (&national[..3], self.npas.of(national)));
        match (number_type, npa) {
            (NumberType::Geographic, _) => Ok(()),
            (NumberType::Unknown, Some((code, None))) => Err(MatchError::UnknownAreaCode {
                area_code: code.to_owned(),
                place: "the North American Numbering Plan".to_owned(),
                why: format!("no number can be local to {number}"),
                field: "number",
            }),
            (NumberType::Unknown, Some((_, Some(npa)))) if npa.used_for == Use::Geographic => {
                Err(not_valid(number))
            }
            (NumberType::Unknown, None) if !metadata::is_valid(number) => Err(not_valid(number)),
            _ => Err(MatchError::NoLocalArea {
                place: number.to_string(),
                why: "its digits name no area; give a geographic number, or a city".to_owned(),
                field: "number",
            }),
        }
    }
}

fn not_valid(number: &E164) -> MatchError {
    MatchError::InvalidNumber {
        why: format!("{number} is not a valid number of its country; give one that is in use"),
    }
}

/// An area code with its country code.
fn own_area_code(country: CountryCode, area_code: Option<&str>) -> Option<u32> {
    format!("{}{}", metadata::calling_code(country)?, area_code?)
        .parse()
        .ok()
}
