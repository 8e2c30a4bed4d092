//! The arguments of `assay calibrate`.

use super::{OutputArguments, PlainFormat};
use clap::Args;
use std::path::PathBuf;

/// Measures how well the grader agrees with what people said that reviews earn.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay calibrate fixtures/corpus --format json")]
pub(crate) struct CalibrateArguments {
    /// Names a labels.csv, an exercise's folder, or a bank of exercises.
    #[arg(value_name = "LABELS.csv|DIR", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Chooses the form of the result.
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}
