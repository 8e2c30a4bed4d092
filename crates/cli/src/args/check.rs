//! The arguments of `assay check`.

use clap::Args;
use std::path::PathBuf;

/// Proves exercises: the key against the analyzer, the handout against leaks, the samples against their labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay check exercises/web/course-waitlist")]
pub(crate) struct CheckArguments {
    /// Names exercises or banks of them; without any, ./exercises, else those built into the program.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}
