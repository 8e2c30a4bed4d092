//! The arguments of `assay regrade`.

use super::{BankArguments, OutputArguments, PlainFormat};
use clap::Args;
use std::path::PathBuf;

/// Grades reviews again and tells which verdicts are others than in an earlier grade, and what has changed since.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  assay regrade march.json --reviews submissions\n\nEnds with status 1 if a verdict has changed."
)]
pub(crate) struct RegradeArguments {
    /// Names grades as `assay grade --format json` wrote them.
    #[arg(value_name = "OLD.json", required = true)]
    pub(crate) grades: Vec<PathBuf>,
    /// Looks for the reviews in this folder, by name and else by hash; without it in the folder of the grades.
    #[arg(long, value_name = "DIR")]
    pub(crate) reviews: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) bank: BankArguments,
    /// Chooses the form of the result.
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}
