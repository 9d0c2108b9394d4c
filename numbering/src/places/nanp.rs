//! Area codes (NPAs) of the North American Numbering Plan.

use super::PlacesError;
use super::region::RegionCode;
use super::table::NPAS;
use crate::CountryCode;

/// What an area code is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Use {
    Geographic,
    TollFree,
    Premium,
    Special,
}

/// One assigned area code.
#[derive(Debug)]
pub(crate) struct Npa {
    pub(crate) code: u16,
    pub(crate) used_for: Use,
    /// None for codes of several countries.
    pub(crate) country: Option<CountryCode>,
    /// States or provinces; empty outside US and CA.
    pub(crate) regions: Vec<RegionCode>,
    /// Area codes that serve the same area, or part of it, ascending.
    pub(crate) overlays: Vec<u16>,
}

/// All assigned area codes, ascending.
#[derive(Debug)]
pub(crate) struct Npas(Vec<Npa>);

type Row = (u16, Option<CountryCode>, String, Use, String);

impl Npas {
    pub(crate) fn load() -> Result<Self, PlacesError> {
        let mut npas = Vec::new();
        NPAS.each(|(code, country, regions, used_for, overlays): Row| {
            let regions = parts(&regions).filter_map(RegionCode::new).collect();
            let overlays = parts(&overlays).map(str::parse).collect::<Result<_, _>>();
            let overlays = overlays.map_err(|error| NPAS.damaged(format!("overlays of {code}: {error}")))?;
            npas.push(Npa {
                code,
                used_for,
                country,
                regions,
                overlays,
            });
            Ok(())
        })?;
        npas.sort_by_key(|npa| npa.code);
        Ok(Self(npas))
    }

    pub(crate) fn get(&self, code: u16) -> Option<&Npa> {
        self.0
            .binary_search_by_key(&code, |npa| npa.code)
            .ok()
            .map(|at| &self.0[at])
    }

    /// By the first three digits of a text.
    pub(crate) fn of(&self, digits: &str) -> Option<&Npa> {
        self.get(digits.get(..3)?.parse().ok()?)
    }

    pub(crate) fn overlays(&self, code: u16) -> &[u16] {
        self.get(code).map_or(&[], |npa| &npa.overlays)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Npa> {
        self.0.iter()
    }
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split('/').filter(|part| !part.is_empty())
}
