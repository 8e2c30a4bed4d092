//! `--anonymize`: codes in place of names, and the mapping in a file of its own.
//!
//! A code is `R-` and the first eight hexadecimal digits of the SHA-256 of what was handed in. So the same submission has the
//! same code in every run, nobody can find it by trying names, and who has the submission can check it with `sha256sum`. What
//! could not be read has the hash of its name and reason. Equal submissions get `-2`, `-3` and so on. The words of a review
//! are left as they are, also where they name somebody.

use crate::error::{CliError, Failure};
use crate::output;
use assay_report::grade::Outcome;
use assay_report::record::sha256;
use assay_report::untrusted::cell;
use std::collections::HashMap;
use std::path::Path;

/// Digits of the hash that make a code.
const DIGITS: usize = 8;

/// Gives each outcome its code and writes which name it stands for.
pub(crate) fn run(outcomes: &mut [Outcome], mapping: &Path, pages: Option<&Path>) -> Result<(), Failure> {
    if let Some(folder) = pages
        && absolute(mapping).starts_with(absolute(folder))
    {
        let message = format!("the mapping {} would lie among the pages", mapping.display());
        return Err(CliError::new("usage", message, "Name a file outside of the folder of --output.").into());
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut rows = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = rows.write_record(["code", "review"]);
    for outcome in outcomes {
        let hash = match &outcome.record {
            Some(record) => record.review.clone(),
            None => {
                sha256(format!("{}\0{}", outcome.review, outcome.result.as_ref().err().map_or("", |e| e)).as_bytes())
            }
        };
        let mut code = format!("R-{}", &hash[..DIGITS]);
        let count = seen.entry(code.clone()).or_default();
        *count += 1;
        if *count > 1 {
            code = format!("{code}-{count}");
        }
        let _ = rows.write_record([&code, &cell(&outcome.review)]);
        outcome.review.clone_from(&code);
        if let Ok(grade) = &mut outcome.result {
            grade.review = code;
        }
    }
    let text = String::from_utf8_lossy(&rows.into_inner().unwrap_or_default()).into_owned();
    output::write_file(mapping, &text)
}

fn absolute(path: &Path) -> std::path::PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = whole.parent().and_then(|folder| folder.canonicalize().ok());
    match (whole.canonicalize(), folder, whole.file_name()) {
        (Ok(real), ..) => real,
        (_, Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    }
}
