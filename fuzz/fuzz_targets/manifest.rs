//! Any bytes as the manifest and key of an exercise, whose source, brief and samples are sound.
#![no_main]

use assay_bank::{Exercise, Folder, Severity};
use assay_grader::{Grader, Review};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("there is room");
    write("brief.md", "The editors type a line of tags for each article.\n");
    write(
        "tags.py",
        "def collect(line, tags=[]):\n    for tag in line.split(','):\n        tags.append(tag)\n    return tags\n",
    );
    folder
});

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(FOLDER.path().join("exercise.toml"), bytes).expect("there is room");
    let opened = Exercise::open("web/tags", Folder::Disk(FOLDER.path().to_owned()));
    for problem in &opened.problems {
        assert!(!problem.message.is_empty());
    }
    // A key with an error in it is not graded by.
    if opened.problems.iter().any(|problem| problem.severity == Severity::Error) {
        return;
    }
    if let Some(exercise) = opened.exercise {
        let _ = assay_bank::leaks(&exercise);
        let key = exercise.key();
        let review = Review::from_text("r", "Line 1: the default list is shared by every call.").expect("it is text");
        let grade = Grader::new(&key).grade(&review);
        assert!((0.0..=1.0).contains(&grade.score));
    }
});
