//! Ordering and changing number pools.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::RangeInclusive;

use async_trait::async_trait;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::MatchTerms;
use super::check::{
    accept_page, answers, check_page, distinct, named, same_route, unsupported, violated, within,
};
use crate::call::{CallContext, Operation};
use crate::domain::{
    NumberMatch, Page, PageRequest, PoolOrder, PoolReceipt, PoolResize, PoolRetirement, PoolUpdate,
    RetireReceipt, UpstreamRef,
};
use crate::error::Result;
use crate::outcome::Outcome;

/// Orders pools of numbers and changes them.
///
/// Outcomes, tokens and [`find`](Self::find) mean what they mean for
/// [`NumberOrders`](super::NumberOrders); a pool is bought whole.
#[async_trait]
pub trait NumberPools: Debug + Send + Sync {
    /// What can be ordered and changed, and how an order is recognized.
    fn terms(&self) -> &PoolTerms;

    /// Orders a pool for a group.
    ///
    /// * All or nothing unless `allow_partial`: a port whose upstream gives fewer numbers gives them back
    ///   and answers `Refused(NoStock)`, or `Unknown` with a reference when that can't be confirmed.
    /// * With `allow_partial`, `Done` may hold fewer numbers, and at least one.
    /// * `Refused`: as for [`NumberOrders::place`](super::NumberOrders::place).
    async fn create(&self, cx: &CallContext, order: &PoolOrder) -> Result<Outcome<PoolReceipt>>;

    /// A pool as it is now, or what became of an order that was `Pending`.
    ///
    /// # Errors
    /// `NotFound` when the upstream knows no such pool.
    async fn get(&self, cx: &CallContext, pool: &UpstreamRef) -> Result<Outcome<PoolReceipt>>;

    /// One page of all pools that we have there, in a stable order; as
    /// [`NumberInventory::list`](super::NumberInventory::list). Retired pools are left out.
    async fn list(&self, cx: &CallContext, page: &PageRequest) -> Result<Page<PoolReceipt>>;

    /// Changes what a pool is called, replaces, waits for and is routed to. Idempotent; `Refused` may be
    /// `NotFound`, `NameTaken`, `InvalidState`, `InvalidRequest`, `Forbidden`.
    async fn update(&self, cx: &CallContext, update: &PoolUpdate) -> Result<Outcome<PoolReceipt>>;

    /// Gives a pool more numbers of the same kind, or fewer.
    ///
    /// Growth is all or nothing unless `allow_partial`. Shrinking takes the numbers out that were used the
    /// longest ago, and does with them what `leftover` says. Idempotent: the quantity is absolute.
    async fn resize(&self, cx: &CallContext, resize: &PoolResize) -> Result<Outcome<PoolReceipt>>;

    /// Ends a pool. Idempotent: a pool that is not there any more is `Done` with `found: false`.
    async fn retire(&self, cx: &CallContext, retirement: &PoolRetirement) -> Result<Outcome<RetireReceipt>>;

    /// What became of an order that was sent and whose answer was lost; as
    /// [`NumberOrders::find`](super::NumberOrders::find).
    ///
    /// # Errors
    /// `Conflict` when more than one pool answers to the token.
    async fn find(&self, cx: &CallContext, order: &PoolOrder) -> Result<Option<Outcome<PoolReceipt>>>;
}

/// A change of a pool.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PoolChange {
    /// [`NumberPools::update`].
    Update,
    /// [`NumberPools::resize`].
    Resize,
    /// [`NumberPools::retire`].
    Retire,
}

/// What a [`NumberPools`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolTerms {
    /// The matches; of the selectors, only those that a [`PoolMatch`](crate::domain::PoolMatch) can express.
    pub matches: MatchTerms,
    /// The largest pool.
    pub largest_quantity: u32,
    /// The match periods, in minutes.
    pub match_period_minutes: RangeInclusive<u32>,
    /// The largest page of a listing; 0 if pools can't be listed.
    pub largest_page: u32,
    /// The changes that can be made.
    pub changes: BTreeSet<PoolChange>,
    /// Whether the same token twice orders one pool.
    pub idempotent_by_token: bool,
    /// Whether [`NumberPools::find`] works.
    pub findable_by_token: bool,
}

pub(crate) const GET: Operation = Operation::read("pools.get");
pub(crate) const LIST: Operation = Operation::read("pools.list");
pub(crate) const FIND: Operation = Operation::read("pools.find");
pub(crate) const CREATE: &str = "pools.create";

impl PoolChange {
    pub(crate) const fn operation(self) -> Operation {
        Operation::idempotent(match self {
            Self::Update => "pools.update",
            Self::Resize => "pools.resize",
            Self::Retire => "pools.retire",
        })
    }
}

impl PoolTerms {
    pub(crate) const fn create(&self) -> Operation {
        Operation::by_token(CREATE, self.idempotent_by_token)
    }

    /// Refuses an order outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept(&self, order: &PoolOrder) -> Result<()> {
        named(CREATE, &order.name)?;
        within(CREATE, "quantity", order.quantity, &(1..=self.largest_quantity))?;
        within(
            CREATE,
            "matchPeriodMinutes",
            order.match_period_minutes,
            &self.match_period_minutes,
        )?;
        self.matches
            .accept(CREATE, &NumberMatch::from(order.matching.clone()))
    }

    /// Refuses a page outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept_page(&self, page: &PageRequest) -> Result<()> {
        if self.largest_page == 0 {
            return Err(unsupported(LIST.name, "pools", "pools can't be listed here"));
        }
        accept_page(LIST.name, page, self.largest_page)
    }

    /// Refuses an update outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept_update(&self, update: &PoolUpdate) -> Result<()> {
        let operation = self.accept_change(PoolChange::Update)?;
        update
            .name
            .as_deref()
            .map_or(Ok(()), |name| named(operation, name))?;
        update.match_period_minutes.map_or(Ok(()), |minutes| {
            within(
                operation,
                "matchPeriodMinutes",
                minutes,
                &self.match_period_minutes,
            )
        })
    }

    /// Refuses a size outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept_resize(&self, resize: &PoolResize) -> Result<()> {
        let operation = self.accept_change(PoolChange::Resize)?;
        within(
            operation,
            "quantity",
            resize.quantity,
            &(1..=self.largest_quantity),
        )
    }

    /// Refuses a retirement where pools can't be ended.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn accept_retire(&self) -> Result<()> {
        self.accept_change(PoolChange::Retire).map(|_| ())
    }

    /// Refuses to look for an order where it can't be found.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn accept_find(&self) -> Result<()> {
        if self.findable_by_token {
            Ok(())
        } else {
            Err(unsupported(
                FIND.name,
                "token",
                "a pool can't be found by its token here",
            ))
        }
    }

    fn accept_change(&self, change: PoolChange) -> Result<&'static str> {
        let operation = change.operation().name;
        if self.changes.contains(&change) {
            return Ok(operation);
        }
        Err(unsupported(
            operation,
            "pool",
            format!("{change} of pools is not possible here"),
        ))
    }
}

/// Checks that an outcome fits its order.
///
/// # Errors
/// `ContractViolated`, with what the upstream calls the pool as reference.
pub(crate) fn check_create(order: &PoolOrder, outcome: &Outcome<PoolReceipt>) -> Result<()> {
    let Outcome::Done(receipt) = outcome else {
        return Ok(());
    };
    let matching = NumberMatch::from(order.matching.clone());
    check_size(CREATE, order.quantity, order.allow_partial, receipt)
        .and_then(|()| distinct(CREATE, receipt.numbers.iter().map(|entry| &entry.number)))
        .and_then(|()| {
            receipt
                .numbers
                .iter()
                .try_for_each(|entry| answers(CREATE, &matching, &entry.number))
        })
        .and_then(|()| same_route(CREATE, &order.route, receipt.route.as_ref()))
        .map_err(|error| error.with_reference(receipt.external_id.clone()))
}

/// Checks that a receipt is about the pool that was meant.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_pool(
    operation: &'static str,
    pool: &UpstreamRef,
    outcome: &Outcome<PoolReceipt>,
) -> Result<()> {
    match outcome {
        Outcome::Done(receipt) if receipt.external_id != *pool => {
            Err(violated(operation, "the answer is about another pool"))
        }
        _ => Ok(()),
    }
}

/// Checks that a resized pool has the size that was asked for.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_resize(resize: &PoolResize, outcome: &Outcome<PoolReceipt>) -> Result<()> {
    let operation = PoolChange::Resize.operation().name;
    check_pool(operation, &resize.pool, outcome)?;
    let Outcome::Done(receipt) = outcome else {
        return Ok(());
    };
    check_size(operation, resize.quantity, resize.allow_partial, receipt)?;
    distinct(operation, receipt.numbers.iter().map(|entry| &entry.number))
}

/// Checks that a page fits its request.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_listing(request: &PageRequest, page: &Page<PoolReceipt>) -> Result<()> {
    check_page(LIST.name, request, page, |receipt| receipt.external_id.clone())
}

fn check_size(
    operation: &'static str,
    quantity: u32,
    allow_partial: bool,
    receipt: &PoolReceipt,
) -> Result<()> {
    let given = receipt.numbers.len();
    let asked = quantity as usize;
    if given == asked || (allow_partial && (1..asked).contains(&given)) {
        Ok(())
    } else {
        Err(violated(
            operation,
            format!("{asked} numbers were asked for, and the pool has {given}"),
        ))
    }
}
