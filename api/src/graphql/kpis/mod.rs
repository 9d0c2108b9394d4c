//! Counts of numbers (document `callstats-number-kpis`).

mod count;
mod filter;
mod own;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use futures_util::future::join_all;
use jiff::Timestamp;
use provider_core::domain::{KpiAnswer, KpiFilter, KpiGrouping, ProviderId};
use service::{CountBy, CountRow, KpiBreakdown, NumberStock, Within};
use strum::IntoEnumIterator;

pub(crate) use self::filter::NumberKpiFilter;
use self::{
    count::{NumberCountByDealer, NumberCountByStatus, NumberCountByType, NumberTotals, rows},
    own::{
        Form502, HistoryPoint, NumberCountByAreaCode, NumberCountByCountry, NumberCountByPool,
        NumberCountByProvider, Stock,
    },
};
use super::{
    access,
    asked::{self, Kpis, OwnCounts},
    call_stats::GroupingInterval,
    error::{ApiError, Result},
    input,
    providers::{self, Provider},
    scalars::DateTime,
    switchboard,
};

/// Counts of the numbers of a source.
pub(crate) struct NumberKpis {
    source: Arc<Provider>,
    filter: KpiFilter,
    within: Within,
    /// What the document asks for.
    wanted: Vec<KpiBreakdown>,
}

const SUMMARY: KpiBreakdown = KpiBreakdown::Grouping(KpiGrouping::Summary);

/// Every way to break numbers down, with the field that shows it.
fn breakdowns() -> impl Iterator<Item = (&'static str, KpiBreakdown)> {
    let groupings = KpiGrouping::iter().map(|grouping| {
        let field = match grouping {
            KpiGrouping::Summary => "summary",
            KpiGrouping::Status => "byStatus",
            KpiGrouping::Dealer => "byDealer",
            KpiGrouping::Type => "byType",
        };
        (field, KpiBreakdown::Grouping(grouping))
    });
    groupings.chain([("byCategory", KpiBreakdown::Category)])
}

impl NumberKpis {
    /// The counts of a source that the caller may read, as far as the field that is being resolved asks for them.
    fn of(ctx: &Context<'_>, source: Arc<Provider>, filter: Option<NumberKpiFilter>) -> Result<Self> {
        let (filter, within) = filter.unwrap_or_default().read()?;
        switchboard(ctx)?.kpi_source(access::viewer(ctx)?, Some(source.provider()))?;
        let look_ahead = ctx.look_ahead();
        let wanted = breakdowns().filter(|(field, _)| look_ahead.field(field).exists());
        Ok(Self {
            source,
            filter,
            within,
            wanted: wanted.map(|(_, breakdown)| breakdown).collect(),
        })
    }

    async fn count(&self, ctx: &Context<'_>, breakdown: KpiBreakdown) -> Result<Arc<KpiAnswer>> {
        let (source, filter, within) = self.question();
        asked::once(
            ctx,
            Kpis(source.clone(), breakdown, filter.clone(), within.clone()),
            |switchboard, who| async move {
                let answer = switchboard
                    .number_kpis(&who, &source, breakdown, &filter, &within)
                    .await;
                answer.map(Arc::new)
            },
        )
        .await
    }

    fn question(&self) -> (ProviderId, KpiFilter, Within) {
        (
            self.source.provider().clone(),
            self.filter.clone(),
            self.within.clone(),
        )
    }

    /// Counts by what the own inventory alone counts by.
    async fn own<T>(
        &self,
        ctx: &Context<'_>,
        by: CountBy,
        row: impl Fn(&Context<'_>, &CountRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (source, filter, within) = self.question();
        let question = OwnCounts(source.clone(), by, filter.clone(), within.clone());
        let rows = asked::once(ctx, question, |switchboard, who| async move {
            let rows = switchboard
                .own_number_counts(&who, &source, by, &filter, &within)
                .await;
            rows.map(Arc::new)
        })
        .await?;
        rows.iter().map(|counted| row(ctx, counted)).collect()
    }

    async fn stocked(&self, ctx: &Context<'_>) -> Result<Arc<NumberStock>> {
        let (source, filter, within) = self.question();
        let question = asked::Stock(source.clone(), filter.clone(), within.clone());
        asked::once(ctx, question, |switchboard, who| async move {
            let stock = switchboard.number_stock(&who, &source, &filter, &within).await;
            stock.map(Arc::new)
        })
        .await
    }

    async fn told(
        &self,
        ctx: &Context<'_>,
        from: DateTime,
        to: DateTime,
        interval: GroupingInterval,
    ) -> Result<Vec<HistoryPoint>> {
        let (source, filter, within) = self.question();
        let (who, time) = (access::caller(ctx)?, (from.argument("from")?, to.argument("to")?));
        let history = switchboard(ctx)?
            .history_of_counts(&who, &source, (&filter, &within), time, interval.into())
            .await?;
        history.iter().map(HistoryPoint::of).collect()
    }

    async fn reported(&self, ctx: &Context<'_>) -> Result<Vec<Form502>> {
        let (source, filter, within) = self.question();
        let who = access::caller(ctx)?;
        let rows = switchboard(ctx)?
            .form_502(&who, &source, &filter, &within)
            .await?;
        rows.into_iter().map(Form502::of).collect()
    }

    async fn grouped<T>(
        &self,
        ctx: &Context<'_>,
        grouping: KpiBreakdown,
        row: impl Fn(&provider_core::domain::KpiRow) -> Option<T>,
    ) -> Result<Vec<T>> {
        rows(&self.source, &*self.count(ctx, grouping).await?, row)
    }

    async fn summed_up(&self, ctx: &Context<'_>) -> Result<NumberTotals> {
        let mut rows = self.grouped(ctx, SUMMARY, NumberTotals::of).await?;
        rows.pop()
            .ok_or_else(|| ApiError::internal("a summary without its row"))
    }

    async fn oldest(&self, ctx: &Context<'_>) -> Option<Timestamp> {
        let wanted = if self.wanted.is_empty() {
            &[SUMMARY][..]
        } else {
            &self.wanted
        };
        let answers = join_all(wanted.iter().map(|breakdown| self.count(ctx, *breakdown))).await;
        let known = answers.into_iter().flatten().filter_map(|answer| answer.as_of);
        known.min()
    }
}

/// Counts of numbers, as the document "Number KPIs" (callstats) defines them. Each is counted when it is asked
/// for, all at once; one that fails is null with an error, and the others answer.
///
/// Figures of the own inventory are of the numbers that the key sees, now. Those of another provider are of our
/// whole account there, as it counts them, and can be half a minute old.
#[Object]
impl NumberKpis {
    /// All numbers that the filter lets through (`/backend/kpi/numbers/`). Null with an error when they can't be
    /// counted.
    async fn summary(&self, ctx: &Context<'_>) -> Option<Result<NumberTotals>> {
        Some(self.summed_up(ctx).await)
    }

    /// By status (`byStatus`); a status without numbers can be missing. Null with an error when they can't be
    /// counted.
    async fn by_status(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByStatus>>> {
        let grouping = KpiBreakdown::Grouping(KpiGrouping::Status);
        Some(self.grouped(ctx, grouping, NumberCountByStatus::of).await)
    }

    /// By dealer (`byDealer`). Null with an error when they can't be counted.
    async fn by_dealer(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByDealer>>> {
        let grouping = KpiBreakdown::Grouping(KpiGrouping::Dealer);
        Some(self.grouped(ctx, grouping, NumberCountByDealer::of).await)
    }

    /// By type (`byType`), as finely as the source tells types apart: the own inventory by NumberType, the document
    /// by NumberCategory. Null with an error when they can't be counted.
    async fn by_type(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByType>>> {
        let grouping = KpiBreakdown::Grouping(KpiGrouping::Type);
        Some(self.grouped(ctx, grouping, NumberCountByType::of).await)
    }

    /// By the document's four categories, so that sources can be compared. Null with an error where a source counts
    /// by finer types, since their customers don't add up, and when they can't be counted.
    async fn by_category(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByType>>> {
        let category = KpiBreakdown::Category;
        Some(self.grouped(ctx, category, NumberCountByType::of).await)
    }

    /// By the provider that numbers come from. Null with an error where the source can't tell: only the own inventory
    /// can, as for the figures below.
    async fn by_provider(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByProvider>>> {
        Some(self.own(ctx, CountBy::Provider, NumberCountByProvider::of).await)
    }

    /// By country. Null with an error where the source can't tell.
    async fn by_country(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByCountry>>> {
        Some(self.own(ctx, CountBy::Country, NumberCountByCountry::of).await)
    }

    /// By country and area code. Null with an error where the source can't tell.
    async fn by_area_code(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByAreaCode>>> {
        Some(self.own(ctx, CountBy::AreaCode, NumberCountByAreaCode::of).await)
    }

    /// By the pool that numbers work in; those that work in none are left out. Null with an error where the source
    /// can't tell.
    async fn by_pool(&self, ctx: &Context<'_>) -> Option<Result<Vec<NumberCountByPool>>> {
        Some(self.own(ctx, CountBy::Pool, NumberCountByPool::of).await)
    }

    /// Which share of the numbers somebody has, from 0 to 1: ACTIVE, SUSPENDED and PORTING_OUT of all that are ours,
    /// those in quarantine with them, as 47 CFR 52.15(h) counts. A carrier's number that went back to the carrier is
    /// not. Null when there are no numbers, and with an error where the source can't tell.
    async fn utilization(&self, ctx: &Context<'_>) -> Option<Result<f64>> {
        let stock = self.stocked(ctx).await;
        stock.map(|stock| stock.utilization()).transpose()
    }

    /// How full the stock is, when more comes back to it, and how long it lasts. Stock is nobody's: only keys for the
    /// whole platform see any. Null with an error where the source can't tell.
    async fn stock(&self, ctx: &Context<'_>) -> Option<Result<Stock>> {
        let stock = self.stocked(ctx).await;
        Some(stock.and_then(|stock| Stock::of(&stock)))
    }

    /// The numbers of the North American Numbering Plan by area code, as the FCC's Form 502 asks for them. `active`
    /// and `dropped` of the filter have no say here: the form is about all. Null with an error where the source can't
    /// tell.
    async fn form502(&self, ctx: &Context<'_>) -> Option<Result<Vec<Form502>>> {
        Some(self.reported(ctx).await)
    }

    /// The numbers as they were at the end of each day, week or month (by UTC; weeks begin on Monday) from `from` to
    /// `to`, at most 400, and what became of them in it. Keys for the platform or a reseller are told from figures of
    /// days, which cost the same however much happened; other keys, a customer's numbers, and days before the figures
    /// began, are told from the histories of the numbers. A number's type and country are those of today; its provider
    /// is that of the time where figures tell, else that of today. Null with an error when the time can't be used, and
    /// where the source can't tell.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Some instant of the first interval.")] from: DateTime,
        #[graphql(desc = "The end: later than `from`, and not part of the time.")] to: DateTime,
        #[graphql(desc = "How long the intervals are.", default_with = "GroupingInterval::Day")]
        interval: GroupingInterval,
    ) -> Option<Result<Vec<HistoryPoint>>> {
        Some(self.told(ctx, from, to, interval).await)
    }

    /// Whose figures these are.
    async fn source(&self) -> &Arc<Provider> {
        &self.source
    }

    /// As of when: the oldest of the figures that are asked for beside this. Null where the source does not say.
    async fn as_of(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.oldest(ctx).await.map(DateTime::from)
    }
}

/// The counts of a provider: none where it counts no numbers.
pub(crate) fn of_provider(
    ctx: &Context<'_>,
    provider: &Arc<Provider>,
    filter: Option<NumberKpiFilter>,
) -> Option<Result<NumberKpis>> {
    provider
        .counts_numbers()
        .then(|| NumberKpis::of(ctx, Arc::clone(provider), filter))
}

#[derive(Default)]
pub(crate) struct KpiQueries;

#[Object]
impl KpiQueries {
    /// How many numbers there are, and how many customers hold them. Open to KPI keys. Null with an error when the
    /// filter can't be used, or the key may not read the source's figures.
    async fn number_kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which numbers; all when absent.")] filter: Option<NumberKpiFilter>,
        #[graphql(
            desc = "Global id of the Provider whose figures are wanted: only keys for the whole platform may read those of \
                    others than the own inventory, which is asked when this is absent."
        )]
        source: Option<ID>,
    ) -> Option<Result<NumberKpis>> {
        Some(of_source(ctx, filter, source.as_ref()))
    }
}

fn of_source(ctx: &Context<'_>, filter: Option<NumberKpiFilter>, source: Option<&ID>) -> Result<NumberKpis> {
    let who = access::principal(ctx)?;
    let wanted = input::optional_provider(source, "source")?;
    let id = switchboard(ctx)?.kpi_source(&who, wanted.as_ref())?;
    let source = providers::find(ctx, id.as_str())?
        .ok_or_else(|| ApiError::internal("a provider that is not in the directory"))?;
    NumberKpis::of(ctx, source, filter)
}
