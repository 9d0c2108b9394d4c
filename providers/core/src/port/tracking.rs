//! Dynamic number insertion by a provider.

use std::fmt::Debug;

use async_trait::async_trait;

use super::check::{accept_page, check_page, invalid, violated};
use crate::call::{CallContext, Operation};
use crate::domain::{Attribution, Page, SessionQuery, Swap, SwapReason, TrackedCall, TrackingSession, Visit};
use crate::error::Result;

/// Shows visitors a number of their own, and tells whose a call was.
#[async_trait]
pub trait Tracking: Debug + Send + Sync {
    /// How much can be asked at once.
    fn terms(&self) -> &TrackingTerms;

    /// The number that a visitor sees, by the steps of [`SwapReason`].
    ///
    /// Idempotent: the same visitor keeps the number, and each call renews the session up to a hard cap;
    /// so this is the keep-alive as well. Two visitors never have one number at once, but for
    /// [`SwapReason::OverflowNumber`].
    ///
    /// # Errors
    /// `NotFound` when a pool is not known there; `InvalidRequest` when a URL can't be read.
    async fn swap(&self, cx: &CallContext, visit: &Visit) -> Result<Swap>;

    /// Whose call it was. A read: the same call gives the same answer, also much later.
    async fn attribute(&self, cx: &CallContext, call: &TrackedCall) -> Result<Attribution>;

    /// One page of a pool's sessions, the earliest first.
    ///
    /// # Errors
    /// `NotFound` when the pool is not known there.
    async fn sessions(&self, cx: &CallContext, query: &SessionQuery) -> Result<Page<TrackingSession>>;
}

/// What a [`Tracking`] accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackingTerms {
    /// The largest page of sessions.
    pub largest_page: u32,
}

pub(crate) const SWAP: Operation = Operation::idempotent("tracking.swap");
pub(crate) const ATTRIBUTE: Operation = Operation::read("tracking.attribute");
pub(crate) const SESSIONS: Operation = Operation::read("tracking.sessions");

impl TrackingTerms {
    /// Refuses a visit that no pool can serve.
    ///
    /// # Errors
    /// `InvalidRequest`, naming the field.
    pub fn accept_visit(&self, visit: &Visit) -> Result<()> {
        if visit.pools.is_empty() {
            return Err(invalid(SWAP.name, "pools", "a pool is needed"));
        }
        if visit.visitor.is_empty() {
            return Err(invalid(SWAP.name, "visitor", "the visitor's id is needed"));
        }
        Ok(())
    }

    /// Refuses a page outside the terms.
    ///
    /// # Errors
    /// `InvalidRequest`, naming the field.
    pub fn accept_sessions(&self, query: &SessionQuery) -> Result<()> {
        accept_page(SESSIONS.name, &query.page, self.largest_page)
    }
}

/// Checks that a swap fits its visit and is consistent in itself.
pub(crate) fn check_swap(visit: &Visit, swap: &Swap) -> Result<()> {
    let own = matches!(
        swap.reason,
        SwapReason::Renewed | SwapReason::FreeNumber | SwapReason::ReclaimedNumber
    );
    let replaced = own || swap.reason == SwapReason::OverflowNumber;
    if replaced != swap.number.is_some() || own != swap.session.is_some() {
        return Err(violated(
            SWAP.name,
            format!("{} does not go with this answer", swap.reason),
        ));
    }
    if swap.pool.as_ref().is_some_and(|pool| !visit.pools.contains(pool)) {
        return Err(violated(
            SWAP.name,
            "the visit is served by a pool that was not asked for",
        ));
    }
    match &swap.session {
        Some(session)
            if session.visitor != visit.visitor || Some(&session.number) != swap.number.as_ref() =>
        {
            Err(violated(
                SWAP.name,
                "the session is another visitor's or has another number",
            ))
        }
        _ => Ok(()),
    }
}

/// Checks that a page fits its request.
pub(crate) fn check_sessions(query: &SessionQuery, page: &Page<TrackingSession>) -> Result<()> {
    check_page(SESSIONS.name, &query.page, page, |session| {
        session.external_id.clone()
    })?;
    if page.items.iter().all(|session| session.pool == query.pool) {
        Ok(())
    } else {
        Err(violated(SESSIONS.name, "a session is another pool's"))
    }
}
