//! An interviewer's sheet: what each candidate earned by a person's judgement, as a CSV from any spreadsheet.
//!
//! The columns are found by their names, in any order: `candidate` (or `review`), `issue`, and either `level` or the three
//! credits `named`, `why`, `fix`. Other columns are passed over.

use crate::labels::{field_range, row_range};
use crate::problem::{Document, Problem, nearest};
use std::ops::Range;

/// What a person says of one issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// `missed`, `flagged`, `explained` or `resolved`; of a decoy `missed` (left alone) or `called`.
    Level(&'static str),
    /// The three credits.
    Credits([bool; 3]),
}

/// A row with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Who, as the sheet has it.
    pub candidate: String,
    /// Id of the issue or decoy.
    pub issue: String,
    /// What the person says.
    pub judgement: Judgement,
    /// Bytes of its line.
    pub span: Range<usize>,
}

const LEVELS: [&str; 5] = ["missed", "flagged", "explained", "resolved", "called"];
const HELP: &str = "The first line names the columns: candidate, issue, and level or named, why, fix.";

/// Reads a sheet. Every row that cannot be read is a problem; the others are returned in any case.
pub fn read_sheet(document: &Document) -> (Vec<SheetRow>, Vec<Problem>) {
    let (mut rows, mut problems) = (Vec::<SheetRow>::new(), Vec::new());
    let text = document.text.clone();
    // Spreadsheets of some countries write semicolons.
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let text = &text[..];
    let skip = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(&text.as_bytes()[skip..]);
    let mut columns: Option<Columns> = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(Problem::about(
                    "bad-csv",
                    &document.name,
                    error.to_string(),
                    "Save the sheet as CSV in UTF-8.",
                ));
                break;
            }
        };
        let row = row_range(text, record.position().map_or(0, csv::Position::byte) + skip as u64);
        let Some(columns) = &columns else {
            match Columns::find(&record) {
                Ok(found) => columns = Some(found),
                Err(missing) => {
                    problems.push(Problem::at(
                        "bad-header",
                        document,
                        row,
                        format!("the sheet has no column {missing}"),
                        "",
                        HELP,
                    ));
                    return (rows, problems);
                }
            }
            continue;
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        match columns.row(&record, row.clone()) {
            Ok(read) => {
                match rows.iter().find(|other| other.candidate == read.candidate && other.issue == read.issue) {
                    Some(other) => {
                        let (line, _) = document.position(other.span.start);
                        let message = format!("{} and {} are judged twice", read.candidate, read.issue);
                        let help = format!("Line {line} judges them; remove one of the two.");
                        problems.push(Problem::at("duplicate-row", document, row, message, "", help));
                    }
                    None => rows.push(read),
                }
            }
            Err((column, message, help)) => {
                let span = if delimiter == b',' { field_range(text, &row, column) } else { None }.unwrap_or(row);
                problems.push(Problem::at("bad-row", document, span, message, "", help));
            }
        }
    }
    if columns.is_none() && problems.is_empty() {
        problems.push(Problem::about("bad-header", &document.name, "the sheet is empty", HELP));
    }
    (rows, problems)
}

struct Columns {
    candidate: usize,
    issue: usize,
    judgement: Result<usize, [usize; 3]>,
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, &'static str> {
        let named = |name: &str| header.iter().position(|field| field.eq_ignore_ascii_case(name));
        let candidate = named("candidate").or_else(|| named("review")).ok_or("`candidate`")?;
        let issue = named("issue").ok_or("`issue`")?;
        let judgement = match (named("level"), named("named"), named("why"), named("fix")) {
            (Some(level), ..) => Ok(level),
            (None, Some(named), Some(why), Some(fix)) => Err([named, why, fix]),
            _ => return Err("`level`, nor all of `named`, `why` and `fix`"),
        };
        Ok(Self { candidate, issue, judgement })
    }

    /// The row, or the column that is wrong with what is wrong and what to do.
    fn row(&self, record: &csv::StringRecord, span: Range<usize>) -> Result<SheetRow, (usize, String, String)> {
        let field = |column: usize, name: &str| match record.get(column) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err((column, format!("this row has no {name}"), "Fill it in, or remove the row.".to_owned())),
        };
        let (candidate, issue) =
            (field(self.candidate, "candidate")?.to_owned(), field(self.issue, "issue")?.to_owned());
        let judgement = match self.judgement {
            Ok(column) => {
                let level = field(column, "level")?;
                let known = LEVELS.iter().find(|known| known.eq_ignore_ascii_case(level));
                Judgement::Level(known.ok_or_else(|| {
                    let near = nearest(level, LEVELS.iter().copied());
                    let help = near.map_or_else(
                        || format!("Levels are {}.", LEVELS.join(", ")),
                        |near| format!("Did you mean `{near}`?"),
                    );
                    (column, format!("there is no level {level:?}"), help)
                })?)
            }
            Err(columns) => {
                let mut credits = [false; 3];
                for (credit, (column, name)) in credits.iter_mut().zip(columns.into_iter().zip(["named", "why", "fix"]))
                {
                    *credit = match field(column, name)?.to_ascii_lowercase().as_str() {
                        "1" | "yes" | "true" | "x" => true,
                        "0" | "no" | "false" | "-" => false,
                        other => {
                            return Err((
                                column,
                                format!("`{name}` is {other:?}"),
                                "Write 1 or yes, 0 or no.".to_owned(),
                            ));
                        }
                    };
                }
                if !credits[0] && (credits[1] || credits[2]) {
                    let help = "`why` and `fix` need `named`: set it to 1, or the others to 0.".to_owned();
                    return Err((columns[0], "a credit is given for an issue that is not named".to_owned(), help));
                }
                Judgement::Credits(credits)
            }
        };
        Ok(SheetRow { candidate, issue, judgement, span })
    }
}

#[cfg(test)]
mod tests {
    use super::{Judgement, read_sheet};
    use crate::Document;

    fn read(text: &str) -> (Vec<(String, Judgement)>, Vec<String>) {
        let (rows, problems) = read_sheet(&Document::new("sheet.csv", text));
        let problems = problems.iter().map(|problem| format!("{:?} {}", problem.place, problem.message));
        (rows.into_iter().map(|row| (row.candidate, row.judgement)).collect(), problems.collect())
    }

    #[test]
    fn levels_and_credits_in_any_order() {
        let (rows, problems) =
            read("\u{feff}Issue;Candidate;Level;Remark\nx;anna;Explained;good\n;;;\ny;anna;missed;\n");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(rows, [("anna".into(), Judgement::Level("explained")), ("anna".into(), Judgement::Level("missed"))]);
        let (rows, problems) = read("candidate,issue,named,why,fix\nanna,x,1,no,x\n");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(rows, [("anna".into(), Judgement::Credits([true, false, true]))]);
    }

    #[test]
    fn every_bad_row_is_told_with_its_place() {
        let (rows, problems) =
            read("candidate,issue,level\nanna,x,explaned\n,x,missed\nanna,y,missed\nanna,y,flagged\n");
        assert_eq!(rows.len(), 1);
        assert_eq!(
            problems,
            [
                "Some((2, 8)) there is no level \"explaned\"",
                "Some((3, 1)) this row has no candidate",
                "Some((5, 1)) anna and y are judged twice",
            ]
        );
        assert_eq!(read("name,issue\n").1, ["Some((1, 1)) the sheet has no column `candidate`"]);
        assert_eq!(read("candidate,issue,named\n").1.len(), 1);
        assert_eq!(read("").1, ["None the sheet is empty"]);
    }
}
