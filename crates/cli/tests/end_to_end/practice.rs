//! `assay practice` tells how good a review is without giving the rest away, and remembers attempts.

use crate::common::{self, assay, run, write};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const EXERCISE: &str = "web/course-waitlist";

fn practice(data: &Path, arguments: &[&str]) -> Command {
    let mut command = assay();
    command.arg("practice").args(arguments).env("XDG_DATA_HOME", data).env_remove("VISUAL").env_remove("EDITOR");
    command
}

fn sample(name: &str) -> String {
    format!("exercises/{EXERCISE}/reviews/{name}")
}

#[test]
fn without_a_terminal_the_task_is_shown_and_how_to_go_on() {
    let data = tempfile::tempdir().unwrap();
    let (status, stdout, stderr) = run(&mut practice(data.path(), &[EXERCISE]));
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(stdout.contains("  31 │ def next_in_line(") && stdout.contains("48 hours to accept it"), "{stdout}");
    assert!(stdout.ends_with("opens it for you.)\n"), "{stdout}");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "to look is no attempt");
}

/// The bank is part of the program: all of it works where there is nothing else.
#[test]
fn the_bank_that_is_built_in_can_be_practised_and_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let (status, stdout, _) = run(practice(folder.path(), &["data/meter-rollup"]).current_dir(folder.path()));
    assert!(status == 0 && stdout.contains("tests/test_rollup.py") && stdout.contains("def building_use("), "{stdout}");
    write(folder.path(), "mine.md", "Line 40: the default list `columns` is shared by all calls.\n");
    let (status, stdout, _) =
        run(practice(folder.path(), &["data/meter-rollup", "--review", "mine.md"]).current_dir(folder.path()));
    assert!(status == 0 && stdout.contains("Found: 1 of 5"), "{stdout}");
    let (status, _, stderr) =
        run(assay().args(["handout", "data/meter-rollup", "-o", "out.zip"]).current_dir(folder.path()));
    assert!(status == 0 && folder.path().join("out.zip").is_file(), "{stderr}");
    let (status, stdout, _) = run(assay().arg("check").current_dir(folder.path()));
    assert!(status == 0 && stdout.contains("12 exercises checked: 0 errors, 0 warnings"), "{stdout}");
}

#[test]
fn feedback_says_what_was_found_and_not_what_is_left() {
    let data = tempfile::tempdir().unwrap();
    let (status, stdout, stderr) = run(&mut practice(data.path(), &[EXERCISE, "--review", &sample("mid.md")]));
    assert_eq!((status, stderr.as_str()), (0, ""));
    for secret in ["open-offers-not-counted", "promised", "overbooked", "defaultdict"] {
        assert!(!stdout.contains(secret), "{stdout}");
    }
    insta::assert_snapshot!(stdout);
}

#[test]
fn attempts_are_remembered_and_hints_follow_the_last_one() {
    let data = tempfile::tempdir().unwrap();
    for name in ["junior.md", "senior.md", "mid.md"] {
        assert_eq!(run(&mut practice(data.path(), &[EXERCISE, "--review", &sample(name)])).0, 0);
    }
    let (_, stdout, _) = run(&mut practice(data.path(), &["--progress"]));
    insta::assert_snapshot!("progress", stdout);
    let (status, stdout, _) = run(&mut practice(data.path(), &[EXERCISE, "--hint", "function"]));
    assert_eq!((status, stdout.as_str()), (0, "\nHints\n  - waitlist.py, in plan_offers\n"));
    let (_, stdout, _) = run(&mut practice(data.path(), &[EXERCISE, "--reveal"]));
    assert!(stdout.contains("open-offers-not-counted [custom] waitlist.py:54 (missed)"), "{stdout}");
    assert!(stdout.contains("What a strong answer says") && stdout.contains("loses people's places"), "{stdout}");
    let history = std::fs::read_to_string(data.path().join("assay/attempts.jsonl")).unwrap();
    assert_eq!(history.lines().count(), 3, "hints and the key are no attempts");

    // The end of the file was lost, and something else got in.
    let mut file = std::fs::OpenOptions::new().append(true).open(data.path().join("assay/attempts.jsonl")).unwrap();
    file.write_all(b"\xff not json\n{\"schema\":1,\"exer").unwrap();
    drop(file);
    let (status, stdout, stderr) = run(&mut practice(data.path(), &[EXERCISE, "--review", &sample("senior.md")]));
    assert!(status == 0 && stderr.contains("2 lines of "), "{stderr}");
    assert!(stdout.lines().next().unwrap().matches(", ").count() == 2, "{stdout}");
    let (_, stdout, _) = run(&mut practice(data.path(), &["--progress"]));
    assert!(stdout.contains("web/course-waitlist: 4 attempts"), "{stdout}");
}

#[test]
fn standard_input_and_a_bank_of_ones_own() {
    let (data, bank) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    common::sound_exercise(bank.path());
    let mut command = practice(data.path(), &["web/tags", "--review", "-", "--bank"]);
    command.arg(bank.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let review =
        b"Line 6: the default list of collect is shared by all calls, so old tags come back. Use None instead.\n";
    child.stdin.take().unwrap().write_all(review).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && stdout.contains("Found: 1 of 1"), "{stdout}");
    assert!(stdout.contains("Nothing is left to find.") && !stdout.contains("--hint"), "{stdout}");
}

#[test]
fn what_cannot_be_graded_or_remembered_is_told() {
    let data = tempfile::tempdir().unwrap();
    write(data.path(), "empty.md", "\n \n");
    let empty = data.path().join("empty.md").display().to_string();
    for (review, wanted) in [(empty.as_str(), "nothing-written"), ("no/such.md", "unreadable-review")] {
        let (status, stdout, stderr) = run(&mut practice(data.path(), &[EXERCISE, "--review", review]));
        assert_eq!((status, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains(wanted), "{stderr}");
    }
    assert_eq!(run(&mut practice(data.path(), &["web/course-waitlst"])).0, 2);
    assert_eq!(run(&mut practice(data.path(), &[])).0, 2);
    assert_eq!(run(&mut practice(data.path(), &[EXERCISE, "--hint", "everything"])).0, 2);

    // The data directory is a file.
    let blocked = data.path().join("empty.md");
    let (status, stdout, stderr) = run(&mut practice(&blocked, &[EXERCISE, "--review", &sample("mid.md")]));
    assert!(status == 0 && stdout.contains("Found: "), "{stdout}");
    assert!(stderr.contains("this attempt is not remembered"), "{stderr}");
}

/// In a terminal the editor is opened with an empty review, beside the sources; what was begun is kept for the next time.
#[cfg(target_os = "linux")]
#[test]
fn in_a_terminal_the_editor_opens() {
    let data = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_assay");
    let in_terminal = |editor: &str| {
        let command = format!("{binary} practice {EXERCISE}");
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).current_dir(common::root());
        script.env("XDG_DATA_HOME", data.path()).env("VISUAL", editor).env("NO_COLOR", "1");
        run(&mut script)
    };
    if Command::new("script").arg("--version").output().is_err() {
        // Without util-linux there is no terminal to test in.
        return;
    }
    let folder = data.path().join("assay/practice/web-course-waitlist");
    let (status, stdout, _) = in_terminal("true");
    assert!(status == 2 && stdout.contains("there is no review in"), "{status}: {stdout}");
    assert!(folder.join("waitlist.py").is_file() && folder.join("brief.md").is_file());
    let (status, stdout, _) = in_terminal("echo 'Line 31: served=set() is shared by all calls.' >>");
    assert!(status == 0 && stdout.contains("Found: 1 of 5"), "{status}: {stdout}");
    let (_, stdout, _) = in_terminal("echo 'Line 53: one query for each course.' >>");
    assert!(stdout.contains("Found: 2 of 5") && stdout.contains("; before: 0.08"), "{stdout}");
    let (status, stdout, _) = in_terminal("false");
    assert!(status == 2 && stdout.contains("the editor `false` ended"), "{stdout}");
}
