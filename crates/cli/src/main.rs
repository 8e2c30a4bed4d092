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
mod interrupt;
mod journal;
mod lines;
mod output;
mod pages;
mod part;
mod status;
mod submissions;

use clap::Parser;
use std::process::ExitCode;

/// Trees are many small pieces, made on one thread and dropped at once; the system's allocator takes twice as long for them.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
