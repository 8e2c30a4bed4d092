//! Any text as what is read back: decisions, earlier grades, a person's sheet, labels.
#![no_main]

use assay_bank::{Document, read_labels, read_sheet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text.split('\n').count();
    if let Err(error) = assay_report::grade::read_overrides(text) {
        assert!((1..=lines).contains(&error.line) && error.column > 0, "{error:?}");
    }
    if let Err(error) = assay_report::regrade::read_grades(text) {
        assert!((1..=lines).contains(&error.line) && error.column > 0, "{error:?}");
    }
    let _ = read_labels(Document::new("labels.csv", text));
    let _ = read_sheet(&Document::new("sheet.csv", text));
});
