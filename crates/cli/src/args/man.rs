//! The arguments of `assay man`.

use clap::Args;

/// Prints the manual page, or that of one command, in the form that `man` reads.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  assay man > ~/.local/share/man/man1/assay.1\n  assay man grade > ~/.local/share/man/man1/assay-grade.1"
)]
pub(crate) struct ManArguments {
    /// Names the command.
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}
