use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use provider_core::domain::{self, NumberQuery, ProviderId, StockNumber};
use service::ServiceError;

use super::{matching::NumberMatch, number::Money, words::MatchTier};
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{self, Faults, Parsed},
    node::NodeKind,
    pagination::size,
    providers::{self, Provider, ProviderFailure},
    scalars::PhoneNumber,
    switchboard,
};

/// A number that could be ordered now. It is not reserved.
#[derive(SimpleObject)]
struct AvailableNumber {
    /// The number.
    e164: PhoneNumber,
    /// As people inside its country write it: `(905) 637-2046`.
    national_format: String,
    /// The provider that has it. Null when it is no longer configured.
    provider: Option<Arc<Provider>>,
    /// What the provider calls it. Null where it has no name for stock.
    external_id: Option<String>,
    /// Why it answers the request. Null where the provider does not say.
    #[graphql(name = "match")]
    matched: Option<NumberMatchReason>,
    /// What it costs a month. Null where the provider does not say.
    monthly_cost: Option<Money>,
}

impl AvailableNumber {
    fn new(ctx: &Context<'_>, provider: &ProviderId, stock: StockNumber) -> Result<Self> {
        Ok(Self {
            national_format: stock.number.national_format(),
            e164: stock.number.into(),
            provider: providers::find(ctx, provider.as_str())?,
            external_id: stock.external_id.map(String::from),
            matched: stock.matched.map(NumberMatchReason::from),
            monthly_cost: stock.monthly_cost.map(Money::from),
        })
    }
}

/// Why a number answers a request.
#[derive(SimpleObject)]
pub(super) struct NumberMatchReason {
    /// How near it is to what was asked for.
    tier: MatchTier,
    /// The city that the number belongs to. Null where it isn't known or doesn't matter.
    city: Option<String>,
    /// How far that city is from the place asked for, in kilometers. Null unless the tier is NEARBY_CITY.
    distance_km: Option<f64>,
    /// The same in a sentence for people.
    reason: String,
}

impl From<domain::MatchReason> for NumberMatchReason {
    fn from(matched: domain::MatchReason) -> Self {
        Self {
            tier: matched.tier.into(),
            city: matched.city,
            distance_km: matched.distance_km,
            reason: matched.reason,
        }
    }
}

/// What could be had now, and which providers could not say. Live stock of several carriers has no pages: ask
/// for more with a larger `first`, or for other numbers with another match.
#[derive(SimpleObject)]
struct AvailableNumbersResult {
    /// Provider by provider in the configured order, the best match of each first.
    numbers: Vec<AvailableNumber>,
    /// Providers that did not answer; their numbers are missing.
    failures: Vec<ProviderFailure>,
}

/// What `assignNumber` would do now.
#[derive(SimpleObject)]
struct AssignmentPreview {
    /// The number that it would give, and why. Null when it would be refused.
    number: Option<AvailableNumber>,
    /// Why it would be refused.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct StockQueries;

#[Object]
impl StockQueries {
    /// Searches the live stock of every provider that can search, all at once, each under its own deadline. Null
    /// with an error when the match can't be used; `extensions.reason` says why, as a UserErrorCode.
    async fn available_numbers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "match", desc = "What numbers are wanted.")] matching: NumberMatch,
        #[graphql(
            desc = "Whether numbers of the same state or province will do when nothing nearer is left.",
            default
        )]
        widen: bool,
        #[graphql(desc = "Global ids of the providers to ask; all when absent.")] providers: Option<Vec<ID>>,
        #[graphql(desc = "How many numbers at most, 0 to 100.", default = 20)] first: i32,
    ) -> Option<Result<AvailableNumbersResult>> {
        Some(search(ctx, matching, widen, providers, first).await)
    }

    /// A dry run of `assignNumber`: which number it would give now, and why. Nothing is claimed.
    async fn assignment_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the group that the number would be for.")] group_id: ID,
        #[graphql(name = "match", desc = "What number is wanted.")] matching: NumberMatch,
        #[graphql(
            desc = "Whether a number of the same state or province will do when nothing nearer is left.",
            default
        )]
        widen: bool,
        #[graphql(
            desc = "Global id of the provider to order from; all in the configured order when absent."
        )]
        provider: Option<ID>,
    ) -> Option<Result<AssignmentPreview>> {
        Some(preview(ctx, group_id, matching, widen, provider).await)
    }
}

async fn search(
    ctx: &Context<'_>,
    matching: NumberMatch,
    widen: bool,
    providers: Option<Vec<ID>>,
    first: i32,
) -> Result<AvailableNumbersResult> {
    let who = access::principal(ctx)?;
    let limit = size(first, "first")?;
    let mut faults = Faults::default();
    let matching = matching.read(&mut faults, "match");
    let matching = faults.give(matching)?;
    let asked = providers.map(|ids| {
        ids.iter()
            .map(|id| input::provider(id, "providers"))
            .collect::<Result<Vec<_>>>()
    });
    let asked = asked.transpose()?;
    // A provider may have no search for zero numbers.
    let query = NumberQuery {
        matching,
        widen,
        limit: limit.max(1),
    };
    let found = switchboard(ctx)?
        .available_numbers(&who, &query, asked.as_deref())
        .await?;
    let numbers = found.numbers.into_iter().take(limit as usize);
    let failures = found.failures.iter();
    Ok(AvailableNumbersResult {
        numbers: numbers
            .map(|(id, stock)| AvailableNumber::new(ctx, &id, stock))
            .collect::<Result<_>>()?,
        failures: failures
            .map(|(id, error)| Ok(ProviderFailure::new(providers::find(ctx, id.as_str())?, error)))
            .collect::<Result<_>>()?,
    })
}

struct PreviewRequest {
    group_id: i64,
    matching: domain::NumberMatch,
    provider: Option<ProviderId>,
}

fn read_preview(group_id: &ID, matching: NumberMatch, provider: Option<ID>) -> Parsed<PreviewRequest> {
    let mut faults = Faults::default();
    let group_id = faults.row(group_id, NodeKind::Group, "groupId");
    let matching = matching.read(&mut faults, "match");
    let provider = provider.and_then(|id| faults.provider(&id, "provider"));
    let request = group_id.zip(matching);
    faults.give(request.map(|(group_id, matching)| PreviewRequest {
        group_id,
        matching,
        provider,
    }))
}

async fn preview(
    ctx: &Context<'_>,
    group_id: ID,
    matching: NumberMatch,
    widen: bool,
    provider: Option<ID>,
) -> Result<AssignmentPreview> {
    let who = access::principal(ctx)?;
    let refused = |refusals| {
        Ok(AssignmentPreview {
            number: None,
            user_errors: arguments(refusals),
        })
    };
    let request = match read_preview(&group_id, matching, provider) {
        Ok(request) => request,
        Err(refusals) => return refused(refusals),
    };
    let PreviewRequest {
        group_id,
        matching,
        provider,
    } = request;
    match switchboard(ctx)?
        .preview_assignment(&who, group_id, &matching, widen, provider.as_ref())
        .await
    {
        Ok((provider, stock)) => {
            let number = AvailableNumber::new(ctx, &provider, stock)?;
            Ok(AssignmentPreview {
                number: Some(number),
                user_errors: Vec::new(),
            })
        }
        Err(ServiceError::Refused(refusals)) => refused(refusals),
        Err(error) => Err(error.into()),
    }
}

/// Refusals whose paths begin at the field's own arguments: a query has no `input`.
fn arguments(mut refusals: service::Refusals) -> Vec<UserError> {
    for refusal in &mut refusals {
        if refusal.path.first().is_some_and(|part| part == "input") {
            refusal.path.remove(0);
        }
    }
    user_errors(refusals)
}
