//! Checks of [`CallCenters`](crate::port::CallCenters).

use std::sync::Arc;

use super::paging::pages_of_any_size_are_the_same;
use super::{Broken, Verdict, done, ensure, port, ports, refused_as};
use crate::call::CallContext;
use crate::domain::{AddressChange, CallCenterRef, PageRequest, Period, ReportingSettings, ReportingUpdate};
use crate::error::ErrorKind;
use crate::outcome::{Outcome, RefusalCode};
use crate::provider::Provider;

/// A change of the settings is kept, leaves the others as they are, and can be made again.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn an_update_is_kept(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    center: &CallCenterRef,
) -> Verdict {
    let centers = port(ports(provider).call_centers.as_ref(), "call_centers")?;
    let periods = centers.terms().collection_periods.clone();
    let set = |text: &str| Some(AddressChange::Set(text.to_owned()));
    let of_period = |minutes| ReportingUpdate {
        collection_period_minutes: Some(minutes),
        ..ReportingUpdate::default()
    };
    let updates = [
        ReportingUpdate {
            generate_daily_report: Some(true),
            reporting_email_address_1: set("first@example.com"),
            reporting_email_address_2: set("second@example.com"),
            ..ReportingUpdate::default()
        },
        ReportingUpdate {
            generate_daily_report: Some(false),
            ..ReportingUpdate::default()
        },
        ReportingUpdate {
            reporting_email_address_1: Some(AddressChange::Delete),
            ..ReportingUpdate::default()
        },
        ReportingUpdate {
            reporting_email_address_2: Some(AddressChange::Delete),
            ..ReportingUpdate::default()
        },
    ];
    let mut before = centers.reporting(cx, center).await?;
    for update in updates.into_iter().chain(periods.into_iter().map(of_period)) {
        let expected = updated(&before, &update);
        for _ in 0..2 {
            let told = done(centers.update_reporting(cx, center, &update).await?)?;
            let kept = centers.reporting(cx, center).await?;
            ensure(told == expected && kept == expected, || {
                format!("after {update:?} {told:?} was told and {kept:?} was kept, instead of {expected:?}")
            })?;
        }
        before = expected;
    }
    Ok(())
}

/// A call center that is not there is `NotFound` to every method.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn an_unknown_call_center_is_not_found(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    unknown: &CallCenterRef,
    range: &Period,
) -> Verdict {
    let centers = port(ports(provider).call_centers.as_ref(), "call_centers")?;
    refused_as(centers.reporting(cx, unknown).await, ErrorKind::NotFound)?;
    refused_as(centers.statistics(cx, unknown, range).await, ErrorKind::NotFound)?;
    let update = ReportingUpdate {
        generate_daily_report: Some(true),
        ..ReportingUpdate::default()
    };
    match centers.update_reporting(cx, unknown, &update).await {
        Ok(Outcome::Refused(refusal)) if refusal.code == RefusalCode::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => Err(Broken(format!("an unknown call center was changed: {other:?}"))),
    }
}

/// The statistics of a range are the same when they are asked for again.
///
/// # Errors
/// [`Broken`] when they aren't. The guard itself checks range, averages and duplicates.
pub async fn statistics_are_repeatable(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    center: &CallCenterRef,
    range: &Period,
) -> Verdict {
    let centers = port(ports(provider).call_centers.as_ref(), "call_centers")?;
    let first = centers.statistics(cx, center, range).await?;
    let again = centers.statistics(cx, center, range).await?;
    ensure(first == again, || {
        format!("the same range gave {first:?}, then {again:?}")
    })
}

/// A listing holds the call center, and is the same in pages of any size; where the terms have no listing, it
/// is refused.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn a_call_center_is_listed(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    center: &CallCenterRef,
) -> Verdict {
    let centers = port(ports(provider).call_centers.as_ref(), "call_centers")?;
    let (centers, group) = (&centers, &center.group);
    let largest = centers.terms().largest_page;
    if largest == 0 {
        let first = centers.list(cx, group, &PageRequest::first(1)).await;
        return refused_as(first, ErrorKind::Unsupported);
    }
    for limit in [0, largest.saturating_add(1)] {
        let page = centers.list(cx, group, &PageRequest::first(limit)).await;
        refused_as(page, ErrorKind::InvalidRequest)?;
    }
    let name = |center: &CallCenterRef| center.name.clone();
    let page = |request| async move { centers.list(cx, group, &request).await };
    let all = pages_of_any_size_are_the_same(largest, name, page).await?;
    ensure(all.contains(center), || {
        format!("{center:?} is not among {all:?}")
    })
}

/// Settings outside the terms are refused.
///
/// # Errors
/// [`Broken`] when they aren't.
pub async fn undeclared_terms_are_refused(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    center: &CallCenterRef,
) -> Verdict {
    let centers = port(ports(provider).call_centers.as_ref(), "call_centers")?;
    let known = &centers.terms().collection_periods;
    let largest = known.last().copied().unwrap_or(0);
    let unknown = [0, largest.saturating_add(1)]
        .into_iter()
        .filter(|minutes| !known.contains(minutes));
    let periods = unknown.map(|minutes| ReportingUpdate {
        collection_period_minutes: Some(minutes),
        ..ReportingUpdate::default()
    });
    let empty = ReportingUpdate {
        reporting_email_address_1: Some(AddressChange::Set(String::new())),
        ..ReportingUpdate::default()
    };
    for update in periods.chain([empty]) {
        let answer = centers.update_reporting(cx, center, &update).await;
        refused_as(answer, ErrorKind::InvalidRequest)?;
    }
    Ok(())
}

fn updated(before: &ReportingSettings, update: &ReportingUpdate) -> ReportingSettings {
    let address = |before: &Option<String>, change: &Option<AddressChange>| match change {
        None => before.clone(),
        Some(AddressChange::Delete) => None,
        Some(AddressChange::Set(address)) => Some(address.clone()),
    };
    ReportingSettings {
        generate_daily_report: update
            .generate_daily_report
            .unwrap_or(before.generate_daily_report),
        collection_period_minutes: update
            .collection_period_minutes
            .unwrap_or(before.collection_period_minutes),
        reporting_email_address_1: address(
            &before.reporting_email_address_1,
            &update.reporting_email_address_1,
        ),
        reporting_email_address_2: address(
            &before.reporting_email_address_2,
            &update.reporting_email_address_2,
        ),
        statistics_source: before.statistics_source.clone(),
    }
}
