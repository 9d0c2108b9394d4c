//! Checks of [`NumberKpis`](crate::port::NumberKpis).

use std::sync::Arc;

use strum::IntoEnumIterator;

use super::{Verdict, ensure, port, ports, refused_as};
use crate::call::CallContext;
use crate::domain::{
    DealerFilter, KpiFilter, KpiGrouping, KpiQuery, KpiStatusFilter, KpiType, NumberCategory, NumberType,
};
use crate::error::ErrorKind;
use crate::provider::Provider;

/// Under a filter, the rows of every grouping add up to as many numbers as every other grouping's, and so to
/// the summary.
///
/// # Errors
/// [`Broken`](super::Broken) when they don't. The guard itself checks keys and duplicates.
pub async fn groupings_add_up_alike(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    filter: &KpiFilter,
) -> Verdict {
    let kpis = port(ports(provider).kpis.as_ref(), "kpis")?;
    let mut first = None;
    for grouping in &kpis.terms().groupings {
        let query = KpiQuery {
            grouping: *grouping,
            filter: filter.clone(),
        };
        let answer = kpis.count(cx, &query).await?;
        let sum: u64 = answer.rows.iter().map(|row| row.number_count).sum();
        let (of, total) = *first.get_or_insert((grouping, sum));
        ensure(total == sum, || {
            format!("{total} numbers by {of}, {sum} by {grouping}, both of {filter:?}")
        })?;
    }
    ensure(first.is_some(), || "no grouping is declared".to_owned())
}

/// The dropped numbers and those that are not make all, where all three can be asked for.
///
/// # Errors
/// [`Broken`](super::Broken) when they don't, or a filter that is declared is not answered.
pub async fn every_status_filter_is_a_part_of_all(provider: &Arc<dyn Provider>, cx: &CallContext) -> Verdict {
    let kpis = port(ports(provider).kpis.as_ref(), "kpis")?;
    let terms = kpis.terms().clone();
    for grouping in &terms.groupings {
        let mut counted = [None; 3];
        for (status, sum) in KpiStatusFilter::iter().zip(&mut counted) {
            if !terms.statuses.contains(&status) {
                continue;
            }
            let filter = KpiFilter {
                status,
                ..KpiFilter::default()
            };
            let grouping = *grouping;
            let answer = kpis.count(cx, &KpiQuery { grouping, filter }).await?;
            *sum = Some(answer.rows.iter().map(|row| row.number_count).sum::<u64>());
        }
        if let [Some(all), Some(not_dropped), Some(dropped)] = counted {
            ensure(all == not_dropped + dropped, || {
                format!("by {grouping}, {not_dropped} not dropped and {dropped} dropped are not all {all}")
            })?;
        }
    }
    Ok(())
}

/// Every grouping and filter outside the terms is refused.
///
/// # Errors
/// [`Broken`](super::Broken) when one is not.
pub async fn undeclared_terms_are_refused(provider: &Arc<dyn Provider>, cx: &CallContext) -> Verdict {
    let kpis = port(ports(provider).kpis.as_ref(), "kpis")?;
    let terms = kpis.terms().clone();
    let any = terms.groupings.first().copied().unwrap_or(KpiGrouping::Summary);
    let groupings = KpiGrouping::iter()
        .filter(|grouping| !terms.groupings.contains(grouping))
        .map(|grouping| (grouping, KpiFilter::default()));
    let statuses = KpiStatusFilter::iter()
        .filter(|status| !terms.statuses.contains(status))
        .map(|status| KpiFilter {
            status,
            ..KpiFilter::default()
        });
    let dealers = (!terms.filters_dealers).then(|| KpiFilter {
        dealer: Some(DealerFilter::Unassigned),
        ..KpiFilter::default()
    });
    let types = every_type()
        .filter(|wanted| !terms.number_types.contains(wanted))
        .map(|wanted| KpiFilter {
            number_type: Some(wanted),
            ..KpiFilter::default()
        });
    let filters = statuses.chain(dealers).chain(types).map(|filter| (any, filter));
    for (grouping, filter) in groupings.chain(filters) {
        let query = KpiQuery { grouping, filter };
        refused_as(kpis.count(cx, &query).await, ErrorKind::Unsupported)?;
    }
    Ok(())
}

fn every_type() -> impl Iterator<Item = KpiType> {
    let categories = NumberCategory::iter().map(KpiType::Category);
    NumberType::iter().map(KpiType::Type).chain(categories)
}
