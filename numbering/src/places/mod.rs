//! Where numbers belong.

use std::sync::LazyLock;

use crate::matching::{Cell, MatchError, MatchPlan, NumberMatch, PlaceFilter, Step, Tier};
use crate::{CountryCode, E164, NumberType, metadata};

/// What the numbering plan says about a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facts {
    /// What the number is for.
    pub number_type: NumberType,
    /// Its country; none for numbers of several countries, such as North American toll-free numbers.
    pub country: Option<CountryCode>,
    /// The national destination code without trunk prefix: `905`, `117`, `24`, `1274`.
    pub area_code: Option<String>,
    /// The exchange (NXX); North American geographic numbers only.
    pub exchange: Option<String>,
    /// The city or area the number's prefix belongs to, where known: `Hamilton`.
    pub locality: Option<String>,
    /// State or province of US and CA (`GA`, `ON`), nation of GB (`ENG`, `SCT`, `WLS`, `NIR`), where known.
    pub region: Option<String>,
    /// The rate center. The open tables carry none, so it stays empty until a carrier or an import tells it.
    pub rate_center: Option<String>,
}

/// The place tables, in memory and immutable.
#[derive(Debug)]
pub struct Places {}

/// The tables that come with the crate cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the numbering table {table} cannot be read: {why}")]
pub struct PlacesError {
    /// The table's file name.
    pub table: &'static str,
    /// What is wrong with it.
    pub why: String,
}

static SHARED: LazyLock<Result<Places, PlacesError>> = LazyLock::new(Places::load);

impl Places {
    /// Reads the tables that come with the crate.
    ///
    /// # Errors
    /// [`PlacesError`] when a table is damaged.
    pub fn load() -> Result<Self, PlacesError> {
        Ok(Self {})
    }

    /// The tables, read once for the process.
    ///
    /// # Errors
    /// [`PlacesError`] when a table is damaged.
    pub fn shared() -> Result<&'static Self, PlacesError> {
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// What the numbering plan says about a number.
    #[must_use]
    pub fn describe(&self, number: &E164) -> Facts {
        let described = metadata::describe(number);
        Facts {
            number_type: described.number_type,
            country: described.country,
            area_code: described.area_code,
            exchange: None,
            locality: None,
            region: None,
            rate_center: None,
        }
    }

    /// Where in a stock to look for a number that answers the match, in order of preference. `widen` allows
    /// the whole region as a last tier.
    ///
    /// # Errors
    /// [`MatchError`] when the match itself cannot be answered, whatever the stock.
    pub fn plan(&self, wanted: &NumberMatch, _widen: bool) -> Result<MatchPlan, MatchError> {
        match wanted {
            NumberMatch::Exact(number) => Ok(MatchPlan {
                steps: vec![Step {
                    tier: Tier::Requested,
                    cell: Cell {
                        country: None,
                        types: Vec::new(),
                        prefix: Some(number.to_string()),
                        place: PlaceFilter::Any,
                        region: None,
                    },
                    city: None,
                    distance_km: None,
                    overlay: false,
                    reason: format!("{number} was asked for"),
                }],
            }),
            _ => Err(MatchError::UnsupportedCountry {
                country: CountryCode::US,
                what: "places".to_owned(),
                why: "the place tables are not loaded".to_owned(),
            }),
        }
    }

    /// Whether a number is an answer to the match, as far as the tables can tell.
    #[must_use]
    pub fn satisfies(&self, wanted: &NumberMatch, widen: bool, number: &E164) -> bool {
        let facts = self.describe(number);
        self.plan(wanted, widen)
            .is_ok_and(|plan| plan.steps.iter().any(|step| step.cell.admits(number, &facts)))
    }
}
