//! Grades as CSV: a row a review, with a level and the points of each issue.

use super::{Outcome, band_name, level_name};
use crate::untrusted::{cell, rounded};

/// One row a review; `decided` counts the verdicts that a person changed. The columns of the issues and decoys follow the key, which all reviews of one run share. Text that a
/// spreadsheet would take for a formula begins with an apostrophe.
pub fn csv(outcomes: &[Outcome]) -> String {
    let first = outcomes.iter().find_map(|outcome| outcome.result.as_ref().ok());
    let mut header: Vec<String> =
        ["exercise", "review", "score", "points", "max_points", "band"].map(ToOwned::to_owned).to_vec();
    if let Some(grade) = first {
        for issue in &grade.issues {
            header.push(issue.id.clone());
            header.push(format!("{}.points", issue.id));
        }
        header.extend(grade.decoys.iter().map(|decoy| format!("{}.called", decoy.id)));
    }
    header.extend(["needs_review", "error", "decided"].map(ToOwned::to_owned));
    let width = header.len();
    let mut rows = vec![header];
    for outcome in outcomes {
        let mut row = vec![cell(&outcome.exercise), cell(&outcome.review)];
        match &outcome.result {
            Ok(grade) => {
                row.extend([grade.score, grade.points, grade.max_points].map(|number| rounded(number).to_string()));
                row.push(band_name(grade.band).to_owned());
                for issue in &grade.issues {
                    row.push(level_name(issue.level).to_owned());
                    row.push(rounded(issue.points).to_string());
                }
                row.extend(grade.decoys.iter().map(|decoy| u8::from(decoy.called).to_string()));
                row.push(cell(&grade.needs_review.join("; ")));
                row.push(String::new());
                row.push(outcome.changes.len().to_string());
            }
            Err(error) => {
                row.resize(width - 2, String::new());
                row.push(cell(error));
                row.push(String::new());
            }
        }
        rows.push(row);
    }
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in &rows {
        // Writing to memory cannot fail, and rows may differ in length.
        let _ = writer.write_record(row);
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::grade::sample;

    #[test]
    fn rows_have_the_header_s_columns_and_no_formulas() {
        let text = super::csv(&[sample::unreadable(), sample::outcome()]);
        insta::assert_snapshot!(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.records().map(|row| row.unwrap().len()).collect::<Vec<_>>(), [15, 15]);
    }
}
