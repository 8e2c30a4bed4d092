//! Any bytes as a review in any form: read, graded, and every span in the text.
#![no_main]

use assay_bank::{Exercise, resolve};
use assay_grader::{Format, Grader, Key, Review};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static KEY: LazyLock<Key> = LazyLock::new(|| {
    // The bank that is built in, wherever this runs.
    let entry = resolve("web/course-waitlist", None).expect("it is built in");
    Exercise::load(&entry.id, entry.folder).expect("it is proven").key()
});
static GRADER: LazyLock<Grader<'static>> = LazyLock::new(|| Grader::new(&KEY));

/// The first byte says which form the rest is taken for; a seed that begins with a letter is taken for what it is.
fn format(first: u8) -> Option<Format> {
    match first {
        1 => Some(Format::Text),
        2 => Some(Format::Comments),
        3 => Some(Format::Diff),
        4 => Some(Format::Annotated),
        5 => Some(Format::Docx),
        _ => None,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let format = format(first);
    let Ok(review) = Review::read("r", if format.is_some() { rest } else { bytes }, format, &KEY.sources) else {
        return;
    };
    let grade = GRADER.grade(&review);
    assert!((0.0..=1.0).contains(&grade.score));
    let evidence = (grade.issues.iter().flat_map(|issue| &issue.evidence))
        .chain(grade.decoys.iter().flat_map(|decoy| &decoy.evidence))
        .chain(grade.signals.iter().flat_map(|signal| &signal.evidence));
    let spans =
        evidence.map(|held| (held.start, held.end)).chain(grade.remarks.iter().map(|held| (held.start, held.end)));
    for (start, end) in spans {
        assert!(start < end && review.text.get(start..end).is_some(), "{start}..{end}");
    }
});
