//! `assay explain`

use crate::args::ExplainArguments;
use crate::error::Failure;
use crate::output;
use crate::status::Status;

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Status, Failure> {
    // The arguments allow no other kinds.
    if let Some(kind) = assay_catalog::kind(&arguments.kind) {
        output::print(&assay_report::kinds::explain(kind, output::look()))?;
    }
    Ok(Status::Done)
}
