//! Numbers as rows.

use ::exports::{Cell, Column, Kind, Table};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use store::{NumberFilter, NumberOrderBy, NumberRecord, NumberRelations, PageRequest};
use tokio::sync::mpsc;

use super::stream::{Progress, Rows};
use crate::{Principal, ServiceError, ServiceResult, Switchboard};

/// Numbers read at once.
const PAGE: u32 = 1_000;

const RELATIONS: NumberRelations = NumberRelations {
    locality: true,
    tags: true,
    group: true,
    customer: true,
    dealer: true,
    pool: true,
};

pub(super) fn table(zone: &str) -> Table {
    let columns = [
        ("number", Kind::E164),
        ("type", Kind::Text),
        ("status", Kind::Text),
        ("country", Kind::Text),
        ("areaCode", Kind::Text),
        ("region", Kind::Text),
        ("city", Kind::Text),
        ("provider", Kind::Text),
        ("name", Kind::Text),
        ("dealerCode", Kind::Text),
        ("dealerName", Kind::Text),
        ("customerCode", Kind::Text),
        ("customerName", Kind::Text),
        ("group", Kind::Text),
        ("pool", Kind::Text),
        ("terminationNumber", Kind::E164),
        ("tags", Kind::Text),
        ("monthlyCost", Kind::Decimal(2)),
        ("currency", Kind::Text),
        ("addedAt", Kind::Instant),
        ("assignedAt", Kind::Instant),
        ("suspendedAt", Kind::Instant),
        ("droppedAt", Kind::Instant),
        ("quarantineUntil", Kind::Instant),
    ];
    let columns = columns.map(|(name, kind)| Column::new(name, kind));
    Table::new("Numbers", columns).in_zone(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
}

impl Switchboard {
    /// Reads the numbers that the caller sees now, page by page, and hands them on until nobody takes them any more.
    pub(super) async fn send_numbers(
        &self,
        who: &Principal,
        filter: &NumberFilter,
        pages: mpsc::Sender<ServiceResult<Rows>>,
        progress: &mut Progress<'_>,
    ) {
        let mut request = PageRequest::first(PAGE);
        loop {
            let order = (NumberOrderBy::Created, false);
            let reader = self.database().reader();
            let page = match store::numbers(reader, who.scope, filter, order, &request, RELATIONS).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "the numbers of an export could not be read");
                    let _ = pages.send(Err(ServiceError::from(error))).await;
                    return;
                }
            };
            let last = page.items.last().map(|(position, _)| position.clone());
            let rows: Rows = page.items.into_iter().map(|(_, number)| row(number)).collect();
            let count = rows.len();
            if pages.send(Ok(rows)).await.is_err() {
                return;
            }
            progress.add(count).await;
            match last {
                Some(position) if page.has_next => request.after = Some(position),
                _ => return,
            }
        }
    }
}

fn row(number: NumberRecord) -> Vec<Cell> {
    let (dealer_code, dealer_name) = number.dealer.map(|dealer| (dealer.code, dealer.name)).unzip();
    let (customer_code, customer_name) = number
        .customer
        .map(|customer| (customer.code, customer.name))
        .unzip();
    let (cost, currency) = number.monthly_cost.map(cost).unzip();
    vec![
        number.e164.into(),
        number.number_type.to_string().into(),
        number.status.to_string().into(),
        number.country.map(|country| country.to_string()).into(),
        number.area_code.into(),
        number.region.into(),
        number.locality.into(),
        number.provider.into(),
        number.name.into(),
        dealer_code.into(),
        dealer_name.into(),
        customer_code.into(),
        customer_name.into(),
        number.group.map(|group| group.name).into(),
        number.pool.map(|pool| pool.name).into(),
        number.termination_number.into(),
        Some(number.tags.join(";")).filter(|tags| !tags.is_empty()).into(),
        cost.into(),
        currency.into(),
        number.created_at.into(),
        number.assigned_at.into(),
        number.suspended_at.into(),
        number.dropped_at.into(),
        number.quarantine_until.into(),
    ]
}

/// An amount in minor units in the main unit, with its currency.
fn cost((minor, currency): (i64, String)) -> (Decimal, String) {
    let digits = iso_currency::Currency::from_code(&currency).and_then(|currency| currency.exponent());
    (
        Decimal::new(minor, u32::from(digits.unwrap_or_default())),
        currency,
    )
}
