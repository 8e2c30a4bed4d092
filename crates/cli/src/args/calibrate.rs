//! The arguments of `assay calibrate`.

use super::{BankArguments, OutputArguments};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Measures how well the grader agrees with what people said that reviews earn.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay calibrate fixtures/corpus --format json\n  \
                        assay calibrate sheet.csv --exercise web/course-waitlist --reviews submissions --format html -o agreement.html")]
pub(crate) struct CalibrateArguments {
    /// Names a labels.csv, an exercise's folder, or a bank of exercises; with --exercise an interviewer's sheet, a CSV with the
    /// columns candidate, issue, and level or named, why, fix.
    #[arg(value_name = "LABELS.csv|DIR|SHEET.csv", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Names the exercise that a sheet is about: its folder, or its id in the bank.
    #[arg(long, value_name = "EXERCISE", requires = "reviews")]
    pub(crate) exercise: Option<String>,
    /// Looks for the submissions that a sheet is about in this folder.
    #[arg(long, value_name = "DIR", requires = "exercise")]
    pub(crate) reviews: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) bank: BankArguments,
    /// Chooses the form of the result.
    #[arg(long, value_enum, default_value_t = CalibrateFormat::Text)]
    pub(crate) format: CalibrateFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CalibrateFormat {
    /// Tables for people.
    Text,
    /// All of it for programs.
    Json,
    /// A page for a browser, whole in one file.
    Html,
}
