//! The arguments of `assay check`.

use super::OutputArguments;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Proves exercises: the key against the analyzer and itself, the handout against leaks, the samples against their labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay check exercises/web/course-waitlist --format github")]
pub(crate) struct CheckArguments {
    /// Names exercises or banks of them; without any, ./exercises, else those built into the program.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Chooses the form of the result.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Each problem at its place in the file.
    Text,
    /// All of it for programs.
    Json,
    /// Annotations for GitHub's pull requests.
    Github,
    /// XML in the form of `JUnit` for CI services.
    Junit,
}
