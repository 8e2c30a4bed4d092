//! `assay new` drafts an exercise from Python, and `assay check` says what is left to do.

use crate::common::{assay, edit, run, write};
use std::path::Path;

const SHOP: &str = r#"import requests

from shop.models import Order


def totals(customers, seen=[]):
    """Totals of the customers' first orders, in euros."""
    rows = []
    for customer in customers:
        order = Order.objects.filter(customer=customer).first()
        rate = requests.get("https://rates.example/eur", timeout=5).json()["rate"]
        rows.append(order.total * rate)
        seen.append(customer.id)
    try:
        publish(rows)
    except Exception:
        pass
    return rows


def publish(rows):
    print(rows)
"#;

fn new(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    run(assay().arg("new").args(arguments).current_dir(folder))
}

fn problems(folder: &Path) -> (i32, Vec<String>) {
    let (status, stdout, stderr) = run(assay().args(["check", "--format", "json"]).current_dir(folder));
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    let problems = report["exercises"][0]["problems"].as_array().unwrap();
    let line = |problem: &serde_json::Value| {
        let file = problem["file"].as_str().unwrap().rsplit('/').next().unwrap();
        format!("{} {file}:{}:{}", problem["code"].as_str().unwrap(), problem["line"], problem["column"])
    };
    (status, problems.iter().map(line).collect())
}

#[test]
fn findings_become_issues_in_the_words_of_the_code() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "shop.py", SHOP);
    let (status, stdout, stderr) = new(folder.path(), &["web/shop-totals", "--from", "shop.py"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    insta::assert_snapshot!("told", stdout);
    let manifest = folder.path().join("exercises/web/shop-totals/exercise.toml");
    insta::assert_snapshot!("manifest", std::fs::read_to_string(manifest).unwrap());
    let (status, problems) = problems(folder.path());
    assert_eq!(status, 1);
    insta::assert_snapshot!("left", problems.join("\n"));
}

/// The draft's prose is good enough to be graded with: what is left are the things a person has to write.
#[test]
fn a_draft_is_sound_but_for_what_a_person_writes() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "shop.py", SHOP.to_owned() + "\n\n# padding\n".repeat(4).as_str());
    assert_eq!(new(folder.path(), &["web/shop-totals", "--from", "shop.py"]).0, 0);
    let exercise = folder.path().join("exercises/web/shop-totals");
    for file in ["exercise.toml", "brief.md"] {
        let text = std::fs::read_to_string(exercise.join(file)).unwrap();
        write(&exercise, file, text.replace("TODO", "Done"));
    }
    std::fs::remove_dir_all(exercise.join("reviews")).unwrap();
    std::fs::remove_file(exercise.join("labels.csv")).unwrap();
    std::fs::remove_dir_all(exercise.join("fixed")).unwrap();
    let (status, problems) = problems(folder.path());
    assert_eq!((status, problems), (0, vec!["no-fixed fixed:null:null".into(), "no-samples reviews:null:null".into()]));
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_half_done() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "shop.py", SHOP);
    write(folder.path(), "exercises/web/mine/notes.md", "mine");
    let (status, _, stderr) = new(folder.path(), &["web/mine", "--from", "shop.py"]);
    assert!(status == 2 && stderr.contains("is there already"), "{stderr}");
    assert_eq!(std::fs::read_dir(folder.path().join("exercises/web/mine")).unwrap().count(), 1);
    for id in ["web/../mine", "cloud/x", "web/A b", "mine", "/tmp/x"] {
        let (status, _, stderr) = new(folder.path(), &[id, "--from", "shop.py"]);
        assert!(status == 2 && stderr.contains("usage"), "{id}: {stderr}");
    }
    assert_eq!(std::fs::read_dir(folder.path().join("exercises/web")).unwrap().count(), 1);
}

/// Each file that cannot be used is told of, and nothing is made.
#[test]
fn files_that_are_no_python_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "syntax.py", "def f(:\n    pass\n");
    write(folder.path(), "latin.py", b"# caf\xe9\n");
    std::fs::File::create(folder.path().join("huge.py")).unwrap().set_len(100 << 20).unwrap();
    let files = ["syntax.py", "latin.py", "huge.py", "none.py", "."];
    let (status, stdout, stderr) = new(folder.path(), &[&["web/x", "--from"], files.as_slice()].concat());
    assert_eq!((status, stdout.as_str()), (2, ""));
    for wanted in ["syntax.py:1:7", "latin.py:1:6", "huge.py: it has 104857600 bytes", "none.py: ", ".: it is not"] {
        assert!(stderr.contains(wanted), "{wanted}: {stderr}");
    }
    assert!(!folder.path().join("exercises").exists());
}

/// Python in which nothing is found is a draft too, and so are a module with its tests.
#[test]
fn clean_python_gets_an_issue_to_fill_in() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "calm.py", "LIMIT = 3\n");
    write(folder.path(), "test_calm.py", "from calm import LIMIT\n\n\ndef test_limit():\n    assert LIMIT == 3\n");
    let (status, _, stderr) = new(folder.path(), &["data/calm", "--from", "calm.py", "test_calm.py"]);
    assert_eq!(status, 0, "{stderr}");
    let exercise = folder.path().join("exercises/data/calm");
    assert!(exercise.join("tests/test_calm.py").is_file());
    edit(&exercise, "exercise.toml", "id = \"first-issue\"", "id = \"first-issue\"");
    let (status, problems) = problems(folder.path());
    assert_eq!(status, 1);
    assert!(problems.iter().all(|problem| !problem.starts_with("missing-key")), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.starts_with("source-length")), "{problems:?}");
}
