//! The port.

use async_trait::async_trait;
use provider_core::call::{CallContext, Operation};
use provider_core::domain::{
    KpiAnswer, KpiGrouping, KpiKey, KpiQuery, KpiRow, KpiStatusFilter, KpiType, NumberCategory, NumberType,
};
use provider_core::error::Result;
use provider_core::http::{Method, Reply};
use provider_core::port::{KpiTerms, NumberKpis};
use serde::de::DeserializeOwned;

use crate::wire::Row;
use crate::{Callstats, map};

const COUNT: Operation = Operation::read("kpis.count");

/// What the document can count by. Its types are our categories; two of them are a type as well.
pub(crate) fn terms() -> KpiTerms {
    use KpiGrouping::{Dealer, Status, Summary, Type};
    use KpiStatusFilter::{All, Dropped, NotDropped};
    use NumberCategory::{Geographic, Mobile, NonGeographic, SpecialService};
    let categories = [Geographic, NonGeographic, Mobile, SpecialService].map(KpiType::Category);
    let types = [NumberType::Geographic, NumberType::Mobile].map(KpiType::Type);
    KpiTerms {
        groupings: [Summary, Status, Dealer, Type].into(),
        statuses: [All, NotDropped, Dropped].into(),
        filters_dealers: true,
        number_types: categories.into_iter().chain(types).collect(),
    }
}

#[async_trait]
impl NumberKpis for Callstats {
    fn terms(&self) -> &KpiTerms {
        &self.terms
    }

    async fn count(&self, cx: &CallContext, query: &KpiQuery) -> Result<KpiAnswer> {
        let request = self
            .client
            .request(COUNT, Method::GET)
            .path(map::path(query.grouping).iter().copied());
        let parameters = map::parameters(&query.filter).into_iter();
        let request = parameters.fold(request, |request, (name, value)| request.query(name, value));
        let reply = request.send(cx).await?.success()?;
        let rows = match query.grouping {
            KpiGrouping::Summary => rows(&reply, map::all),
            KpiGrouping::Status => rows(&reply, map::status),
            KpiGrouping::Dealer => rows(&reply, map::dealer),
            KpiGrouping::Type => rows(&reply, map::number_type),
        }?;
        // The document's answers don't say as of when they are.
        Ok(KpiAnswer { as_of: None, rows })
    }
}

fn rows<K: DeserializeOwned>(reply: &Reply, key: fn(K) -> KpiKey) -> Result<Vec<KpiRow>> {
    let rows: Vec<Row<K>> = reply.json()?;
    let counted = |row: Row<K>| KpiRow {
        key: key(row.key),
        number_count: row.number_count,
        customer_count: row.number_customer_count,
    };
    Ok(rows.into_iter().map(counted).collect())
}
