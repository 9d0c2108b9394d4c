//! Between the contract's values and Telmetrics' words. Pure.

mod answer;
mod request;

pub(crate) use answer::{number_receipt, pool_receipt, reference};
pub(crate) use request::{create_number, create_pool};
