use async_trait::async_trait;
use provider_core::{
    call::CallContext,
    domain::{NumberQuery, StockNumber},
    error::{ProviderError, Result},
    outcome::Refusal,
    port::{NumberSearch, SearchTerms},
};

use super::{INVENTORY_ID, OwnInventory, failure, reason};

const SEARCH: &str = "search.search";

#[async_trait]
impl NumberSearch for OwnInventory {
    fn terms(&self) -> &SearchTerms {
        &self.search_terms
    }

    async fn search(&self, _: &CallContext, query: &NumberQuery) -> Result<Vec<StockNumber>> {
        let plan = self.places.plan(&query.matching, query.widen).map_err(|error| {
            let refusal = Refusal::from(&error);
            ProviderError::refused(refusal.code, SEARCH, refusal.message)
                .with_field(refusal.field.unwrap_or_default())
        })?;
        let found = store::find_stock(self.database.reader(), INVENTORY_ID, &plan, query.limit)
            .await
            .map_err(|error| failure(SEARCH, error))?;
        Ok(found
            .into_iter()
            .map(|stock| StockNumber {
                number: stock.e164,
                external_id: None,
                matched: reason(&plan, stock.step),
                monthly_cost: stock
                    .monthly_cost
                    .and_then(|(minor, currency)| money(minor, &currency)),
            })
            .collect())
    }
}

/// An amount in minor units as the domain has it; `None` for a currency code that is not of ISO 4217.
#[must_use]
pub fn money(minor: i64, currency: &str) -> Option<provider_core::domain::Money> {
    let currency = iso_currency::Currency::from_code(currency)?;
    let decimals = u32::from(currency.exponent().unwrap_or(0));
    Some(provider_core::domain::Money {
        amount: rust_decimal::Decimal::new(minor, decimals),
        currency,
    })
}
