//! From a match to its plan.

use super::anchor::{Anchor, nanp_code};
use super::filter::{self, Filter};
use super::tiers::{Allowed, Around, Tiers, geographic};
use super::{Cell, GeographicMatch, MatchError, MatchPlan, NumberMatch, PlaceFilter, Prefix, Step, Tier};
use crate::places::{NANP_CODE, Places, Use};
use crate::text::{excerpt, is_digits};
use crate::{CountryCode, E164, NumberType, metadata};

impl Places {
    /// Where in a stock to look for a number that answers the match, in order of preference: tier, distance,
    /// area codes that serve a place directly before overlays.
    ///
    /// Requests *local to* a number or city go through all tiers. A *geographic* request by city stays inside the
    /// city and its area codes. `widen` loosens both: the whole region comes last, and a geographic request may
    /// also be answered from nearby cities and overlays.
    ///
    /// ```
    /// use numbering::{NumberMatch, Places, Tier};
    ///
    /// let near = NumberMatch::LocalToNumber { number: "+19056372046".parse()?, prefix: Some("289".parse()?) };
    /// let plan = Places::shared()?.plan(&near, false)?;
    /// assert_eq!(plan.steps[0].tier, Tier::T2SameCity);
    /// assert_eq!(plan.steps[0].city.as_deref(), Some("Burlington"));
    /// assert!(plan.steps.iter().all(|step| step.cell.prefix.as_deref() == Some("+1289")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MatchError`] when the match itself cannot be answered, whatever the stock.
    pub fn plan(&self, wanted: &NumberMatch, widen: bool) -> Result<MatchPlan, MatchError> {
        let steps = match wanted {
            NumberMatch::LocalToNumber { number, prefix } => self.plan_local(
                &self.number_anchor(number)?,
                prefix.as_ref(),
                Around::Nearby,
                widen,
            )?,
            NumberMatch::LocalToCity {
                city,
                region,
                country,
                prefix,
            } => {
                let anchor = self.city_anchor(self.resolve_city(*country, city, region.as_deref())?);
                self.plan_local(&anchor, prefix.as_ref(), Around::Nearby, widen)?
            }
            NumberMatch::Geographic(GeographicMatch::City {
                country,
                city,
                region,
            }) => {
                let anchor = self.city_anchor(self.resolve_city(*country, city, region.as_deref())?);
                let around = if widen { Around::Nearby } else { Around::Inside };
                self.plan_local(&anchor, None, around, widen)?
            }
            NumberMatch::Geographic(GeographicMatch::AreaCode { country, area_code }) => {
                self.plan_area_code(*country, area_code, widen)?
            }
            NumberMatch::TollFree { country, prefix } => {
                vec![self.plan_toll_free(*country, prefix.as_ref())?]
            }
            NumberMatch::National { country } => vec![plan_national(*country)?],
            NumberMatch::Exact(number) => vec![plan_exact(number)],
        };
        Ok(MatchPlan { steps })
    }

    /// Whether a number is an answer to the match, as far as the tables can tell: it lies in a cell of the plan.
    /// Its facts come from [`Places::describe`]; a carrier that knows the city of a number better compares with
    /// [`Cell::admits`]. False for a match that cannot be planned.
    #[must_use]
    pub fn satisfies(&self, wanted: &NumberMatch, widen: bool, number: &E164) -> bool {
        let facts = self.describe(number);
        let plan = self.plan(wanted, widen);
        plan.is_ok_and(|plan| plan.steps.iter().any(|step| step.cell.admits(number, &facts)))
    }

    fn plan_local(
        &self,
        anchor: &Anchor,
        prefix: Option<&Prefix>,
        around: Around,
        region: bool,
    ) -> Result<Vec<Step>, MatchError> {
        if !anchor.is_nanp() {
            filter::refuse(prefix)?;
        }
        let filter = Filter::new(self, prefix, Use::Geographic)?;
        let steps = Tiers::new(self, anchor, filter).build(Allowed { around, region });
        let any_nearby = steps.iter().any(|step| step.tier == Tier::T4NearbyCity);
        let has_local_area = any_nearby || !(anchor.covering.is_empty() && anchor.own.is_empty());
        if has_local_area && !steps.is_empty() {
            return Ok(steps);
        }
        let no_local_area = || MatchError::NoLocalArea {
            place: anchor.name.clone(),
            why: "no area code is known to serve it or a city within 40 km; name a larger city nearby"
                .to_owned(),
            field: anchor.field,
        };
        Err(filter
            .contradiction(self.area_codes_of(anchor))
            .unwrap_or_else(no_local_area))
    }

    /// Which area codes a place has, for an error about a filter that is none of them.
    fn area_codes_of(&self, anchor: &Anchor) -> String {
        let mut codes: Vec<u16> = anchor
            .own
            .iter()
            .chain(&anchor.covering)
            .copied()
            .filter_map(nanp_code)
            .collect();
        let overlays: Vec<u16> = codes
            .iter()
            .flat_map(|code| self.npas.overlays(*code))
            .copied()
            .collect();
        codes.extend(overlays);
        codes.sort_unstable();
        codes.dedup();
        let codes: Vec<String> = codes.iter().map(u16::to_string).collect();
        format!(
            "it is not local to {}, which has the area codes {}",
            anchor.name,
            codes.join(", ")
        )
    }

    fn plan_area_code(&self, country: CountryCode, text: &str, widen: bool) -> Result<Vec<Step>, MatchError> {
        let unknown = |why: String| MatchError::UnknownAreaCode {
            area_code: excerpt(text),
            place: country.to_string(),
            why,
            field: "areaCode",
        };
        let digits = text.trim();
        if !is_digits(digits) {
            return Err(unknown(
                "write it in digits, with or without the leading 0".to_owned(),
            ));
        }
        let calling_code = metadata::calling_code(country)
            .ok_or_else(|| unsupported(country, "area codes", "it has no numbering plan of its own"))?;
        let code = self
            .known_area_code(country, calling_code, digits)
            .map_err(unknown)?;
        let reason = format!("in area code {digits}, as asked");
        let own = Step {
            tier: Tier::Requested,
            cell: geographic(country, Some(format!("+{calling_code}{code}"))),
            city: None,
            distance_km: None,
            overlay: false,
            reason,
        };
        let mut steps = vec![own];
        if widen && calling_code == NANP_CODE {
            let overlays = code.parse().map_or(&[][..], |npa| self.npas.overlays(npa));
            steps.extend(overlays.iter().map(|over| overlay_step(country, *over, &code)));
        }
        Ok(steps)
    }

    /// The area code without trunk prefix, or why it is none.
    fn known_area_code(
        &self,
        country: CountryCode,
        calling_code: u32,
        digits: &str,
    ) -> Result<String, String> {
        if calling_code == NANP_CODE {
            return self.known_npa(country, digits);
        }
        let trunk = metadata::trunk_prefix(country);
        let without_trunk = trunk.as_deref().and_then(|trunk| digits.strip_prefix(trunk));
        let code = without_trunk.unwrap_or(digits);
        if calling_code == GB_CODE {
            return match self.gb.get(code) {
                Some(known) if known.country == country => Ok(code.to_owned()),
                Some(known) => Err(format!("it is {} in {}", known.name, known.country)),
                None => Err("no such code is in use".to_owned()),
            };
        }
        let labelled = self.labels.get(&format!("{calling_code}{code}")).is_some();
        if labelled || metadata::has_area_code(country, code) {
            return Ok(code.to_owned());
        }
        Err("no geographic numbers with it are known".to_owned())
    }

    fn known_npa(&self, country: CountryCode, digits: &str) -> Result<String, String> {
        let npa = if digits.len() == 3 {
            self.npas.of(digits)
        } else {
            None
        };
        match npa {
            None => Err("no such code is assigned; give three digits".to_owned()),
            Some(npa) if npa.used_for == Use::TollFree => {
                Err("it is toll-free; ask for a toll-free number".to_owned())
            }
            Some(npa) if npa.used_for != Use::Geographic => Err("it belongs to no place".to_owned()),
            Some(npa) => match npa.country {
                Some(other) if other != country => Err(format!("it is in {other}")),
                _ => Ok(digits.to_owned()),
            },
        }
    }

    fn plan_toll_free(&self, country: CountryCode, prefix: Option<&Prefix>) -> Result<Step, MatchError> {
        let unsupported = || unsupported(country, "toll-free numbers", "its numbering plan has none");
        let calling_code = metadata::calling_code(country).ok_or_else(unsupported)?;
        if !metadata::has_type(country, NumberType::TollFree) {
            return Err(unsupported());
        }
        let (country, prefix, reason) = if calling_code == NANP_CODE {
            let filter = Filter::new(self, prefix, Use::TollFree)?;
            let reason = match filter.npa() {
                Some(npa) => format!("toll-free, in {} as asked", npa.code),
                None => "toll-free".to_owned(),
            };
            (None, filter.with(Some("+1".to_owned())).flatten(), reason)
        } else {
            filter::refuse(prefix)?;
            (
                Some(country),
                Some(format!("+{calling_code}{}", toll_free_range(country))),
                "toll-free".to_owned(),
            )
        };
        Ok(requested(country, NumberType::TollFree, prefix, reason))
    }
}

/// Country code of the United Kingdom and the Crown dependencies.
const GB_CODE: u32 = 44;

/// The first national digits of a country's toll-free numbers, where the type alone allows more: 080 in GB.
fn toll_free_range(country: CountryCode) -> &'static str {
    if country == CountryCode::GB { "80" } else { "" }
}

/// The same for national numbers: 03 in GB, where corporate numbers (055) are of the same metadata type.
fn national_range(country: CountryCode) -> &'static str {
    if country == CountryCode::GB { "3" } else { "" }
}

fn plan_national(country: CountryCode) -> Result<Step, MatchError> {
    let unsupported = || unsupported(country, "national numbers", "its numbering plan has none");
    let calling_code = metadata::calling_code(country).ok_or_else(unsupported)?;
    if calling_code == NANP_CODE || !metadata::has_type(country, NumberType::National) {
        return Err(unsupported());
    }
    let prefix = format!("+{calling_code}{}", national_range(country));
    let reason = format!("national number of {country}");
    Ok(requested(
        Some(country),
        NumberType::National,
        Some(prefix),
        reason,
    ))
}

fn plan_exact(number: &E164) -> Step {
    let cell = Cell {
        country: None,
        types: Vec::new(),
        prefix: Some(number.to_string()),
        place: PlaceFilter::Any,
        region: None,
    };
    let reason = "the number asked for".to_owned();
    Step {
        tier: Tier::Requested,
        cell,
        city: None,
        distance_km: None,
        overlay: false,
        reason,
    }
}

fn requested(
    country: Option<CountryCode>,
    number_type: NumberType,
    prefix: Option<String>,
    reason: String,
) -> Step {
    let cell = Cell {
        country,
        types: vec![number_type],
        prefix,
        place: PlaceFilter::Any,
        region: None,
    };
    Step {
        tier: Tier::Requested,
        cell,
        city: None,
        distance_km: None,
        overlay: false,
        reason,
    }
}

fn overlay_step(country: CountryCode, over: u16, code: &str) -> Step {
    Step {
        tier: Tier::T6OverlayAreaCode,
        cell: geographic(country, Some(format!("+{}", Places::nanp_prefix(over)))),
        city: None,
        distance_km: None,
        overlay: true,
        reason: format!("in area code {over}, which overlays {code}"),
    }
}

fn unsupported(country: CountryCode, what: &str, why: &str) -> MatchError {
    MatchError::UnsupportedCountry {
        country,
        what: what.to_owned(),
        why: why.to_owned(),
    }
}
