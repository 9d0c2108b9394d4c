//! Alert rules on the stock: who may make them, when they fire, and who is told.
//!
//! A rule fires once when its value passes the threshold, and not again before it has cleared; what is told of it is
//! written in the same transaction, and delivered by whichever replica comes first, until the receiver has it.

mod deliver;
mod dry_run;
mod measure;
mod message;
mod notices;
mod rules;
mod watch;
mod webhooks;

pub use dry_run::{DryRun, WouldFire};
pub use message::{AlertMessage, AlertMessageData};
pub(crate) use notices::AlertNotices;
pub use rules::AlertRuleInput;
pub use webhooks::{NewWebhook, Webhook};

use store::{AccessLevel, Scope};

use crate::{Principal, ServiceError, ServiceResult};

impl Principal {
    /// May make rules on the stock and see what they fired: keys of the platform and of resellers. Gives the reseller
    /// whose rules they are.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub(crate) fn may_watch_stock(&self) -> ServiceResult<Option<i64>> {
        match (self.level, self.scope) {
            (AccessLevel::Admin | AccessLevel::Reseller, Scope::Platform) => Ok(None),
            (AccessLevel::Admin | AccessLevel::Reseller, Scope::Reseller { reseller_id }) => {
                Ok(Some(reseller_id))
            }
            _ => Err(ServiceError::AccessDenied),
        }
    }
}
