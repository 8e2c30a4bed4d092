//! The arguments of `assay completions`.

use clap::Args;
use clap_complete::Shell;

/// Prints completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay completions bash > ~/.local/share/bash-completion/completions/assay")]
pub(crate) struct CompletionsArguments {
    /// Names the shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: Shell,
}
