//! Exercises on disk: the manifest with the answer key, the sources, the sample reviews and what people say they earn.
//!
//! This is the one library crate that reads files. It joins the two sides that do not know each other: it makes the grader's
//! [`Key`](assay_grader::Key) from an exercise, and [`check`] holds the key against what the analyzer finds in the source.

mod bank;
mod check;
mod exercise;
mod folder;
mod handout;
mod labels;
mod manifest;
mod problem;
mod scaffold;
mod sheet;

pub use assay_python::highlight::{Class, highlight};
pub use bank::{Bank, DEFAULT, Entry, NotFound, resolve};
pub use check::{Checked, check, check_references, ideal_answer, leaks};
pub use exercise::{Exercise, Opened, Sample};
pub use folder::{Folder, MAX_FILE_BYTES, ReadError};
pub use handout::Handout;
pub use labels::{Labels, read_labels};
pub use manifest::{Accepted, Decoy, FILE as MANIFEST, Issue, Manifest};
pub use problem::{Document, Problem, Severity};
pub use scaffold::{Draft, draft, new_id, read_source};
pub use sheet::{Judgement, SheetRow, read_sheet};
