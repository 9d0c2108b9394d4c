//! Area codes of country code 44.

use super::PlacesError;
use super::region::RegionCode;
use super::table::GB_AREA_CODES;
use crate::CountryCode;

/// One area code.
#[derive(Debug)]
pub(crate) struct GbAreaCode {
    /// Without the trunk 0.
    pub(crate) code: String,
    /// GB, or a Crown dependency.
    pub(crate) country: CountryCode,
    pub(crate) name: String,
    /// The nation.
    pub(crate) region: Option<RegionCode>,
}

/// All area codes, by their text.
#[derive(Debug)]
pub(crate) struct GbAreaCodes {
    codes: Vec<GbAreaCode>,
}

type Row = (String, CountryCode, String, String);

impl GbAreaCodes {
    pub(crate) fn load() -> Result<Self, PlacesError> {
        let mut codes = Vec::new();
        GB_AREA_CODES.each(|(code, country, name, region): Row| {
            codes.push(GbAreaCode {
                code,
                country,
                name,
                region: RegionCode::new(&region),
            });
            Ok(())
        })?;
        codes.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self { codes })
    }

    /// The longest area code that national digits begin with.
    pub(crate) fn of(&self, national: &str) -> Option<&GbAreaCode> {
        const LONGEST: usize = 6;
        (2..=LONGEST.min(national.len()))
            .rev()
            .find_map(|length| self.get(national.get(..length)?))
    }

    /// Exactly this area code, without trunk 0.
    pub(crate) fn get(&self, code: &str) -> Option<&GbAreaCode> {
        self.codes
            .binary_search_by(|known| known.code.as_str().cmp(code))
            .ok()
            .map(|at| &self.codes[at])
    }
}
