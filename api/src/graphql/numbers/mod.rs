//! Phone numbers: the inventory, the stock of providers, and what can be done with them.

mod assignment;
mod event;
mod hold;
mod matching;
mod mutation;
mod number;
mod query;
mod relations;
mod route;
mod stock;
mod subscription;
mod words;

pub(crate) use assignment::AssignmentMutations;
pub(crate) use event::NumberEvent;
pub(crate) use hold::Hold;
pub(crate) use matching::{GeographicMatch, NationalMatch, read_country, united_states};
pub(crate) use mutation::NumberMutations;
pub(crate) use number::Number;
pub(crate) use query::{NumberFilter, NumberOrder, NumberQueries, page};
pub(crate) use relations::relations;
pub(crate) use route::{CallRoute, CallRouteInput, SmsRoute};
pub(crate) use stock::StockQueries;
pub(crate) use subscription::NumberSubscriptions;
pub(crate) use words::{NumberCategory, NumberStatus, NumberType};
