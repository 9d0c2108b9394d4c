//! What a change makes of a number: decided the same way before a carrier is asked, and after it has acted.

use jiff::{SignedDuration, Timestamp};
use provider_core::{
    domain::{CallRoute, NumberStatus},
    port::InventoryChange,
};
use store::{EventKind, NewEvent, NumberRecord, OperationKind, Owner, Scope, StoreError, Transaction};

use super::states::released;
use crate::{
    INVENTORY_ID, ReleaseNumber, ResumeNumber, ServiceError, ServiceResult, SuspendNumber, UpdateNumber,
    UserError, UserErrorCode,
    engine::{Asked, read_input},
    validate::Faults,
};

/// A change of a number that a carrier may have to make.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NumberChange {
    Update(UpdateNumber),
    Suspend(SuspendNumber),
    Resume(ResumeNumber),
    Release(ReleaseNumber),
}

/// What a change needs beside the number.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Means {
    /// How long a released number rests; without an end when its carrier took it back.
    rest: Option<SignedDuration>,
    /// The group that an update moves the number to, with its customer's dealer.
    to: Option<(Owner, Option<i64>)>,
}

/// What becomes of a number.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The number after it.
    pub(crate) after: NumberRecord,
    /// How the history calls it.
    pub(crate) kind: EventKind,
    /// The old assignment ends, and a new one begins if the number still has an owner.
    pub(crate) reassigned: bool,
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

impl NumberChange {
    /// The change that an operation was asked for.
    pub(crate) fn read(kind: OperationKind, input: &str) -> ServiceResult<Self> {
        Ok(match kind {
            OperationKind::SuspendNumber => Self::Suspend(read_input(input)?),
            OperationKind::ResumeNumber => Self::Resume(read_input(input)?),
            OperationKind::ReleaseNumber => Self::Release(read_input(input)?),
            _ => Self::Update(read_input(input)?),
        })
    }

    /// The request as an operation keeps it, under its reference or one made for it.
    pub(crate) fn asked(&self, client_reference: &str) -> ServiceResult<Asked> {
        let kind = self.kind();
        match self {
            Self::Update(request) => Asked::of(kind, client_reference, request),
            Self::Suspend(request) => Asked::of(kind, client_reference, request),
            Self::Resume(request) => Asked::of(kind, client_reference, request),
            Self::Release(request) => Asked::of(kind, client_reference, request),
        }
    }

    pub(crate) const fn kind(&self) -> OperationKind {
        match self {
            Self::Update(_) => OperationKind::UpdateNumber,
            Self::Suspend(_) => OperationKind::SuspendNumber,
            Self::Resume(_) => OperationKind::ResumeNumber,
            Self::Release(_) => OperationKind::ReleaseNumber,
        }
    }

    pub(crate) const fn number_id(&self) -> i64 {
        match self {
            Self::Update(request) => request.number_id,
            Self::Suspend(request) => request.number_id,
            Self::Resume(request) => request.number_id,
            Self::Release(request) => request.number_id,
        }
    }

    pub(crate) fn client_reference(&self) -> Option<&str> {
        match self {
            Self::Update(request) => request.client_reference.as_deref(),
            Self::Suspend(request) => request.client_reference.as_deref(),
            Self::Resume(request) => request.client_reference.as_deref(),
            Self::Release(request) => request.client_reference.as_deref(),
        }
    }

    /// Why, for the history.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Suspend(request) => request.reason.as_deref(),
            Self::Release(request) => request.reason.as_deref(),
            Self::Update(_) | Self::Resume(_) => None,
        }
    }

    /// Where an update sends calls.
    pub(crate) fn route(&self) -> Option<&CallRoute> {
        match self {
            Self::Update(request) => request.route.as_ref(),
            _ => None,
        }
    }

    /// What the carrier is asked for.
    pub(crate) const fn upstream(&self) -> InventoryChange {
        match self {
            Self::Update(_) => InventoryChange::SetRoute,
            Self::Suspend(_) => InventoryChange::Suspend,
            Self::Resume(_) => InventoryChange::Resume,
            Self::Release(_) => InventoryChange::Release,
        }
    }

    /// Whether the carrier of a number has to make this change. Names, labels, dealers and groups are ours alone.
    pub(crate) fn needs_carrier(&self, number: &NumberRecord) -> bool {
        let here = match self {
            Self::Update(request) => request.route.is_none(),
            Self::Release(request) => request.only_here,
            Self::Suspend(_) | Self::Resume(_) => false,
        };
        number.provider != INVENTORY_ID && !here
    }

    /// Checks and cleans what can be said of the request by itself.
    pub(crate) fn check(&mut self) -> ServiceResult<()> {
        let mut faults = Faults::default();
        if let Some(reference) = self.client_reference() {
            faults.client_reference(reference);
        }
        if let Self::Update(request) = self {
            request.name = request.name.as_deref().map(|name| faults.name(name));
            request.tags = request.tags.as_deref().map(|tags| faults.tags(tags));
        }
        faults.into_result()
    }

    /// The same under another name, because the one that was asked for was taken meanwhile.
    pub(crate) fn renamed(&self, nth: u32) -> Option<Self> {
        let Self::Update(request) = self else { return None };
        Some(Self::Update(UpdateNumber {
            name: Some(format!("{} ({nth})", request.name.as_deref()?)),
            ..request.clone()
        }))
    }

    /// A carrier's refusal in the words of this change's input, and what to do about a carrier that can't.
    pub(crate) fn explain(&self, mut error: UserError) -> UserError {
        let field = match self {
            Self::Update(_) => "callRoute",
            _ => "numberId",
        };
        error.path = vec!["input".to_owned(), field.to_owned()];
        let cant = matches!(
            error.code,
            UserErrorCode::ProviderUnsupported | UserErrorCode::UnknownProvider
        );
        if cant {
            let advice = match self {
                Self::Release(_) => {
                    "nothing was changed; end it in the provider's own console, then record that with onlyHere: true"
                }
                _ => "nothing was changed; only the provider itself can do it",
            };
            error.message = format!("{}; {advice}", error.message);
        }
        error
    }

    /// What the change needs beside the number; `rest` is how long a released number rests.
    pub(crate) async fn means(
        &self,
        tx: &Transaction,
        rest: Option<SignedDuration>,
    ) -> Result<Means, StoreError> {
        let Self::Update(UpdateNumber {
            group_id: Some(group_id),
            ..
        }) = self
        else {
            return Ok(Means { rest, to: None });
        };
        let connection = tx.connection();
        let Some(group) = store::group(connection, Scope::Platform, *group_id).await? else {
            return Ok(Means { rest, to: None });
        };
        let customer = store::customer(connection, Scope::Platform, group.customer_id).await?;
        let dealer = customer.and_then(|customer| customer.dealer_id);
        let to = Some((group.owner(), dealer));
        Ok(Means { rest, to })
    }

    /// What becomes of the number.
    ///
    /// # Errors
    /// [`ServiceError::Refused`]; INVALID_TRANSITION names what is allowed.
    pub(crate) fn decide(
        &self,
        number: &NumberRecord,
        now: Timestamp,
        means: &Means,
    ) -> ServiceResult<Change> {
        match self {
            Self::Update(request) => update(request, number, now, means),
            Self::Suspend(_) if number.status != NumberStatus::Active => {
                Err(not_from(number, "suspended", "ACTIVE"))
            }
            Self::Suspend(_) => {
                let after = NumberRecord {
                    status: NumberStatus::Suspended,
                    suspended_at: Some(now),
                    ..number.clone()
                };
                Ok(Change::of(after, EventKind::Suspended))
            }
            Self::Resume(_) if number.status != NumberStatus::Suspended => {
                Err(not_from(number, "resumed", "SUSPENDED"))
            }
            Self::Resume(_) => {
                let after = NumberRecord {
                    status: NumberStatus::Active,
                    suspended_at: None,
                    ..number.clone()
                };
                Ok(Change::of(after, EventKind::Resumed))
            }
            Self::Release(_) => release(number, now, means),
        }
    }
}

fn is_assigned(number: &NumberRecord) -> bool {
    matches!(number.status, NumberStatus::Active | NumberStatus::Suspended)
}

fn release(number: &NumberRecord, now: Timestamp, means: &Means) -> ServiceResult<Change> {
    if !is_assigned(number) {
        return Err(not_from(number, "released", "ACTIVE or SUSPENDED"));
    }
    if number.pool_id.is_some() {
        let message = "the number works in a pool; resize or retire the pool instead";
        return Err(invalid(message));
    }
    Ok(Change {
        after: released(number, now, means.rest),
        kind: EventKind::Released,
        reassigned: true,
    })
}

fn update(
    request: &UpdateNumber,
    number: &NumberRecord,
    now: Timestamp,
    means: &Means,
) -> ServiceResult<Change> {
    if !is_assigned(number) {
        return Err(not_from(number, "changed", "ACTIVE or SUSPENDED"));
    }
    let to = means.to.filter(|(owner, _)| number.owner != Some(*owner));
    if number.pool_id.is_some() && (to.is_some() || request.name.is_some() || request.route.is_some()) {
        let message = "name, route and group of a number in a pool are the pool's; change the pool";
        return Err(invalid(message));
    }
    let route = request.route.clone();
    let route = route.map(|CallRoute::Basic { termination_number }| termination_number);
    let mut after = number.clone();
    after.name = request.name.clone().or(after.name);
    after.tags = request.tags.clone().unwrap_or(after.tags);
    after.termination_number = route.or(after.termination_number);
    if let Some((owner, dealer)) = to {
        // A number comes with its customer's dealer, as when it is assigned.
        if number.owner.map(|old| old.customer_id) != Some(owner.customer_id) {
            after.dealer_id = dealer;
        }
        after.owner = Some(owner);
        after.assigned_at = Some(now);
    }
    after.dealer_id = request.dealer_id.unwrap_or(after.dealer_id);
    Ok(Change {
        after,
        kind: EventKind::Updated,
        reassigned: to.is_some(),
    })
}

/// Undoes a release.
pub(super) fn restore(number: &NumberRecord, now: Timestamp) -> ServiceResult<Change> {
    let dropped = number.status == NumberStatus::Dropped && number.owner.is_some();
    if dropped && number.provider != INVENTORY_ID && number.quarantine_until.is_none() {
        let message = format!(
            "{} took the number back, and that can't be undone there; it may become {}: order it again",
            number.provider,
            allowed(number)
        );
        return Err(invalid(&message));
    }
    if !dropped || number.quarantine_until.is_none_or(|until| until <= now) {
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
}

/// Writes a change of a number with its history and its assignment.
pub(crate) async fn apply(
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

fn allowed(number: &NumberRecord) -> String {
    let allowed: Vec<String> = number.status.next().iter().map(ToString::to_string).collect();
    allowed.join(", ")
}

fn not_from(number: &NumberRecord, done: &str, wanted: &str) -> ServiceError {
    invalid(&format!(
        "only a number that is {wanted} can be {done}; this one is {} and may become {}",
        number.status,
        allowed(number)
    ))
}

fn invalid(message: &str) -> ServiceError {
    ServiceError::refused(UserErrorCode::InvalidTransition, "input.numberId", message)
}
