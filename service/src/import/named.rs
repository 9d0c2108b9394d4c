//! What is there already, by what people call it: codes and names, as files and command lines have them.

use store::{Customer, Group, NumberFilter, Reseller, Scope};

use crate::{Principal, ServiceResult, Switchboard};

impl Switchboard {
    /// Whether the database is as migrations left it: without numbers and keys.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`](crate::ServiceError::AccessDenied) unless `who` administers the platform;
    /// what the database says.
    pub async fn is_empty(&self, who: &Principal) -> ServiceResult<bool> {
        who.may_administer()?;
        let reader = self.database().reader();
        let numbers = store::count_numbers(reader, Scope::Platform, &NumberFilter::default()).await?;
        Ok(numbers == 0 && store::count_api_keys(reader).await? == 0)
    }

    /// The reseller with this code, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reseller_by_code(&self, who: &Principal, code: &str) -> ServiceResult<Option<Reseller>> {
        who.may_view()?;
        Ok(store::reseller_by_code(self.database().reader(), who.scope, code).await?)
    }

    /// The customer with this code, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customer_by_code(&self, who: &Principal, code: &str) -> ServiceResult<Option<Customer>> {
        who.may_view()?;
        Ok(store::customer_by_code(self.database().reader(), who.scope, code).await?)
    }

    /// The customer's group with this name, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn group_by_name(
        &self,
        who: &Principal,
        customer_id: i64,
        name: &str,
    ) -> ServiceResult<Option<Group>> {
        who.may_view()?;
        Ok(store::group_by_name(self.database().reader(), who.scope, customer_id, name).await?)
    }
}
