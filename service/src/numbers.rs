//! Reading numbers and their history.

use std::collections::HashMap;

use jiff::Timestamp;
use store::{
    AssignmentRecord, EventRecord, Mirrored, NumberBy, NumberFilter, NumberOrderBy, NumberRecord,
    NumberRelations, Page, PageRequest, StoreError, UpstreamFacts,
};

use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode};

impl Switchboard {
    /// One number, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn number(
        &self,
        who: &Principal,
        by: &NumberBy,
        relations: NumberRelations,
    ) -> ServiceResult<Option<NumberRecord>> {
        who.may_view()?;
        Ok(store::number(self.database().reader(), who.scope, by, relations).await?)
    }

    /// One page of numbers with their relations, in one statement.
    ///
    /// # Errors
    /// What the database says.
    pub async fn numbers(
        &self,
        who: &Principal,
        filter: &NumberFilter,
        order: (NumberOrderBy, bool),
        request: &PageRequest,
        relations: NumberRelations,
    ) -> ServiceResult<Page<NumberRecord>> {
        who.may_view()?;
        let reader = self.database().reader();
        Ok(store::numbers(reader, who.scope, filter, order, request, relations).await?)
    }

    /// How many numbers match.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_numbers(&self, who: &Principal, filter: &NumberFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_numbers(self.database().reader(), who.scope, filter).await?)
    }

    /// Numbers by row id, inside the scope.
    ///
    /// # Errors
    /// What the database says.
    pub async fn numbers_by_ids(
        &self,
        who: &Principal,
        ids: &[i64],
        relations: NumberRelations,
    ) -> ServiceResult<HashMap<i64, NumberRecord>> {
        who.may_view()?;
        Ok(store::numbers_by_ids(self.database().reader(), who.scope, ids, relations).await?)
    }

    /// What carriers say of numbers that the caller has read; those of which none said anything are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn number_upstream_facts(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, UpstreamFacts>> {
        who.may_view()?;
        let reader = self.database().reader();
        let visible = store::numbers_by_ids(reader, who.scope, ids, NumberRelations::default()).await?;
        let ids: Vec<i64> = visible.into_keys().collect();
        Ok(store::upstream_facts(reader, Mirrored::Numbers, &ids).await?)
    }

    /// A page of a number's history; what happened while it was another tenant's is left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn number_history(
        &self,
        who: &Principal,
        number_id: i64,
        newest_first: bool,
        request: &PageRequest,
    ) -> ServiceResult<Page<EventRecord>> {
        who.may_view()?;
        let reader = self.database().reader();
        Ok(store::number_history(reader, who.scope, number_id, newest_first, request).await?)
    }

    /// How many entries that history has.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_number_history(&self, who: &Principal, number_id: i64) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_number_history(self.database().reader(), who.scope, number_id).await?)
    }

    /// One entry of a history, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn event(&self, who: &Principal, id: i64) -> ServiceResult<Option<EventRecord>> {
        who.may_view()?;
        Ok(store::events_by_ids(self.database().reader(), who.scope, &[id])
            .await?
            .remove(&id))
    }

    /// Who had the number at an instant, where the caller may know.
    ///
    /// # Errors
    /// What the database says.
    pub async fn owner_at(
        &self,
        who: &Principal,
        number_id: i64,
        at: Timestamp,
    ) -> ServiceResult<Option<AssignmentRecord>> {
        who.may_view()?;
        Ok(store::assignment_at(self.database().reader(), who.scope, number_id, at).await?)
    }

    /// Refuses a name that another number of the group has.
    pub(crate) async fn free_number_name(
        &self,
        group_id: i64,
        name: &str,
        except: Option<i64>,
    ) -> ServiceResult<()> {
        match store::number_with_name(self.database().reader(), group_id, name).await? {
            Some(id) if Some(id) != except => Err(name_taken()),
            _ => Ok(()),
        }
    }
}

/// True when a row was refused because another number of its group has the name.
pub(crate) fn is_name_taken(error: &StoreError) -> bool {
    error.is_duplicate_of("numbers_name", "numbers.group_id, numbers.name_key")
}

pub(crate) fn name_taken() -> ServiceError {
    let message = "another number of the group has this name; choose another";
    ServiceError::refused(UserErrorCode::NameTaken, "input.name", message)
}
