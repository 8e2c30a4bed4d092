//! The arguments of `assay grade`.

use super::{BankArguments, OutputArguments};
use assay_grader::Format;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Grades reviews of one exercise and shows the words that earned each credit.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  assay grade web/course-waitlist answers/*.md --pass-mark 0.6\n  \
                        assay grade web/course-waitlist anna.md --format html --output anna.html\n  \
                        assay grade web/course-waitlist anna.md --overrides decisions.json\n  \
                        assay grade web/course-waitlist submissions --format html --output report --anonymize names.csv\n  \
                        assay grade --stream < submissions.ndjson > grades.ndjson\n  \
                        assay grade --stream --output grades.ndjson --resume < submissions.ndjson\n\n\
                        A stream has a line for each review, {\"id\": \"7\", \"exercise\": \"web/course-waitlist\", \"review\": \"...\"}, and gets \
                        one in the same order, the grade as JSON with that id. A line that cannot be graded gets {\"id\", \"error\"} and the \
                        stream goes on.")]
pub(crate) struct GradeArguments {
    /// Names the exercise: its folder, or its id in the bank (`assay list` shows them).
    #[arg(value_name = "EXERCISE", required_unless_present = "stream")]
    pub(crate) exercise: Option<String>,
    /// Names the reviews: Markdown, plain text, Word, comments exported from GitHub or GitLab, a diff or a copy of the source
    /// with comments added and code corrected; `-` is standard input. Of a folder all files are reviews, and each folder in it is a candidate.
    #[arg(value_name = "REVIEW", required_unless_present = "stream")]
    pub(crate) reviews: Vec<PathBuf>,
    /// Grades one review a line from standard input on all cores, and prints one grade a line.
    #[arg(long, conflicts_with_all = ["exercise", "reviews", "format", "pass_mark", "overrides", "anonymize"])]
    pub(crate) stream: bool,
    #[command(flatten)]
    pub(crate) bank: BankArguments,
    /// Says which form the reviews have; without it their content tells.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) review_format: Option<ReviewFormat>,
    /// Chooses the form of the result. JSON is one object for one review and an array for several.
    #[arg(long, value_enum, default_value_t = GradeFormat::Text)]
    pub(crate) format: GradeFormat,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// Goes on with a stream or a cohort that was stopped, where there is one. Until all is done, what is done is kept in FILE.part,
    /// or grades.part in the folder of the pages.
    #[arg(long, requires = "output")]
    pub(crate) resume: bool,
    /// Ends with status 1 if a review scores less than this share of the points.
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    pub(crate) pass_mark: Option<f64>,
    /// Applies what a person decided, as the page of `--format html` hands it out. Every format then says so.
    #[arg(long, value_name = "FILE")]
    pub(crate) overrides: Option<PathBuf>,
    /// Puts codes in place of the reviews' names and writes which is whose to this CSV. A code is made from the hash of what
    /// was handed in, so it stays the same from run to run.
    #[arg(long, value_name = "FILE")]
    pub(crate) anonymize: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GradeFormat {
    /// A report with the credited words marked.
    Text,
    /// The whole grade for programs.
    Json,
    /// A row a review for spreadsheets.
    Csv,
    /// A page for a browser: one file that needs no other and no network. Of several reviews an overview; with --output
    /// FOLDER also a page for each.
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    /// Markdown or plain text.
    Text,
    /// JSON of GitHub or GitLab: review comments, reviews with their body, discussions.
    Comments,
    /// A unified diff against the source; the `#` comments and the code that it adds are the review.
    Diff,
    /// A copy of the source; the `#` comments added to it and the code that was corrected are the review.
    Annotated,
    /// A document of Word.
    Docx,
}

impl From<ReviewFormat> for Format {
    fn from(format: ReviewFormat) -> Self {
        match format {
            ReviewFormat::Text => Self::Text,
            ReviewFormat::Comments => Self::Comments,
            ReviewFormat::Diff => Self::Diff,
            ReviewFormat::Annotated => Self::Annotated,
            ReviewFormat::Docx => Self::Docx,
        }
    }
}

fn parse_share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share lies from 0 to 1, such as 0.6".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_share_lies_from_0_to_1() {
        assert_eq!(super::parse_share("0.6"), Ok(0.6));
        for text in ["-0.1", "1.01", "60", "NaN", "x"] {
            assert!(super::parse_share(text).is_err(), "{text}");
        }
    }
}
