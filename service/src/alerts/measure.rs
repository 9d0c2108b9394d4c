//! What a rule makes of the stock: pure.

use std::collections::BTreeMap;

use store::{
    AlertBreakdown, AlertComparison, AlertMetric, AlertRuleSpec, AlertSubject,
    kpis::{StockKey, StockLevel},
};

/// How many numbers there are of a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) inventory: i64,
    pub(super) available: i64,
    pub(super) assigned: i64,
    pub(super) assigned_last_90_days: i64,
}

impl From<&StockLevel> for Level {
    fn from(level: &StockLevel) -> Self {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Self {
            inventory: count(level.inventory),
            available: count(level.available),
            assigned: count(level.assigned),
            assigned_last_90_days: count(level.assigned_last_90_days),
        }
    }
}

impl Level {
    pub(super) fn add(&mut self, other: Self) {
        self.inventory = self.inventory.saturating_add(other.inventory);
        self.available = self.available.saturating_add(other.available);
        self.assigned = self.assigned.saturating_add(other.assigned);
        self.assigned_last_90_days = self
            .assigned_last_90_days
            .saturating_add(other.assigned_last_90_days);
    }

    /// The value of a metric in thousandths, rounded down; none is without bound.
    pub(super) fn value(self, metric: AlertMetric) -> Option<i64> {
        match metric {
            AlertMetric::AvailableNumbers => Some(self.available.saturating_mul(1_000)),
            AlertMetric::UtilizationPercent => {
                let percent = self.assigned.saturating_mul(100_000).checked_div(self.inventory);
                Some(percent.unwrap_or(0))
            }
            AlertMetric::MonthsOfStock => self
                .available
                .saturating_mul(3_000)
                .checked_div(self.assigned_last_90_days),
        }
    }
}

/// Whether a value fires a rule.
pub(super) fn violates(spec: &AlertRuleSpec, value: Option<i64>) -> bool {
    match spec.comparison {
        AlertComparison::Below => value.is_some_and(|value| value < spec.threshold),
        AlertComparison::Above => value.is_none_or(|value| value > spec.threshold),
    }
}

/// Whether a value clears an alert of a rule.
pub(super) fn clears(spec: &AlertRuleSpec, value: Option<i64>) -> bool {
    match spec.comparison {
        AlertComparison::Below => value.is_none_or(|value| value >= spec.clear_threshold),
        AlertComparison::Above => value.is_some_and(|value| value <= spec.clear_threshold),
    }
}

/// Which subject of a rule numbers of a kind belong to; none where it does not watch them.
pub(super) fn subject_of(spec: &AlertRuleSpec, key: &StockKey) -> Option<AlertSubject> {
    let watched = spec.number_type.is_none_or(|wanted| wanted == key.number_type)
        && (spec.country.is_none() || spec.country == key.country)
        && (spec.area_code.is_none() || spec.area_code == key.area_code);
    watched.then(|| match spec.breakdown {
        AlertBreakdown::Total => all_of(spec),
        AlertBreakdown::Each => AlertSubject {
            number_type: Some(key.number_type),
            country: key.country,
            area_code: key.area_code.clone(),
        },
    })
}

/// All that a rule watches, as one subject.
pub(super) fn all_of(spec: &AlertRuleSpec) -> AlertSubject {
    AlertSubject {
        number_type: spec.number_type,
        country: spec.country,
        area_code: spec.area_code.clone(),
    }
}

/// The subjects of a rule with their levels. What is watched as a whole is there even when there are no such numbers.
pub(super) fn watched<'l>(
    spec: &AlertRuleSpec,
    levels: impl IntoIterator<Item = (&'l StockKey, Level)>,
) -> BTreeMap<AlertSubject, Level> {
    let mut found: BTreeMap<AlertSubject, Level> = BTreeMap::new();
    if spec.breakdown == AlertBreakdown::Total {
        found.insert(all_of(spec), Level::default());
    }
    for (key, level) in levels {
        if let Some(subject) = subject_of(spec, key) {
            found.entry(subject).or_default().add(level);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(inventory: i64, available: i64, assigned: i64, assigned_last_90_days: i64) -> Level {
        Level {
            inventory,
            available,
            assigned,
            assigned_last_90_days,
        }
    }

    #[test]
    fn values_are_exact_in_thousandths_and_have_no_division_by_zero() {
        use AlertMetric::{AvailableNumbers, MonthsOfStock, UtilizationPercent};
        for (metric, level, value) in [
            (AvailableNumbers, level(10, 7, 3, 0), Some(7_000)),
            (UtilizationPercent, level(3, 2, 1, 0), Some(33_333)),
            (UtilizationPercent, level(3, 0, 3, 0), Some(100_000)),
            (UtilizationPercent, level(0, 0, 0, 0), Some(0)),
            (MonthsOfStock, level(10, 10, 0, 15), Some(2_000)),
            (MonthsOfStock, level(10, 0, 10, 15), Some(0)),
            (MonthsOfStock, level(10, 10, 0, 0), None),
        ] {
            assert_eq!(level.value(metric), value, "{metric} of {level:?}");
        }
    }
}
