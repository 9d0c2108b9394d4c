//! Calls as a telephone system records them: its files, which rows are legs of one call, whose calls they are, and
//! what statistics see of them. Knows no database and no GraphQL.

mod fact;
mod formats;
mod grouping;
pub mod packed;
mod parties;
mod record;
pub mod statistics;

pub use fact::{CallFact, PartyDisposition, Side, Subject};
pub use formats::{CallLine, Format, Rows, Settings};
pub use grouping::{Call, Rung};
pub use parties::{
    CallNumber, CallNumbers, CallRecord, Direction, Directory, Extension, NumberOwner, NumberReader,
    OwnNumber, Party, Tenure, extension_names,
};
pub use record::{Called, Disposition, Leg, Row, RowFault, merge_legs};
