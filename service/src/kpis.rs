//! Counts of numbers (document `callstats-number-kpis`): our own inside the caller's scope, and those of providers
//! that count numbers.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use provider_core::{
    domain::{
        GroupingInterval, KpiAnswer, KpiFilter, KpiGrouping, KpiKey, KpiQuery, KpiRow, KpiStatusFilter,
        KpiType, Period, ProviderId,
    },
    error::{ErrorKind, ProviderError},
    port::NumberKpis,
    provider::Ports,
};
use store::{
    Scope,
    kpis::{CountBy, CountQuery, CountRow, Form502Row, HistoryPoint, QuarantineEnds, Within},
};

use crate::{INVENTORY_ID, Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode};

/// Whom a provider's figures are asked for: nobody in particular, since they are of its whole account. Always the
/// same, so that equal questions that are asked at once can share an answer.
const WHOLE_ACCOUNT: &str = "platform";

const COUNT: (&str, &str) = ("kpis.count", "counts numbers");

/// By what numbers are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KpiBreakdown {
    /// As the document's requests do.
    Grouping(KpiGrouping),
    /// By the document's four categories. A source that counts by finer types can't tell: the customers of
    /// several types don't add up to those of their category.
    Category,
}

impl Switchboard {
    /// The source of counts that a caller may read: the own inventory, unless another one is wanted.
    ///
    /// # Errors
    /// A refusal at `source` when there is no such provider, `Unsupported` when it counts no numbers,
    /// [`ServiceError::Denied`] when the caller sees less than its whole account.
    pub fn kpi_source(&self, who: &Principal, wanted: Option<&ProviderId>) -> ServiceResult<ProviderId> {
        self.kpi_port(who, wanted).map(|(id, _)| id.clone())
    }

    /// Counts numbers. Our own are counted inside the caller's scope, now; a provider's are those of its whole
    /// account, as it counts them; it has no conditions beyond the document's.
    ///
    /// # Errors
    /// As [`kpi_source`](Self::kpi_source); [`ServiceError::Provider`] when the provider fails.
    pub async fn number_kpis(
        &self,
        who: &Principal,
        source: &ProviderId,
        breakdown: KpiBreakdown,
        filter: &KpiFilter,
        within: &Within,
    ) -> ServiceResult<KpiAnswer> {
        if source.as_str() == INVENTORY_ID {
            return self.own_kpis(who.scope, breakdown, filter, within).await;
        }
        if *within != Within::default() {
            only_ours(source)?;
        }
        let (_, port) = self.kpi_port(who, Some(source))?;
        let query = KpiQuery {
            grouping: match breakdown {
                KpiBreakdown::Grouping(grouping) => grouping,
                KpiBreakdown::Category => KpiGrouping::Type,
            },
            filter: filter.clone(),
        };
        let answer = port.count(&self.call_context(who, WHOLE_ACCOUNT), &query).await?;
        if breakdown == KpiBreakdown::Category && !answer.rows.iter().all(is_of_a_category) {
            let message = format!("{source} counts by finer types than categories: ask for those");
            let error = ProviderError::new(ErrorKind::Unsupported, COUNT.0, message);
            return Err(error.with_provider(source.clone()).into());
        }
        Ok(answer)
    }

    fn kpi_port(
        &self,
        who: &Principal,
        wanted: Option<&ProviderId>,
    ) -> ServiceResult<(&ProviderId, &Arc<dyn NumberKpis>)> {
        let (source, port) = self.source_of(wanted, "source", COUNT, |ports: &Ports| ports.kpis.as_ref())?;
        if source.as_str() == INVENTORY_ID || who.scope == Scope::Platform {
            Ok((source, port))
        } else {
            Err(ServiceError::Denied(
                "a provider's counts are of our whole account there; only keys for the whole platform read them",
            ))
        }
    }

    async fn own_kpis(
        &self,
        scope: Scope,
        breakdown: KpiBreakdown,
        filter: &KpiFilter,
        within: &Within,
    ) -> ServiceResult<KpiAnswer> {
        let as_of = Timestamp::now();
        let by = match breakdown {
            KpiBreakdown::Category => CountBy::Category,
            KpiBreakdown::Grouping(grouping) => grouping.into(),
        };
        let rows = self.own_rows(scope, by, filter, within).await?;
        let rows = rows.into_iter().filter_map(CountRow::document).collect();
        Ok(KpiAnswer {
            as_of: Some(as_of),
            rows,
        })
    }

    async fn own_rows(
        &self,
        scope: Scope,
        by: CountBy,
        filter: &KpiFilter,
        within: &Within,
    ) -> ServiceResult<Vec<CountRow>> {
        let query = query(by, filter, within);
        Ok(store::kpis::counts(self.database(), scope, &query).await?)
    }

    /// Counts our own numbers inside the caller's scope by more than the document has.
    ///
    /// # Errors
    /// `Unsupported` for a source that is not the own inventory; what the database says.
    pub async fn own_number_counts(
        &self,
        who: &Principal,
        source: &ProviderId,
        by: CountBy,
        filter: &KpiFilter,
        within: &Within,
    ) -> ServiceResult<Vec<CountRow>> {
        only_ours(source)?;
        self.own_rows(who.scope, by, filter, within).await
    }

    /// How full the stock of our own is inside the caller's scope, when more comes back, and how long it lasts.
    ///
    /// # Errors
    /// As [`Switchboard::own_number_counts`].
    pub async fn number_stock(
        &self,
        who: &Principal,
        source: &ProviderId,
        filter: &KpiFilter,
        within: &Within,
    ) -> ServiceResult<NumberStock> {
        only_ours(source)?;
        let (database, scope) = (self.database(), who.scope);
        let query = query(CountBy::Status, filter, within);
        let stocked = store::kpis::stocked(database, scope, &query).await?;
        let mut stock = NumberStock {
            inventory: stocked.inventory(),
            available: stocked.available,
            assigned: stocked.assigned,
            aging: stocked.aging,
            assigned_last_90_days: store::kpis::assigned_last_90_days(database.reader(), scope, &query)
                .await?,
            next_releases: Vec::new(),
        };
        if filter.status != KpiStatusFilter::NotDropped {
            stock.next_releases = self.next_releases(scope, query).await?;
        }
        Ok(stock)
    }

    /// A carrier's number stays dropped after its quarantine: our own alone come back.
    async fn next_releases(&self, scope: Scope, mut query: CountQuery) -> ServiceResult<Vec<QuarantineEnds>> {
        let ours = query
            .within
            .provider
            .get_or_insert_with(|| INVENTORY_ID.to_owned());
        if ours != INVENTORY_ID {
            return Ok(Vec::new());
        }
        let reader = self.database().reader();
        Ok(store::kpis::quarantine_ends(reader, scope, &query, DAYS_OF_RELEASES).await?)
    }

    /// Our own numbers inside the caller's scope as they were at the end of each interval of a time by UTC, and what
    /// became of them in it.
    ///
    /// # Errors
    /// A refusal at `to` of a time that is over before it begins, and of more than 400 intervals; else as
    /// [`Switchboard::own_number_counts`].
    pub async fn history_of_counts(
        &self,
        who: &Principal,
        source: &ProviderId,
        counted: (&KpiFilter, &Within),
        time: (Timestamp, Timestamp),
        interval: GroupingInterval,
    ) -> ServiceResult<Vec<NumberHistory>> {
        only_ours(source)?;
        let wrong = |message: &str| ServiceError::refused(UserErrorCode::InvalidInput, "to", message);
        let period = Period::new(time.0, time.1).map_err(|_| wrong("to must be later than from"))?;
        let intervals: Vec<Period> = interval
            .cut(period, &TimeZone::UTC)
            .take(MOST_POINTS + 1)
            .collect();
        if intervals.len() > MOST_POINTS {
            let message =
                format!("at most {MOST_POINTS} intervals are told at once: ask for less, or for longer ones");
            return Err(wrong(&message));
        }
        let begins = intervals.first().map(|first| first.start().as_millisecond());
        let ends = intervals.iter().map(|interval| interval.end().as_millisecond());
        let instants: Vec<i64> = begins.into_iter().chain(ends).collect();
        let query = query(CountBy::Nothing, counted.0, counted.1);
        let points = store::kpis::history(self.database(), who.scope, &query, &instants).await?;
        let told = intervals.into_iter().zip(points);
        Ok(told
            .map(|(interval, point)| NumberHistory { interval, point })
            .collect())
    }

    /// The numbers of the North American Numbering Plan inside the caller's scope, as FCC Form 502 asks for them.
    ///
    /// # Errors
    /// As [`Switchboard::own_number_counts`].
    pub async fn form_502(
        &self,
        who: &Principal,
        source: &ProviderId,
        filter: &KpiFilter,
        within: &Within,
    ) -> ServiceResult<Vec<Form502Row>> {
        only_ours(source)?;
        let query = query(CountBy::AreaCode, filter, within);
        let rows = store::kpis::form_502(self.database(), who.scope, &query).await?;
        Ok(rows)
    }
}

fn query(by: CountBy, filter: &KpiFilter, within: &Within) -> CountQuery {
    CountQuery {
        by,
        filter: filter.clone(),
        within: within.clone(),
    }
}

/// Refuses what only the own inventory can count.
fn only_ours(source: &ProviderId) -> ServiceResult<()> {
    if source.as_str() == INVENTORY_ID {
        return Ok(());
    }
    let message = format!("{source} counts by status, dealer and type alone: ask the own inventory for this");
    let error = ProviderError::new(ErrorKind::Unsupported, COUNT.0, message);
    Err(error.with_provider(source.clone()).into())
}

/// Days of releases that are told ahead.
const DAYS_OF_RELEASES: u32 = 100;

/// Most intervals of a history: somewhat more than a year by the day.
const MOST_POINTS: usize = 400;

/// Numbers at the end of an interval, and what became of them in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberHistory {
    /// The interval.
    pub interval: Period,
    /// The numbers.
    pub point: HistoryPoint,
}

impl NumberHistory {
    /// How many more numbers had an owner at the end than at the beginning.
    #[must_use]
    pub const fn net_adds(&self) -> i64 {
        self.point.assigned.cast_signed() - self.point.released.cast_signed()
    }

    /// The share of the numbers with an owner at the beginning that was given up; none when there were none.
    #[must_use]
    pub fn churn(&self) -> Option<f64> {
        ratio(self.point.released, self.point.assigned_before)
    }
}

/// How full the stock is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberStock {
    /// Numbers that are ours: not those that a carrier took back.
    pub inventory: u64,
    /// Those that nobody has.
    pub available: u64,
    /// Those that have an owner.
    pub assigned: u64,
    /// Those that rest in quarantine.
    pub aging: u64,
    /// How often orders gave one to a group in the last 90 days.
    pub assigned_last_90_days: u64,
    /// The next days on which numbers come back to stock.
    pub next_releases: Vec<QuarantineEnds>,
}

impl NumberStock {
    /// The share of the inventory that is assigned; none without inventory.
    #[must_use]
    pub fn utilization(&self) -> Option<f64> {
        ratio(self.assigned, self.inventory)
    }

    /// Numbers assigned in a month, a third of those of the last 90 days.
    #[must_use]
    pub fn monthly_assignments(&self) -> f64 {
        ratio(self.assigned_last_90_days, 3).unwrap_or_default()
    }

    /// For how many months the available numbers last at that rate; none while nothing is assigned.
    #[must_use]
    pub fn months(&self) -> Option<f64> {
        ratio(self.available * 3, self.assigned_last_90_days)
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "counts of numbers are far below 2^53")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn is_of_a_category(row: &KpiRow) -> bool {
    matches!(row.key, KpiKey::Type(KpiType::Category(_)) | KpiKey::Unknown(_))
}
