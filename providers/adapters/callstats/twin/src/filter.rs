//! "Filtering Options".

use provider_testkit::twin::{TwinRequest, Unexpected};

use crate::number::{Number, NumberType, Status};

/// Which numbers are counted.
#[derive(Debug)]
pub(crate) struct Filter {
    active: bool,
    dropped: bool,
    /// Empty for numbers without a dealer.
    dealer: Option<String>,
    number_type: Option<NumberType>,
}

impl Filter {
    pub(crate) fn read(request: &TwinRequest) -> Result<Self, Unexpected> {
        request.only_query(&["active", "excludeDropped", "dropped", "dealerCode", "numberType"])?;
        let active = flag(request, "active")? || flag(request, "excludeDropped")?;
        let dropped = flag(request, "dropped")?;
        if active && dropped {
            return Err(Unexpected::new(
                "active and dropped numbers together are not described",
            ));
        }
        let number_type = match request.query("numberType") {
            None => None,
            Some(word) => Some(NumberType::of_parameter(word).ok_or_else(|| {
                Unexpected::new(format!("the value {word:?} of numberType is not described"))
            })?),
        };
        Ok(Self {
            active,
            dropped,
            dealer: request.query("dealerCode").map(str::to_owned),
            number_type,
        })
    }

    pub(crate) fn lets_through(&self, number: &Number) -> bool {
        let is_dropped = number.status == Status::Dropped;
        let dealer = number.dealer.as_deref().unwrap_or_default();
        (!self.active || !is_dropped)
            && (!self.dropped || is_dropped)
            && self.dealer.as_ref().is_none_or(|wanted| wanted == dealer)
            && self.number_type.is_none_or(|wanted| wanted == number.number_type)
    }

    /// Whether dropped numbers and others are told apart.
    pub(crate) const fn status_is_known(&self) -> bool {
        self.active || self.dropped
    }
}

fn flag(request: &TwinRequest, name: &str) -> Result<bool, Unexpected> {
    match request.query(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Unexpected::new(format!(
            "{name} is a boolean, so {other:?} is not described"
        ))),
    }
}
