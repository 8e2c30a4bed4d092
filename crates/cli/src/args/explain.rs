//! The arguments of `assay explain`.

use super::kinds;
use clap::Args;

/// Explains a kind of issue: what it is, why it matters, how it is mended.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay explain n-plus-one")]
pub(crate) struct ExplainArguments {
    /// Names the kind.
    #[arg(value_name = "KIND", value_parser = kinds())]
    pub(crate) kind: String,
}
