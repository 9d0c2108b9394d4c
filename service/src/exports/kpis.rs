//! Counts of numbers as rows: the document "Number KPIs" (callstats) names the columns.

use ::exports::{Cell, Column, Kind, Table};
use provider_core::domain::{
    KpiFilter, KpiGrouping, KpiKey, KpiRow, KpiType, NumberCategory, NumberStatus, NumberType, ProviderId,
};

use store::kpis::Within;

use super::stream::Rows;
use crate::{KpiBreakdown, Principal, ServiceResult, Switchboard};

pub(super) fn table(grouping: KpiGrouping) -> Table {
    let key = match grouping {
        KpiGrouping::Summary => None,
        KpiGrouping::Status => Some("number_status"),
        KpiGrouping::Dealer => Some("number_dealer"),
        KpiGrouping::Type => Some("number_type"),
    };
    let key = key.map(|name| Column::new(name, Kind::Text));
    // Customers with numbers in several rows are counted in each: their sum says nothing.
    let counts = [
        Column::new("number_customer_count", Kind::Whole),
        Column::totaled("number_count", Kind::Whole),
    ];
    Table::new("Number KPIs", key.into_iter().chain(counts))
}

impl Switchboard {
    pub(super) async fn kpi_rows(
        &self,
        who: &Principal,
        source: Option<&ProviderId>,
        grouping: KpiGrouping,
        (filter, within): (&KpiFilter, &Within),
    ) -> ServiceResult<Rows> {
        let source = self.kpi_source(who, source)?;
        let breakdown = KpiBreakdown::Grouping(grouping);
        let answer = self.number_kpis(who, &source, breakdown, filter, within).await?;
        Ok(answer.rows.into_iter().map(row).collect())
    }
}

fn row(row: KpiRow) -> Vec<Cell> {
    let count = |count: u64| Cell::Whole(i64::try_from(count).unwrap_or(i64::MAX));
    let counts = [count(row.customer_count), count(row.number_count)];
    key(row.key).into_iter().chain(counts).collect()
}

/// The key in the document's words: `Active`, `DEALER01`, `Non-Geographic`. No dealer is the document's empty code.
fn key(key: KpiKey) -> Option<Cell> {
    let text = match key {
        KpiKey::All => return None,
        KpiKey::Status(status) => status_name(status).to_owned(),
        KpiKey::Dealer(code) => code.unwrap_or_default(),
        KpiKey::Type(KpiType::Category(category)) => category_name(category).to_owned(),
        KpiKey::Type(KpiType::Type(number_type)) => type_name(number_type).to_owned(),
        KpiKey::Unknown(word) => word,
    };
    Some(Cell::Text(text))
}

const fn status_name(status: NumberStatus) -> &'static str {
    match status {
        NumberStatus::Available => "Available",
        NumberStatus::Held => "Held",
        NumberStatus::Pending => "Pending",
        NumberStatus::Active => "Active",
        NumberStatus::Suspended => "Suspended",
        NumberStatus::Dropped => "Dropped",
        NumberStatus::PortingIn => "Porting-In",
        NumberStatus::PortingOut => "Porting-Out",
    }
}

const fn category_name(category: NumberCategory) -> &'static str {
    match category {
        NumberCategory::Geographic => "Geographic",
        NumberCategory::NonGeographic => "Non-Geographic",
        NumberCategory::Mobile => "Mobile",
        NumberCategory::SpecialService => "Special Services",
    }
}

const fn type_name(number_type: NumberType) -> &'static str {
    match number_type {
        NumberType::Geographic => "Geographic",
        NumberType::National => "National",
        NumberType::TollFree => "Toll-Free",
        NumberType::SharedCost => "Shared-Cost",
        NumberType::PremiumRate => "Premium-Rate",
        NumberType::Mobile => "Mobile",
        NumberType::Voip => "VoIP",
        NumberType::SpecialService => "Special Services",
        NumberType::Unknown => "Unknown",
    }
}
