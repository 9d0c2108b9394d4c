use std::collections::HashMap;

use provider_core::domain::{
    CallRoute, Leftover, NumberMatch, PoolStatus, ReplacementConfiguration, ReplacementInput,
};
use store::{
    EventKind, Keyset, NewEvent, NumberBy, NumberRecord, OperationKind, Page, PageRequest, PoolFilter,
    PoolRecord, Scope, StoreError, Transaction,
};

use crate::{
    CreateNumberPool, OrderAnswer, Principal, ResizeNumberPool, RetireNumberPool, ServiceError,
    ServiceResult, Switchboard, UpdateNumberPool, UserErrorCode,
    assignment::match_refused,
    engine::Job,
    inventory::{LARGEST_POOL, LONGEST_MATCH_PERIOD},
    lifecycle::released,
    numbers::is_name_taken,
    validate::Faults,
};

impl Switchboard {
    /// Gives a group a pool of numbers (document: telmetrics-number-pools): all of them or none, unless fewer
    /// are allowed. Otherwise as [`Switchboard::assign_number`].
    ///
    /// # Errors
    /// [`ServiceError::Refused`] for what is wrong before anything is written.
    pub async fn create_number_pool(
        &self,
        who: &Principal,
        mut request: CreateNumberPool,
    ) -> ServiceResult<OrderAnswer> {
        who.may_manage()?;
        let mut faults = Faults::default();
        faults.client_reference(&request.client_reference);
        request.name = faults.name(&request.name);
        faults.range("input.quantity", request.quantity, 1..=LARGEST_POOL);
        faults.range(
            "input.matchPeriodMinutes",
            request.match_period_minutes,
            1..=LONGEST_MATCH_PERIOD,
        );
        self.known_provider(&mut faults, request.provider.as_ref());
        faults.into_result()?;
        let group = self.group_for(who, request.group_id).await?;
        let (reference, kind) = (request.client_reference.clone(), OperationKind::CreateNumberPool);
        if let Some(known) = self.known_order(who, &group, &reference, kind, &request).await? {
            return Ok(known);
        }
        let matching = NumberMatch::from(request.matching.clone());
        self.places()
            .plan(&matching, false)
            .map_err(|error| match_refused(&error, &matching))?;
        if let Err(refused) = self.free_pool_name(group.id, &request.name, None).await {
            // The name may have been taken by this very request, sent twice at the same time.
            let known = self.known_order(who, &group, &reference, kind, &request).await?;
            return known.ok_or(refused);
        }
        let job = Job::CreatePool(request.clone());
        self.order(who, &group, &reference, &request, job).await
    }

    /// Makes a pool larger, with numbers of the same kind, or smaller. Otherwise as
    /// [`Switchboard::assign_number`].
    ///
    /// # Errors
    /// [`ServiceError::Refused`] for what is wrong before anything is written.
    pub async fn resize_number_pool(
        &self,
        who: &Principal,
        request: ResizeNumberPool,
    ) -> ServiceResult<OrderAnswer> {
        who.may_manage()?;
        let mut faults = Faults::default();
        faults.client_reference(&request.client_reference);
        faults.range("input.quantity", request.quantity, 1..=LARGEST_POOL);
        faults.into_result()?;
        let pool = self.own_pool(who, request.pool_id).await?;
        let group = self.group_for(who, pool.owner.group_id).await?;
        let (reference, kind) = (request.client_reference.clone(), OperationKind::ResizeNumberPool);
        if let Some(known) = self.known_order(who, &group, &reference, kind, &request).await? {
            return Ok(known);
        }
        still_active(&pool)?;
        let job = Job::ResizePool(request.clone(), Box::new(pool));
        self.order(who, &group, &reference, &request, job).await
    }

    /// Changes what a pool is called, waits for, replaces and is routed to; a new route goes to all its numbers.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with each fault.
    pub async fn update_number_pool(
        &self,
        who: &Principal,
        mut request: UpdateNumberPool,
    ) -> ServiceResult<PoolRecord> {
        who.may_manage()?;
        let mut faults = Faults::default();
        request.name = request.name.map(|name| faults.name(&name));
        if let Some(minutes) = request.match_period_minutes {
            faults.range("input.matchPeriodMinutes", minutes, 1..=LONGEST_MATCH_PERIOD);
        }
        let replacement = request
            .replacement
            .as_ref()
            .and_then(|input| replacement(&mut faults, input));
        faults.into_result()?;
        let pool = self.own_pool(who, request.pool_id).await?;
        still_active(&pool)?;
        if let Some(name) = &request.name {
            self.free_pool_name(pool.owner.group_id, name, Some(pool.id))
                .await?;
        }
        let termination_number = request
            .route
            .map(|CallRoute::Basic { termination_number }| termination_number);
        let change = store::PoolChange {
            name: request.name,
            match_period_minutes: request.match_period_minutes,
            termination_number,
            replacement,
        };
        let (actor, id) = (who.actor(), pool.id);
        self.write_announced(move |tx| {
            Box::pin(async move {
                if !store::update_pool(tx, id, &change).await.map_err(pool_refused)? {
                    return Err(gone());
                }
                Ok(((), follow_pool(tx, id, &change, &actor).await?))
            })
        })
        .await?;
        self.own_pool(who, id).await
    }

    /// Ends a pool. Its numbers are released into quarantine, or stay with the group.
    ///
    /// # Errors
    /// [`ServiceError::Refused`].
    pub async fn retire_number_pool(
        &self,
        who: &Principal,
        request: RetireNumberPool,
    ) -> ServiceResult<PoolRecord> {
        who.may_manage()?;
        let pool = self.own_pool(who, request.pool_id).await?;
        if pool.status == PoolStatus::Retired {
            return Ok(pool);
        }
        let (actor, id, quarantine) = (who.actor(), pool.id, self.quarantine());
        self.write_announced(move |tx| {
            Box::pin(async move {
                if !store::retire_pool(tx, id).await? {
                    return Err(gone());
                }
                let mut events = Vec::new();
                for member in store::members(tx.connection(), id).await? {
                    let by = NumberBy::Id(member);
                    let Some(number) = store::lock_number(tx, Scope::Platform, &by).await? else {
                        continue;
                    };
                    let event = NewEvent {
                        kind: EventKind::Released,
                        actor: &actor,
                        cause: Some("the pool was retired"),
                        operation_id: None,
                    };
                    let keep = request.keep_numbers;
                    let left = leave_pool(tx, &pool, &number, keep, quarantine, event).await;
                    events.push(left.map_err(kept_refused)?);
                }
                Ok(((), events))
            })
        })
        .await?;
        self.own_pool(who, id).await
    }

    /// One pool, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pool(&self, who: &Principal, id: i64) -> ServiceResult<Option<PoolRecord>> {
        who.may_view()?;
        Ok(store::pool(self.database().reader(), who.scope, id).await?)
    }

    /// Pools by row id, inside the scope.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pools_by_ids(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, PoolRecord>> {
        who.may_view()?;
        Ok(store::pools_by_ids(self.database().reader(), who.scope, ids).await?)
    }

    /// One page of pools, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pools(
        &self,
        who: &Principal,
        filter: &PoolFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<PoolRecord>> {
        who.may_view()?;
        Ok(store::pools(
            self.database().reader(),
            who.scope,
            filter,
            Keyset::BY_ID,
            request,
        )
        .await?)
    }

    /// How many pools match.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_pools(&self, who: &Principal, filter: &PoolFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_pools(self.database().reader(), who.scope, filter).await?)
    }

    /// The replacement configurations of pools that the caller has read.
    ///
    /// # Errors
    /// What the database says.
    pub async fn replacements(
        &self,
        who: &Principal,
        pool_ids: &[i64],
    ) -> ServiceResult<HashMap<i64, ReplacementConfiguration>> {
        who.may_view()?;
        let visible = store::pools_by_ids(self.database().reader(), who.scope, pool_ids).await?;
        let ids: Vec<i64> = visible.into_keys().collect();
        Ok(store::replacements(self.database().reader(), &ids).await?)
    }

    async fn own_pool(&self, who: &Principal, id: i64) -> ServiceResult<PoolRecord> {
        store::pool(self.database().reader(), who.scope, id)
            .await?
            .ok_or_else(gone)
    }

    async fn free_pool_name(&self, group_id: i64, name: &str, except: Option<i64>) -> ServiceResult<()> {
        match store::pool_with_name(self.database().reader(), group_id, name).await? {
            Some(id) if Some(id) != except => Err(name_taken()),
            _ => Ok(()),
        }
    }
}

/// Checks a replacement configuration, adding every fault under `input.replacement`.
pub(crate) fn replacement(faults: &mut Faults, input: &ReplacementInput) -> Option<ReplacementConfiguration> {
    match ReplacementConfiguration::new(input) {
        Ok(configuration) => Some(configuration),
        Err(found) => {
            for fault in &found.0 {
                let path = format!("input.replacement.{}", fault.path.join("."));
                faults.add(UserErrorCode::InvalidInput, &path, fault.message.clone());
            }
            None
        }
    }
}

/// Whether numbers that leave are kept, in the contract's words.
pub(crate) const fn leftover(keep: bool) -> Leftover {
    if keep { Leftover::Keep } else { Leftover::Release }
}

/// Takes a number out of its pool: it stays with the group under a name of its own, or it is released.
pub(crate) async fn leave_pool(
    tx: &Transaction,
    pool: &PoolRecord,
    number: &NumberRecord,
    keep: bool,
    quarantine: jiff::SignedDuration,
    event: NewEvent<'_>,
) -> Result<i64, StoreError> {
    store::remove_member(tx, pool.id, number.id).await?;
    store::end_assignment(tx, number.id).await?;
    // A pool's numbers share its name; outside, names are unique in the group, and the number itself is. One
    // that is released gets such a name too: it may be restored.
    let name = format!("{} {}", pool.name, number.e164);
    let after = NumberRecord {
        pool_id: None,
        name: Some(name.clone()),
        ..number.clone()
    };
    if !keep {
        return store::save_number(tx, number, &released(&after, tx.now(), quarantine), event).await;
    }
    let owner = number.owner.unwrap_or(pool.owner);
    store::insert_assignment(tx, number.id, owner, &name, None, event.operation_id).await?;
    store::save_number(
        tx,
        number,
        &after,
        NewEvent {
            kind: EventKind::Updated,
            ..event
        },
    )
    .await
}

/// Brings a pool's new name and route to its numbers.
async fn follow_pool(
    tx: &Transaction,
    pool_id: i64,
    change: &store::PoolChange,
    actor: &str,
) -> Result<Vec<i64>, StoreError> {
    let mut events = Vec::new();
    if change.name.is_none() && change.termination_number.is_none() {
        return Ok(events);
    }
    for id in store::members(tx.connection(), pool_id).await? {
        let Some(before) = store::lock_number(tx, Scope::Platform, &NumberBy::Id(id)).await? else {
            continue;
        };
        let mut after = before.clone();
        after.name = change.name.clone().or(after.name);
        after.termination_number = change.termination_number.clone().or(after.termination_number);
        if after != before {
            let event = NewEvent {
                kind: EventKind::Updated,
                actor,
                cause: Some("the pool was changed"),
                operation_id: None,
            };
            events.push(store::save_number(tx, &before, &after, event).await?);
        }
    }
    Ok(events)
}

fn still_active(pool: &PoolRecord) -> ServiceResult<()> {
    if pool.status == PoolStatus::Active {
        return Ok(());
    }
    let message = "the pool is retired; create a new one";
    Err(ServiceError::refused(
        UserErrorCode::InvalidTransition,
        "input.poolId",
        message,
    ))
}

fn pool_refused(error: StoreError) -> ServiceError {
    if store::is_pool_name_taken(&error) {
        name_taken()
    } else {
        error.into()
    }
}

/// A number that was to stay with the group, under the pool's name and its own.
fn kept_refused(error: StoreError) -> ServiceError {
    if is_name_taken(&error) {
        let message = "a number of the group has the name that one of the pool's would get; rename it first";
        ServiceError::refused(UserErrorCode::NameTaken, "input.keepNumbers", message)
    } else {
        error.into()
    }
}

fn name_taken() -> ServiceError {
    let message = "another pool of the group has this name; choose another";
    ServiceError::refused(UserErrorCode::NameTaken, "input.name", message)
}

fn gone() -> ServiceError {
    let message = "no pool with this id is visible to this key";
    ServiceError::refused(UserErrorCode::NotFound, "input.poolId", message)
}
