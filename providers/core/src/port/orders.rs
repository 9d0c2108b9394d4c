//! Ordering numbers.

use std::fmt::Debug;

use async_trait::async_trait;

use super::MatchTerms;
use super::check::{answers, named, same_route, unsupported, violated};
use crate::call::{CallContext, Operation};
use crate::domain::{NumberOrder, NumberReceipt, NumberStatus, UpstreamRef};
use crate::error::Result;
use crate::outcome::Outcome;

/// Orders numbers: it costs money, and the answer may never come.
///
/// The caller writes down the order and its token before it calls [`place`](Self::place), and reads every
/// outcome by this table:
///
/// | answer | what happened | what the caller does |
/// |---|---|---|
/// | `Done` | bought | keeps the receipt |
/// | `Pending` | accepted, not bought yet | asks [`get`](Self::get) after `poll_after` |
/// | `Refused` | not bought, not charged | gives up, or asks another provider |
/// | `Unknown`, or an error with effect `Unknown` | perhaps bought | asks [`find`](Self::find); never places it again before that |
/// | an error with effect `None` | not bought | may place it again with the same token |
#[async_trait]
pub trait NumberOrders: Debug + Send + Sync {
    /// What can be ordered, and how an order is recognized.
    fn terms(&self) -> &OrderTerms;

    /// Orders one number that satisfies the match, for a group.
    ///
    /// * The token goes upstream with every attempt: as idempotency key, client reference, or a marker in
    ///   the name. Where the terms say `idempotent_by_token`, the same token and order again give the same
    ///   number and the same answer; the same token with another order is `Refused(TokenConflict)`.
    /// * `Done` only with the upstream's receipt. The number satisfies the match; its name may differ.
    /// * `Refused`: `NoStock`, `NumberTaken`, `NameTaken`, `UnknownGroup`, `HoldExpired`, `QuotaExceeded`,
    ///   `TokenConflict`, and what makes a match unanswerable (`UnknownCity`, `AmbiguousCity`,
    ///   `UnknownRegion`, `NoLocalArea`, `UnknownAreaCode`, `BadFilter`, `InvalidNumber`,
    ///   `UnsupportedCountry`), `Forbidden`, `InvalidRequest`.
    ///
    /// Never repeats the call upstream by itself.
    async fn place(&self, cx: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>>;

    /// What became of an order that was `Pending`, by the reference that it gave.
    ///
    /// A read: changes nothing, and may be asked for ever. `Refused` means that the upstream has given up.
    ///
    /// # Errors
    /// `NotFound` when the upstream knows no such order.
    async fn get(&self, cx: &CallContext, order: &UpstreamRef) -> Result<Outcome<NumberReceipt>>;

    /// What became of an order that was sent and whose answer was lost.
    ///
    /// Looks for the order's token; a port that carries it as a marker in the name looks among the group's
    /// numbers by that prefix, never by equal names. `None` means that the upstream has no trace of it *now*:
    /// a late commit may still show up.
    ///
    /// Only where the terms say `findable_by_token`.
    ///
    /// # Errors
    /// `Conflict` when more than one thing upstream answers to the token: a person has to look.
    async fn find(&self, cx: &CallContext, order: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>>;
}

/// What a [`NumberOrders`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderTerms {
    /// The matches.
    pub matches: MatchTerms,
    /// Whether the same token twice orders one number.
    pub idempotent_by_token: bool,
    /// Whether [`NumberOrders::find`] works.
    pub findable_by_token: bool,
    /// Whether an order can make use of a hold.
    pub honors_holds: bool,
}

pub(crate) const GET: Operation = Operation::read("orders.get");
pub(crate) const FIND: Operation = Operation::read("orders.find");
pub(crate) const PLACE: &str = "orders.place";

impl OrderTerms {
    pub(crate) const fn place(&self) -> Operation {
        Operation::by_token(PLACE, self.idempotent_by_token)
    }

    /// Refuses an order outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept(&self, order: &NumberOrder) -> Result<()> {
        named(PLACE, &order.name)?;
        if order.hold.is_some() && !self.honors_holds {
            return Err(unsupported(PLACE, "hold", "orders can't make use of a hold here"));
        }
        self.matches.accept(PLACE, &order.matching)
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
                "an order can't be found by its token here",
            ))
        }
    }
}

/// Checks that an outcome fits its order.
///
/// # Errors
/// `ContractViolated`, with what the upstream calls the number as reference.
pub(crate) fn check_order(order: &NumberOrder, outcome: &Outcome<NumberReceipt>) -> Result<()> {
    let Outcome::Done(receipt) = outcome else {
        return Ok(());
    };
    check_receipt(order, receipt).map_err(|error| error.with_reference(receipt.external_id.clone()))
}

fn check_receipt(order: &NumberOrder, receipt: &NumberReceipt) -> Result<()> {
    if !matches!(receipt.status, NumberStatus::Active | NumberStatus::Pending) {
        return Err(violated(
            PLACE,
            format!("a number just ordered is {}", receipt.status),
        ));
    }
    answers(PLACE, &order.matching, &receipt.number)?;
    same_route(PLACE, &order.route, receipt.route.as_ref())
}

/// Checks that what was found answers the order. Its status and route may have changed since.
///
/// # Errors
/// `ContractViolated`, with what the upstream calls the number as reference.
pub(crate) fn check_found(order: &NumberOrder, found: Option<&Outcome<NumberReceipt>>) -> Result<()> {
    let Some(Outcome::Done(receipt)) = found else {
        return Ok(());
    };
    answers(FIND.name, &order.matching, &receipt.number)
        .map_err(|error| error.with_reference(receipt.external_id.clone()))
}
