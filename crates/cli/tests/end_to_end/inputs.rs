//! The forms a review may have, each as people hand it in.

use crate::common::{assay, root, run, write};
use serde_json::{Value, json};
use std::path::Path;

const EXERCISE: &str = "web/course-waitlist";
const NAMED: &str = "The default set `served` is made once and shared by every call";
const WHY: &str = "so whoever got an offer is skipped on every later night until the worker is restarted.";
const TESTS: &str =
    "There are no tests for plan_offers, so a later edit can break the order of the queue and nobody notices.";

fn source() -> String {
    std::fs::read_to_string(root().join("exercises").join(EXERCISE).join("waitlist.py")).unwrap()
}

fn grade(folder: &Path, file: &str, content: impl AsRef<[u8]>, options: &[&str]) -> (i32, Value, String) {
    write(folder, file, content);
    let mut command = assay();
    command.args(["grade", EXERCISE]).arg(folder.join(file)).args(["--format", "json"]).args(options);
    let (status, stdout, stderr) = run(&mut command);
    (status, serde_json::from_str(&stdout).unwrap_or_default(), stderr)
}

/// Both issues are found, the first explained, with quotes that are words of the review.
fn is_credited(file: &str, content: impl AsRef<[u8]>) {
    let folder = tempfile::tempdir().unwrap();
    let (status, grade, stderr) = grade(folder.path(), file, content, &[]);
    assert_eq!((status, stderr.as_str()), (0, ""), "{file}");
    let level = |id: &str| {
        let issues = grade["issues"].as_array().unwrap();
        issues.iter().find(|issue| issue["id"] == id).unwrap()["level"].as_str().unwrap().to_owned()
    };
    assert_eq!(level("served-set-survives"), "explained", "{file}: {grade}");
    assert_ne!(level("allocation-untested"), "missed", "{file}: {grade}");
    let quotes =
        grade["issues"][0]["evidence"].as_array().unwrap().iter().map(|evidence| evidence["quote"].as_str().unwrap());
    for quote in quotes {
        let words = quote.replace('\n', " ");
        assert!(format!("Line 31: {NAMED}, {WHY}").contains(words.trim()), "{file}: {quote}");
    }
}

#[test]
fn markdown_and_plain_text() {
    let text = format!("Line 31: {NAMED}, {WHY}\n\n{TESTS}\n");
    is_credited("review.md", &text);
    is_credited("review.txt", &text);
    is_credited("review", text);
}

#[test]
fn github_comments_and_the_review_body() {
    let comment = json!({
        "id": 11, "pull_request_review_id": 5, "path": "waitlist.py", "side": "RIGHT", "line": 31, "start_line": null,
        "diff_hunk": "@@ -0,0 +1,66 @@\n+def next_in_line(", "user": {"login": "x"}, "body": format!("{NAMED}, {WHY}"),
    });
    let body = json!({"id": 5, "state": "CHANGES_REQUESTED", "body": TESTS});
    is_credited("pull.json", json!([comment, body]).to_string());
    is_credited("export", json!({"reviews": [body], "comments": [comment]}).to_string());
}

#[test]
fn gitlab_discussions() {
    let position = json!({"position_type": "text", "new_path": "waitlist.py", "new_line": 31, "old_path": "waitlist.py", "old_line": null});
    let inline = json!({"id": "a", "individual_note": false, "notes": [
        {"id": 1, "system": false, "type": "DiffNote", "body": format!("{NAMED}, {WHY}"), "position": position}]});
    let overall = json!({"id": "b", "individual_note": true, "notes": [{"id": 2, "system": false, "body": TESTS}]});
    is_credited("discussions.json", json!([inline, overall]).to_string());
}

#[test]
fn an_annotated_copy_and_a_diff() {
    let copy = source()
        .replace("def next_in_line(", &format!("# {NAMED},\n# {WHY}\ndef next_in_line("))
        .replace("def plan_offers(", &format!("# {TESTS}\ndef plan_offers("));
    is_credited("waitlist.py", &copy);
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/waitlist.py", source());
    write(folder.path(), "b/waitlist.py", copy);
    let mut git = std::process::Command::new("git");
    git.args(["diff", "--no-index", "a/waitlist.py", "b/waitlist.py"]).current_dir(folder.path());
    let diff = git.output().unwrap().stdout;
    assert!(diff.starts_with(b"diff --git"), "git is needed for this test");
    is_credited("review.diff", diff);
}

/// Corrected code is a remedy, in a diff and in a copy of the source as in a suggestion on the web.
#[test]
fn corrected_code_counts_at_its_place() {
    let text = source();
    let old = text.lines().nth(30).unwrap();
    let new = &old.replace("set[int] = set()", "set[int] | None = None");
    assert_ne!(old, new);
    let said = format!("# {NAMED}.\n");
    let copy = text.replace(old, &format!("{said}{new}"));
    let diff = format!("--- a/waitlist.py\n+++ b/waitlist.py\n@@ -31,1 +31,2 @@\n-{old}\n+{said}+{new}\n");
    let body = format!("{NAMED}.\n```suggestion\n{new}\n```");
    let comments = json!([{"path": "waitlist.py", "line": 31, "body": body}]).to_string();
    for (file, content) in [("c.json", comments), ("waitlist.py", copy), ("r.diff", diff)] {
        let folder = tempfile::tempdir().unwrap();
        let credits = |content: &str| {
            let (status, grade, stderr) = grade(folder.path(), file, content, &[]);
            assert_eq!((status, stderr.as_str()), (0, ""), "{file}");
            let issue = &grade["issues"][0];
            assert_eq!(issue["id"], "served-set-survives");
            (issue["named"].clone(), issue["fix"].clone(), issue["evidence"].to_string())
        };
        let (named, fix, evidence) = credits(&content);
        assert_eq!((named, fix), (json!(true), json!(true)), "{file}: {evidence}");
        assert!(evidence.contains("set[int] | None = None"), "{file}: {evidence}");
    }
}

#[test]
fn a_word_document() {
    // Written with python-docx: a heading, a list item and a paragraph of two runs, with the words of this test.
    is_credited("review.docx", include_bytes!("fixtures/review.docx"));
}

#[test]
fn a_form_can_be_forced_and_its_mistakes_have_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let json = json!([{"path": "waitlist.py", "line": 31, "body": format!("{NAMED}, {WHY}")}]).to_string();
    let (status, grade_, _) = grade(folder.path(), "a.json", &json, &["--review-format", "text"]);
    assert_eq!(status, 0);
    assert_eq!(grade_["issues"][0]["evidence"].as_array().map_or(0, Vec::len).min(1), 1, "as prose it is still read");
    for (format, place) in
        [("diff", "a.txt:1:1"), ("annotated", "a.txt:1:1"), ("comments", "a.txt:1:1"), ("docx", "a.txt")]
    {
        let (status, _, stderr) = grade(folder.path(), "a.txt", "Looks good to me.", &["--review-format", format]);
        let flat: String = stderr.split_whitespace().collect();
        assert!(status == 2 && flat.contains(place), "{format}: {stderr}");
    }
}
