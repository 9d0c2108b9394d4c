//! The steps of a local request, tier by tier.

use super::anchor::{Anchor, NEARBY_KM, nanp_code};
use super::filter::Filter;
use crate::matching::{Cell, PlaceFilter, Step, Tier};
use crate::places::{CityId, Places, RegionCode};
use crate::{CountryCode, NumberType};

/// How many nearby cities a plan lists.
const MOST_NEARBY: usize = 200;

/// Which tiers a request allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    /// T4, T5 and T6.
    pub(crate) around: Around,
    /// T7.
    pub(crate) region: bool,
}

/// How far from the place asked for a number may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    /// Local to it: nearby cities, the area code, its overlays.
    Nearby,
    /// In it: only its own area codes, where these are local.
    Inside,
}

/// Builds the steps of one request in order of preference.
pub(crate) struct Tiers<'a> {
    places: &'a Places,
    anchor: &'a Anchor,
    filter: Filter<'a>,
    steps: Vec<Step>,
}

impl<'a> Tiers<'a> {
    pub(crate) fn new(places: &'a Places, anchor: &'a Anchor, filter: Filter<'a>) -> Self {
        Self {
            places,
            anchor,
            filter,
            steps: Vec::new(),
        }
    }

    pub(crate) fn build(mut self, allowed: Allowed) -> Vec<Step> {
        self.same_exchange();
        self.same_city();
        self.covering_area_codes();
        let nearby = allowed.around == Around::Nearby;
        if nearby || self.anchor.borrowed_from.is_some() {
            self.nearby_cities();
        }
        // A North American area code is far larger than a local calling area; others are about one.
        if nearby || !self.anchor.is_nanp() {
            self.same_area_code();
        }
        if nearby {
            self.overlay_area_codes();
        }
        if allowed.region {
            self.same_region();
        }
        self.steps
    }

    fn same_exchange(&mut self) {
        let Some(exchange) = &self.anchor.exchange else {
            return;
        };
        let reason = format!("same area code and exchange as {}", self.anchor.name);
        self.push(Draft::new(Tier::T1SameExchange, reason).prefix(exchange.clone()));
    }

    fn same_city(&mut self) {
        let Some(city) = self.anchor.city else { return };
        if self.can_have_numbers(city) {
            let reason = format!("in {}", self.places.city_name(city));
            self.push(Draft::new(Tier::T2SameCity, reason).city(city));
        }
    }

    fn covering_area_codes(&mut self) {
        let Some(city) = self.anchor.city else { return };
        let served = match self.anchor.borrowed_from {
            Some(near) => format!(
                "{} near {}",
                self.places.city_name(near),
                self.places.city_name(city)
            ),
            None => self.places.city_name(city),
        };
        for code in self.anchor.covering.clone() {
            let reason = format!(
                "its city is not known, and area code {} serves {served}",
                national(code)
            );
            self.push(
                Draft::new(Tier::T3CoveringAreaCode, reason)
                    .area_code(code)
                    .unplaced(),
            );
        }
        for (code, under) in self.overlays_of(&self.anchor.covering) {
            let reason = format!(
                "its city is not known, and area code {} overlays {}, which serves {served}",
                national(code),
                national(under)
            );
            self.push(
                Draft::new(Tier::T3CoveringAreaCode, reason)
                    .area_code(code)
                    .unplaced()
                    .overlay(),
            );
        }
    }

    fn nearby_cities(&mut self) {
        let Some(center) = self.anchor.city else { return };
        let near = self.places.cities.near(center, NEARBY_KM, |id, city| {
            city.labelled && self.can_have_numbers(id)
        });
        for (distance, city) in near.into_iter().take(MOST_NEARBY) {
            let names = (self.places.city_name(city), self.places.city_name(center));
            let reason = format!("in {}, {distance:.0} km from {}", names.0, names.1);
            let mut draft = Draft::new(Tier::T4NearbyCity, reason).city(city);
            draft.distance_km = Some((distance * 10.0).round() / 10.0);
            self.push(draft);
        }
    }

    fn same_area_code(&mut self) {
        for code in self.anchor.own.clone() {
            let reason = format!("in area code {} of {}", national(code), self.anchor.name);
            self.push(Draft::new(Tier::T5SameAreaCode, reason).area_code(code));
        }
    }

    fn overlay_area_codes(&mut self) {
        for (code, under) in self.overlays_of(&self.anchor.own) {
            let reason = format!(
                "in area code {}, which overlays area code {} of {}",
                national(code),
                national(under),
                self.anchor.name
            );
            self.push(
                Draft::new(Tier::T6OverlayAreaCode, reason)
                    .area_code(code)
                    .overlay(),
            );
        }
    }

    fn same_region(&mut self) {
        let Some(region) = self.anchor.region else { return };
        let reachable = self.filter.npa().is_none_or(|npa| npa.regions.contains(&region));
        if reachable {
            let reason = format!("in the same region as {}: {}", self.anchor.name, region.as_str());
            self.push(Draft::new(Tier::T7SameRegion, reason).region(region));
        }
    }

    /// Overlays of area codes that are not among them, ascending, each with the first code it overlays.
    fn overlays_of(&self, codes: &[u32]) -> Vec<(u32, u32)> {
        let mut overlays: Vec<(u32, u32)> = codes
            .iter()
            .filter_map(|code| Some((*code, nanp_code(*code)?)))
            .flat_map(|(code, npa)| {
                self.places
                    .npas
                    .overlays(npa)
                    .iter()
                    .map(move |over| (*over, code))
            })
            .map(|(over, under)| (Places::nanp_prefix(over), under))
            .filter(|(over, _)| !codes.contains(over))
            .collect();
        overlays.sort_unstable();
        overlays.dedup_by_key(|(over, _)| *over);
        overlays
    }

    /// Whether numbers of the city can lie in the filter's area code.
    fn can_have_numbers(&self, city: CityId) -> bool {
        self.filter.npa().is_none_or(|npa| {
            self.places
                .cities
                .codes(city)
                .filter_map(nanp_code)
                .any(|code| code == npa.code || npa.overlays.contains(&code))
        })
    }

    fn push(&mut self, draft: Draft) {
        let Some(prefix) = self.filter.with(draft.prefix) else {
            return;
        };
        let city = draft.city.map(|id| self.places.cities.name(id).to_owned());
        let place = match draft.city {
            Some(id) => PlaceFilter::City {
                key: self.places.cities.key(id).to_owned(),
                region: self
                    .places
                    .cities
                    .get(id)
                    .region
                    .map(|region| region.as_str().to_owned()),
            },
            None if draft.unplaced => PlaceFilter::Unknown,
            None => PlaceFilter::Any,
        };
        let cell = Cell {
            place,
            region: draft.region.map(|region| region.as_str().to_owned()),
            ..geographic(self.anchor.country, prefix)
        };
        let Draft {
            tier,
            distance_km,
            overlay,
            reason,
            ..
        } = draft;
        self.steps.push(Step {
            tier,
            cell,
            city,
            distance_km,
            overlay,
            reason,
        });
    }
}

/// All geographic numbers of a country under a prefix.
pub(crate) fn geographic(country: CountryCode, prefix: Option<String>) -> Cell {
    Cell {
        country: Some(country),
        types: vec![NumberType::Geographic],
        prefix,
        place: PlaceFilter::Any,
        region: None,
    }
}

/// A step before the filter.
struct Draft {
    tier: Tier,
    prefix: Option<String>,
    city: Option<CityId>,
    unplaced: bool,
    region: Option<RegionCode>,
    distance_km: Option<f64>,
    overlay: bool,
    reason: String,
}

impl Draft {
    fn new(tier: Tier, reason: String) -> Self {
        Self {
            tier,
            prefix: None,
            city: None,
            unplaced: false,
            region: None,
            distance_km: None,
            overlay: false,
            reason,
        }
    }

    fn prefix(mut self, prefix: String) -> Self {
        self.prefix = Some(prefix);
        self
    }

    fn area_code(self, code: u32) -> Self {
        self.prefix(format!("+{code}"))
    }

    fn city(mut self, city: CityId) -> Self {
        self.city = Some(city);
        self
    }

    fn region(mut self, region: RegionCode) -> Self {
        self.region = Some(region);
        self
    }

    fn unplaced(mut self) -> Self {
        self.unplaced = true;
        self
    }

    fn overlay(mut self) -> Self {
        self.overlay = true;
        self
    }
}

/// An area code as people of the North American plan know it; others keep their country code.
fn national(code: u32) -> String {
    nanp_code(code).map_or_else(|| format!("+{code}"), |npa| npa.to_string())
}
