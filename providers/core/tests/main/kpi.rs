//! Filters of the number KPIs.

use provider_core::domain::{DealerFilter, KpiFlagsExcludeEachOther, KpiStatusFilter};

#[test]
fn active_and_exclude_dropped_are_one_filter() {
    for (active, exclude_dropped) in [(true, false), (false, true), (true, true)] {
        let filter = KpiStatusFilter::from_flags(active, exclude_dropped, false);
        assert_eq!(filter, Ok(KpiStatusFilter::NotDropped));
    }
    assert_eq!(
        KpiStatusFilter::from_flags(false, false, true),
        Ok(KpiStatusFilter::Dropped)
    );
    assert_eq!(
        KpiStatusFilter::from_flags(false, false, false),
        Ok(KpiStatusFilter::All)
    );
}

#[test]
fn active_and_dropped_exclude_each_other() {
    for (active, exclude_dropped) in [(true, false), (false, true), (true, true)] {
        let filter = KpiStatusFilter::from_flags(active, exclude_dropped, true);
        assert_eq!(filter, Err(KpiFlagsExcludeEachOther));
    }
}

#[test]
fn an_empty_dealer_code_means_numbers_without_dealer() {
    assert_eq!(DealerFilter::from_code(""), DealerFilter::Unassigned);
    assert_eq!(
        DealerFilter::from_code("DEALER01"),
        DealerFilter::Code("DEALER01".to_owned())
    );
}
