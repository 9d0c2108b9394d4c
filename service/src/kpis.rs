//! Counts of numbers (document `callstats-number-kpis`): our own inside the caller's scope, and those of providers
//! that count numbers.

use std::sync::Arc;

use jiff::Timestamp;
use provider_core::{
    domain::{KpiAnswer, KpiFilter, KpiGrouping, KpiKey, KpiQuery, KpiRow, KpiType, ProviderId},
    error::{ErrorKind, ProviderError},
    port::NumberKpis,
    provider::{Ports, Provider},
};
use store::{
    Scope,
    kpis::{CountBy, CountQuery, CountRow},
};

use crate::{INVENTORY_ID, Principal, ServiceError, ServiceResult, Switchboard};

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
        match wanted {
            Some(wanted) if wanted.as_str() != INVENTORY_ID => {
                let (id, _) = self.kpi_port(who, wanted)?;
                Ok(id.clone())
            }
            _ => Ok(self.inner.inventory.info().id.clone()),
        }
    }

    /// Counts numbers. Our own are counted inside the caller's scope, now; a provider's are those of its whole
    /// account, as it counts them.
    ///
    /// # Errors
    /// As [`kpi_source`](Self::kpi_source); [`ServiceError::Provider`] when the provider fails.
    pub async fn number_kpis(
        &self,
        who: &Principal,
        source: &ProviderId,
        breakdown: KpiBreakdown,
        filter: &KpiFilter,
    ) -> ServiceResult<KpiAnswer> {
        if source.as_str() == INVENTORY_ID {
            return self.own_kpis(who.scope, breakdown, filter).await;
        }
        let (_, port) = self.kpi_port(who, source)?;
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
        source: &ProviderId,
    ) -> ServiceResult<(&ProviderId, &Arc<dyn NumberKpis>)> {
        let found = self.source_of(Some(source), "source", COUNT, |ports: &Ports| ports.kpis.as_ref())?;
        if who.scope == Scope::Platform {
            Ok(found)
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
    ) -> ServiceResult<KpiAnswer> {
        let as_of = Timestamp::now();
        let by = match breakdown {
            KpiBreakdown::Category => CountBy::Category,
            KpiBreakdown::Grouping(grouping) => grouping.into(),
        };
        let query = CountQuery::new(by, filter.clone());
        let rows = store::kpis::counts(self.database(), scope, &query).await?;
        let rows = rows.into_iter().filter_map(CountRow::document).collect();
        Ok(KpiAnswer {
            as_of: Some(as_of),
            rows,
        })
    }
}

fn is_of_a_category(row: &KpiRow) -> bool {
    matches!(row.key, KpiKey::Type(KpiType::Category(_)) | KpiKey::Unknown(_))
}
