//! A number's life with its owner: changed, suspended, resumed, released, restored.

use jiff::{SignedDuration, Timestamp};
use provider_core::domain::{CallRoute, NumberStatus};
use store::{EventKind, NewEvent, NumberBy, NumberRecord, Owner, Scope, StoreError, Transaction};

use crate::{
    Principal, ServiceError, ServiceResult, Switchboard, UpdateNumber, UserErrorCode,
    engine::WITH_RELATIONS,
    numbers::{is_name_taken, name_taken},
    validate::Faults,
};

/// What a change makes of a number: the number after it, and whether its owner is another one now.
struct Change {
    after: NumberRecord,
    kind: EventKind,
    /// The old assignment ends, and a new one begins if the number still has an owner.
    reassigned: bool,
}

impl Change {
    fn of(after: NumberRecord, kind: EventKind) -> Self {
        Self {
            after,
            kind,
            reassigned: false,
        }
    }
}

impl Switchboard {
    /// How long a released number of our own rests.
    pub(crate) fn quarantine(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.settings().quarantine_days) * 24)
    }

    /// Takes a number out of service; it stays its owner's.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; INVALID_TRANSITION names what is allowed.
    pub async fn suspend_number(
        &self,
        who: &Principal,
        id: i64,
        reason: Option<String>,
    ) -> ServiceResult<NumberRecord> {
        self.change(who, id, reason, |number, now| {
            if number.status != NumberStatus::Active {
                return Err(not_from(number, "suspended", "ACTIVE"));
            }
            let after = NumberRecord {
                status: NumberStatus::Suspended,
                suspended_at: Some(now),
                ..number.clone()
            };
            Ok(Change::of(after, EventKind::Suspended))
        })
        .await
    }

    /// Puts a suspended number back into service.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; INVALID_TRANSITION names what is allowed.
    pub async fn resume_number(&self, who: &Principal, id: i64) -> ServiceResult<NumberRecord> {
        self.change(who, id, None, |number, _| {
            if number.status != NumberStatus::Suspended {
                return Err(not_from(number, "resumed", "SUSPENDED"));
            }
            let after = NumberRecord {
                status: NumberStatus::Active,
                suspended_at: None,
                ..number.clone()
            };
            Ok(Change::of(after, EventKind::Resumed))
        })
        .await
    }

    /// Gives a number up: it rests in quarantine, from which [`Switchboard::restore_number`] brings it back, and
    /// is stock again after it.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; INVALID_TRANSITION names what is allowed.
    pub async fn release_number(
        &self,
        who: &Principal,
        id: i64,
        reason: Option<String>,
    ) -> ServiceResult<NumberRecord> {
        let quarantine = self.quarantine();
        self.change(who, id, reason, move |number, now| {
            if !matches!(number.status, NumberStatus::Active | NumberStatus::Suspended) {
                return Err(not_from(number, "released", "ACTIVE or SUSPENDED"));
            }
            if number.pool_id.is_some() {
                let message = "the number works in a pool; resize or retire the pool instead";
                return Err(invalid(message));
            }
            let after = released(number, now, quarantine);
            Ok(Change {
                after,
                kind: EventKind::Released,
                reassigned: true,
            })
        })
        .await
    }

    /// Undoes a release inside quarantine: the same owner, name and route again.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; NAME_TAKEN when another number of the group got the name meanwhile.
    pub async fn restore_number(&self, who: &Principal, id: i64) -> ServiceResult<NumberRecord> {
        self.change(who, id, None, |number, now| {
            let rests = number.quarantine_until.is_some_and(|until| until > now);
            if number.status != NumberStatus::Dropped || !rests || number.owner.is_none() {
                return Err(not_from(number, "restored", "DROPPED and in quarantine"));
            }
            let status = if number.suspended_at.is_some() {
                NumberStatus::Suspended
            } else {
                NumberStatus::Active
            };
            let after = NumberRecord {
                status,
                quarantine_until: None,
                dropped_at: None,
                assigned_at: Some(now),
                ..number.clone()
            };
            Ok(Change {
                after,
                kind: EventKind::Restored,
                reassigned: true,
            })
        })
        .await
    }

    /// Changes a number's name, labels, route or owner.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with each fault.
    pub async fn update_number(&self, who: &Principal, request: UpdateNumber) -> ServiceResult<NumberRecord> {
        who.may_manage()?;
        let mut faults = Faults::default();
        let name = request.name.as_deref().map(|name| faults.name(name));
        let tags = request.tags.as_deref().map(|tags| faults.tags(tags));
        faults.into_result()?;
        let owner = match request.group_id {
            Some(group_id) => Some(self.group_for(who, group_id).await?.owner()),
            None => None,
        };
        let customers_dealer = match owner {
            Some(owner) => self.dealer_of(owner).await?,
            None => None,
        };
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
        let route = request
            .route
            .map(|CallRoute::Basic { termination_number }| termination_number);
        let dealer = request.dealer_id;
        self.change(who, request.number_id, None, move |number, now| {
            if !matches!(number.status, NumberStatus::Active | NumberStatus::Suspended) {
                return Err(not_from(number, "changed", "ACTIVE or SUSPENDED"));
            }
            let moves = owner.is_some_and(|owner| number.owner != Some(owner));
            if number.pool_id.is_some() && (moves || name.is_some() || route.is_some()) {
                let message = "name, route and group of a number in a pool are the pool's; change the pool";
                return Err(invalid(message));
            }
            let mut after = number.clone();
            after.name = name.or(after.name);
            after.tags = tags.unwrap_or(after.tags);
            after.termination_number = route.or(after.termination_number);
            if moves {
                // A number comes with its customer's dealer, as when it is assigned.
                if number.owner.map(|old| old.customer_id) != owner.map(|new| new.customer_id) {
                    after.dealer_id = customers_dealer;
                }
                after.owner = owner;
                after.assigned_at = Some(now);
            }
            after.dealer_id = dealer.unwrap_or(after.dealer_id);
            Ok(Change {
                after,
                kind: EventKind::Updated,
                reassigned: moves,
            })
        })
        .await
    }

    async fn dealer_of(&self, owner: Owner) -> ServiceResult<Option<i64>> {
        let customer = store::customer(self.database().reader(), Scope::Platform, owner.customer_id).await?;
        Ok(customer.and_then(|customer| customer.dealer_id))
    }

    /// Applies a change to a number under its lock, with its history and its assignment.
    async fn change<F>(
        &self,
        who: &Principal,
        id: i64,
        cause: Option<String>,
        decide: F,
    ) -> ServiceResult<NumberRecord>
    where
        F: FnOnce(&NumberRecord, Timestamp) -> ServiceResult<Change> + Send + 'static,
    {
        who.may_manage()?;
        let (scope, actor) = (who.scope, who.actor());
        self.write_announced(move |tx| {
            Box::pin(async move {
                let before = store::lock_number(tx, scope, &NumberBy::Id(id))
                    .await?
                    .ok_or_else(gone)?;
                let change = decide(&before, tx.now())?;
                if change.after == before {
                    return Ok(((), Vec::new()));
                }
                let event = NewEvent {
                    kind: change.kind,
                    actor: &actor,
                    cause: cause.as_deref(),
                    operation_id: None,
                };
                let written = apply(tx, &before, &change, event).await;
                let event = written.map_err(|error| match change.kind {
                    EventKind::Restored if is_name_taken(&error) => name_gone(),
                    _ if is_name_taken(&error) => name_taken(),
                    _ => error.into(),
                })?;
                Ok(((), vec![event]))
            })
        })
        .await?;
        let by = NumberBy::Id(id);
        let number = store::number(self.database().reader(), Scope::Platform, &by, WITH_RELATIONS).await?;
        number.ok_or_else(gone)
    }
}

async fn apply(
    tx: &Transaction,
    before: &NumberRecord,
    change: &Change,
    event: NewEvent<'_>,
) -> Result<i64, StoreError> {
    let after = &change.after;
    if change.reassigned {
        store::end_assignment(tx, before.id).await?;
        if let (Some(owner), true) = (after.owner, after.status.is_assigned()) {
            let name = after.name.as_deref().unwrap_or_default();
            store::insert_assignment(tx, after.id, owner, name, after.pool_id, None).await?;
        }
    }
    store::save_number(tx, before, after, event).await
}

/// A number after its release. The last owner, name and route stay on the row: they are what a restore brings
/// back, and let the last owner see it. They are cleared at the end of quarantine.
pub(crate) fn released(number: &NumberRecord, now: Timestamp, quarantine: SignedDuration) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Dropped,
        pool_id: None,
        dropped_at: Some(now),
        quarantine_until: now.checked_add(quarantine).ok(),
        ..number.clone()
    }
}

/// A number whose order has come to nothing: stock again, as it was before.
pub(crate) fn unclaimed(number: &NumberRecord) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Available,
        order_token: None,
        ..number.clone()
    }
}

/// A number whose hold has ended: stock again, as it was before.
pub(crate) fn unheld(number: &NumberRecord) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Available,
        owner: None,
        hold_until: None,
        ..number.clone()
    }
}

/// A number that is stock (again): nothing of an owner is left on it.
pub(crate) fn available(number: &NumberRecord) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Available,
        name: None,
        owner: None,
        dealer_id: None,
        pool_id: None,
        termination_number: None,
        order_token: None,
        hold_until: None,
        quarantine_until: None,
        assigned_at: None,
        suspended_at: None,
        dropped_at: None,
        tags: Vec::new(),
        ..number.clone()
    }
}

fn not_from(number: &NumberRecord, done: &str, wanted: &str) -> ServiceError {
    let allowed: Vec<String> = number.status.next().iter().map(ToString::to_string).collect();
    invalid(&format!(
        "only a number that is {wanted} can be {done}; this one is {} and may become {}",
        number.status,
        allowed.join(", ")
    ))
}

fn name_gone() -> ServiceError {
    let message = "another number of the group got this number's name meanwhile; rename that one first";
    ServiceError::refused(UserErrorCode::NameTaken, "input.numberId", message)
}

fn invalid(message: &str) -> ServiceError {
    ServiceError::refused(UserErrorCode::InvalidTransition, "input.numberId", message)
}

pub(crate) fn gone() -> ServiceError {
    let message = "no number with this id is visible to this key";
    ServiceError::refused(UserErrorCode::NotFound, "input.numberId", message)
}
