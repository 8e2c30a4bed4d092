//! The arguments of the command line.

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
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
    Calibrate(CalibrateArguments),
    Analyze(AnalyzeArguments),
    Check(CheckArguments),
    List(ListArguments),
    Explain(ExplainArguments),
    Completions(CompletionsArguments),
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

/// Grades reviews of one exercise and shows the words that earned each credit.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay grade web/course-waitlist answers/*.md --pass-mark 0.6")]
pub(crate) struct GradeArguments {
    /// Names the exercise: its folder, or its id in the bank (`assay list` shows them).
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercise: String,
    /// Names the reviews: Markdown, plain text, or JSON with GitHub's review comments; `-` is standard input.
    #[arg(value_name = "REVIEW", required = true)]
    pub(crate) reviews: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) bank: BankArguments,
    /// Chooses the form of the result. JSON is one object for one review and an array for several.
    #[arg(long, value_enum, default_value_t = GradeFormat::Text)]
    pub(crate) format: GradeFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// Ends with status 1 if a review scores less than this share of the points.
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    pub(crate) pass_mark: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GradeFormat {
    /// A report with the credited words marked.
    Text,
    /// The whole grade for programs.
    Json,
    /// A row a review for spreadsheets.
    Csv,
}

/// Measures how well the grader agrees with what people said that reviews earn.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay calibrate fixtures/corpus --format json")]
pub(crate) struct CalibrateArguments {
    /// Names a labels.csv, an exercise's folder, or a bank of exercises.
    #[arg(value_name = "LABELS.csv|DIR", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Chooses the form of the result.
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// Tables for people.
    Text,
    /// All of it for programs.
    Json,
}

/// Finds the catalog's kinds of issues in Python.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay analyze src --select n-plus-one,mutable-default --format github")]
pub(crate) struct AnalyzeArguments {
    /// Names files, or folders to look through for Python.
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Looks for these kinds only.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds())]
    pub(crate) select: Vec<String>,
    /// Chooses the form of the result.
    #[arg(long, value_enum, default_value_t = AnalyzeFormat::Text)]
    pub(crate) format: AnalyzeFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// Ends with status 0 even if there are findings.
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnalyzeFormat {
    /// The source with the words marked.
    Text,
    /// All of it for programs.
    Json,
    /// SARIF 2.1.0 for code scanning services.
    Sarif,
    /// Annotations for GitHub's pull requests.
    Github,
}

/// Proves exercises: the key against the analyzer, the handout against leaks, the samples against their labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay check exercises/web/course-waitlist")]
pub(crate) struct CheckArguments {
    /// Names exercises or banks of them; without any, ./exercises, else those built into the program.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Lists the exercises of the bank and the kinds of issues.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay list --bank ~/interviews/exercises")]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) bank: BankArguments,
}

/// Explains a kind of issue: what it is, why it matters, how it is mended.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay explain n-plus-one")]
pub(crate) struct ExplainArguments {
    /// Names the kind.
    #[arg(value_name = "KIND", value_parser = kinds())]
    pub(crate) kind: String,
}

/// Prints completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay completions bash > ~/.local/share/bash-completion/completions/assay")]
pub(crate) struct CompletionsArguments {
    /// Names the shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: Shell,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(assay_catalog::kinds().iter().map(|kind| kind.id.as_str()))
}

fn parse_share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share lies from 0 to 1, such as 0.6".to_owned()),
    }
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

    #[test]
    fn a_share_lies_from_0_to_1() {
        assert_eq!(super::parse_share("0.6"), Ok(0.6));
        for text in ["-0.1", "1.01", "60", "NaN", "x"] {
            assert!(super::parse_share(text).is_err(), "{text}");
        }
    }
}
