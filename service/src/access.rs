//! What a level may do. The API refuses by root field before a use case is called; these checks hold for every
//! way in.

use store::{AccessLevel, Group, Scope};

use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode};

impl Principal {
    /// May change numbers and pools.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub(crate) fn may_manage(&self) -> ServiceResult<()> {
        match self.level {
            AccessLevel::Manage | AccessLevel::Owner | AccessLevel::Reseller | AccessLevel::Admin => Ok(()),
            AccessLevel::Viewer | AccessLevel::Kpi => Err(ServiceError::AccessDenied),
        }
    }

    /// May see numbers, pools and tenants: every key but those for KPIs alone.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub(crate) fn may_view(&self) -> ServiceResult<()> {
        if self.level == AccessLevel::Kpi {
            Err(ServiceError::AccessDenied)
        } else {
            Ok(())
        }
    }

    /// May administer the platform.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub(crate) fn may_administer(&self) -> ServiceResult<()> {
        if self.level == AccessLevel::Admin && self.scope == Scope::Platform {
            Ok(())
        } else {
            Err(ServiceError::AccessDenied)
        }
    }
}

impl Switchboard {
    /// The group that a change is for; outside the scope it looks as if it weren't there.
    pub(crate) async fn group_for(&self, who: &Principal, group_id: i64) -> ServiceResult<Group> {
        store::group(self.database().reader(), who.scope, group_id)
            .await?
            .ok_or_else(|| {
                ServiceError::refused(
                    UserErrorCode::UnknownGroup,
                    "input.groupId",
                    "no group with this id is visible to this key",
                )
            })
    }
}
