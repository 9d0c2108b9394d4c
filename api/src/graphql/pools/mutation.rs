use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::{
    ChangeAnswer, CreateNumberPool, OrderAnswer, ResizeNumberPool, RetireNumberPool, UpdateNumberPool,
};

use super::{NumberPool, matching::NumberPoolMatch, replacement::ReplacementConfigurationInput};
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    node::NodeKind,
    numbers::CallRouteInput,
    operations::Operation,
    payload::{expected, problems},
    switchboard,
};

/// Asks for a pool of numbers for a group.
#[derive(InputObject)]
struct CreateNumberPoolInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input
    /// gives the same answer, never a second pool.
    client_reference: String,
    /// Global id of the group that gets the pool.
    group_id: ID,
    /// Name for reporting, 1 to 200 characters, unique among the group's pools.
    name: String,
    /// How long a session is held open to wait for a call, in minutes; at least 1.
    match_period_minutes: i32,
    /// How many numbers the pool should have; at least 1.
    quantity: i32,
    /// What its numbers must be.
    #[graphql(name = "match")]
    matching: NumberPoolMatch,
    /// Which numbers of a page it replaces, and for which visitors.
    replacement: ReplacementConfigurationInput,
    /// Where its calls go.
    call_route: CallRouteInput,
    /// Whether fewer numbers than asked for are better than none.
    #[graphql(default)]
    allow_partial: bool,
    /// Global id of the provider to order from. Otherwise every capable one in the configured order: the next is
    /// asked when one has no stock, or fails before anything was sent.
    provider: Option<ID>,
}

impl CreateNumberPoolInput {
    fn read(self) -> Parsed<CreateNumberPool> {
        let mut faults = Faults::default();
        let group_id = faults.row(&self.group_id, NodeKind::Group, "input.groupId");
        let minutes = faults.count(self.match_period_minutes, "input.matchPeriodMinutes");
        let quantity = faults.count(self.quantity, "input.quantity");
        let matching = self.matching.read(&mut faults);
        let replacement = self.replacement.read(&mut faults);
        let route = self.call_route.read(&mut faults);
        let provider = self
            .provider
            .and_then(|id| faults.provider(&id, "input.provider"));
        let request = (|| {
            Some(CreateNumberPool {
                client_reference: self.client_reference,
                group_id: group_id?,
                name: self.name,
                match_period_minutes: minutes?,
                quantity: quantity?,
                matching: matching?,
                replacement: replacement?,
                route: route?,
                allow_partial: self.allow_partial,
                provider,
            })
        })();
        faults.give(request)
    }
}

/// Changes a pool. What is absent stays as it is.
#[derive(InputObject)]
struct UpdateNumberPoolInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input gives
    /// the same answer. Without one, a repetition is a change of its own, which does no harm: asking for what is so
    /// already changes nothing.
    client_reference: Option<String>,
    /// Global id of the pool.
    pool_id: ID,
    /// New name, 1 to 200 characters, unique among the group's pools.
    name: Option<String>,
    /// New match period, in minutes; at least 1.
    match_period_minutes: Option<i32>,
    /// New replacement configuration, the whole of it.
    replacement: Option<ReplacementConfigurationInput>,
    /// Where calls to all its numbers go from now on.
    call_route: Option<CallRouteInput>,
}

impl UpdateNumberPoolInput {
    fn read(self) -> Parsed<UpdateNumberPool> {
        let mut faults = Faults::default();
        let pool_id = faults.row(&self.pool_id, NodeKind::NumberPool, "input.poolId");
        let minutes = self.match_period_minutes;
        let minutes = minutes.and_then(|minutes| faults.count(minutes, "input.matchPeriodMinutes"));
        let route = self.call_route.and_then(|route| route.read(&mut faults));
        let request = pool_id.map(|pool_id| UpdateNumberPool {
            client_reference: self.client_reference,
            pool_id,
            name: self.name,
            match_period_minutes: minutes,
            replacement: self.replacement.map(Into::into),
            route,
        });
        faults.give(request)
    }
}

/// Makes a pool larger, with numbers of the same kind, or smaller.
#[derive(InputObject)]
struct ResizeNumberPoolInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input
    /// gives the same answer, never more numbers.
    client_reference: String,
    /// Global id of the pool.
    pool_id: ID,
    /// How many numbers it should have then; at least 1.
    quantity: i32,
    /// Whether fewer new numbers than asked for are better than none.
    #[graphql(default)]
    allow_partial: bool,
    /// Whether numbers that leave the pool stay with the group; otherwise they are released.
    #[graphql(default)]
    keep_numbers: bool,
}

impl ResizeNumberPoolInput {
    fn read(self) -> Parsed<ResizeNumberPool> {
        let mut faults = Faults::default();
        let pool_id = faults.row(&self.pool_id, NodeKind::NumberPool, "input.poolId");
        let quantity = faults.count(self.quantity, "input.quantity");
        let request = pool_id.zip(quantity).map(|(pool_id, quantity)| ResizeNumberPool {
            client_reference: self.client_reference,
            pool_id,
            quantity,
            allow_partial: self.allow_partial,
            keep_numbers: self.keep_numbers,
        });
        faults.give(request)
    }
}

/// Ends a pool.
#[derive(InputObject)]
struct RetireNumberPoolInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input gives
    /// the same answer. Without one, a repetition is a change of its own, which does no harm: asking for what is so
    /// already changes nothing.
    client_reference: Option<String>,
    /// Global id of the pool.
    pool_id: ID,
    /// Whether its numbers stay with the group; otherwise they are released.
    #[graphql(default)]
    keep_numbers: bool,
    /// The carrier isn't asked: the pool was ended there by other means, in the carrier's own console for one.
    /// Without meaning for pools of our own.
    #[graphql(default)]
    only_here: bool,
}

impl RetireNumberPoolInput {
    fn read(self) -> Parsed<RetireNumberPool> {
        let mut faults = Faults::default();
        let pool_id = faults.row(&self.pool_id, NodeKind::NumberPool, "input.poolId");
        faults.give(pool_id.map(|pool_id| RetireNumberPool {
            client_reference: self.client_reference,
            pool_id,
            keep_numbers: self.keep_numbers,
            only_here: self.only_here,
        }))
    }
}

/// Declares payloads of orders: the pool, and the operation that tells how far the order is.
macro_rules! order_payloads {
    ($($(#[$doc:meta])* $payload:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject, Default)]
        struct $payload {
            /// The pool. Null while the operation goes on, and when it was refused.
            pool: Option<NumberPool>,
            /// The durable record of the order: follow it while it goes on. Null when the input was refused
            /// before anything was written.
            operation: Option<Operation>,
            /// Why nothing was ordered.
            user_errors: Vec<UserError>,
        }

        impl From<Parsed<OrderAnswer>> for $payload {
            fn from(answer: Parsed<OrderAnswer>) -> Self {
                match answer {
                    Ok(answer) => Self {
                        user_errors: problems(&answer.operation),
                        pool: answer.pool.map(NumberPool::from),
                        operation: Some(answer.operation.into()),
                    },
                    Err(refusals) => Self { user_errors: user_errors(refusals), ..Self::default() },
                }
            }
        }
    )*};
}

order_payloads! {
    /// What became of a `createNumberPool`.
    CreateNumberPoolPayload;
    /// What became of a `resizeNumberPool`.
    ResizeNumberPoolPayload;
}

/// Declares payloads that hold the changed pool, and the operation that tells how far the change is.
macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject, Default)]
        struct $payload {
            /// The pool after the change. Null while the operation goes on, and when it was refused.
            pool: Option<NumberPool>,
            /// The durable record of the change: follow it while it goes on. Null when the change needed no
            /// provider and came without a client reference, and when it was refused before anything was written.
            operation: Option<Operation>,
            /// Why nothing was changed.
            user_errors: Vec<UserError>,
        }

        impl From<Parsed<ChangeAnswer>> for $payload {
            fn from(answer: Parsed<ChangeAnswer>) -> Self {
                match answer {
                    Ok(answer) => Self {
                        user_errors: answer.operation.as_ref().map(problems).unwrap_or_default(),
                        pool: answer.pool.map(NumberPool::from),
                        operation: answer.operation.map(Operation::from),
                    },
                    Err(refusals) => Self { user_errors: user_errors(refusals), ..Self::default() },
                }
            }
        }
    )*};
}

payloads! {
    /// What became of an `updateNumberPool`.
    UpdateNumberPoolPayload;
    /// What became of a `retireNumberPool`.
    RetireNumberPoolPayload;
}

#[derive(Default)]
pub(crate) struct PoolMutations;

#[Object]
impl PoolMutations {
    /// Gives a group a pool of numbers: all of them or none, unless `allowPartial`. Answers within about
    /// 2 seconds: finished, or with the operation to follow.
    async fn create_number_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted, and for whom.")] input: CreateNumberPoolInput,
    ) -> Option<Result<CreateNumberPoolPayload>> {
        Some(create(ctx, input).await)
    }

    /// Changes what a pool is called, waits for, replaces and is routed to. A carrier's pool is changed there first.
    /// Answers within about 2 seconds: finished, or with the operation to follow.
    async fn update_number_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pool, and what changes.")] input: UpdateNumberPoolInput,
    ) -> Option<Result<UpdateNumberPoolPayload>> {
        Some(update(ctx, input).await)
    }

    /// Makes a pool larger or smaller. Answers within about 2 seconds: finished, or with the operation to follow.
    async fn resize_number_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pool, and how large.")] input: ResizeNumberPoolInput,
    ) -> Option<Result<ResizeNumberPoolPayload>> {
        Some(resize(ctx, input).await)
    }

    /// Ends a pool for good. Its numbers are released, or stay with the group. A carrier's pool is ended there first.
    /// Answers within about 2 seconds: finished, or with the operation to follow.
    async fn retire_number_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pool, and what becomes of its numbers.")] input: RetireNumberPoolInput,
    ) -> Option<Result<RetireNumberPoolPayload>> {
        Some(retire(ctx, input).await)
    }
}

async fn create(ctx: &Context<'_>, input: CreateNumberPoolInput) -> Result<CreateNumberPoolPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok(request) => expected(switchboard(ctx)?.create_number_pool(&who, request).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn update(ctx: &Context<'_>, input: UpdateNumberPoolInput) -> Result<UpdateNumberPoolPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok(request) => expected(switchboard(ctx)?.update_number_pool(&who, request).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn resize(ctx: &Context<'_>, input: ResizeNumberPoolInput) -> Result<ResizeNumberPoolPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok(request) => expected(switchboard(ctx)?.resize_number_pool(&who, request).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn retire(ctx: &Context<'_>, input: RetireNumberPoolInput) -> Result<RetireNumberPoolPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok(request) => expected(switchboard(ctx)?.retire_number_pool(&who, request).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}
