//! Calls: what imports write and statistics read.

pub mod days;
