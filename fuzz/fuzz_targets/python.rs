//! Any bytes as Python: analysed and coloured, and every finding in the text.
#![no_main]

use assay_analyzer::{Options, analyze_sources};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut at = 0;
    for (range, _) in assay_bank::highlight(&text) {
        assert!(range.start >= at && text.get(range.clone()).is_some(), "{range:?}");
        at = range.end;
    }
    let analysis = analyze_sources(&[("a.py".to_owned(), text.clone())], &Options::default());
    for finding in &analysis.findings {
        assert!(text.get(finding.span.start..finding.span.end).is_some(), "{finding:?}");
    }
});
