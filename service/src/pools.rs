//! Pools: ordered, changed, resized and retired, at their carrier or here.

mod leaving;

use std::{collections::HashMap, sync::Arc};

use provider_core::domain::{NumberMatch, PoolStatus, ReplacementConfiguration, ReplacementInput};
use store::{
    EventKind, Keyset, Mirrored, NewEvent, OperationKind, OperationState, OperationUpdate, Page, PageRequest,
    PoolFilter, PoolRecord, StoreError, Transaction, UpstreamFacts,
};

pub(crate) use leaving::{
    Leaving, explained, follow_pool, gone, kept_name_taken, leave_pool, leftover, out_of_service,
};

use leaving::{kept_refused, not_under_way};

use crate::{
    ChangeAnswer, CreateNumberPool, INVENTORY_ID, OrderAnswer, Principal, ResizeNumberPool, RetireNumberPool,
    ServiceError, ServiceResult, Switchboard, UpdateNumberPool, UserErrorCode,
    assignment::match_refused,
    engine::{
        Asked, Target,
        jobs::{CreatePool, ResizePool, RetirePool, UpdatePool, retire},
    },
    inventory::{LARGEST_POOL, LONGEST_MATCH_PERIOD},
    keys::made_reference,
    lifecycle::Recorded,
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
        let kind = OperationKind::CreateNumberPool;
        let asked = Asked::of(kind, &request.client_reference, &request)?;
        if let Some(known) = self.known_order(who, group.owner(), &asked).await? {
            return Ok(known);
        }
        let matching = NumberMatch::from(request.matching.clone());
        self.places()
            .plan(&matching, false)
            .map_err(|error| match_refused(&error, &matching))?;
        if let Err(refused) = self.free_pool_name(group.id, &request.name, None).await {
            // The name may have been taken by this very request, sent twice at the same time.
            let known = self.known_order(who, group.owner(), &asked).await?;
            return known.ok_or(refused);
        }
        self.order(who, &group, asked, Arc::new(CreatePool(request)))
            .await
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
        let kind = OperationKind::ResizeNumberPool;
        let asked = Asked::of(kind, &request.client_reference, &request)?;
        if let Some(known) = self.known_order(who, group.owner(), &asked).await? {
            return Ok(known);
        }
        still_active(&pool)?;
        let job = Arc::new(ResizePool::new(request, pool));
        self.order(who, &group, asked, job).await
    }

    /// Changes what a pool is called, waits for, replaces and is routed to; a new route goes to all its numbers. A
    /// carrier's pool is changed there.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with each fault; PROVIDER_UNSUPPORTED means that the carrier has no way to do it,
    /// BUSY that another change of the pool is under way.
    pub async fn update_number_pool(
        &self,
        who: &Principal,
        mut request: UpdateNumberPool,
    ) -> ServiceResult<ChangeAnswer> {
        who.may_manage()?;
        let mut faults = Faults::default();
        if let Some(reference) = &request.client_reference {
            faults.client_reference(reference);
        }
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
        let (kind, given) = (OperationKind::UpdateNumberPool, request.client_reference.clone());
        let asked = Asked::of(kind, &given.clone().unwrap_or_else(made_reference), &request)?;
        if let Some(known) = self.known_order(who, pool.owner, &asked).await? {
            return Ok(known.into());
        }
        still_active(&pool)?;
        if let Some(name) = &request.name {
            self.free_pool_name(pool.owner.group_id, name, Some(pool.id))
                .await?;
        }
        let job = UpdatePool::new(request, replacement, pool.clone());
        if pool.provider != INVENTORY_ID {
            let group = self.group_for(who, pool.owner.group_id).await?;
            let answer = self.order(who, &group, asked, Arc::new(job)).await?;
            return Ok(answer.into());
        }
        let (change, asked) = (job.change(), given.map(|_| asked));
        self.change_pool_here(who, pool, asked, move |tx, pool, event| {
            Box::pin(async move {
                if !store::update_pool(tx, pool.id, &change)
                    .await
                    .map_err(pool_refused)?
                {
                    return Err(gone());
                }
                let event = NewEvent {
                    kind: EventKind::Updated,
                    cause: Some("the pool was changed"),
                    ..event
                };
                Ok(follow_pool(tx, pool.id, &change, event).await?)
            })
        })
        .await
    }

    /// Ends a pool. Its numbers are released, or stay with the group. A carrier's pool is ended there.
    ///
    /// With `only_here` the carrier isn't asked: the pool was ended there by other means.
    ///
    /// # Errors
    /// As [`Switchboard::update_number_pool`].
    pub async fn retire_number_pool(
        &self,
        who: &Principal,
        request: RetireNumberPool,
    ) -> ServiceResult<ChangeAnswer> {
        who.may_manage()?;
        let mut faults = Faults::default();
        if let Some(reference) = &request.client_reference {
            faults.client_reference(reference);
        }
        faults.into_result()?;
        let pool = self.own_pool(who, request.pool_id).await?;
        let (kind, given) = (OperationKind::RetireNumberPool, request.client_reference.clone());
        let asked = Asked::of(kind, &given.clone().unwrap_or_else(made_reference), &request)?;
        if let Some(known) = self.known_order(who, pool.owner, &asked).await? {
            return Ok(known.into());
        }
        if pool.status == PoolStatus::Retired {
            return Ok(ChangeAnswer {
                pool: Some(pool),
                ..ChangeAnswer::default()
            });
        }
        if pool.provider != INVENTORY_ID && !request.only_here {
            let group = self.group_for(who, pool.owner.group_id).await?;
            let job = Arc::new(RetirePool::new(request, pool));
            return self.order(who, &group, asked, job).await.map(ChangeAnswer::from);
        }
        let how = Leaving {
            keep: request.keep_numbers,
            rest: Some(self.quarantine()),
            nth_name: 1,
        };
        let asked = given.map(|_| asked);
        self.change_pool_here(who, pool, asked, move |tx, pool, event| {
            Box::pin(async move {
                let event = NewEvent {
                    cause: Some("the pool was retired"),
                    ..event
                };
                retire(tx, pool, how, None, event).await.map_err(kept_refused)
            })
        })
        .await
    }

    /// Changes a pool in one transaction. Under a client reference the change is written down as an operation that
    /// has succeeded, so that a repetition gets its answer.
    async fn change_pool_here<F>(
        &self,
        who: &Principal,
        pool: PoolRecord,
        asked: Option<Asked>,
        work: F,
    ) -> ServiceResult<ChangeAnswer>
    where
        F: for<'t> FnOnce(
                &'t Transaction,
                &'t PoolRecord,
                NewEvent<'t>,
            ) -> store::Work<'t, Vec<i64>, ServiceError>
            + Send
            + 'static,
    {
        let (switchboard, asker, id) = (self.clone(), who.clone(), pool.id);
        let recorded = self
            .write_announced(move |tx| {
                Box::pin(async move {
                    not_under_way(tx, &pool).await?;
                    let target = Target {
                        pool_id: Some(pool.id),
                        ..Target::default()
                    };
                    let recorded = match &asked {
                        None => None,
                        Some(asked) => {
                            let recorded = switchboard.record_here(tx, &asker, pool.owner, asked, target);
                            match recorded.await? {
                                Recorded::Before(id) => return Ok((Some(id), Vec::new())),
                                Recorded::Now(id) => Some(id),
                            }
                        }
                    };
                    let actor = asker.actor();
                    let event = NewEvent {
                        kind: EventKind::Released,
                        actor: &actor,
                        cause: None,
                        operation_id: recorded,
                    };
                    let events = work(tx, &pool, event).await?;
                    if let Some(id) = recorded {
                        let update = OperationUpdate {
                            provider: Some(pool.provider.clone()),
                            ..OperationUpdate::default()
                        };
                        let (from, to) = (OperationState::Requested, OperationState::Succeeded);
                        store::advance_operation(tx, id, from, to, &update).await?;
                    }
                    Ok((recorded, events))
                })
            })
            .await?;
        match recorded {
            Some(id) => self.answer(who, id).await.map(ChangeAnswer::from),
            None => Ok(ChangeAnswer {
                pool: Some(self.own_pool(who, id).await?),
                ..ChangeAnswer::default()
            }),
        }
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

    /// What carriers say of pools that the caller has read; those of which none said anything are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pool_upstream_facts(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, UpstreamFacts>> {
        who.may_view()?;
        let reader = self.database().reader();
        let visible = store::pools_by_ids(reader, who.scope, ids).await?;
        let ids: Vec<i64> = visible.into_keys().collect();
        Ok(store::upstream_facts(reader, Mirrored::Pools, &ids).await?)
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

fn still_active(pool: &PoolRecord) -> ServiceResult<()> {
    if pool.status == PoolStatus::Active {
        Ok(())
    } else {
        Err(out_of_service())
    }
}

fn pool_refused(error: StoreError) -> ServiceError {
    if store::is_pool_name_taken(&error) {
        name_taken()
    } else {
        error.into()
    }
}

fn name_taken() -> ServiceError {
    let message = "another pool of the group has this name; choose another";
    ServiceError::refused(UserErrorCode::NameTaken, "input.name", message)
}
