//! What the tables know of a number.

use super::{Label, NANP_CODE, Npa, Places, RegionCode, Use};
use crate::{CountryCode, E164, NumberType, metadata};

/// What the numbering plan says about a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facts {
    /// What the number is for.
    pub number_type: NumberType,
    /// Its country; none for numbers of several countries, such as North American toll-free numbers.
    pub country: Option<CountryCode>,
    /// The national destination code without trunk prefix: `905`, `117`, `24`, `1274`. North American numbers
    /// always have one (`833`), others where it stands for an area.
    pub area_code: Option<String>,
    /// The exchange (NXX); North American numbers only.
    pub exchange: Option<String>,
    /// The city or area the number's prefix belongs to, where known: `Hamilton`.
    pub locality: Option<String>,
    /// State or province of US and CA (`GA`, `ON`), nation of GB (`ENG`, `SCT`, `WLS`, `NIR`), where known.
    pub region: Option<String>,
    /// The rate center. No open table tells it, so it is empty here; carriers and imports may know it.
    pub rate_center: Option<String>,
}

impl Places {
    /// What the numbering plan says about a number.
    ///
    /// Never fails: what is not known is [`NumberType::Unknown`] or none.
    #[must_use]
    pub fn describe(&self, number: &E164) -> Facts {
        match number.nanp_digits() {
            Some(national) => self.describe_north_american(number, national),
            None => self.describe_other(number),
        }
    }

    fn describe_north_american(&self, number: &E164, national: &str) -> Facts {
        let described = metadata::describe(number);
        let npa = self.npas.of(national);
        let number_type = match npa {
            // New area codes and exchanges appear here before the metadata has them.
            Some(npa) if described.number_type == NumberType::Unknown => type_by_use(npa, national),
            _ => described.number_type,
        };
        let label = self.label(number, number_type);
        Facts {
            number_type,
            country: npa.map_or(described.country, |npa| npa.country),
            area_code: Some(national[..3].to_owned()),
            exchange: Some(national[3..6].to_owned()),
            locality: self.locality(label),
            region: label
                .and_then(|label| label.region)
                .or(npa.and_then(only_region))
                .map(text),
            rate_center: None,
        }
    }

    fn describe_other(&self, number: &E164) -> Facts {
        let described = metadata::describe(number);
        let gb_code = number
            .digits()
            .strip_prefix("44")
            .and_then(|national| self.gb.of(national));
        let number_type = match gb_code {
            // Ranges are opened before the metadata has them.
            Some(_) if described.number_type == NumberType::Unknown && metadata::has_full_length(number) => {
                NumberType::Geographic
            }
            _ => described.number_type,
        };
        let geographic = number_type == NumberType::Geographic;
        let gb_code = gb_code.filter(|_| geographic);
        let label = self.label(number, number_type);
        Facts {
            number_type,
            country: gb_code.map(|code| code.country).or(described.country),
            area_code: described
                .area_code
                .or_else(|| gb_code.map(|code| code.code.clone())),
            exchange: None,
            locality: self.locality(label),
            region: label
                .and_then(|label| label.region)
                .or(gb_code.and_then(|code| code.region))
                .map(text),
            rate_center: None,
        }
    }

    fn label(&self, number: &E164, number_type: NumberType) -> Option<Label> {
        if number_type == NumberType::Geographic {
            self.labels.of(number.digits())
        } else {
            None
        }
    }

    fn locality(&self, label: Option<Label>) -> Option<String> {
        label
            .and_then(|label| label.city)
            .map(|city| self.cities.name(city).to_owned())
    }

    /// A North American area code with its country code, as the city tables hold it.
    pub(crate) fn nanp_prefix(npa: u16) -> u32 {
        NANP_CODE * 1000 + u32::from(npa)
    }
}

fn type_by_use(npa: &Npa, national: &str) -> NumberType {
    let exchange = &national.as_bytes()[3..6];
    // An exchange begins with 2 to 9 and is no service code (N11).
    let assignable = exchange[0] >= b'2' && exchange[1..] != *b"11";
    match npa.used_for {
        _ if !assignable => NumberType::Unknown,
        Use::Geographic => NumberType::Geographic,
        Use::TollFree => NumberType::TollFree,
        Use::Premium => NumberType::PremiumRate,
        Use::Special => NumberType::SpecialService,
    }
}

fn only_region(npa: &Npa) -> Option<RegionCode> {
    match npa.regions[..] {
        [region] => Some(region),
        _ => None,
    }
}

fn text(region: RegionCode) -> String {
    region.as_str().to_owned()
}
