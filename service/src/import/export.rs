//! The inventory as rows.

use std::collections::HashMap;

use provider_core::domain::{Money, NumberStatus, ReplacementConfiguration};
use store::{NumberFilter, NumberOrderBy, NumberRecord, NumberRelations, Page, PageRequest, Reseller};

use super::{ImportRow, pools};
use crate::{Principal, ServiceResult, Switchboard};

const RELATIONS: NumberRelations = NumberRelations {
    locality: false,
    tags: true,
    group: true,
    customer: true,
    dealer: true,
    pool: true,
};

impl Switchboard {
    /// A page of the numbers in `who`'s scope as rows that [`Switchboard::import_numbers`] takes, in the order
    /// in which the inventory got them.
    ///
    /// A number that is held or being ordered is given as stock: holds and orders under way stay behind.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`](crate::ServiceError::AccessDenied) for a key that may not see numbers;
    /// what the database says.
    pub async fn export_numbers(
        &self,
        who: &Principal,
        request: &PageRequest,
    ) -> ServiceResult<Page<ImportRow>> {
        who.may_view()?;
        let reader = self.database().reader();
        let (filter, order) = (NumberFilter::default(), (NumberOrderBy::Created, false));
        let page = store::numbers(reader, who.scope, &filter, order, request, RELATIONS).await?;
        let numbers = page.items.iter().map(|(_, number)| number);
        let resellers: Vec<i64> = unique(
            numbers
                .clone()
                .filter_map(|number| number.owner.map(|owner| owner.reseller_id)),
        );
        let resellers = store::resellers_by_ids(reader, who.scope, &resellers).await?;
        let pools: Vec<i64> = unique(numbers.filter_map(|number| number.pool_id));
        let replacements = store::replacements(reader, &pools).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for (position, number) in page.items {
            items.push((position, row(number, &resellers, &replacements)?));
        }
        Ok(Page {
            items,
            has_previous: page.has_previous,
            has_next: page.has_next,
        })
    }
}

fn unique(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn row(
    number: NumberRecord,
    resellers: &HashMap<i64, Reseller>,
    replacements: &HashMap<i64, ReplacementConfiguration>,
) -> ServiceResult<ImportRow> {
    let in_flight = matches!(number.status, NumberStatus::Held | NumberStatus::Pending);
    let status = if in_flight {
        NumberStatus::Available
    } else {
        number.status
    };
    let (monthly_cost, currency) = number.monthly_cost.as_ref().and_then(cost).unzip();
    let stock = ImportRow {
        line: 0,
        number: number.e164.to_string(),
        country: number.country.map(|country| country.to_string()),
        status: Some(status.to_string()),
        tags: (!number.tags.is_empty()).then(|| number.tags.join(";")),
        monthly_cost,
        currency,
        provider: Some(number.provider.clone()),
        external_id: number.external_id.clone(),
        ..ImportRow::default()
    };
    let Some(owner) = number.owner.filter(|_| !in_flight) else {
        return Ok(stock);
    };
    let (reseller, reseller_name) = resellers
        .get(&owner.reseller_id)
        .map(|reseller| (reseller.code.clone(), reseller.name.clone()))
        .unzip();
    let (dealer, dealer_name) = number.dealer.map(|dealer| (dealer.code, dealer.name)).unzip();
    let (customer, customer_name) = number
        .customer
        .map(|customer| (customer.code, customer.name))
        .unzip();
    let pool_settings = match number
        .pool
        .as_ref()
        .and_then(|pool| Some((pool, replacements.get(&pool.id)?)))
    {
        Some((pool, replacement)) => Some(pools::settings_cell(pool, replacement.clone())?),
        None => None,
    };
    Ok(ImportRow {
        reseller,
        reseller_name,
        dealer,
        dealer_name,
        customer,
        customer_name,
        group: number.group.map(|group| group.name),
        name: number.name,
        termination_number: number.termination_number.map(|number| number.to_string()),
        pool: number.pool.map(|pool| pool.name),
        pool_settings,
        quarantine_until: number.quarantine_until.map(|instant| instant.to_string()),
        ..stock
    })
}

/// An amount in minor units as text in the main unit, with its currency.
fn cost((minor, currency): &(i64, String)) -> Option<(String, String)> {
    let nothing = serde_json::json!({ "amount": "0", "currency": currency });
    let mut money: Money = serde_json::from_value(nothing).ok()?;
    money.amount = (*minor).into();
    money
        .amount
        .set_scale(u32::from(money.currency.exponent().unwrap_or_default()))
        .ok()?;
    Some((money.amount.to_string(), currency.clone()))
}
