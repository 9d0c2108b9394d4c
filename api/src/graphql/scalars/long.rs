//! Whole numbers that `Int` is too small for.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// A whole number that can pass the 32 bits of `Int`, such as a sum of seconds; never past 2^53 - 1, so that every
/// client can hold it exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Long(i64);

/// The largest whole number that every client can hold exactly.
const LARGEST: u64 = (1 << 53) - 1;

impl Long {
    /// The number, or the largest that there is.
    pub(crate) fn saturating(number: u64) -> Self {
        Self(number.min(LARGEST) as i64)
    }

    /// The number, if it is not too large.
    pub(crate) fn new(number: u64) -> Option<Self> {
        i64::try_from(number.min(LARGEST + 1))
            .ok()
            .filter(|_| number <= LARGEST)
            .map(Self)
    }
}

impl From<u32> for Long {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

/// A whole number that can pass the 32 bits of `Int`, such as a sum of seconds; never past 2^53 - 1, so that every
/// client can hold it exactly.
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_u64().and_then(Self::new),
            _ => None,
        }
        .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_is_exact_in_every_client() {
        assert_eq!(
            Long::new(LARGEST).map(|long| long.to_value()),
            Some(Value::from(LARGEST))
        );
        assert_eq!(Long::new(LARGEST + 1), None);
        assert_eq!(Long::new(u64::MAX), None);
    }
}
