//! Getting numbers: assign, hold, give a hold back.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::{AssignNumber, HoldAnswer, HoldNumber, OrderAnswer, UserErrorCode};

use super::{CallRouteInput, Hold, Number, matching::NumberMatch, stock::NumberMatchReason};
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    node::NodeKind,
    operations::Operation,
    payload::{expected, problems},
    scalars::PhoneNumber,
    switchboard,
};

/// Asks for a number for a group.
#[derive(InputObject)]
struct AssignNumberInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference with the same input
    /// gives the same answer, never a second number.
    client_reference: String,
    /// Global id of the group that gets the number.
    group_id: ID,
    /// Name for reporting, 1 to 200 characters, unique in the group.
    name: String,
    /// What number is wanted.
    #[graphql(name = "match")]
    matching: NumberMatch,
    /// Whether a number of the same state or province will do when nothing nearer is left.
    #[graphql(default)]
    widen: bool,
    /// Global id of the provider to order from. Otherwise every capable one in the configured order: the next is
    /// asked when one has no stock, or fails before anything was sent.
    provider: Option<ID>,
    /// Where calls go.
    call_route: CallRouteInput,
    /// Global id of a hold of the same group, to get the number that is held. The match must be `exact`.
    hold_id: Option<ID>,
    /// Labels, at most 20 of 1 to 50 characters.
    #[graphql(default)]
    tags: Vec<String>,
}

impl AssignNumberInput {
    fn read(self) -> Parsed<AssignNumber> {
        let mut faults = Faults::default();
        let group_id = faults.row(&self.group_id, NodeKind::Group, "input.groupId");
        let matching = self.matching.read(&mut faults, "input.match");
        let provider = self
            .provider
            .and_then(|id| faults.provider(&id, "input.provider"));
        let route = self.call_route.read(&mut faults);
        let hold_id = self
            .hold_id
            .and_then(|id| faults.row(&id, NodeKind::Hold, "input.holdId"));
        let request = (|| {
            Some(AssignNumber {
                client_reference: self.client_reference,
                group_id: group_id?,
                name: self.name,
                matching: matching?,
                widen: self.widen,
                provider,
                route: route?,
                hold_id,
                tags: self.tags,
            })
        })();
        faults.give(request)
    }
}

/// What became of an `assignNumber`.
#[derive(SimpleObject, Default)]
struct AssignNumberPayload {
    /// The number. Null while the operation goes on, and when it was refused.
    number: Option<Number>,
    /// Why this number answers the request. Null while there is no number.
    #[graphql(name = "match")]
    matched: Option<NumberMatchReason>,
    /// The durable record of the order: follow it while it goes on. Null when the input was refused before
    /// anything was written.
    operation: Option<Operation>,
    /// Why there is no number.
    user_errors: Vec<UserError>,
}

impl From<Parsed<OrderAnswer>> for AssignNumberPayload {
    fn from(answer: Parsed<OrderAnswer>) -> Self {
        match answer {
            Ok(answer) => Self {
                user_errors: problems(&answer.operation),
                number: answer.number.map(Number::bare),
                matched: answer.matched.map(NumberMatchReason::from),
                operation: Some(answer.operation.into()),
            },
            Err(refusals) => Self {
                user_errors: user_errors(refusals),
                ..Self::default()
            },
        }
    }
}

/// Asks to set a number aside.
#[derive(InputObject)]
struct HoldNumberInput {
    /// Idempotency key, 16 to 255 characters, unique in the customer: the same reference gives the same hold.
    client_reference: String,
    /// Global id of the group that the number is set aside for.
    group_id: ID,
    /// The number; it must be in stock.
    number: PhoneNumber,
    /// For how long, in minutes: 1 to 1,440.
    #[graphql(default = 15)]
    minutes: i32,
}

impl HoldNumberInput {
    fn read(self) -> Parsed<HoldNumber> {
        let mut faults = Faults::default();
        let group_id = faults.row(&self.group_id, NodeKind::Group, "input.groupId");
        let number = self
            .number
            .field(&mut faults, UserErrorCode::InvalidNumber, "input.number");
        let minutes = faults.count(self.minutes, "input.minutes");
        let request = (|| {
            Some(HoldNumber {
                client_reference: self.client_reference,
                group_id: group_id?,
                number: number?,
                minutes: minutes?,
            })
        })();
        faults.give(request)
    }
}

/// Asks to give a hold back.
#[derive(InputObject)]
struct ReleaseHoldInput {
    /// Global id of the hold.
    hold_id: ID,
}

/// Declares payloads that hold a hold and its number.
macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject, Default)]
        struct $payload {
            /// The hold; one that had ended before stays as it was. Null when it was refused.
            hold: Option<Hold>,
            /// The number that it is, or was, about. Null when it was refused.
            number: Option<Number>,
            /// Why nothing was done.
            user_errors: Vec<UserError>,
        }

        impl From<Parsed<HoldAnswer>> for $payload {
            fn from(answer: Parsed<HoldAnswer>) -> Self {
                match answer {
                    Ok(HoldAnswer { hold, number }) => Self {
                        hold: Some(hold.into()),
                        number: Some(Number::bare(number)),
                        user_errors: Vec::new(),
                    },
                    Err(refusals) => Self { user_errors: user_errors(refusals), ..Self::default() },
                }
            }
        }
    )*};
}

payloads! {
    /// What became of a `holdNumber`.
    HoldNumberPayload;
    /// What became of a `releaseHold`.
    ReleaseHoldPayload;
}

#[derive(Default)]
pub(crate) struct AssignmentMutations;

#[Object]
impl AssignmentMutations {
    /// Gives a group a number that matches, from the first provider that has one. Answers within about 2 seconds:
    /// finished, or with the operation to follow.
    async fn assign_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted, and for whom.")] input: AssignNumberInput,
    ) -> Option<Result<AssignNumberPayload>> {
        Some(assign(ctx, input).await)
    }

    /// Sets a number in stock aside for a group. The hold ends by itself.
    async fn hold_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, for whom, for how long.")] input: HoldNumberInput,
    ) -> Option<Result<HoldNumberPayload>> {
        Some(hold(ctx, input).await)
    }

    /// Ends a hold early: the number is stock again.
    async fn release_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which hold.")] input: ReleaseHoldInput,
    ) -> Option<Result<ReleaseHoldPayload>> {
        Some(release(ctx, input).await)
    }
}

async fn assign(ctx: &Context<'_>, input: AssignNumberInput) -> Result<AssignNumberPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok(request) => expected(switchboard(ctx)?.assign_number(&who, request).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn hold(ctx: &Context<'_>, input: HoldNumberInput) -> Result<HoldNumberPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok(request) => expected(switchboard(ctx)?.hold_number(&who, request).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}

async fn release(ctx: &Context<'_>, input: ReleaseHoldInput) -> Result<ReleaseHoldPayload> {
    let who = access::principal(ctx)?;
    let mut faults = Faults::default();
    let row = faults.row(&input.hold_id, NodeKind::Hold, "input.holdId");
    let answer = match faults.give(row) {
        Ok(row) => expected(switchboard(ctx)?.release_hold(&who, row).await)?,
        Err(refusals) => Err(refusals),
    };
    Ok(answer.into())
}
