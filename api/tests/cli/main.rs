//! The real binary, as people use it.

mod config;
mod moving;
mod program;
mod serving;
