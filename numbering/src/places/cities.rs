//! The cities that numbers and requests name.

use std::collections::HashMap;

use super::PlacesError;
use super::names::{Names, Span};
use super::region::RegionCode;
use super::table::CITIES;
use crate::{CountryCode, fold};

/// A city's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CityId(u32);

/// A point on the globe, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) lat: f32,
    pub(crate) lon: f32,
}

impl Point {
    /// Great-circle distance in kilometers.
    pub(crate) fn kilometers_to(self, other: Self) -> f64 {
        const EARTH_RADIUS_KM: f64 = 6371.0;
        let [lat, lon, other_lat, other_lon] =
            [self.lat, self.lon, other.lat, other.lon].map(|degrees| f64::from(degrees).to_radians());
        let half_chord = ((other_lat - lat) / 2.0).sin().powi(2)
            + lat.cos() * other_lat.cos() * ((other_lon - lon) / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_KM * half_chord.sqrt().min(1.0).asin()
    }
}

/// A city, or another place that number labels name.
#[derive(Debug)]
pub(crate) struct City {
    pub(crate) country: CountryCode,
    /// US, CA and GB only.
    pub(crate) region: Option<RegionCode>,
    pub(crate) at: Option<Point>,
    /// 0 where unknown.
    pub(crate) population: u32,
    /// Whether a label names it, so that numbers can have it as their locality.
    pub(crate) labelled: bool,
    name: Span,
    key: Span,
}

/// All cities, and the index by folded name.
#[derive(Debug, Default)]
pub(crate) struct Cities {
    names: Names,
    cities: Vec<City>,
    /// (folded name or alias, city), by country, then name.
    index: Vec<(Span, CityId)>,
    /// Which area codes (digits after the `+`) serve a city directly, by city, then code.
    codes: Vec<(CityId, u32)>,
}

impl Cities {
    pub(crate) fn get(&self, id: CityId) -> &City {
        &self.cities[id.0 as usize]
    }

    pub(crate) fn name(&self, id: CityId) -> &str {
        self.names.get(self.get(id).name)
    }

    pub(crate) fn key(&self, id: CityId) -> &str {
        self.names.get(self.get(id).key)
    }

    /// The cities of a country that a folded name means; several where regions share it.
    pub(crate) fn named(&self, country: CountryCode, key: &str) -> impl Iterator<Item = CityId> {
        let start = self
            .index
            .partition_point(|(span, id)| (self.get(*id).country, self.names.get(*span)) < (country, key));
        self.index[start..]
            .iter()
            .take_while(move |(span, id)| self.get(*id).country == country && self.names.get(*span) == key)
            .map(|(_, id)| *id)
    }

    /// Every folded name and alias of a country's cities.
    pub(crate) fn keys(&self, country: CountryCode) -> impl Iterator<Item = (&str, CityId)> {
        let start = self
            .index
            .partition_point(|(_, id)| self.get(*id).country < country);
        self.index[start..]
            .iter()
            .take_while(move |(_, id)| self.get(*id).country == country)
            .map(|(span, id)| (self.names.get(*span), *id))
    }

    /// The area codes that serve the city directly, ascending.
    pub(crate) fn codes(&self, id: CityId) -> impl Iterator<Item = u32> {
        let start = self.codes.partition_point(|(city, _)| *city < id);
        self.codes[start..]
            .iter()
            .take_while(move |(city, _)| *city == id)
            .map(|(_, code)| *code)
    }

    /// Other cities of the country within `radius_km` for which `wanted` holds, nearest first.
    pub(crate) fn near(
        &self,
        center: CityId,
        radius_km: f64,
        wanted: impl Fn(CityId, &City) -> bool,
    ) -> Vec<(f64, CityId)> {
        /// A degree of latitude is longer than this everywhere.
        const KM_PER_DEGREE: f64 = 110.0;
        let country = self.get(center).country;
        let Some(from) = self.get(center).at else {
            return Vec::new();
        };
        let mut found: Vec<(f64, CityId)> = (0u32..)
            .map(CityId)
            .zip(&self.cities)
            .filter(|(id, city)| *id != center && city.country == country)
            .filter_map(|(id, city)| Some((id, city, city.at?)))
            .filter(|(_, _, at)| f64::from((at.lat - from.lat).abs()) * KM_PER_DEGREE <= radius_km)
            .filter(|(id, city, _)| wanted(*id, city))
            .map(|(id, _, at)| (from.kilometers_to(at), id))
            .filter(|(km, _)| *km <= radius_km)
            .collect();
        found.sort_by(|(a, first), (b, second)| {
            let names = |id| (self.key(id), self.get(id).region);
            a.total_cmp(b).then_with(|| names(*first).cmp(&names(*second)))
        });
        found
    }
}

/// A city as the tables name it.
pub(crate) struct Named<'a> {
    pub(crate) country: CountryCode,
    pub(crate) region: Option<RegionCode>,
    pub(crate) name: &'a str,
}

type Identity = (CountryCode, Option<RegionCode>, String);

/// Collects cities; the same country, region and folded name is the same city.
#[derive(Default)]
pub(crate) struct CitiesBuilder {
    built: Cities,
    ids: HashMap<Identity, CityId>,
    /// Folded other names, to the folded name that labels use.
    aliases: HashMap<Identity, String>,
    codes: Vec<(CityId, u32)>,
}

impl CitiesBuilder {
    /// Makes `alias` another name of the city `name`; only for cities added later.
    pub(crate) fn alias(
        &mut self,
        country: CountryCode,
        region: Option<RegionCode>,
        alias: &str,
        name: &str,
    ) {
        self.aliases.insert((country, region, fold(alias)), fold(name));
    }

    /// The city of that name, made on first sight.
    pub(crate) fn city(&mut self, named: &Named<'_>) -> Result<CityId, PlacesError> {
        let mut identity = (named.country, named.region, fold(named.name));
        let is_alias = self.aliases.get(&identity).cloned();
        let aliased = is_alias.is_some();
        if let Some(key) = is_alias {
            identity.2 = key;
        }
        if let Some(id) = self.ids.get(&identity) {
            return Ok(*id);
        }
        let id = CityId(
            self.built
                .cities
                .len()
                .try_into()
                .map_err(|_| CITIES.damaged("too many cities"))?,
        );
        let key = self.built.names.add(&identity.2)?;
        self.built.cities.push(City {
            country: named.country,
            region: named.region,
            at: None,
            population: 0,
            labelled: false,
            // An alias that comes before its city lends no name; the city's own rows do.
            name: if aliased {
                key
            } else {
                self.built.names.add(named.name)?
            },
            key,
        });
        self.built.index.push((key, id));
        self.ids.insert(identity, id);
        Ok(id)
    }

    /// Sets where the city lies and how many people live there, unless known.
    pub(crate) fn place(&mut self, id: CityId, at: Point, population: u32) {
        let city = &mut self.built.cities[id.0 as usize];
        city.at.get_or_insert(at);
        city.population = city.population.max(population);
    }

    /// Notes that numbers carry the city's name.
    pub(crate) fn label(&mut self, id: CityId) {
        self.built.cities[id.0 as usize].labelled = true;
    }

    /// Notes that an area code serves the city directly.
    pub(crate) fn code(&mut self, id: CityId, code: u32) {
        self.codes.push((id, code));
    }

    /// Makes every part of a compound name, and every alias, a name to find the city by.
    pub(crate) fn finish(mut self) -> Result<Cities, PlacesError> {
        for ((country, region, alias), key) in &self.aliases {
            if let Some(id) = self.ids.get(&(*country, *region, key.clone())) {
                self.built.index.push((self.built.names.add(alias)?, *id));
            }
        }
        let labelled = (0u32..)
            .map(CityId)
            .zip(&self.built.cities)
            .filter(|(_, city)| city.labelled);
        let parts: Vec<(CityId, String)> = labelled
            .flat_map(|(id, city)| {
                let name = self.built.names.get(city.name);
                parts_of(name, city.country)
                    .map(fold)
                    .map(move |part| (id, part))
                    .collect::<Vec<_>>()
            })
            .collect();
        for (id, part) in parts {
            self.built.index.push((self.built.names.add(&part)?, id));
        }
        self.codes.sort_unstable();
        // Sorting put a code before those it contains (44191 before 441912): the wider one says it all.
        self.codes
            .dedup_by(|(city, code), (kept_city, kept)| city == kept_city && contains(*kept, *code));
        let mut cities = self.built;
        cities.codes = self.codes;
        let (names, all) = (&cities.names, &cities.cities);
        cities
            .index
            .sort_by_key(|(span, id)| (all[id.0 as usize].country, names.get(*span), *id));
        cities
            .index
            .dedup_by(|a, b| a.1 == b.1 && names.get(a.0) == names.get(b.0));
        cities.names.shrink();
        cities.cities.shrink_to_fit();
        cities.codes.shrink_to_fit();
        cities.index.shrink_to_fit();
        Ok(cities)
    }
}

/// Whether all numbers of the code `inner` are numbers of `outer`.
fn contains(outer: u32, mut inner: u32) -> bool {
    while inner > outer {
        inner /= 10;
    }
    inner == outer
}

/// The names inside a compound one: "Cork/Kinsale/Coachford", "Bangor (Co. Down)"; Swedish ones join with a hyphen.
fn parts_of(name: &str, country: CountryCode) -> impl Iterator<Item = &str> {
    let joins: &[char] = if country.as_str() == "SE" {
        &['/', '-']
    } else {
        &['/']
    };
    let plain = name.split(" (").next().filter(|plain| plain.len() < name.len());
    let parts = name
        .split(joins)
        .map(str::trim)
        .filter(move |part| part.len() < name.len());
    plain.into_iter().chain(parts)
}
