//! Changing numbers that a group has.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use service::{NumberRecord, UpdateNumber};

use super::{CallRouteInput, Number};
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    node::NodeKind,
    payload::expected,
    switchboard,
};

/// Changes a number. What is absent stays as it is.
#[derive(InputObject)]
struct UpdateNumberInput {
    /// Global id of the number.
    number_id: ID,
    /// New name, 1 to 200 characters, unique in the group.
    name: Option<String>,
    /// New labels, all of them: at most 20 of 1 to 50 characters.
    tags: Option<Vec<String>>,
    /// Where calls go from now on.
    call_route: Option<CallRouteInput>,
    /// Global id of the group that has it from now on.
    group_id: Option<ID>,
    /// Global id of the dealer that sold it; null for none.
    dealer_id: MaybeUndefined<ID>,
}

impl UpdateNumberInput {
    fn read(self) -> Parsed<UpdateNumber> {
        let mut faults = Faults::default();
        let number_id = faults.row(&self.number_id, NodeKind::Number, "input.numberId");
        let route = self.call_route.and_then(|route| route.read(&mut faults));
        let group_id = self
            .group_id
            .and_then(|id| faults.row(&id, NodeKind::Group, "input.groupId"));
        let dealer_id = match self.dealer_id {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(id) => Some(faults.row(&id, NodeKind::Dealer, "input.dealerId")),
        };
        let request = number_id.map(|number_id| UpdateNumber {
            number_id,
            name: self.name,
            tags: self.tags,
            route,
            group_id,
            dealer_id,
        });
        faults.give(request)
    }
}

/// Takes a number out of service.
#[derive(InputObject)]
struct SuspendNumberInput {
    /// Global id of the number.
    number_id: ID,
    /// Why, for the history: one line of at most 255 characters.
    reason: Option<String>,
}

/// Puts a suspended number back into service.
#[derive(InputObject)]
struct ResumeNumberInput {
    /// Global id of the number.
    number_id: ID,
}

/// Gives a number up.
#[derive(InputObject)]
struct ReleaseNumberInput {
    /// Global id of the number.
    number_id: ID,
    /// Why, for the history: one line of at most 255 characters.
    reason: Option<String>,
}

/// Undoes a release.
#[derive(InputObject)]
struct RestoreNumberInput {
    /// Global id of the number.
    number_id: ID,
}

fn read(number_id: &ID, reason: Option<String>) -> Parsed<(i64, Option<String>)> {
    let mut faults = Faults::default();
    let row = faults.row(number_id, NodeKind::Number, "input.numberId");
    let reason = faults.text(reason, "input.reason");
    faults.give(row.map(|row| (row, reason)))
}

/// Declares payloads that hold the changed number.
macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject, Default)]
        struct $payload {
            /// The number after the change. Null when it was refused.
            number: Option<Number>,
            /// Why nothing was changed.
            user_errors: Vec<UserError>,
        }

        impl From<Parsed<NumberRecord>> for $payload {
            fn from(answer: Parsed<NumberRecord>) -> Self {
                match answer {
                    Ok(record) => Self { number: Some(Number::bare(record)), ..Self::default() },
                    Err(refusals) => Self { user_errors: user_errors(refusals), ..Self::default() },
                }
            }
        }
    )*};
}

payloads! {
    /// What became of an `updateNumber`.
    UpdateNumberPayload;
    /// What became of a `suspendNumber`.
    SuspendNumberPayload;
    /// What became of a `resumeNumber`.
    ResumeNumberPayload;
    /// What became of a `releaseNumber`.
    ReleaseNumberPayload;
    /// What became of a `restoreNumber`.
    RestoreNumberPayload;
}

#[derive(Default)]
pub(crate) struct NumberMutations;

#[Object]
impl NumberMutations {
    /// Changes a number's name, labels, route or owner.
    async fn update_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, and what changes.")] input: UpdateNumberInput,
    ) -> Option<Result<UpdateNumberPayload>> {
        Some(update(ctx, input).await)
    }

    /// Takes a number out of service; it stays its owner's.
    async fn suspend_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, and why.")] input: SuspendNumberInput,
    ) -> Option<Result<SuspendNumberPayload>> {
        Some(suspend(ctx, input).await)
    }

    /// Puts a suspended number back into service.
    async fn resume_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number.")] input: ResumeNumberInput,
    ) -> Option<Result<ResumeNumberPayload>> {
        Some(resume(ctx, input).await)
    }

    /// Gives a number up. It rests in quarantine, from which `restoreNumber` brings it back, and is stock again
    /// after it. Its history stays.
    async fn release_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, and why.")] input: ReleaseNumberInput,
    ) -> Option<Result<ReleaseNumberPayload>> {
        Some(release(ctx, input).await)
    }

    /// Undoes a release inside quarantine: the same owner, name and route again.
    async fn restore_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number.")] input: RestoreNumberInput,
    ) -> Option<Result<RestoreNumberPayload>> {
        Some(restore(ctx, input).await)
    }
}

async fn update(ctx: &Context<'_>, input: UpdateNumberInput) -> Result<UpdateNumberPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok(request) => expected(switchboard(ctx)?.update_number(&who, request).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn suspend(ctx: &Context<'_>, input: SuspendNumberInput) -> Result<SuspendNumberPayload> {
    let who = access::principal(ctx)?;
    let answer = match read(&input.number_id, input.reason) {
        Ok((row, reason)) => expected(switchboard(ctx)?.suspend_number(&who, row, reason).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn resume(ctx: &Context<'_>, input: ResumeNumberInput) -> Result<ResumeNumberPayload> {
    let who = access::principal(ctx)?;
    let answer = match read(&input.number_id, None) {
        Ok((row, _)) => expected(switchboard(ctx)?.resume_number(&who, row).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn release(ctx: &Context<'_>, input: ReleaseNumberInput) -> Result<ReleaseNumberPayload> {
    let who = access::principal(ctx)?;
    let answer = match read(&input.number_id, input.reason) {
        Ok((row, reason)) => expected(switchboard(ctx)?.release_number(&who, row, reason).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn restore(ctx: &Context<'_>, input: RestoreNumberInput) -> Result<RestoreNumberPayload> {
    let who = access::principal(ctx)?;
    let answer = match read(&input.number_id, None) {
        Ok((row, _)) => expected(switchboard(ctx)?.restore_number(&who, row).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}
