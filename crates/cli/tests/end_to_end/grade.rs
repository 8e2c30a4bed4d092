//! `assay grade` on the exercises that ship, and on input that nobody should send.

use crate::common::{self, assay, run, sound_exercise, write};
use std::io::Write;
use std::process::Stdio;

const EXERCISE: &str = "web/course-waitlist";

fn review(name: &str) -> String {
    format!("exercises/{EXERCISE}/reviews/{name}")
}

fn json(stdout: &str) -> serde_json::Value {
    serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
}

#[test]
fn a_report_quotes_the_words_that_earned_the_credits() {
    let (status, stdout, stderr) = run(assay().args(["grade", EXERCISE, &review("senior.md")]));
    assert_eq!((status, stderr.as_str()), (0, ""));
    insta::assert_snapshot!(stdout);
}

/// Offsets point at the words that are quoted, and sums are sums.
#[test]
fn json_is_true_to_the_review() {
    for name in ["senior.md", "mid.md", "junior.md"] {
        let (status, stdout, _) = run(assay().args(["grade", EXERCISE, &review(name), "--format", "json"]));
        assert_eq!(status, 0);
        let grade = json(&stdout);
        assert_eq!((grade["schema"].as_u64(), grade["exercise"].as_str()), (Some(1), Some(EXERCISE)));
        assert_eq!(grade["review"], name);
        let text = std::fs::read_to_string(common::root().join(review(name))).unwrap();
        let mut points = 0.0;
        for issue in grade["issues"].as_array().unwrap() {
            points += issue["points"].as_f64().unwrap();
            for evidence in issue["evidence"].as_array().unwrap() {
                let place = |key: &str| usize::try_from(evidence[key].as_u64().unwrap()).unwrap();
                let (start, end) = (place("start"), place("end"));
                assert_eq!(&text[start..end], evidence["quote"].as_str().unwrap());
                assert_eq!(text[..start].matches('\n').count() + 1, place("line"));
                assert_eq!(issue[evidence["credit"].as_str().unwrap()], true);
            }
        }
        let called = grade["decoys"].as_array().unwrap().iter().filter(|decoy| decoy["called"] == true).count();
        let wanted = (points - 0.25 * f64::from(u32::try_from(called).unwrap())).max(0.0);
        assert!((grade["points"].as_f64().unwrap() - wanted).abs() < 0.001, "{stdout}");
        assert_eq!(grade["signals"].as_array().unwrap().len(), 5);
    }
}

#[test]
fn the_same_review_gets_the_same_grade() {
    let grade = || run(assay().args(["grade", EXERCISE, &review("senior.md"), "--format", "json"]));
    assert_eq!(grade(), grade());
}

#[test]
fn standard_input_is_a_review() {
    let text = std::fs::read(common::root().join(review("senior.md"))).unwrap();
    let mut command = assay();
    command.args(["grade", EXERCISE, "-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let output = child.wait_with_output().unwrap();
    let from_stdin = json(&String::from_utf8(output.stdout).unwrap());
    let (_, stdout, _) = run(assay().args(["grade", EXERCISE, &review("senior.md"), "--format", "json"]));
    assert_eq!(from_stdin["issues"], json(&stdout)["issues"]);
    assert_eq!(from_stdin["review"], "(standard input)");
}

#[test]
fn the_pass_mark_decides_the_status() {
    let status = |mark: &str| run(assay().args(["grade", EXERCISE, &review("keywords.md"), "--pass-mark", mark])).0;
    assert_eq!((status("0"), status("1")), (0, 1));
    let (status, _, stderr) = run(assay().args(["grade", EXERCISE, &review("senior.md"), "--pass-mark", "60"]));
    assert_eq!(status, 2);
    assert!(stderr.contains("a share lies from 0 to 1"), "{stderr}");
}

#[test]
fn a_batch_goes_on_after_a_review_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "latin.md", b"caf\xe9 on line 12 loops for ever");
    write(folder.path(), "broken.json", "[{\"body\": \"x\", ]");
    let paths = [folder.path().join("latin.md"), folder.path().join("broken.json"), folder.path().join("none.md")];
    let (senior, mid) = (review("senior.md"), review("mid.md"));
    let mut command = assay();
    command.args(["grade", EXERCISE, &senior]).args(&paths).args([&mid, "--format", "json"]);
    let (status, stdout, stderr) = run(&mut command);
    assert_eq!(status, 2);
    let grades = json(&stdout);
    let grades = grades.as_array().unwrap();
    assert_eq!(grades.len(), 5);
    assert!(grades[0]["score"].is_f64() && grades[4]["score"].is_f64());
    for (index, name) in [(1, "latin.md"), (2, "broken.json"), (3, "none.md")] {
        assert_eq!(grades[index]["review"], name);
        assert!(grades[index]["error"].is_string());
        assert!(stderr.contains(name), "{stderr}");
    }
    insta::assert_snapshot!(common::without(&stderr, folder.path()));
}

#[test]
fn csv_has_a_row_a_review_and_no_formulas() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "=cmd.md", "Looks fine.");
    let mut command = assay();
    command
        .args(["grade", EXERCISE, &review("senior.md")])
        .arg(folder.path().join("=cmd.md"))
        .args(["--format", "csv"]);
    let (status, stdout, _) = run(&mut command);
    assert_eq!((status, stdout.lines().count()), (0, 3));
    assert!(stdout.contains(",'=cmd.md,0,"), "{stdout}");
}

#[test]
fn output_replaces_the_file_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    std::fs::write(&report, "old").unwrap();
    let grade = |review: &str| {
        let mut command = assay();
        command.args(["grade", EXERCISE, review, "--format", "json", "--output"]).arg(&report);
        run(&mut command)
    };
    assert_eq!(grade("no-such-review.md").0, 2);
    assert_eq!(std::fs::read_to_string(&report).unwrap(), "old");
    let (status, stdout, _) = grade(&review("senior.md"));
    assert_eq!((status, stdout.as_str()), (0, ""));
    assert!(json(&std::fs::read_to_string(&report).unwrap())["score"].is_f64());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    let mut command = assay();
    command.args(["grade", EXERCISE, &review("senior.md"), "--output"]).arg(folder.path().join("no/such/report"));
    assert_eq!(run(&mut command).0, 2);
}

#[test]
fn hostile_reviews_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let escapes = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m The default list is shared.\u{202e}gnp.exe\u{2066}\u{0}\r\n";
    let hostile: [(&str, Vec<u8>, i32); 11] = [
        ("escapes.md", escapes.into(), 0),
        ("empty.md", Vec::new(), 0),
        ("blank.md", b" \n\t\n".to_vec(), 0),
        ("one-line.md", b"the default is shared ".repeat(10_000), 0),
        ("long.md", b"the default is shared ".repeat(12_000), 2),
        ("nested.md", b"> ".repeat(20_000), 0),
        ("fences.md", b"```\n".repeat(10_000), 0),
        ("latin.md", b"caf\xe9".to_vec(), 2),
        ("object.json", b"{\"text\": \"x\"}".to_vec(), 2),
        ("deep.json", b"[".repeat(100_000), 2),
        ("huge.md", vec![b'x'; 5 << 20], 2),
    ];
    for (name, bytes, wanted) in hostile {
        write(folder.path(), name, bytes);
        for format in ["text", "json", "csv"] {
            let mut command = assay();
            command.args(["grade", EXERCISE]).arg(folder.path().join(name)).args(["--format", format]);
            let (status, stdout, stderr) = run(&mut command);
            assert!(!stderr.contains("panicked"), "{name}: {stderr}");
            assert_eq!(status, wanted, "{name} as {format}: {stderr}");
            let acts = |c: char| (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!stdout.contains(acts) && !stderr.contains(acts), "{name} as {format}");
        }
    }
}

#[test]
fn github_comments_are_reviews() {
    let folder = tempfile::tempdir().unwrap();
    sound_exercise(folder.path());
    let comment = r#"[{"path": "tags.py", "line": 6, "body": "The default list is created once and shared by every call, so tags of earlier lines come back."},
        {"path": null, "line": null, "body": "Nice names."}]"#;
    write(folder.path(), "comments.json", comment);
    let mut command = assay();
    command.arg("grade").arg(folder.path().join("web/tags")).arg(folder.path().join("comments.json"));
    let (status, stdout, stderr) = run(command.args(["--format", "json"]));
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(json(&stdout)["issues"][0]["named"], true, "{stdout}");
}

#[test]
fn an_exercise_is_found_by_id_and_a_wrong_one_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let exercise = sound_exercise(folder.path());
    write(folder.path(), "a.md", "Fine.");
    let grade = |exercise: &str, bank: bool| {
        let mut command = assay();
        command.arg("grade").arg(exercise).arg(folder.path().join("a.md"));
        if bank {
            command.arg("--bank").arg(folder.path());
        }
        // Not in the workspace, so that the bank that is built in is used.
        run(command.current_dir(folder.path()))
    };
    assert_eq!(grade("web/tags", true).0, 0);
    assert_eq!(grade(exercise.to_str().unwrap(), false).0, 0);
    assert_eq!(grade(EXERCISE, false).0, 0, "built in");
    let (status, _, stderr) = grade("web/tag", true);
    assert_eq!(status, 2);
    assert!(stderr.contains("Did you mean `web/tags`?"), "{stderr}");
    common::edit(&exercise, "exercise.toml", "lines = \"6\"", "lines = \"60\"");
    let (status, stdout, stderr) = grade("web/tags", true);
    assert_eq!((status, stdout.as_str()), (2, ""), "a wrong key grades nothing");
    assert!(stderr.contains("has no line 60"), "{stderr}");
}
