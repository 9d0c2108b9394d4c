//! Alert rules, what they fired, and who is told.

mod deliveries;
mod fired;
mod history;
mod rules;
mod watch;
mod webhooks;

pub use deliveries::*;
pub use fired::*;
pub use history::*;
pub use rules::*;
pub use watch::*;
pub use webhooks::*;

use crate::{Scope, sql::Sql};

/// Appends that a row is inside the scope: the platform sees all, a reseller its own, nobody else any.
fn restrict(scope: Scope, sql: &mut Sql, alias: &str) {
    match scope {
        Scope::Platform => {}
        Scope::Reseller { reseller_id } => {
            sql.push_bind(&format!(" AND {alias}.reseller_id = "), reseller_id);
        }
        Scope::Customer { .. } | Scope::Group { .. } => {
            sql.push(" AND 1 = 0");
        }
    }
}
