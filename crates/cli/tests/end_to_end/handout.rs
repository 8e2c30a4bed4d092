//! `assay handout` writes what a candidate may see, and nothing else.

use crate::common::{self, assay, edit, run, sound_exercise, write};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { files.extend(self::files(&entry)) } else { files.push(entry) }
    }
    files.sort();
    files
}

#[test]
fn a_folder_holds_brief_sources_and_an_empty_review() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("a/b");
    let (status, stdout, stderr) = run(assay().args(["handout", "data/meter-rollup", "-o"]).arg(&target));
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(stdout.ends_with("b: brief.md, review.md, rollup.py, tests/test_rollup.py\n"), "{stdout}");
    let names: Vec<_> = files(&target).iter().map(|path| path.strip_prefix(&target).unwrap().to_owned()).collect();
    let wanted = ["brief.md", "review.md", "rollup.py", "tests/test_rollup.py"];
    assert_eq!(names, wanted.map(PathBuf::from));
    for name in ["brief.md", "rollup.py", "tests/test_rollup.py"] {
        let original = common::root().join("exercises/data/meter-rollup").join(name);
        assert_eq!(std::fs::read(target.join(name)).unwrap(), std::fs::read(original).unwrap());
    }
    insta::assert_snapshot!(std::fs::read_to_string(target.join("review.md")).unwrap());
}

#[test]
fn nothing_is_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let handout = |to: &str, more: &[&str]| {
        run(assay().args(["handout", "web/lost-property", "-o"]).arg(folder.path().join(to)).args(more))
    };
    write(folder.path(), "full/review.md", "mine");
    for name in ["full", "full/review.md"] {
        let (status, stdout, stderr) = handout(name, &[]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("full/review.md")).unwrap(), "mine");
    assert_eq!(files(folder.path()).len(), 1);
    assert_eq!(handout("full", &["--force"]).0, 0);
    assert!(std::fs::read_to_string(folder.path().join("full/review.md")).unwrap().starts_with("# Review of"));

    assert_eq!(handout("it.zip", &[]).0, 0);
    let first = std::fs::read(folder.path().join("it.zip")).unwrap();
    let (status, _, stderr) = handout("it.zip", &[]);
    assert!(status == 2 && stderr.contains("--force"), "{stderr}");
    assert_eq!(handout("it.zip", &["--force"]).0, 0);
    assert_eq!(std::fs::read(folder.path().join("it.zip")).unwrap(), first, "the same exercise, the same bytes");
}

/// Not into an exercise, not with a word of the key, not from a key with an error, not out of the folder.
#[test]
fn what_would_spoil_the_exercise_is_refused() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    let target = bank.path().join("out");
    let handout = |to: &Path, more: &[&str]| run(assay().arg("handout").arg(&folder).arg("-o").arg(to).args(more));
    let (status, _, stderr) = handout(&folder, &["--force"]);
    assert!(status == 2 && stderr.contains("not-a-handout"), "{stderr}");

    edit(&folder, "brief.md", "Please review", "Mind the shared-tag-list. Please review");
    let (status, _, stderr) = handout(&target, &[]);
    assert!(status == 1 && stderr.contains("leak") && !target.exists(), "{stderr}");
    assert_eq!(handout(&target, &["--force"]).0, 0);

    write(bank.path(), "secret.py", "x = 1\n");
    edit(&folder, "exercise.toml", "[\"tags.py\"]", "[\"tags.py\", \"../../secret.py\"]");
    let (status, _, stderr) = handout(&bank.path().join("out.zip"), &["--force"]);
    assert!(status == 2 && stderr.contains("outside-folder") && !bank.path().join("out.zip").exists(), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_bank_is_not_handed_out() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    write(bank.path(), "secret.py", "PASSWORD = 1\n");
    std::fs::create_dir(folder.join("tests")).unwrap();
    std::os::unix::fs::symlink("../../../secret.py", folder.join("tests/test_tags.py")).unwrap();
    let target = bank.path().join("out");
    let (status, _, stderr) = run(assay().arg("handout").arg(&folder).arg("-o").arg(&target));
    assert!(status == 2 && stderr.contains("outside-folder") && !target.exists(), "{stderr}");
}
