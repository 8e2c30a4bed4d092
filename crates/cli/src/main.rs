//! The `assay` command: arguments in, exit status out. What it does stands in the libraries.

mod anonymize;
mod args;
mod attempts;
mod commands;
mod decisions;
mod editor;
mod error;
mod grading;
mod input;
mod output;
mod pages;
mod status;
mod submissions;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = args::Arguments::parse();
    match commands::run(arguments.command) {
        Ok(status) => status.into(),
        Err(error) => {
            output::report(&error);
            status::Status::Unusable.into()
        }
    }
}
