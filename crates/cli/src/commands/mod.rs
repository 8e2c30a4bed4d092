//! The commands, one file each.

mod analyze;
mod calibrate;
mod check;
mod completions;
mod explain;
mod grade;
mod handout;
mod list;
mod man;
mod new;
mod practice;
mod regrade;
mod stream;

use crate::args::Command;
use crate::error::Failure;
use crate::status::Status;

/// Runs one command.
pub(crate) fn run(command: Command) -> Result<Status, Failure> {
    match command {
        Command::Grade(arguments) => grade::run(&arguments),
        Command::Regrade(arguments) => regrade::run(&arguments),
        Command::Calibrate(arguments) => calibrate::run(&arguments),
        Command::Analyze(arguments) => analyze::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Handout(arguments) => handout::run(&arguments),
        Command::Practice(arguments) => practice::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    }
}
