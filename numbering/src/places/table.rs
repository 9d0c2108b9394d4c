//! Reading the tables that come with the crate: CSV with a header line, compressed where the name ends in `.gz`.

use std::fmt::Display;
use std::io::Read;

use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;

use super::PlacesError;

/// One embedded table.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) content: &'static [u8],
}

macro_rules! table {
    ($name:literal) => {
        Table {
            name: $name,
            content: include_bytes!(concat!("../../data/", $name)),
        }
    };
}

pub(crate) const LABELS: Table = table!("labels.csv.gz");
pub(crate) const CITIES: Table = table!("cities.csv.gz");
pub(crate) const NPA_CITIES: Table = table!("npa_cities.csv.gz");
pub(crate) const NPAS: Table = table!("npas.csv");
pub(crate) const GB_AREA_CODES: Table = table!("gb_area_codes.csv");
pub(crate) const ALIASES: Table = table!("aliases.csv");

impl Table {
    /// Gives every row to `take`, in order.
    pub(crate) fn each<R: DeserializeOwned>(
        self,
        mut take: impl FnMut(R) -> Result<(), PlacesError>,
    ) -> Result<(), PlacesError> {
        let content: Box<dyn Read> = match self.name.ends_with(".gz") {
            true => Box::new(GzDecoder::new(self.content)),
            false => Box::new(self.content),
        };
        let mut reader = csv::Reader::from_reader(content);
        let mut record = csv::StringRecord::new();
        while reader
            .read_record(&mut record)
            .map_err(|error| self.damaged(error))?
        {
            // Without the header line fields go by position, which spares a lookup per field.
            take(record.deserialize(None).map_err(|error| self.damaged(error))?)?;
        }
        Ok(())
    }

    pub(crate) fn damaged(self, why: impl Display) -> PlacesError {
        PlacesError {
            table: self.name,
            why: why.to_string(),
        }
    }
}
