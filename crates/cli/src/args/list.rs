//! The arguments of `assay list`.

use super::BankArguments;
use clap::Args;

/// Lists the exercises of the bank and the kinds of issues.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay list --bank ~/interviews/exercises")]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) bank: BankArguments,
}
