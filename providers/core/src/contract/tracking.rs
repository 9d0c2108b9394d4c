//! Checks of [`Tracking`](crate::port::Tracking).

use std::sync::Arc;

use super::paging::pages_of_any_size_are_the_same;
use super::{Broken, Verdict, ensure, port, ports, refused_as};
use crate::call::CallContext;
use crate::domain::{
    Attribution, PageRequest, Period, SessionQuery, Swap, TrackedCall, TrackingSession, UpstreamRef, Visit,
};
use crate::error::ErrorKind;
use crate::provider::Provider;

/// A visitor keeps the number, another one gets another, the sessions are listed in pages of any size, and a
/// call to the number is the visitor's. The two visits are to the same pool, which has a number for each.
///
/// # Errors
/// [`Broken`] when it isn't so.
pub async fn a_visitor_keeps_a_number(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    visit: &Visit,
    rival: &Visit,
) -> Verdict {
    let tracking = port(ports(provider).tracking.as_ref(), "tracking")?;
    let tracking = &tracking;
    let session = own(tracking.swap(cx, visit).await?)?;
    let again = own(tracking.swap(cx, visit).await?)?;
    ensure(session.number == again.number, || {
        format!("a visitor had {session:?}, then {again:?}")
    })?;
    let other = own(tracking.swap(cx, rival).await?)?;
    ensure(other.number != session.number, || {
        format!("two visitors have {session:?} and {other:?}")
    })?;
    let call = TrackedCall {
        number: session.number.clone(),
        caller: None,
        at: again.started_at,
    };
    match tracking.attribute(cx, &call).await? {
        Attribution::Session(whose) if whose.visitor == visit.visitor => {}
        whose => return Err(Broken(format!("a call to {session:?} was said to be {whose:?}"))),
    }
    let largest = tracking.terms().largest_page;
    let period = around(&session, &other)?;
    let name = |session: &TrackingSession| session.external_id.clone();
    let page = |page| {
        let pool = session.pool.clone();
        async move { tracking.sessions(cx, &SessionQuery { pool, period, page }).await }
    };
    let all = pages_of_any_size_are_the_same(largest, name, page).await?;
    let listed = |visitor: &str| all.iter().any(|session| session.visitor == visitor);
    ensure(listed(&visit.visitor) && listed(&rival.visitor), || {
        format!("of two sessions {all:?} are listed")
    })
}

/// What is outside the terms is refused: a visit to no pool or of nobody, pages of no size or too large.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn undeclared_terms_are_refused(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    visit: &Visit,
    period: Period,
) -> Verdict {
    let tracking = port(ports(provider).tracking.as_ref(), "tracking")?;
    let largest = tracking.terms().largest_page;
    let nowhere = Visit {
        pools: Vec::new(),
        ..visit.clone()
    };
    let nobody = Visit {
        visitor: String::new(),
        ..visit.clone()
    };
    for visit in [nowhere, nobody] {
        refused_as(tracking.swap(cx, &visit).await, ErrorKind::InvalidRequest)?;
    }
    let pool: &UpstreamRef = visit
        .pools
        .first()
        .ok_or_else(|| Broken("the visit is to no pool".to_owned()))?;
    for limit in [0, largest.saturating_add(1)] {
        let query = SessionQuery {
            pool: pool.clone(),
            period,
            page: PageRequest::first(limit),
        };
        refused_as(tracking.sessions(cx, &query).await, ErrorKind::InvalidRequest)?;
    }
    Ok(())
}

fn own(swap: Swap) -> Result<TrackingSession, Broken> {
    let reason = swap.reason;
    swap.session
        .ok_or_else(|| Broken(format!("a visitor got no number: {reason}")))
}

/// A period in which both sessions began.
fn around(one: &TrackingSession, other: &TrackingSession) -> Result<Period, Broken> {
    let (first, last) = (
        one.started_at.min(other.started_at),
        one.expires_at.max(other.expires_at),
    );
    Period::new(first, last).map_err(|error| Broken(format!("a session ends before it begins: {error}")))
}
