//! The arguments of `assay new`.

use clap::Args;
use std::path::PathBuf;

/// Makes the draft of an exercise from Python: what the analyzer finds becomes the first draft of the key.
#[derive(Debug, Args)]
#[command(
    after_help = "`assay check` then says what is left to do.\n\nExample:\n  assay new web/late-fees --from ~/shop/fees.py"
)]
pub(crate) struct NewArguments {
    /// Names the exercise: web, data or automation, a slash, and a name of small letters, digits and hyphens.
    #[arg(value_name = "TRACK/SLUG")]
    pub(crate) id: String,
    /// Names the Python that a candidate shall review; files of tests go into tests/.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(crate) from: Vec<PathBuf>,
    /// Makes it in this bank; without it in ./exercises.
    #[arg(long, value_name = "DIR", default_value = assay_bank::DEFAULT)]
    pub(crate) bank: PathBuf,
}
