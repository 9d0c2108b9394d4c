use provider_core::domain::{CountryCode, E164, NumberStatus, NumberType};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Keyset, Scope, sql::Sql};

/// Which numbers to list. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct NumberFilter {
    /// In one of these statuses.
    pub statuses: Option<Vec<NumberStatus>>,
    /// Of one of these types.
    pub types: Option<Vec<NumberType>>,
    /// In this country.
    pub country: Option<CountryCode>,
    /// In this state, province or nation.
    pub region: Option<String>,
    /// In this area code.
    pub area_code: Option<String>,
    /// Whose E.164 text starts with this.
    pub e164_prefix: Option<String>,
    /// Whose name, compared without case, contains this.
    pub name_contains: Option<String>,
    /// With this label.
    pub tag: Option<String>,
    /// Of this provider.
    pub provider: Option<String>,
    /// Of this dealer; `Some(None)`: of no dealer.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub dealer_id: Option<Option<i64>>,
    /// Of this customer.
    pub customer_id: Option<i64>,
    /// Of this group.
    pub group_id: Option<i64>,
    /// Of this pool; `Some(None)`: of no pool.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub pool_id: Option<Option<i64>>,
}

/// A condition that is there, be it for nothing: null is not the same as absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What to order a list of numbers by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NumberOrderBy {
    /// When the inventory got them.
    #[default]
    Created,
    /// The number itself.
    E164,
    /// Last change.
    Updated,
}

impl NumberOrderBy {
    /// The keyset that this order walks.
    #[must_use]
    pub fn keyset(self, descending: bool) -> Keyset {
        let (column, unique) = match self {
            Self::Created => ("id", true),
            Self::E164 => ("e164", true),
            Self::Updated => ("updated_at", false),
        };
        Keyset {
            column,
            unique,
            descending,
        }
    }
}

impl NumberFilter {
    /// Appends ` WHERE ...` for rows of `numbers n`.
    pub(super) fn restrict(&self, sql: &mut Sql, scope: Scope) {
        sql.push(" WHERE 1 = 1");
        scope.restrict(sql, "n");
        words(sql, "n.status", self.statuses.as_deref());
        words(sql, "n.number_type", self.types.as_deref());
        if let Some(country) = self.country {
            sql.push(" AND n.country = ").bind(country.as_str());
        }
        if let Some(region) = &self.region {
            sql.push(" AND n.region = ").bind(region.clone());
        }
        if let Some(area_code) = &self.area_code {
            sql.push(" AND n.area_code = ").bind(area_code.clone());
        }
        if let Some(prefix) = &self.e164_prefix {
            push_prefix(sql, "n.e164", prefix);
        }
        if let Some(part) = &self.name_contains {
            let escaped = part
                .to_lowercase()
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            sql.push(" AND n.name_key LIKE ")
                .bind(format!("%{escaped}%"))
                .push(" ESCAPE '\\'");
        }
        if let Some(tag) = &self.tag {
            sql.push(" AND n.id IN (SELECT t.number_id FROM number_tags t WHERE t.tag = ")
                .bind(tag.clone())
                .push(")");
        }
        if let Some(provider) = &self.provider {
            sql.push(" AND n.provider = ").bind(provider.clone());
        }
        optional_id(sql, "n.dealer_id", self.dealer_id);
        optional_id(sql, "n.customer_id", self.customer_id.map(Some));
        optional_id(sql, "n.group_id", self.group_id.map(Some));
        optional_id(sql, "n.pool_id", self.pool_id);
    }
}

/// A prefix of text ordered by bytes is a range; `+1289` is everything from `+1289` to just under `+128:`.
pub(crate) fn push_prefix(sql: &mut Sql, column: &str, prefix: &str) {
    sql.push(&format!(" AND {column} >= ")).bind(prefix.to_owned());
    if let Some(end) = end_of_prefix(prefix) {
        sql.push(&format!(" AND {column} < ")).bind(end);
    }
}

fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut bytes = prefix.as_bytes().to_vec();
    *bytes.last_mut()? += 1;
    String::from_utf8(bytes).ok()
}

/// The words of an enumeration are written into the statement: they are constants of the program, and with a
/// bound one PostgreSQL's generic plan can't tell a rare word from a common one and walks the whole table.
fn words<T: Copy + Into<&'static str>>(sql: &mut Sql, column: &str, values: Option<&[T]>) {
    let Some(values) = values else { return };
    let words: Vec<String> = values
        .iter()
        .map(|value| {
            let word: &'static str = (*value).into();
            format!("'{word}'")
        })
        .collect();
    match words.as_slice() {
        [] => sql.push(" AND 1 = 0"),
        [one] => sql.push(&format!(" AND {column} = {one}")),
        several => sql.push(&format!(" AND {column} IN ({})", several.join(", "))),
    };
}

fn optional_id(sql: &mut Sql, column: &str, id: Option<Option<i64>>) {
    match id {
        None => {}
        Some(None) => {
            sql.push(&format!(" AND {column} IS NULL"));
        }
        Some(Some(id)) => {
            sql.push(&format!(" AND {column} = ")).bind(id);
        }
    }
}

/// How one number is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NumberBy {
    /// By row.
    Id(i64),
    /// By itself.
    E164(E164),
}

impl NumberBy {
    pub(super) fn restrict(&self, sql: &mut Sql) {
        match self {
            Self::Id(id) => sql.push(" AND n.id = ").bind(*id),
            Self::E164(number) => sql.push(" AND n.e164 = ").bind(number.as_str()),
        };
    }
}
