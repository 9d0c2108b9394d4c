//! What an upstream calls our groups and customers.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::{CustomerRef, GroupRef};

/// Something told of each of our groups: `call_centers = { "Sales" = ["sales@pbx.example"] }`.
///
/// A key is a group's name, or its customer's code and its name with a `/` between, which wins: names are unique
/// in a customer only. A group without either is looked up by its external id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct GroupTable<T>(BTreeMap<String, T>);

impl<T> Default for GroupTable<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> GroupTable<T> {
    /// What is told of a group.
    #[must_use]
    pub fn of(&self, group: &GroupRef) -> Option<&T> {
        self.by_name(group)
            .or_else(|| self.0.get(group.external_id.as_deref()?))
    }

    /// Every key with what is told of it, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(key, told)| (key.as_str(), told))
    }

    fn by_name(&self, group: &GroupRef) -> Option<&T> {
        let full = format!("{}/{}", group.customer.code, group.name);
        self.0.get(&full).or_else(|| self.0.get(&group.name))
    }
}

/// What an upstream calls our groups: `groups = { "Sales" = "11623282", "ACME/Sales" = "11623283" }`.
///
/// A key is a group's name, or its customer's code and its name with a `/` between, which wins: names are unique
/// in a customer only. A group that is not in the table goes by its external id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct GroupNames(GroupTable<String>);

impl GroupNames {
    /// What the upstream calls a group; absent when nobody has told us.
    #[must_use]
    pub fn upstream_name<'a>(&'a self, group: &'a GroupRef) -> Option<&'a str> {
        let told = self.0.by_name(group).map(String::as_str);
        told.or(group.external_id.as_deref())
    }

    /// What the upstream calls the group of a key that stands in another table of the same settings: the name
    /// beside the same key here, else the key itself, which is then taken for an external id.
    #[must_use]
    pub fn of_key<'a>(&'a self, key: &'a str) -> &'a str {
        self.0.0.get(key).map_or(key, String::as_str)
    }
}

/// What an upstream calls our customers, by their codes: `customers = { "ACME" = "12345678901234567890ABCD" }`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct CustomerNames(BTreeMap<String, String>);

impl CustomerNames {
    /// What the upstream calls a customer; absent when nobody has told us.
    #[must_use]
    pub fn upstream_name(&self, customer: &CustomerRef) -> Option<&str> {
        self.0.get(&customer.code).map(String::as_str)
    }
}
