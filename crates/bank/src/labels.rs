//! `labels.csv`: what people said the sample reviews earn.

use crate::problem::{Document, Problem};
use assay_grader::agreement::Label;
use std::ops::Range;

/// The file's name in an exercise's folder.
pub(crate) const FILE: &str = "labels.csv";

const HEADER: [&str; 5] = ["review", "issue", "named", "why", "fix"];

/// Labels with their places.
#[derive(Debug, Clone)]
pub struct Labels {
    /// The file, for messages about it.
    pub document: Document,
    /// The rows, each with the byte range of its line.
    pub rows: Vec<(Label, Range<usize>)>,
}

/// Reads labels. Every row that cannot be read is a problem; the others are returned in any case.
pub fn read_labels(document: Document) -> (Labels, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut rows: Vec<(Label, Range<usize>)> = Vec::new();
    let text = document.text.clone();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut header_seen = false;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(Problem::about("bad-csv", &document.name, error.to_string(), "Mend the CSV."));
                break;
            }
        };
        let row = row_range(&text, record.position().map_or(0, csv::Position::byte));
        let mut problem = |code, field: Option<usize>, message: String, help: &str| {
            let span = field.and_then(|index| field_range(&text, &row, index)).unwrap_or_else(|| row.clone());
            problems.push(Problem::at(code, &document, span, message, "", help));
        };
        if !header_seen {
            header_seen = true;
            if record.iter().ne(HEADER) {
                let help = format!("The first line is {}.", HEADER.join(","));
                problem("bad-header", None, "the labels have another header".into(), &help);
                break;
            }
            continue;
        }
        if record.len() != HEADER.len() {
            let message = format!("this row has {} fields instead of {}", record.len(), HEADER.len());
            problem(
                "bad-row",
                None,
                message,
                "Each row is review,issue,named,why,fix; put text with a comma in quotes.",
            );
            continue;
        }
        let mut credits = [false; 3];
        let mut sound = true;
        for (index, credit) in credits.iter_mut().enumerate() {
            match &record[index + 2] {
                "1" => *credit = true,
                "0" => {}
                other => {
                    sound = false;
                    let message = format!("`{}` is {other:?}, not 0 or 1", HEADER[index + 2]);
                    problem("bad-credit", Some(index + 2), message, "Write 1 where the credit is earned, else 0.");
                }
            }
        }
        let [named, why, fix] = credits;
        if sound && !named && (why || fix) {
            let help = "`why` and `fix` need `named`: set it to 1, or the others to 0.";
            problem("credit-without-named", None, "a credit is given for an issue that is not named".into(), help);
        }
        let label = Label { review: record[0].to_owned(), issue: record[1].to_owned(), named, why, fix };
        if let Some((_, first)) =
            rows.iter().find(|(other, _)| other.review == label.review && other.issue == label.issue)
        {
            let (line, _) = document.position(first.start);
            let message = format!("{} and {} are labelled twice", label.review, label.issue);
            problem("duplicate-label", None, message, &format!("Line {line} labels them; remove one of the two."));
            continue;
        }
        rows.push((label, row));
    }
    if !header_seen {
        let help = format!("Start it with {}.", HEADER.join(","));
        problems.push(Problem::about("bad-header", &document.name, "the labels are empty", help));
    }
    (Labels { document, rows }, problems)
}

/// The line of a record. The position that the reader gives may lie on line breaks before it.
pub(crate) fn row_range(text: &str, byte: u64) -> Range<usize> {
    let start = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let skipped = text[start..].len() - text[start..].trim_start_matches(['\r', '\n']).len();
    let start = start + skipped;
    let end = text[start..].find(['\r', '\n']).map_or(text.len(), |length| start + length);
    start..end
}

pub(crate) fn field_range(text: &str, row: &Range<usize>, index: usize) -> Option<Range<usize>> {
    let (mut field, mut quoted, mut start) = (0, false, row.start);
    for (offset, byte) in text.bytes().enumerate().take(row.end).skip(row.start) {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                if field == index {
                    return Some(start..offset);
                }
                field += 1;
                start = offset + 1;
            }
            _ => {}
        }
    }
    (field == index).then_some(start..row.end)
}

#[cfg(test)]
mod tests {
    use super::read_labels;
    use crate::Document;

    fn problems(text: &str) -> Vec<String> {
        let (_, problems) = read_labels(Document::new("labels.csv", text));
        problems.iter().map(|problem| format!("{:?} {}", problem.place, problem.code)).collect()
    }

    #[test]
    fn reads_rows() {
        let (labels, problems) = read_labels(Document::new(
            "labels.csv",
            "review,issue,named,why,fix\r\n\r\n\"a,b.md\",x,1,0,1\r\nc.md,x,0,0,0",
        ));
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(labels.rows.len(), 2);
        let (label, span) = &labels.rows[0];
        assert_eq!((label.review.as_str(), label.named, label.why, label.fix), ("a,b.md", true, false, true));
        assert_eq!(&labels.document.text[span.clone()], "\"a,b.md\",x,1,0,1");
    }

    #[test]
    fn every_bad_row_is_reported() {
        let text =
            "review,issue,named,why,fix\na.md,x,1,0\n\"a,b.md\",x,1,yes,0\na.md,x,0,1,0\na.md,x,0,0,0\na.md,y,1,1,1\n";
        assert_eq!(
            problems(text),
            [
                "Some((2, 1)) bad-row",
                "Some((3, 14)) bad-credit",
                "Some((4, 1)) credit-without-named",
                "Some((5, 1)) duplicate-label",
            ]
        );
    }

    #[test]
    fn empty_and_foreign_files_are_problems() {
        assert_eq!(problems(""), ["None bad-header"]);
        assert_eq!(problems("candidate;score\n"), ["Some((1, 1)) bad-header"]);
    }
}
