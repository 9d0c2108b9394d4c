use std::cmp::Ordering;

use icu_collator::{Collator, CollatorBorrowed, options::CollatorOptions};

/// How names are ordered for people: by the root collation of Unicode (CLDR), so that case and accents decide only
/// between names that are the same otherwise.
#[derive(Debug)]
pub struct NameOrder(CollatorBorrowed<'static>);

/// The collation's data can't be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("names can't be ordered: {0}")]
pub struct NameOrderError(String);

impl NameOrder {
    /// The order of names.
    ///
    /// # Errors
    /// [`NameOrderError`] when the data that the program was built with can't be used.
    pub fn new() -> Result<Self, NameOrderError> {
        Collator::try_new(Default::default(), CollatorOptions::default())
            .map(Self)
            .map_err(|error| NameOrderError(error.to_string()))
    }

    /// Which of two names comes first.
    #[must_use]
    pub fn compare(&self, one: &str, other: &str) -> Ordering {
        self.0.compare(one, other)
    }
}

/// What extension numbers are ordered by: shorter ones first, so that "99" comes before "200".
#[must_use]
pub fn extension_order(number: &str) -> (usize, &str) {
    (number.len(), number)
}
