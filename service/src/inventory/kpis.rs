//! Counts of the whole inventory. A caller who sees less than all of it is counted for by
//! [`Switchboard::number_kpis`](crate::Switchboard::number_kpis), which knows the scope.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use numbering::{NumberCategory, NumberType};
use provider_core::{
    call::CallContext,
    domain::{KpiAnswer, KpiGrouping, KpiQuery, KpiStatusFilter, KpiType},
    error::Result,
    port::{KpiTerms, NumberKpis},
};
use store::{Scope, kpis::CountRow};
use strum::IntoEnumIterator;

use super::{OwnInventory, failure};

/// Everything that the document `callstats-number-kpis` can ask for.
pub(super) fn terms() -> KpiTerms {
    let types = NumberType::iter().map(KpiType::Type);
    KpiTerms {
        groupings: KpiGrouping::iter().collect(),
        statuses: KpiStatusFilter::iter().collect(),
        filters_dealers: true,
        number_types: types
            .chain(NumberCategory::iter().map(KpiType::Category))
            .collect::<BTreeSet<_>>(),
    }
}

#[async_trait]
impl NumberKpis for OwnInventory {
    fn terms(&self) -> &KpiTerms {
        &self.kpi_terms
    }

    async fn count(&self, _: &CallContext, query: &KpiQuery) -> Result<KpiAnswer> {
        let as_of = Some(Timestamp::now());
        let rows = store::kpis::counts(&self.database, Scope::Platform, &query.into()).await;
        let rows = rows.map_err(|error| failure("kpis.count", error))?;
        let rows = rows.into_iter().filter_map(CountRow::document).collect();
        Ok(KpiAnswer { as_of, rows })
    }
}
