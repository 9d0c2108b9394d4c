//! Facts of the world's numbering plans: what a phone number is, where it belongs, and which numbers answer a
//! request for one.

mod country;
mod e164;
mod fold;
mod keypad;
mod matching;
mod metadata;
mod number_type;
mod places;
pub mod replaceable;
mod text;

pub use country::{CountryCode, UnknownCountry};
pub use e164::{E164, NumberError};
pub use fold::fold;
pub use keypad::keypad_digits;
pub use matching::{
    Cell, GeographicMatch, MatchError, MatchPlan, NumberMatch, PlaceFilter, Prefix, Step, Tier,
};
pub use number_type::{NumberCategory, NumberType};
pub use places::{Facts, Places, PlacesError};
