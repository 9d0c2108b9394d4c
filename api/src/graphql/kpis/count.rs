use async_graphql::SimpleObject;
use provider_core::domain::{KpiAnswer, KpiKey, KpiRow, KpiType};

use crate::graphql::{
    error::{ApiError, Result},
    numbers::{NumberCategory, NumberStatus, NumberType},
    providers::Provider,
};

/// Longest word of an upstream that is shown.
const LONGEST_LABEL: usize = 100;

/// A count of all the numbers that a filter lets through.
#[derive(SimpleObject)]
pub(super) struct NumberTotals {
    /// How many numbers (the document's `number_count`).
    number_count: i32,
    /// How many distinct customers hold one of them (`number_customer_count`).
    customer_count: i32,
}

/// A count of the numbers of one status.
#[derive(SimpleObject)]
pub(super) struct NumberCountByStatus {
    /// The status. Null where the source has a status of its own.
    status: Option<NumberStatus>,
    /// The status in text: the name of ours, or the source's own word.
    label: String,
    /// How many numbers.
    number_count: i32,
    /// How many distinct customers hold one of them. Does not add up over the statuses.
    customer_count: i32,
}

/// A count of the numbers of one dealer.
#[derive(SimpleObject)]
pub(super) struct NumberCountByDealer {
    /// The dealer's code (the document's `number_dealer`). Null for numbers without a dealer.
    dealer_code: Option<String>,
    /// How many numbers.
    number_count: i32,
    /// How many distinct customers hold one of them. Does not add up over the dealers.
    customer_count: i32,
}

/// A count of the numbers of one type or category.
#[derive(SimpleObject)]
pub(super) struct NumberCountByType {
    /// The type. Null where the source counts by category, or has a type of its own.
    #[graphql(name = "type")]
    number_type: Option<NumberType>,
    /// The category, which a type implies. Null where the source has a type of its own.
    category: Option<NumberCategory>,
    /// The type or category in text: the name of ours, or the source's own word.
    label: String,
    /// How many numbers.
    number_count: i32,
    /// How many distinct customers hold one of them. Does not add up over the types: a customer can hold numbers of
    /// several.
    customer_count: i32,
}

impl NumberTotals {
    pub(super) fn of(row: &KpiRow) -> Option<Self> {
        let (number_count, customer_count) = counts(row)?;
        Some(Self {
            number_count,
            customer_count,
        })
    }
}

impl NumberCountByStatus {
    pub(super) fn of(row: &KpiRow) -> Option<Self> {
        let NumberTotals {
            number_count,
            customer_count,
        } = NumberTotals::of(row)?;
        let (status, label) = match &row.key {
            KpiKey::Status(status) => (Some((*status).into()), status.to_string()),
            other => (None, own_word(other)),
        };
        Some(Self {
            status,
            label,
            number_count,
            customer_count,
        })
    }
}

impl NumberCountByDealer {
    pub(super) fn of(row: &KpiRow) -> Option<Self> {
        let (number_count, customer_count) = counts(row)?;
        let dealer_code = match &row.key {
            KpiKey::Dealer(code) => code.as_deref().map(shown),
            other => Some(own_word(other)),
        };
        Some(Self {
            dealer_code,
            number_count,
            customer_count,
        })
    }
}

impl NumberCountByType {
    pub(super) fn of(row: &KpiRow) -> Option<Self> {
        let (number_count, customer_count) = counts(row)?;
        let (number_type, category, label) = match &row.key {
            KpiKey::Type(KpiType::Type(number_type)) => (
                Some((*number_type).into()),
                Some(number_type.category().into()),
                number_type.to_string(),
            ),
            KpiKey::Type(KpiType::Category(category)) => {
                (None, Some((*category).into()), category.to_string())
            }
            other => (None, None, own_word(other)),
        };
        Some(Self {
            number_type,
            category,
            label,
            number_count,
            customer_count,
        })
    }
}

/// Wraps rows; a count that no client could hold is the source's fault.
pub(super) fn rows<T>(
    source: &Provider,
    answer: &KpiAnswer,
    row: impl Fn(&KpiRow) -> Option<T>,
) -> Result<Vec<T>> {
    let rows: Option<Vec<T>> = answer.rows.iter().map(row).collect();
    rows.ok_or_else(|| ApiError::impossible_figure(source.provider().as_str()))
}

fn counts(row: &KpiRow) -> Option<(i32, i32)> {
    Some((
        row.number_count.try_into().ok()?,
        row.customer_count.try_into().ok()?,
    ))
}

/// A word of the source's own, as far as it can be shown.
fn own_word(key: &KpiKey) -> String {
    match key {
        KpiKey::Unknown(word) => shown(word),
        KpiKey::All | KpiKey::Status(_) | KpiKey::Dealer(_) | KpiKey::Type(_) => String::new(),
    }
}

fn shown(word: &str) -> String {
    word.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_LABEL)
        .collect()
}
