//! `assay regrade`: a grade can be defended, or the change named.

use crate::common::{assay, edit, run, sound_exercise, write};
use serde_json::Value;
use std::path::{Path, PathBuf};

const REVIEW: &str = "Line 6: the default list of collect is created once and shared by every call, so tags of earlier \
                      lines come back in later results. Default to None and create the list in the function.\n";

/// A bank, a review, and its grade.
fn graded(root: &Path) -> PathBuf {
    let folder = sound_exercise(root);
    write(root, "in/a.md", REVIEW);
    write(root, "in/b/review.md", "Looks good to me, I would merge it as it is.\n");
    let mut command = assay();
    command.args(["grade", "web/tags"]).arg(root.join("in")).arg("--bank").arg(root);
    let (status, stdout, stderr) = run(command.args(["--format", "json"]));
    assert_eq!((status, stderr.as_str()), (0, ""));
    write(root, "old.json", stdout);
    folder
}

fn regrade(root: &Path) -> (i32, Value, String) {
    let mut command = assay();
    command.arg("regrade").arg(root.join("old.json")).arg("--reviews").arg(root.join("in")).arg("--bank").arg(root);
    let (status, stdout, _) = run(command.args(["--format", "json"]));
    let mut command = assay();
    command.arg("regrade").arg(root.join("old.json")).arg("--reviews").arg(root.join("in")).arg("--bank").arg(root);
    let (_, text, _) = run(&mut command);
    (status, serde_json::from_str(&stdout).unwrap(), text)
}

#[test]
fn nothing_changed_is_the_same() {
    let root = tempfile::tempdir().unwrap();
    graded(root.path());
    let (status, json, text) = regrade(root.path());
    assert_eq!(status, 0, "{text}");
    assert!(json["regrades"].as_array().unwrap().iter().all(|one| one["same"] == true));
    assert!(text.contains("2 grades: 2 the same, 0 changed"), "{text}");
    // A file that was renamed is known by its hash.
    std::fs::rename(root.path().join("in/a.md"), root.path().join("in/z.md")).unwrap();
    assert_eq!(regrade(root.path()).0, 0);
}

#[test]
fn a_change_is_listed_with_its_cause() {
    let root = tempfile::tempdir().unwrap();
    let folder = graded(root.path());
    write(root.path(), "in/a.md", "Looks good to me, I would merge it as it is.\n");
    let (status, json, text) = regrade(root.path());
    assert_eq!(status, 1);
    let one = &json["regrades"][0];
    assert_eq!((&one["because"], &one["same"]), (&serde_json::json!(["review"]), &false.into()));
    assert_eq!(one["changes"][0]["credit"], "named");
    assert!(REVIEW.contains(one["changes"][0]["quote"].as_str().unwrap()));
    assert!(
        text.contains("shared-tag-list, named: yes then, no now") && text.contains("changed since: the review"),
        "{text}"
    );
    write(root.path(), "in/a.md", REVIEW);
    edit(&folder, "exercise.toml", "id = \"shared-tag-list\"", "id = \"other-name\"");
    let (status, json, text) = regrade(root.path());
    assert_eq!((status, &json["regrades"][0]["because"]), (1, &serde_json::json!(["key"])), "{text}");
    assert!(text.contains("shared-tag-list, named: yes then, not in the key now"), "{text}");
    edit(&folder, "exercise.toml", "id = \"other-name\"", "id = \"shared-tag-list\"");
    let old = std::fs::read_to_string(root.path().join("old.json")).unwrap();
    write(
        root.path(),
        "old.json",
        old.replace("\"fix\": true", "\"fix\": false").replace("\"version\": \"", "\"version\": \"0.0."),
    );
    let (status, json, text) = regrade(root.path());
    assert_eq!((status, &json["regrades"][0]["because"]), (1, &serde_json::json!(["program"])), "{text}");
}

#[test]
fn what_a_person_decided_stays_decided() {
    let root = tempfile::tempdir().unwrap();
    graded(root.path());
    let overrides = r#"{"schema": 1, "exercise": "web/tags", "review": "b", "decisions": [{"id": "shared-tag-list", "named": true, "note": "n"}]}"#;
    write(root.path(), "decisions.json", overrides);
    let mut command = assay();
    command.args(["grade", "web/tags"]).arg(root.path().join("in")).arg("--bank").arg(root.path()).arg("--overrides");
    let (_, stdout, _) = run(command.arg(root.path().join("decisions.json")).args(["--format", "json"]));
    write(root.path(), "old.json", stdout);
    assert_eq!(regrade(root.path()).0, 0);
}

#[test]
fn what_cannot_be_graded_again_is_told() {
    let root = tempfile::tempdir().unwrap();
    let folder = graded(root.path());
    std::fs::remove_file(root.path().join("in/a.md")).unwrap();
    let (status, json, _) = regrade(root.path());
    assert_eq!(status, 2);
    assert!(json["regrades"][0]["error"].as_str().unwrap().contains("no such review"));
    assert_eq!(json["regrades"][1]["same"], true, "the rest is done");
    edit(&folder, "exercise.toml", "lines = \"6\"", "lines = \"60\"");
    assert_eq!(regrade(root.path()).0, 2);
    write(root.path(), "old.json", "{\"schema\": 1,\n");
    let mut command = assay();
    let (status, stdout, stderr) = run(command.arg("regrade").arg(root.path().join("old.json")));
    assert!(status == 2 && stdout.is_empty() && stderr.contains("old.json:"), "{stderr}");
}
