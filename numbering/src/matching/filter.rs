//! The hard prefix filter on a step's own prefix.

use crate::places::{Npa, Places, Use};
use crate::{MatchError, Prefix};

/// A checked prefix filter, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter<'a> {
    /// The digits and the area code they lie in.
    given: Option<(&'a str, &'a Npa)>,
}

impl<'a> Filter<'a> {
    /// Checks that the filter's area code is assigned and in use for what is asked.
    pub(crate) fn new(
        places: &'a Places,
        prefix: Option<&'a Prefix>,
        wanted: Use,
    ) -> Result<Self, MatchError> {
        let Some(prefix) = prefix else {
            return Ok(Self { given: None });
        };
        let npa = places
            .npas
            .of(prefix.as_str())
            .ok_or_else(|| MatchError::UnknownAreaCode {
                area_code: prefix.npa().to_owned(),
                place: "the North American Numbering Plan".to_owned(),
                why: "it is not assigned; leave the filter out or give another".to_owned(),
                field: "prefix",
            })?;
        if npa.used_for != wanted {
            return Err(bad(prefix.as_str(), mismatch(places, npa, wanted)));
        }
        Ok(Self {
            given: Some((prefix.as_str(), npa)),
        })
    }

    /// The area code of the filter.
    pub(crate) fn npa(&self) -> Option<&'a Npa> {
        self.given.map(|(_, npa)| npa)
    }

    /// The prefix that both the step and the filter ask for: `Some(None)` where neither asks for any, none where
    /// they contradict each other.
    pub(crate) fn with(&self, own: Option<String>) -> Option<Option<String>> {
        let Some((digits, _)) = self.given else {
            return Some(own);
        };
        let filter = format!("+1{digits}");
        match own {
            None => Some(Some(filter)),
            Some(own) if own.starts_with(&filter) => Some(Some(own)),
            Some(own) if filter.starts_with(&own) => Some(Some(filter)),
            Some(_) => None,
        }
    }

    /// The error for a filter that leaves nothing of a request.
    pub(crate) fn contradiction(&self, why: String) -> Option<MatchError> {
        self.given.map(|(digits, _)| bad(digits, why))
    }
}

/// Refuses a filter where numbers are not North American.
pub(crate) fn refuse(prefix: Option<&Prefix>) -> Result<(), MatchError> {
    match prefix {
        None => Ok(()),
        Some(prefix) => Err(bad(
            prefix.as_str(),
            "filters are North American area codes and exchanges; elsewhere ask by area code".to_owned(),
        )),
    }
}

fn bad(digits: &str, why: String) -> MatchError {
    MatchError::BadFilter {
        prefix: digits.to_owned(),
        why,
    }
}

fn mismatch(places: &Places, npa: &Npa, wanted: Use) -> String {
    match wanted {
        Use::TollFree => {
            let toll_free = places.npas.iter().filter(|npa| npa.used_for == Use::TollFree);
            let codes: Vec<String> = toll_free.map(|npa| npa.code.to_string()).collect();
            format!(
                "{} is not toll-free; toll-free codes are {}",
                npa.code,
                codes.join(", ")
            )
        }
        _ if npa.used_for == Use::TollFree => {
            format!(
                "{} is toll-free and local to no place; ask for a toll-free number",
                npa.code
            )
        }
        _ => format!("{} is not a geographic area code", npa.code),
    }
}
