//! `assay grade EXERCISE FOLDER`: a whole cohort.

use crate::common::{assay, root, run, write};
use serde_json::Value;
use std::path::Path;

const EXERCISE: &str = "web/course-waitlist";

/// The samples as submissions: two files, two candidates with folders, one file that cannot be read.
fn submissions(folder: &Path) -> std::path::PathBuf {
    let sample =
        |name: &str| std::fs::read(root().join("exercises").join(EXERCISE).join("reviews").join(name)).unwrap();
    write(folder, "in/anna.md", sample("senior.md"));
    write(folder, "in/ben.md", sample("junior.md"));
    write(folder, "in/cora/review.md", sample("mid.md"));
    write(folder, "in/dan/one.md", sample("keywords.md"));
    write(folder, "in/dan/two.md", sample("denies.md"));
    write(folder, "in/eve.md", b"caf\xe9");
    folder.join("in")
}

fn grade(folder: &Path, options: &[&str]) -> (i32, String, String) {
    let mut command = assay();
    command.args(["grade", EXERCISE]).arg(submissions(folder)).args(options);
    run(&mut command)
}

#[test]
fn the_terminal_shows_a_table_sorted_by_score() {
    let folder = tempfile::tempdir().unwrap();
    let (status, stdout, stderr) = grade(folder.path(), &[]);
    assert_eq!(status, 2, "one cannot be read, the rest is done");
    assert!(
        stderr.contains("eve.md") && !stderr.contains('\r'),
        "no progress bar where there is no terminal: {stderr}"
    );
    insta::assert_snapshot!(stdout);
}

#[test]
fn json_is_an_array_and_csv_has_a_row_each() {
    let folder = tempfile::tempdir().unwrap();
    let (_, stdout, _) = grade(folder.path(), &["--format", "json"]);
    let grades: Value = serde_json::from_str(&stdout).unwrap();
    let names: Vec<_> = grades.as_array().unwrap().iter().map(|grade| grade["review"].as_str().unwrap()).collect();
    assert_eq!(names, ["anna.md", "ben.md", "cora", "dan/one.md", "dan/two.md", "eve.md"]);
    assert!(grades[5]["error"].is_string());
    let (_, stdout, _) = grade(folder.path(), &["--format", "csv"]);
    assert_eq!(stdout.lines().count(), 7);
    let single = folder.path().join("in/cora");
    let mut command = assay();
    let (_, stdout, _) = run(command.args(["grade", EXERCISE]).arg(single).args(["--format", "json"]));
    assert!(stdout.starts_with('['), "a folder with one submission is a cohort as well");
}

#[test]
fn pages_are_written_side_by_side_and_linked() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let (status, stdout, _) = grade(folder.path(), &["--format", "html", "--output", out.to_str().unwrap()]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    let index = std::fs::read_to_string(out.join("index.html")).unwrap();
    let mut files: Vec<_> =
        std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let wanted =
        ["anna.md.html", "ben.md.html", "cora.html", "dan-one.md.html", "dan-two.md.html", "eve.md.html", "index.html"];
    assert_eq!(files, wanted, "nothing else is left beside them");
    for file in &files[..6] {
        assert!(index.contains(&format!("<a href=\"{file}\">")), "{file}");
    }
    assert!(std::fs::read_to_string(out.join("eve.md.html")).unwrap().contains("Not graded"));
    let single = folder.path().join("overview.html");
    grade(folder.path(), &["--format", "html", "--output", single.to_str().unwrap()]);
    let overview = std::fs::read_to_string(single).unwrap();
    assert!(overview.contains("Who found what") && !overview.contains("<a href"));
}

#[test]
fn codes_replace_names_and_stay_the_same() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in/twin.md", "Looks good to me.\n");
    write(folder.path(), "in/twin-too.md", "Looks good to me.\n");
    let map = folder.path().join("names.csv");
    let options = ["--format", "json", "--anonymize", map.to_str().unwrap()];
    let (_, first, _) = grade(folder.path(), &options);
    let mapping = std::fs::read_to_string(&map).unwrap();
    let (_, second, _) = grade(folder.path(), &options);
    assert_eq!(first, second);
    let grades: Value = serde_json::from_str(&first).unwrap();
    for (row, grade) in mapping.lines().skip(1).zip(grades.as_array().unwrap()) {
        let (code, name) = row.split_once(',').unwrap();
        assert_eq!(grade["review"], code);
        if let Some(hash) = grade["record"]["review"].as_str() {
            assert!(code.starts_with(&format!("R-{}", &hash[..8])), "{code} of {hash}");
        }
        assert!(!first.contains(name), "{name}");
    }
    assert!(mapping.contains("-2,twin.md"), "equal submissions have codes of their own: {mapping}");
    let out = folder.path().join("report");
    let inside = out.join("names.csv");
    let options = ["--format", "html", "--output", out.to_str().unwrap(), "--anonymize", inside.to_str().unwrap()];
    let (status, _, stderr) = grade(folder.path(), &options);
    assert!(status == 2 && stderr.contains("would lie among the pages"), "{stderr}");
}
