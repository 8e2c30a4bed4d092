//! The arguments of `assay practice`.

use super::BankArguments;
use assay_report::practice::Degree;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Lets you practise: shows an exercise, opens your editor, and tells how good the review is without giving the rest away.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a terminal or an editor ($VISUAL, $EDITOR), write the review to a file and name it with --review. \
                  Attempts are remembered in your data directory.\n\n\
                  Example:\n  assay practice web/course-waitlist --review my-review.md --hint function"
)]
pub(crate) struct PracticeArguments {
    /// Names the exercise: its folder, or its id in the bank (`assay list` shows them).
    #[arg(value_name = "EXERCISE", required_unless_present_any = ["progress"])]
    pub(crate) exercise: Option<String>,
    /// Grades this review instead of opening an editor; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) review: Option<PathBuf>,
    /// Hints at what you have not found yet, from little to much.
    #[arg(long, value_enum, value_name = "DEGREE")]
    pub(crate) hint: Option<Hint>,
    /// Shows the key and a strong answer.
    #[arg(long)]
    pub(crate) reveal: bool,
    /// Lists what was practised so far.
    #[arg(long, conflicts_with_all = ["exercise", "review", "hint", "reveal"])]
    pub(crate) progress: bool,
    #[command(flatten)]
    pub(crate) bank: BankArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hint {
    /// The file, and which third of it.
    Area,
    /// The function.
    Function,
    /// The lines.
    Line,
    /// The lines and the kind of problem.
    Kind,
}

impl From<Hint> for Degree {
    fn from(hint: Hint) -> Self {
        match hint {
            Hint::Area => Self::Area,
            Hint::Function => Self::Function,
            Hint::Line => Self::Line,
            Hint::Kind => Self::Kind,
        }
    }
}
