//! Calls one by one, behind the figures.

use std::collections::HashMap;

use store::{
    Page, PageRequest,
    calls::{CallFilter, CallView, PartyView},
};

use crate::{Principal, ServiceResult, Switchboard};

impl Switchboard {
    /// One page of our own calls inside the scope, the latest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn calls(
        &self,
        who: &Principal,
        filter: &CallFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<CallView>> {
        who.may_view()?;
        Ok(store::calls::calls(self.database().reader(), who.scope, filter, request).await?)
    }

    /// How many calls the list has.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_calls(&self, who: &Principal, filter: &CallFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::calls::count_calls(self.database().reader(), who.scope, filter).await?)
    }

    /// How many statistics count for the calls of the list.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_call_parts(&self, who: &Principal, filter: &CallFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::calls::count_call_parts(self.database().reader(), who.scope, filter).await?)
    }

    /// The call with this row id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call(&self, who: &Principal, id: i64) -> ServiceResult<Option<CallView>> {
        who.may_view()?;
        Ok(store::calls::call(self.database().reader(), who.scope, id).await?)
    }

    /// Who took part in calls, by call.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_parties(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, Vec<PartyView>>> {
        who.may_view()?;
        Ok(store::calls::call_parties(self.database().reader(), who.scope, ids).await?)
    }
}
