use jiff::SignedDuration;
use provider_core::domain::NumberStatus;
use store::{EventKind, HoldRecord, NewEvent, NumberBy, NumberRecord, Scope};

use crate::{
    HoldAnswer, HoldNumber, Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode,
    engine::WITH_RELATIONS, inventory::INVENTORY_ID, lifecycle::unheld, validate::Faults,
};

/// A day: longer claims are assignments.
const LONGEST_HOLD_MINUTES: u32 = 24 * 60;

impl Switchboard {
    /// Sets a number in stock aside for a group. While the hold lasts, nobody else is offered the number; it
    /// ends by itself, by the database's clock. The same reference gives the same hold.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; NUMBER_TAKEN when it isn't in stock.
    pub async fn hold_number(&self, who: &Principal, request: HoldNumber) -> ServiceResult<HoldAnswer> {
        who.may_manage()?;
        let mut faults = Faults::default();
        faults.client_reference(&request.client_reference);
        faults.range("input.minutes", request.minutes, 1..=LONGEST_HOLD_MINUTES);
        faults.into_result()?;
        let owner = self.group_for(who, request.group_id).await?.owner();
        let actor = who.actor();
        let hold = self
            .write_announced(move |tx| {
                Box::pin(async move {
                    let reference = request.client_reference.as_str();
                    let connection = tx.connection();
                    let by = NumberBy::E164(request.number.clone());
                    let number = store::lock_number(tx, Scope::Platform, &by).await?;
                    if let Some(known) =
                        store::hold_by_reference(connection, &owner.tenant(), reference).await?
                    {
                        let lasts = known.held_until.duration_since(known.created_at);
                        let same = number.as_ref().is_some_and(|number| number.id == known.number_id)
                            && known.owner == owner
                            && lasts == SignedDuration::from_mins(i64::from(request.minutes));
                        return if same {
                            Ok((known, Vec::new()))
                        } else {
                            Err(conflict())
                        };
                    }
                    let stock = number.filter(|number| {
                        number.status == NumberStatus::Available && number.provider == INVENTORY_ID
                    });
                    let Some(before) = stock else { return Err(taken()) };
                    let lasts = SignedDuration::from_mins(i64::from(request.minutes));
                    let until = tx.now().checked_add(lasts).map_err(|error| {
                        ServiceError::Internal(format!("the end of a hold can't be told: {error}"))
                    })?;
                    let made = store::insert_hold(tx, before.id, owner, reference, &actor, until).await?;
                    let Some(hold) = made else { return Err(conflict()) };
                    let after = NumberRecord {
                        status: NumberStatus::Held,
                        owner: Some(owner),
                        hold_until: Some(until),
                        ..before.clone()
                    };
                    let event = NewEvent {
                        kind: EventKind::Held,
                        actor: &actor,
                        cause: None,
                        operation_id: None,
                    };
                    let event = store::save_number(tx, &before, &after, event).await?;
                    Ok((hold, vec![event]))
                })
            })
            .await?;
        self.with_number(hold).await
    }

    /// Ends a hold early. A hold that has ended already stays as it is.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when there is none.
    pub async fn release_hold(&self, who: &Principal, hold_id: i64) -> ServiceResult<HoldAnswer> {
        who.may_manage()?;
        let (scope, actor) = (who.scope, who.actor());
        self.write_announced(move |tx| {
            Box::pin(async move {
                let hold = store::hold(tx.connection(), scope, hold_id)
                    .await?
                    .ok_or_else(gone)?;
                let by = NumberBy::Id(hold.number_id);
                let number = store::lock_number(tx, Scope::Platform, &by).await?;
                let lasts = store::active_hold(tx.connection(), hold.number_id).await?;
                let Some(before) = number.filter(|_| lasts.is_some_and(|lasting| lasting.id == hold_id))
                else {
                    return Ok(((), Vec::new()));
                };
                store::end_hold(tx, before.id, "RELEASED").await?;
                let event = NewEvent {
                    kind: EventKind::HoldReleased,
                    actor: &actor,
                    cause: None,
                    operation_id: None,
                };
                let event = store::save_number(tx, &before, &unheld(&before), event).await?;
                Ok(((), vec![event]))
            })
        })
        .await?;
        let hold = store::hold(self.database().reader(), who.scope, hold_id)
            .await?
            .ok_or_else(gone)?;
        self.with_number(hold).await
    }

    /// One hold, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hold(&self, who: &Principal, id: i64) -> ServiceResult<Option<HoldRecord>> {
        who.may_view()?;
        Ok(store::hold(self.database().reader(), who.scope, id).await?)
    }

    async fn with_number(&self, hold: HoldRecord) -> ServiceResult<HoldAnswer> {
        let by = NumberBy::Id(hold.number_id);
        let number = store::number(self.database().reader(), Scope::Platform, &by, WITH_RELATIONS)
            .await?
            .ok_or_else(|| ServiceError::Internal(format!("number {} of a hold is gone", hold.number_id)))?;
        Ok(HoldAnswer { hold, number })
    }
}

fn taken() -> ServiceError {
    let message = "the number is not in stock; search for another one";
    ServiceError::refused(UserErrorCode::NumberTaken, "input.number", message)
}

fn conflict() -> ServiceError {
    let message = "this clientReference was used for another hold; use a new one";
    ServiceError::refused(
        UserErrorCode::IdempotencyConflict,
        "input.clientReference",
        message,
    )
}

fn gone() -> ServiceError {
    let message = "no hold with this id is visible to this key";
    ServiceError::refused(UserErrorCode::NotFound, "input.holdId", message)
}
