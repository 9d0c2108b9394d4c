//! A number's life with its owner: changed, suspended, resumed, released, restored.
//!
//! What a carrier has to do is an operation, made by the engine; the rest is one transaction here.

mod change;
mod states;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use store::{
    EventKind, NewEvent, NumberBy, NumberRecord, NumberRelations, OperationState, OperationUpdate, Scope,
    Transaction,
};

use change::Means;
pub(crate) use change::{Change, NumberChange, apply};
pub(crate) use states::{available, released, rested, unclaimed, unheld};

use crate::{
    ChangeAnswer, Principal, ReleaseNumber, ResumeNumber, ServiceError, ServiceResult, SuspendNumber,
    Switchboard, UpdateNumber, UserErrorCode,
    engine::{
        Asked, Target, WITH_RELATIONS,
        jobs::{ChangeNumber, lock_for_change},
    },
    numbers::{is_name_taken, name_taken},
};

impl Switchboard {
    /// How long a released number of our own rests.
    pub(crate) fn quarantine(&self) -> SignedDuration {
        self.settings().quarantine()
    }

    /// Takes a number out of service; it stays its owner's. A carrier's number is suspended there.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; INVALID_TRANSITION names what is allowed, PROVIDER_UNSUPPORTED means that the
    /// carrier has no way to do it, BUSY that another change of the number is under way.
    pub async fn suspend_number(
        &self,
        who: &Principal,
        request: SuspendNumber,
    ) -> ServiceResult<ChangeAnswer> {
        self.change_number(who, NumberChange::Suspend(request)).await
    }

    /// Puts a suspended number back into service. A carrier's number is resumed there.
    ///
    /// # Errors
    /// As [`Switchboard::suspend_number`].
    pub async fn resume_number(&self, who: &Principal, request: ResumeNumber) -> ServiceResult<ChangeAnswer> {
        self.change_number(who, NumberChange::Resume(request)).await
    }

    /// Gives a number up. Our own rests in quarantine, from which [`Switchboard::restore_number`] brings it back,
    /// and is stock again after it. A carrier's number goes back to the carrier, for good.
    ///
    /// With `only_here` the carrier isn't asked: the number was ended there by other means. It rests like our own,
    /// so that a slip can be undone, and stays dropped after it.
    ///
    /// # Errors
    /// As [`Switchboard::suspend_number`].
    pub async fn release_number(
        &self,
        who: &Principal,
        request: ReleaseNumber,
    ) -> ServiceResult<ChangeAnswer> {
        self.change_number(who, NumberChange::Release(request)).await
    }

    /// Undoes a release inside quarantine: the same owner, name and route again. What a carrier took back can't be
    /// restored.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; NAME_TAKEN when another number of the group got the name meanwhile.
    pub async fn restore_number(&self, who: &Principal, id: i64) -> ServiceResult<NumberRecord> {
        who.may_manage()?;
        let (scope, actor) = (who.scope, who.actor());
        self.write_announced(move |tx| {
            Box::pin(async move {
                let before = lock_for_change(tx, scope, id).await?;
                let change = change::restore(&before, tx.now())?;
                let event = NewEvent {
                    kind: change.kind,
                    actor: &actor,
                    cause: None,
                    operation_id: None,
                };
                let event = write(tx, &before, &change, event).await?;
                Ok(((), event.into_iter().collect()))
            })
        })
        .await?;
        self.number_after(id).await
    }

    /// Changes a number's name, labels, route or owner. A new route of a carrier's number is set there; the rest
    /// is ours alone.
    ///
    /// # Errors
    /// As [`Switchboard::suspend_number`], with each fault.
    pub async fn update_number(&self, who: &Principal, request: UpdateNumber) -> ServiceResult<ChangeAnswer> {
        who.may_manage()?;
        if let Some(group_id) = request.group_id {
            self.group_for(who, group_id).await?;
        }
        if let Some(Some(dealer)) = request.dealer_id
            && store::dealer(self.database().reader(), who.scope, dealer)
                .await?
                .is_none()
        {
            let message = "no dealer with this id is visible to this key";
            return Err(ServiceError::refused(
                UserErrorCode::NotFound,
                "input.dealerId",
                message,
            ));
        }
        self.change_number(who, NumberChange::Update(request)).await
    }

    /// Makes a change where it has to be made: at the number's carrier, or here.
    async fn change_number(&self, who: &Principal, mut change: NumberChange) -> ServiceResult<ChangeAnswer> {
        who.may_manage()?;
        change.check()?;
        let (reader, by) = (self.database().reader(), NumberBy::Id(change.number_id()));
        let number = store::number(reader, who.scope, &by, NumberRelations::OWN).await?;
        let number = number.ok_or_else(gone)?;
        match number.owner {
            Some(owner) if change.needs_carrier(&number) => {
                let made = crate::keys::made_reference;
                let reference = change.client_reference().map_or_else(made, str::to_owned);
                let asked = change.asked(&reference)?;
                if let Some(known) = self.known_order(who, owner, &asked).await? {
                    return Ok(known.into());
                }
                // Judged again under the lock, before anything is written.
                change.decide(&number, Timestamp::now(), &Means::default())?;
                self.may_be_named(&change, &number).await?;
                let group = self.group_for(who, owner.group_id).await?;
                let job = Arc::new(ChangeNumber::new(change, number));
                self.order(who, &group, asked, job).await.map(ChangeAnswer::from)
            }
            _ => self.change_here(who, change).await,
        }
    }

    /// Refuses a name that another number has before its carrier is asked for the rest of the change.
    async fn may_be_named(&self, change: &NumberChange, number: &NumberRecord) -> ServiceResult<()> {
        let NumberChange::Update(request) = change else {
            return Ok(());
        };
        let group = request.group_id.or(number.owner.map(|owner| owner.group_id));
        let name = request.name.as_deref().or(number.name.as_deref());
        match (group, name) {
            (Some(group), Some(name)) => self.free_number_name(group, name, Some(number.id)).await,
            _ => Ok(()),
        }
    }

    /// Applies a change to a number in one transaction, with its history and its assignment. Under a client
    /// reference it is written down as an operation that has succeeded, so that a repetition gets its answer.
    async fn change_here(&self, who: &Principal, change: NumberChange) -> ServiceResult<ChangeAnswer> {
        let (switchboard, who_asks, id) = (self.clone(), who.clone(), change.number_id());
        let operation = self
            .write_announced(move |tx| {
                Box::pin(async move { switchboard.change_in(tx, &who_asks, &change).await })
            })
            .await?;
        match operation {
            Some(id) => self.answer(who, id).await.map(ChangeAnswer::from),
            None => Ok(ChangeAnswer {
                number: Some(self.number_after(id).await?),
                ..ChangeAnswer::default()
            }),
        }
    }

    /// [`Switchboard::change_here`] in its transaction: gives the operation, if there is one, and the events.
    async fn change_in(
        &self,
        tx: &Transaction,
        who: &Principal,
        change: &NumberChange,
    ) -> ServiceResult<(Option<i64>, Vec<i64>)> {
        let before = lock_for_change(tx, who.scope, change.number_id()).await?;
        let asked = match change.client_reference() {
            Some(reference) => Some(change.asked(reference)?),
            None => None,
        };
        let recorded = match (&asked, before.owner) {
            (Some(asked), Some(owner)) => match self.record(tx, who, owner, asked, change).await? {
                Recorded::Before(id) => return Ok((Some(id), Vec::new())),
                Recorded::Now(id) => Some(id),
            },
            _ => None,
        };
        let means = change.means(tx, Some(self.quarantine())).await?;
        let decided = change.decide(&before, tx.now(), &means)?;
        let actor = who.actor();
        let event = NewEvent {
            kind: decided.kind,
            actor: &actor,
            cause: change.reason(),
            operation_id: recorded,
        };
        let event = write(tx, &before, &decided, event).await?;
        if let Some(id) = recorded {
            let update = OperationUpdate {
                provider: Some(before.provider.clone()),
                ..OperationUpdate::default()
            };
            let (from, to) = (OperationState::Requested, OperationState::Succeeded);
            store::advance_operation(tx, id, from, to, &update).await?;
        }
        Ok((recorded, event.into_iter().collect()))
    }

    /// Writes the operation of a change down that is made here, unless its reference is known.
    async fn record(
        &self,
        tx: &Transaction,
        who: &Principal,
        owner: store::Owner,
        asked: &Asked,
        change: &NumberChange,
    ) -> ServiceResult<Recorded> {
        let target = Target {
            number_id: Some(change.number_id()),
            ..Target::default()
        };
        self.record_here(tx, who, owner, asked, target).await
    }

    /// Writes an operation down in the transaction that does all of it, unless its reference is known.
    pub(crate) async fn record_here(
        &self,
        tx: &Transaction,
        who: &Principal,
        owner: store::Owner,
        asked: &Asked,
        target: Target,
    ) -> ServiceResult<Recorded> {
        let (tenant, reference) = (owner.tenant(), &asked.client_reference);
        if let Some(known) = store::operation_by_reference(tx.connection(), &tenant, reference).await? {
            asked.is_repeated_by(&known)?;
            return Ok(Recorded::Before(known.id));
        }
        let new = self.new_operation(who, owner, asked, target);
        let operation = store::insert_operation(tx, &new).await?;
        let busy = || ServiceError::Busy("the operation is being written".to_owned());
        Ok(Recorded::Now(operation.ok_or_else(busy)?.id))
    }

    async fn number_after(&self, id: i64) -> ServiceResult<NumberRecord> {
        let (reader, by) = (self.database().reader(), NumberBy::Id(id));
        store::number(reader, Scope::Platform, &by, WITH_RELATIONS)
            .await?
            .ok_or_else(gone)
    }
}

/// The operation of a change that is made here.
pub(crate) enum Recorded {
    /// It was made before, under the same reference.
    Before(i64),
    /// It is to be made now.
    Now(i64),
}

/// Writes a change; gives its event, or none when nothing changes.
async fn write(
    tx: &Transaction,
    before: &NumberRecord,
    change: &Change,
    event: NewEvent<'_>,
) -> ServiceResult<Option<i64>> {
    if change.after == *before {
        return Ok(None);
    }
    let written = apply(tx, before, change, event).await;
    written.map(Some).map_err(|error| match change.kind {
        EventKind::Restored if is_name_taken(&error) => name_gone(),
        _ if is_name_taken(&error) => name_taken(),
        _ => error.into(),
    })
}

fn name_gone() -> ServiceError {
    let message = "another number of the group got this number's name meanwhile; rename that one first";
    ServiceError::refused(UserErrorCode::NameTaken, "input.numberId", message)
}

pub(crate) fn gone() -> ServiceError {
    let message = "no number with this id is visible to this key";
    ServiceError::refused(UserErrorCode::NotFound, "input.numberId", message)
}
