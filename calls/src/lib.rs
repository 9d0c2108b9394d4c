//! Calls as a telephone system records them: its files, which rows are legs of one call, whose calls they are, and
//! what statistics see of them. Knows no database and no GraphQL.

mod fact;

pub use fact::{CallFact, PartyDisposition, Side, Subject};
