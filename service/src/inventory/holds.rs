//! Claims on stock for a short time. What callers of the API ask for and what comes through the port is one thing.

use async_trait::async_trait;
use jiff::SignedDuration;
use provider_core::{
    call::CallContext,
    domain::{E164, HoldReceipt, HoldRequest, NumberStatus, UpstreamRef},
    error::{ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{HoldTerms, NumberHolds},
};
use store::{EventKind, HoldRecord, NewEvent, NumberBy, NumberRecord, Owner, Scope, StoreError, Transaction};

use super::{INVENTORY_ID, OwnInventory, conflict, failure};
use crate::lifecycle::unheld;

const HOLD: &str = "holds.hold";
const RELEASE: &str = "holds.release_hold";

/// A day: longer claims are assignments.
pub(crate) const LONGEST_HOLD_MINUTES: u32 = 24 * 60;

pub(super) fn terms() -> HoldTerms {
    HoldTerms {
        longest: SignedDuration::from_mins(i64::from(LONGEST_HOLD_MINUTES)),
        idempotent_by_token: true,
    }
}

/// A wish to set a number aside.
#[derive(Debug, Clone)]
pub(crate) struct NewHold {
    /// The number.
    pub(crate) number: E164,
    /// The group that it is for.
    pub(crate) owner: Owner,
    /// The same on every attempt, unique in the owner's tenant.
    pub(crate) reference: String,
    /// For how long.
    pub(crate) lasts: SignedDuration,
    /// Who asks.
    pub(crate) actor: String,
}

/// Why a number was not set aside.
#[derive(Debug)]
pub(crate) enum NotHeld {
    /// The reference was used for another hold.
    Conflict,
    /// Somebody else has it.
    Taken,
    /// It isn't ours to give.
    NotOurs,
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for NotHeld {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Sets a number in stock aside; gives the hold and the events. The same reference gives the same hold.
pub(crate) async fn set_aside(
    tx: &Transaction,
    new: &NewHold,
) -> std::result::Result<(HoldRecord, Vec<i64>), NotHeld> {
    let connection = tx.connection();
    let by = NumberBy::E164(new.number.clone());
    let number = store::lock_number(tx, Scope::Platform, &by).await?;
    let known = store::hold_by_reference(connection, &new.owner.tenant(), &new.reference).await?;
    if let Some(known) = known {
        let lasts = known.held_until.duration_since(known.created_at);
        let same = number.as_ref().is_some_and(|number| number.id == known.number_id)
            && known.owner == new.owner
            && lasts == new.lasts;
        return if same {
            Ok((known, Vec::new()))
        } else {
            Err(NotHeld::Conflict)
        };
    }
    let ours = number.filter(|number| number.provider == INVENTORY_ID);
    let before = ours.ok_or(NotHeld::NotOurs)?;
    if before.status != NumberStatus::Available {
        return Err(NotHeld::Taken);
    }
    // A hold whose end is beyond all time was refused before: the longest is a day.
    let until = tx.now().saturating_add(new.lasts).unwrap_or(jiff::Timestamp::MAX);
    let made = store::insert_hold(tx, before.id, new.owner, &new.reference, &new.actor, until).await?;
    let hold = made.ok_or(NotHeld::Conflict)?;
    let after = NumberRecord {
        status: NumberStatus::Held,
        owner: Some(new.owner),
        hold_until: Some(until),
        ..before.clone()
    };
    let event = store::save_number(tx, &before, &after, event(EventKind::Held, &new.actor)).await?;
    Ok((hold, vec![event]))
}

/// Ends a hold early; gives the events. One that has ended already stays as it is.
pub(crate) async fn give_back(
    tx: &Transaction,
    hold: &HoldRecord,
    actor: &str,
) -> std::result::Result<Vec<i64>, StoreError> {
    let by = NumberBy::Id(hold.number_id);
    let number = store::lock_number(tx, Scope::Platform, &by).await?;
    let lasting = store::active_hold(tx.connection(), hold.number_id).await?;
    let lasts = lasting.is_some_and(|lasting| lasting.id == hold.id);
    let Some(before) = number.filter(|_| lasts) else {
        return Ok(Vec::new());
    };
    store::end_hold(tx, before.id, "RELEASED").await?;
    let event = event(EventKind::HoldReleased, actor);
    Ok(vec![
        store::save_number(tx, &before, &unheld(&before), event).await?,
    ])
}

const fn event(kind: EventKind, actor: &str) -> NewEvent<'_> {
    NewEvent {
        kind,
        actor,
        cause: None,
        operation_id: None,
    }
}

#[async_trait]
impl NumberHolds for OwnInventory {
    fn terms(&self) -> &HoldTerms {
        &self.hold_terms
    }

    async fn hold(&self, cx: &CallContext, request: &HoldRequest) -> Result<Outcome<HoldReceipt>> {
        let reader = self.database.reader();
        let group = store::group(reader, Scope::Platform, request.group.id)
            .await
            .map_err(|error| failure(HOLD, error))?;
        let Some(group) = group else {
            let refusal = Refusal::new(RefusalCode::UnknownGroup, "there is no such group").at("group");
            return Ok(Outcome::Refused(refusal));
        };
        let new = NewHold {
            number: request.number.clone(),
            owner: group.owner(),
            reference: request.token.as_str().to_owned(),
            lasts: request.duration,
            actor: cx.actor.0.clone(),
        };
        let held = self
            .database
            .write(move |tx| Box::pin(async move { set_aside(tx, &new).await }))
            .await;
        let refused = |code, message: &str| Ok(Outcome::Refused(Refusal::new(code, message).at("number")));
        match held {
            Ok((hold, events)) => {
                self.notices.announce(&events).await;
                Ok(Outcome::Done(HoldReceipt {
                    hold: reference(hold.id)?,
                    number: request.number.clone(),
                    expires_at: hold.held_until,
                }))
            }
            Err(NotHeld::Conflict) => Ok(Outcome::Refused(conflict())),
            Err(NotHeld::Taken) => refused(RefusalCode::NumberTaken, "the number is not in stock"),
            Err(NotHeld::NotOurs) => refused(RefusalCode::NoStock, "the number is not of the own inventory"),
            Err(NotHeld::Store(error)) => Err(failure(HOLD, error)),
        }
    }

    async fn release_hold(&self, cx: &CallContext, hold: &UpstreamRef) -> Result<Outcome<()>> {
        let Ok(id) = hold.as_str().parse::<i64>() else {
            return Ok(Outcome::Done(()));
        };
        let actor = cx.actor.0.clone();
        let events = self
            .database
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    match store::hold(tx.connection(), Scope::Platform, id).await? {
                        Some(hold) => give_back(tx, &hold, &actor).await,
                        None => Ok(Vec::new()),
                    }
                })
            })
            .await
            .map_err(|error| failure(RELEASE, error))?;
        self.notices.announce(&events).await;
        Ok(Outcome::Done(()))
    }
}

/// A hold is called by its row: what an order gives to make use of it.
fn reference(id: i64) -> Result<UpstreamRef> {
    UpstreamRef::parse(id.to_string())
        .map_err(|error| ProviderError::new(ErrorKind::Unexpected, HOLD, error.to_string()))
}
