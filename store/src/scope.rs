use serde::{Deserialize, Serialize};

use crate::sql::Sql;

/// What a caller may see and change: a place in the tenant tree (reseller > customer > group).
///
/// Every query of tenant data takes one; there is no function without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything, stock included.
    Platform,
    /// A reseller and all its customers.
    Reseller {
        /// Row of the reseller.
        reseller_id: i64,
    },
    /// A customer and all its groups.
    Customer {
        /// Row of the customer's reseller.
        reseller_id: i64,
        /// Row of the customer.
        customer_id: i64,
    },
    /// One group.
    Group {
        /// Row of the reseller.
        reseller_id: i64,
        /// Row of the customer.
        customer_id: i64,
        /// Row of the group.
        group_id: i64,
    },
}

impl Scope {
    /// Appends ` AND alias.column = $n`, or nothing for the platform.
    pub(crate) fn restrict(self, sql: &mut Sql, alias: &str) {
        let (column, id) = match self {
            Self::Platform => return,
            Self::Reseller { reseller_id } => ("reseller_id", reseller_id),
            Self::Customer { customer_id, .. } => ("customer_id", customer_id),
            Self::Group { group_id, .. } => ("group_id", group_id),
        };
        sql.push(&format!(" AND {alias}.{column} = ")).bind(id);
    }

    /// True when what `owner` owns is inside.
    #[must_use]
    pub fn covers(self, owner: Owner) -> bool {
        match self {
            Self::Platform => true,
            Self::Reseller { reseller_id } => owner.reseller_id == reseller_id,
            Self::Customer { customer_id, .. } => owner.customer_id == customer_id,
            Self::Group { group_id, .. } => owner.group_id == group_id,
        }
    }
}

/// The group that owns something, with the levels above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// Row of the reseller.
    pub reseller_id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// Row of the group.
    pub group_id: i64,
}

impl Owner {
    /// The tenant that a client reference is unique in: the customer.
    #[must_use]
    pub fn tenant(self) -> String {
        format!("customer:{}", self.customer_id)
    }
}
