//! The arguments of `assay handout`.

use super::BankArguments;
use clap::Args;
use std::path::PathBuf;

/// Writes what a candidate may see: the brief, the sources and an empty review, and never the key.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay handout web/course-waitlist -o waitlist.zip")]
pub(crate) struct HandoutArguments {
    /// Names the exercise: its folder, or its id in the bank (`assay list` shows them).
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercise: String,
    /// Says where to: a folder, or an archive if the name ends in .zip.
    #[arg(short, long, value_name = "DIR|FILE.zip")]
    pub(crate) output: PathBuf,
    /// Replaces files that are there already.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) bank: BankArguments,
}
