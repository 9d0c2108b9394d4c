use jiff::SignedDuration;
use store::{HoldRecord, NumberBy, Scope};

use crate::{
    HoldAnswer, HoldNumber, Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode,
    engine::WITH_RELATIONS,
    inventory::holds::{LONGEST_HOLD_MINUTES, NewHold, NotHeld, give_back, set_aside},
    validate::Faults,
};

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
        let new = NewHold {
            number: request.number,
            owner,
            reference: request.client_reference,
            lasts: SignedDuration::from_mins(i64::from(request.minutes)),
            actor: who.actor(),
        };
        let hold = self
            .write_announced(move |tx| Box::pin(async move { Ok(set_aside(tx, &new).await?) }))
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
                Ok(((), give_back(tx, &hold, &actor).await?))
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

impl From<NotHeld> for ServiceError {
    fn from(why: NotHeld) -> Self {
        match why {
            NotHeld::Conflict => conflict(),
            NotHeld::Taken | NotHeld::NotOurs => taken(),
            NotHeld::Store(error) => error.into(),
        }
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
