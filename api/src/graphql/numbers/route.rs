use async_graphql::{Enum, InputObject, OneofObject, SimpleObject, Union};
use provider_core::domain::{self, E164};

use crate::graphql::{input::Faults, scalars::PhoneNumber};

/// Where calls to a number go.
#[derive(Union)]
pub(crate) enum CallRoute {
    Basic(BasicCallRoute),
}

/// Every call is forwarded to one number.
#[derive(SimpleObject)]
pub(crate) struct BasicCallRoute {
    /// The number that rings.
    termination_number: PhoneNumber,
}

impl CallRoute {
    pub(crate) fn basic(termination_number: E164) -> Self {
        Self::Basic(BasicCallRoute {
            termination_number: termination_number.into(),
        })
    }
}

/// Where messages to a number go.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::SmsRoute")]
pub(crate) enum SmsRoute {
    /// Nowhere: they are not forwarded.
    None,
}

/// Where calls shall go.
#[derive(OneofObject)]
pub(crate) enum CallRouteInput {
    /// To one number.
    Basic(BasicCallRouteInput),
}

/// Forwards every call to one number.
#[derive(InputObject)]
pub(crate) struct BasicCallRouteInput {
    /// The number that shall ring.
    termination_number: PhoneNumber,
}

impl CallRouteInput {
    /// The route; a number that is none is gathered as a fault of `input.callRoute`.
    pub(crate) fn read(self, faults: &mut Faults) -> Option<domain::CallRoute> {
        let Self::Basic(BasicCallRouteInput { termination_number }) = self;
        let path = "input.callRoute.basic.terminationNumber";
        let termination_number =
            termination_number.field(faults, service::UserErrorCode::InvalidNumber, path)?;
        Some(domain::CallRoute::Basic { termination_number })
    }
}
