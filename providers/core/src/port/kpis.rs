//! Counts of the numbers that a provider has.

use std::collections::BTreeSet;
use std::fmt::Debug;

use async_trait::async_trait;

use super::check::{distinct, unsupported, violated};
use crate::call::{CallContext, Operation};
use crate::domain::{KpiAnswer, KpiGrouping, KpiKey, KpiQuery, KpiStatusFilter, KpiType, NumberStatus};
use crate::error::Result;

/// Counts numbers and the customers that hold them (document `callstats-number-kpis`).
#[async_trait]
pub trait NumberKpis: Debug + Send + Sync {
    /// By what can be counted.
    fn terms(&self) -> &KpiTerms;

    /// The counts for a grouping and a filter.
    ///
    /// * Each key once, in the source's own order. A key without numbers may be left out; a summary always
    ///   has its one row.
    /// * The rows of a grouping partition what the filter lets through: their number counts add up to the
    ///   summary's. Their customer counts do not.
    /// * `NotDropped` is every status but `DROPPED`; `active` and `excludeDropped` both mean it.
    async fn count(&self, cx: &CallContext, query: &KpiQuery) -> Result<KpiAnswer>;
}

/// What a [`NumberKpis`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KpiTerms {
    /// The groupings.
    pub groupings: BTreeSet<KpiGrouping>,
    /// The status filters.
    pub statuses: BTreeSet<KpiStatusFilter>,
    /// Whether dealers can be filtered by.
    pub filters_dealers: bool,
    /// The types and categories that can be filtered by.
    pub number_types: BTreeSet<KpiType>,
}

pub(crate) const COUNT: Operation = Operation::read("kpis.count");

impl KpiTerms {
    /// Refuses a query outside the terms.
    ///
    /// # Errors
    /// `Unsupported`, naming the field.
    pub fn accept(&self, query: &KpiQuery) -> Result<()> {
        let filter = &query.filter;
        let refuse = |field, what: String| Err(unsupported(COUNT.name, field, what));
        if !self.groupings.contains(&query.grouping) {
            return refuse(
                "grouping",
                format!("numbers can't be counted by {} here", query.grouping),
            );
        }
        if !self.statuses.contains(&filter.status) {
            return refuse(
                "filter.status",
                format!("{} can't be counted here", filter.status),
            );
        }
        if filter.dealer.is_some() && !self.filters_dealers {
            return refuse(
                "filter.dealer",
                "numbers can't be filtered by dealer here".to_owned(),
            );
        }
        match filter.number_type {
            Some(wanted) if !self.number_types.contains(&wanted) => refuse(
                "filter.numberType",
                format!("numbers can't be filtered by {wanted:?} here"),
            ),
            _ => Ok(()),
        }
    }
}

/// Checks that an answer fits its query.
pub(crate) fn check_counts(query: &KpiQuery, answer: &KpiAnswer) -> Result<()> {
    if let Some(row) = answer.rows.iter().find(|row| !row.key.fits(query.grouping)) {
        return Err(violated(
            COUNT.name,
            format!("{:?} is not a row by {}", row.key, query.grouping),
        ));
    }
    if query.grouping == KpiGrouping::Summary && answer.rows.len() != 1 {
        return Err(violated(COUNT.name, "a summary has one row"));
    }
    if let Some(row) = answer
        .rows
        .iter()
        .find(|row| row.customer_count > row.number_count)
    {
        return Err(violated(
            COUNT.name,
            format!("{:?} has more customers than numbers", row.key),
        ));
    }
    let unwanted = |key: &KpiKey| match (query.filter.status, key) {
        (KpiStatusFilter::NotDropped, KpiKey::Status(status)) => *status == NumberStatus::Dropped,
        (KpiStatusFilter::Dropped, KpiKey::Status(status)) => *status != NumberStatus::Dropped,
        _ => false,
    };
    if answer
        .rows
        .iter()
        .any(|row| unwanted(&row.key) && row.number_count > 0)
    {
        return Err(violated(COUNT.name, "a status is counted that was filtered out"));
    }
    distinct(COUNT.name, answer.rows.iter().map(|row| &row.key))
}
