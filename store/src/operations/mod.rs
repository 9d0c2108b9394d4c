//! Operations: durable records of changes that a provider must make. Written down, read, and worked on by whoever
//! has the lease.

mod begin;
mod read;
mod record;
mod work;

pub use begin::*;
pub use read::*;
pub use record::*;
pub use work::*;
