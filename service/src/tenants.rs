//! Reading tenants, dealers, employees and operations.

use std::collections::HashMap;

use store::{
    Customer, CustomerFilter, Dealer, DealerFilter, Employee, EmployeeFilter, Group, GroupFilter, Keyset,
    OperationFilter, OperationRecord, Page, PageRequest,
};

use crate::{Principal, ServiceResult, Switchboard};

impl Switchboard {
    /// One group, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn group(&self, who: &Principal, id: i64) -> ServiceResult<Option<Group>> {
        who.may_view()?;
        Ok(store::group(self.database().reader(), who.scope, id).await?)
    }

    /// Groups by row id, inside the scope.
    ///
    /// # Errors
    /// What the database says.
    pub async fn groups_by_ids(&self, who: &Principal, ids: &[i64]) -> ServiceResult<HashMap<i64, Group>> {
        who.may_view()?;
        Ok(store::groups_by_ids(self.database().reader(), who.scope, ids).await?)
    }

    /// One page of groups, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn groups(
        &self,
        who: &Principal,
        filter: &GroupFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<Group>> {
        who.may_view()?;
        Ok(store::groups(
            self.database().reader(),
            who.scope,
            filter,
            Keyset::BY_ID,
            request,
        )
        .await?)
    }

    /// How many groups match.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_groups(&self, who: &Principal, filter: &GroupFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_groups(self.database().reader(), who.scope, filter).await?)
    }

    /// One customer, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customer(&self, who: &Principal, id: i64) -> ServiceResult<Option<Customer>> {
        who.may_view()?;
        Ok(store::customer(self.database().reader(), who.scope, id).await?)
    }

    /// Customers by row id, inside the scope.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customers_by_ids(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, Customer>> {
        who.may_view()?;
        Ok(store::customers_by_ids(self.database().reader(), who.scope, ids).await?)
    }

    /// One page of customers, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customers(
        &self,
        who: &Principal,
        filter: &CustomerFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<Customer>> {
        who.may_view()?;
        Ok(store::customers(
            self.database().reader(),
            who.scope,
            filter,
            Keyset::BY_ID,
            request,
        )
        .await?)
    }

    /// How many customers match.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_customers(&self, who: &Principal, filter: &CustomerFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_customers(self.database().reader(), who.scope, filter).await?)
    }

    /// One dealer, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dealer(&self, who: &Principal, id: i64) -> ServiceResult<Option<Dealer>> {
        who.may_view()?;
        Ok(store::dealer(self.database().reader(), who.scope, id).await?)
    }

    /// Dealers by row id, inside the scope.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dealers_by_ids(&self, who: &Principal, ids: &[i64]) -> ServiceResult<HashMap<i64, Dealer>> {
        who.may_view()?;
        Ok(store::dealers_by_ids(self.database().reader(), who.scope, ids).await?)
    }

    /// One page of dealers, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dealers(
        &self,
        who: &Principal,
        filter: &DealerFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<Dealer>> {
        who.may_view()?;
        Ok(store::dealers(
            self.database().reader(),
            who.scope,
            filter,
            Keyset::BY_ID,
            request,
        )
        .await?)
    }

    /// How many dealers match.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_dealers(&self, who: &Principal, filter: &DealerFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_dealers(self.database().reader(), who.scope, filter).await?)
    }

    /// One employee, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn employee(&self, who: &Principal, id: i64) -> ServiceResult<Option<Employee>> {
        who.may_view()?;
        Ok(store::employee(self.database().reader(), who.scope, id).await?)
    }

    /// Employees by row id, inside the scope.
    ///
    /// # Errors
    /// What the database says.
    pub async fn employees_by_ids(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, Employee>> {
        who.may_view()?;
        Ok(store::employees_by_ids(self.database().reader(), who.scope, ids).await?)
    }

    /// One page of employees, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn employees(
        &self,
        who: &Principal,
        filter: &EmployeeFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<Employee>> {
        who.may_view()?;
        Ok(store::employees(
            self.database().reader(),
            who.scope,
            filter,
            Keyset::BY_ID,
            request,
        )
        .await?)
    }

    /// How many employees match.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_employees(&self, who: &Principal, filter: &EmployeeFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_employees(self.database().reader(), who.scope, filter).await?)
    }

    /// One dealer by its code, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dealer_by_code(&self, who: &Principal, code: &str) -> ServiceResult<Option<Dealer>> {
        who.may_view()?;
        Ok(store::dealer_by_code(self.database().reader(), who.scope, code).await?)
    }

    /// One operation, or nothing where the scope has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn operation(&self, who: &Principal, id: i64) -> ServiceResult<Option<OperationRecord>> {
        who.may_view()?;
        Ok(store::operation(self.database().reader(), who.scope, id).await?)
    }

    /// One page of operations, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn operations(
        &self,
        who: &Principal,
        filter: &OperationFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<OperationRecord>> {
        who.may_view()?;
        Ok(store::operations(self.database().reader(), who.scope, filter, request).await?)
    }

    /// How many operations match.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_operations(&self, who: &Principal, filter: &OperationFilter) -> ServiceResult<i64> {
        who.may_view()?;
        Ok(store::count_operations(self.database().reader(), who.scope, filter).await?)
    }
}
