//! The binary as its users run it, end to end. One program: each would be linked anew.

#![allow(clippy::unwrap_used)]

mod analyze;
mod browser;
mod calibrate;
mod check;
mod cohort;
mod commands;
mod common;
mod faults;
mod grade;
mod handout;
mod hostile;
mod inputs;
mod new;
mod overrides;
mod practice;
mod readme;
mod regrade;
mod schemas;
mod stream;
