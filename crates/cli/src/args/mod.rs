//! The arguments of the command line: what is common to several commands here, and one file a command.

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

pub(crate) use analyze::{AnalyzeArguments, AnalyzeFormat};
pub(crate) use calibrate::{CalibrateArguments, CalibrateFormat};
pub(crate) use check::{CheckArguments, CheckFormat};
pub(crate) use completions::CompletionsArguments;
pub(crate) use explain::ExplainArguments;
pub(crate) use grade::{GradeArguments, GradeFormat};
pub(crate) use handout::HandoutArguments;
pub(crate) use list::ListArguments;
pub(crate) use man::ManArguments;
pub(crate) use new::NewArguments;
pub(crate) use practice::PracticeArguments;
pub(crate) use regrade::RegradeArguments;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Grades written code reviews against proven answer keys.
///
/// A candidate reviews a Python module in which problems were planted. assay compares the review with the answer key and
/// shows, with the candidate's own words, what was found and how well it was explained. It works offline, and the same input
/// gives the same output.
#[derive(Debug, Parser)]
#[command(
    name = "assay",
    version,
    after_help = "Exit status: 0 done; 1 findings, a failed check, or a grade under the pass mark; 2 wrong usage or \
                  unreadable input."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Grade(GradeArguments),
    Regrade(RegradeArguments),
    Calibrate(CalibrateArguments),
    Analyze(AnalyzeArguments),
    Check(CheckArguments),
    New(NewArguments),
    Handout(HandoutArguments),
    Practice(PracticeArguments),
    List(ListArguments),
    Explain(ExplainArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

#[derive(Debug, Args)]
pub(crate) struct BankArguments {
    /// Looks exercises up in this folder; without it in ./exercises, else among those built into the program.
    #[arg(long, value_name = "DIR")]
    pub(crate) bank: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// Writes the result to this file instead of to standard output. The file appears whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// Tables for people.
    Text,
    /// All of it for programs.
    Json,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(assay_catalog::kinds().iter().map(|kind| kind.id.as_str()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_tree_is_sound_and_every_command_has_an_example() {
        let mut command = super::Arguments::command();
        command.build();
        command.clone().debug_assert();
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(example.contains(&format!("assay {}", command.get_name())), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }
}
