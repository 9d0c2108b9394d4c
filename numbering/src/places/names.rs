//! Compact storage for many short strings.

use super::PlacesError;
use super::table::CITIES;

/// All names in one allocation.
#[derive(Debug, Default)]
pub(crate) struct Names(String);

/// Where one name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    start: u32,
    length: u16,
}

impl Names {
    pub(crate) fn add(&mut self, name: &str) -> Result<Span, PlacesError> {
        let too_large = || CITIES.damaged("too many or too long names");
        let span = Span {
            start: self.0.len().try_into().map_err(|_| too_large())?,
            length: name.len().try_into().map_err(|_| too_large())?,
        };
        self.0.push_str(name);
        Ok(span)
    }

    pub(crate) fn get(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.0
            .get(start..start + usize::from(span.length))
            .unwrap_or_default()
    }

    pub(crate) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}
