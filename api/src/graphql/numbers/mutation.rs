//! Changing numbers that a group has.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use service::{ChangeAnswer, ReleaseNumber, ResumeNumber, SuspendNumber, UpdateNumber};

use super::{CallRouteInput, Number};
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    node::NodeKind,
    operations::Operation,
    payload::{expected, problems},
    switchboard,
};

/// Changes a number. What is absent stays as it is.
#[derive(InputObject)]
struct UpdateNumberInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input gives
    /// the same answer. Without one, a repetition is a change of its own, which does no harm: asking for what is so
    /// already changes nothing.
    client_reference: Option<String>,
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
            client_reference: self.client_reference,
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
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input gives
    /// the same answer. Without one, a repetition is a change of its own, which does no harm: asking for what is so
    /// already changes nothing.
    client_reference: Option<String>,
    /// Global id of the number.
    number_id: ID,
    /// Why, for the history: one line of at most 255 characters.
    reason: Option<String>,
}

/// Puts a suspended number back into service.
#[derive(InputObject)]
struct ResumeNumberInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input gives
    /// the same answer. Without one, a repetition is a change of its own, which does no harm: asking for what is so
    /// already changes nothing.
    client_reference: Option<String>,
    /// Global id of the number.
    number_id: ID,
}

/// Gives a number up.
#[derive(InputObject)]
struct ReleaseNumberInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input gives
    /// the same answer. Without one, a repetition is a change of its own, which does no harm: asking for what is so
    /// already changes nothing.
    client_reference: Option<String>,
    /// Global id of the number.
    number_id: ID,
    /// Why, for the history: one line of at most 255 characters.
    reason: Option<String>,
    /// The carrier isn't asked: the number was ended there by other means, in the carrier's own console for one.
    /// It rests as our own do, so that `restoreNumber` can undo a slip, and stays DROPPED after it. Without meaning
    /// for numbers of our own.
    #[graphql(default)]
    only_here: bool,
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

/// Declares payloads that hold the changed number, and the operation that tells how far the change is.
macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject, Default)]
        struct $payload {
            /// The number after the change. Null while the operation goes on, and when it was refused.
            number: Option<Number>,
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
                        number: answer.number.map(Number::bare),
                        operation: answer.operation.map(Operation::from),
                    },
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
}

/// What became of a `restoreNumber`.
#[derive(SimpleObject, Default)]
struct RestoreNumberPayload {
    /// The number after the change. Null when it was refused.
    number: Option<Number>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct NumberMutations;

#[Object]
impl NumberMutations {
    /// Changes a number's name, labels, route or owner. A new route of a carrier's number is set there first; the
    /// rest is ours alone. Answers within about 2 seconds: finished, or with the operation to follow.
    async fn update_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, and what changes.")] input: UpdateNumberInput,
    ) -> Option<Result<UpdateNumberPayload>> {
        Some(update(ctx, input).await)
    }

    /// Takes a number out of service; it stays its owner's. A carrier's number is suspended there first. Answers
    /// within about 2 seconds: finished, or with the operation to follow.
    async fn suspend_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, and why.")] input: SuspendNumberInput,
    ) -> Option<Result<SuspendNumberPayload>> {
        Some(suspend(ctx, input).await)
    }

    /// Puts a suspended number back into service. A carrier's number is resumed there first. Answers within about
    /// 2 seconds: finished, or with the operation to follow.
    async fn resume_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number.")] input: ResumeNumberInput,
    ) -> Option<Result<ResumeNumberPayload>> {
        Some(resume(ctx, input).await)
    }

    /// Gives a number up; its history stays. One of our own rests in quarantine, from which `restoreNumber` brings
    /// it back, and is stock again after it. A carrier's number is given back to the carrier: it stays DROPPED, and
    /// can't be restored. Answers within about 2 seconds: finished, or with the operation to follow.
    async fn release_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, and why.")] input: ReleaseNumberInput,
    ) -> Option<Result<ReleaseNumberPayload>> {
        Some(release(ctx, input).await)
    }

    /// Undoes a release inside quarantine: the same owner, name and route again. What a carrier took back can't be
    /// restored.
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
    let client_reference = input.client_reference;
    let answer = match read(&input.number_id, input.reason) {
        Ok((number_id, reason)) => {
            let request = SuspendNumber {
                client_reference,
                number_id,
                reason,
            };
            expected(switchboard(ctx)?.suspend_number(&who, request).await)?
        }
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn resume(ctx: &Context<'_>, input: ResumeNumberInput) -> Result<ResumeNumberPayload> {
    let who = access::principal(ctx)?;
    let client_reference = input.client_reference;
    let answer = match read(&input.number_id, None) {
        Ok((number_id, _)) => {
            let request = ResumeNumber {
                client_reference,
                number_id,
            };
            expected(switchboard(ctx)?.resume_number(&who, request).await)?
        }
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn release(ctx: &Context<'_>, input: ReleaseNumberInput) -> Result<ReleaseNumberPayload> {
    let who = access::principal(ctx)?;
    let (client_reference, only_here) = (input.client_reference, input.only_here);
    let answer = match read(&input.number_id, input.reason) {
        Ok((number_id, reason)) => {
            let request = ReleaseNumber {
                client_reference,
                number_id,
                reason,
                only_here,
            };
            expected(switchboard(ctx)?.release_number(&who, request).await)?
        }
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
    Ok(match answer {
        Ok(record) => RestoreNumberPayload {
            number: Some(Number::bare(record)),
            ..RestoreNumberPayload::default()
        },
        Err(refusals) => RestoreNumberPayload {
            user_errors: user_errors(refusals),
            ..RestoreNumberPayload::default()
        },
    })
}
