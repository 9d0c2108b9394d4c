//! Where numbers belong.

mod cities;
mod describe;
mod gb;
mod labels;
mod names;
mod nanp;
mod region;
mod table;

use std::sync::LazyLock;

pub(crate) use cities::{Cities, CityId};
pub use describe::Facts;
pub(crate) use gb::GbAreaCodes;
pub(crate) use labels::{Label, Labels};
pub(crate) use nanp::{Npa, Npas, Use};
pub(crate) use region::{RegionCode, find as find_region, regions_of};

use crate::CountryCode;
use cities::{CitiesBuilder, Named, Point};
use table::{ALIASES, CITIES, NPA_CITIES};

/// The place tables, in memory and immutable.
///
/// ```
/// use numbering::{E164, Places};
///
/// let facts = Places::shared()?.describe(&"+19056372046".parse::<E164>()?);
/// assert_eq!(facts.locality.as_deref(), Some("Burlington"));
/// assert_eq!(facts.region.as_deref(), Some("ON"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Places {
    pub(crate) labels: Labels,
    pub(crate) cities: Cities,
    pub(crate) npas: Npas,
    pub(crate) gb: GbAreaCodes,
}

/// The tables that come with the crate cannot be read; the program was built from damaged files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the numbering table {table} cannot be read: {why}")]
pub struct PlacesError {
    /// The table's file name.
    pub table: &'static str,
    /// What is wrong with it.
    pub why: String,
}

static SHARED: LazyLock<Result<Places, PlacesError>> = LazyLock::new(Places::load);

type CityRow = (CountryCode, String, String, f32, f32, u32);
type NpaCityRow = (u32, CountryCode, String, String, f32, f32);
type AliasRow = (CountryCode, String, String, String);

impl Places {
    /// Reads the tables that come with the crate.
    ///
    /// # Errors
    /// [`PlacesError`] when a table is damaged.
    pub fn load() -> Result<Self, PlacesError> {
        let npas = Npas::load()?;
        let gb = GbAreaCodes::load()?;
        let mut cities = CitiesBuilder::default();
        ALIASES.each(|(country, region, alias, name): AliasRow| {
            cities.alias(country, RegionCode::new(&region), &alias, &name);
            Ok(())
        })?;
        let labels = Labels::load(&mut cities, &gb)?;
        CITIES.each(|(country, region, name, lat, lon, population): CityRow| {
            let region = RegionCode::new(&region);
            let id = cities.city(&Named {
                country,
                region,
                name: &name,
            })?;
            cities.place(id, Point { lat, lon }, population);
            Ok(())
        })?;
        NPA_CITIES.each(|(npa, country, region, name, lat, lon): NpaCityRow| {
            let region = RegionCode::new(&region);
            let id = cities.city(&Named {
                country,
                region,
                name: &name,
            })?;
            cities.place(id, Point { lat, lon }, 0);
            cities.code(id, NANP_CODE * 1000 + npa);
            Ok(())
        })?;
        Ok(Self {
            labels,
            cities: cities.finish()?,
            npas,
            gb,
        })
    }

    /// The tables, read once for the process.
    ///
    /// # Errors
    /// [`PlacesError`] when a table is damaged.
    pub fn shared() -> Result<&'static Self, PlacesError> {
        SHARED.as_ref().map_err(Clone::clone)
    }
}

/// The country code of the North American Numbering Plan.
pub(crate) const NANP_CODE: u32 = 1;
