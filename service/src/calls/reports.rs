//! What imports of calls did.

use store::{
    Page, PageRequest, Scope,
    calls::{CallImport, CallImportFilter, KeptFault},
};

use crate::{Principal, ServiceError, ServiceResult, Switchboard};

impl Switchboard {
    /// One page of the imports of calls inside the scope, the newest first.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`] for keys that read KPIs alone, [`ServiceError::Denied`] for keys of a group;
    /// what the database says.
    pub async fn call_imports(
        &self,
        who: &Principal,
        filter: &CallImportFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<CallImport>> {
        may_see_imports(who)?;
        Ok(store::calls::call_imports(self.database().reader(), who.scope, filter, request).await?)
    }

    /// How many imports the list has.
    ///
    /// # Errors
    /// As [`Switchboard::call_imports`].
    pub async fn count_call_imports(&self, who: &Principal, filter: &CallImportFilter) -> ServiceResult<i64> {
        may_see_imports(who)?;
        Ok(store::calls::count_call_imports(self.database().reader(), who.scope, filter).await?)
    }

    /// The import with this row id, if the caller may see it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_import(&self, who: &Principal, id: i64) -> ServiceResult<Option<CallImport>> {
        who.may_view()?;
        Ok(store::calls::call_import(self.database().reader(), who.scope, id).await?)
    }

    /// One page of the rows of an import that could not be used, as they came.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_import_faults(
        &self,
        who: &Principal,
        import_id: i64,
        request: &PageRequest,
    ) -> ServiceResult<Page<KeptFault>> {
        who.may_view()?;
        let reader = self.database().reader();
        Ok(store::calls::call_import_faults(reader, who.scope, import_id, request).await?)
    }

    /// A row of an import that could not be used, by its position.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_import_fault(
        &self,
        who: &Principal,
        import_id: i64,
        position: i64,
    ) -> ServiceResult<Option<KeptFault>> {
        who.may_view()?;
        let reader = self.database().reader();
        Ok(store::calls::call_import_fault(reader, who.scope, import_id, position).await?)
    }
}

fn may_see_imports(who: &Principal) -> ServiceResult<()> {
    who.may_view()?;
    if matches!(who.scope, Scope::Group { .. }) {
        return Err(ServiceError::Denied(
            "imports of calls are of whole customers, and the key is bound to a group",
        ));
    }
    Ok(())
}
