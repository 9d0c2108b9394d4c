//! The pool that a row names, and what it is made with when it isn't there.

use std::collections::HashMap;

use provider_core::domain::{E164, PoolMatch, PoolStatus, ReplacementConfiguration};
use serde::{Deserialize, Serialize};
use store::{Keyset, NewPool, Owner, PageRequest, PoolFilter, PoolRecord, Scope, Transaction, name_key};

use super::{ImportRow, parse::filled};
use crate::{ServiceError, ServiceResult, keys::random_token, validate::LONGEST_NAME};

/// The cells `pool` and `pool_settings`.
#[derive(Debug, Clone)]
pub(super) struct PoolCells {
    pub(super) name: String,
    pub(super) settings: Option<PoolSettings>,
}

/// What a pool is made with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PoolSettings {
    match_period_minutes: u32,
    quantity: u32,
    #[serde(rename = "match")]
    matching: PoolMatch,
    replacement: ReplacementConfiguration,
    termination_number: E164,
    /// What the provider calls the pool; pools of our own without one get a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
}

impl PoolCells {
    pub(super) fn read(fault: &mut impl FnMut(&'static str, String), row: &ImportRow) -> Option<Self> {
        let settings = filled(&row.pool_settings).and_then(|text| {
            serde_json::from_str(text)
                .map_err(|error| fault("pool_settings", error.to_string()))
                .ok()
        });
        let Some(name) = filled(&row.pool) else {
            if filled(&row.pool_settings).is_some() {
                fault("pool", "is needed with pool_settings".to_owned());
            }
            return None;
        };
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            fault(
                "pool",
                format!("must be at most {LONGEST_NAME} characters without control characters"),
            );
        }
        Some(Self {
            name: name.to_owned(),
            settings,
        })
    }
}

/// The cell `pool_settings` of a pool.
pub(super) fn settings_cell(
    pool: &PoolRecord,
    replacement: ReplacementConfiguration,
) -> ServiceResult<String> {
    let settings = PoolSettings {
        match_period_minutes: pool.match_period_minutes,
        quantity: pool.quantity,
        matching: pool.matching.clone(),
        replacement,
        termination_number: pool.termination_number.clone(),
        external_id: pool.external_id.clone(),
    };
    serde_json::to_string(&settings).map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Pools of a batch, by group and name.
#[derive(Debug, Default)]
pub(super) struct Pools(HashMap<(i64, String), Option<i64>>);

impl Pools {
    /// The row of the group's pool in service with that name, made where it isn't there and the cells say how.
    pub(super) async fn ensure(
        &mut self,
        transaction: &Transaction,
        owner: Owner,
        provider: &str,
        cells: &PoolCells,
    ) -> store::Result<Option<i64>> {
        let key = (owner.group_id, name_key(&cells.name));
        if let Some(known) = self.0.get(&key) {
            return Ok(*known);
        }
        let found = match (find(transaction, owner, &cells.name).await?, &cells.settings) {
            (Some(id), _) => Some(id),
            (None, None) => None,
            (None, Some(settings)) => Some(
                store::insert_pool(transaction, &new_pool(owner, provider, &cells.name, settings)).await?,
            ),
        };
        self.0.insert(key, found);
        Ok(found)
    }
}

async fn find(transaction: &Transaction, owner: Owner, name: &str) -> store::Result<Option<i64>> {
    let filter = PoolFilter {
        status: Some(PoolStatus::Active),
        group_id: Some(owner.group_id),
        search: Some(name.to_owned()),
        ..PoolFilter::default()
    };
    let mut request = PageRequest::first(1_000);
    loop {
        let page = store::pools(
            transaction.connection(),
            Scope::Platform,
            &filter,
            Keyset::BY_ID,
            &request,
        )
        .await?;
        let same = page
            .items
            .iter()
            .find(|(_, pool)| name_key(&pool.name) == name_key(name));
        if let Some((_, pool)) = same {
            return Ok(Some(pool.id));
        }
        match page.items.last() {
            Some((position, _)) if page.has_next => request.after = Some(position.clone()),
            _ => return Ok(None),
        }
    }
}

fn new_pool(owner: Owner, provider: &str, name: &str, settings: &PoolSettings) -> NewPool {
    // What a carrier calls its pool can't be made up: changes of the pool would be about another one.
    let made_up = || (provider == crate::INVENTORY_ID).then(|| random_token(12));
    NewPool {
        owner,
        name: name.to_owned(),
        provider: provider.to_owned(),
        external_id: settings.external_id.clone().or_else(made_up),
        matching: settings.matching.clone(),
        match_period_minutes: settings.match_period_minutes,
        quantity: settings.quantity,
        replacement: settings.replacement.clone(),
        termination_number: settings.termination_number.clone(),
    }
}
