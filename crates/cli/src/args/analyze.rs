//! The arguments of `assay analyze`.

use super::{OutputArguments, kinds};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Finds the catalog's kinds of issues in Python.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay analyze src --select n-plus-one,mutable-default --format github")]
pub(crate) struct AnalyzeArguments {
    /// Names files, or folders to look through for Python; hidden folders and installed packages in them are passed over.
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Looks for these kinds only.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds())]
    pub(crate) select: Vec<String>,
    /// Chooses the form of the result.
    #[arg(long, value_enum, default_value_t = AnalyzeFormat::Text)]
    pub(crate) format: AnalyzeFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// Ends with status 0 even if there are findings.
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnalyzeFormat {
    /// The source with the words marked.
    Text,
    /// All of it for programs.
    Json,
    /// SARIF 2.1.0 for code scanning services.
    Sarif,
    /// Annotations for GitHub's pull requests.
    Github,
}
