//! Pools of numbers that stand in for a page's own (document `telmetrics-number-pools`).

mod matching;
mod mutation;
mod pool;
mod query;
mod replacement;

pub(crate) use mutation::PoolMutations;
pub(crate) use pool::NumberPool;
pub(crate) use query::{PoolQueries, page};
