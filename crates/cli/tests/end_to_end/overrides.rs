//! `assay grade --overrides`: what a person decided counts, and every format says so.

use crate::common::{self, assay, root, run, write};
use serde_json::{Value, json};

const EXERCISE: &str = "web/course-waitlist";

/// Grades the middling sample with these decisions.
fn grade(decisions: &str, format: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "decisions.json", decisions);
    let review = root().join("exercises").join(EXERCISE).join("reviews/mid.md");
    let mut command = assay();
    command.args(["grade", EXERCISE]).arg(review).args(["--format", format, "--overrides"]);
    let (status, stdout, stderr) = run(command.arg(folder.path().join("decisions.json")));
    // Messages are wrapped to the width of a terminal.
    let stderr = common::without(&stderr, folder.path()).replace('│', " ");
    (status, stdout, stderr.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn decisions() -> Value {
    json!({"schema": 1, "exercise": EXERCISE, "review": "mid.md", "decisions": [
        {"id": "open-offers-not-counted", "named": true, "note": "Said it aloud."},
        {"id": "waiting-key-missing", "called": false},
    ]})
}

#[test]
fn every_format_says_that_a_person_decided() {
    let text = decisions().to_string();
    let (status, stdout, stderr) = grade(&text, "text");
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(stdout.contains("score 0.64 (3.2 of 5 points)"), "{stdout}");
    assert!(stdout.contains("open-offers-not-counted: named: yes instead of no (“Said it aloud.”)"), "{stdout}");
    assert!(stdout.contains("waiting-key-missing: called a problem: no instead of yes"), "{stdout}");
    let grade_json: Value = serde_json::from_str(&grade(&text, "json").1).unwrap();
    assert_eq!(grade_json["decisions"][0]["changes"][0], json!({"credit": "named", "program": false, "person": true}));
    assert_eq!(
        (grade_json["issues"][4]["level"].as_str(), grade_json["score"].as_f64()),
        (Some("flagged"), Some(0.64))
    );
    let (_, csv, _) = grade(&text, "csv");
    assert!(csv.lines().next().unwrap().ends_with(",decided") && csv.lines().nth(1).unwrap().ends_with(",2"), "{csv}");
    assert!(grade(&text, "html").1.contains("A person changed 2 verdicts"));
}

#[test]
fn decisions_that_cannot_be_applied_are_told_and_change_nothing() {
    let with = |change: fn(&mut Value)| {
        let mut decisions = decisions();
        change(&mut decisions);
        let (status, stdout, stderr) = grade(&decisions.to_string(), "json");
        let grade: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((status, grade["score"].as_f64()), (2, Some(0.51)), "{stderr}");
        stderr
    };
    let stderr = with(|file| file["review"] = "other.md".into());
    assert!(stderr.contains("no review here is `other.md`"), "{stderr}");
    let stderr = with(|file| file["review_sha256"] = "00".into());
    assert!(stderr.contains("`mid.md` has changed since"), "{stderr}");
    let stderr = with(|file| file["decisions"][0]["id"] = "nothing".into());
    assert!(stderr.contains("neither an issue nor a decoy `nothing`"), "{stderr}");
    let stderr = with(|file| file["decisions"][0] = json!({"id": "open-offers-not-counted", "fix": true}));
    assert!(stderr.contains("why and fix need `named`"), "{stderr}");
}

#[test]
fn a_key_that_changed_since_is_told() {
    let mut file = decisions();
    file["key_sha256"] = "00".into();
    let (status, stdout, _) = grade(&file.to_string(), "json");
    assert_eq!(status, 0);
    assert!(stdout.contains("the key has changed since a person decided"), "{stdout}");
}

#[test]
fn a_file_of_another_form_names_its_place() {
    let (status, stdout, stderr) = grade("{\"schema\": 1,\n  \"exercize\": 1}", "text");
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(stderr.contains("decisions.json:2:") && stderr.contains("exercize"), "{stderr}");
}
