//! `assay completions`

use crate::args::{Arguments, CompletionsArguments};
use crate::error::Failure;
use crate::output;
use crate::status::Status;
use clap::CommandFactory;

pub(crate) fn run(arguments: &CompletionsArguments) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "assay", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Status::Done)
}
