//! The numbers that a provider already gave us.

use std::collections::BTreeSet;
use std::fmt::Debug;

use async_trait::async_trait;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::check::{accept_page, check_page, same_number, same_route, unsupported, violated};
use crate::call::{CallContext, Operation};
use crate::domain::{
    CallRoute, E164, NumberReceipt, NumberRef, NumberStatus, Page, PageRequest, ReleaseReceipt,
};
use crate::error::Result;
use crate::outcome::Outcome;

/// Lists and changes the numbers that a provider gave us.
///
/// All changes are idempotent: asking for what is so already is `Done`. `Refused` may be `NotFound`,
/// `InvalidState`, `Forbidden`, `InvalidRequest`; `NotFound` is never the answer to a release.
#[async_trait]
pub trait NumberInventory: Debug + Send + Sync {
    /// What can be changed.
    fn terms(&self) -> &InventoryTerms;

    /// One page of all numbers that we have there, in a stable order.
    ///
    /// A number that is there during the whole walk is on exactly one of its pages. A last page without
    /// `next` says that the listing is complete; reconciliation marks nothing as missing without it.
    async fn list(&self, cx: &CallContext, page: &PageRequest) -> Result<Page<NumberReceipt>>;

    /// One number. `None` when it is not ours there.
    async fn get(&self, cx: &CallContext, number: &E164) -> Result<Option<NumberReceipt>>;

    /// Sends the calls of a number elsewhere. The receipt shows the new route.
    async fn set_route(
        &self,
        cx: &CallContext,
        number: &NumberRef,
        route: &CallRoute,
    ) -> Result<Outcome<NumberReceipt>>;

    /// Takes a number out of service. It stays ours and is paid for.
    async fn suspend(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>>;

    /// Puts a suspended number back into service.
    async fn resume(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>>;

    /// Gives a number back. `Done` also when the upstream does not have it any more (`found: false`), and
    /// never without having asked.
    async fn release(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<ReleaseReceipt>>;
}

/// A change of a number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum InventoryChange {
    /// [`NumberInventory::set_route`].
    SetRoute,
    /// [`NumberInventory::suspend`].
    Suspend,
    /// [`NumberInventory::resume`].
    Resume,
    /// [`NumberInventory::release`].
    Release,
}

/// What a [`NumberInventory`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryTerms {
    /// The largest page of a listing.
    pub largest_page: u32,
    /// The changes that can be made.
    pub changes: BTreeSet<InventoryChange>,
}

pub(crate) const LIST: Operation = Operation::read("inventory.list");
pub(crate) const GET: Operation = Operation::read("inventory.get");

impl InventoryChange {
    pub(crate) const fn operation(self) -> Operation {
        Operation::idempotent(match self {
            Self::SetRoute => "inventory.set_route",
            Self::Suspend => "inventory.suspend",
            Self::Resume => "inventory.resume",
            Self::Release => "inventory.release",
        })
    }
}

impl InventoryTerms {
    /// Refuses a page outside the terms.
    ///
    /// # Errors
    /// `InvalidRequest`, naming the field.
    pub fn accept_page(&self, page: &PageRequest) -> Result<()> {
        accept_page(LIST.name, page, self.largest_page)
    }

    /// Refuses a change outside the terms.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn accept(&self, change: InventoryChange) -> Result<()> {
        if self.changes.contains(&change) {
            return Ok(());
        }
        Err(unsupported(
            change.operation().name,
            "number",
            format!("{change} of numbers is not possible here"),
        ))
    }
}

/// Checks that a page fits its request.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_listing(request: &PageRequest, page: &Page<NumberReceipt>) -> Result<()> {
    check_page(LIST.name, request, page, |receipt| receipt.number.clone())
}

/// Checks that a number is the one that was asked for.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_number(number: &E164, found: Option<&NumberReceipt>) -> Result<()> {
    found.map_or(Ok(()), |receipt| same_number(GET.name, number, &receipt.number))
}

/// Checks that a receipt is about the number that was meant, and shows the change.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_change(
    change: InventoryChange,
    number: &NumberRef,
    route: Option<&CallRoute>,
    outcome: &Outcome<NumberReceipt>,
) -> Result<()> {
    let Outcome::Done(receipt) = outcome else {
        return Ok(());
    };
    let operation = change.operation().name;
    same_number(operation, &number.number, &receipt.number)?;
    if let Some(route) = route {
        same_route(operation, route, receipt.route.as_ref())?;
    }
    let shown = match change {
        InventoryChange::Suspend => receipt.status == NumberStatus::Suspended,
        InventoryChange::Resume => receipt.status == NumberStatus::Active,
        InventoryChange::SetRoute | InventoryChange::Release => true,
    };
    if shown {
        Ok(())
    } else {
        Err(violated(
            operation,
            format!("the number is {} after it", receipt.status),
        ))
    }
}

/// Checks that a release is about the number that was meant.
///
/// # Errors
/// `ContractViolated`.
pub(crate) fn check_release(number: &NumberRef, outcome: &Outcome<ReleaseReceipt>) -> Result<()> {
    match outcome {
        Outcome::Done(receipt) => same_number(
            InventoryChange::Release.operation().name,
            &number.number,
            &receipt.number,
        ),
        Outcome::Pending { .. } | Outcome::Refused(_) | Outcome::Unknown { .. } => Ok(()),
    }
}
