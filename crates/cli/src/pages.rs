//! The pages of a cohort: the overview and one page a review, in a folder.

use crate::error::{CliError, Failure};
use crate::output;
use assay_bank::Exercise;
use assay_report::grade::Outcome;
use assay_report::{cohort, grade};
use std::collections::HashSet;
use std::path::Path;

/// The overview's file.
const INDEX: &str = "index.html";

/// Makes the folder for pages.
pub(crate) fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the folder {} cannot be made: {error}", folder.display());
        CliError::new("unwritable", message, "Name a folder that may be written.").into()
    })
}

/// Writes all pages. The overview comes last, so that its links never lead to a page that is not there yet.
pub(crate) fn write(folder: &Path, exercise: &Exercise, outcomes: &[Outcome]) -> Result<(), Failure> {
    let files = files(outcomes);
    for (outcome, file) in outcomes.iter().zip(&files) {
        output::write_file(&folder.join(file), &grade::html(exercise, outcome))?;
    }
    output::write_file(&folder.join(INDEX), &cohort::html(exercise, outcomes, &files))
}

/// A file name for each outcome: its letters, digits, `-`, `_` and `.`; other characters are left out, equal names numbered.
/// Names are compared without case, as some file systems do.
fn files(outcomes: &[Outcome]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::from(["index".to_owned()]);
    let mut files = Vec::new();
    for outcome in outcomes {
        let plain: String = outcome
            .review
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' })
            .take(80)
            .collect();
        let plain = plain.trim_matches(['.', '-']);
        let plain = if plain.is_empty() { "review" } else { plain };
        let mut name = plain.to_owned();
        let mut number = 2;
        while !taken.insert(name.to_ascii_lowercase()) {
            name = format!("{plain}-{number}");
            number += 1;
        }
        files.push(format!("{name}.html"));
    }
    files
}

#[cfg(test)]
mod tests {
    use assay_report::grade::Outcome;

    #[test]
    fn file_names_are_plain_and_differ() {
        let names = ["a.md", "A.md", "../../etc/x", "index", "ü", "", "dan/1.md", "a.md"];
        let outcomes: Vec<_> = names.iter().map(|name| Outcome::error("x", name, "e")).collect();
        let files = super::files(&outcomes);
        assert_eq!(
            files,
            [
                "a.md.html",
                "A.md-2.html",
                "etc-x.html",
                "index-2.html",
                "review.html",
                "review-2.html",
                "dan-1.md.html",
                "a.md-3.html"
            ]
        );
    }
}
