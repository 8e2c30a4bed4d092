//! Results as people and programs read them: one plain value in, one text out.
//!
//! Each format is one file. The JSON types stand beside their renderers and carry `schema`, so that an inner rename never
//! breaks a consumer. Nothing here reads a file or writes to the terminal, and whatever a candidate wrote is treated as
//! hostile: see [`untrusted`].

pub mod analysis;
pub mod bank;
pub mod calibration;
pub mod check;
pub mod cohort;
mod github;
pub mod grade;
pub mod kinds;
mod look;
mod page;
pub mod practice;
pub mod problem;
pub mod record;
pub mod regrade;
pub mod untrusted;

pub use look::Look;

#[cfg(test)]
mod schemas;
