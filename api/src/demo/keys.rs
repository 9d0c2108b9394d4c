//! The demo's keys: one a level, the same in every demo, so that examples can name them.

use service::{AccessLevel, Principal, Scope, ServiceResult, Switchboard};

use super::companies::Company;

/// A well-known key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DemoKey {
    pub(crate) key: &'static str,
    pub(crate) level: AccessLevel,
    /// Whose it is, for people.
    pub(crate) about: &'static str,
}

/// One key a level.
pub(crate) const KEYS: [DemoKey; 6] = [
    DemoKey {
        key: "sb_demo_viewer",
        level: AccessLevel::Viewer,
        about: "sees one customer",
    },
    DemoKey {
        key: "sb_demo_manage",
        level: AccessLevel::Manage,
        about: "changes one customer's numbers and pools",
    },
    DemoKey {
        key: "sb_demo_owner",
        level: AccessLevel::Owner,
        about: "owns one customer",
    },
    DemoKey {
        key: "sb_demo_reseller",
        level: AccessLevel::Reseller,
        about: "one reseller with its customers",
    },
    DemoKey {
        key: ADMIN,
        level: AccessLevel::Admin,
        about: "everything",
    },
    DemoKey {
        key: "sb_demo_kpi",
        level: AccessLevel::Kpi,
        about: "figures alone",
    },
];

const ADMIN: &str = "sb_demo_admin";
/// The key that the playground opens with.
pub(crate) const PLAYGROUND_KEY: &str = ADMIN;

/// Whether a demo has begun to fill the database.
pub(super) async fn is_demo(switchboard: &Switchboard) -> bool {
    switchboard.authenticate(ADMIN).await.is_ok()
}

/// Whether a demo has filled the database.
pub(super) async fn are_complete(switchboard: &Switchboard) -> bool {
    for key in KEYS {
        if switchboard.authenticate(key.key).await.is_err() {
            return false;
        }
    }
    true
}

pub(super) async fn ensure_admin(switchboard: &Switchboard) -> ServiceResult<()> {
    switchboard
        .ensure_demo_key("demo admin", ADMIN, AccessLevel::Admin, Scope::Platform)
        .await
}

/// The keys that need a place: one company, or its reseller.
pub(super) async fn ensure_others(switchboard: &Switchboard, company: &Company) -> ServiceResult<()> {
    let customer = switchboard
        .customer_by_code(&Principal::command_line(), &company.code)
        .await?;
    for DemoKey { key, level, .. } in KEYS {
        let scope = match (level, &customer) {
            (AccessLevel::Admin | AccessLevel::Kpi, _) | (_, None) => Scope::Platform,
            (AccessLevel::Reseller, Some(customer)) => Scope::Reseller {
                reseller_id: customer.reseller_id,
            },
            (AccessLevel::Viewer | AccessLevel::Manage | AccessLevel::Owner, Some(customer)) => {
                Scope::Customer {
                    reseller_id: customer.reseller_id,
                    customer_id: customer.id,
                }
            }
        };
        switchboard
            .ensure_demo_key(&format!("demo {level}").to_lowercase(), key, level, scope)
            .await?;
    }
    Ok(())
}
