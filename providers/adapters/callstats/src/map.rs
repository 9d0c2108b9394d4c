//! Our words and those of callstats.

use provider_core::domain::{
    DealerFilter, KpiFilter, KpiGrouping, KpiKey, KpiStatusFilter, KpiType, NumberCategory, NumberStatus,
};

use crate::wire::{All, ByDealer, ByStatus, ByType};

/// Where the counts of a grouping stand, below the base URL. All paths of the document end in a slash.
pub(crate) fn path(grouping: KpiGrouping) -> &'static [&'static str] {
    match grouping {
        KpiGrouping::Summary => &["backend", "kpi", "numbers", ""],
        KpiGrouping::Status => &["backend", "kpi", "numbers", "byStatus", ""],
        KpiGrouping::Dealer => &["backend", "kpi", "numbers", "byDealer", ""],
        KpiGrouping::Type => &["backend", "kpi", "numbers", "byType", ""],
    }
}

/// "Filtering Options": the parameters of a filter.
pub(crate) fn parameters(filter: &KpiFilter) -> Vec<(&'static str, &str)> {
    let status = match filter.status {
        KpiStatusFilter::All => None,
        // Its alias `excludeDropped` says the same.
        KpiStatusFilter::NotDropped => Some(("active", "true")),
        KpiStatusFilter::Dropped => Some(("dropped", "true")),
    };
    let dealer = filter.dealer.as_ref().map(|dealer| match dealer {
        DealerFilter::Unassigned => ("dealerCode", ""),
        DealerFilter::Code(code) => ("dealerCode", code.as_str()),
    });
    let number_type = filter.number_type.map(|wanted| ("numberType", word_of(wanted)));
    [status, dealer, number_type].into_iter().flatten().collect()
}

/// The document shows the first two. The others follow its rule: the word of the answers in lower case, with
/// underscores.
fn word_of(wanted: KpiType) -> &'static str {
    let category = match wanted {
        KpiType::Type(number_type) => number_type.category(),
        KpiType::Category(category) => category,
    };
    match category {
        NumberCategory::Geographic => "geographic",
        NumberCategory::NonGeographic => "non_geographic",
        NumberCategory::Mobile => "mobile",
        NumberCategory::SpecialService => "special_services",
    }
}

pub(crate) fn all(_: All) -> KpiKey {
    KpiKey::All
}

pub(crate) fn status(row: ByStatus) -> KpiKey {
    match row.number_status.as_str() {
        "Active" => KpiKey::Status(NumberStatus::Active),
        "Suspended" => KpiKey::Status(NumberStatus::Suspended),
        "Dropped" => KpiKey::Status(NumberStatus::Dropped),
        _ => KpiKey::Unknown(row.number_status.into()),
    }
}

pub(crate) fn dealer(row: ByDealer) -> KpiKey {
    KpiKey::Dealer(row.number_dealer.map(String::from))
}

pub(crate) fn number_type(row: ByType) -> KpiKey {
    let category = match row.number_type.as_str() {
        "Geographic" => NumberCategory::Geographic,
        "Non-Geographic" => NumberCategory::NonGeographic,
        "Mobile" => NumberCategory::Mobile,
        "Special Services" => NumberCategory::SpecialService,
        _ => return KpiKey::Unknown(row.number_type.into()),
    };
    KpiKey::Type(KpiType::Category(category))
}
