//! Call centers (document `apio-call-center-statistics`).

mod history;
mod list;
mod mutation;
mod own;
mod performance;
mod reporting;
mod reports;
mod staffing;
mod statistics;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, OneofObject, SimpleObject};
use provider_core::domain::Period;
use service::{CallCenter as Record, CallCenterId, CenterFigures};

use self::{
    history::{CallCenterGrouping, CallCenterInterval},
    performance::{CallCenterPerformance, CallCenterSetup, ServiceLevelVariant},
    reporting::CallCenterReporting,
    reports::DailyReport,
    staffing::{Staffing, StaffingDemand},
    statistics::{CallCenterStatistics, StatisticsRange},
};
pub(crate) use self::{mutation::CallCenterMutations, own::OwnCallCenterMutations};
use super::{
    access,
    asked::{self, Happened, Reporting},
    call_stats::Prepared,
    error::{ApiError, Result},
    input, loaders,
    node::{NodeId, NodeKind},
    pagination::{PageArguments, Paged},
    providers::{self, Provider},
    scalars::TimeZone,
    switchboard,
    tenants::Group,
};

/// A call center of a group, at a provider that has call centers. Whether the provider knows it is told by the fields
/// that ask it: their error is NOT_FOUND when it does not.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct CallCenter {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Its name, unique in its group: `APIOTestCCBasic@sip.netaxis.be`.
    name: String,
    /// The provider that has it.
    provider: Arc<Provider>,
    #[graphql(skip)]
    record: Record,
}

impl CallCenter {
    pub(crate) fn of(ctx: &Context<'_>, record: Record) -> Result<Self> {
        let provider = providers::find(ctx, record.provider().as_str())?;
        let id = record.id();
        Ok(Self {
            name: id.name.clone(),
            id: NodeId::call_center(id),
            provider: provider
                .ok_or_else(|| ApiError::internal("a provider that is not in the directory"))?,
            record,
        })
    }
}

#[ComplexObject]
impl CallCenter {
    /// The group whose it is.
    async fn group(&self) -> Group {
        Group::from(self.record.group().clone())
    }

    /// How it reports (`instance_statistics_reporting`). Null with an error when the provider can't say.
    async fn reporting(&self, ctx: &Context<'_>) -> Option<Result<CallCenterReporting>> {
        Some(reporting(ctx, self.record.clone()).await)
    }

    /// What happened in it (`statistics`). Null with an error when the range can't be used or the provider can't say.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When; it must lie in the past.")] range: StatisticsRange,
    ) -> Option<Result<CallCenterStatistics>> {
        Some(happened(ctx, self.record.clone(), range).await)
    }

    /// More than the document has, of a call center on own data: service level, percentiles, occupancy, staffing. Null
    /// with the error PROVIDER_UNSUPPORTED for one of a carrier, whose figures are what it says.
    async fn performance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When; it must lie in the past.")] range: StatisticsRange,
    ) -> Option<Result<CallCenterPerformance>> {
        Some(performed(ctx, &self.record, range).await)
    }

    /// The figures of a call center on own data over time: every interval that the range touches, the earliest first,
    /// also one in which nothing happened. Null with the error PROVIDER_UNSUPPORTED for one of a carrier; with
    /// BAD_USER_INPUT when the range can't be used, or has more than 10,000 intervals, those of all call centers that
    /// are asked alike together.
    #[allow(clippy::too_many_arguments, reason = "they are the field's in the schema")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When; it must lie in the past.")] range: StatisticsRange,
        #[graphql(
            desc = "How the figures are grouped in time.",
            default_with = "CallCenterGrouping::Day"
        )]
        interval: CallCenterGrouping,
        #[graphql(desc = "By whose clock; by that of the call center when absent.")] time_zone: Option<
            TimeZone,
        >,
        #[graphql(
            desc = "The threshold of the service level in seconds, 0 to 86400; a wait as long as it is within.",
            default = 20.0
        )]
        within_seconds: f64,
        #[graphql(
            desc = "How abandoned calls count in the service level.",
            default_with = "ServiceLevelVariant::AbandonedNegative"
        )]
        variant: ServiceLevelVariant,
    ) -> Option<Result<Prepared<CallCenterInterval>>> {
        let level = (within_seconds, variant);
        Some(history::history(ctx, &self.record, range, interval, time_zone, level).await)
    }

    /// The last 100 daily reports of a call center on own data, one a day and address, latest day first. Empty for one
    /// of a carrier, which mails its own.
    async fn daily_reports(&self, ctx: &Context<'_>) -> Option<Result<Vec<DailyReport>>> {
        Some(reports::reports(ctx, &self.record).await)
    }

    /// What only a call center on own data has. Null for one of a carrier.
    async fn setup(&self, ctx: &Context<'_>) -> Option<Result<CallCenterSetup>> {
        setup(ctx, &self.record).await.transpose()
    }
}

async fn setup(ctx: &Context<'_>, center: &Record) -> Result<Option<CallCenterSetup>> {
    if !center.is_own() {
        return Ok(None);
    }
    let own = loaders::own_call_center(ctx, center.id()).await?;
    Ok(own.map(|own| CallCenterSetup {
        time_zone: own.time_zone,
        queues: own.queues,
    }))
}

async fn performed(
    ctx: &Context<'_>,
    center: &Record,
    range: StatisticsRange,
) -> Result<CallCenterPerformance> {
    let range = range.read()?;
    center.must_be_own()?;
    own_figures(ctx, center, range).await.map(CallCenterPerformance)
}

async fn own_figures(ctx: &Context<'_>, center: &Record, range: Period) -> Result<Arc<CenterFigures>> {
    let figures = loaders::center_figures(ctx, center.id(), range).await?;
    figures.ok_or_else(|| center.is_gone().into())
}

async fn reporting(ctx: &Context<'_>, center: Record) -> Result<CallCenterReporting> {
    if center.is_own() {
        let own = loaders::own_call_center(ctx, center.id()).await?;
        return match own {
            Some(own) => CallCenterReporting::of(ctx, &center, own.reporting),
            None => Err(center.is_gone().into()),
        };
    }
    let asked = center.clone();
    let settings = asked::once(ctx, Reporting(center.id()), |switchboard, who| async move {
        switchboard.call_center_reporting(&who, &asked).await
    });
    CallCenterReporting::of(ctx, &center, settings.await?)
}

async fn happened(ctx: &Context<'_>, center: Record, range: StatisticsRange) -> Result<CallCenterStatistics> {
    let range = range.read()?;
    let provider = center.provider().clone();
    let impossible = || ApiError::impossible_figure(provider.as_str());
    if center.is_own() {
        let own = own_figures(ctx, &center, range).await?;
        return CallCenterStatistics::of(&own.statistics).ok_or_else(impossible);
    }
    let statistics = asked::once(ctx, Happened(center.id(), range), |switchboard, who| async move {
        let statistics = switchboard.call_center_statistics(&who, &center, &range).await;
        statistics.map(Arc::new)
    });
    CallCenterStatistics::of(&*statistics.await?).ok_or_else(impossible)
}

/// Which call center.
#[derive(OneofObject)]
enum CallCenterBy {
    /// By global id.
    Id(ID),
    /// By its name in a group.
    Name(CallCenterName),
}

/// The name of a call center.
#[derive(InputObject)]
struct CallCenterName {
    /// Global id of the Provider that has it; the own inventory when absent.
    provider: Option<ID>,
    /// Global id of its group.
    group_id: ID,
    /// Its name in the group, 1 to 255 characters: `APIOTestCCBasic@sip.netaxis.be`.
    name: String,
}

/// Which call centers to list.
#[derive(InputObject)]
struct CallCenterFilter {
    /// Global id of the Provider that has them; the own inventory when absent.
    provider: Option<ID>,
    /// Global id of their group.
    group_id: ID,
}

#[derive(Default)]
pub(crate) struct CallCenterQueries;

#[Object]
impl CallCenterQueries {
    /// One call center. Null when this key may not see its group, or its provider is no longer configured.
    async fn call_center(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: CallCenterBy,
    ) -> Option<Result<CallCenter>> {
        one(ctx, by).await.transpose()
    }

    /// The call centers of a group, in the provider's order: those of the own inventory alone, unless the filter names
    /// another provider. Null with an error when an argument can't be used, or the
    /// provider can't list call centers or fails.
    async fn call_centers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] filter: CallCenterFilter,
        #[graphql(desc = "Size of the page from its beginning, 0 to 100; 20 when absent.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<CallCenter>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Some(list::page(ctx, filter, page).await)
    }

    /// How many agents a load needs (Erlang C). Null with an error when the demand can't be used.
    async fn staffing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The load, and what is wanted.")] demand: StaffingDemand,
    ) -> Option<Result<Staffing>> {
        Some(access::principal(ctx).and_then(|_| demand.answer()))
    }
}

async fn one(ctx: &Context<'_>, by: CallCenterBy) -> Result<Option<CallCenter>> {
    access::principal(ctx)?;
    let id = match by {
        CallCenterBy::Id(id) => NodeId::parse(&id)
            .and_then(NodeId::into_call_center)
            .ok_or_else(|| ApiError::bad_input("by.id", NodeId::wrong(&id, NodeKind::CallCenter)))?,
        CallCenterBy::Name(name) => named(ctx, name)?,
    };
    with_id(ctx, id).await
}

fn named(ctx: &Context<'_>, by: CallCenterName) -> Result<CallCenterId> {
    let provider = input::optional_provider(by.provider.as_ref(), "by.name.provider")?;
    let id = CallCenterId {
        provider: switchboard(ctx)?.call_center_provider(provider.as_ref(), "by.name.provider")?,
        group_id: input::row(&by.group_id, NodeKind::Group, "by.name.groupId")?,
        name: by.name,
    };
    if id.is_sound() {
        Ok(id)
    } else {
        let message = "a name has 1 to 255 characters and no control characters";
        Err(ApiError::bad_input("by.name.name", message))
    }
}

/// The call center with an id. None when the key may not see its group.
pub(crate) async fn with_id(ctx: &Context<'_>, id: CallCenterId) -> Result<Option<CallCenter>> {
    let record = loaders::call_center(ctx, id).await?;
    record.map(|record| CallCenter::of(ctx, record)).transpose()
}
