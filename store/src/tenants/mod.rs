//! The tenant tree: resellers, their dealers and customers, the groups and employees of a customer.

mod customers;
mod dealers;
mod employees;
mod groups;
mod resellers;

pub use customers::*;
pub use dealers::*;
pub use employees::*;
pub use groups::*;
pub use resellers::*;
