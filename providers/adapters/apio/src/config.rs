//! The settings.

use std::collections::BTreeSet;

use provider_core::config::{ConfigFault, GroupNames, GroupTable};
use provider_core::http::{Auth, BaseUrl, HttpSettings};
use provider_core::port::CallCenterTerms;
use serde::Deserialize;

/// The call centers of a group, by the names that APIO gives them.
pub(crate) type CenterNames = BTreeSet<String>;

/// The settings of an [`Apio`](crate::Apio).
#[derive(Debug, Deserialize)]
pub struct ApioConfig {
    /// The host, without the `/api/v1` that every path of the document begins with.
    pub base_url: BaseUrl,
    /// How we are known there. The document demands the right Group Admin, at least.
    pub auth: Auth,
    /// How calls travel.
    #[serde(default)]
    pub http: HttpSettings,
    /// The tenant whose groups are ours: `tenant_id` of the document.
    pub tenant: String,
    /// What APIO calls our groups: `group_id` of the document.
    #[serde(default)]
    pub groups: GroupNames,
    /// Which call centers a group has: the document can't list them.
    #[serde(default)]
    pub call_centers: GroupTable<CenterNames>,
}

/// The largest page of configured call centers.
const LARGEST_PAGE: u32 = 100;

/// The collection periods that a report can have, in minutes.
const COLLECTION_PERIODS: [u32; 3] = [15, 30, 60];

impl ApioConfig {
    /// All that is wrong with the settings of this adapter itself.
    pub(crate) fn faults(&self) -> Vec<ConfigFault> {
        let mut faults = Vec::new();
        if !names_a_thing(&self.tenant) {
            faults.push(ConfigFault::new("config.tenant", UNNAMED));
        }
        for (group, names) in self.call_centers.iter() {
            if !names.iter().all(|name| names_a_thing(name)) {
                faults.push(ConfigFault::new(format!("config.call_centers.{group}"), UNNAMED));
            }
        }
        faults
    }

    pub(crate) fn terms(&self) -> CallCenterTerms {
        let listed = self.call_centers.iter().next().is_some();
        CallCenterTerms {
            largest_page: if listed { LARGEST_PAGE } else { 0 },
            collection_periods: COLLECTION_PERIODS.into(),
        }
    }
}

const UNNAMED: &str =
    "must be a name that can stand in a path: not empty, not only space, not \".\" or \"..\"";

fn names_a_thing(name: &str) -> bool {
    !matches!(name.trim(), "" | "." | "..")
}
