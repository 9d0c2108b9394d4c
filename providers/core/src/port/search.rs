//! Searching the stock of a provider.

use std::fmt::Debug;

use async_trait::async_trait;

use super::MatchTerms;
use super::check::{answers, distinct, violated, within};
use crate::call::{CallContext, Operation};
use crate::domain::{NumberQuery, StockNumber};
use crate::error::Result;

/// Looks for numbers that could be ordered.
///
/// Answers are free of side effects: nothing is reserved, and a number may be gone when it is ordered.
#[async_trait]
pub trait NumberSearch: Debug + Send + Sync {
    /// What can be searched for.
    fn terms(&self) -> &SearchTerms;

    /// The best numbers for a query, at most `limit` of them.
    ///
    /// * Every number satisfies the query's match. The prefix filter and the area code are hard.
    /// * Best first. A port that knows tiers sorts by tier, then distance, then direct before overlay area
    ///   codes, then number; others keep their upstream's order.
    /// * `widen` is a permission: a port that can't widen answers as if it were `false`.
    /// * An empty list means that nothing matching is in stock now.
    ///
    /// # Errors
    /// `InvalidRequest` when no stock can answer the match, with the refusal `UnknownCity`,
    /// `AmbiguousCity`, `UnknownRegion`, `NoLocalArea`, `UnknownAreaCode`, `BadFilter`, `InvalidNumber` or
    /// `UnsupportedCountry`. Never `NoStock`: that is the empty list.
    async fn search(&self, cx: &CallContext, query: &NumberQuery) -> Result<Vec<StockNumber>>;
}

/// What a [`NumberSearch`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerms {
    /// The matches.
    pub matches: MatchTerms,
    /// The largest `limit`.
    pub largest_limit: u32,
}

pub(crate) const SEARCH: Operation = Operation::read("search.search");

impl SearchTerms {
    /// Refuses a query outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept(&self, query: &NumberQuery) -> Result<()> {
        self.matches.accept(SEARCH.name, &query.matching)?;
        within(SEARCH.name, "limit", query.limit, &(1..=self.largest_limit))
    }
}

/// Checks that an answer fits its query.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_found(query: &NumberQuery, found: &[StockNumber]) -> Result<()> {
    if found.len() > query.limit as usize {
        return Err(violated(SEARCH.name, "more numbers than were asked for"));
    }
    distinct(SEARCH.name, found.iter().map(|stock| &stock.number))?;
    found
        .iter()
        .try_for_each(|stock| answers(SEARCH.name, &query.matching, &stock.number))
}
