use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::record::{COLUMNS, read};
use super::{OperationKind, OperationRecord, OperationState};
use crate::{Key, Keyset, Page, PageRequest, Position, Result, Scope, page, sql::Sql};

pub(super) async fn operation_by_id(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<OperationRecord>> {
    operation(connection, Scope::Platform, id).await
}

/// One operation, or nothing where the scope has none.
///
/// # Errors
/// What the database says.
pub async fn operation(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: i64,
) -> Result<Option<OperationRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM operations o WHERE o.id = "));
    sql.bind(id);
    scope.restrict(&mut sql, "o");
    sql.one(connection).await?.map(|row| read(&row)).transpose()
}

/// Operations by row id, inside the scope.
///
/// # Errors
/// What the database says.
pub async fn operations_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, OperationRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM operations o WHERE o.id IN "));
    sql.bind_list(ids.iter().copied());
    scope.restrict(&mut sql, "o");
    sql.all(connection)
        .await?
        .iter()
        .map(|row| read(row).map(|o| (o.id, o)))
        .collect()
}

/// The tenant's operation with this client reference.
///
/// # Errors
/// What the database says.
pub async fn operation_by_reference(
    connection: &impl ConnectionTrait,
    tenant: &str,
    client_reference: &str,
) -> Result<Option<OperationRecord>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM operations o WHERE o.tenant = "));
    sql.bind(tenant)
        .push_bind(" AND o.client_reference = ", client_reference);
    sql.one(connection).await?.map(|row| read(&row)).transpose()
}

/// Which operations to list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct OperationFilter {
    /// In one of these states.
    pub states: Option<Vec<OperationState>>,
    /// Of this kind.
    pub kind: Option<OperationKind>,
    /// For this group.
    pub group_id: Option<i64>,
    /// With this client reference.
    pub client_reference: Option<String>,
}

fn filtered(scope: Scope, filter: &OperationFilter, select: &str) -> Sql {
    let mut sql = Sql::new(format!("SELECT {select} FROM operations o WHERE 1 = 1"));
    scope.restrict(&mut sql, "o");
    if let Some(states) = &filter.states {
        sql.push(" AND o.state IN ")
            .bind_list(states.iter().map(|state| -> &'static str { (*state).into() }));
    }
    if let Some(kind) = filter.kind {
        let kind: &'static str = kind.into();
        sql.push_bind(" AND o.kind = ", kind);
    }
    if let Some(group) = filter.group_id {
        sql.push_bind(" AND o.group_id = ", group);
    }
    if let Some(reference) = &filter.client_reference {
        sql.push_bind(" AND o.client_reference = ", reference.clone());
    }
    sql
}

/// One page of operations, newest first.
///
/// # Errors
/// What the database says.
pub async fn operations(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &OperationFilter,
    request: &PageRequest,
) -> Result<Page<OperationRecord>> {
    let mut sql = filtered(scope, filter, COLUMNS);
    Keyset {
        descending: true,
        ..Keyset::BY_ID
    }
    .restrict(&mut sql, "o", request);
    page::fetch(connection, sql, request, |row| {
        let operation = read(row)?;
        Ok((
            Position {
                key: Key::Int(operation.id),
                id: operation.id,
            },
            operation,
        ))
    })
    .await
}

/// How many operations match.
///
/// # Errors
/// What the database says.
pub async fn count_operations(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &OperationFilter,
) -> Result<i64> {
    filtered(scope, filter, "COUNT(*)").one_i64(connection).await
}
